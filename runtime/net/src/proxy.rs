//! Proxies: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, as curl reads them, and Go all but the third.
//!
//! A registry over TLS is reached through a tunnel (`CONNECT`, RFC 9110, section 9.3.6, or SOCKS5), so that the proxy
//! sees its name and nothing else. One in clear is asked for in absolute form, or through SOCKS5, so that the proxy
//! sees everything; no credentials are sent that way. Loopback is never reached through a proxy. But for `socks5` the
//! name is resolved by the proxy, so that the addresses of a known token server cannot be checked there; its
//! certificate is. A variable is looked at only for a request that would go through its proxy.

use std::ffi::OsString;
use std::fmt;

use bytes::Bytes;
use http::header::{HOST, HeaderValue, PROXY_AUTHORIZATION};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use pushgate_reference::{Origin, Scheme};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::error::{ProxyFailure, TransportError};
use crate::socks::{self, Socks};
use crate::stream::{Stream, Task};

/// The longest header of a proxy's answer.
const MAX_HEADER: usize = 16 * 1024;

/// What the environment says about proxies. Nothing of it is looked at before a request would go through one. Its
/// `Debug` shows no values, which may hold passwords.
#[derive(Clone, Default)]
pub struct Proxies {
    http: Option<Setting>,
    https: Option<Setting>,
    all: Option<Setting>,
    no: String,
}

/// A variable that is set.
#[derive(Clone)]
struct Setting {
    variable: &'static str,
    value: String,
}

/// Why a variable names no proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// The variable.
    pub variable: &'static str,
    /// Why. Its value may hold a password and is not shown.
    pub problem: &'static str,
}

impl From<Unusable> for TransportError {
    fn from(Unusable { variable, problem }: Unusable) -> Self {
        Self::ProxyVariable { variable, problem }
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<_> = [&self.http, &self.https, &self.all].into_iter().flatten().map(|setting| setting.variable).collect();
        write!(formatter, "Proxies({} set, NO_PROXY `{}`)", set.join(" and "), self.no)
    }
}

impl Proxies {
    /// The environment as `variable` tells it. The name in capitals counts before the one in small letters, as for
    /// Docker, and the one for a scheme before the one for all, as for curl.
    ///
    /// In a CGI program `HTTP_PROXY` is what a client sent as the header `Proxy`, so it is not believed there.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let first = |names: [&'static str; 2]| {
            let mut values = names.into_iter().filter_map(|name| Some((name, variable(name).filter(|value| !value.is_empty())?)));
            values.next().map(|(variable, value)| Setting { variable, value: value.to_string_lossy().trim().to_owned() })
        };
        let is_cgi = variable("REQUEST_METHOD").is_some();
        Self {
            http: if is_cgi { first(["http_proxy", "http_proxy"]) } else { first(["HTTP_PROXY", "http_proxy"]) },
            https: first(["HTTPS_PROXY", "https_proxy"]),
            all: first(["ALL_PROXY", "all_proxy"]),
            no: first(["NO_PROXY", "no_proxy"]).map(|setting| setting.value).unwrap_or_default(),
        }
    }

    /// The proxy to an origin; none if it is reached straight, which is decided before any variable is looked at.
    ///
    /// # Errors
    /// The variable that counts cannot be used.
    pub(crate) fn route(&self, origin: &Origin) -> Result<Option<Proxy>, Unusable> {
        let setting = match origin.scheme() {
            Scheme::Http => &self.http,
            Scheme::Https => &self.https,
        };
        match setting.as_ref().or(self.all.as_ref()) {
            Some(setting) if !origin.is_loopback() && !self.exempts(origin) => setting.proxy().map(Some),
            _ => Ok(None),
        }
    }

    /// Whether `NO_PROXY` names the origin. An entry may have a port, which must then be the origin's.
    fn exempts(&self, origin: &Origin) -> bool {
        let port = format!(":{}", origin.port());
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
    ///
    /// # Errors
    /// The variable that counts cannot be used.
    pub fn reader(&self, origin: &Origin) -> Result<Option<String>, Unusable> {
        if origin.scheme() == Scheme::Https { Ok(None) } else { Ok(self.route(origin)?.map(|proxy| proxy.name())) }
    }
}

impl Setting {
    fn proxy(&self) -> Result<Proxy, Unusable> {
        let unusable = |problem| Unusable { variable: self.variable, problem };
        // Schemes have no case (RFC 3986, section 3.1).
        let value = match self.value.split_once("://") {
            Some((scheme, rest)) => format!("{}://{rest}", scheme.to_ascii_lowercase()),
            None => self.value.clone(),
        };
        if ["socks:", "socks4:", "socks4a:"].iter().any(|scheme| value.starts_with(scheme)) {
            return Err(unusable("of SOCKS proxies only socks5:// and socks5h:// are supported"));
        }
        let target = Uri::from_static("http://registry.invalid/");
        let no_url = unusable("it is not the URL of an HTTP or SOCKS5 proxy");
        let intercept = Matcher::builder().all(value).build().intercept(&target).ok_or(no_url)?;
        let uri = intercept.uri();
        let (scheme, default_port, resolves) = match uri.scheme_str() {
            // As for curl; Go takes 80.
            Some("http") => (Scheme::Http, 80, None),
            Some("https") => (Scheme::Https, 443, None),
            Some("socks5") => (Scheme::Http, 1080, Some(false)),
            Some("socks5h") => (Scheme::Http, 1080, Some(true)),
            _ => return Err(no_url),
        };
        let host = uri.host().ok_or(no_url)?;
        let port = match uri.authority().and_then(|authority| authority.as_str().strip_prefix(host)).ok_or(no_url)? {
            "" => default_port,
            port => port.strip_prefix(':').and_then(|port| port.parse().ok()).filter(|port| *port != 0).ok_or(no_url)?,
        };
        let hostname = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if hostname.is_empty() {
            return Err(no_url);
        }
        let kind = match resolves {
            None => Kind::Http { authorization: intercept.basic_auth().cloned() },
            Some(resolves) => {
                let user = intercept.raw_auth().map(|(username, password)| (username.to_owned(), password.to_owned()));
                if user.iter().any(|(username, password)| username.len().max(password.len()) > socks::MAX_PART) {
                    return Err(unusable("its username or password has more than the 255 bytes that SOCKS5 takes"));
                }
                Kind::Socks(Socks { resolves, user })
            }
        };
        Ok(Proxy { origin: Origin::from_parts(scheme, hostname, port), kind })
    }
}

/// One proxy.
#[derive(Clone)]
pub(crate) struct Proxy {
    /// Where it is. A SOCKS proxy is reached over plain TCP.
    pub(crate) origin: Origin,
    pub(crate) kind: Kind,
}

/// What a proxy speaks.
#[derive(Clone)]
pub(crate) enum Kind {
    Http { authorization: Option<HeaderValue> },
    Socks(Socks),
}

impl Proxy {
    /// `scheme://host:port`, without credentials.
    pub(crate) fn name(&self) -> String {
        match &self.kind {
            Kind::Http { .. } => self.origin.to_string(),
            Kind::Socks(Socks { resolves, .. }) => {
                format!("{}://{}", if *resolves { "socks5h" } else { "socks5" }, self.origin.host_and_port())
            }
        }
    }

    pub(crate) fn failed(&self, problem: String) -> TransportError {
        TransportError::Proxy(ProxyFailure { proxy: self.name(), problem, is_about_credentials: false })
    }

    /// The proxy wants another username and password, or some at all.
    pub(crate) fn refuses_credentials(&self, problem: String) -> TransportError {
        TransportError::Proxy(ProxyFailure { proxy: self.name(), problem, is_about_credentials: true })
    }

    fn authorization(&self) -> Option<&HeaderValue> {
        match &self.kind {
            Kind::Http { authorization } => authorization.as_ref(),
            Kind::Socks(_) => None,
        }
    }

    /// The failure of a connection to the proxy.
    pub(crate) fn unreachable(&self, error: TransportError) -> TransportError {
        match error {
            TransportError::Unreachable(cause) => self.failed(format!("cannot be reached: {cause}")),
            other => other,
        }
    }

    /// What an answer of the proxy itself means.
    pub(crate) fn refusal(&self, status: StatusCode, target: &str) -> TransportError {
        match status {
            StatusCode::PROXY_AUTHENTICATION_REQUIRED if self.authorization().is_none() => {
                self.refuses_credentials("asks for a username and a password (407)".to_owned())
            }
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                self.refuses_credentials("does not accept the username and the password that its URL holds (407)".to_owned())
            }
            status => self.failed(format!("does not connect to {target}: status {}", status.as_u16())),
        }
    }

    /// Opens a tunnel to an origin over a connection to the proxy.
    pub(crate) async fn tunnel<S>(&self, stream: S, origin: &Origin) -> Result<Box<dyn Stream>, TransportError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let target = origin.host_and_port();
        let broke = |error: hyper::Error| self.failed(format!("broke off: {}", innermost(&error)));
        let mut request =
            Request::builder().method(Method::CONNECT).uri(&target).body(Empty::<Bytes>::new()).map_err(TransportError::NotSendable)?;
        let host = HeaderValue::try_from(&target).map_err(|error| TransportError::NotSendable(error.into()))?;
        request.headers_mut().insert(HOST, host);
        self.authorize(&mut request);
        let (mut sender, connection) =
            http1::Builder::new().max_header_size(MAX_HEADER).handshake(TokioIo::new(stream)).await.map_err(broke)?;
        // It ends when the tunnel is open, or with this function.
        let _task = Task::new(&tokio::spawn(async move { drop(connection.with_upgrades().await) }));
        let response = sender.send_request(request).await.map_err(broke)?;
        if !response.status().is_success() {
            return Err(self.refusal(response.status(), &target));
        }
        let tunnel = hyper::upgrade::on(response).await.map_err(broke)?;
        Ok(Box::new(TokioIo::new(tunnel)))
    }

    /// Puts a request for an origin in clear into the form that a proxy takes. It may have that form already.
    pub(crate) fn absolute<B>(&self, request: &mut Request<B>, origin: &Origin) -> Result<(), TransportError> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = origin.url(path).parse().map_err(|error: http::uri::InvalidUri| TransportError::NotSendable(error.into()))?;
        self.authorize(request);
        Ok(())
    }

    fn authorize<B>(&self, request: &mut Request<B>) {
        if let Some(value) = self.authorization() {
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

#[cfg(test)]
mod tests;
