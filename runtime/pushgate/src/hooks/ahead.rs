//! What a flavor thinks of its settings and of the registry's URI, before anybody pushes.

use std::sync::Arc;

use async_trait::async_trait;
use pushgate_reference::RegistryUri;
use pushgate_sandbox::{Answer, Flavor, FlavorHost, Image, InspectError, Push};

use super::host::Before;
use super::verdict::{self, Verdict};
use crate::exit::Failure;
use crate::hook_limits::HookLimits;
use crate::settings::Settings;

/// A host that gives nothing: what a flavor says of an image, or of what it was not given, does not count here.
struct Nothing;

#[async_trait]
impl FlavorHost for Nothing {
    async fn images(&self) -> Result<Vec<Image>, InspectError> {
        Err(InspectError::NotFound)
    }
}

/// Asks about a push that nobody asked for, as a dry run without grants, and listens to one answer alone: that the settings, or the URI, make no sense. A push
/// would end with the same.
///
/// # Errors
/// The flavor's answer, as exit 8.
pub async fn ask_ahead(label: &str, flavor: &Flavor, uri: &RegistryUri, settings: &Settings, limits: &HookLimits) -> Result<(), Failure> {
    let repository = if uri.path().is_empty() { "image".to_owned() } else { format!("{}/image", uri.path()) };
    let push = Push {
        settings: settings.to_string(),
        dry_run: true,
        ..Push::tagged(&uri.to_string(), &uri.host().to_string(), &repository, "latest")
    };
    let call = flavor.prepare(push, Arc::new(Nothing), &limits.effective()).await;
    let Ok(answer @ Answer::Misconfigured(_)) = call.answer else { return Ok(()) };
    match verdict::of(label, Ok(answer), Before::default()) {
        Verdict::Stopped(failure) => Err(failure),
        _ => Ok(()),
    }
}
