//! A plain connection that takes the bytes for marks from a file: see `marks`.

use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;

use crate::marks::{Region, is_mark};

/// As much is copied at a time where the kernel cannot send from a file.
const COPIED: usize = 64 * 1024;

/// What the marks of the request on a connection stand for.
#[derive(Clone, Default)]
pub(crate) struct Current(Arc<Mutex<Option<Arc<dyn Region>>>>);

impl Current {
    fn region(&self) -> MutexGuard<'_, Option<Arc<dyn Region>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For the next request; a request without a region has no marks.
    pub(crate) fn set(&self, region: Option<&Arc<dyn Region>>) {
        if let Some(region) = region {
            region.rewind();
        }
        *self.region() = region.cloned();
    }
}

/// The stream.
pub(crate) struct Direct {
    stream: TcpStream,
    current: Current,
}

impl Direct {
    pub(crate) fn new(stream: TcpStream, current: Current) -> Self {
        Self { stream, current }
    }

    fn poll_send(&self, context: &mut Context<'_>, length: usize) -> Poll<io::Result<usize>> {
        let region = self.current.region().clone().ok_or_else(|| io::Error::other("a mark without a file"))?;
        loop {
            ready!(self.stream.poll_write_ready(context))?;
            let sent = region.take(&mut |file, offset| self.stream.try_io(Interest::WRITABLE, || send(&self.stream, file, offset, length)));
            match sent {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                sent => return Poll::Ready(sent),
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn send(stream: &TcpStream, file: BorrowedFd<'_>, offset: u64, length: usize) -> io::Result<usize> {
    let mut position = offset;
    match rustix::fs::sendfile(stream, file, Some(&mut position), length) {
        // Some file systems cannot.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => copy(stream, file, offset, length),
        sent => Ok(sent?),
    }
}

#[cfg(not(target_os = "linux"))]
fn send(stream: &TcpStream, file: BorrowedFd<'_>, offset: u64, length: usize) -> io::Result<usize> {
    copy(stream, file, offset, length)
}

fn copy(stream: &TcpStream, file: BorrowedFd<'_>, offset: u64, length: usize) -> io::Result<usize> {
    let mut buffer = vec![0; length.min(COPIED)];
    let read = rustix::io::pread(file, &mut buffer, offset)?;
    let bytes = buffer.get(..read).unwrap_or_default();
    if bytes.is_empty() { Ok(0) } else { Ok(rustix::io::write(stream, bytes)?) }
}

impl AsyncRead for Direct {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Direct {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        if is_mark(buffer) {
            return self.poll_send(context, buffer.len());
        }
        Pin::new(&mut self.get_mut().stream).poll_write(context, buffer)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, context: &mut Context<'_>, buffers: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let first_mark = buffers.iter().position(|buffer| is_mark(buffer));
        match (first_mark, buffers.first()) {
            (Some(0), Some(mark)) => self.poll_send(context, mark.len()),
            // What stands before the mark goes out before it.
            _ => {
                let before = buffers.get(..first_mark.unwrap_or(buffers.len())).unwrap_or_default();
                Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, before)
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
