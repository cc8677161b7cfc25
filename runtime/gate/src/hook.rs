//! A flavor that a registry asks, with what it is given.

use crate::credential_binding::CredentialBinding;
use crate::flavors::Component;
use crate::grant::Grant;
use crate::hook_limits::HookLimits;
use crate::hook_mode::HookMode;
use crate::settings::Settings;

/// A flavor to ask, with what it is given.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The flavor's name, or the path it was given by.
    pub label: String,
    /// Where its component is.
    pub component: Component,
    /// Its settings.
    pub settings: Settings,
    /// What it may do besides looking at the push.
    pub grants: Vec<Grant>,
    /// The credentials that the host adds to its requests; each has its grant.
    pub credentials: Vec<CredentialBinding>,
    /// What it may use, where that differs from the default.
    pub limits: HookLimits,
    /// Whether its refusals stop the push.
    pub mode: HookMode,
}
