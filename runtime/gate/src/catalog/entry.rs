//! What the catalog's entries say, once they are known to be valid.

use std::path::PathBuf;

use pushgate_net::{ClientCertificate, TokenServer};
use pushgate_reference::RegistryUri;
use pushgate_sandbox::ComponentDigest;

use super::error::{CatalogError, Known};
use crate::credential_binding::CredentialBinding;
use crate::grant::Grant;
use crate::hook_limits::HookLimits;
use crate::hook_mode::HookMode;
use crate::name::{Name, shorten};
use crate::settings::Settings;

/// A registered flavor: `[flavors.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlavorEntry {
    /// Its name.
    pub name: Name,
    /// The component, which lies in the component store under this digest.
    pub digest: ComponentDigest,
}

/// A registered registry: `[registries.NAME]`.
#[derive(Debug, Clone, PartialEq)]
pub struct RegistryEntry {
    /// Its name.
    pub name: Name,
    /// What lies inside it.
    pub uri: RegistryUri,
    /// The hooks, in the order in which they are asked.
    pub hooks: Vec<HookEntry>,
    /// How it is reached.
    pub connection: Connection,
}

impl RegistryEntry {
    /// Its hook with this flavor, which may be any text.
    ///
    /// # Errors
    /// It has none, with the nearest name in the hint.
    pub fn hook(&self, flavor: &str) -> Result<&HookEntry, CatalogError> {
        self.hooks.iter().find(|hook| hook.flavor.as_str() == flavor).ok_or_else(|| {
            let known = Known::new(flavor, self.hooks.iter().map(|hook| hook.flavor.as_str()));
            CatalogError::NoSuchHook { registry: self.name.clone(), flavor: shorten(flavor), known }
        })
    }
}

/// How a registry is reached. Files are absolute paths in the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Connection {
    /// Whether TLS is spoken to it.
    pub transport: TransportSetting,
    /// A file of certificates to trust besides the system's: `ca-file`.
    pub ca_file: Option<PathBuf>,
    /// What is shown to a registry that asks for a certificate: `client-certificate` and `client-key`.
    pub client_certificate: Option<ClientCertificate>,
    /// Token servers on other hosts that are the registry's: `token-servers`.
    pub token_servers: Vec<TokenServer>,
}

/// One hook of a registry: `[[registries.NAME.hooks]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct HookEntry {
    /// The flavor that is asked. Whether it is registered, [`Catalog::flavor`](super::Catalog::flavor) tells.
    pub flavor: Name,
    /// The settings that this registry gives it.
    pub settings: Settings,
    /// What it may do besides answering.
    pub grants: Vec<Grant>,
    /// The credentials that the host adds to its requests; each has its grant.
    pub credentials: Vec<CredentialBinding>,
    /// What it may use, where that differs from the default.
    pub limits: HookLimits,
    /// Whether its refusals stop a push.
    pub mode: HookMode,
}

/// Whether a registry is spoken to with TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TransportSetting {
    /// TLS, but plain HTTP on loopback.
    #[default]
    Default,
    /// Plain HTTP: `transport = "plain-http"`.
    PlainHttp,
    /// TLS, on loopback too: `transport = "tls"`.
    Tls,
}

impl TransportSetting {
    /// The word in the catalog; none for the default, which is not written down.
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Default => None,
            Self::PlainHttp => Some("plain-http"),
            Self::Tls => Some("tls"),
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::PlainHttp, Self::Tls].into_iter().find(|transport| transport.word() == Some(word))
    }
}
