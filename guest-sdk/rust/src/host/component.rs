//! The bindings of the contract, and their translation to and from this crate's own types.

use std::marker::PhantomData;

use self::bindings::exports::pushgate::flavor::prepare_image_push;
use self::bindings::pushgate::flavor::{log as contract_log, types};
use crate::log::Level;
use crate::{Flavor, InspectError, Push, Refusal, Violation, export, settings};

pub(crate) use types::{Image, ImagePush};

/// The world `flavor`, which every flavor exports.
#[allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, clippy::undocumented_unsafe_blocks)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/v0.1",
        world: "pushgate:flavor/flavor@0.1.0",
        pub_export_macro: true,
    });
}

/// What a flavor with a settings schema exports besides: with [`bindings`] it makes the world `configurable-flavor`.
#[allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, clippy::undocumented_unsafe_blocks)]
pub mod schema_bindings {
    wit_bindgen::generate!({
        inline: "package pushgate:sdk; world settings-schema { export pushgate:flavor/settings@0.1.0; }",
        path: "../../wit/v0.1",
        world: "pushgate:sdk/settings-schema",
        pub_export_macro: true,
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
        Ok(types::Approval::Approved)
    }
}

impl From<Refusal> for types::Refusal {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Denied(violations) => Self::Denied(violations.into_iter().map(types::Violation::from).collect()),
            Refusal::Misconfigured(message) => Self::Misconfigured(message),
            Refusal::Unavailable(message) => Self::Unavailable(message),
            Refusal::Other(message) => Self::Other(message),
        }
    }
}

impl From<Violation> for types::Violation {
    fn from(violation: Violation) -> Self {
        let Violation { code, message, hint, details } = violation;
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
