//! The handle of a running engine.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::image::Image;
use crate::options::Options;
use crate::record::RecordedRequest;
use crate::server;
use crate::service::Shared;
use crate::switches::Rule;

/// A running engine. It stops, and its socket goes, when this is dropped.
pub struct Engine {
    socket: PathBuf,
    tcp_address: Option<SocketAddr>,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    // Removed after the thread has ended.
    _directory: TempDir,
}

impl Engine {
    /// Starts an engine; when this returns, it accepts connections.
    ///
    /// # Errors
    /// A temporary directory cannot be made, or a socket in it.
    pub async fn start(options: Options) -> io::Result<Self> {
        Self::start_blocking(options)
    }

    /// The same for a caller that has no runtime.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub fn start_blocking(options: Options) -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix("pushgate-engine-").tempdir()?;
        let socket = directory.path().join("docker.sock");
        let unix = UnixListener::bind(&socket)?;
        unix.set_nonblocking(true)?;
        let tcp = if options.tcp {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            listener.set_nonblocking(true)?;
            Some(listener)
        } else {
            None
        };
        let tcp_address = tcp.as_ref().map(TcpListener::local_addr).transpose()?;
        let shared = Arc::new(Shared::new(options));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let serving = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("test-engine".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = server::serve(unix, tcp, serving) => {}
                    _ = stopped => {}
                }
            });
            // Connections that stall on purpose end with the runtime.
            runtime.shutdown_background();
        })?;
        Ok(Self { socket, tcp_address, shared, stop: Some(stop), thread: Some(thread), _directory: directory })
    }

    /// The Unix socket.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The Unix socket as `DOCKER_HOST` has it: `unix:///…`.
    #[must_use]
    pub fn docker_host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// Where it listens with TCP; none unless [`Options::tcp`] is set.
    #[must_use]
    pub fn tcp_address(&self) -> Option<SocketAddr> {
        self.tcp_address
    }

    /// Adds an image under these names with tags, and gives its ID.
    pub fn add_image(&self, image: &Image, names: &[&str]) -> String {
        let image = image.build();
        let id = image.id(self.shared.options.containerd).to_owned();
        let mut store = self.shared.store();
        store.images.insert(id.clone(), Arc::new(image));
        for name in names {
            store.tag(name, &id);
        }
        id
    }

    /// Points a name with its tag to an image that was added, as `docker tag` does.
    pub fn tag(&self, image_id: &str, name: &str) {
        self.shared.store().tag(name, image_id);
    }

    /// Adds an entry to an image's `RepoDigests`, `127.0.0.1:5000/team/app@sha256:…` for example.
    pub fn add_repository_digest(&self, image_id: &str, reference: &str) {
        self.shared.store().repository_digests.insert(0, (reference.to_owned(), image_id.to_owned()));
    }

    /// The ID of the image that a name means.
    #[must_use]
    pub fn image_id(&self, name: &str) -> Option<String> {
        self.shared.store().find(name)
    }

    /// The digest of the manifest that a push of this image writes.
    #[must_use]
    pub fn manifest_digest(&self, image_id: &str) -> Option<String> {
        Some(self.shared.store().images.get(image_id)?.manifest.digest.clone())
    }

    /// The digest of an image's config.
    #[must_use]
    pub fn config_digest(&self, image_id: &str) -> Option<String> {
        Some(self.shared.store().images.get(image_id)?.config.digest.clone())
    }

    /// Adds one thing that the engine does wrong from now on.
    pub fn misbehave(&self, rule: Rule) {
        self.shared.rules().push(rule);
    }

    /// From now on the engine is honest.
    pub fn behave(&self) {
        self.shared.rules().clear();
    }

    /// Every request since the start or the last [`Engine::forget_requests`], in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.requests().iter().map(|(_, request)| request.clone()).collect()
    }

    /// Clears the record of requests.
    pub fn forget_requests(&self) {
        self.shared.requests().clear();
    }
}

impl Drop for Engine {
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
