//! What can be wrong with a catalog, or with a question to it.

use std::path::{Path, PathBuf};

use pushgate_files::own::FileError;
use pushgate_sandbox::ComponentDigest;

use crate::name::{self, Name};
use crate::paths::PathsError;
use crate::toml::Position;

/// An entry that parses but is invalid. It is unusable, and the entries beside it are not touched by that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{entry}` at {position} is unusable: {reason}")]
pub struct EntryError {
    /// The entry, such as `registries.prod`. The name may be anything that TOML lets a key be; a long one is shortened.
    pub entry: String,
    /// Where the fault is.
    pub position: Position,
    /// The fault, naming field and value.
    pub reason: String,
}

/// A catalog that can't be used, or a question that it has no answer to. All are faults of the configuration.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The file can't be read or written, is another user's, or others may write it.
    #[error(transparent)]
    File(#[from] FileError),
    /// The environment does not say where it is.
    #[error(transparent)]
    Paths(#[from] PathsError),
    /// The file is not a catalog. It is left as it is.
    #[error("the catalog `{}` is damaged at {position}: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where.
        position: Position,
        /// What is wrong there.
        reason: String,
    },
    /// The file has another version than 1.
    #[error("the catalog `{}` has version {found}, and this pushgate knows version 1 only", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version that it says.
        found: i64,
    },
    /// An edit would make the file larger than a catalog may be.
    #[error("the catalog `{}` would be larger than {} MiB", path.display(), limit >> 20)]
    Full {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// The entry that was asked for is invalid.
    #[error("in the catalog `{}`, {error}", path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// Which entry, and why. It is part of the text.
        error: EntryError,
    },
    /// No registry has this name.
    #[error("no registry is registered as `{name}`")]
    UnknownRegistry {
        /// The name, shortened. It may be anything.
        name: String,
        /// What there is.
        known: Known,
    },
    /// No flavor has this name.
    #[error("no flavor is registered as `{name}`")]
    UnknownFlavor {
        /// The name, shortened. It may be anything.
        name: String,
        /// What there is.
        known: Known,
        /// The registry whose hook names the flavor, where one does.
        registry: Option<Name>,
    },
    /// `default-registry` names nothing.
    #[error("the default registry `{name}` is not registered")]
    DanglingDefault {
        /// The name.
        name: Name,
        /// What there is.
        known: Known,
    },
    /// A registry had to be chosen, and there is none.
    #[error("no registry is registered")]
    NothingRegistered {
        /// What there is: nothing.
        known: Known,
    },
    /// A registry had to be chosen, and the image is in none.
    #[error("no registered registry contains the image `{image}`")]
    NoneContains {
        /// The image.
        image: String,
        /// The registries that there are, each with its URI. Invalid ones are left out.
        places: Vec<String>,
    },
    /// A registry had to be chosen, and the image is in several.
    #[error("several registered registries contain the image `{image}`: {}", names.join(", "))]
    SeveralContain {
        /// The image.
        image: String,
        /// The registries.
        names: Vec<String>,
    },
    /// The flavor's name is taken by another component.
    #[error("the flavor `{name}` is registered already, with the component {registered} instead of {offered}")]
    FlavorExists {
        /// The name.
        name: Name,
        /// The component that has it.
        registered: ComponentDigest,
        /// The component that was to get it.
        offered: ComponentDigest,
    },
    /// The name is that of a flavor that ships, which can be neither replaced nor deleted.
    #[error("the flavor `{name}` ships with pushgate")]
    Ships {
        /// The name.
        name: Name,
    },
    /// The flavor is the hook of registries.
    #[error("the flavor `{name}` is in use by {}", registries.join(", "))]
    FlavorInUse {
        /// The flavor.
        name: String,
        /// The registries.
        registries: Vec<String>,
    },
    /// The registry's name is taken by another one.
    #[error("the registry `{name}` is registered already, and differs")]
    RegistryExists {
        /// The name.
        name: Name,
    },
    /// The registry's name is taken by another one, whatever that one says.
    #[error("the registry `{name}` is registered already")]
    RegistryTaken {
        /// The name.
        name: Name,
    },
    /// No registry is the default one.
    #[error("no registry is the default one")]
    NoDefault {
        /// What there is.
        known: Known,
    },
    /// The registry asks this flavor already.
    #[error("the registry `{registry}` has the hook `{flavor}` already, and it differs")]
    HookExists {
        /// The registry.
        registry: Name,
        /// The flavor.
        flavor: Name,
    },
    /// The registry does not ask this flavor.
    #[error("the registry `{registry}` has no hook `{flavor}`")]
    NoSuchHook {
        /// The registry.
        registry: Name,
        /// The flavor, shortened. It may be anything.
        flavor: String,
        /// The hooks that it has.
        known: Known,
    },
    /// The path of a certificate file that the catalog can't hold.
    #[error("the file `{}` can't be registered: the path is not {rule}", path.display())]
    NamedFile {
        /// The path.
        path: PathBuf,
        /// What it has to be.
        rule: &'static str,
    },
}

/// The names that a name could have been.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    nearest: Option<Box<str>>,
    names: Box<[String]>,
    /// The catalog, where there is no such file: it counts as empty.
    absent: Option<Box<Path>>,
}

impl Known {
    pub(super) fn new<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Self {
        let names: Box<[String]> = names.map(name::shorten).collect();
        let nearest = name::nearest(wanted, names.iter().map(String::as_str)).map(Box::from);
        Self { nearest, names, absent: None }
    }

    /// The same, of a catalog that is not there.
    pub(super) fn absent(self, catalog: Option<&Path>) -> Self {
        Self { absent: catalog.map(Box::from), ..self }
    }

    /// The name that was probably meant.
    pub fn nearest(&self) -> Option<&str> {
        self.nearest.as_deref()
    }

    /// All names that there are, each shortened.
    pub const fn names(&self) -> &[String] {
        &self.names
    }

    /// The catalog, where there is no such file: it counts as empty.
    pub fn absent_catalog(&self) -> Option<&Path> {
        self.absent.as_deref()
    }
}
