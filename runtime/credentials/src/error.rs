//! Why credentials could not be looked up. No variant holds any content of a file, and none holds what a helper printed.

use std::io;
use std::path::PathBuf;

use crate::place::CredentialPlace;

/// A failed look-up of the credentials of one registry.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// `DOCKER_CONFIG` depends on the working directory, in which nothing is looked up.
    #[error("DOCKER_CONFIG is `{}`, which is not an absolute path", path.display())]
    RelativeFolder {
        /// The value.
        path: PathBuf,
    },
    /// `REGISTRY_AUTH_FILE` depends on the working directory, in which nothing is looked up.
    #[error("REGISTRY_AUTH_FILE is `{}`, which is not an absolute path", path.display())]
    RelativeAuthFile {
        /// The value.
        path: PathBuf,
    },
    /// There is no file in which credentials could be kept.
    #[error("there is no home folder in which credentials could be kept")]
    NoFolder,
    /// The file cannot be written.
    #[error("`{}` cannot be written", path.display())]
    Unwritable {
        /// The file, or its folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file belongs to another user, whose it would no longer be.
    #[error("`{}` belongs to user {owner}, and would belong to user {user} if it were written", path.display())]
    ForeignOwner {
        /// The file.
        path: PathBuf,
        /// The user ID of its owner.
        owner: u32,
        /// The user ID that writes.
        user: u32,
    },
    /// Another program writes the file all the time, or holds its folder's lock.
    #[error("`{}` is being written by {}", path.display(), program(*holder))]
    Busy {
        /// The file.
        path: PathBuf,
        /// The process that holds the lock, if there is one and the system names it.
        holder: Option<u32>,
    },
    /// A credential that no registry could be shown.
    #[error("{problem}")]
    NotStorable {
        /// What is wrong with it.
        problem: &'static str,
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
    /// The file, or the variable, is not JSON, or has a key twice.
    #[error("{place} is not valid: {problem}")]
    Malformed {
        /// The file or the variable.
        place: CredentialPlace,
        /// What is wrong, with line and column. It holds nothing of the content.
        problem: String,
    },
    /// The registry's own entry is of no use.
    #[error("the entry for {registry} in {place} is not valid: {problem}")]
    Entry {
        /// The file or the variable.
        place: CredentialPlace,
        /// The registry's host.
        registry: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// The name of the helper could lead anywhere.
    #[error("`{member}` in {place} names a credential helper for {registry} that is not a word of letters, digits, `.`, `_` and `-`")]
    HelperName {
        /// `credHelpers` or `credsStore`.
        member: &'static str,
        /// The file.
        place: CredentialPlace,
        /// The registry's host.
        registry: String,
    },
    /// No absolute folder of PATH has an executable file of that name.
    #[error("the credential helper `{program}` for {registry} is not in any absolute folder of PATH; `{member}` in {place} names it")]
    HelperMissing {
        /// The file name of the helper.
        program: String,
        /// `credHelpers` or `credsStore`.
        member: &'static str,
        /// The file that names it.
        place: CredentialPlace,
        /// The registry's host.
        registry: String,
    },
    /// The helper could not be run, or failed.
    #[error("the credential helper `{}` for {registry}, which `{member}` in {place} names, {problem}", program.display())]
    Helper {
        /// The helper.
        program: PathBuf,
        /// `credHelpers` or `credsStore`.
        member: &'static str,
        /// The file that names it.
        place: CredentialPlace,
        /// The registry's host.
        registry: String,
        /// What it did.
        problem: String,
    },
    /// The time limit of helpers is no number of seconds.
    #[error("{variable} is not a number of seconds from 1 to {most}")]
    HelperTimeLimit {
        /// The variable.
        variable: &'static str,
        /// The longest limit, in seconds.
        most: u64,
    },
}

fn program(holder: Option<u32>) -> String {
    holder.map_or_else(|| "another program".to_owned(), |process| format!("process {process}"))
}

impl CredentialError {
    /// Whether a helper that is named properly is missing or failed: then there may be credentials, which matters once
    /// a registry asks for some.
    #[must_use]
    pub fn is_of_helper(&self) -> bool {
        matches!(self, Self::HelperMissing { .. } | Self::Helper { .. })
    }
}
