//! What can go wrong with the Engine, and whose fault it is.

use std::fmt;

use pushgate_oci::{Digest, MAX_LAYERS};
use thiserror::Error;

use super::failure::{EngineFault, RegistryFault};
use super::fault::Fault;
use super::text::bounded;

/// One address that was tried, and why no Engine was found there.
#[derive(Debug)]
pub struct Attempt {
    /// The address, and where it comes from.
    pub address: String,
    pub(super) fault: Fault,
}

impl Attempt {
    /// Whether this user may not open the socket.
    pub fn is_forbidden(&self) -> bool {
        matches!(self.fault, Fault::Forbidden)
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.address, self.fault)
    }
}

/// A failure of the Docker Engine, or of the registry as the Engine reports it.
///
/// Texts from the daemon are cut at 1 KiB and freed of the credentials that were sent. They are not escaped.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The address that was chosen is one that pushgate does not connect to.
    #[error("{origin}: {value} cannot be used: {problem}")]
    HostRefused {
        /// `DOCKER_HOST`, or the context that holds the address.
        origin: String,
        /// The address, without any user name or password in it.
        value: String,
        /// Why.
        problem: &'static str,
    },
    /// Docker's configuration, which says which Engine is meant, cannot be used.
    #[error("which Docker Engine is meant cannot be told: {path}: {problem}")]
    Config {
        /// The file, or the folder.
        path: String,
        /// Why. It holds nothing of the file.
        problem: String,
    },
    /// The context that was chosen cannot be used.
    #[error("the Docker context `{name}` ({origin}) cannot be used: {problem}")]
    Context {
        /// Its name.
        name: String,
        /// What chose it.
        origin: String,
        /// Why.
        problem: String,
    },
    /// The files for TLS to the daemon cannot be used.
    #[error("TLS to the Docker Engine: {path}: {problem}")]
    Tls {
        /// The file, or the folder.
        path: String,
        /// Why.
        problem: String,
    },
    /// No address had an Engine behind it.
    #[error("no Docker Engine answers; tried {}", list(.tried))]
    NoDaemon {
        /// Everything that was tried, in this order.
        tried: Vec<Attempt>,
    },
    /// An Engine answered, whose API is not one that pushgate speaks.
    #[error("the Docker Engine at {address} cannot be used: {problem}")]
    Version {
        /// Where it was found.
        address: String,
        /// What it said, and what is supported.
        problem: String,
    },
    /// A name that must not reach the Engine's URL.
    #[error("`{name}` is not an image name that the Docker Engine can be asked for: {problem}")]
    InvalidName {
        /// The name.
        name: String,
        /// Which rule it breaks.
        problem: &'static str,
    },
    /// The Engine has no such image.
    #[error("the Docker Engine has no image `{name}`")]
    NoSuchImage {
        /// The name or ID.
        name: String,
    },
    /// The name means an index of several manifests, of which only one could be shown to the hooks.
    #[error("`{name}` is an index of several manifests, and the Docker Engine would push all of them")]
    Index {
        /// The name or ID.
        name: String,
    },
    /// More layers than pushgate pushes.
    #[error("the image `{name}` has more layers than the {MAX_LAYERS} allowed")]
    TooManyLayers {
        /// The name or ID.
        name: String,
    },
    /// The tag no longer means the image that was checked.
    #[error("tag moved: `{name}` was {expected} when it was checked, and is {} now", .found.as_ref().map_or("gone", Digest::as_str))]
    TagMoved {
        /// The name.
        name: String,
        /// The ID of the image that was checked.
        expected: Digest,
        /// The ID of the image that has the name now, if there is one.
        found: Option<Digest>,
    },
    /// The daemon refused a request, or its answer could not be read.
    #[error("{action}: {problem}")]
    Request {
        /// What was asked for.
        action: String,
        /// What happened instead.
        problem: RequestProblem,
    },
    /// The daemon reports that the push failed.
    #[error("pushing {name}: {message}")]
    Push {
        /// The name that was being pushed.
        name: String,
        /// The daemon's words.
        message: String,
        /// Which kind of fault of the registry that is, or `None` where the daemon failed by itself.
        registry: Option<RegistryFault>,
    },
    /// The push could not be followed to its end. The registry may or may not hold the image now.
    #[error("pushing {name}: {problem}")]
    PushLost {
        /// The name that was being pushed.
        name: String,
        /// What happened.
        problem: RequestProblem,
    },
    /// The stream of the push ended properly, without an error and without a digest.
    #[error("pushing {name}: the Docker Engine stopped reporting without saying what was pushed")]
    NoDigest {
        /// The name that was being pushed.
        name: String,
    },
}

/// Why a request has no usable answer.
#[derive(Debug)]
pub struct RequestProblem(pub(super) Fault);

impl fmt::Display for RequestProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl EngineError {
    pub(super) fn request(action: String, fault: Fault) -> Self {
        Self::Request { action: bounded(&action, 1024), problem: RequestProblem(fault) }
    }

    /// Why the Docker Engine failed by itself in a push, as far as its words are known.
    #[must_use]
    pub fn engine_fault(&self) -> Option<EngineFault> {
        match self {
            Self::Push { registry: None, message, .. } => EngineFault::of_message(message),
            _ => None,
        }
    }

    /// Whether the registry is at fault, as the daemon reports it. Otherwise it is the Engine, or the image in it.
    #[must_use]
    pub fn blames_registry(&self) -> bool {
        matches!(self, Self::Push { registry: Some(_), .. })
    }

    /// Whether the registry wants other credentials than it was shown, as the daemon reports it.
    #[must_use]
    pub fn asks_for_credentials(&self) -> bool {
        matches!(self, Self::Push { registry: Some(RegistryFault::Unauthorized), .. })
    }

    /// Whether the push was under way and its end is unknown: the registry may hold the new image.
    #[must_use]
    pub fn leaves_registry_unknown(&self) -> bool {
        matches!(self, Self::PushLost { .. } | Self::NoDigest { .. })
    }
}

fn list(attempts: &[Attempt]) -> String {
    attempts.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
