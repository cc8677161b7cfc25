//! May we connect there? The one file that says so, for every place that somebody else names: the realm of a challenge, the location of
//! an upload, the next page of a list, the URL of a flavor's request, the addresses of a name.
//!
//! The naive client sends a user's password to whatever `realm` a 401 names, and an upload to whatever `Location` a 202 names. Here a
//! registry leads to itself, and to the token servers that are known to belong to it; everything else is an error, and nothing is sent.

use std::fmt;

use pushgate_reference::{Host, Origin, Scheme};
use url::Url;

use crate::addresses::AddressPolicy;

/// Docker Hub's registry goes by another name on the wire.
const DOCKER_HUB: &str = "registry-1.docker.io";

/// Longer ones are nonsense.
const MAX_URL: usize = 8 * 1024;

/// The token servers that serve registries of other names: as registries are named on the wire. Their certificates
/// vouch for them.
///
/// Most services need no line here, since their token server is on the registry's own host: GitHub (`ghcr.io/token`),
/// Google (`LOCATION-docker.pkg.dev/v2/token`, `gcr.io/v2/token`), Azure (`NAME.azurecr.io/oauth2/token`), Quay
/// (`quay.io/v2/auth`), Harbor (`/service/token`) and Amazon's public registry (`public.ecr.aws/token/`); Amazon ECR
/// takes passwords. A GitLab of one's own has it on GitLab's host (`/jwt/auth`), which its user names. A test holds the
/// challenges of all of them.
const TOKEN_SERVERS: [(&str, &str); 3] = [
    // https://distribution.github.io/distribution/spec/auth/token/
    (DOCKER_HUB, "auth.docker.io"),
    // https://docs.gitlab.com/administration/packages/container_registry/, and the flow in GitLab's container-registry,
    // docs/spec/gitlab/auth.
    ("registry.gitlab.com", "gitlab.com"),
    // https://github.com/docker/build-push-action/issues/585, https://github.com/basecamp/kamal/issues/801
    ("registry.digitalocean.com", "api.digitalocean.com"),
];

/// Where a registry is.
pub fn of_registry(scheme: Scheme, host: &Host) -> Origin {
    let origin = Origin::new(scheme, host);
    if host.is_docker_hub() { Origin::from_parts(scheme, DOCKER_HUB.to_owned(), origin.port()) } else { origin }
}

/// The origin of a URL; none of one of another scheme than http and https.
pub fn of_url(url: &Url) -> Option<Origin> {
    let scheme = match url.scheme() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        _ => return None,
    };
    let hostname = url.host_str()?.trim_start_matches('[').trim_end_matches(']').to_owned();
    Some(Origin::from_parts(scheme, hostname, url.port_or_known_default()?))
}

/// A token server that the user says belongs to a registry: `https://host[:port]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenServer(Origin);

impl TokenServer {
    /// Reads an origin: a scheme, a host and perhaps a port, without a path.
    ///
    /// # Errors
    /// What is wrong with it, to be put after its name.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "is not an origin, such as https://auth.example.com")?;
        let origin = of_url(&url).ok_or("is not an http or https origin")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("holds a username or a password");
        }
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if bare { Ok(Self(origin)) } else { Err("has a path, a query or a fragment, and an origin has none") }
    }
}

impl fmt::Display for TokenServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// An origin that the user granted to a flavor: the only place that a grant opens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HttpGrant {
    origin: Origin,
    private: bool,
}

impl HttpGrant {
    /// The grant of one origin; with `private`, its name may lead to a private address.
    #[must_use]
    pub fn new(origin: Origin, private: bool) -> Self {
        Self { origin, private }
    }

    fn policy(&self) -> AddressPolicy {
        match self.private {
            _ if self.origin.is_loopback() => AddressPolicy::Loopback,
            true => AddressPolicy::Private,
            false => AddressPolicy::Public,
        }
    }
}

/// Where a flavor's request goes. Only [`http_target`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpTarget {
    origin: Origin,
    path: String,
    policy: AddressPolicy,
}

impl HttpTarget {
    /// A granted origin.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Path and query, as the flavor wrote them.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The addresses that the origin's name may lead to.
    #[must_use]
    pub fn policy(&self) -> AddressPolicy {
        self.policy
    }
}

/// Why a flavor's request goes nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetRefusal {
    /// It is no URL that can be asked for. Says why.
    Invalid(&'static str),
    /// It is one of an origin that was not granted; `scheme://host[:port]` where it has one.
    NotGranted(Option<String>),
}

/// Whether a flavor may send a request to a URL: only if its origin is the very one of a grant. No name is resolved here.
///
/// The origin is read from the text as it stands, and not by a library that mends what it is given: what would have to be mended - user names,
/// `0443`, a dot at the end, an address in another spelling - is no granted origin.
///
/// # Errors
/// What is wrong with it.
pub fn http_target(text: &str, grants: &[HttpGrant]) -> Result<HttpTarget, TargetRefusal> {
    let invalid = |problem| Err(TargetRefusal::Invalid(problem));
    if text.len() > MAX_URL {
        return invalid("the URL has more than 8 KiB");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return invalid("the URL holds a space, a control character, or one beyond ASCII");
    }
    let (scheme, rest) = match text.split_once("://") {
        Some(("http", rest)) => (Scheme::Http, rest),
        Some(("https", rest)) => (Scheme::Https, rest),
        _ => return invalid("the URL does not begin with https:// or http://"),
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len()));
    if authority.contains('@') {
        return invalid("the URL holds a user name or a password");
    }
    if path.contains(['#', '\\']) {
        return invalid("the URL holds a fragment or a backslash");
    }
    let origin = Host::parse(authority).map(|host| Origin::new(scheme, &host)).map_err(|_| TargetRefusal::NotGranted(None))?;
    let Some(grant) = grants.iter().find(|grant| grant.origin == origin) else {
        return Err(TargetRefusal::NotGranted(Some(origin.to_string())));
    };
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Ok(HttpTarget { origin, path, policy: grant.policy() })
}

/// A place that was found to be in order.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// The origin of the URL.
    pub origin: Origin,
    /// The place itself.
    pub url: Url,
    /// The addresses that its name may lead to.
    pub policy: AddressPolicy,
}

/// Whether a registry's token server may be at `realm`. An error is what may be shown of the realm: its origin, or that it is no URL.
///
/// `named` are those that the user named for this registry, which may be anywhere. In clear they are for a registry in clear only.
///
/// # Errors
/// It may not be there.
pub fn realm(registry: &Origin, named: &[TokenServer], realm: &str) -> Result<Allowed, String> {
    let (url, origin) = parse(realm, None)?;
    let secure = registry.scheme() == Scheme::Http || origin.scheme() == Scheme::Https;
    let both_loopback = registry.is_loopback() && origin.is_loopback();
    let known = (registry.hostname(), origin.hostname());
    let is_named = named.iter().any(|TokenServer(server)| *server == origin);
    let policy = if registry.hostname() == origin.hostname() || both_loopback || is_named {
        AddressPolicy::Anywhere
    } else if TOKEN_SERVERS.contains(&known) && origin.scheme() == Scheme::Https && origin.port() == 443 {
        AddressPolicy::Public
    } else {
        return Err(origin.to_string());
    };
    if secure { Ok(Allowed { origin, url, policy }) } else { Err(origin.to_string()) }
}

/// Where an upload goes on: the `Location` of an answer to a request for `request`. It must stay at the registry. An error is what may be
/// shown of the location: its origin, or that it is no URL.
///
/// # Errors
/// It is elsewhere.
pub fn upload_location(registry: &Origin, request: &str, location: &str) -> Result<Url, String> {
    let base = Url::parse(request).map_err(|_| "no URL".to_owned())?;
    let (url, origin) = parse(location, Some(&base))?;
    if origin == *registry { Ok(url) } else { Err(origin.to_string()) }
}

/// Where a list goes on: the `Link` of an answer to a request for `request`. It must stay at the registry.
///
/// # Errors
/// As [`upload_location`].
pub fn next_page(registry: &Origin, request: &str, link: &str) -> Result<Url, String> {
    upload_location(registry, request, link)
}

fn parse(text: &str, base: Option<&Url>) -> Result<(Url, Origin), String> {
    if text.len() > MAX_URL {
        return Err("a URL of more than 8 KiB".to_owned());
    }
    let url = Url::options().base_url(base).parse(text).map_err(|_| "no URL".to_owned())?;
    let origin = of_url(&url).ok_or_else(|| "a URL of another scheme than http and https".to_owned())?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{origin}, with a username or password in the URL"));
    }
    Ok((url, origin))
}

#[cfg(test)]
mod tests;
