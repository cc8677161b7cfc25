//! One HTTP/1.1 connection to the daemon for each request, bounded in what is read from it.
//!
//! The bound lies below HTTP, because what stands above (bollard, `hyper::body::Incoming`) has none.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

use super::error::{bounded, seconds};
use super::tls::TlsToDaemon;

/// Where a daemon listens.
pub(super) enum Transport {
    Unix(PathBuf),
    Tcp { host: String, port: u16, tls: Option<Arc<TlsToDaemon>> },
}

/// Why a request has no answer that can be used.
#[derive(Debug)]
pub(super) enum Fault {
    /// The connection could not be made.
    Unreachable(String),
    /// The connection may not be made by this user.
    Forbidden,
    /// Nothing came for so long.
    Silent(Duration),
    /// More came than anybody needs; the number of bytes that are read at most.
    TooLarge(u64),
    /// The connection ended, or spoke something else than HTTP.
    Broken(String),
    /// The daemon's own refusal, cut.
    Status { code: u16, message: String },
    /// The answer is not what the API says.
    Unreadable(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(reason) => formatter.write_str(reason),
            Self::Forbidden => formatter.write_str("permission denied"),
            Self::Silent(limit) => write!(formatter, "nothing came from the Docker Engine for {}", seconds(*limit)),
            Self::TooLarge(limit) => write!(formatter, "the Docker Engine's answer is longer than {limit} bytes"),
            Self::Broken(reason) => write!(formatter, "the connection to the Docker Engine broke: {reason}"),
            Self::Status { code, message } if message.is_empty() => write!(formatter, "the Docker Engine answered {code}"),
            Self::Status { code, message } => write!(formatter, "the Docker Engine answered {code}: {message}"),
            Self::Unreadable(reason) => write!(formatter, "the Docker Engine's answer cannot be read: {reason}"),
        }
    }
}

impl StdError for Fault {}

impl Fault {
    /// The fault behind an error from somewhere above the connection.
    pub(super) fn behind(error: &(dyn StdError + 'static)) -> Self {
        let mut cause = Some(error);
        let mut innermost = error;
        while let Some(current) = cause {
            // What `io::Error::other` wraps is not its `source`, but that one's.
            let wrapped = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            if let Some(Self::TooLarge(limit)) = wrapped.and_then(|inner| inner.downcast_ref()) {
                return Self::TooLarge(*limit);
            }
            innermost = current;
            cause = current.source();
        }
        Self::Broken(bounded(&innermost.to_string(), 256))
    }
}

impl Transport {
    /// Sends one request and reads the head of its answer. An answer other than 2xx is [`Fault::Status`].
    ///
    /// At most `read_limit` bytes are read from the connection, heads and framing included. There is no limit of time here.
    pub(super) async fn send<B>(&self, mut request: Request<B>, read_limit: u64) -> Result<Response<Incoming>, Fault>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        // HTTP/1.1 on an own connection: the target is the path, and the host is in its header.
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let target = target.parse().map_err(|_| Fault::Broken("a request that is no request".to_owned()))?;
        *request.uri_mut() = target;
        request.headers_mut().insert(HOST, self.host_header()?);

        let stream = Bounded { inner: self.open().await?, limit: read_limit, left: read_limit };
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| Fault::behind(&error))?;
        // Ends by itself when the answer has been read or dropped; its errors come out of the answer too.
        tokio::spawn(connection);
        let response = sender.send_request(request).await.map_err(|error| Fault::behind(&error))?;
        if response.status().is_success() { Ok(response) } else { Err(refusal(response).await) }
    }

    fn host_header(&self) -> Result<HeaderValue, Fault> {
        match self {
            Self::Unix(_) => Ok(HeaderValue::from_static("docker")),
            Self::Tcp { host, port, .. } => {
                let host = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
                HeaderValue::from_str(&host).map_err(|_| Fault::Unreachable("not a host".to_owned()))
            }
        }
    }

    async fn open(&self) -> Result<Box<dyn Stream>, Fault> {
        match self {
            Self::Unix(path) => Ok(Box::new(UnixStream::connect(path).await.map_err(unreachable)?)),
            Self::Tcp { host, port, tls } => {
                let stream = connect_tcp(host, *port).await.map_err(unreachable)?;
                let _ = stream.set_nodelay(true);
                match tls {
                    None => Ok(Box::new(stream)),
                    Some(tls) => Ok(Box::new(tls.handshake(host, stream).await.map_err(unreachable)?)),
                }
            }
        }
    }
}

/// `localhost` is the loopback addresses, whatever a resolver says.
async fn connect_tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    if host != "localhost" {
        return TcpStream::connect((host, port)).await;
    }
    match TcpStream::connect(("127.0.0.1", port)).await {
        Ok(stream) => Ok(stream),
        Err(first) => TcpStream::connect(("::1", port)).await.map_err(|_| first),
    }
}

fn unreachable(error: io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Fault::Forbidden,
        io::ErrorKind::NotFound => Fault::Unreachable("no such socket".to_owned()),
        io::ErrorKind::ConnectionRefused => Fault::Unreachable("connection refused: nothing listens there".to_owned()),
        _ => Fault::Unreachable(bounded(&error.to_string(), 256)),
    }
}

/// How much of a refusal is read, and how much of it is shown.
const REFUSAL_READ: usize = 64 * 1024;
const REFUSAL_SHOWN: usize = 1024;

#[derive(Deserialize)]
struct RefusalBody {
    message: String,
}

async fn refusal(response: Response<Incoming>) -> Fault {
    let code = response.status().as_u16();
    let mut body = response.into_body();
    let mut text = Vec::new();
    // A daemon that stalls in the middle of a refusal has still refused.
    let _ = tokio::time::timeout(Duration::from_secs(5), async {
        while let Some(Ok(frame)) = body.frame().await {
            if let Ok(data) = frame.into_data() {
                text.extend(data.iter().take(REFUSAL_READ.saturating_sub(text.len())));
            }
            if text.len() >= REFUSAL_READ {
                break;
            }
        }
    })
    .await;
    let message = match serde_json::from_slice::<RefusalBody>(&text) {
        Ok(body) => body.message,
        Err(_) => String::from_utf8_lossy(&text).into_owned(),
    };
    // The credentials may be echoed in it: the push frees the text of them, so it is cut to what is shown only there.
    Fault::Status { code, message: message.trim().to_owned() }.shortened(REFUSAL_READ)
}

impl Fault {
    /// The same with its text cut to what is shown, after `redact` has been over it.
    pub(super) fn redacted(self, redact: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Status { code, message } => Self::Status { code, message: bounded(&redact(&message), REFUSAL_SHOWN) },
            Self::Unreadable(reason) => Self::Unreadable(bounded(&redact(&reason), REFUSAL_SHOWN)),
            Self::Broken(reason) => Self::Broken(bounded(&redact(&reason), REFUSAL_SHOWN)),
            other => other,
        }
    }

    fn shortened(self, limit: usize) -> Self {
        match self {
            Self::Status { code, message } => Self::Status { code, message: bounded(&message, limit) },
            other => other,
        }
    }
}

/// What a connection is made of.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A stream that fails when more than `limit` bytes have been read from it.
struct Bounded {
    inner: Box<dyn Stream>,
    limit: u64,
    left: u64,
}

impl AsyncRead for Bounded {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        let read = buffer.filled().len().saturating_sub(before) as u64;
        match self.left.checked_sub(read) {
            Some(left) => {
                self.left = left;
                Poll::Ready(Ok(()))
            }
            None => Poll::Ready(Err(io::Error::other(Fault::TooLarge(self.limit)))),
        }
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
