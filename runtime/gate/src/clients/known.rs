//! What is known of the registries that a process pushed to: their connections, and what each user found out there.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pushgate_client::{ClientOptions, Connections, Registry, RegistryError};
use pushgate_credentials::Credentials;
use pushgate_files::Stamp;
use pushgate_net::{Timeouts, TokenServer};
use pushgate_reference::{Host, Scheme};

/// The most registries that are kept, and the most users of each. One more takes the place of the one that was used longest ago; a push that
/// is under way there keeps what it has.
const MAX_REGISTRIES: usize = 64;
const MAX_USERS: usize = 16;

/// How a registry is reached: pushes by the same route share connections.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    host: Host,
    scheme: Scheme,
    /// The files with certificates and keys, as they are now. One that was replaced since is read anew.
    files: Vec<(PathBuf, Option<Stamp>)>,
}

impl Route {
    pub(super) fn of(options: &ClientOptions) -> Self {
        let own = options.client_certificate.iter().flat_map(|files| [files.certificate.as_path(), &files.key]);
        // An authority's file is one, and one's own are two: what is what follows from their number.
        let files = options.ca_file.as_deref().into_iter().chain(own);
        let version = |path: &Path| (path.to_owned(), Stamp::at(path));
        Self { host: options.host.clone(), scheme: options.scheme, files: files.map(version).collect() }
    }

    /// Whether both have the same files, as they are or were.
    fn leads_where(&self, other: &Self) -> bool {
        let paths = |route: &Self| route.files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
        (&self.host, self.scheme, paths(self)) == (&other.host, other.scheme, paths(other))
    }
}

/// Who one is there: pushes of the same user share tokens.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct User {
    credentials: Credentials,
    token_servers: Vec<TokenServer>,
    /// The name that errors repeat.
    registered: Option<String>,
}

impl User {
    pub(super) fn of(options: &ClientOptions) -> Self {
        Self {
            credentials: options.credentials.clone(),
            token_servers: options.token_servers.clone(),
            registered: options.registered.clone(),
        }
    }
}

type Routes = Recent<Route, Known, MAX_REGISTRIES>;

/// All that is kept.
#[derive(Debug, Default)]
pub(super) struct KnownRegistries(Mutex<Routes>);

#[derive(Debug)]
struct Known {
    connections: Connections,
    users: Recent<User, Arc<Registry>, MAX_USERS>,
}

impl KnownRegistries {
    fn routes(&self) -> MutexGuard<'_, Routes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connections of a route, which are set up if nobody was there yet.
    pub(super) fn connections(&self, options: &ClientOptions, timeouts: Timeouts) -> Result<Connections, RegistryError> {
        self.known(options, timeouts, |known| known.connections.clone())
    }

    /// The registry as these options say who one is there.
    pub(super) fn registry(&self, options: &ClientOptions, timeouts: Timeouts) -> Result<Arc<Registry>, RegistryError> {
        let user = User::of(options);
        self.known(options, timeouts, |Known { connections, users }| {
            let registry = match users.take(&user) {
                Some(registry) => registry,
                None => Registry::over(connections, options.clone()),
            };
            Arc::clone(users.keep(user, registry))
        })
    }

    /// Looks at what is known of a route. Files are read without the lock: one that takes its time holds up nobody else.
    fn known<T>(&self, options: &ClientOptions, timeouts: Timeouts, look: impl FnOnce(&mut Known) -> T) -> Result<T, RegistryError> {
        let route = Route::of(options);
        {
            let mut routes = self.routes();
            if let Some(known) = routes.take(&route) {
                return Ok(look(routes.keep(route, known)));
            }
        }
        let known = Known { connections: Connections::with_timeouts(options, timeouts)?, users: Recent::default() };
        let mut routes = self.routes();
        // Another push may have been faster; and what was read before the files were replaced is of no use any more.
        let known = routes.take(&route).unwrap_or(known);
        routes.0.retain(|(other, _)| !other.leads_where(&route));
        Ok(look(routes.keep(route, known)))
    }
}

/// What was used last, at most `MOST` of it.
#[derive(Debug)]
struct Recent<K, V, const MOST: usize>(Vec<(K, V)>);

impl<K, V, const MOST: usize> Default for Recent<K, V, MOST> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq, V, const MOST: usize> Recent<K, V, MOST> {
    /// What is kept under a key, which is then kept no more.
    fn take(&mut self, key: &K) -> Option<V> {
        let index = self.0.iter().position(|(kept, _)| kept == key)?;
        Some(self.0.remove(index).1)
    }

    /// Keeps what is used now.
    fn keep(&mut self, key: K, value: V) -> &mut V {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        &mut self.0.push_mut((key, value)).1
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use pushgate_credentials::Secret;
    use pushgate_test_registry::Identity;

    use super::*;

    fn options(host: &str) -> ClientOptions {
        ClientOptions::new(Host::parse(host).unwrap(), Scheme::Https)
    }

    fn of_user(name: &str) -> ClientOptions {
        let credentials = Credentials::from_input(name, Secret::new("S3CRET-CANARY-known".to_owned())).unwrap();
        ClientOptions { credentials, ..options("r.example") }
    }

    fn registry(known: &KnownRegistries, options: &ClientOptions) -> Arc<Registry> {
        known.registry(options, Timeouts::default()).unwrap()
    }

    #[test]
    fn one_registry_for_each_user_of_each_route() {
        let known = KnownRegistries::default();
        let first = registry(&known, &of_user("alice"));
        assert!(Arc::ptr_eq(&first, &registry(&known, &of_user("alice"))));
        let token_servers = vec![TokenServer::parse("https://auth.example").unwrap()];
        let registered = Some("prod".to_owned());
        for other in [
            of_user("bob"),
            options("r.example"),
            ClientOptions { host: Host::parse("s.example").unwrap(), ..of_user("alice") },
            ClientOptions { scheme: Scheme::Http, ..of_user("alice") },
            ClientOptions { token_servers, ..of_user("alice") },
            ClientOptions { registered, ..of_user("alice") },
        ] {
            assert!(!Arc::ptr_eq(&first, &registry(&known, &other)), "{other:?}");
        }
        assert!(Arc::ptr_eq(&first, &registry(&known, &of_user("alice"))), "it is still the same");
        assert!(!format!("{known:?}").contains("CANARY"));
    }

    #[test]
    fn a_certificate_that_was_replaced_is_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let write = |bytes: &[u8]| fs::write(&path, bytes).unwrap();
        let authority = Identity::for_names(&["r.example".to_owned()]).unwrap().ca;
        write(authority.as_bytes());
        let known = KnownRegistries::default();
        let options = ClientOptions { ca_file: Some(path.clone()), ..options("r.example") };
        let first = registry(&known, &options);
        assert!(Arc::ptr_eq(&first, &registry(&known, &options)));
        write(format!("{authority}\n").as_bytes());
        assert!(!Arc::ptr_eq(&first, &registry(&known, &options)));
        assert_eq!(known.routes().0.len(), 1, "the route by the old file is gone");
        write(b"nothing");
        let error = known.registry(&options, Timeouts::default()).unwrap_err();
        assert!(error.to_string().contains("ca.pem"), "{error}");
    }

    #[test]
    fn what_is_kept_does_not_grow_with_the_pushes() {
        let known = KnownRegistries::default();
        let first = registry(&known, &of_user("0"));
        for number in 1..10 * MAX_USERS {
            registry(&known, &of_user(&number.to_string()));
        }
        for number in 0..10 * MAX_REGISTRIES {
            registry(&known, &options(&format!("r{number}.example")));
        }
        assert_eq!(Arc::strong_count(&first), 1, "only who uses it has it");
        assert_eq!(known.routes().0.len(), MAX_REGISTRIES);
        let last = registry(&known, &options(&format!("r{}.example", 10 * MAX_REGISTRIES - 1)));
        assert_eq!(Arc::strong_count(&last), 2, "what was used last is kept");
    }
}
