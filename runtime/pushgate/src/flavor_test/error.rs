//! What can be wrong with a project, before its flavor is asked.

use std::io;
use std::path::PathBuf;

use crate::catalog::Position;

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
    /// There is nothing to test.
    #[error("there is no case in `{}`", folder.display())]
    NoCases {
        /// The folder of the cases.
        folder: PathBuf,
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

impl ProjectError {
    /// What the flavor's author can do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoManifest { .. } => {
                "name the folder of a project, such as `pushgate flavor new` writes, or the component too: --component FILE.wasm".to_owned()
            }
            Self::NotBuilt { folder, build: Some(build), .. } => format!("build it first: in `{}`, run `{build}`", folder.display()),
            Self::NotBuilt { build: None, .. } => "build it first".to_owned(),
            Self::NoCases { .. } => "write one: a file NAME.toml with `image` and `[expect]`, see docs/testing-flavors.md".to_owned(),
            Self::NoSuchCase { known, .. } if known.is_empty() => return None,
            Self::NoSuchCase { known, .. } => format!("there are: {}", known.join(", ")),
            Self::Unusable { hint, .. } => return hint.clone(),
            Self::System { .. } | Self::Malformed { .. } => return None,
        })
    }
}
