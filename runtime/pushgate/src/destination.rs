//! Where a push may go: a registered registry, or a URI with everything about it on the command line.

use pushgate_explain::Failure;
use pushgate_gate::catalogs::Catalogs;
use pushgate_gate::decision::Warning;
use pushgate_gate::registry::ResolvedRegistry;
use pushgate_gate::trust::GivenConnection;
use pushgate_reference::{ImageReference, ScopedReference};

/// Where the caller wants an image to go.
#[derive(Debug, Clone)]
pub enum Destination {
    /// A registry of the catalog.
    Registered {
        /// Its name; without one the catalog chooses.
        name: Option<String>,
        /// What is said of how it is reached, in the place of what is registered.
        connection: GivenConnection,
    },
    /// Nothing registered.
    Given(Box<ResolvedRegistry>),
}

impl Destination {
    /// The registry that an image goes to. What is odd about the choice becomes a warning.
    ///
    /// # Errors
    /// No such registry, none that fits, or a damaged entry.
    pub fn registry(&self, catalogs: &Catalogs, image: &ImageReference, warnings: &mut Vec<Warning>) -> Result<ResolvedRegistry, Failure> {
        match self {
            Self::Registered { name, connection } => {
                let catalog = catalogs.current()?;
                Ok(ResolvedRegistry::resolve(catalogs, &catalog, catalog.select(image, name.as_deref())?, connection)?)
            }
            Self::Given(registry) => {
                warnings.extend(overlooked(catalogs, image));
                Ok((**registry).clone())
            }
        }
    }
}

/// Proves that the image lies inside the registry.
///
/// # Errors
/// Exit 3: it lies outside. Registered registries that contain it are named.
pub fn scope(catalogs: &Catalogs, registry: &ResolvedRegistry, image: &ImageReference) -> Result<ScopedReference, Failure> {
    registry.uri.scope(image).map_err(|outside| {
        let catalog = catalogs.path().ok().and_then(|_| catalogs.current().ok());
        let others = catalog.as_ref().map(|catalog| catalog.containing(image)).unwrap_or_default();
        let hint = match others.as_slice() {
            [] => return outside.into(),
            [only] => format!("the registry {only} contains it: --registry {only}"),
            several => format!("the registries {} contain it: --registry NAME", several.join(", ")),
        };
        let inside = format!("{hint}; inside this one it is named as in `{}`", outside.suggestion());
        Failure::from(outside).with_hint(Some(inside))
    })
}

/// `--uri` goes past the catalog: a registry that is registered for this image is worth a warning. It works without a catalog, though.
fn overlooked(catalogs: &Catalogs, image: &ImageReference) -> Option<Warning> {
    catalogs.path().ok()?;
    let catalog = match catalogs.current() {
        Ok(catalog) => catalog,
        Err(error) => {
            let failure = Failure::from(error);
            return Some(Warning {
                hook: None,
                code: Some("catalog.unreadable".to_owned()),
                message: format!("whether a registered registry contains {image} is not known: {}", failure.message),
                hint: failure.hint,
            });
        }
    };
    let names = catalog.containing(image);
    let first = names.first()?;
    Some(Warning {
        hook: None,
        code: Some("uri.registered".to_owned()),
        message: format!("{image} lies in a registered registry, whose flavors are not asked: {}", names.join(", ")),
        hint: Some(format!("to ask them: --registry {first} instead of --uri")),
    })
}
