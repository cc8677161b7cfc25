//! One push, or one question: what of it is open, and what was said to it.

use std::fmt;
use std::sync::Arc;

use http::header::{AUTHORIZATION, HeaderValue};
use http::{Method, StatusCode};
use pushgate_net::{AddressPolicy, Destination, Outgoing, Reply, Timeouts, Transport, asked_to_wait, budget, message};
use tracing::debug;

use crate::auth::Access;
use crate::error::{Missing, RegistryError, RequestContext, Step};
use crate::registry::connections::Connections;
use crate::registry::large_uploads::LargeUploads;
use crate::registry::linked::Linked;
use crate::registry::mounting::Mounting;
use crate::registry::open::UploadSessions;
use crate::registry::options::ClientOptions;
use crate::registry::retry::{NextAttempt, Retries};
use crate::registry::shared::Registry;
use crate::registry::warnings::{Warnings, texts};
use crate::reply;

/// The most bytes of an answer that nobody reads: 64 KiB.
pub(super) const UNREAD: u64 = 64 * 1024;

/// A client of a registry, for one push. It needs a tokio runtime with time and I/O. Cheap to make: what takes time to come by is the
/// [`Registry`]'s, and is shared.
pub struct RegistryClient {
    pub(super) registry: Arc<Registry>,
    /// The registry's connections, of which each push has so many at a time.
    pub(super) transport: Transport,
    pub(super) large_uploads: LargeUploads,
    /// What a registry does with mounts may differ between repositories, and pass.
    pub(super) mounting: Mounting,
    /// What was opened and not closed.
    pub(super) uploads: UploadSessions,
    /// What it wrote into lists itself.
    pub(super) linked: Linked,
    warnings: Warnings,
    /// Why layers were not mounted from repositories that the user named.
    pub(super) not_mounted: Warnings,
}

impl fmt::Debug for RegistryClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RegistryClient({})", self.registry.origin())
    }
}

/// A request of the protocol: everything but the authorization.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) repository: &'a str,
    pub(super) step: Step,
    pub(super) access: Access,
    /// One more repository that the registry reads for it.
    pub(super) also_pull: Option<&'a str>,
    /// The most bytes of a good answer.
    pub(super) limit: u64,
}

impl Call<'_> {
    /// The request without a body.
    pub(super) fn bare(&self, target: String) -> Outgoing {
        let (headers, body) = (message::common_headers(), message::empty());
        Outgoing { method: self.method.clone(), target, headers, body, sent: None, region: None }
    }
}

impl RegistryClient {
    /// A client of a registry that is shared with nobody. Nothing is sent.
    ///
    /// # Errors
    /// If a file with certificates cannot be used.
    pub fn new(options: ClientOptions) -> Result<Self, RegistryError> {
        Ok(Self::of(&Registry::new(options)?))
    }

    /// The same with other time limits.
    ///
    /// # Errors
    /// If a file with certificates cannot be used.
    pub fn with_timeouts(options: ClientOptions, timeouts: Timeouts) -> Result<Self, RegistryError> {
        Ok(Self::of(&Registry::with_timeouts(options, timeouts)?))
    }

    /// A client over connections that were set up with the same options, but for the credentials.
    #[must_use]
    pub fn over(connections: &Connections, options: ClientOptions) -> Self {
        Self::of(&Registry::over(connections, options))
    }

    /// A client for one more push to a registry.
    #[must_use]
    pub fn of(registry: &Arc<Registry>) -> Self {
        Self {
            registry: Arc::clone(registry),
            transport: registry.transport().for_another(),
            large_uploads: LargeUploads::default(),
            mounting: Mounting::default(),
            uploads: UploadSessions::default(),
            linked: Linked::default(),
            warnings: Warnings::default(),
            not_mounted: Warnings::default(),
        }
    }

    /// The registry, for further clients.
    #[must_use]
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// What the registry warned of so far (`Warning: 299`), each once.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.all()
    }

    /// Why blobs were sent that should have been mounted from another repository, each repository once.
    #[must_use]
    pub fn mount_warnings(&self) -> Vec<String> {
        self.not_mounted.all()
    }

    pub(super) fn context(&self, call: &Call<'_>) -> RequestContext {
        self.registry.context_of(call.repository, call.step.clone())
    }

    /// Sends a request that may be repeated: until there is an answer that will not pass, or no more attempts.
    pub(super) async fn call(&self, call: &Call<'_>, outgoing: impl Fn() -> Outgoing + Sync) -> Result<Reply, RegistryError> {
        let mut retries = Retries::new(self.registry.timeouts());
        loop {
            let outcome = self.attempt_at_once(call, &outgoing).await;
            let verdict = match &outcome {
                Ok(answer) => retries.after_answer(answer),
                Err(error) => retries.after_error(error, self.registry.reached()),
            };
            if matches!(verdict, NextAttempt::Again(_)) && budget::is_spent() {
                let last = match outcome {
                    Ok(answer) => self.unexpected(call, &answer),
                    Err(error) => error,
                };
                return Err(RegistryError::OutOfRequests { context: self.context(call), last: Some(Box::new(last)) });
            }
            if !self.wait_as(verdict, &self.context(call)).await? {
                return outcome;
            }
        }
    }

    /// Waits before the next attempt, if there is to be one.
    pub(super) async fn wait_as(&self, verdict: NextAttempt, context: &RequestContext) -> Result<bool, RegistryError> {
        match verdict {
            NextAttempt::Final => Ok(false),
            NextAttempt::TooLong(wait) => Err(RegistryError::AsksToWait { context: context.clone(), wait }),
            NextAttempt::Again(wait) => {
                debug!(%context, ?wait, "trying again");
                self.transport.waits().asked(context, wait);
                tokio::time::sleep(wait).await;
                Ok(true)
            }
        }
    }

    /// Sends a request to the registry. A 401 is answered once. `outgoing` makes the request, and makes it anew for the second attempt.
    pub(super) async fn attempt<E: From<RegistryError>>(
        &self,
        call: &Call<'_>,
        outgoing: impl AsyncFn() -> Result<Outgoing, E>,
        mut advanced: impl FnMut(u64),
    ) -> Result<Reply, E> {
        let mut is_last = false;
        loop {
            let used = self.registry.authenticator().header(call.repository, call.access, call.also_pull).await?;
            let request = outgoing().await?;
            if let Some(answer) = self.exchange(call, request, used, is_last, &mut advanced).await? {
                return Ok(answer);
            }
            is_last = true;
        }
    }

    /// The same where nothing has to be waited for to make the request. A future that waits for a closure's cannot be moved to another thread, as
    /// those of flavors can.
    pub(super) async fn attempt_at_once(&self, call: &Call<'_>, outgoing: &impl Fn() -> Outgoing) -> Result<Reply, RegistryError> {
        let mut is_last = false;
        loop {
            let used = self.registry.authenticator().header(call.repository, call.access, call.also_pull).await?;
            if let Some(answer) = self.exchange(call, outgoing(), used, is_last, |_| ()).await? {
                return Ok(answer);
            }
            is_last = true;
        }
    }

    /// Sends a request with the authorization `used`. None if it was challenged and may be sent again.
    async fn exchange(
        &self,
        call: &Call<'_>,
        mut request: Outgoing,
        used: Option<HeaderValue>,
        is_last: bool,
        advanced: impl FnMut(u64),
    ) -> Result<Option<Reply>, RegistryError> {
        let context = self.context(call);
        if let Some(value) = &used {
            if value.as_bytes().starts_with(b"Bearer ") {
                self.registry.with_token.send_replace(true);
            }
            request.headers.insert(AUTHORIZATION, value.clone());
        }
        // The user named the registry, so it may be anywhere.
        let destination = Destination { origin: self.registry.origin(), policy: AddressPolicy::Anywhere, purpose: &context };
        let exchanged = self.transport.exchange(destination, request, call.limit, advanced).await;
        let answer = exchanged.map_err(|error| RegistryError::of_transport(error, &context))?;
        self.registry.has_answered();
        for text in texts(&answer.headers) {
            self.warnings.add(self.registry.authenticator().without_secrets(text));
        }
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(Some(answer));
        }
        if is_last {
            return Err(self.registry.authenticator().rejected(&answer, &context, call.access, call.also_pull));
        }
        self.registry.authenticator().challenged(&answer, used.as_ref(), &context)?;
        Ok(None)
    }

    /// The error for a status that the step does not foresee.
    pub(super) fn unexpected(&self, call: &Call<'_>, answer: &Reply) -> RegistryError {
        match self.status(self.context(call), answer) {
            RegistryError::Status { context, code: 403, said, .. } => {
                self.registry.authenticator().denied(context, call.access, call.also_pull, *said)
            }
            RegistryError::Status { context, code: 404, said, .. } => {
                RegistryError::NotFound { context, missing: Missing::of(&said.codes), said }
            }
            error => error,
        }
    }

    /// The error for a status, with what the registry says about it.
    pub(super) fn status(&self, context: RequestContext, answer: &Reply) -> RegistryError {
        let said = Box::new(self.registry.authenticator().censor(reply::said(answer, self.registry.origin())));
        RegistryError::Status { context, code: answer.status.as_u16(), said, retry_after: asked_to_wait(answer) }
    }
}
