//! What the steps of a push share: the catalog, the component store, the sandbox, and what the environment says.

use std::fs::File;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use pushgate_client::{ClientOptions, Connections, RegistryClient};
use pushgate_credentials::{CredentialError, CredentialSources, Credentials};
use pushgate_net::{Proxies, Timeouts, WaitListener};
use pushgate_reference::{Host, ImageReference, Scheme, ScopedReference};
use pushgate_sandbox::worker::Worker;
use pushgate_sandbox::{CacheOptions, Compiler, ComponentDigest, Flavor, Sandbox, SandboxOptions};

use crate::catalog::{Catalog, HookEntry, RegistryEntry, Transport};
use crate::component_file;
use crate::destination::{Destination, Registry};
use crate::engine::EngineEnvironment;
use crate::exit::{Failure, Kind};
use crate::hooks::{Component, Hook};
use crate::paths::{Paths, PathsError};
use crate::progress::Patience;
use crate::report::{Report, Warning};
use crate::store::ComponentStore;
use crate::trust::{GivenConnection, TrustedConnection};

/// How long a flavor may take to load before somebody is told why.
const SILENT: Duration = Duration::from_millis(300);

/// What the environment of the process says; read once, by whoever starts the gate.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The folders of pushgate.
    pub paths: Paths,
    /// How to reach the Docker Engine.
    pub engine: EngineEnvironment,
    /// Where registry credentials lie.
    pub credentials: CredentialSources,
    /// The ways through proxies.
    pub proxies: Proxies,
    /// How long registries are waited for.
    pub timeouts: Timeouts,
    /// Whether the user trusts the catalog, wherever it lies.
    pub trust_catalog: bool,
}

/// The gate. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    environment: Environment,
    catalog: OnceLock<Catalog>,
    sandbox: OnceLock<Sandbox>,
    /// Those that were made: each may have uploads open.
    clients: Mutex<Vec<Arc<RegistryClient>>>,
    requested_at: SystemTime,
    progress: Arc<dyn Patience>,
}

impl Gate {
    /// A gate that has read nothing yet.
    pub fn new(environment: Environment, progress: Arc<dyn Patience>) -> Self {
        Self(Arc::new(Inner {
            environment,
            catalog: OnceLock::new(),
            sandbox: OnceLock::new(),
            clients: Mutex::default(),
            requested_at: SystemTime::now(),
            progress,
        }))
    }

    /// When the push was asked for.
    pub fn requested_at(&self) -> SystemTime {
        self.0.requested_at
    }

    /// The folders of pushgate.
    pub fn paths(&self) -> &Paths {
        &self.0.environment.paths
    }

    /// How to reach the Docker Engine.
    pub fn engine_environment(&self) -> &EngineEnvironment {
        &self.0.environment.engine
    }

    /// Whether the catalog may decide where credentials go and how: it is the user's own, or the user trusts it. What that means is in
    /// [`trust`](crate::trust).
    pub fn trusts_catalog(&self) -> bool {
        self.0.environment.trust_catalog || self.paths().is_catalog_own()
    }

    /// Where registry credentials lie.
    pub fn credentials(&self) -> &CredentialSources {
        &self.0.environment.credentials
    }

    /// The component store.
    ///
    /// # Errors
    /// The environment names no data folder.
    pub fn store(&self) -> Result<ComponentStore, PathsError> {
        Ok(ComponentStore::new(self.paths().data()?))
    }

    /// The catalog, read on the first call.
    ///
    /// # Errors
    /// It cannot be read, does not parse, or others may write it.
    pub fn catalog(&self) -> Result<&Catalog, Failure> {
        if let Some(catalog) = self.0.catalog.get() {
            return Ok(catalog);
        }
        let catalog = Catalog::load(self.paths().catalog()?)?;
        Ok(self.0.catalog.get_or_init(|| catalog))
    }

    /// The sandbox, made on the first call.
    ///
    /// # Errors
    /// The sandbox cannot be set up on this machine.
    pub fn sandbox(&self) -> Result<&Sandbox, Failure> {
        if let Some(sandbox) = self.0.sandbox.get() {
            return Ok(sandbox);
        }
        let paths = self.paths();
        // Without folders of its own, a flavor that is given by its path is compiled each time.
        let cache = match (paths.cache(), paths.data()) {
            (Ok(cache), Ok(data)) => Some(CacheOptions { directory: cache.join("compiled"), key_file: data.join("cache.key") }),
            _ => None,
        };
        let this_program = Worker::this_program()
            .map_err(|error| Failure::new(Kind::Defect, format!("pushgate cannot find itself, to compile flavors: {error}")))?;
        let sandbox = Sandbox::new(SandboxOptions { cache, compiler: Compiler::Worker(this_program), ..SandboxOptions::default() })?;
        Ok(self.0.sandbox.get_or_init(|| sandbox))
    }

    /// Where the image may go, and by which hooks.
    ///
    /// # Errors
    /// No such registry, none that fits, or a damaged entry.
    pub fn registry(&self, destination: &Destination, image: &ImageReference, report: &mut Report) -> Result<Registry, Failure> {
        report.image = Some(image.to_string());
        let registry = match destination {
            Destination::Registered { name, connection } => self.registered(self.catalog()?.select(image, name.as_deref())?, connection)?,
            Destination::Given(registry) => {
                report.warnings.extend(self.overlooked(image));
                (**registry).clone()
            }
        };
        report.registry = Some(registry.report());
        Ok(registry)
    }

    /// Proves that the image lies inside the registry.
    ///
    /// # Errors
    /// Exit 3: it lies outside. Registered registries that contain it are named.
    pub fn scope(&self, registry: &Registry, image: &ImageReference) -> Result<ScopedReference, Failure> {
        registry.uri.scope(image).map_err(|outside| {
            let others = self.paths().catalog().ok().and_then(|_| self.catalog().ok()).map(|catalog| catalog.containing(image));
            let hint = match others.unwrap_or_default().as_slice() {
                [] => return outside.into(),
                [only] => format!("the registry {only} contains it: --registry {only}"),
                several => format!("the registries {} contain it: --registry NAME", several.join(", ")),
            };
            let inside = format!("{hint}; inside this one it is named as in `{}`", outside.suggestion());
            Failure::from(outside).with_hint(Some(inside))
        })
    }

    fn registered(&self, entry: RegistryEntry, given: &GivenConnection) -> Result<Registry, Failure> {
        let connection = self.trusted_connection(&entry, given)?;
        let hooks = entry.hooks.iter().map(|hook| self.hook(&entry, hook)).collect::<Result<Vec<_>, _>>()?;
        Ok(Registry::from_entry(entry, hooks, connection))
    }

    fn hook(&self, registry: &RegistryEntry, entry: &HookEntry) -> Result<Hook, Failure> {
        let flavor = self.catalog()?.hook_flavor(registry, entry)?;
        self.require_trust(&entry.credentials)?;
        Ok(Hook {
            label: entry.flavor.to_string(),
            component: Component::Stored(flavor.digest),
            settings: entry.settings.clone(),
            grants: entry.grants.clone(),
            credentials: entry.credentials.clone(),
            limits: entry.limits.clone(),
            mode: entry.mode,
        })
    }

    /// `--uri` goes past the catalog: whoever registered a registry for this image wants to hear of it. It works without a catalog, though.
    fn overlooked(&self, image: &ImageReference) -> Option<Warning> {
        self.paths().catalog().ok()?;
        let names = match self.catalog() {
            Ok(catalog) => catalog.containing(image),
            Err(failure) => {
                return Some(Warning {
                    hook: None,
                    code: Some("catalog.unreadable".to_owned()),
                    message: format!("whether a registered registry contains {image} is not known: {}", failure.message),
                    hint: failure.hint,
                });
            }
        };
        if names.is_empty() {
            return None;
        }
        Some(Warning {
            hook: None,
            code: Some("uri.registered".to_owned()),
            message: format!("{image} lies in a registered registry, whose flavors are not asked: {}", names.join(", ")),
            hint: names.first().map(|name| format!("to ask them: --registry {name} instead of --uri")),
        })
    }

    /// A flavor that can be called, and the digest of its component.
    ///
    /// # Errors
    /// The component is missing or is not a flavor.
    pub async fn flavor(&self, label: &str, component: &Component) -> Result<(ComponentDigest, Flavor), Failure> {
        let about = |failure: Failure| failure.in_flavor(label);
        match component {
            Component::Stored(digest) => {
                let (store, wanted) = (self.store()?, *digest);
                let flavor = self.load(label, digest, move || store.open(&wanted).map_err(io::Error::other)).await.map_err(about)?;
                Ok((*digest, flavor))
            }
            Component::File(path) => {
                let component = component_file::open(path)?;
                let digest = component.digest()?;
                let flavor = self.load(label, &digest, move || Ok(component.into_file())).await.map_err(about)?;
                Ok((digest, flavor))
            }
        }
    }

    /// The flavor in an open file. Whoever waits for seconds hears why.
    ///
    /// # Errors
    /// The file does not hold what the digest says, or it is not a flavor.
    pub async fn load(
        &self,
        label: &str,
        digest: &ComponentDigest,
        open: impl FnOnce() -> io::Result<File> + Send + 'static,
    ) -> Result<Flavor, Failure> {
        let sandbox = self.sandbox()?;
        let size = Arc::new(AtomicU64::new(0));
        let opened = Arc::clone(&size);
        let read = move || {
            let file = open()?;
            opened.store(file.metadata()?.len(), Ordering::Relaxed);
            Ok(file)
        };
        let mut loading = pin!(sandbox.load_async(digest, read));
        let loaded = match tokio::time::timeout(SILENT, &mut loading).await {
            Ok(loaded) => loaded,
            Err(_) => {
                self.0.progress.compiling(label, size.load(Ordering::Relaxed), sandbox.has_cache());
                loading.await
            }
        };
        Ok(loaded?)
    }

    /// What went wrong, since this was last asked, with what is only kept to be faster.
    pub fn take_warnings(&self) -> Vec<Warning> {
        let warning = |message| Warning { hook: None, code: Some("cache.unusable".to_owned()), message, hint: None };
        self.0.sandbox.get().map(Sandbox::take_warnings).unwrap_or_default().into_iter().map(warning).collect()
    }

    /// Keeps a client, which may have uploads open, for [`Gate::cancel_uploads`].
    pub fn remember(&self, client: &Arc<RegistryClient>) {
        self.0.clients.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(client));
    }

    /// A client of a registry, which may be registered by a name, with credentials for it or with the reason why they
    /// could not be looked up.
    ///
    /// # Errors
    /// Its certificates cannot be used.
    pub fn client(
        &self,
        name: Option<&str>,
        host: &Host,
        connection: &TrustedConnection,
        credentials: Result<Credentials, Arc<CredentialError>>,
    ) -> Result<RegistryClient, Failure> {
        let timeouts = self.0.environment.timeouts;
        Ok(RegistryClient::with_timeouts(self.client_options(name, host, connection, credentials), timeouts)?)
    }

    /// The connections to a registry, for a client with these options.
    ///
    /// # Errors
    /// Its certificates cannot be used.
    pub fn connections(&self, options: &ClientOptions) -> Result<Connections, Failure> {
        Ok(Connections::with_timeouts(options, self.0.environment.timeouts)?)
    }

    /// How a registry is spoken to, and as whom.
    pub fn client_options(
        &self,
        name: Option<&str>,
        host: &Host,
        connection: &TrustedConnection,
        credentials: Result<Credentials, Arc<CredentialError>>,
    ) -> ClientOptions {
        let connection = connection.get();
        let scheme = match connection.transport {
            Transport::PlainHttp => Scheme::Http,
            Transport::Tls => Scheme::Https,
            Transport::Default if host.is_loopback() => Scheme::Http,
            Transport::Default => Scheme::Https,
        };
        let (credentials, credentials_error) = match credentials {
            Ok(credentials) => (credentials, None),
            Err(error) => (Credentials::Anonymous, Some(error)),
        };
        ClientOptions {
            ca_file: connection.ca_file.clone(),
            credentials,
            credentials_error,
            client_certificate: connection.client_certificate.clone(),
            token_servers: connection.token_servers.clone(),
            proxies: self.0.environment.proxies.clone(),
            authorities: self.credentials().authorities().clone(),
            waits: Some(Arc::clone(&self.0.progress) as Arc<dyn WaitListener>),
            registered: name.map(str::to_owned),
            ..ClientOptions::new(host.clone(), scheme)
        }
    }

    /// Lets registries give up the uploads of a push that was dropped. It ends after `limit`, whatever they do.
    pub async fn cancel_uploads(&self, limit: Duration) {
        let clients = std::mem::take(&mut *self.0.clients.lock().unwrap_or_else(PoisonError::into_inner));
        for client in clients {
            client.cancel_uploads(limit).await;
        }
    }
}
