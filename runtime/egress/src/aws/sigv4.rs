//! Signing a request for AWS (Signature Version 4). The signature is `aws-sigv4`'s; what is signed are the very bytes that are sent.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use reqsign_aws_core::Credential;
use tracing::subscriber::{NoSubscriber, with_default};

/// What a signature is good for: one service in one region.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    pub(crate) service: String,
    pub(crate) region: String,
}

impl Scope {
    /// How the service reads a path. S3 takes it as it stands, all others normalise it and encode it once more.
    pub(crate) fn settings(&self) -> SigningSettings {
        let mut settings = SigningSettings::default();
        if self.service.starts_with("s3") {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        settings
    }
}

/// The fields that sign a request. `headers` are all that it has, `Host` among them; those of its length are the client's own.
pub(crate) fn signature(
    scope: &Scope,
    settings: SigningSettings,
    keys: &Credential,
    time: SystemTime,
    (method, url, headers, body): (&str, &str, &HeaderMap, &[u8]),
) -> Option<Vec<(HeaderName, HeaderValue)>> {
    let token = keys.session_token.clone();
    let identity = Credentials::new(keys.access_key_id.clone(), keys.secret_access_key.clone(), token, None, "pushgate").into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(&scope.region)
        .name(&scope.service)
        .time(time)
        .settings(settings)
        .build()
        .ok()?
        .into();
    let mut fields = Vec::new();
    for (name, value) in headers {
        fields.push((name.as_str(), value.to_str().ok()?));
    }
    let request = SignableRequest::new(method, url, fields.into_iter(), SignableBody::Bytes(body)).ok()?;
    // It writes what it signs into the log, the name of the key included.
    let quietly = || sign(request, &parameters);
    let (instructions, _signature) = with_default(NoSubscriber::default(), quietly).ok()?.into_parts();
    let (signed, _parameters) = instructions.into_parts();
    let mut signing = Vec::new();
    for header in signed {
        let mut value = HeaderValue::try_from(header.value()).ok()?;
        value.set_sensitive(true);
        signing.push((HeaderName::from_static(header.name()), value));
    }
    Some(signing)
}

#[cfg(test)]
mod tests;
