//! One HTTP/1.1 connection to the daemon for each request, bounded in what is read from it.
//!
//! The bound lies below HTTP, because what stands above (bollard, `hyper::body::Incoming`) has none.

use std::error::Error as StdError;
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

use super::fault::Fault;
use super::text::bounded;
use super::tls::TlsToDaemon;

/// Where a daemon listens.
pub(super) enum EngineTransport {
    Unix(PathBuf),
    Tcp { host: String, port: u16, tls: Option<Arc<TlsToDaemon>> },
}

impl EngineTransport {
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

/// How much of a refusal is read.
const REFUSAL_READ: usize = 64 * 1024;

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
