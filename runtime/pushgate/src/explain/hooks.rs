//! Hooks, and what they are given.

use super::Explain;
use super::decide::describe_settings;
use crate::exit::Kind;
use crate::settings_arguments::{ArgumentError, quoted};
use pushgate_gate::credential_binding::CredentialBindingError;
use pushgate_gate::grant::ParseGrantError;
use pushgate_gate::hook_limits::{HookLimits, ParseLimitError};
use pushgate_gate::name::ParseNameError;
use pushgate_gate::settings::SettingsError;

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

impl Explain for ArgumentError {
    fn kind(&self) -> Kind {
        match self {
            // The flavor's schema refuses, and not the command line that is malformed.
            Self::WrongType { .. } => Kind::Configuration,
            _ => Kind::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Settings(error) => return error.hint(),
            Self::NotJson { quoted: Some(quoted), .. } => {
                format!("a shell takes quotes that it finds: put it into single quotes, as in --settings '{quoted}'")
            }
            Self::NotJson { file: Some(file), .. } => format!("`@` stands before the name of a file: --settings @{file}"),
            Self::Malformed { language: "JSON", .. } => "a file is read as TOML if its name ends in .toml".to_owned(),
            Self::NotJson { .. } | Self::File { .. } | Self::Malformed { .. } => return None,
            Self::NotAnAssignment { .. } => "KEY=VALUE sets a string, KEY:=JSON anything else".to_owned(),
            Self::ValueNotJson { key, quoted: Some(quoted), .. } => {
                format!("a shell takes quotes that it finds: put the whole into single quotes, as in --set '{key}:={quoted}'")
            }
            Self::ValueNotJson { key, is_container: true, .. } => {
                format!("a shell takes quotes that it finds: put the whole into single quotes, --set '{key}:=JSON'")
            }
            Self::ValueNotJson { is_file: true, .. } => "a file holds all settings: --settings @FILE".to_owned(),
            Self::ValueNotJson { key, .. } => format!("for a string, write {key}=VALUE"),
            Self::Repeated { .. } => "give each setting once".to_owned(),
            Self::WrongType { flavor, key, expected, shape, value } => match (*expected, quoted(value)) {
                ("an array" | "an object", Some(quoted)) => format!("write it as JSON, in single quotes: --set '{key}:={quoted}'"),
                ("an array" | "an object", None) => format!("write it as JSON, in single quotes: --set '{key}:={shape}'"),
                _ => describe_settings(flavor),
            },
        })
    }
}
