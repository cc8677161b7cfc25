//! A proxy: it takes tunnels (`CONNECT`, or SOCKS5) and requests in absolute form, writes down what it was asked, and
//! leads all of it to one address, whatever name it was asked for. So a test can use any name, and no name is resolved.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::socks;

/// The longest header of a request.
const MAX_HEADER: usize = 64 * 1024;

/// A running proxy. It takes no connections any more when this is dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<thread::JoinHandle<()>>,
}

struct Shared {
    target: SocketAddr,
    /// The one value of `Proxy-Authorization` that is accepted.
    authorization: Option<String>,
    /// What is answered in the place of a connection.
    refusal: Option<&'static [u8]>,
    /// Whether it speaks SOCKS5; `authorization` is then `username:password`.
    is_socks: bool,
    /// The code with which a SOCKS5 proxy answers requests for IPv6 addresses.
    refuses_v6: u8,
    stopped: AtomicBool,
    requests: Mutex<Vec<ProxyRequest>>,
}

/// The first request on a connection to the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyRequest {
    /// `CONNECT`, `SOCKS5`, or the method of the request that is passed on.
    pub method: String,
    /// `host:port`, or a URL.
    pub target: String,
    /// The whole header, as it came; for SOCKS5, what the client showed as username and password.
    pub header: String,
}

impl ProxyRequest {
    /// A field of the header.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let fields = self.header.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

impl Proxy {
    /// Starts a proxy that leads everything to `target`.
    ///
    /// # Errors
    /// There is no port to listen on.
    pub fn start(target: SocketAddr) -> io::Result<Self> {
        Self::with(target, None, None)
    }

    /// The same, for whoever shows this value of `Proxy-Authorization`.
    ///
    /// # Errors
    /// As [`Proxy::start`].
    pub fn with_authorization(target: SocketAddr, value: &str) -> io::Result<Self> {
        Self::with(target, Some(value.to_owned()), None)
    }

    /// One that answers every request with these bytes.
    ///
    /// # Errors
    /// As [`Proxy::start`].
    pub fn refusing(answer: &'static [u8]) -> io::Result<Self> {
        Self::with(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), None, Some(answer))
    }

    /// A SOCKS5 proxy that leads everything to `target`, for those who show this `username:password` if there is one.
    /// It answers requests for IPv6 addresses with the code `refuses_v6`, unless that is 0.
    ///
    /// # Errors
    /// As [`Proxy::start`].
    pub fn socks(target: SocketAddr, user: Option<&str>, refuses_v6: u8) -> io::Result<Self> {
        let authorization = user.map(str::to_owned);
        let (stopped, requests) = (AtomicBool::new(false), Mutex::default());
        Self::serving(Shared { target, authorization, refusal: None, is_socks: true, refuses_v6, stopped, requests })
    }

    fn with(target: SocketAddr, authorization: Option<String>, refusal: Option<&'static [u8]>) -> io::Result<Self> {
        let (stopped, requests) = (AtomicBool::new(false), Mutex::default());
        Self::serving(Shared { target, authorization, refusal, is_socks: false, refuses_v6: 0, stopped, requests })
    }

    fn serving(shared: Shared) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(shared);
        let serving = Arc::clone(&shared);
        let thread = thread::Builder::new().name("test-proxy".to_owned()).spawn(move || {
            for stream in listener.incoming() {
                if serving.stopped.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), shared) = (stream, Arc::clone(&serving)) else { continue };
                // How a connection ends is for the client to judge.
                thread::spawn(move || drop(shared.serve(stream)));
            }
        })?;
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// `host:port`, where it listens.
    #[must_use]
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// What it was asked: the first request of each connection.
    #[must_use]
    pub fn requests(&self) -> Vec<ProxyRequest> {
        self.shared.requests().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // It waits for a connection, so that it gets one.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn requests(&self) -> MutexGuard<'_, Vec<ProxyRequest>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        if self.is_socks {
            return self.serve_socks(client);
        }
        let header = read_header(&mut client)?;
        let mut words = header.split(' ');
        let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
        let is_tunnel = method == "CONNECT";
        let request = ProxyRequest { method, target, header };
        self.requests().push(request.clone());
        if let Some(answer) = self.refusal {
            return client.write_all(answer);
        }
        if self.authorization.is_some() && request.field("proxy-authorization") != self.authorization.as_deref() {
            return client.write_all(
                b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            );
        }
        let mut server = TcpStream::connect(self.target)?;
        if is_tunnel {
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
        } else {
            // Absolute form is for servers too (RFC 9112, section 3.2.2), so that it is passed on as it is.
            server.write_all(request.header.as_bytes())?;
        }
        pass_on(client, server)
    }

    fn serve_socks(&self, mut client: TcpStream) -> io::Result<()> {
        let Some(asked) = socks::read_request(&mut client, self.authorization.as_deref())? else { return Ok(()) };
        let refused = self.refuses_v6 != 0 && asked.target.starts_with('[');
        let (method, target, header) = ("SOCKS5".to_owned(), asked.target, asked.user.unwrap_or_default());
        self.requests().push(ProxyRequest { method, target, header });
        if refused {
            return socks::answer(&mut client, self.refuses_v6);
        }
        let server = TcpStream::connect(self.target)?;
        socks::answer(&mut client, 0)?;
        pass_on(client, server)
    }
}

/// Passes bytes on in both directions, until both sides have ended.
fn pass_on(client: TcpStream, server: TcpStream) -> io::Result<()> {
    let (mut from_client, mut to_client) = (client.try_clone()?, client);
    let (mut from_server, mut to_server) = (server.try_clone()?, server);
    let upward = thread::spawn(move || {
        let _ = io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let _ = io::copy(&mut from_server, &mut to_client);
    let _ = to_client.shutdown(Shutdown::Both);
    let _ = upward.join();
    Ok(())
}

/// Reads to the end of the header and no further.
fn read_header(stream: &mut TcpStream) -> io::Result<String> {
    let mut header = Vec::new();
    let mut byte = [0];
    while !header.ends_with(b"\r\n\r\n") && header.len() < MAX_HEADER {
        stream.read_exact(&mut byte)?;
        header.extend_from_slice(&byte);
    }
    String::from_utf8(header).map_err(io::Error::other)
}
