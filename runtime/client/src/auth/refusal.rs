//! What a refusal says: what was asked for, what the registry's challenge names where that is something else, and the
//! words of who refused.

use http::StatusCode;
use pushgate_credentials::{Credentials, Redactor};
use pushgate_net::{Reply, asked_to_wait};

use crate::auth::identity::Identity;
use crate::auth::scope::Scope;
use crate::auth::state::State;
use crate::error::{Refusal, RegistryError, RequestContext, Said};
use crate::reply;

/// Makes errors of refusals.
pub(super) struct Refusing<'a> {
    pub(super) identity: &'a Identity,
    pub(super) state: &'a State,
}

impl Refusing<'_> {
    /// What a server said, unless it repeats a credential.
    pub(super) fn censor(&self, said: Said) -> Said {
        let text = said.text.map(|text| self.censor_text(text));
        Said { text, ..said }
    }

    pub(super) fn censor_text(&self, text: String) -> String {
        let headers = self.state.shown();
        let values = headers.filter_map(|header| header.to_str().ok()?.split_once(' ')).map(|(_scheme, value)| value.to_owned());
        let own = match &self.identity.credentials {
            Credentials::Anonymous => Vec::new(),
            Credentials::Basic { username, password } => {
                vec![password.expose().to_owned(), format!("{username}:{}", password.expose())]
            }
            Credentials::IdentityToken(token) => vec![token.expose().to_owned()],
        };
        let secrets: Vec<String> = values.chain(own).collect();
        if Redactor::new(secrets.iter().map(String::as_str)).map_or(true, |redactor| redactor.finds_any(text.as_bytes())) {
            return "(an answer that repeats a credential)".to_owned();
        }
        text
    }

    /// The error for a token server's answer that holds no token.
    pub(super) fn token(&self, context: RequestContext, scope: &Scope, answer: &Reply) -> RegistryError {
        let said = self.token_server_said(answer);
        match answer.status {
            StatusCode::UNAUTHORIZED => self.unauthorized(&context, self.refusal(scope, said)),
            // Some servers answer wrong passwords, and repositories that are not the user's, with 403; the text tells.
            StatusCode::FORBIDDEN => self.denied(context, self.refusal(scope, said)),
            status => {
                // A server that fails does so whatever it is asked for.
                let refusal = if status.is_client_error() { self.refusal(scope, said) } else { Refusal { said, ..Refusal::default() } };
                let (scopes, Said { codes, text }) = (refusal.scopes(), refusal.said);
                let text = match (scopes, text) {
                    (Some(scopes), Some(text)) => Some(format!("{scopes}: {text}")),
                    (scopes, text) => scopes.or(text),
                };
                RegistryError::Status {
                    context,
                    code: status.as_u16(),
                    said: Box::new(Said { codes, text }),
                    retry_after: asked_to_wait(answer),
                }
            }
        }
    }

    /// What a token server says in an answer's body, unless it repeats a credential.
    pub(super) fn token_server_said(&self, answer: &Reply) -> Said {
        self.censor(reply::token_server_said(answer))
    }

    pub(super) fn unauthorized(&self, context: &RequestContext, refusal: Refusal) -> RegistryError {
        RegistryError::Unauthorized {
            context: context.clone(),
            host: self.identity.host.clone(),
            anonymous: self.identity.credentials.is_anonymous(),
            refusal: Box::new(refusal),
            source: self.identity.missing.clone(),
        }
    }

    /// Where credentials could not be looked up, that is why nothing is permitted.
    pub(super) fn denied(&self, context: RequestContext, refusal: Refusal) -> RegistryError {
        if self.identity.missing.is_some() {
            return self.unauthorized(&context, refusal);
        }
        RegistryError::Denied { context, refusal: Box::new(refusal) }
    }

    /// What was asked for, and what was said to that.
    pub(super) fn refusal(&self, scope: &Scope, said: Said) -> Refusal {
        if self.state.realm(&scope.repository).is_none() {
            return Refusal { said, ..Refusal::default() };
        }
        let asked = scope.words();
        let differs = |named: &&String| !covers(&asked, named);
        let named = self.state.challenged.get(scope.repository.as_str()).filter(differs);
        let challenged = named.map(|named| self.censor_text(named.clone()));
        Refusal { asked: Some(asked.join(" ")), challenged, said }
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
