//! The last step: sends what was approved, and confirms that the registry now serves just that.

mod engine;
mod layout;
pub(crate) mod confirm;
mod target;

use std::time::Instant;

use pushgate_client::PushOptions;
use pushgate_explain::Failure;
use pushgate_gate::decide::ApprovedPush;
use pushgate_gate::decision::Warning;
use pushgate_oci::Digest;
use pushgate_source::PinnedSource;
use target::Target;

use crate::progress::PushProgress;
use crate::report::{Remote, Report};

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

/// Pushes what every hook approved, and confirms: through the Docker Engine where the image lies in it, else straight. The options are for a push
/// without the Docker Engine. What is odd about files with credentials becomes a warning of the report.
///
/// # Errors
/// Credentials or certificates cannot be read; nothing was pushed; or, with exit 9, what the registry serves differs from what was approved or could
/// not be confirmed.
pub async fn push_approved(
    approved: ApprovedPush<PinnedSource>,
    options: &PushOptions,
    progress: &dyn PushProgress,
    report: &mut Report,
) -> Result<Pushed, Failure> {
    let access = approved.access();
    let made = access.get().await;
    report.decision.warnings.extend(access.warnings());
    let target = &Target { access: made?, scoped: approved.scoped() };
    let started = Instant::now();
    report.remote = Some(Remote::Unchanged);
    let pushed = match approved.source() {
        PinnedSource::Engine(pinned) => engine::push(target, pinned, progress, report).await,
        PinnedSource::Layout(content) => layout::push(target, content, options, progress, report).await,
        PinnedSource::DockerArchive(archived) => match archived.resolve().await {
            Ok(content) => layout::push(target, &content, options, progress, report).await,
            Err(error) => Err(error.into()),
        },
    };
    report.pushing = Some(started.elapsed());
    let (client, host) = (&target.access.client, target.scoped.host());
    let warning = |code: &str, message| Warning { hook: None, code: Some(code.to_owned()), message, hint: None };
    let said = client.warnings().into_iter().map(|message| warning("registry.warning", format!("{host} says: {message}")));
    report.decision.warnings.extend(said);
    report.decision.warnings.extend(client.mount_warnings().into_iter().map(|message| warning("mount.failed", message)));
    let (digest, remote) = pushed?;
    report.remote = Some(remote);
    report.digest = Some(digest.clone());
    Ok(Pushed { repository: format!("{host}/{}", target.scoped.repository()), digest, remote })
}
