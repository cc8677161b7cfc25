//! How a registry is started.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use crate::signer::TokenSigner;
use crate::switches::Rule;

/// Who may do what.
#[derive(Clone, Debug, Default)]
pub enum Authentication {
    /// Everybody may do everything.
    #[default]
    None,
    /// HTTP Basic (RFC 7617) on every request.
    Basic {
        /// The one user.
        username: String,
        /// That user's password.
        password: String,
    },
    /// Bearer tokens from this registry's own `/token` endpoint, by GET (Docker's token specification) and by POST (its OAuth2 form).
    Token {
        /// The one user.
        username: String,
        /// That user's password.
        password: String,
        /// The `service` of the challenge; a token request must name the same one.
        service: String,
    },
}

/// How a registry is started. Everything is honest unless a [`Rule`] says otherwise.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub address: SocketAddr,
    /// Who may do what.
    pub authentication: Authentication,
    /// With [`Authentication::Token`]: a refresh token that `/token` takes instead of the password (an identity token).
    pub identity_token: Option<String>,
    /// With [`Authentication::Token`]: who has no credentials gets a token that can pull.
    pub anonymous_pull: bool,
    /// With [`Authentication::Token`]: how many requests one token is good for. Tests of renewal need no clock.
    pub token_uses: Option<u64>,
    /// With [`Authentication::Token`]: tokens are signed with this, so that another registry can have its tokens from this one.
    pub signer: Option<Arc<TokenSigner>>,
    /// TLS with a certificate of a CA made at the start; see [`crate::Registry::identity`].
    pub tls: bool,
    /// The names in the certificate. The default fits a registry on loopback.
    pub tls_names: Vec<String>,
    /// With TLS: clients must show a certificate of the same CA; see [`crate::Registry::client_identity`].
    pub client_certificates: bool,
    /// Blobs of more bytes than this are hashed, counted and then dropped: they answer HEAD, but not GET. For measurements.
    pub discard_blobs_over: Option<u64>,
    /// Sent as `OCI-Chunk-Min-Length`; a chunk that follows a smaller one is refused.
    pub chunk_minimum: Option<u64>,
    /// The most tags in one answer, whatever `n` asks for.
    pub page_size: usize,
    /// What the registry does wrong.
    pub rules: Vec<Rule>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            authentication: Authentication::None,
            identity_token: None,
            anonymous_pull: false,
            token_uses: None,
            signer: None,
            tls: false,
            tls_names: vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()],
            client_certificates: false,
            discard_blobs_over: None,
            chunk_minimum: None,
            page_size: 1000,
            rules: Vec::new(),
        }
    }
}

impl Options {
    /// Asks for HTTP Basic with one user.
    #[must_use]
    pub fn basic(mut self, username: &str, password: &str) -> Self {
        self.authentication = Authentication::Basic { username: username.to_owned(), password: password.to_owned() };
        self
    }

    /// Asks for bearer tokens of one user, with the service `registry.test`.
    #[must_use]
    pub fn token(mut self, username: &str, password: &str) -> Self {
        self.authentication =
            Authentication::Token { username: username.to_owned(), password: password.to_owned(), service: "registry.test".to_owned() };
        self
    }

    /// Signs the tokens.
    #[must_use]
    pub fn signed_by(mut self, signer: Arc<TokenSigner>) -> Self {
        self.signer = Some(signer);
        self
    }

    /// Speaks TLS.
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Adds one thing that the registry does wrong.
    #[must_use]
    pub fn misbehave(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }
}
