//! The line of a push: every image that leaves goes through these steps, in this order.
//!
//! Each step consumes what the step before made, and the types have no other constructor: there is no [`ScopedReference`] without
//! the check, no [`Approval`] without the hooks, and nothing to push without both.
//!
//! [`ScopedReference`]: pushgate_reference::ScopedReference
//! [`Approval`]: crate::hooks::Approval

use std::sync::Arc;
use std::time::Instant;

use pushgate_client::PushOptions;
use pushgate_reference::{ImageReference, ScopedReference};
use tracing::{Instrument, info_span};

use crate::destination::Destination;
use crate::exit::Failure;
use crate::gate::Gate;
use crate::hooks;
use crate::progress::PushProgress;
use crate::pusher::{ApprovedPush, Pushed, Pusher};
use crate::registry_access::RegistryAccess;
use crate::report::Report;
use crate::source::{Images, LazySource, RequestedSource};

/// What somebody asked for.
#[derive(Debug)]
pub struct Request {
    /// The image's name, as typed.
    pub image: String,
    /// Where it may go.
    pub destination: Destination,
    /// Where it is, and what is wanted of it.
    pub source: RequestedSource,
}

/// Checks the name, asks the hooks, and pushes.
///
/// # Errors
/// The first step that fails ends the push; `report` then holds what the steps before it found.
pub async fn push(gate: &Gate, request: &Request, progress: &dyn PushProgress, report: &mut Report) -> Result<Pushed, Failure> {
    let started = Instant::now();
    let image = info_span!("parse").in_scope(|| ImageReference::parse(&request.image))?;
    let registry = info_span!("registry").in_scope(|| gate.registry(&request.destination, &image, report))?;
    let scoped = info_span!("scope").in_scope(|| gate.scope(&registry, &image))?;
    let options = PushOptions { mount_from: registry.mountable(request.source.mount_from())?, verify: request.source.is_to_be_verified() };
    report.check = Some(started.elapsed());

    let pinned = request.source.pin(gate, &scoped).instrument(info_span!("pin")).await?;
    let pinned = Arc::new(pinned);
    report.unchecked(pinned.unchecked());
    let images: Arc<dyn Images> = Arc::clone(&pinned) as _;
    let access = Arc::new(RegistryAccess::new(gate, &registry, scoped.repository()));
    access.open_ahead(pinned.blobs());
    let approval = hooks::ask(gate, &access, &scoped, false, images, report).instrument(info_span!("hooks")).await?;
    progress.approved(report);
    let pusher = Pusher::new(&access, report).await?;
    let approved = ApprovedPush::new(scoped, pinned, approval);
    pusher.push(approved, &options, progress, report).instrument(info_span!("push")).await
}

/// The same line without the last step. The source is pinned only if a hook looks at the images, or somebody wants it verified.
///
/// # Errors
/// As [`push`].
pub async fn check(gate: &Gate, request: &Request, report: &mut Report) -> Result<ScopedReference, Failure> {
    let started = Instant::now();
    let image = info_span!("parse").in_scope(|| ImageReference::parse(&request.image))?;
    let registry = info_span!("registry").in_scope(|| gate.registry(&request.destination, &image, report))?;
    let scoped = info_span!("scope").in_scope(|| gate.scope(&registry, &image))?;
    registry.mountable(request.source.mount_from())?;
    report.check = Some(started.elapsed());

    let source = LazySource::new(gate, &request.source, &scoped);
    if request.source.is_to_be_verified() {
        source.images().instrument(info_span!("pin")).await?;
        report.unchecked(source.unchecked());
    }
    let access = Arc::new(RegistryAccess::new(gate, &registry, scoped.repository()));
    let asked = hooks::ask(gate, &access, &scoped, true, Arc::new(source), report).instrument(info_span!("hooks")).await;
    report.warnings.extend(access.warnings());
    asked.map(|_approval| scoped)
}
