//! Why credentials could not be looked up. No variant holds any content of a file, and none holds what a helper printed.

use std::io;
use std::path::PathBuf;

/// A failed look-up of the credentials of one registry.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// `DOCKER_CONFIG` depends on the working directory, in which nothing is looked up.
    #[error("DOCKER_CONFIG is `{}`, which is not an absolute path", path.display())]
    RelativeFolder {
        /// The value.
        path: PathBuf,
    },
    /// The file is there, but cannot be read.
    #[error("`{}` cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not JSON, or has a key twice.
    #[error("`{}` is not valid: {problem}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        problem: String,
    },
    /// The registry's own entry is of no use.
    #[error("the entry for {registry} in `{}` is not valid: {problem}", path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// The registry's host.
        registry: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// The name of the helper could lead anywhere.
    #[error("`{}` names a credential helper for {registry} that is not a word of letters, digits, `.`, `_` and `-`", path.display())]
    HelperName {
        /// The file.
        path: PathBuf,
        /// The registry's host.
        registry: String,
    },
    /// No absolute folder of PATH has an executable file of that name.
    #[error("the credential helper `{program}` for {registry} is not in any absolute folder of PATH")]
    HelperMissing {
        /// The file name of the helper.
        program: String,
        /// The registry's host.
        registry: String,
    },
    /// The helper could not be run, or failed.
    #[error("the credential helper `{}` for {registry} {problem}", program.display())]
    Helper {
        /// The helper.
        program: PathBuf,
        /// The registry's host.
        registry: String,
        /// What it did.
        problem: String,
    },
}

impl CredentialError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::RelativeFolder { .. } => Some("set DOCKER_CONFIG to an absolute path, or unset it".to_owned()),
            Self::Unreadable { .. } => None,
            Self::Malformed { .. } => Some("correct the file; nothing of it was used".to_owned()),
            Self::Entry { registry, .. } => Some(format!("log in again with `docker login {registry}`")),
            Self::HelperName { .. } => Some("correct `credHelpers` or `credsStore`".to_owned()),
            Self::HelperMissing { .. } => Some("install the helper, or take it out of `credHelpers` or `credsStore`".to_owned()),
            Self::Helper { program, registry, .. } => Some(format!("try it by hand: `echo {registry} | {} get`", program.display())),
        }
    }
}
