//! Line 0.1 of the contract.

use wasmtime::Result;
use wasmtime::component::{HasSelf, Linker, Resource};

use crate::raw_answer::{RawAnswer, RawViolation};
use crate::state::{CallState, ImageHandle, PushHandle};
use crate::{HttpError, HttpRequest, HttpResponse, InspectError, LogLevel, QueryError};

use generated::pushgate::flavor::{http, log, registry, types};

/// What `prepare` takes and gives.
pub(crate) type HookParameters = (Resource<PushHandle>,);
pub(crate) type HookResults = (std::result::Result<types::Approval, types::Refusal>,);

type Images = std::result::Result<Vec<Resource<ImageHandle>>, types::InspectError>;
type Answered<T> = std::result::Result<T, registry::QueryError>;

/// The type of `prepare`, as [`type_name`](crate::type_name) writes it. A flavor may also borrow the push.
pub(crate) const HOOK_TYPE: &str = "func(image-push) -> result<enum { approved }, variant { denied(list<record { code: string, \
     message: string, hint: option<string>, details: list<tuple<string, string>> }>), misconfigured(string), \
     unavailable(string), other(string) }>";
/// The type of `schema`.
pub(crate) const SETTINGS_TYPE: &str = "func() -> string";

#[allow(missing_docs, unreachable_pub, clippy::all)]
mod generated {
    wasmtime::component::bindgen!({
        path: "../../wit/v0.1",
        inline: "
            package pushgate:sandbox;
            world host {
                import pushgate:flavor/types@0.1.2;
                import pushgate:flavor/log@0.1.2;
                import pushgate:flavor/registry@0.1.2;
                import pushgate:flavor/http@0.1.2;
            }
        ",
        world: "pushgate:sandbox/host",
        imports: {
            "pushgate:flavor/types.[method]image-push.images": async | trappable,
            "pushgate:flavor/types.[method]image-push.digest": async | trappable,
            "pushgate:flavor/registry": async | trappable,
            "pushgate:flavor/http": async | trappable,
            default: trappable,
        },
        with: {
            "pushgate:flavor/types.image": crate::state::ImageHandle,
            "pushgate:flavor/types.image-push": crate::state::PushHandle,
        },
    });
}

/// Defines every interface of this line that a flavor may import.
pub(crate) fn add_to_linker(linker: &mut Linker<CallState>) -> Result<()> {
    types::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    log::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    registry::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    http::add_to_linker::<_, HasSelf<_>>(linker, |state| state)
}

/// The answer in words that are the same for every line.
pub(crate) fn raw_answer((answer,): HookResults) -> RawAnswer {
    match answer {
        Ok(types::Approval::Approved) => RawAnswer::Approved,
        Err(types::Refusal::Denied(violations)) => RawAnswer::Denied(violations.into_iter().map(raw_violation).collect()),
        Err(types::Refusal::Misconfigured(text)) => RawAnswer::Misconfigured(text),
        Err(types::Refusal::Unavailable(text)) => RawAnswer::Unavailable(text),
        Err(types::Refusal::Other(text)) => RawAnswer::Other(text),
    }
}

fn raw_violation(violation: types::Violation) -> RawViolation {
    let types::Violation { code, message, hint, details } = violation;
    RawViolation { code, message, hint, details }
}

impl types::Host for CallState {}

impl types::HostImagePush for CallState {
    fn reference(&mut self, push: Resource<PushHandle>) -> Result<String> {
        Ok(self.lent(&push)?.0.reference.clone())
    }

    fn registry(&mut self, push: Resource<PushHandle>) -> Result<String> {
        Ok(self.lent(&push)?.0.registry.clone())
    }

    fn repository(&mut self, push: Resource<PushHandle>) -> Result<String> {
        Ok(self.lent(&push)?.0.repository.clone())
    }

    fn tag(&mut self, push: Resource<PushHandle>) -> Result<Option<String>> {
        Ok(self.lent(&push)?.0.tag.clone())
    }

    fn registry_uri(&mut self, push: Resource<PushHandle>) -> Result<String> {
        Ok(self.lent(&push)?.0.registry_uri.clone())
    }

    fn settings(&mut self, push: Resource<PushHandle>) -> Result<String> {
        Ok(self.lent(&push)?.0.settings.clone())
    }

    fn requested_at(&mut self, push: Resource<PushHandle>) -> Result<u64> {
        Ok(self.lent(&push)?.0.requested_at)
    }

    fn dry_run(&mut self, push: Resource<PushHandle>) -> Result<bool> {
        Ok(self.lent(&push)?.0.dry_run)
    }

    async fn images(&mut self, push: Resource<PushHandle>) -> Result<Images> {
        self.lent(&push)?;
        match CallState::images(self).await {
            Ok(images) => images.into_iter().map(|image| self.lend(ImageHandle(image))).collect::<Result<_>>().map(Ok),
            Err(error) => Ok(Err(error.into())),
        }
    }

    async fn digest(&mut self, push: Resource<PushHandle>) -> Result<std::result::Result<Option<String>, types::InspectError>> {
        self.lent(&push)?;
        Ok(CallState::digest(self).await.map_err(Into::into))
    }

    fn drop(&mut self, push: Resource<PushHandle>) -> Result<()> {
        self.take_back(push)
    }
}

impl From<InspectError> for types::InspectError {
    fn from(error: InspectError) -> Self {
        match error {
            InspectError::NotFound => Self::NotFound,
            InspectError::NotAnImage(kind) => Self::NotAnImage(kind),
            InspectError::Unavailable(reason) => Self::Unavailable(reason),
            InspectError::Other(reason) => Self::Other(reason),
        }
    }
}

impl types::HostImage for CallState {
    fn platform(&mut self, image: Resource<ImageHandle>) -> Result<String> {
        Ok(self.lent(&image)?.0.platform.clone())
    }

    fn labels(&mut self, image: Resource<ImageHandle>) -> Result<Vec<(String, String)>> {
        Ok(self.lent(&image)?.0.labels.clone())
    }

    fn config(&mut self, image: Resource<ImageHandle>) -> Result<String> {
        Ok(self.lent(&image)?.0.config.clone())
    }

    fn compressed_size(&mut self, image: Resource<ImageHandle>) -> Result<Option<u64>> {
        Ok(self.lent(&image)?.0.compressed_size)
    }

    fn uncompressed_size(&mut self, image: Resource<ImageHandle>) -> Result<Option<u64>> {
        Ok(self.lent(&image)?.0.uncompressed_size)
    }

    fn annotations(&mut self, image: Resource<ImageHandle>) -> Result<Vec<(String, String)>> {
        Ok(self.lent(&image)?.0.annotations.clone())
    }

    fn drop(&mut self, image: Resource<ImageHandle>) -> Result<()> {
        self.take_back(image)
    }
}

impl log::Host for CallState {
    fn log(&mut self, level: log::Level, message: String) -> Result<()> {
        let level = match level {
            log::Level::Trace => LogLevel::Trace,
            log::Level::Debug => LogLevel::Debug,
            log::Level::Info => LogLevel::Info,
            log::Level::Warn => LogLevel::Warn,
            log::Level::Error => LogLevel::Error,
        };
        CallState::log(self, level, message);
        Ok(())
    }
}

impl registry::Host for CallState {
    async fn repository_exists(&mut self, repository: String) -> Result<Answered<bool>> {
        Ok(CallState::repository_exists(self, &repository).await.map_err(Into::into))
    }

    async fn tags(&mut self, repository: String, after: Option<String>, limit: u32) -> Result<Answered<Vec<String>>> {
        Ok(CallState::tags(self, &repository, after.as_deref(), limit).await.map_err(Into::into))
    }

    async fn manifest_digest(&mut self, repository: String, tag: String) -> Result<Answered<Option<String>>> {
        Ok(CallState::manifest_digest(self, &repository, &tag).await.map_err(Into::into))
    }
}

impl From<QueryError> for registry::QueryError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::NotGranted => Self::NotGranted,
            QueryError::LimitExceeded => Self::LimitExceeded,
            QueryError::Unauthorized => Self::Unauthorized,
            QueryError::Unavailable(reason) => Self::Unavailable(reason),
            QueryError::Other(reason) => Self::Other(reason),
        }
    }
}

impl http::Host for CallState {
    async fn send(&mut self, request: http::Request) -> Result<std::result::Result<http::Response, http::HttpError>> {
        let http::Request { method, url, headers, body } = request;
        let sent = CallState::send(self, HttpRequest { method, url, headers, body }).await;
        Ok(match sent {
            Ok(HttpResponse { status, headers, body }) => Ok(http::Response { status, headers, body }),
            Err(error) => Err(error.into()),
        })
    }
}

impl From<HttpError> for http::HttpError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::NotGranted(reason) => Self::NotGranted(reason),
            HttpError::InvalidRequest(reason) => Self::InvalidRequest(reason),
            HttpError::LimitExceeded => Self::LimitExceeded,
            HttpError::TimedOut => Self::TimedOut,
            HttpError::TooLarge => Self::TooLarge,
            HttpError::Unreachable(reason) => Self::Unreachable(reason),
            HttpError::Other(reason) => Self::Other(reason),
        }
    }
}
