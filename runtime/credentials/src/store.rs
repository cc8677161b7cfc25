//! Keeping a credential, and forgetting it: with the helper that Docker's configuration names for the registry, else in the file itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pushgate_json::edit;
use serde_json::{Map, json};

use crate::docker_config::DockerConfig;
use crate::error::CredentialError;
use crate::file;
use crate::place::CredentialPlace;
use crate::secret::Credentials;
use crate::section::Section;
use crate::server::Server;
use crate::write;

/// Where a credential was kept, or was looked for to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The file or the helper, in the words of [`Found::origin`](crate::Found).
    pub origin: String,
    /// Whether something changed there.
    pub changed: bool,
    /// Whether it took the place of another user's credential in the file. What a helper had is not asked for.
    pub replaced: bool,
}

impl DockerConfig {
    /// Keeps credentials for a registry, or an origin: with the helper that is named for it, else in the file, with mode 0600. This blocks.
    ///
    /// Everything else in the file stays as it is. A file that is a symbolic link is written where it leads to.
    ///
    /// # Errors
    /// If the file or the helper is of no use. Then nothing was kept.
    pub fn store(&self, server: impl Into<Server>, credentials: &Credentials) -> Result<Kept, CredentialError> {
        let server = server.into();
        let (username, secret) = match credentials {
            Credentials::Anonymous => return Err(CredentialError::NotStorable { problem: "there is nothing to keep" }),
            Credentials::Basic { username, password } => (username.as_str(), password),
            Credentials::IdentityToken(token) => ("<token>", token),
        };
        let path = self.absolute_path()?.ok_or(CredentialError::NoFolder)?;
        let place = CredentialPlace::File(path.clone());
        let file = file::read(&path)?;
        let section = file.as_ref().map(|file| Section { place: &place, members: &file.members, registry: &server.shown });
        if let Some(section) = &section
            && let Some(helper) = section.helper(&self.helpers, &server.names)?
        {
            helper.store(server.first_name(), username, secret)?;
            return Ok(Kept { origin: helper.origin(), changed: true, replaced: false });
        }
        let replaced = section.is_some_and(|section| match section.entry(&server.names) {
            Ok(Some(Credentials::Basic { username: other, .. })) => other != username,
            Ok(Some(Credentials::IdentityToken(_))) => username != "<token>",
            // An entry that is of no use was nobody's credential.
            Ok(Some(Credentials::Anonymous) | None) | Err(_) => false,
        });
        let entry = match credentials {
            Credentials::IdentityToken(token) => json!({ "identitytoken": token.expose() }),
            _ => json!({ "auth": STANDARD.encode(format!("{username}:{}", secret.expose())) }),
        };
        let changed = write::edit(&path, |text| edit::set(text, "auths", server.first_name(), &entry.to_string()))?;
        Ok(Kept { origin: place.to_string(), changed, replaced })
    }

    /// Forgets what is kept for a registry, or an origin, under whatever name. This blocks.
    ///
    /// # Errors
    /// If the file or the helper is of no use.
    pub fn erase(&self, server: impl Into<Server>) -> Result<Kept, CredentialError> {
        let server = server.into();
        let Some(path) = self.absolute_path()? else {
            return Ok(Kept { origin: "no file: there is no home folder".to_owned(), changed: false, replaced: false });
        };
        let place = CredentialPlace::File(path.clone());
        let Some(file) = file::read(&path)? else { return Ok(Kept { origin: place.to_string(), changed: false, replaced: false }) };
        // What lies in the file beside a helper is no longer looked at, but is still a password.
        let has_entry = file.members.get("auths").and_then(|auths| auths.as_object()).is_some_and(|auths| holds(auths, &server.names));
        let in_file = has_entry && write::edit(&path, |text| edit::remove(text, "auths", &server.names))?;
        let section = Section { place: &place, members: &file.members, registry: &server.shown };
        let Some(helper) = section.helper(&self.helpers, &server.names)? else {
            return Ok(Kept { origin: place.to_string(), changed: in_file, replaced: false });
        };
        // Helpers fail to erase what they do not have.
        let mut in_helper = false;
        for name in server.helper_names() {
            if helper.get(name)?.is_some() {
                helper.erase(name)?;
                in_helper = true;
            }
        }
        Ok(Kept { origin: helper.origin(), changed: in_file || in_helper, replaced: false })
    }
}

fn holds(auths: &Map<String, serde_json::Value>, names: &[String]) -> bool {
    auths.keys().any(|key| names.iter().any(|name| name.eq_ignore_ascii_case(key)))
}

#[cfg(test)]
mod tests;
