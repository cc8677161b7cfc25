//! The registry's credentials on their way to the daemon, and what keeps them out of everything else.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use http::HeaderValue;
use pushgate_credentials::Credentials;
use pushgate_reference::Host;
use serde_json::json;

/// Docker Hub's credentials go by this name.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// The value of `X-Registry-Auth`, and the texts that must not come back.
pub(super) struct Authentication {
    header: HeaderValue,
    secrets: Vec<String>,
}

impl fmt::Debug for Authentication {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Authentication(***)")
    }
}

/// The address that a daemon with the containerd store compares with the host that it pushes `repository` to, before it shows the credentials. It
/// knows Docker Hub by its index, but takes a name under `registry.hub.docker.com`, which is Docker Hub too, for another registry.
pub(super) fn server_address<'a>(server: &'a Host, repository: &'a str) -> &'a str {
    match repository.split_once('/') {
        Some((typed, _)) if server.is_docker_hub() && typed != server.as_str() => typed,
        _ if server.is_docker_hub() => DOCKER_HUB,
        _ => server.as_str(),
    }
}

impl Authentication {
    /// `server` is the address of the registry that the credentials are for.
    pub(super) fn new(credentials: &Credentials, server: &str) -> Self {
        let mut secrets = Vec::new();
        let document = match credentials {
            // The daemon refuses a push without the header, and takes an empty one.
            Credentials::Anonymous => json!({}),
            Credentials::Basic { username, password } => {
                let password = password.expose();
                let pair = format!("{username}:{password}");
                secrets.push(password.to_owned());
                secrets.extend([
                    STANDARD.encode(&pair),
                    STANDARD_NO_PAD.encode(&pair),
                    URL_SAFE.encode(&pair),
                    URL_SAFE_NO_PAD.encode(&pair),
                ]);
                json!({ "username": username, "password": password, "serveraddress": server })
            }
            Credentials::IdentityToken(token) => {
                secrets.push(token.expose().to_owned());
                json!({ "identitytoken": token.expose(), "serveraddress": server })
            }
        };
        // The daemon decodes base64url, with padding, and goes on anonymously where that fails.
        let encoded = URL_SAFE.encode(document.to_string());
        let mut header = HeaderValue::from_str(&encoded).unwrap_or_else(|_| HeaderValue::from_static("e30="));
        header.set_sensitive(true);
        if !secrets.is_empty() {
            secrets.push(encoded.trim_end_matches('=').to_owned());
            secrets.push(encoded);
        }
        secrets.retain(|secret| !secret.is_empty());
        // The longest first, so that no secret is left in pieces by another one that is a part of it.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { header, secrets }
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// `text` with `***` in the place of every secret that was sent, and of the beginning of one at its end: what was read may
    /// have been cut there.
    pub(super) fn redact(&self, text: &str) -> String {
        let text = self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"));
        let beginnings = self.secrets.iter().filter_map(|secret| {
            let lengths = (4..secret.len()).rev();
            lengths.filter_map(|length| secret.get(..length)).find_map(|beginning| text.strip_suffix(beginning))
        });
        match beginnings.min_by_key(|rest| rest.len()) {
            Some(rest) => format!("{rest}***"),
            None => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pushgate_credentials::Secret;
    use serde_json::Value;

    fn basic(password: &str) -> Credentials {
        Credentials::Basic { username: "me".to_owned(), password: Secret::new(password.to_owned()) }
    }

    fn host(name: &str) -> Host {
        Host::parse(name).unwrap()
    }

    fn decoded(authentication: &Authentication) -> Value {
        serde_json::from_slice(&URL_SAFE.decode(authentication.header().as_bytes()).expect("base64url, padded")).unwrap()
    }

    #[test]
    fn the_daemon_reads_the_exact_password() {
        for password in ["x", "a?b~c>d", "~~~???>>>", "pässwörd ☃", "\"\\\n\t\u{1}", &"long".repeat(2560), ""] {
            let authentication = Authentication::new(&basic(password), "registry.example.com");
            assert_eq!(
                decoded(&authentication),
                json!({ "username": "me", "password": password, "serveraddress": "registry.example.com" })
            );
            assert!(authentication.header().is_sensitive());
        }
    }

    #[test]
    fn tokens_and_nobody_are_written_as_docker_does() {
        let token = Authentication::new(&Credentials::IdentityToken(Secret::new("t0ken".to_owned())), DOCKER_HUB);
        assert_eq!(decoded(&token), json!({ "identitytoken": "t0ken", "serveraddress": "https://index.docker.io/v1/" }));
        assert_eq!(decoded(&Authentication::new(&Credentials::Anonymous, "registry.example.com")), json!({}));
    }

    #[test]
    fn the_address_is_that_of_the_host_that_the_daemon_pushes_to() {
        for (server, repository, address) in [
            ("registry.example.com", "Registry.example.com/team/app", "registry.example.com"),
            ("docker.io", "docker.io/team/app", DOCKER_HUB),
            ("docker.io", "registry-1.docker.io/team/app", "registry-1.docker.io"),
            ("registry.hub.docker.com", "registry.hub.docker.com/team/app", "registry.hub.docker.com"),
        ] {
            assert_eq!(server_address(&host(server), repository), address, "{server} {repository}");
        }
    }

    #[test]
    fn what_a_registry_echoes_is_freed_of_secrets() {
        let authentication = Authentication::new(&basic("S3CRET-CANARY"), "registry.example.com");
        let header = String::from_utf8(authentication.header().as_bytes().to_vec()).unwrap();
        for echoed in ["S3CRET-CANARY".to_owned(), STANDARD.encode("me:S3CRET-CANARY"), URL_SAFE_NO_PAD.encode("me:S3CRET-CANARY"), header]
        {
            let text = authentication.redact(&format!("denied: {echoed}, twice {echoed}."));
            assert!(!text.contains(echoed.trim_end_matches('=')), "{text}");
            assert!(text.starts_with("denied: ***"), "{text}");
        }
        assert_eq!(authentication.redact("denied: S3CRET-CAN"), "denied: ***", "cut within a secret");
        assert_eq!(authentication.redact("denied: S3C"), "denied: S3C");
        assert_eq!(Authentication::new(&basic(""), "x.example").redact("denied"), "denied", "an empty password is no secret");
        assert_eq!(Authentication::new(&Credentials::Anonymous, "x.example").redact("e30 denied"), "e30 denied");
        assert!(!format!("{authentication:?}").contains("S3CRET"));
    }
}
