//! The catalog.

use pushgate_gate::catalog::{CatalogError, Known};

use super::Explain;
use crate::Kind;

const REGISTER_REGISTRY: &str = "register a registry with `pushgate registry register NAME --uri URI`";

/// More names than these are not listed: there is a command for that.
const LISTED: usize = 8;

impl Explain for CatalogError {
    fn kind(&self) -> Kind {
        match self {
            // The name lies outside of everything that is registered.
            Self::NoneContains { .. } => Kind::RefusedByScope,
            _ => Kind::Configuration,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File(error) => return error.hint(),
            Self::Paths(error) => return error.hint(),
            Self::Damaged { .. } => "fix it by hand, or move it aside to start over; nothing was changed".to_owned(),
            Self::Version { .. } => "use the pushgate that wrote it, or another --config".to_owned(),
            Self::Full { .. } => "delete what is not used, or put it into another catalog with --config".to_owned(),
            Self::Entry { .. } => "fix the entry by hand, or delete it; the other entries work".to_owned(),
            Self::UnknownRegistry { known, .. } => of_known(known, REGISTER_REGISTRY),
            Self::UnknownFlavor { registry: Some(registry), name, .. } => format!(
                "register it with `pushgate flavor register FILE.wasm --name {name}`, or drop it with `pushgate registry remove-hook {registry} {name}`"
            ),
            Self::UnknownFlavor { known, registry: None, .. } => {
                let list = "`pushgate flavor list` shows the flavors, `pushgate flavor register FILE.wasm` adds one";
                match (known.nearest(), known.absent_catalog()) {
                    (Some(nearest), _) => format!("did you mean `{nearest}`?"),
                    (None, Some(path)) => format!("the catalog `{}` does not exist; {list}", path.display()),
                    (None, None) => list.to_owned(),
                }
            }
            Self::DanglingDefault { known, .. } => {
                format!("choose another with `pushgate registry use NAME`; {}", of_known(known, REGISTER_REGISTRY))
            }
            Self::NothingRegistered { known } => {
                format!("{}, or give --uri URI", of_known(known, REGISTER_REGISTRY))
            }
            Self::NoneContains { places, .. } if places.is_empty() => format!("{REGISTER_REGISTRY}, or give --uri URI"),
            Self::NoneContains { places, .. } if places.len() <= LISTED => {
                format!("name the image inside one of them: {}; or {REGISTER_REGISTRY}, or give --uri URI", places.join(", "))
            }
            Self::NoneContains { places, .. } => {
                format!("`pushgate registry list` shows the {} that are registered; {REGISTER_REGISTRY}, or give --uri URI", places.len())
            }
            Self::SeveralContain { .. } => "choose one with --registry NAME, or for good with `pushgate registry use NAME`".to_owned(),
            Self::FlavorExists { .. } => "give --replace to replace it, or --name for another name".to_owned(),
            Self::Ships { .. } => {
                "it needs no registration and cannot be deleted; register another one under another name: --name NAME".to_owned()
            }
            Self::FlavorInUse { name, registries } if registries.len() == 1 => {
                format!("drop it there first: `pushgate registry remove-hook {} {name}`", registries.concat())
            }
            Self::FlavorInUse { name, .. } => format!("drop it there first: `pushgate registry remove-hook REGISTRY {name}`"),
            Self::NoDefault { known } if known.names().is_empty() => of_known(known, REGISTER_REGISTRY),
            Self::NoDefault { known } => {
                format!("choose one with `pushgate registry use NAME`; {}", of_known(known, REGISTER_REGISTRY))
            }
            Self::RegistryExists { name } => {
                format!("change it with `pushgate registry update {name}` and what is to be different, or choose another name")
            }
            Self::RegistryTaken { name } => {
                format!("choose another name, or delete the old one first: `pushgate registry delete {name}`")
            }
            Self::HookExists { registry, flavor } => {
                format!(
                    "a registry asks each flavor once: all that it is to check belongs into one file of settings, as in `pushgate registry \
                     update {registry} --flavor {flavor} --settings @FILE`; `update` changes the rest as well"
                )
            }
            Self::NoSuchHook { registry, known, .. } => {
                of_known(known, &format!("`pushgate registry add-hook {registry} --flavor FLAVOR` adds one"))
            }
            Self::NamedFile { .. } => return None,
        })
    }
}

/// "did you mean", or the list, or how to get one.
fn of_known(known: &Known, none: &str) -> String {
    match (known.nearest(), known.absent_catalog()) {
        (Some(nearest), _) => format!("did you mean `{nearest}`?"),
        (None, Some(path)) => format!("the catalog `{}` does not exist; {none}", path.display()),
        (None, None) => match known.names() {
            [] => none.to_owned(),
            names if names.len() <= LISTED => format!("registered: {}", names.join(", ")),
            names => format!("`pushgate registry list` shows the {} that are registered", names.len()),
        },
    }
}
