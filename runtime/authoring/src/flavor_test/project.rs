//! A flavor's project: where its component is, and where its cases are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pushgate_gate::flavors::Component;

use super::build_record;
use super::case::Case;
use super::case_files;
use super::error::ProjectError;
use super::manifest::Manifest;
use super::sources::{Apart, Sources};

/// A project.
#[derive(Debug)]
pub struct Project {
    /// The flavor to ask.
    pub flavor: Asked,
    /// A component that says more when it breaks. It may not be built.
    pub debug_component: Option<PathBuf>,
    /// What the components are built from, unless the flavor was named by hand.
    pub(super) sources: Option<Sources>,
    /// What it is asked, sorted by name.
    pub cases: Vec<NamedCase>,
    /// Whether these are all cases that the project has.
    pub(super) has_all_cases: bool,
}

/// The flavor that a project's cases are about.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What it is called: its path, or its name.
    pub label: String,
    /// Where its component is.
    pub component: Component,
}

impl Asked {
    /// The flavor in a file.
    pub fn file(path: PathBuf) -> Self {
        Self { label: path.display().to_string(), component: Component::File(path) }
    }
}

/// Which part of a project is read.
#[derive(Debug, Default)]
pub struct Wanted<'a> {
    /// Asked instead of the component that the project names; then there need be no `flavor.toml`, and no source is compared.
    pub flavor: Option<&'a Asked>,
    /// The names of the cases; empty for all.
    pub cases: &'a [String],
    /// The files that this program's output goes to, by device and inode: they are no sources.
    pub written: &'a [(u64, u64)],
}

/// A case with the file that it stands in.
#[derive(Debug)]
pub struct NamedCase {
    /// The file's stem.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// What it says.
    pub case: Arc<Case>,
}

impl Project {
    /// Reads the project in a folder, and proves that its component was built from what is there, as far as that can be told.
    ///
    /// # Errors
    /// See [`ProjectError`].
    pub fn read(folder: &Path, wanted: &Wanted<'_>) -> Result<Self, ProjectError> {
        let cases = |flavor, debug_component, sources| {
            let cases = cases(&folder.join("cases"), wanted.cases)?;
            Ok(Self { flavor, debug_component, sources, cases, has_all_cases: wanted.cases.is_empty() })
        };
        if let Some(flavor) = wanted.flavor {
            return cases(flavor.clone(), None, None);
        }
        let manifest = Manifest::read(folder)?;
        let components = manifest.components();
        let Manifest { component, debug_component, build } = manifest;
        let component = folder.join(component);
        if !component.exists() {
            return Err(ProjectError::NotBuilt { component, folder: folder.to_owned(), build });
        }
        let sources = Sources::read(folder, &Apart { components: &components, outputs: wanted.written })?;
        match build_record::difference(&component, &sources) {
            Some(difference) => Err(ProjectError::Stale { component, difference, folder: folder.to_owned(), build }),
            None => cases(Asked::file(component), debug_component.map(|path| folder.join(path)), Some(sources)),
        }
    }

    /// Why the debug component cannot explain what the component does, if it cannot.
    pub(super) fn unusable_debug_component(&self) -> Option<String> {
        let component = self.debug_component.as_deref()?;
        let shown = component.display();
        if !component.exists() {
            return Some(format!("the debug component `{shown}` is not built: it can say why"));
        }
        let difference = build_record::difference(component, self.sources.as_ref()?)?;
        Some(format!("the debug component `{shown}` is out of date, since {difference}: build it again, it can say why"))
    }
}

fn cases(folder: &Path, names: &[String]) -> Result<Vec<NamedCase>, ProjectError> {
    let mut files = case_files::list(folder)?;
    if files.is_empty() {
        return Err(ProjectError::NoCases { folder: folder.to_owned() });
    }
    if let Some(name) = names.iter().find(|name| files.iter().all(|(file, _)| file != *name)) {
        return Err(ProjectError::NoSuchCase { name: name.clone(), known: files.into_iter().map(|(name, _)| name).collect() });
    }
    files.retain(|(name, _)| names.is_empty() || names.contains(name));
    files.into_iter().map(|(name, path)| Ok(NamedCase { case: Arc::new(Case::read(&path)?), name, path })).collect()
}
