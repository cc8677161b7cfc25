//! The connection below HTTP: where it is reset, and where bytes are written that no HTTP library would write.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// What a request's handler may order for the connection that the request came on.
#[derive(Clone, Default)]
pub(crate) struct WireControl(Arc<Mutex<Order>>);

#[derive(Default)]
enum Order {
    #[default]
    Serve,
    Reset,
    Raw(Bytes),
}

impl WireControl {
    /// Ends the connection with RST.
    pub(crate) fn reset(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Order::Reset;
    }

    /// Writes `bytes` instead of everything that would be written from now on.
    pub(crate) fn raw(&self, bytes: Bytes) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Order::Raw(bytes);
    }

    fn is_reset(&self) -> bool {
        matches!(*self.0.lock().unwrap_or_else(PoisonError::into_inner), Order::Reset)
    }
}

pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection that obeys a [`WireControl`].
pub(crate) struct Wire {
    stream: Stream,
    control: WireControl,
}

impl Wire {
    pub(crate) fn new(stream: Stream, control: WireControl) -> Self {
        Self { stream, control }
    }

    fn inner(&mut self) -> Pin<&mut dyn Duplex> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream),
            Stream::Tls(stream) => Pin::new(stream.as_mut()),
        }
    }
}

trait Duplex: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Duplex for T {}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.control.is_reset() {
            let stream = match &self.stream {
                Stream::Plain(stream) => stream,
                Stream::Tls(stream) => stream.get_ref().0,
            };
            // Closing with nothing to linger for sends RST instead of FIN. A failure leaves a FIN, which ends the connection too.
            let _ = stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.control.is_reset() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        self.inner().poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let control = self.control.clone();
        let mut raw = {
            let order = control.0.lock().unwrap_or_else(PoisonError::into_inner);
            match &*order {
                Order::Serve => return self.inner().poll_write(context, buffer),
                Order::Reset => return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
                Order::Raw(bytes) => bytes.clone(),
            }
        };
        while !raw.is_empty() {
            let written = ready!(self.inner().poll_write(context, &raw))?;
            raw.advance(written);
            control.raw(raw.clone());
        }
        // What HTTP had to say is taken and thrown away.
        Poll::Ready(Ok(buffer.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_shutdown(context)
    }
}
