//! Requests to AWS: which keys sign them, and how.

mod keys;
pub(crate) mod sigv4;

use std::time::SystemTime;

use bytes::Bytes;
use http::Request;
use http::header::{HeaderName, HeaderValue};
use pushgate_credentials::CredentialSources;
use pushgate_net::RequestBody;
use reqsign_aws_core::Credential;

use sigv4::Scope;

/// Keys of AWS.
#[derive(Clone, Debug)]
pub(crate) struct Keys(Credential);

/// What signs a request, and what of it must not come back.
pub(crate) struct Signature {
    pub(crate) fields: Vec<(HeaderName, HeaderValue)>,
    pub(crate) secrets: Vec<String>,
}

impl Keys {
    /// Looks for keys. None if there are none; an error says which place is of no use.
    pub(crate) async fn look_up(sources: &CredentialSources) -> Result<Option<Self>, String> {
        let keys = keys::look_up(sources.aws(), sources.authorities()).await;
        Ok(keys.map_err(|place| format!("{place} gave no keys of AWS"))?.map(Self))
    }

    /// Signs a request that is otherwise done, for a service in a region.
    pub(crate) fn sign(
        &self,
        (service, region): (&str, &str),
        url: &str,
        request: &Request<RequestBody>,
        body: &Bytes,
    ) -> Option<Signature> {
        let Self(keys) = self;
        let scope = Scope { service: service.to_owned(), region: region.to_owned() };
        let whole = (request.method().as_str(), url, request.headers(), &**body);
        let fields = sigv4::signature(&scope, scope.settings(), keys, SystemTime::now(), whole)?;
        let mut secrets = vec![keys.secret_access_key.clone(), keys.access_key_id.clone()];
        secrets.extend(keys.session_token.clone());
        let signature = |value: &HeaderValue| Some(value.to_str().ok()?.split_once("Signature=")?.1.to_owned());
        secrets.extend(fields.iter().filter_map(|(_, value)| signature(value)));
        Some(Signature { fields, secrets })
    }
}
