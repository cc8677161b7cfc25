//! May we connect there? The one file that says so, for every place that somebody else names: the realm of a challenge, the location of
//! an upload, the next page of a list, the URL of a flavor's request, the addresses of a name.
//!
//! The naive client sends a user's password to whatever `realm` a 401 names, and an upload to whatever `Location` a 202 names. Here a
//! registry leads to itself, and to the token servers that are known to belong to it; everything else is an error, and nothing is sent.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use pushgate_reference::Host;
use url::Url;

/// How a registry is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// In clear.
    Http,
    /// Over TLS, with verified certificates.
    Https,
}

impl Scheme {
    fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Scheme, host and port: what a connection, and a credential, belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    pub(crate) scheme: Scheme,
    /// Without brackets.
    pub(crate) hostname: String,
    pub(crate) port: u16,
}

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

impl Origin {
    /// Where a registry is.
    pub(crate) fn of_registry(scheme: Scheme, host: &Host) -> Self {
        let mut origin = Self::new(scheme, host);
        if host.is_docker_hub() {
            DOCKER_HUB.clone_into(&mut origin.hostname);
        }
        origin
    }

    pub(crate) fn new(scheme: Scheme, host: &Host) -> Self {
        Self { scheme, hostname: host.hostname().to_owned(), port: host.port().unwrap_or(scheme.default_port()) }
    }

    pub(crate) fn of_url(url: &Url) -> Option<Self> {
        let scheme = match url.scheme() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return None,
        };
        let hostname = url.host_str()?.trim_start_matches('[').trim_end_matches(']').to_owned();
        Some(Self { scheme, hostname, port: url.port_or_known_default()? })
    }

    /// The value of the `Host` field.
    pub(crate) fn authority(&self) -> String {
        if self.port == self.scheme.default_port() { self.bracketed() } else { self.host_and_port() }
    }

    /// The authority with its port, whether the scheme has another one or not.
    pub(crate) fn host_and_port(&self) -> String {
        format!("{}:{}", self.bracketed(), self.port)
    }

    fn bracketed(&self) -> String {
        if self.hostname.contains(':') { format!("[{}]", self.hostname) } else { self.hostname.clone() }
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.hostname == "localhost" || self.hostname.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The absolute URL of a path. The path is built from checked names.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{self}{path}")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme.as_str(), self.authority())
    }
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
        let origin = Origin::of_url(&url).ok_or("is not an http or https origin")?;
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

/// Which addresses a name may lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All: the user named the host.
    Anywhere,
    /// Only those of the public internet: somebody else named the host.
    Public,
    /// Those, and the private ones of a site: the user granted them to a flavor.
    Private,
    /// Only this machine: the user granted an origin that is this machine to a flavor.
    Loopback,
}

impl Reach {
    /// Whether a connection may go to an address. Those of link-local services and of a cloud's metadata are permitted to nobody but the user
    /// alone, and neither are those that hide another address.
    pub(crate) fn permits(self, address: IpAddr) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Public => is_public(address),
            Self::Private => is_public(address) || is_private(address),
            Self::Loopback => address.is_loopback(),
        }
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
    pub fn new(scheme: Scheme, host: &Host, private: bool) -> Self {
        Self { origin: Origin::new(scheme, host), private }
    }

    fn reach(&self) -> Reach {
        match self.private {
            _ if self.origin.is_loopback() => Reach::Loopback,
            true => Reach::Private,
            false => Reach::Public,
        }
    }
}

/// Where a flavor's request goes. Only [`http_target`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpTarget {
    pub(crate) origin: Origin,
    /// Path and query, as the flavor wrote them.
    pub(crate) path: String,
    pub(crate) reach: Reach,
}

impl HttpTarget {
    /// `scheme://host[:port]`, of a granted origin.
    #[must_use]
    pub fn origin(&self) -> String {
        self.origin.to_string()
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
    Ok(HttpTarget { origin, path, reach: grant.reach() })
}

/// A place that was found to be in order.
#[derive(Clone, Debug)]
pub(crate) struct Allowed {
    pub(crate) origin: Origin,
    pub(crate) url: Url,
    pub(crate) reach: Reach,
}

/// Whether a registry's token server may be at `realm`. An error is what may be shown of the realm: its origin, or that it is no URL.
///
/// `named` are those that the user named for this registry, which may be anywhere. In clear they are for a registry in clear only.
pub(crate) fn realm(registry: &Origin, named: &[TokenServer], realm: &str) -> Result<Allowed, String> {
    let (url, origin) = parse(realm, None)?;
    let secure = registry.scheme == Scheme::Http || origin.scheme == Scheme::Https;
    let both_loopback = registry.is_loopback() && origin.is_loopback();
    let known = (registry.hostname.as_str(), origin.hostname.as_str());
    let is_named = named.iter().any(|TokenServer(server)| *server == origin);
    let reach = if registry.hostname == origin.hostname || both_loopback || is_named {
        Reach::Anywhere
    } else if TOKEN_SERVERS.contains(&known) && origin.scheme == Scheme::Https && origin.port == 443 {
        Reach::Public
    } else {
        return Err(origin.to_string());
    };
    if secure { Ok(Allowed { origin, url, reach }) } else { Err(origin.to_string()) }
}

/// Where an upload goes on: the `Location` of an answer to a request for `request`. It must stay at the registry. An error is what may be
/// shown of the location: its origin, or that it is no URL.
pub(crate) fn upload_location(registry: &Origin, request: &str, location: &str) -> Result<Url, String> {
    let base = Url::parse(request).map_err(|_| "no URL".to_owned())?;
    let (url, origin) = parse(location, Some(&base))?;
    if origin == *registry { Ok(url) } else { Err(origin.to_string()) }
}

/// Where a list goes on: the `Link` of an answer to a request for `request`. It must stay at the registry.
pub(crate) fn next_page(registry: &Origin, request: &str, link: &str) -> Result<Url, String> {
    upload_location(registry, request, link)
}

fn parse(text: &str, base: Option<&Url>) -> Result<(Url, Origin), String> {
    if text.len() > MAX_URL {
        return Err("a URL of more than 8 KiB".to_owned());
    }
    let url = Url::options().base_url(base).parse(text).map_err(|_| "no URL".to_owned())?;
    let origin = Origin::of_url(&url).ok_or_else(|| "a URL of another scheme than http and https".to_owned())?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{origin}, with a username or password in the URL"));
    }
    Ok((url, origin))
}

/// Whether an address belongs to the public internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        // This network; protocol assignments; benchmarks; relays; multicast and all beyond.
        [0 | 224..=255, ..] | [192, 0, 0, _] | [192, 88, 99, _] => true,
        [198, second, ..] => second & 0xfe == 18,
        // Answers to every machine of one cloud.
        [168, 63, 129, 16] => true,
        _ => false,
    };
    !(special
        || is_shared(address)
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation())
}

/// 100.64.0.0/10: between a provider and its customers.
fn is_shared(address: Ipv4Addr) -> bool {
    matches!(address.octets(), [100, second, ..] if second & 0xc0 == 64)
}

/// Global unicast (2000::/3) without the parts that hide an IPv4 address or are for examples.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, 0 | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..0x1000, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Whether an address belongs to a site, without those at which clouds tell their machines who they are.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || is_shared(address) && address != Ipv4Addr::new(100, 100, 100, 200),
        IpAddr::V6(address) => match address.segments() {
            [0xfd00, 0xec2, ..] | [0xfd20, 0xce, ..] => false,
            [first, ..] => first & 0xfe00 == 0xfc00,
        },
    }
}

#[cfg(test)]
mod tests;
