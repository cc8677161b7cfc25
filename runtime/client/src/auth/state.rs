//! What was found out about how a registry wants to be told who one is.

use std::collections::HashMap;

use http::header::HeaderValue;
use pushgate_net::permitted::Allowed;
use tokio::time::Instant;

use crate::auth::challenge::Challenge;
use crate::auth::scope::Scope;
use crate::auth::token::Token;

/// How much of a challenge's scope is shown, in characters.
const MAX_SCOPE: usize = 256;
/// The most repositories of which that is remembered: what is known of a registry lives as long as the process.
const MAX_CHALLENGED: usize = 256;

/// It changes with what is answered.
#[derive(Default)]
pub(super) struct State {
    pub(super) basic: Option<HeaderValue>,
    pub(super) realm: Option<Realm>,
    /// The token server takes passwords by POST only.
    pub(super) posts_passwords: bool,
    /// The token server took what it was shown.
    pub(super) is_proven: bool,
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
    /// The field of a token that does for this.
    pub(super) fn token(&self, wanted: &Scope) -> Option<HeaderValue> {
        let now = Instant::now();
        let enough = |(scope, token): &(&Scope, &Token)| scope.covers(wanted) && now < token.renew_after;
        self.tokens.iter().find(enough).map(|(_, token)| token.header.clone())
    }

    /// Keeps a token, and none that cannot be used any more.
    pub(super) fn keep(&mut self, scope: Scope, token: Token) {
        let now = Instant::now();
        self.tokens.retain(|_, token| now < token.renew_after);
        self.tokens.insert(scope, token);
        self.is_proven = true;
    }

    /// Remembers the scope that a challenge names.
    pub(super) fn note_challenge(&mut self, repository: &str, challenge: &Challenge) {
        let named: String = challenge.parameter("scope").unwrap_or_default().chars().take(MAX_SCOPE).collect();
        if named.is_empty() {
            self.challenged.remove(repository);
        } else {
            if self.challenged.len() >= MAX_CHALLENGED {
                self.challenged.clear();
            }
            self.challenged.insert(repository.into(), named);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::auth::challenge::challenges;
    use crate::auth::scope::Access;

    #[test]
    fn what_is_remembered_does_not_grow_with_the_pushes() {
        let mut state = State::default();
        let mut headers = http::HeaderMap::new();
        headers.insert(http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer scope=\"repository:x:pull\""));
        let challenge = challenges(&headers).remove(0);
        for number in 0..10 * MAX_CHALLENGED {
            let repository = format!("team/app-{number}");
            state.note_challenge(&repository, &challenge);
            let token = Token { header: HeaderValue::from_static("Bearer x"), renew_after: Instant::now() - Duration::from_secs(1) };
            state.keep(Scope::of(&repository, Access::Push, None), token);
        }
        assert_eq!(state.tokens.len(), 1);
        assert!(state.challenged.len() <= MAX_CHALLENGED);
    }
}
