//! What can be wrong with a project, before its flavor is asked.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use pushgate_gate::toml::Position;
use pushgate_oci::ParsePlatformError;
use pushgate_reference::{OutOfScope, ParseUriError};

/// A project, or a case of it, that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The folder holds no project, and no component was named.
    #[error("there is no `{}`", path.display())]
    NoManifest {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The component was not built yet.
    #[error("there is no component `{}`", component.display())]
    NotBuilt {
        /// Where it was looked for.
        component: PathBuf,
        /// The project's folder.
        folder: PathBuf,
        /// What builds it.
        build: Option<String>,
    },
    /// The component was not built from what is there: it is not what the author has.
    #[error("the component `{}` is out of date: {difference}", component.display())]
    Stale {
        /// The component.
        component: PathBuf,
        /// What tells it.
        difference: Difference,
        /// The project's folder.
        folder: PathBuf,
        /// What builds it.
        build: Option<String>,
    },
    /// There are too many files to find the sources among them.
    #[error("`{}` holds more than {limit} files: cannot tell whether the component is up to date", folder.display())]
    TooManyFiles {
        /// The project's folder.
        folder: PathBuf,
        /// How many are looked at.
        limit: usize,
    },
    /// The project does not say what builds it.
    #[error("`{}` names no build command", path.display())]
    NoBuild {
        /// The project's `flavor.toml`.
        path: PathBuf,
    },
    /// The command that builds the project failed.
    #[error("the build `{command}` in `{}` failed: {status}", folder.display())]
    BuildFailed {
        /// The command.
        command: String,
        /// The project's folder.
        folder: PathBuf,
        /// How it ended.
        status: ExitStatus,
    },
    /// The command that builds the project succeeded, and there is no component.
    #[error("the build `{command}` in `{}` made no component `{}`", folder.display(), component.display())]
    NotMade {
        /// The command.
        command: String,
        /// The project's folder.
        folder: PathBuf,
        /// Where the component was looked for.
        component: PathBuf,
    },
    /// There is nothing to test.
    #[error("there is no case in `{}`", folder.display())]
    NoCases {
        /// The folder of the cases.
        folder: PathBuf,
    },
    /// A file holds a case, and is none by its name: what it expects would never be compared.
    #[error("the case `{}` is not read: {reason}", path.display())]
    NotRead {
        /// The file.
        path: PathBuf,
        /// What is wrong with its name or its place.
        reason: &'static str,
    },
    /// A case was asked for that is not there.
    #[error("there is no case `{name}`")]
    NoSuchCase {
        /// The name as given.
        name: String,
        /// Those that are there.
        known: Vec<String>,
    },
    /// The system refused.
    #[error("cannot {action} `{}`", path.display())]
    System {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// A file is not what it should be.
    #[error("`{}` at {position}: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where.
        position: Position,
        /// The fault, naming field and value.
        reason: String,
        /// What was probably meant.
        hint: Option<String>,
    },
    /// A name in a case is none, or lies outside of its registry.
    #[error("`{}`: {fault}", path.display())]
    Case {
        /// The case's file.
        path: PathBuf,
        /// What is wrong.
        fault: CaseFault,
    },
    /// The parts of a case do not fit together.
    #[error("`{}`: {reason}", path.display())]
    Unusable {
        /// The case's file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
        /// The remedy, where there is one.
        hint: Option<String>,
    },
}

/// What tells that a component was not built from the sources that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// This source was written later.
    Newer(PathBuf),
    /// This one has other content, or came here later, whenever it was written.
    Changed(PathBuf),
    /// This source, or folder of sources, is no longer there.
    Gone(PathBuf),
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, what) = match self {
            Self::Newer(path) => (path, "is newer"),
            Self::Changed(path) => (path, "has changed"),
            Self::Gone(path) => (path, "is gone"),
        };
        write!(formatter, "`{}` {what}", path.display())
    }
}

/// A name in a case that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CaseFault {
    /// The registry's URI.
    #[error(transparent)]
    Uri(ParseUriError),
    /// The image lies outside of the registry.
    #[error(transparent)]
    Scope(OutOfScope),
    /// The platform of an image.
    #[error("image {image}: {error}")]
    Platform {
        /// Which image, counted from 1.
        image: usize,
        /// What is wrong.
        error: ParsePlatformError,
    },
}
