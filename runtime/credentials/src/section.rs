//! What such a file says of one registry.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::error::CredentialError;
use crate::helper::{Helper, Helpers};
use crate::place::CredentialPlace;
use crate::secret::{Credentials, Secret};

/// The file, as far as it concerns one registry.
pub(crate) struct Section<'a> {
    pub(crate) place: &'a CredentialPlace,
    pub(crate) members: &'a Map<String, Value>,
    pub(crate) registry: &'a str,
}

impl<'a> Section<'a> {
    fn error(&self, problem: &'static str) -> CredentialError {
        CredentialError::Entry { place: self.place.clone(), registry: self.registry.to_owned(), problem }
    }

    /// What an object of the file holds under one of the names. The case of a host does not count.
    fn look_up(&self, member: &str, wrong: &'static str, names: &[String]) -> Result<Option<&'a Value>, CredentialError> {
        let object = match self.members.get(member) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(object)) => object,
            Some(_) => return Err(self.error(wrong)),
        };
        let find = |name: &String| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        Ok(names.iter().find_map(find).map(|(_, value)| value))
    }

    /// The helper that knows this registry: its own, else the one for all.
    pub(crate) fn helper<'h>(&'h self, helpers: &'h Helpers, names: &[String]) -> Result<Option<Helper<'h>>, CredentialError> {
        match self.own(names)? {
            Some(value) => self.find(helpers, "credHelpers", value),
            None => self.members.get("credsStore").map_or(Ok(None), |value| self.find(helpers, "credsStore", value)),
        }
    }

    /// The helper that is named for this registry alone.
    pub(crate) fn own_helper<'h>(&'h self, helpers: &'h Helpers, names: &[String]) -> Result<Option<Helper<'h>>, CredentialError> {
        self.own(names)?.map_or(Ok(None), |value| self.find(helpers, "credHelpers", value))
    }

    fn own(&self, names: &[String]) -> Result<Option<&'a Value>, CredentialError> {
        self.look_up("credHelpers", "`credHelpers` is not an object", names)
    }

    fn find<'h>(&'h self, helpers: &'h Helpers, member: &'static str, value: &Value) -> Result<Option<Helper<'h>>, CredentialError> {
        match value {
            Value::Null => Ok(None),
            Value::String(name) if name.is_empty() => Ok(None),
            Value::String(name) => Helper::find(name, helpers, self.registry, self.place, member).map(Some),
            _ => Err(self.error("the name of the credential helper is not a string")),
        }
    }

    /// The registry's entry in `auths`.
    pub(crate) fn entry(&self, names: &[String]) -> Result<Option<Credentials>, CredentialError> {
        let entry = match self.look_up("auths", "`auths` is not an object", names)? {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(entry)) => entry,
            Some(_) => return Err(self.error("it is not an object")),
        };
        let text = |name: &str, wrong| match entry.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(self.error(wrong)),
        };
        if let Some(token) = text("identitytoken", "`identitytoken` is not a string")? {
            return Ok(Some(Credentials::IdentityToken(Secret::new(token.to_owned()))));
        }
        let (username, password) = if let Some(encoded) = text("auth", "`auth` is not a string")? {
            // Docker pads with NUL bytes, and takes them off again.
            let decoded = STANDARD.decode(encoded.trim()).map_err(|_| self.error("`auth` is not base64"))?;
            let decoded = String::from_utf8(decoded).map_err(|_| self.error("`auth` is not UTF-8 once decoded"))?;
            let (username, password) = decoded.split_once(':').ok_or_else(|| self.error("`auth` holds no `username:password`"))?;
            (username.to_owned(), password.trim_end_matches('\0').to_owned())
        } else {
            let username = text("username", "`username` is not a string")?;
            let password = text("password", "`password` is not a string")?;
            match (username, password) {
                // `docker login` leaves an empty entry where a helper holds the rest.
                (None, None) => return Ok(None),
                (Some(username), Some(password)) => (username.to_owned(), password.to_owned()),
                _ => return Err(self.error("it has a username without a password, or the reverse")),
            }
        };
        Credentials::of_pair(username, password).map(Some).ok_or_else(|| self.error("the username is empty or holds a colon"))
    }
}
