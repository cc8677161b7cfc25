//! Proxies: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, as curl and Go read them.
//!
//! A registry over TLS is reached through a tunnel (`CONNECT`, RFC 9110, section 9.3.6), so that the proxy sees its name and nothing else.
//! One in clear is asked for in absolute form, so that the proxy sees everything; no credentials are sent that way. Loopback is never reached
//! through a proxy. The name is resolved by the proxy, so that the addresses of a known token server cannot be checked there; its certificate
//! is.

use std::ffi::OsString;
use std::fmt;

use bytes::Bytes;
use http::header::{HOST, HeaderValue, PROXY_AUTHORIZATION};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::AbortHandle;

use crate::client::RegistryError;
use crate::client::connect::Stream;
use crate::client::origin::{Origin, Scheme};
use crate::client::transport::TransportError;

/// The longest header of a proxy's answer.
const MAX_HEADER: usize = 16 * 1024;

/// What the environment says about proxies. Nothing of it is looked at before a client is made. Its `Debug` shows no values, which may hold
/// passwords.
#[derive(Clone, Default)]
pub struct Proxies {
    http: Option<String>,
    https: Option<String>,
    no: String,
}

impl fmt::Debug for Proxies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = |value: &Option<String>| if value.is_some() { "set" } else { "not set" };
        write!(formatter, "Proxies(HTTP_PROXY {}, HTTPS_PROXY {}, NO_PROXY `{}`)", set(&self.http), set(&self.https), self.no)
    }
}

impl Proxies {
    /// The environment as `variable` tells it. The name in capitals counts before the one in small letters, as for Docker.
    ///
    /// In a CGI program `HTTP_PROXY` is what a client sent as the header `Proxy`, so it is not believed there.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let first = |names: [&str; 2]| {
            let values = names.iter().filter_map(|name| variable(name)).filter(|value| !value.is_empty());
            values.map(|value| value.to_string_lossy().trim().to_owned()).next()
        };
        let is_cgi = variable("REQUEST_METHOD").is_some();
        Self {
            http: if is_cgi { first(["http_proxy", "http_proxy"]) } else { first(["HTTP_PROXY", "http_proxy"]) },
            https: first(["HTTPS_PROXY", "https_proxy"]),
            no: first(["NO_PROXY", "no_proxy"]).unwrap_or_default(),
        }
    }

    /// Looks at the variables themselves.
    pub(super) fn check(&self) -> Result<(), RegistryError> {
        for (variable, value, scheme) in [("HTTP_PROXY", &self.http, Scheme::Http), ("HTTPS_PROXY", &self.https, Scheme::Https)] {
            let Some(value) = value else { continue };
            if self.proxy(scheme).is_none() {
                let problem = if value.starts_with("socks") { "SOCKS is not supported" } else { "it is not the URL of an HTTP proxy" };
                return Err(RegistryError::ProxyVariable { variable, problem });
            }
        }
        Ok(())
    }

    fn proxy(&self, scheme: Scheme) -> Option<Proxy> {
        let (target, value) = match scheme {
            Scheme::Http => ("http://registry.invalid/", self.http.as_ref()?),
            Scheme::Https => ("https://registry.invalid/", self.https.as_ref()?),
        };
        let matcher = Matcher::builder().all(value).build();
        let intercept = matcher.intercept(&Uri::from_static(target))?;
        let uri = intercept.uri();
        let scheme = match uri.scheme_str() {
            Some("http") => Scheme::Http,
            Some("https") => Scheme::Https,
            _ => return None,
        };
        let host = uri.host()?;
        let port = match uri.authority()?.as_str().strip_prefix(host)? {
            // As for curl; Go takes 80.
            "" if scheme == Scheme::Https => 443,
            "" => 80,
            port => port.strip_prefix(':')?.parse().ok().filter(|port| *port != 0)?,
        };
        let hostname = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        (!hostname.is_empty()).then(|| Proxy { origin: Origin { scheme, hostname, port }, authorization: intercept.basic_auth().cloned() })
    }

    /// The proxy to an origin; none if it is reached straight.
    pub(super) fn route(&self, origin: &Origin) -> Option<Proxy> {
        if origin.is_loopback() {
            return None;
        }
        self.proxy(origin.scheme).filter(|_| !self.exempts(origin))
    }

    /// Whether `NO_PROXY` names the origin. An entry may have a port, which must then be the origin's.
    fn exempts(&self, origin: &Origin) -> bool {
        let port = format!(":{}", origin.port);
        let entries = self.no.split([',', ' ']).filter_map(|entry| match entry.rsplit_once(':') {
            Some((host, number)) if number.parse::<u16>().is_ok() && (!host.contains(':') || host.ends_with(']')) => {
                entry.ends_with(&port).then(|| host.trim_start_matches('[').trim_end_matches(']').to_owned())
            }
            // `*.example.com` is not curl's, but is written often; it means what `.example.com` means.
            _ => Some(entry.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(entry).to_owned()),
        });
        // With an exemption nothing is intercepted.
        let matcher = Matcher::builder().all("http://proxy.invalid").no(entries.collect::<Vec<_>>().join(",")).build();
        let uri = origin.url("/").parse::<Uri>().ok();
        uri.is_some_and(|uri| matcher.intercept(&uri).is_none())
    }

    /// The proxy that would read what is sent to an origin.
    pub(super) fn reader(&self, origin: &Origin) -> Option<String> {
        if origin.scheme == Scheme::Https { None } else { self.route(origin).map(|proxy| proxy.origin.to_string()) }
    }
}

/// One proxy.
#[derive(Clone)]
pub(super) struct Proxy {
    pub(super) origin: Origin,
    authorization: Option<HeaderValue>,
}

impl Proxy {
    fn failed(&self, problem: String) -> TransportError {
        TransportError::Proxy { proxy: self.origin.to_string(), problem }
    }

    /// The failure of a connection to the proxy.
    pub(super) fn unreachable(&self, error: TransportError) -> TransportError {
        match error {
            TransportError::Unreachable(cause) => self.failed(format!("cannot be reached: {cause}")),
            other => other,
        }
    }

    /// What an answer of the proxy itself means.
    pub(super) fn refusal(&self, status: StatusCode, target: &str) -> TransportError {
        self.failed(match status {
            StatusCode::PROXY_AUTHENTICATION_REQUIRED if self.authorization.is_none() => {
                "asks for a username and a password (407)".to_owned()
            }
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                "does not accept the username and the password that its URL holds (407)".to_owned()
            }
            status => format!("does not connect to {target}: status {}", status.as_u16()),
        })
    }

    /// Opens a tunnel to an origin over a connection to the proxy.
    pub(super) async fn tunnel<S>(&self, stream: S, origin: &Origin) -> Result<Box<dyn Stream>, TransportError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let target = if origin.hostname.contains(':') {
            format!("[{}]:{}", origin.hostname, origin.port)
        } else {
            format!("{}:{}", origin.hostname, origin.port)
        };
        let broke = |error: hyper::Error| self.failed(format!("broke off: {}", innermost(&error)));
        let mut request =
            Request::builder().method(Method::CONNECT).uri(&target).body(Empty::<Bytes>::new()).map_err(TransportError::NotSendable)?;
        let host = HeaderValue::try_from(&target).map_err(|error| TransportError::NotSendable(error.into()))?;
        request.headers_mut().insert(HOST, host);
        self.authorise(&mut request);
        let (mut sender, connection) =
            http1::Builder::new().max_header_size(MAX_HEADER).handshake(TokioIo::new(stream)).await.map_err(broke)?;
        // It ends when the tunnel is open, or with this function.
        let _task = Task(tokio::spawn(async move { drop(connection.with_upgrades().await) }).abort_handle());
        let response = sender.send_request(request).await.map_err(broke)?;
        if !response.status().is_success() {
            return Err(self.refusal(response.status(), &target));
        }
        let tunnel = hyper::upgrade::on(response).await.map_err(broke)?;
        Ok(Box::new(TokioIo::new(tunnel)))
    }

    /// Puts a request for an origin in clear into the form that a proxy takes. It may have that form already.
    pub(super) fn absolute<B>(&self, request: &mut Request<B>, origin: &Origin) -> Result<(), TransportError> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = origin.url(path).parse().map_err(|error: http::uri::InvalidUri| TransportError::NotSendable(error.into()))?;
        self.authorise(request);
        Ok(())
    }

    fn authorise<B>(&self, request: &mut Request<B>) {
        if let Some(value) = &self.authorization {
            request.headers_mut().insert(PROXY_AUTHORIZATION, value.clone());
        }
    }
}

/// The cause that says most.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// A task that ends when this is dropped.
struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests;
