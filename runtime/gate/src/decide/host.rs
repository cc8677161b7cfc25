//! What the host does for a hook while it runs: answers questions about the images and what it was granted, takes its messages, remembers what
//! failed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use pushgate_net::RequestBudget;
use pushgate_sandbox::{
    Call, CallError, Capability, FlavorHost, HttpError, HttpRequest, HttpResponse, Image, InspectError, LogLevel, LogRecord, QueryError,
};

use super::before::{Answered, Before, Unanswered};
use super::host_failure::HostFailure;
use super::http::HttpRequests;
use super::images::{Images, ImagesError, ListedImages};
use super::origin::origin;
use super::registry_queries::RegistryQueries;
use crate::decision::{Message, Warning};
use crate::grant::Grant;
use crate::hook::Hook;
use crate::registry_access::RegistryAccess;

/// The host's side of one call. What was not granted is not there.
pub struct HookHost {
    flavor: String,
    images: Arc<dyn Images>,
    queries: Option<RegistryQueries>,
    requests: Option<HttpRequests>,
    before: Mutex<Before>,
}

impl HookHost {
    /// The host of one call of a hook.
    pub fn new(hook: &Hook, access: &Arc<RegistryAccess>, images: Arc<dyn Images>, dry_run: bool) -> Self {
        let limits = hook.limits.effective();
        let patience = limits.wall * 4 / 5;
        // A call is at least one request, and may be many: both are held to the same number.
        let budget = RequestBudget::new(limits.capability_calls);
        Self {
            flavor: hook.label.clone(),
            images,
            queries: hook.grants.contains(&Grant::Registry).then(|| RegistryQueries::new(Arc::clone(access), patience, budget.clone())),
            requests: HttpRequests::new(hook, access.registry().name.as_deref(), access.credential_sources(), dry_run, budget),
            before: Mutex::default(),
        }
    }

    /// Why something that the flavor needed failed last, if anything did.
    pub fn failure(&self) -> Option<HostFailure> {
        self.before().failed.clone()
    }

    /// What went before, now.
    pub(super) fn before(&self) -> MutexGuard<'_, Before> {
        self.before.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, failure: HostFailure) {
        *self.before() = Before { failed: Some(failure), answered: None };
    }

    /// The guest is told that it failed and not how: paths and addresses of this machine are none of its business.
    fn unreadable(&self, error: ImagesError) -> InspectError {
        let told =
            if error.is_not_found { InspectError::NotFound } else { InspectError::Unavailable("the source could not be read".to_owned()) };
        self.remember(HostFailure::Images(error));
        told
    }

    fn told<T, E>(&self, answer: Result<T, Unanswered<E>>) -> Result<T, E> {
        answer.map_err(|Unanswered { told, failure }| {
            match failure {
                Some(failure) => self.remember(failure),
                None => self.before().answered = None,
            }
            told
        })
    }
}

#[async_trait]
impl FlavorHost for HookHost {
    async fn images(&self) -> Result<Vec<Image>, InspectError> {
        match self.images.images().await {
            Ok(ListedImages::Images(images)) => Ok(images),
            Ok(ListedImages::Artifact(media_type)) => Err(InspectError::NotAnImage(media_type)),
            Err(error) => Err(self.unreadable(error)),
        }
    }

    async fn digest(&self) -> Result<Option<String>, InspectError> {
        self.images.digest().await.map_err(|error| self.unreadable(error))
    }

    fn log(&self, record: &LogRecord) {
        let flavor = self.flavor.as_str();
        let message = record.message.as_str();
        match record.level {
            LogLevel::Trace => tracing::trace!(target: "flavor", "{flavor}: {message}"),
            LogLevel::Debug => tracing::debug!(target: "flavor", "{flavor}: {message}"),
            // Kept in the report too, and shown from there where the log is not shown.
            LogLevel::Info => tracing::info!(target: "flavor", "{flavor}: {message}"),
            // Warnings and errors are kept in the report, and shown from there.
            LogLevel::Warn | LogLevel::Error => {}
        }
    }

    fn grants(&self, capability: Capability) -> bool {
        match capability {
            Capability::Registry => self.queries.is_some(),
            Capability::Http => self.requests.is_some(),
        }
    }

    fn limit_exceeded(&self) {
        self.before().answered = None;
    }

    async fn repository_exists(&self, repository: &str) -> Result<bool, QueryError> {
        let queries = self.queries.as_ref().ok_or(QueryError::NotGranted)?;
        self.told(queries.repository_exists(repository).await)
    }

    async fn tags(&self, repository: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, QueryError> {
        let queries = self.queries.as_ref().ok_or(QueryError::NotGranted)?;
        self.told(queries.tags(repository, after, limit).await)
    }

    async fn manifest_digest(&self, repository: &str, tag: &str) -> Result<Option<String>, QueryError> {
        let queries = self.queries.as_ref().ok_or(QueryError::NotGranted)?;
        self.told(queries.manifest_digest(repository, tag).await)
    }

    async fn send(&self, request: HttpRequest, limit: usize) -> Result<HttpResponse, HttpError> {
        let requests = self.requests.as_ref().ok_or_else(HttpError::nothing_granted)?;
        let origin = origin(&request.url).to_owned();
        let response = self.told(requests.send(request, limit).await)?;
        self.before().answered = Some(Answered { origin, status: response.status });
        Ok(response)
    }
}

/// What a hook said to the person who pushes, beside warnings.
pub(super) fn messages<'a>(flavor: &'a str, call: &'a Call) -> impl Iterator<Item = Message> + 'a {
    let said = call.log.iter().filter(|record| record.level == LogLevel::Info);
    said.map(|record| Message { hook: flavor.to_owned(), message: record.message.clone() })
}

/// The warnings and errors that a hook logged, as entries of the report, without the error that says why the call failed: it is told as that.
pub(super) fn warnings(flavor: &str, call: &Call) -> Vec<Warning> {
    let told = match &call.answer {
        Err(CallError::Trap { last_words, .. }) => last_words.as_deref(),
        _ => None,
    };
    let warning = |message: String| Warning { hook: Some(flavor.to_owned()), code: None, message, hint: None };
    let mut warnings: Vec<Warning> = call
        .log
        .iter()
        .filter(|record| matches!(record.level, LogLevel::Warn | LogLevel::Error) && told != Some(record.message.as_str()))
        .map(|record| warning(record.message.clone()))
        .collect();
    if call.log_suppressed > 0 {
        warnings.push(warning(format!("{} more messages suppressed", call.log_suppressed)));
    }
    warnings
}
