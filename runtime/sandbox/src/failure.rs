//! From an error of the runtime to how a call broke.

use wasmtime::{Error, Trap};

use crate::state::{CallState, Stop};
use crate::text::excerpt;
use crate::wall_clock::Elapsed;
use crate::{CallError, Limits, TrapCause};

/// The longest message of the runtime that is passed on.
const MESSAGE_BYTES: usize = 500;

/// An error of the runtime, and where it came up.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) phase: Phase,
    pub(crate) error: Error,
}

/// What a call was at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Instantiate,
    Call,
}

/// The host refused what the guest asked for, in words for its author.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) String);

/// The outcome of a call in the words of the public API.
pub(crate) fn settle<T>(outcome: Result<Result<T, Failure>, Elapsed>, state: &CallState, limits: &Limits) -> Result<T, CallError> {
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(failure)) => Err(failure.explain(state, limits)),
        Err(Elapsed) => Err(CallError::WallLimit { limit: limits.wall }),
    }
}

impl Failure {
    pub(crate) fn instantiate(error: Error) -> Self {
        Self { phase: Phase::Instantiate, error }
    }

    pub(crate) fn call(error: Error) -> Self {
        Self { phase: Phase::Call, error }
    }

    fn explain(self, state: &CallState, limits: &Limits) -> CallError {
        let Self { phase, error } = self;
        match error.downcast_ref::<Stop>() {
            Some(Stop::Compute) => return CallError::ComputeLimit { limit: limits.compute },
            Some(Stop::Wall) => return CallError::WallLimit { limit: limits.wall },
            Some(stop @ Stop::Handles(count)) => {
                return CallError::MemoryLimit { limit: format!("{count} handles"), message: stop.to_string() };
            }
            None => {}
        }
        // The runtime does not make its error for this public.
        if error.root_cause().to_string().contains("fuel allocated for hostcalls") {
            return CallError::HostCallLimit { limit: limits.host_call_bytes };
        }
        if error.root_cause().to_string().contains("store handle limit exceeded") {
            let message = "it cannot hold or lend another one".to_owned();
            return CallError::MemoryLimit { limit: format!("{} handles", limits.handles), message };
        }
        let trap = error.downcast_ref::<Trap>();
        let message = match trap {
            Some(trap) => trap.to_string(),
            None => error.root_cause().to_string(),
        };
        let message = excerpt(message.trim_start_matches("wasm trap: "), MESSAGE_BYTES);
        if let Some(limit) = state.limiter.refused() {
            return CallError::MemoryLimit { limit, message };
        }
        if let Some(limit) = too_many(&message, limits) {
            return CallError::MemoryLimit { limit, message };
        }
        if trap.is_some() || error.is::<Refused>() {
            let last_words = state.log.last_words();
            let cause = match &last_words {
                _ if message.contains("`wasi:") => {
                    let function = message.split('`').nth(1).unwrap_or_default();
                    Some(state.toolchain.about_wasi(function, last_words.as_deref()))
                }
                Some(words) => state.toolchain.about_words(words, state.looked_for),
                None if message.contains("unreachable") => Some(TrapCause::Silence(state.toolchain)),
                None => None,
            };
            return CallError::Trap { message, last_words, cause };
        }
        match phase {
            Phase::Instantiate => CallError::Instantiate { message },
            Phase::Call => CallError::BadValue { message },
        }
    }
}

/// The limit of a number that the runtime says was exceeded.
fn too_many(message: &str, limits: &Limits) -> Option<String> {
    let counted = message.strip_prefix("resource limit exceeded: ")?;
    Some(match counted.split(' ').next() {
        Some("instance") => format!("{} instances", limits.instances),
        Some("memory") => format!("{} memories", limits.memories),
        _ => format!("{} tables", limits.tables),
    })
}
