//! The last step: sends what was approved, and confirms that the registry now serves just that.

pub(crate) mod confirm;
mod engine;
mod layout;

use std::sync::Arc;
use std::time::Instant;

use pushgate_client::{PushOptions, RegistryClient};
use pushgate_credentials::{CredentialError, Credentials};
use pushgate_oci::Digest;
use pushgate_reference::ScopedReference;

use crate::exit::Failure;
use crate::hooks::Approval;
use crate::progress::PushProgress;
use crate::registry_access::RegistryAccess;
use crate::report::{Remote, Report, Warning};
use crate::source::PinnedSource;

/// A push that went through every step before this one. There is no other way to make one.
#[derive(Debug)]
pub struct ApprovedPush {
    scoped: ScopedReference,
    pinned: Arc<PinnedSource>,
    _approval: Approval,
}

impl ApprovedPush {
    /// A push of `pinned` to `scoped` that every hook approved.
    pub fn new(scoped: ScopedReference, pinned: Arc<PinnedSource>, approval: Approval) -> Self {
        Self { scoped, pinned, _approval: approval }
    }
}

/// What was pushed, as the registry confirmed it.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// `registry/repository`, canonical.
    pub repository: String,
    /// The digest of the manifest that the registry serves under the tag.
    pub digest: Digest,
    /// Whether the tag moved.
    pub remote: Remote,
}

/// Pushes to one registry: through the Docker Engine where the image lies in it, else straight.
#[derive(Debug)]
pub struct Pusher {
    client: Arc<RegistryClient>,
    credentials: Credentials,
    credentials_error: Option<Arc<CredentialError>>,
}

impl Pusher {
    /// A pusher to a registry, with the credentials that the Docker Engine is given for it. What is odd about the files that they were in
    /// becomes a warning of the report.
    ///
    /// # Errors
    /// Credentials or certificates cannot be read.
    pub async fn new(access: &RegistryAccess, report: &mut Report) -> Result<Self, Failure> {
        let made = access.get().await;
        report.warnings.extend(access.warnings());
        made.map(|made| Self {
            client: Arc::clone(&made.client),
            credentials: made.credentials.clone(),
            credentials_error: made.credentials_error.clone(),
        })
    }

    /// Pushes, and confirms. The options are for a push without the Docker Engine.
    ///
    /// # Errors
    /// Nothing was pushed; or, with exit 9, what the registry serves differs from what was approved or could not be confirmed.
    pub async fn push(
        &self,
        approved: ApprovedPush,
        options: &PushOptions,
        progress: &dyn PushProgress,
        report: &mut Report,
    ) -> Result<Pushed, Failure> {
        let started = Instant::now();
        report.remote = Some(Remote::Unchanged);
        let pushed = match &*approved.pinned {
            PinnedSource::Engine(pinned) => engine::push(self, &approved.scoped, pinned, progress, report).await,
            PinnedSource::Layout(content) => layout::push(self, &approved.scoped, content, options, progress, report).await,
            PinnedSource::DockerArchive(archived) => match archived.resolve().await {
                Ok(content) => layout::push(self, &approved.scoped, &content, options, progress, report).await,
                Err(error) => Err(error.into()),
            },
        };
        report.pushing = Some(started.elapsed());
        report.warnings.extend(self.client.warnings().into_iter().map(|message| Warning {
            hook: None,
            code: Some("registry.warning".to_owned()),
            message: format!("{} says: {message}", approved.scoped.host()),
            hint: None,
        }));
        report.warnings.extend(self.client.mount_warnings().into_iter().map(|message| Warning {
            hook: None,
            code: Some("mount.failed".to_owned()),
            message,
            hint: None,
        }));
        let (digest, remote) = pushed?;
        report.remote = Some(remote);
        report.digest = Some(digest.clone());
        Ok(Pushed { repository: format!("{}/{}", approved.scoped.host(), approved.scoped.repository()), digest, remote })
    }
}
