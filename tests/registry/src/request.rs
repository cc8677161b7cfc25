//! A request whose body is read under the eyes of the record and the switches.

use http::request::Parts;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes, Incoming};

use crate::record::Entry;
use crate::reply::Cut;
use crate::route::{Query, Target};
use crate::wire::WireControl;

/// Where a request's body is cut off on purpose.
#[derive(Clone, Copy)]
pub(crate) enum BodyEnd {
    /// Reset the connection after so many bytes.
    Reset(u64),
    /// Stop reading after so many bytes.
    Stall(u64),
}

/// A request on its way through the service.
pub(crate) struct Request {
    pub(crate) parts: Parts,
    pub(crate) target: Target,
    pub(crate) query: Query,
    pub(crate) entry: Entry,
    pub(crate) control: WireControl,
    pub(crate) end: Option<BodyEnd>,
    body: Incoming,
    read: u64,
}

impl Request {
    pub(crate) fn new(parts: Parts, body: Incoming, target: Target, query: Query, entry: Entry, control: WireControl) -> Self {
        Self { parts, target, query, entry, control, end: None, body, read: 0 }
    }

    /// A field of the header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// The length that the client declared.
    pub(crate) fn declared_length(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }

    /// Ends the request here if a switch wants that before any of its body is read.
    pub(crate) async fn end_if_due(&self) -> Result<(), Cut> {
        match self.end {
            Some(BodyEnd::Reset(after)) if self.read >= after => {
                self.control.reset();
                Err(Cut)
            }
            Some(BodyEnd::Stall(after)) if self.read >= after => std::future::pending().await,
            _ => Ok(()),
        }
    }

    /// The next bytes of the body; none at its end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Cut> {
        loop {
            self.end_if_due().await?;
            // A client that goes away in the middle gets no reply.
            let Some(frame) = self.body.frame().await.transpose().map_err(|_| Cut)? else { return Ok(None) };
            let Ok(bytes) = frame.into_data() else { continue };
            self.read += bytes.len() as u64;
            self.entry.body_read(bytes.len() as u64);
            return Ok(Some(bytes));
        }
    }

    /// Reads the rest of the body and throws it away.
    pub(crate) async fn drain(&mut self) -> Result<(), Cut> {
        while self.next().await?.is_some() {}
        Ok(())
    }

    /// Reads as much of the rest as a server reads to keep a connection; with more to come, it closes.
    pub(crate) async fn drain_some(&mut self) -> Result<(), Cut> {
        if self.declared_length().is_none_or(|length| length <= 256 << 10) { self.drain().await } else { Ok(()) }
    }

    /// The whole body, or none if it is longer than `limit`; it is read to its end all the same.
    pub(crate) async fn collect(&mut self, limit: usize) -> Result<Option<Bytes>, Cut> {
        let mut body = Vec::new();
        let mut fits = true;
        while let Some(bytes) = self.next().await? {
            fits = fits && body.len() + bytes.len() <= limit;
            if fits {
                body.extend_from_slice(&bytes);
            }
        }
        Ok(fits.then(|| Bytes::from(body)))
    }
}
