//! Keys of AWS, from where its tools look for them: the environment, a token of a web identity, the profile's files, the container's service.
//!
//! How they are looked for is `reqsign-aws-core`'s business; what it may read and whom it may ask is ours. Its errors can quote what it read, so
//! none of them is shown.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Limited};
use pushgate_credentials::AwsSources;
use pushgate_net::{AddressPolicy, Authorities, Connector, Proxies, Trust, budget, message, permitted};
use pushgate_reference::{Origin, Scheme};
use reqsign_aws_core::{
    AssumeRoleWithWebIdentityCredentialProvider, Credential, ECSCredentialProvider, EnvCredentialProvider, ProfileCredentialProvider,
};
use reqsign_core::{Context, Env, Error, FileRead, HttpSend, ProvideCredential};
use url::Url;

/// The most bytes of a file with keys, and of an answer with some: 1 MiB.
const MAX_SIZE: usize = 1024 * 1024;
/// For one answer. A container's service is near.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// Where clouds answer their own containers, in clear.
const CONTAINER_SERVICES: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

/// Keys, from the first place that has some. None if there are none; an error if a place that was named is of no use, which says only which.
pub(super) async fn look_up(sources: &AwsSources, authorities: &Authorities) -> Result<Option<Credential>, &'static str> {
    let client = Client(authorities.clone());
    let context = Context::new().with_env(Variables(sources.variables().clone())).with_file_read(Files).with_http_send(client);
    let found = EnvCredentialProvider::new().provide_credential(&context).await;
    if let Some(keys) = found.map_err(|_| "the environment")? {
        return Ok(Some(keys));
    }
    let found = AssumeRoleWithWebIdentityCredentialProvider::new().provide_credential(&context).await;
    if let Some(keys) = found.map_err(|_| "the token of AWS_WEB_IDENTITY_TOKEN_FILE")? {
        return Ok(Some(keys));
    }
    if let Some(keys) = ProfileCredentialProvider::new().provide_credential(&context).await.map_err(|_| "the files of the profile")? {
        return Ok(Some(keys));
    }
    ECSCredentialProvider::new().provide_credential(&context).await.map_err(|_| "the container's service")
}

/// The environment, as it was at the start.
struct Variables(HashMap<String, String>);

impl std::fmt::Debug for Variables {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Variables")
    }
}

impl Env for Variables {
    fn var(&self, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }

    fn vars(&self) -> HashMap<String, String> {
        self.0.clone()
    }

    fn home_dir(&self) -> Option<PathBuf> {
        self.0.get("HOME").map(PathBuf::from).filter(|home| home.is_absolute())
    }
}

/// Files with absolute paths: nothing in the working directory configures anything.
#[derive(Debug)]
struct Files;

impl FileRead for Files {
    async fn file_read(&self, path: &str) -> reqsign_core::Result<Vec<u8>> {
        let path = PathBuf::from(path);
        let read = tokio::task::spawn_blocking(move || read(&path)).await;
        read.ok().flatten().ok_or_else(|| Error::unexpected("the file cannot be read"))
    }
}

fn read(path: &Path) -> Option<Vec<u8>> {
    if !path.is_absolute() {
        return None;
    }
    pushgate_files::read(path, u64::try_from(MAX_SIZE).ok()?).ok()
}

/// Asks over TLS, or a service on this machine.
#[derive(Debug)]
struct Client(Authorities);

impl HttpSend for Client {
    async fn http_send(&self, request: Request<Bytes>) -> reqsign_core::Result<Response<Bytes>> {
        let url = Url::parse(&request.uri().to_string()).ok();
        let origin = url.as_ref().and_then(permitted::of_url).filter(may_be_asked);
        let (Some(url), Some(origin)) = (url, origin) else {
            return Err(Error::unexpected("keys are asked for over TLS, or on this machine"));
        };
        if !budget::take() {
            return Err(Error::unexpected("no more requests may be sent"));
        }
        let answer = tokio::time::timeout(TIME_LIMIT, ask(&self.0, &origin, &url, request)).await;
        answer.ok().flatten().ok_or_else(|| Error::unexpected("there is no answer"))
    }
}

fn may_be_asked(origin: &Origin) -> bool {
    origin.scheme() == Scheme::Https || origin.is_loopback() || CONTAINER_SERVICES.contains(&origin.hostname())
}

async fn ask(authorities: &Authorities, origin: &Origin, url: &Url, request: Request<Bytes>) -> Option<Response<Bytes>> {
    // The user's environment names the place, so it may be anywhere.
    let trust = Trust::forgetting(authorities.clone());
    let connector = Connector::new(trust, Proxies::default(), TIME_LIMIT);
    let mut connection = connector.connect(origin, AddressPolicy::Anywhere).await.ok()?;
    let (parts, body) = request.into_parts();
    let mut request = Request::builder().method(parts.method).uri(message::target(url)).body(message::full(body)).ok()?;
    *request.headers_mut() = parts.headers;
    request.headers_mut().insert(HOST, HeaderValue::try_from(origin.authority()).ok()?);
    let (parts, body) = connection.send(request).await.ok()?.into_parts();
    let body = Limited::new(body, MAX_SIZE).collect().await.ok()?.to_bytes();
    Some(Response::from_parts(parts, body))
}
