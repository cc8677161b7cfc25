//! What a flavor may ask for beyond the push itself, and whether it gets it.
//!
//! The bindings of every line of the contract come here before they do anything, so none of them can go round it: whether a capability was
//! granted, and how much of it is left, is decided here and nowhere else.

use std::sync::Arc;

use crate::state::CallState;
use crate::{Capability, FlavorHost, HttpError, HttpRequest, HttpResponse, QueryError};

/// The most tags of one page, whatever the guest asks for.
const MAX_TAGS: u32 = 1_000;

/// Why a capability does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    NotGranted,
    Exhausted,
}

impl From<Refused> for QueryError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotGranted => Self::NotGranted,
            Refused::Exhausted => Self::LimitExceeded,
        }
    }
}

impl From<Refused> for HttpError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotGranted => Self::nothing_granted(),
            Refused::Exhausted => Self::LimitExceeded,
        }
    }
}

/// Takes what is used from what is left, and tells the host where it is not enough.
fn take(left: &mut usize, used: usize, host: &dyn FlavorHost) -> Result<(), Refused> {
    let Some(rest) = left.checked_sub(used) else {
        host.limit_exceeded();
        return Err(Refused::Exhausted);
    };
    *left = rest;
    Ok(())
}

impl CallState {
    /// The host, if it grants the capability and a call is left. A call without a grant costs nothing: nothing is done for it.
    fn use_of(&mut self, capability: Capability) -> Result<Arc<dyn FlavorHost>, Refused> {
        let host = self.host.as_ref().filter(|host| host.grants(capability)).ok_or(Refused::NotGranted)?;
        let host = Arc::clone(host);
        take(&mut self.allowance.calls, 1, &*host)?;
        Ok(host)
    }

    /// Takes the bytes of a reply. One that does not fit is not given at all: nothing is ever cut.
    fn take_bytes(&mut self, bytes: usize, host: &dyn FlavorHost) -> Result<(), Refused> {
        take(&mut self.allowance.bytes, bytes, host)
    }

    pub(crate) async fn repository_exists(&mut self, repository: &str) -> Result<bool, QueryError> {
        let host = self.use_of(Capability::Registry)?;
        let exists = host.repository_exists(repository).await?;
        self.take_bytes(1, &*host)?;
        Ok(exists)
    }

    pub(crate) async fn tags(&mut self, repository: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, QueryError> {
        let host = self.use_of(Capability::Registry)?;
        let limit = limit.min(MAX_TAGS);
        let mut tags = host.tags(repository, after, limit).await?;
        tags.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        self.take_bytes(tags.iter().map(String::len).sum(), &*host)?;
        Ok(tags)
    }

    pub(crate) async fn manifest_digest(&mut self, repository: &str, tag: &str) -> Result<Option<String>, QueryError> {
        let host = self.use_of(Capability::Registry)?;
        let digest = host.manifest_digest(repository, tag).await?;
        self.take_bytes(digest.as_ref().map_or(1, String::len), &*host)?;
        Ok(digest)
    }

    pub(crate) async fn send(&mut self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let host = self.use_of(Capability::Http)?;
        let response = host.send(request, self.allowance.bytes).await?;
        let headers: usize = response.headers.iter().map(|(name, value)| name.len().saturating_add(value.len())).sum();
        self.take_bytes(headers.saturating_add(response.body.len()), &*host)?;
        Ok(response)
    }
}
