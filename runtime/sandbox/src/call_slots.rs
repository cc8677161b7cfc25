//! How many calls run at the same time.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::options::Allocation;

/// The slots of a pool; without one there is always one.
#[derive(Debug, Clone)]
pub(crate) struct CallSlots(Option<Arc<Semaphore>>);

/// A slot that is taken until this is dropped.
#[derive(Debug)]
pub(crate) struct Slot(#[allow(dead_code, reason = "it is given back by being dropped")] Option<OwnedSemaphorePermit>);

impl CallSlots {
    pub(crate) fn new(allocation: Allocation) -> Self {
        Self(match allocation {
            Allocation::OnDemand => None,
            Allocation::Pooling { calls } => Some(Arc::new(Semaphore::new(usize::from(calls)))),
        })
    }

    /// Waits for a slot. Whoever came first gets the next one.
    pub(crate) async fn enter(&self) -> Slot {
        match &self.0 {
            None => Slot(None),
            // The semaphore is never closed.
            Some(slots) => Slot(Arc::clone(slots).acquire_owned().await.ok()),
        }
    }
}
