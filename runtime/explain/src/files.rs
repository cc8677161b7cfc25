//! Files and folders that are the user's.

use pushgate_files::own::FileError;
use pushgate_gate::flavors::StoreError;
use pushgate_gate::flavors::component_file::ComponentFileError;
use pushgate_gate::paths::PathsError;

use super::Explain;
use crate::Kind;

impl Explain for PathsError {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }

    fn hint(&self) -> Option<String> {
        let variable = match self {
            Self::NoFolder { variable, .. } | Self::Relative { variable, .. } => variable,
        };
        Some(format!("set {variable} to an absolute path"))
    }
}

impl Explain for FileError {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::ForeignOwner { path, .. } => Some(format!("name a file of your own, or run `chown` on `{}`", path.display())),
            Self::WritableByOthers { path, .. } => Some(format!("chmod go-w '{}'", path.display())),
            Self::Locked { .. } => Some("wait for the other pushgate, or end it: the lock ends with it".to_owned()),
            Self::System { .. } | Self::Kind { .. } | Self::Unusable { .. } => None,
        }
    }
}

impl Explain for StoreError {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { .. } => {
                Some("register the flavor's .wasm file again: `pushgate flavor register FILE.wasm --name NAME`".to_owned())
            }
            Self::Unpacked { .. } => Some("it is unpacked into the folder for temporary files: TMPDIR, else /tmp".to_owned()),
            Self::File(error) => error.hint(),
        }
    }
}

impl Explain for ComponentFileError {
    fn kind(&self) -> Kind {
        if self.is_missing() { Kind::Usage } else { Kind::FlavorBroke }
    }

    fn hint(&self) -> Option<String> {
        match self {
            _ if self.is_missing() => Some(
                "a flavor is a .wasm file that its language's tools build; `pushgate flavor list` shows the registered ones".to_owned(),
            ),
            Self::TooLarge { .. } => Some("build it with optimisation for size and without debug information".to_owned()),
            Self::Unreadable { .. } | Self::NotAFile { .. } => None,
        }
    }
}
