//! What the registry was asked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::switches::Step;

/// One request, as it came over the wire.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// The method.
    pub method: Method,
    /// The path, as sent (percent-encoding included).
    pub path: String,
    /// The query, as sent, without the question mark; empty when there is none.
    pub query: String,
    /// The header, as sent, credentials included.
    pub headers: HeaderMap,
    /// How many bytes of the body were read: all of them, unless a switch ended the request.
    pub body_length: u64,
    /// The body of a token request; empty for all others.
    pub body: Bytes,
    /// What the request is.
    pub step: Step,
    /// The status of the reply; none while it is being made, or when there was none.
    pub status: Option<u16>,
    /// Which connection it came on, counted from 1.
    pub connection: u64,
}

impl RecordedRequest {
    /// A field of the header as text; none if it is missing or not text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Every request since the start, or since the record was last cleared.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Record>>);

#[derive(Default)]
struct Record {
    /// How many requests were cleared away: an [`Entry`] counts from the start.
    cleared: usize,
    requests: Vec<RecordedRequest>,
}

impl Recorder {
    fn lock(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.lock().requests.clone()
    }

    pub(crate) fn clear(&self) {
        let mut record = self.lock();
        record.cleared += record.requests.len();
        record.requests.clear();
    }

    /// Adds a request. What becomes known later is told to the entry.
    pub(crate) fn begin(&self, request: RecordedRequest) -> Entry {
        let mut record = self.lock();
        record.requests.push(request);
        Entry { recorder: self.clone(), index: record.cleared + record.requests.len() - 1 }
    }
}

/// The place of one request in the record.
pub(crate) struct Entry {
    recorder: Recorder,
    index: usize,
}

impl Entry {
    fn update(&self, change: impl FnOnce(&mut RecordedRequest)) {
        let mut record = self.recorder.lock();
        let place = self.index.checked_sub(record.cleared);
        if let Some(request) = place.and_then(|place| record.requests.get_mut(place)) {
            change(request);
        }
    }

    pub(crate) fn body_read(&self, bytes: u64) {
        self.update(|request| request.body_length += bytes);
    }

    pub(crate) fn body(&self, body: &Bytes) {
        self.update(|request| request.body = body.clone());
    }

    pub(crate) fn status(&self, status: u16) {
        self.update(|request| request.status = Some(status));
    }
}
