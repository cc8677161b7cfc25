//! What a credential is for: a registry, or an origin that a flavor's requests go to.

use pushgate_reference::Host;

/// The name that `docker login` gives to Docker Hub.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";
/// The names of Docker Hub that `docker login` takes for other registries, and keeps credentials under.
const DOCKER_HUB_REGISTRIES: [&str; 2] = ["registry-1.docker.io", "registry.hub.docker.com"];

/// What a credential is kept for, and the names under which it may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// For a person.
    pub(crate) shown: String,
    /// The most likely first: what is kept stands under that one.
    pub(crate) names: Vec<String>,
}

impl Server {
    /// An origin, `scheme://host[:port]`, under its own name and no other: the credential of one is never sent to another.
    #[must_use]
    pub fn origin(origin: &str) -> Self {
        Self { shown: origin.to_owned(), names: vec![origin.to_owned()] }
    }

    pub(crate) fn first_name(&self) -> &str {
        self.names.first().unwrap_or(&self.shown)
    }

    /// The names that a credential helper may know it by: it does not tell what it has under others.
    pub(crate) fn helper_names(&self) -> impl Iterator<Item = &str> {
        let others: &[&str] = if self.first_name() == DOCKER_HUB { &DOCKER_HUB_REGISTRIES } else { &[] };
        std::iter::once(self.first_name()).chain(others.iter().copied())
    }
}

impl From<&Host> for Server {
    fn from(host: &Host) -> Self {
        let names = if host.is_docker_hub() {
            let hosts = || ["docker.io", "index.docker.io"].into_iter().chain(DOCKER_HUB_REGISTRIES);
            let with_scheme = hosts().map(|host| format!("https://{host}"));
            std::iter::once(DOCKER_HUB.to_owned()).chain(hosts().map(str::to_owned)).chain(with_scheme).collect()
        } else {
            let forms = ["", "/", "/v1", "/v1/", "/v2", "/v2/"];
            let with_scheme = forms.iter().map(|end| format!("https://{host}{end}"));
            std::iter::once(host.to_string()).chain(with_scheme).collect()
        };
        Self { shown: host.to_string(), names }
    }
}

/// The keys under which an entry for a repository may be, the most specific first.
pub(crate) fn keys(host: &Host, repository: Option<&str>) -> Vec<String> {
    parts(host, repository.unwrap_or_default()).into_iter().chain(Server::from(host).names).collect()
}

/// `host/team/app`, `host/team`: the parts of a registry in which a repository lies, the smallest first.
fn parts(host: &Host, repository: &str) -> Vec<String> {
    let ends = repository.match_indices('/').map(|(end, _)| end).chain([repository.len()]);
    let mut parts: Vec<String> =
        ends.filter_map(|end| repository.get(..end)).filter(|part| !part.is_empty()).map(|part| format!("{host}/{part}")).collect();
    parts.reverse();
    parts
}
