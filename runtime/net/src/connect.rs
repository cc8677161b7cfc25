//! From an origin to a connection that speaks HTTP/1.1, straight or through a proxy.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use async_trait::async_trait;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use pushgate_reference::{Origin, Scheme};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::addresses::AddressPolicy;
use crate::direct::{Current, Direct};
use crate::error::TransportError;
use crate::message::RequestBody;
use crate::proxy::{Kind, Proxies, Proxy};
use crate::socks::{Socks, Target};
use crate::stream::{Stream, Task};
use crate::tls::{self, Trust};

/// How many of a name's addresses are tried.
const MAX_ADDRESSES: usize = 8;
/// How many it may have. All of them are checked, so there must be an end to them.
const MAX_ANSWERS: usize = 1024;
/// The most bytes that are buffered of a reply, and of a request that the socket does not take yet.
const BUFFER: usize = 128 * 1024;
/// The longest header of a reply.
const MAX_HEADER: usize = 64 * 1024;

/// Makes connections.
pub struct Connector {
    trust: Trust,
    proxies: Proxies,
    /// Made when it is first needed.
    tls: OnceCell<TlsConnector>,
    /// The same without the client's certificate, which is for the registry and its token server.
    proxy_tls: OnceCell<TlsConnector>,
    resolver: Box<dyn Resolve>,
    time_limit: Duration,
}

/// Finds the addresses of a name: the system's resolver, or one that a test counts with.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// All of them, or as many as are looked at.
    async fn addresses(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// The system's.
struct System;

#[async_trait]
impl Resolve for System {
    async fn addresses(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((name, port)).await?.take(MAX_ANSWERS + 1).collect())
    }
}

/// One connection. Its task ends with it, so that nothing is sent any more once a request is given up.
pub struct Connection {
    pub(crate) sender: SendRequest<RequestBody>,
    /// Kept for its end.
    #[expect(dead_code, reason = "dropping it is what it is for")]
    task: Task,
    /// How many bytes of bodies went out on it. The more, the more the system sends at a time.
    pub(crate) carried: u64,
    /// What the marks in the next body stand for. Only a direct connection looks.
    pub(crate) current: Current,
    /// The proxy that takes the requests themselves, and for which origin.
    proxy: Option<(Proxy, Origin)>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Connection {
    /// Sends a request that nothing has to be done to, and waits for the head of the response.
    ///
    /// # Errors
    /// The connection breaks off.
    pub async fn send(&mut self, request: Request<RequestBody>) -> hyper::Result<Response<Incoming>> {
        self.sender.ready().await?;
        self.sender.send_request(request).await
    }

    /// Makes a request fit for whoever reads it at the other end. It may be so already.
    pub(crate) fn prepare(&self, request: &mut Request<RequestBody>) -> Result<(), TransportError> {
        match &self.proxy {
            Some((proxy, origin)) => proxy.absolute(request, origin),
            None => Ok(()),
        }
    }

    /// Tells the answer of a proxy from that of the registry.
    pub(crate) fn check(&self, status: StatusCode) -> Result<(), TransportError> {
        match &self.proxy {
            Some((proxy, origin)) if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED => Err(proxy.refusal(status, &origin.to_string())),
            _ => Ok(()),
        }
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Connector").finish_non_exhaustive()
    }
}

impl Connector {
    /// Opens nothing yet, and reads no certificates.
    #[must_use]
    pub fn new(trust: Trust, proxies: Proxies, time_limit: Duration) -> Self {
        Self { trust, proxies, tls: OnceCell::new(), proxy_tls: OnceCell::new(), resolver: Box::new(System), time_limit }
    }

    /// With another resolver.
    #[must_use]
    pub fn resolving(mut self, resolver: impl Resolve + 'static) -> Self {
        self.resolver = Box::new(resolver);
        self
    }

    /// A connection to an origin, if all addresses of its name are among those that it may go to.
    ///
    /// # Errors
    /// See [`TransportError`].
    pub async fn connect(&self, origin: &Origin, policy: AddressPolicy) -> Result<Connection, TransportError> {
        let too_slow = || TransportError::Unreachable(io::Error::new(io::ErrorKind::TimedOut, "no connection in time"));
        timeout(self.time_limit, self.try_connect(origin, policy)).await.map_err(|_| too_slow())?
    }

    async fn try_connect(&self, origin: &Origin, policy: AddressPolicy) -> Result<Connection, TransportError> {
        let Some(proxy) = self.proxies.route(origin)? else {
            return match origin.scheme() {
                Scheme::Http => {
                    let (stream, current) = (self.dial(origin, policy).await?, Current::default());
                    Ok(Connection { current: current.clone(), ..handshake(Direct::new(stream, current), None).await? })
                }
                Scheme::Https => {
                    // The certificates are read while the other end answers. That no address may be reached is said
                    // before they are of no use.
                    let (stream, connector) = tokio::join!(self.dial(origin, policy), self.tls());
                    handshake(encrypt(connector, origin, stream?).await?, None).await
                }
            };
        };
        if let Kind::Socks(socks) = &proxy.kind {
            let stream = self.through_socks(&proxy, socks, origin, policy).await?;
            return match origin.scheme() {
                Scheme::Http => handshake(stream, None).await,
                Scheme::Https => handshake(encrypt(self.tls().await, origin, stream).await?, None).await,
            };
        }
        let stream = self.reach(&proxy).await.map_err(|error| proxy.unreachable(error))?;
        match origin.scheme() {
            Scheme::Http => handshake(stream, Some((proxy, origin.clone()))).await,
            Scheme::Https => {
                let tunnel = proxy.tunnel(stream, origin).await?;
                handshake(encrypt(self.tls().await, origin, tunnel).await?, None).await
            }
        }
    }

    /// Whether a connection to an origin can be opened without telling anybody who opens it.
    pub(crate) fn is_anonymous(&self, origin: &Origin) -> bool {
        self.trust.identity.is_none() && matches!(self.proxies.route(origin), Ok(None))
    }

    /// Whether a connection to an origin is plain TCP, all the way.
    pub(crate) fn is_direct(&self, origin: &Origin) -> bool {
        origin.scheme() == Scheme::Http && matches!(self.proxies.route(origin), Ok(None))
    }

    /// A connection to an origin through a SOCKS proxy: to its name, or to the addresses that it has here, one after
    /// the other.
    async fn through_socks(
        &self,
        proxy: &Proxy,
        socks: &Socks,
        origin: &Origin,
        policy: AddressPolicy,
    ) -> Result<TcpStream, TransportError> {
        let targets = if socks.resolves && origin.hostname().parse::<IpAddr>().is_err() {
            vec![Target::Name(origin.hostname().to_owned(), origin.port())]
        } else {
            self.permitted_addresses(origin, policy).await?.into_iter().map(Target::Address).collect()
        };
        let share = self.share(targets.len());
        let mut failure = proxy.failed(format!("was not asked for {}, which has no address", origin.hostname()));
        for target in targets {
            let mut stream = self.dial(&proxy.origin, AddressPolicy::Anywhere).await.map_err(|error| proxy.unreachable(error))?;
            match timeout(share, socks.connect(&mut stream, &target)).await {
                Ok(Ok(())) => return Ok(stream),
                Ok(Err(problem)) if problem.is_about_credentials() => failure = proxy.refuses_credentials(problem.in_words(&target)),
                Ok(Err(problem)) => failure = proxy.failed(problem.in_words(&target)),
                Err(_) => failure = proxy.failed(format!("does not connect to {target} in time")),
            }
        }
        Err(failure)
    }

    /// A connection to a proxy, which the user named, so that it may be anywhere.
    async fn reach(&self, proxy: &Proxy) -> Result<Box<dyn Stream>, TransportError> {
        let stream = self.dial(&proxy.origin, AddressPolicy::Anywhere).await?;
        Ok(match proxy.origin.scheme() {
            Scheme::Http => Box::new(stream),
            Scheme::Https => {
                let connector = self.proxy_tls.get_or_try_init(|| tls::connector(&self.trust, None)).await;
                Box::new(encrypt(connector, &proxy.origin, stream).await?)
            }
        })
    }

    async fn tls(&self) -> Result<&TlsConnector, String> {
        let identity = self.trust.identity.as_ref();
        self.tls.get_or_try_init(|| tls::connector(&self.trust, identity)).await
    }

    async fn dial(&self, origin: &Origin, policy: AddressPolicy) -> Result<TcpStream, TransportError> {
        let addresses = self.permitted_addresses(origin, policy).await?;
        let share = self.share(addresses.len());
        let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for address in addresses {
            match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // Without it small requests wait for acknowledgements; they arrive all the same.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => failure = error,
                Err(_) => failure = io::Error::new(io::ErrorKind::TimedOut, "no connection in time"),
            }
        }
        Err(TransportError::Unreachable(failure))
    }

    /// The addresses to try, if a connection may go to all that there are.
    async fn permitted_addresses(&self, origin: &Origin, policy: AddressPolicy) -> Result<Vec<SocketAddr>, TransportError> {
        let mut addresses = self.addresses(origin).await.map_err(TransportError::Unreachable)?;
        if !addresses.iter().all(|address| policy.permits(address.ip())) {
            return Err(TransportError::PrivateAddress);
        }
        addresses.truncate(MAX_ADDRESSES);
        Ok(addresses)
    }

    /// The time for each of several attempts: one address that swallows packets must not use up the others' time.
    fn share(&self, attempts: usize) -> Duration {
        self.time_limit / u32::try_from(attempts).unwrap_or(1).max(1)
    }

    /// `localhost` is this machine, whatever a resolver says.
    async fn addresses(&self, origin: &Origin) -> io::Result<Vec<SocketAddr>> {
        if origin.hostname() == "localhost" {
            let both: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            return Ok(both.map(|address| SocketAddr::new(address, origin.port())).to_vec());
        }
        if let Ok(address) = origin.hostname().parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, origin.port())]);
        }
        let found = self.resolver.addresses(origin.hostname(), origin.port()).await?;
        if found.len() > MAX_ANSWERS {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the name has more than 1,024 addresses"));
        }
        Ok(found)
    }
}

async fn encrypt<S: Stream>(connector: Result<&TlsConnector, String>, origin: &Origin, stream: S) -> Result<TlsStream<S>, TransportError> {
    let connector = connector.map_err(TransportError::Tls)?;
    let name = ServerName::try_from(origin.hostname().to_owned())
        .map_err(|error| TransportError::Unreachable(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
    connector.connect(name, stream).await.map_err(TransportError::Unreachable)
}

async fn handshake<S>(stream: S, proxy: Option<(Proxy, Origin)>) -> Result<Connection, TransportError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::Builder::new()
        .max_buf_size(BUFFER)
        .max_header_size(MAX_HEADER)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(TransportError::Disconnected)?;
    let task = tokio::spawn(async move {
        // The request on the connection gets the error too, and says where it happened.
        let _ = connection.await;
    });
    Ok(Connection { sender, task: Task::new(&task), proxy, carried: 0, current: Current::default() })
}

#[cfg(test)]
mod tests;
