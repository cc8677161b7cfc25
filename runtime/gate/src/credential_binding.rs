//! Which kind of credential the host adds to a hook's requests to an origin: `ORIGIN=basic|bearer|sigv4:service=…,region=…`.
//!
//! The secret is not here and not in the catalog: it comes from where credentials are kept. A binding says only where it may go and in which form.

use std::fmt;

use pushgate_egress::CredentialForm;
use pushgate_reference::{Origin, Scheme};

use crate::grant::Grant;
use crate::name::shorten;

/// A credential for one origin.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CredentialBinding {
    /// The only origin that is sent the credential.
    pub origin: Origin,
    /// The form in which it is sent.
    pub form: CredentialForm,
}

/// A text that is not a binding, or bindings that contradict each other or the grants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialBindingError {
    /// Not `ORIGIN=FORM`, or one of the two is wrong.
    #[error("`{text}` binds no credential: {reason}")]
    Malformed {
        /// The text, shortened.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The same origin twice: it would be unclear which credential goes there.
    #[error("two credentials are bound to `{origin}`")]
    Repeated {
        /// The origin.
        origin: String,
    },
    /// No grant opens the origin, so the credential could never be sent.
    #[error("a credential is bound to `{origin}`, which no grant opens")]
    NotGranted {
        /// The origin.
        origin: String,
    },
}

impl CredentialBinding {
    /// Parses one binding.
    ///
    /// # Errors
    /// Anything but `ORIGIN=FORM`; an origin that would send the credential in clear over a network.
    pub fn parse(text: &str) -> Result<Self, CredentialBindingError> {
        let malformed = |reason: String| CredentialBindingError::Malformed { text: shorten(text), reason };
        let (origin, form) = text.split_once('=').ok_or_else(|| malformed("it is not ORIGIN=FORM".to_owned()))?;
        let origin = Origin::parse(origin).map_err(|error| malformed(error.to_string()))?;
        if origin.scheme() == Scheme::Http && !origin.is_loopback() {
            return Err(malformed(format!("over http, it would be sent in clear to {}", origin.authority())));
        }
        Ok(Self { origin, form: form_of(form).map_err(malformed)? })
    }

    /// Parses a list of bindings.
    ///
    /// # Errors
    /// As [`CredentialBinding::parse`]; and an origin that has two.
    pub fn parse_all(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Vec<Self>, CredentialBindingError> {
        let mut bindings: Vec<Self> = Vec::new();
        for text in texts {
            let binding = Self::parse(text.as_ref())?;
            if bindings.iter().any(|other| other.origin == binding.origin) {
                return Err(CredentialBindingError::Repeated { origin: binding.origin.to_string() });
            }
            bindings.push(binding);
        }
        Ok(bindings)
    }

    /// Every origin that a credential is bound to must be granted.
    ///
    /// # Errors
    /// The first that is not.
    pub fn require_grants(bindings: &[Self], grants: &[Grant]) -> Result<(), CredentialBindingError> {
        let opened = |wanted: &Origin| grants.iter().any(|grant| matches!(grant, Grant::Http { origin, .. } if origin == wanted));
        match bindings.iter().find(|binding| !opened(&binding.origin)) {
            Some(binding) => Err(CredentialBindingError::NotGranted { origin: binding.origin.to_string() }),
            None => Ok(()),
        }
    }
}

/// The text may hold anything, so the error is a fragment for [`CredentialBindingError::Malformed`].
fn form_of(text: &str) -> Result<CredentialForm, String> {
    match text.split_once(':') {
        None if text == "basic" => Ok(CredentialForm::Basic),
        None if text == "bearer" => Ok(CredentialForm::Bearer),
        Some(("sigv4", fields)) => sigv4(fields),
        None if text == "sigv4" => sigv4(""),
        _ => Err(format!("`{}` is neither basic, bearer nor sigv4", shorten(text))),
    }
}

fn sigv4(text: &str) -> Result<CredentialForm, String> {
    let (mut service, mut region) = (None, None);
    for field in text.split(',').filter(|_| !text.is_empty()) {
        let (field, value) = match field.split_once('=') {
            Some(("service", value)) => (&mut service, value),
            Some(("region", value)) => (&mut region, value),
            _ => return Err(format!("sigv4 takes service and region, not `{}`", shorten(field))),
        };
        // Both become part of the scope that is signed, whose parts are separated by slashes.
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if value.is_empty() || value.len() > 64 || !value.bytes().all(allowed) {
            return Err(format!("`{}` is not the name of a service or region", shorten(value)));
        }
        if field.replace(value.to_owned()).is_some() {
            return Err("sigv4 takes service and region once each".to_owned());
        }
    }
    match (service, region) {
        (Some(service), Some(region)) => Ok(CredentialForm::SigV4 { service, region }),
        (None, _) => Err("sigv4 wants the service, as in sigv4:service=ecr,region=eu-central-1".to_owned()),
        (_, None) => Err("sigv4 wants the region, as in sigv4:service=ecr,region=eu-central-1".to_owned()),
    }
}

impl fmt::Display for CredentialBinding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = &self.origin;
        match &self.form {
            CredentialForm::Basic => write!(formatter, "{origin}=basic"),
            CredentialForm::Bearer => write!(formatter, "{origin}=bearer"),
            CredentialForm::SigV4 { service, region } => write!(formatter, "{origin}=sigv4:service={service},region={region}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bindings_are_canonical() {
        for (text, canonical) in [
            ("https://api.example.com=basic", "https://api.example.com=basic"),
            ("https://API.example.com:443=bearer", "https://api.example.com=bearer"),
            ("http://localhost:9000=bearer", "http://localhost:9000=bearer"),
            ("http://127.0.0.1:1=basic", "http://127.0.0.1:1=basic"),
            (
                "https://api.ecr.eu-central-1.amazonaws.com=sigv4:region=eu-central-1,service=ecr",
                "https://api.ecr.eu-central-1.amazonaws.com=sigv4:service=ecr,region=eu-central-1",
            ),
        ] {
            let binding = CredentialBinding::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(binding.to_string(), canonical);
            assert_eq!(CredentialBinding::parse(canonical).unwrap(), binding);
        }
    }

    #[test]
    fn what_is_not_a_binding() {
        for form in [
            "",
            "Basic",
            "basic:x",
            "digest",
            "bearer=x",
            "sigv4",
            "sigv4:",
            "sigv4:service=ecr",
            "sigv4:region=x",
            "sigv4:service=ecr,region=",
            "sigv4:service=ecr,region=x,region=y",
            "sigv4:service=ecr,region=x,token=y",
            "sigv4:service=a/b,region=x",
            "sigv4:service=ECR,region=x",
            "sigv4:service=ecr,,region=x",
            "sigv4:service=ecr,region=x,",
        ] {
            let text = format!("https://api.example.com={form}");
            CredentialBinding::parse(&text).expect_err(&text);
        }
        for origin in [
            "",
            "api.example.com",
            "http://api.example.com",
            "http://10.0.0.1",
            "https://*",
            "https://api.example.com/v1",
            "https://u@a.example",
        ] {
            let text = format!("{origin}=basic");
            CredentialBinding::parse(&text).expect_err(&text);
        }
        CredentialBinding::parse("https://api.example.com").unwrap_err();
    }

    #[test]
    fn an_origin_has_one_credential_and_needs_a_grant() {
        let error = CredentialBinding::parse_all(["https://a.example=basic", "https://a.example:443=bearer"]).unwrap_err();
        assert_eq!(error.to_string(), "two credentials are bound to `https://a.example`");
        let bindings = CredentialBinding::parse_all(["https://a.example=basic", "https://b.example=bearer"]).unwrap();
        let grants = |texts: &[&str]| Grant::parse_all(texts).unwrap();
        let error = CredentialBinding::require_grants(&bindings, &grants(&["registry", "http=https://a.example"])).unwrap_err();
        assert_eq!(error.to_string(), "a credential is bound to `https://b.example`, which no grant opens");
        CredentialBinding::require_grants(&bindings, &grants(&["http=https://b.example", "http=https://a.example,private"])).unwrap();
    }
}
