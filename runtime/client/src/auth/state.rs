//! What was found out about how a registry wants to be told who one is.

use std::collections::{HashMap, VecDeque};

use http::header::HeaderValue;
use pushgate_net::permitted::Allowed;
use tokio::time::Instant;

use crate::auth::challenge::Challenge;
use crate::auth::scope::Scope;
use crate::auth::token::Token;

/// How much of a challenge's scope is shown, in characters.
const MAX_SCOPE: usize = 256;
/// The most repositories of which a challenge is remembered, and the most tokens: what is known of a registry lives as long as the process.
const MAX_REPOSITORIES: usize = 256;
/// The most tokens that are kept only so that no text repeats them.
const MAX_RETIRED: usize = 64;

/// It changes with what is answered.
#[derive(Default)]
pub(super) struct State {
    pub(super) basic: Option<HeaderValue>,
    /// By repository. Artifactory has a token server for each of its repositories (renovate#11765), and Nexus asks for Basic in single ones.
    realms: HashMap<Box<str>, Realm>,
    /// A token server took what it was shown.
    pub(super) is_proven: bool,
    tokens: HashMap<Scope, Token>,
    /// Tokens that are shown no more, the last of them. A registry may repeat one that is on its way.
    retired: VecDeque<HeaderValue>,
    /// The scopes that challenges named, by repository. They are shown, and nothing else.
    pub(super) challenged: HashMap<Box<str>, String>,
}

/// The token server.
#[derive(Clone)]
pub(super) struct Realm {
    pub(super) allowed: Allowed,
    pub(super) service: Option<String>,
    /// It takes passwords by POST only.
    pub(super) posts_passwords: bool,
}

impl State {
    /// The field of a token that does for this.
    pub(super) fn token(&self, wanted: &Scope) -> Option<HeaderValue> {
        let now = Instant::now();
        let enough = |(scope, token): &(&Scope, &Token)| scope.covers(wanted) && now < token.renew_after;
        self.tokens.iter().find(enough).map(|(_, token)| token.header.clone())
    }

    /// The token server that a repository named.
    pub(super) fn realm(&self, repository: &str) -> Option<&Realm> {
        self.realms.get(repository)
    }

    /// Remembers the token server that a repository names.
    pub(super) fn note_realm(&mut self, repository: &str, mut realm: Realm) {
        let known = self.realm(repository).filter(|known| known.allowed.url == realm.allowed.url);
        realm.posts_passwords = known.is_some_and(|known| known.posts_passwords);
        if self.realms.len() >= MAX_REPOSITORIES {
            self.realms.clear();
        }
        self.realms.insert(repository.into(), realm);
    }

    /// Remembers that a repository's token server takes passwords by POST only.
    pub(super) fn note_that_it_posts(&mut self, repository: &str) {
        if let Some(realm) = self.realms.get_mut(repository) {
            realm.posts_passwords = true;
        }
    }

    /// Forgets a repository's token server: it may ask for something else now.
    pub(super) fn forget_realm(&mut self, repository: &str) {
        self.realms.remove(repository);
    }

    /// Keeps a token, and none that cannot be used any more.
    pub(super) fn keep(&mut self, scope: Scope, token: Token) {
        let now = Instant::now();
        self.retire(|_, token| now >= token.renew_after);
        if self.tokens.len() >= MAX_REPOSITORIES {
            self.retire(|_, _| true);
        }
        self.tokens.insert(scope, token);
        self.is_proven = true;
    }

    /// Shows these tokens no more.
    pub(super) fn retire(&mut self, mut is_over: impl FnMut(&Scope, &Token) -> bool) {
        let over = self.tokens.extract_if(|scope, token| is_over(scope, token)).map(|(_, token)| token.header);
        self.retired.extend(over);
        let surplus = self.retired.len().saturating_sub(MAX_RETIRED);
        self.retired.drain(..surplus);
    }

    /// Everything that was shown, or may have been.
    pub(super) fn shown(&self) -> impl Iterator<Item = &HeaderValue> {
        self.tokens.values().map(|token| &token.header).chain(&self.retired).chain(&self.basic)
    }

    /// Remembers the scope that a challenge names.
    pub(super) fn note_challenge(&mut self, repository: &str, challenge: &Challenge) {
        let named: String = challenge.parameter("scope").unwrap_or_default().chars().take(MAX_SCOPE).collect();
        if named.is_empty() {
            self.challenged.remove(repository);
        } else {
            if self.challenged.len() >= MAX_REPOSITORIES {
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
        for number in 0..10 * MAX_REPOSITORIES {
            let repository = format!("team/app-{number}");
            state.note_challenge(&repository, &challenge);
            let token = Token { header: HeaderValue::from_static("Bearer x"), renew_after: Instant::now() - Duration::from_secs(1) };
            state.keep(Scope::of(&repository, Access::Push, None), token);
        }
        assert_eq!(state.tokens.len(), 1);
        assert!(state.challenged.len() <= MAX_REPOSITORIES);
        for number in 0..10 * MAX_REPOSITORIES {
            let token = Token { header: HeaderValue::from_static("Bearer x"), renew_after: Instant::now() + Duration::from_secs(60) };
            state.keep(Scope::of(&format!("team/app-{number}"), Access::Push, None), token);
        }
        assert!(state.tokens.len() <= MAX_REPOSITORIES && state.retired.len() <= MAX_RETIRED);
    }
}
