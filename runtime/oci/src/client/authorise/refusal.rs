//! What a refusal says: what was asked for, what the registry's challenge names where that is something else, and the
//! words of who refused.

use http::StatusCode;

use crate::client::authorise::{Access, Authoriser, Scope, State};
use crate::client::challenge::{Challenge, challenges};
use crate::client::error::{Place, Refusal, RegistryError};
use crate::client::transport::Answer;
use crate::client::{reply, retry};

/// How much of a challenge's scope is shown, in characters.
const MAX_SCOPE: usize = 256;

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

impl Authoriser {
    /// The error for a 401 to a request that showed all there is.
    pub(in crate::client) async fn rejected(
        &self,
        answer: &Answer,
        place: &Place,
        access: Access,
        also_pull: Option<&str>,
    ) -> RegistryError {
        let mut state = self.state.lock().await;
        let asked = challenges(&answer.headers);
        if let Some(bearer) = asked.iter().find(|challenge| challenge.scheme == "bearer") {
            state.note_challenge(&place.repository, bearer);
        }
        let text = reply::text(&answer.body).map(|text| self.censor(&state, text));
        let refusal = self.refusal(&state, &Scope::of(&place.repository, access, also_pull), text);
        let insufficient = |challenge: &Challenge| challenge.parameter("error") == Some("insufficient_scope");
        if asked.iter().any(insufficient) && !self.credentials.is_anonymous() {
            return RegistryError::Denied { place: place.clone(), refusal: Box::new(refusal) };
        }
        self.unauthorized(place, refusal)
    }

    /// The error for a 403 of the registry.
    pub(in crate::client) async fn denied(
        &self,
        place: Place,
        access: Access,
        also_pull: Option<&str>,
        text: Option<String>,
    ) -> RegistryError {
        let state = self.state.lock().await;
        let refusal = self.refusal(&state, &Scope::of(&place.repository, access, also_pull), text);
        self.denied_for(place, refusal)
    }

    /// What a registry says in an answer's body, unless it repeats a credential.
    pub(in crate::client) async fn said(&self, answer: &Answer) -> Option<String> {
        let text = reply::text(&answer.body)?;
        Some(self.without_secrets(text).await)
    }

    /// The error for a token server's answer that holds no token.
    pub(super) fn refused_token(&self, state: &State, place: Place, scope: &Scope, answer: &Answer) -> RegistryError {
        let text = self.token_server_said(state, answer);
        match answer.status {
            StatusCode::UNAUTHORIZED => self.unauthorized(&place, self.refusal(state, scope, text)),
            // Some servers answer wrong passwords, and repositories that are not the user's, with 403; the text tells.
            StatusCode::FORBIDDEN => self.denied_for(place, self.refusal(state, scope, text)),
            status => {
                // A server that fails does so whatever it is asked for.
                let refusal =
                    if status.is_client_error() { self.refusal(state, scope, text) } else { Refusal { text, ..Refusal::default() } };
                let about = refusal.to_string().trim_start_matches([' ', ':']).to_owned();
                let retry_after = retry::asked_to_wait(answer);
                RegistryError::Status { place, code: status.as_u16(), text: Some(about).filter(|text| !text.is_empty()), retry_after }
            }
        }
    }

    /// What a token server says in an answer's body, unless it repeats a credential.
    pub(super) fn token_server_said(&self, state: &State, answer: &Answer) -> Option<String> {
        reply::token_server_text(answer).map(|text| self.censor(state, text))
    }

    pub(super) fn unauthorized(&self, place: &Place, refusal: Refusal) -> RegistryError {
        RegistryError::Unauthorized {
            place: place.clone(),
            host: self.host.clone(),
            anonymous: self.credentials.is_anonymous(),
            refusal: Box::new(refusal),
            source: self.missing.clone(),
        }
    }

    /// Where credentials could not be looked up, that is why nothing is permitted.
    fn denied_for(&self, place: Place, refusal: Refusal) -> RegistryError {
        if self.missing.is_some() {
            return self.unauthorized(&place, refusal);
        }
        RegistryError::Denied { place, refusal: Box::new(refusal) }
    }

    fn refusal(&self, state: &State, scope: &Scope, text: Option<String>) -> Refusal {
        if state.realm.is_none() {
            return Refusal { text, ..Refusal::default() };
        }
        let asked = scope.words();
        let differs = |named: &&String| !covers(&asked, named);
        let challenged = state.challenged.get(scope.repository.as_str()).filter(differs).map(|named| self.censor(state, named.clone()));
        Refusal { asked: Some(asked.join(" ")), challenged, text }
    }
}

/// Whether what was asked for includes all that a challenge names. A challenge to a question, for example, names `pull`
/// alone.
fn covers(asked: &[String], named: &str) -> bool {
    let parts = |scope: &str| scope.rsplit_once(':').map(|(resource, actions)| (resource.to_owned(), actions.to_owned()));
    let asked: Vec<_> = asked.iter().filter_map(|scope| parts(scope)).collect();
    named.split_ascii_whitespace().all(|scope| {
        let Some((resource, actions)) = parts(scope) else { return false };
        let ours = asked.iter().find(|(other, _)| *other == resource);
        ours.is_some_and(|(_, ours)| actions.split(',').all(|action| ours.split(',').any(|our| our == action)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_names_another_scope_if_ours_does_not_include_it() {
        let asked = ["repository:team/app:pull,push".to_owned(), "repository:team/base:pull".to_owned()];
        for (named, covered) in [
            ("repository:team/app:pull,push repository:team/base:pull", true),
            ("repository:team/base:pull  repository:team/app:push,pull", true),
            ("repository:team/app:pull", true),
            ("", true),
            ("repository:team/base:push", false),
            ("repository:team/app:pull,push,delete", false),
            ("repository:app:pull,push", false),
            ("repository:team/app:pull registry:catalog:*", false),
            ("repository:team/app:*", false),
            ("aws", false),
            (":", false),
        ] {
            assert_eq!(covers(&asked, named), covered, "{named}");
        }
        assert!(covers(&[], "") && !covers(&[], "aws"));
    }
}
