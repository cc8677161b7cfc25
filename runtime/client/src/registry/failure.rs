//! Why a body broke off.

use std::sync::{Arc, Mutex, PoisonError};

use pushgate_oci::BlobError;

/// Where a body leaves the reason for its failure, since hyper gives the error of a body to nobody.
#[derive(Clone, Debug, Default)]
pub(super) struct Failure(Arc<Mutex<Option<BlobError>>>);

impl Failure {
    pub(super) fn take(&self) -> Option<BlobError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn set(&self, error: BlobError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}
