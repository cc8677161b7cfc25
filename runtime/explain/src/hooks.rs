//! Hooks, and what they are given.

use pushgate_gate::credential_binding::CredentialBindingError;
use pushgate_gate::grant::ParseGrantError;
use pushgate_gate::hook_limits::{HookLimits, ParseLimitError};
use pushgate_gate::name::ParseNameError;
use pushgate_gate::settings::SettingsError;

use super::Explain;
use crate::Kind;

impl Explain for ParseGrantError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { .. } | Self::Origin { .. } => {
                "a grant is `registry` or `http=ORIGIN[,private]`, where ORIGIN is scheme://host[:port] without a path or a wildcard"
                    .to_owned()
            }
            Self::Repeated { .. } => "give each grant once".to_owned(),
        })
    }
}

impl Explain for CredentialBindingError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotGranted { .. } => Kind::Configuration,
            _ => Kind::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Malformed { .. } => {
                "a binding is ORIGIN=basic, ORIGIN=bearer or ORIGIN=sigv4:service=SERVICE,region=REGION, where ORIGIN is https://host[:port]"
                    .to_owned()
            }
            Self::Repeated { .. } => "bind one credential to each origin".to_owned(),
            Self::NotGranted { origin } => format!("grant it with --grant http={origin}, or leave the credential out"),
        })
    }
}

impl Explain for ParseLimitError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NotAnAssignment { .. } => "a limit is written as in memory=128MiB or compute=5s".to_owned(),
            Self::Unknown { .. } => format!("the limits are {}", HookLimits::names().join(", ")),
            Self::Value { .. } => {
                "a size is written as in 128MiB (B, KiB, MiB, GiB), a time as in 5s or 500ms, a number without a unit".to_owned()
            }
            Self::BeyondCap { cap, name, .. } => format!("give {name}={cap} or less"),
            Self::Repeated { .. } => "give each limit once".to_owned(),
        })
    }
}

impl Explain for ParseNameError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        Some("a name is lower-case letters and digits with single hyphens between them, such as `team-prod`".to_owned())
    }
}

impl Explain for SettingsError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NotJson { .. } => return None,
            Self::NotAnObject { .. } => r#"write {"key": value}, or --set KEY=VALUE for each"#.to_owned(),
            Self::TooLarge => "settings are for a hook's options, not for data".to_owned(),
            Self::Unsupported { .. } => "leave a key out instead of giving it null, and write large numbers as strings".to_owned(),
        })
    }
}
