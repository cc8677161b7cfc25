//! What a flavor thinks of its settings and of the registry's URI, before anybody pushes.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use pushgate_reference::RegistryUri;
use pushgate_sandbox::{Answer, Call, Capability, Flavor, FlavorHost, HttpError, HttpRequest, HttpResponse, Image, InspectError, Push};

use super::error::DecideError;
use super::missing_grants::{Grantee, MissingGrants};
use super::origin::origin;
use crate::grant::Grant;
use crate::hook_limits::HookLimits;
use crate::settings::Settings;

/// A push that nobody asked for: any image under a registry's URI, as a dry run without grants.
#[derive(Debug, Clone, Copy)]
pub struct Preflight<'a> {
    /// The URI of the registry that has the hook.
    pub uri: &'a RegistryUri,
    /// The settings of the hook.
    pub settings: &'a Settings,
    /// The limits of the hook.
    pub limits: &'a HookLimits,
}

/// A host that gives nothing: what a flavor says of an image, or of what it was not given, does not count here. It remembers where the flavor wanted to
/// send its first request.
#[derive(Default)]
struct Nothing {
    wanted: Mutex<Option<String>>,
}

#[async_trait]
impl FlavorHost for Nothing {
    async fn images(&self) -> Result<Vec<Image>, InspectError> {
        Err(InspectError::NotFound)
    }

    fn grants(&self, capability: Capability) -> bool {
        capability == Capability::Http
    }

    async fn send(&self, request: HttpRequest, _limit: usize) -> Result<HttpResponse, HttpError> {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.get_or_insert_with(|| origin(&request.url).to_owned());
        Err(HttpError::nothing_granted())
    }
}

impl Preflight<'_> {
    /// Asks, and listens to one answer alone: that the settings, or the URI, make no sense. A push would end with the same.
    ///
    /// # Errors
    /// The flavor's answer: [`DecideError::Misconfigured`].
    pub async fn ask(&self, label: &str, flavor: &Flavor) -> Result<(), DecideError> {
        match self.call(flavor, Arc::default()).await.answer {
            Ok(Answer::Misconfigured(message)) => Err(DecideError::Misconfigured { flavor: label.to_owned(), message }),
            _ => Ok(()),
        }
    }

    /// What a hook's flavor asks for and was not granted; none if it was granted all of it. Where it wants to send requests, it is asked.
    pub async fn missing_grants(&self, flavor: &Flavor, hook: Grantee) -> Option<MissingGrants> {
        let granted = |capability: Capability| {
            hook.granted.iter().any(|grant| {
                matches!((grant, capability), (Grant::Registry, Capability::Registry) | (Grant::Http { .. }, Capability::Http))
            })
        };
        let capabilities: Vec<_> = flavor.capabilities().iter().copied().filter(|capability| !granted(*capability)).collect();
        let wanted = if capabilities.contains(&Capability::Http) { self.wanted_grant(flavor).await } else { None };
        (!capabilities.is_empty()).then_some(MissingGrants { hook, capabilities, wanted })
    }

    /// The grant of the origin that the flavor would send its first request to, if it would send one to an origin that can be granted.
    async fn wanted_grant(&self, flavor: &Flavor) -> Option<Grant> {
        let host = Arc::<Nothing>::default();
        // What it answers says nothing: it was not given what it wanted.
        let _ = self.call(flavor, Arc::clone(&host)).await;
        let wanted = host.wanted.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Grant::parse(&format!("http={wanted}")).ok()
    }

    async fn call(&self, flavor: &Flavor, host: Arc<Nothing>) -> Call {
        let Self { uri, settings, limits } = self;
        let repository = if uri.path().is_empty() { "image".to_owned() } else { format!("{}/image", uri.path()) };
        let push = Push {
            settings: settings.to_string(),
            dry_run: true,
            ..Push::tagged(&uri.to_string(), &uri.host().to_string(), &repository, "latest")
        };
        flavor.prepare(push, host, &limits.effective()).await
    }
}
