//! `X-Registry-Auth`, read exactly as the daemon reads it.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderMap;
use serde_json::Value;

/// What came in `X-Registry-Auth`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryAuth {
    /// There was no such field.
    Missing,
    /// It is not JSON in base64url. The daemon ignores it and goes on without credentials.
    Ignored(String),
    /// What the daemon goes on with.
    Credentials(Credentials),
}

/// The credentials of a push. Members that were not sent are empty, as they are for the daemon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// `username`.
    pub username: String,
    /// `password`.
    pub password: String,
    /// `identitytoken`.
    pub identity_token: String,
    /// `registrytoken`.
    pub registry_token: String,
    /// `serveraddress`.
    pub server_address: String,
}

impl RegistryAuth {
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let Some(value) = headers.get("x-registry-auth") else { return Self::Missing };
        let sent = String::from_utf8_lossy(value.as_bytes()).into_owned();
        match decode(&sent) {
            Some(credentials) => Self::Credentials(credentials),
            None => Self::Ignored(sent),
        }
    }

    /// What the daemon uses: nothing, if the field is missing or was ignored.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        match self {
            Self::Credentials(credentials) => credentials.clone(),
            Self::Missing | Self::Ignored(_) => Credentials::default(),
        }
    }
}

/// Go's decoder takes the URL alphabet only and does not look at trailing bits; clients send it with and without padding.
fn decode(sent: &str) -> Option<Credentials> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);
    let bytes = GeneralPurpose::new(&URL_SAFE, config).decode(sent.trim()).ok()?;
    let document: Value = serde_json::from_slice(&bytes).ok()?;
    let members = document.as_object()?;
    // Go matches the names of members without regard to case.
    let text = |name: &str| {
        let found = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str()).unwrap_or_default().to_owned()
    };
    Some(Credentials {
        username: text("username"),
        password: text("password"),
        identity_token: text("identitytoken"),
        registry_token: text("registrytoken"),
        server_address: text("serveraddress"),
    })
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};

    use super::*;

    fn read(value: &str) -> RegistryAuth {
        let mut headers = HeaderMap::new();
        headers.insert("x-registry-auth", value.parse().unwrap());
        RegistryAuth::from_headers(&headers)
    }

    #[test]
    fn only_the_url_alphabet_is_read() {
        // The bytes of this password give both symbols in which the alphabets differ.
        let document = r#"{"username":"a","password":"?~>??>~","Email":""}"#;
        let expected = Credentials { username: "a".into(), password: "?~>??>~".into(), ..Credentials::default() };
        for encoded in [URL_SAFE.encode(document), URL_SAFE_NO_PAD.encode(document)] {
            assert_eq!(read(&encoded), RegistryAuth::Credentials(expected.clone()));
        }
        let standard = STANDARD.encode(document);
        assert!(standard.contains('/') || standard.contains('+'), "the case tests nothing");
        assert_eq!(read(&standard), RegistryAuth::Ignored(standard.clone()));
        assert_eq!(RegistryAuth::from_headers(&HeaderMap::new()), RegistryAuth::Missing);
    }
}
