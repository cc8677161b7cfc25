//! What the steps of a push share: the catalog, the component store, the sandbox, and what the environment says.

use std::fs::File;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use pushgate_oci::{ClientOptions, CredentialError, CredentialSources, Credentials, Proxies, RegistryClient, Scheme};
use pushgate_reference::{Host, ImageReference};
use pushgate_sandbox::worker::Worker;
use pushgate_sandbox::{CacheOptions, Compiler, ComponentDigest, Flavor, Sandbox, SandboxOptions};

use crate::catalog::{Catalog, Connection, HookEntry, RegistryEntry, Transport};
use crate::component_file;
use crate::credential_binding::CredentialBinding;
use crate::destination::{Destination, Registry};
use crate::engine::EngineEnvironment;
use crate::exit::{Failure, Kind};
use crate::hooks::{Component, Hook};
use crate::paths::{Paths, PathsError};
use crate::progress::CompileProgress;
use crate::report::{Report, Warning};
use crate::store::ComponentStore;

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
    progress: Arc<dyn CompileProgress>,
}

impl Gate {
    /// A gate that has read nothing yet.
    pub fn new(environment: Environment, progress: Arc<dyn CompileProgress>) -> Self {
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
            Destination::Registered(name) => self.registered(self.catalog()?.select(image, name.as_deref())?)?,
            Destination::Given(registry) => {
                report.warnings.extend(self.overlooked(image));
                (**registry).clone()
            }
        };
        report.registry = Some(registry.report());
        Ok(registry)
    }

    fn registered(&self, entry: RegistryEntry) -> Result<Registry, Failure> {
        let hooks = entry.hooks.iter().map(|hook| self.hook(&entry, hook)).collect::<Result<Vec<_>, _>>()?;
        Ok(Registry::from_entry(entry, hooks))
    }

    fn hook(&self, registry: &RegistryEntry, entry: &HookEntry) -> Result<Hook, Failure> {
        let flavor = self.catalog()?.hook_flavor(registry, entry)?;
        self.require_own_catalog(&entry.credentials)?;
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

    /// A credential is bound on the command line, or in the user's own configuration folder: a catalog that somebody else brought along must not
    /// say where it is sent.
    ///
    /// # Errors
    /// Exit 8 for a binding in another catalog.
    pub fn require_own_catalog(&self, bindings: &[CredentialBinding]) -> Result<(), Failure> {
        if bindings.is_empty() || self.paths().is_catalog_own() {
            return Ok(());
        }
        let catalog = self.paths().catalog()?;
        let problem = format!("the catalog `{}` binds a credential, and lies outside of your configuration folder", catalog.display());
        Err(Failure::new(Kind::Configuration, problem).with_hint(Some(
            "register the registry in your own catalog, without --config and PUSHGATE_CONFIG, or bind the credential beside --uri"
                .to_owned(),
        )))
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
            hint: names.first().map(|name| format!("to ask them: --registry {name}")),
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

    /// A client of a registry, with credentials for it or with the reason why they could not be looked up.
    ///
    /// # Errors
    /// Its certificates cannot be used.
    pub fn client(
        &self,
        host: &Host,
        connection: &Connection,
        credentials: Result<Credentials, Arc<CredentialError>>,
    ) -> Result<RegistryClient, Failure> {
        Ok(RegistryClient::new(self.client_options(host, connection, credentials))?)
    }

    /// How a registry is spoken to, and as whom.
    pub fn client_options(
        &self,
        host: &Host,
        connection: &Connection,
        credentials: Result<Credentials, Arc<CredentialError>>,
    ) -> ClientOptions {
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
