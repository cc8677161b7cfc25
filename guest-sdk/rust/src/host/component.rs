//! The bindings of the contract, and their translation to and from this crate's own types.

use std::marker::PhantomData;

use self::bindings::exports::pushgate::flavor::prepare_image_push;
use self::bindings::pushgate::flavor::{log as contract_log, types};
use self::capabilities::pushgate::flavor::{http as contract_http, registry as contract_registry};
use crate::http::{HttpError, Request, Response};
use crate::log::Level;
use crate::registry::QueryError;
use crate::{Flavor, InspectError, Push, Refusal, Violation, export, made, settings};

pub(crate) use types::{Image, ImagePush};

/// The world `flavor`, which every flavor exports.
#[allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, clippy::undocumented_unsafe_blocks)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "pushgate:flavor/flavor@0.1.2",
        pub_export_macro: true,
    });
}

/// What a flavor with a settings schema exports besides: with [`bindings`] it makes the world `configurable-flavor`.
#[allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, clippy::undocumented_unsafe_blocks)]
pub mod schema_bindings {
    wit_bindgen::generate!({
        inline: "package pushgate:sdk; world settings-schema { export pushgate:flavor/settings@0.1.2; }",
        path: "wit",
        world: "pushgate:sdk/settings-schema",
        pub_export_macro: true,
    });
}

/// The capabilities. A component imports those of which it uses a function: the linker drops the others.
mod capabilities {
    #![allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, clippy::undocumented_unsafe_blocks)]
    wit_bindgen::generate!({
        inline: "package pushgate:sdk; world capabilities { import pushgate:flavor/registry@0.1.2; import pushgate:flavor/http@0.1.2; }",
        path: "wit",
        world: "pushgate:sdk/capabilities",
        generate_all,
    });
}

/// The hook of a flavor, as the component exports it.
pub struct Hook<F>(PhantomData<F>);

impl<F: Flavor> prepare_image_push::Guest for Hook<F> {
    fn prepare(push: ImagePush) -> Result<types::Approval, types::Refusal> {
        export::report_panics();
        let push = Push::new(push);
        let settings = settings::parse(push.settings())?;
        F::prepare(&push, settings)?;
        match made::forgotten() {
            None => Ok(types::Approval::Approved),
            Some(forgotten) => export::fail(&forgotten),
        }
    }
}

impl From<Refusal> for types::Refusal {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Denied(violations) => Self::Denied(violations.into_iter().map(types::Violation::from).collect()),
            Refusal::Misconfigured(reason) => Self::Misconfigured(reason.into()),
            Refusal::Unavailable(reason) => Self::Unavailable(reason.into()),
            Refusal::Other(reason) => Self::Other(reason.into()),
        }
    }
}

impl From<Violation> for types::Violation {
    fn from(violation: Violation) -> Self {
        let Violation { code, message, hint, details, .. } = violation;
        Self { code, message, hint, details }
    }
}

impl From<types::InspectError> for InspectError {
    fn from(error: types::InspectError) -> Self {
        match error {
            types::InspectError::NotFound => Self::NotFound,
            types::InspectError::NotAnImage(artifact_type) => Self::NotAnImage(artifact_type),
            types::InspectError::Unavailable(reason) => Self::Unavailable(reason),
            types::InspectError::Other(reason) => Self::Other(reason),
        }
    }
}

pub(crate) fn log(level: Level, message: &str) {
    let level = match level {
        Level::Trace => contract_log::Level::Trace,
        Level::Debug => contract_log::Level::Debug,
        Level::Info => contract_log::Level::Info,
        Level::Warn => contract_log::Level::Warn,
        Level::Error => contract_log::Level::Error,
    };
    contract_log::log(level, message);
}

pub(crate) fn repository_exists(repository: &str) -> Result<bool, QueryError> {
    contract_registry::repository_exists(repository).map_err(QueryError::from)
}

pub(crate) fn tags(repository: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, QueryError> {
    contract_registry::tags(repository, after, limit).map_err(QueryError::from)
}

pub(crate) fn manifest_digest(repository: &str, tag: &str) -> Result<Option<String>, QueryError> {
    contract_registry::manifest_digest(repository, tag).map_err(QueryError::from)
}

pub(crate) fn send(request: Request) -> Result<Response, HttpError> {
    let Request { method, url, headers, body } = request;
    let response = contract_http::send(&contract_http::Request { method, url, headers, body })?;
    Ok(Response { status: response.status, headers: response.headers, body: response.body })
}

impl From<contract_registry::QueryError> for QueryError {
    fn from(error: contract_registry::QueryError) -> Self {
        match error {
            contract_registry::QueryError::NotGranted => Self::NotGranted,
            contract_registry::QueryError::LimitExceeded => Self::LimitExceeded,
            contract_registry::QueryError::Unauthorized => Self::Unauthorized,
            contract_registry::QueryError::Unavailable(text) => Self::Unavailable(text),
            contract_registry::QueryError::Other(text) => Self::Other(text),
        }
    }
}

impl From<contract_http::HttpError> for HttpError {
    fn from(error: contract_http::HttpError) -> Self {
        match error {
            contract_http::HttpError::NotGranted(text) => Self::NotGranted(text),
            contract_http::HttpError::InvalidRequest(text) => Self::InvalidRequest(text),
            contract_http::HttpError::LimitExceeded => Self::LimitExceeded,
            contract_http::HttpError::TimedOut => Self::TimedOut,
            contract_http::HttpError::TooLarge => Self::TooLarge,
            contract_http::HttpError::Unreachable(text) => Self::Unreachable(text),
            contract_http::HttpError::Other(text) => Self::Other(text),
        }
    }
}
