//! How many calls run at the same time.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Allocation;

/// The places of a pool; without one there is always room.
#[derive(Debug, Clone)]
pub(crate) struct Room(Option<Arc<Semaphore>>);

/// A place that is taken until this is dropped.
#[derive(Debug)]
pub(crate) struct Place(#[allow(dead_code, reason = "it is given back by being dropped")] Option<OwnedSemaphorePermit>);

impl Room {
    pub(crate) fn new(allocation: Allocation) -> Self {
        Self(match allocation {
            Allocation::OnDemand => None,
            Allocation::Pooling { calls } => Some(Arc::new(Semaphore::new(usize::from(calls)))),
        })
    }

    /// Waits for a place. Whoever came first gets the next one.
    pub(crate) async fn enter(&self) -> Place {
        match &self.0 {
            None => Place(None),
            // The semaphore is never closed.
            Some(places) => Place(Arc::clone(places).acquire_owned().await.ok()),
        }
    }
}
