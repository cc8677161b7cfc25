//! The handle of a running registry.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::names::sha256;
use crate::options::Options;
use crate::record::RecordedRequest;
use crate::server;
use crate::service::Shared;
use crate::storage::{Blob, StoredManifest};
use crate::switches::Rule;
use crate::tls::{Authority, Identity};

/// A running registry. It stops when this is dropped.
pub struct Registry {
    address: SocketAddr,
    authority: Option<Authority>,
    identity: Option<Identity>,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Registry {
    /// Starts a registry; when this returns, it accepts connections.
    ///
    /// # Errors
    /// The address cannot be listened on, or the certificate cannot be made.
    pub async fn start(options: Options) -> io::Result<Self> {
        Self::start_blocking(options)
    }

    /// The same for a caller that has no runtime.
    ///
    /// # Errors
    /// As [`Registry::start`].
    pub fn start_blocking(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(options.address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let authority = options.tls.then(Authority::new).transpose()?;
        let identity = authority.as_ref().map(|authority| authority.identity(&options.tls_names)).transpose()?;
        let acceptor = identity.as_ref().map(|identity| identity.acceptor(options.client_certificates)).transpose()?;
        let shared = Arc::new(Shared::new(options, address));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let serving = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("test-registry".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = server::serve(listener, acceptor, serving) => {}
                    _ = stopped => {}
                }
            });
            // Connections that stall on purpose end with the runtime.
            runtime.shutdown_background();
        })?;
        Ok(Self { address, authority, identity, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as the host of an image reference, `127.0.0.1:5000` for example.
    #[must_use]
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Scheme and host, `http://127.0.0.1:5000` for example.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.identity.is_some() { "https" } else { "http" }, self.address)
    }

    /// The CA to trust, in PEM; none without TLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.identity.as_ref().map(|identity| identity.ca.as_str())
    }

    /// What another server needs to be taken for this one; none without TLS.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// A certificate by that CA for a client, with its key; none without TLS.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn client_identity(&self) -> io::Result<Option<Identity>> {
        self.authority.as_ref().map(|authority| authority.identity(&["client".to_owned()])).transpose()
    }

    /// Adds one thing that the registry does wrong from now on.
    pub fn misbehave(&self, rule: Rule) {
        self.shared.rules().push(rule);
    }

    /// From now on the registry is honest.
    pub fn behave(&self) {
        self.shared.rules().clear();
    }

    /// Every request since the start or the last [`Registry::forget_requests`], in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.recorder.all()
    }

    /// Clears the record of requests.
    pub fn forget_requests(&self) {
        self.shared.forget();
    }

    /// How many connections were accepted since the start.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections()
    }

    /// How many of them resumed a TLS session of an earlier one.
    #[must_use]
    pub fn resumed(&self) -> u64 {
        self.shared.resumed()
    }

    /// The digest that a tag points to.
    #[must_use]
    pub fn tag_digest(&self, repository: &str, tag: &str) -> Option<String> {
        self.shared.storage.lock().repositories.get(repository)?.tags.get(tag).cloned()
    }

    /// The tags of a repository, sorted; empty for one that is not there.
    #[must_use]
    pub fn tags(&self, repository: &str) -> Vec<String> {
        let holdings = self.shared.storage.lock();
        holdings.repositories.get(repository).map(|found| found.tags.keys().cloned().collect()).unwrap_or_default()
    }

    /// The names of the repositories that hold anything, sorted.
    #[must_use]
    pub fn repositories(&self) -> Vec<String> {
        let holdings = self.shared.storage.lock();
        holdings.repositories.iter().filter(|(_, held)| !held.is_empty()).map(|(name, _)| name.clone()).collect()
    }

    /// A manifest by tag or digest.
    #[must_use]
    pub fn manifest(&self, repository: &str, reference: &str) -> Option<StoredManifest> {
        self.shared.storage.lock().repositories.get(repository)?.manifest(reference).cloned()
    }

    /// Whether a repository has a blob.
    #[must_use]
    pub fn has_blob(&self, repository: &str, digest: &str) -> bool {
        self.shared.storage.lock().blob(repository, digest).is_some()
    }

    /// The bytes of a blob; none if the repository does not have it, or its bytes were dropped.
    #[must_use]
    pub fn blob(&self, repository: &str, digest: &str) -> Option<Bytes> {
        self.shared.storage.lock().blob(repository, digest)?.bytes.clone()
    }

    /// How many upload sessions are open.
    #[must_use]
    pub fn open_uploads(&self) -> usize {
        self.shared.storage.lock().uploads.len()
    }

    /// Puts a blob into a repository, and gives its sha256 digest.
    pub fn put_blob(&self, repository: &str, bytes: impl Into<Bytes>) -> String {
        let bytes = bytes.into();
        let digest = sha256(&bytes);
        let blob = Blob { size: bytes.len() as u64, bytes: Some(bytes) };
        self.shared.storage.lock().add_blob(repository, digest.clone(), blob);
        digest
    }

    /// Puts a manifest under a tag, unchecked, and gives its sha256 digest.
    pub fn put_manifest(&self, repository: &str, tag: &str, media_type: &str, bytes: impl Into<Bytes>) -> String {
        let bytes = bytes.into();
        let digest = sha256(&bytes);
        let manifest = StoredManifest { digest: digest.clone(), media_type: media_type.to_owned(), bytes };
        let mut holdings = self.shared.storage.lock();
        let repository = holdings.repository(repository);
        repository.manifests.insert(digest.clone(), manifest);
        repository.tags.insert(tag.to_owned(), digest.clone());
        digest
    }

    /// Puts a small image for linux/amd64 with these labels under a tag, and gives the digest of its manifest. Other labels are another image.
    pub fn put_image(&self, repository: &str, tag: &str, labels: &[(&str, &str)]) -> String {
        // An empty tar archive is two blocks of zeros.
        let layer = Bytes::from(vec![0_u8; 1024]);
        let diff_id = sha256(&layer);
        let labels: serde_json::Map<String, serde_json::Value> =
            labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
        let config = serde_json::json!({
            "created": "2024-01-01T00:00:00Z",
            "architecture": "amd64",
            "os": "linux",
            "config": { "Labels": labels },
            "rootfs": { "type": "layers", "diff_ids": [diff_id] },
        })
        .to_string();
        let config_size = config.len();
        let config_digest = self.put_blob(repository, config);
        let layer_size = layer.len();
        let layer_digest = self.put_blob(repository, layer);
        let manifest = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": config_digest,
                "size": config_size,
            },
            "layers": [{
                "mediaType": "application/vnd.oci.image.layer.v1.tar",
                "digest": layer_digest,
                "size": layer_size,
            }],
        });
        self.put_manifest(repository, tag, "application/vnd.oci.image.manifest.v1+json", manifest.to_string())
    }

    /// Lets a tag point to a digest, whether or not it is there.
    pub fn set_tag(&self, repository: &str, tag: &str, digest: &str) {
        self.shared.storage.lock().repository(repository).tags.insert(tag.to_owned(), digest.to_owned());
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread may have ended by itself.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
