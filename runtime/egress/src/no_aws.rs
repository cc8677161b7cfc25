//! In the place of `aws` where the feature is off.

use bytes::Bytes;
use http::Request;
use http::header::{HeaderName, HeaderValue};
use pushgate_credentials::CredentialSources;
use pushgate_net::RequestBody;

/// There are none.
#[derive(Clone, Debug)]
pub(crate) enum Keys {}

/// What signs a request, and what of it must not come back.
pub(crate) struct Signature {
    pub(crate) fields: Vec<(HeaderName, HeaderValue)>,
    pub(crate) secrets: Vec<String>,
}

impl Keys {
    pub(crate) async fn look_up(_sources: &CredentialSources) -> Result<Option<Self>, String> {
        Err("this program was built without signatures for AWS".to_owned())
    }

    pub(crate) fn sign(&self, _scope: (&str, &str), _url: &str, _request: &Request<RequestBody>, _body: &Bytes) -> Option<Signature> {
        match *self {}
    }
}
