//! What was found out about how a registry wants to be told who one is.

use std::collections::HashMap;

use http::header::HeaderValue;
use pushgate_net::permitted::Allowed;

use crate::auth::challenge::Challenge;
use crate::auth::scope::Scope;
use crate::auth::token::Token;

/// How much of a challenge's scope is shown, in characters.
const MAX_SCOPE: usize = 256;

/// It changes with what is answered.
#[derive(Default)]
pub(super) struct State {
    pub(super) basic: Option<HeaderValue>,
    pub(super) realm: Option<Realm>,
    /// The token server takes passwords by POST only.
    pub(super) posts_passwords: bool,
    pub(super) tokens: HashMap<Scope, Token>,
    /// The scopes that challenges named, by repository. They are shown, and nothing else.
    pub(super) challenged: HashMap<Box<str>, String>,
}

/// The token server.
#[derive(Clone)]
pub(super) struct Realm {
    pub(super) allowed: Allowed,
    pub(super) service: Option<String>,
}

impl State {
    /// Remembers the scope that a challenge names.
    pub(super) fn note_challenge(&mut self, repository: &str, challenge: &Challenge) {
        let named: String = challenge.parameter("scope").unwrap_or_default().chars().take(MAX_SCOPE).collect();
        if named.is_empty() {
            self.challenged.remove(repository);
        } else {
            self.challenged.insert(repository.into(), named);
        }
    }
}
