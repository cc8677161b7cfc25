//! The line of a push: every image that leaves goes through these steps, in this order.
//!
//! Each step consumes what the step before made, and the types have no other constructor: there is no [`ScopedReference`] without
//! the check, and no [`ApprovedPush`] without the hooks, which owns the name and the image that they were asked about.
//!
//! [`ApprovedPush`]: pushgate_gate::decide::ApprovedPush

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use pushgate_client::PushOptions;
use pushgate_explain::Failure;
use pushgate_gate::clients::OpenUploads;
use pushgate_gate::decide::{Check, Proposal, Push, decide};
use pushgate_gate::registry::ResolvedRegistry;
use pushgate_gate::registry_access::RegistryAccess;
use pushgate_reference::{ImageReference, ScopedReference};
use pushgate_source::{LazySource, RequestedSource};
use tracing::{Instrument, info_span};

use crate::destination::{Destination, scope};
use crate::process::Process;
use crate::progress::PushProgress;
use crate::pusher::{Pushed, push_approved};
use crate::report::{RegistryReport, Report};

/// What somebody asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The image's name, as typed.
    pub image: String,
    /// Where it may go.
    pub destination: Destination,
    /// Where it is, and what is wanted of it.
    pub source: RequestedSource,
    /// When it was asked for: the only clock that flavors have.
    pub requested_at: SystemTime,
}

/// Checks the name, asks the hooks, and pushes. Uploads that it opens, and that are still open if it is dropped, are in `uploads`.
///
/// # Errors
/// The first step that fails ends the push; `report` then holds what the steps before it found.
pub async fn push(
    process: &Process,
    request: &Request,
    uploads: &OpenUploads,
    progress: &dyn PushProgress,
    report: &mut Report,
) -> Result<Pushed, Failure> {
    let (registry, scoped) = address(process, request, report)?;
    let options = PushOptions { mount_from: registry.mountable(request.source.mount_from())?, verify: request.source.is_to_be_verified() };

    let source = Arc::new(request.source.pin(&process.engine, &scoped).instrument(info_span!("pin")).await?);
    report.unchecked(source.unchecked());
    let access = Arc::new(RegistryAccess::new(&process.clients, uploads, &registry, scoped.repository()));
    access.open_ahead(source.blobs());
    let proposal = Proposal { access, scoped, source };
    let approved = decide(&process.flavors, proposal, Push, request.requested_at, &mut report.decision);
    let approved = approved.instrument(info_span!("hooks")).await?;
    progress.approved(report);
    push_approved(approved, &options, progress, report).instrument(info_span!("push")).await
}

/// The same line without the last step. The source is pinned only if a hook looks at the images, if the image is named by its
/// digest, which it must have, or if somebody wants it verified.
///
/// # Errors
/// As [`push`].
pub async fn check(process: &Process, request: &Request, report: &mut Report) -> Result<ScopedReference, Failure> {
    let (registry, scoped) = address(process, request, report)?;
    registry.mountable(request.source.mount_from())?;

    let source = Arc::new(LazySource::new(&process.engine, &request.source, &scoped));
    if request.source.is_to_be_verified() || source.is_named_by_digest() {
        source.pin().instrument(info_span!("pin")).await?;
        report.unchecked(source.unchecked());
    }
    let access = Arc::new(RegistryAccess::new(&process.clients, &OpenUploads::default(), &registry, scoped.repository()));
    let proposal = Proposal { access: Arc::clone(&access), scoped, source };
    let checked = decide(&process.flavors, proposal, Check, request.requested_at, &mut report.decision);
    let checked = checked.instrument(info_span!("hooks")).await;
    report.decision.warnings.extend(access.warnings());
    Ok(checked?.scoped().clone())
}

/// The first steps: which registry, and whether the image's name lies inside it.
fn address(process: &Process, request: &Request, report: &mut Report) -> Result<(ResolvedRegistry, ScopedReference), Failure> {
    let started = Instant::now();
    let image = info_span!("parse").in_scope(|| ImageReference::parse(&request.image))?;
    report.image = Some(image.to_string());
    let registry =
        info_span!("registry").in_scope(|| request.destination.registry(&process.catalogs, &image, &mut report.decision.warnings))?;
    report.registry = Some(RegistryReport { name: registry.name.clone(), uri: registry.uri.to_string() });
    let scoped = info_span!("scope").in_scope(|| scope(&process.catalogs, &registry, &image))?;
    report.check = Some(started.elapsed());
    Ok((registry, scoped))
}
