//! A flavor's questions to the registry: inside its URI, with our credentials, and in words that tell the flavor nothing of either.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pushgate_client::{RegistryClient, RegistryError};
use pushgate_net::RequestBudget;
use pushgate_sandbox::QueryError;

use super::before::Unanswered;
use super::host_failure::HostFailure;
use crate::registry_access::RegistryAccess;

/// The questions of one hook.
pub(super) struct RegistryQueries {
    access: Arc<RegistryAccess>,
    /// How long one may take. Less than what the hook has in all, so that it is the registry that is blamed.
    patience: Duration,
    /// Pays for the requests that they become.
    budget: RequestBudget,
    /// The tags of the repository that was listed last: pages of one list, not of several.
    listed: Mutex<Option<(String, Arc<Vec<String>>)>>,
}

type Queried<T> = Result<T, Unanswered<QueryError>>;

impl RegistryQueries {
    pub(super) fn new(access: Arc<RegistryAccess>, patience: Duration, budget: RequestBudget) -> Self {
        Self { access, patience, budget, listed: Mutex::default() }
    }

    pub(super) async fn repository_exists(&self, repository: &str) -> Queried<bool> {
        self.inside(repository)?;
        self.in_time(async { self.client().await?.repository_exists(repository).await.map_err(unanswered) }).await
    }

    pub(super) async fn tags(&self, repository: &str, after: Option<&str>, limit: u32) -> Queried<Vec<String>> {
        self.inside(repository)?;
        let tags = self.list(repository).await?;
        let first = after.map_or(0, |after| tags.partition_point(|tag| tag.as_str() <= after));
        Ok(tags.iter().skip(first).take(usize::try_from(limit).unwrap_or(usize::MAX)).cloned().collect())
    }

    pub(super) async fn manifest_digest(&self, repository: &str, tag: &str) -> Queried<Option<String>> {
        self.inside(repository)?;
        // The client takes digests too, and a tag has no colon.
        if tag.contains(':') {
            return Err(malformed("tag"));
        }
        let manifest = self.in_time(async { self.client().await?.manifest(repository, tag).await.map_err(unanswered) }).await?;
        Ok(manifest.map(|manifest| manifest.digest.to_string()))
    }

    /// The flavor may ask about what lies in the registry's URI. Everything else has the answer of a missing grant; so has what is made to look
    /// like it lies inside, and the name of another registry. What cannot be a name at all is only that.
    fn inside(&self, repository: &str) -> Result<(), Unanswered<QueryError>> {
        let uri = &self.access.registry().uri;
        if uri.contains_repository(uri.host(), repository) {
            return Ok(());
        }
        let leads_away = repository.contains(':') || repository.split('/').any(|segment| matches!(segment, "" | "." | ".."));
        let everything = pushgate_reference::RegistryUri::parse(uri.host().as_str());
        let is_name = everything.is_ok_and(|everything| everything.contains_repository(uri.host(), repository));
        Err(if is_name || leads_away { Unanswered::from(QueryError::NotGranted) } else { malformed("repository") })
    }

    async fn list(&self, repository: &str) -> Queried<Arc<Vec<String>>> {
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match listed {
            Some((name, tags)) if name == repository => Ok(tags),
            _ => {
                let tags = Arc::new(self.in_time(async { self.client().await?.tags(repository).await.map_err(unanswered) }).await?);
                *self.listed.lock().unwrap_or_else(PoisonError::into_inner) = Some((repository.to_owned(), Arc::clone(&tags)));
                Ok(tags)
            }
        }
    }

    async fn client(&self) -> Queried<&RegistryClient> {
        self.access.get().await.map(|access| &*access.client).map_err(|error| unavailable(HostFailure::Access(error)))
    }

    async fn in_time<T>(&self, question: impl Future<Output = Queried<T>> + Send) -> Queried<T> {
        match tokio::time::timeout(self.patience, self.budget.pay_for(question)).await {
            Ok(answer) => answer,
            Err(_) => {
                let host = self.access.registry().uri.host().to_string();
                Err(unavailable(HostFailure::NoAnswer { host, patience: self.patience }))
            }
        }
    }
}

fn malformed(what: &str) -> Unanswered<QueryError> {
    Unanswered::from(QueryError::Other(format!("this is not a valid {what}")))
}

fn unavailable(failure: HostFailure) -> Unanswered<QueryError> {
    Unanswered { told: QueryError::Unavailable("the registry did not answer".to_owned()), failure: Some(failure) }
}

/// What the flavor is told, and what the operator will be.
fn unanswered(error: RegistryError) -> Unanswered<QueryError> {
    // A registry whose failures used the requests up is what the operator has to look at.
    let error = match error {
        RegistryError::OutOfRequests { last, .. } => {
            return Unanswered { told: QueryError::LimitExceeded, failure: last.map(|last| HostFailure::Registry(Arc::from(last))) };
        }
        error => error,
    };
    let told = match &error {
        // The repository was looked at before.
        RegistryError::InvalidName { .. } => return malformed("tag"),
        RegistryError::Unauthorized { .. } | RegistryError::Denied { .. } => QueryError::Unauthorized,
        RegistryError::Unreachable { .. }
        | RegistryError::TimedOut { .. }
        | RegistryError::Disconnected { .. }
        | RegistryError::Proxy { .. }
        | RegistryError::AsksToWait { .. }
        | RegistryError::Status { .. } => return unavailable(HostFailure::Registry(Arc::new(error))),
        _ => QueryError::Other("the registry gave no answer that can be used".to_owned()),
    };
    Unanswered { told, failure: Some(HostFailure::Registry(Arc::new(error))) }
}
