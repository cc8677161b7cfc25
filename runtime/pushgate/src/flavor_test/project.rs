//! A flavor's project: where its component is, and where its cases are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::case::Case;
use super::case_files;
use super::document;
use super::error::ProjectError;
use super::sources::{self, Source};

/// What `flavor.toml` says. Paths are relative to its folder.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) component: PathBuf,
    pub(super) debug_component: Option<PathBuf>,
    pub(super) build: Option<String>,
}

impl Manifest {
    pub(super) fn path(folder: &Path) -> PathBuf {
        folder.join("flavor.toml")
    }

    pub(super) fn read(folder: &Path) -> Result<Self, ProjectError> {
        let path = Self::path(folder);
        if path.exists() { document::read(&path) } else { Err(ProjectError::NoManifest { path }) }
    }
}

/// A project.
#[derive(Debug)]
pub struct Project {
    /// The component to ask.
    pub component: PathBuf,
    /// One that says more when it breaks. It may not be built.
    pub debug_component: Option<PathBuf>,
    /// The source that was changed last, unless the component was named by hand.
    pub(super) newest_source: Option<Source>,
    /// What it is asked, sorted by name.
    pub cases: Vec<NamedCase>,
    /// Whether these are all cases that the project has.
    pub(super) has_all_cases: bool,
}

/// Which part of a project is read.
#[derive(Debug, Default)]
pub struct Wanted<'a> {
    /// Asked instead of the component that the project names; then there need be no `flavor.toml`, and no source is compared.
    pub component: Option<&'a Path>,
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
    /// Reads the project in a folder, and proves that its component is not older than what it is built from.
    ///
    /// # Errors
    /// See [`ProjectError`].
    pub fn read(folder: &Path, wanted: &Wanted<'_>) -> Result<Self, ProjectError> {
        let cases = |component, debug_component, newest_source| {
            let cases = cases(&folder.join("cases"), wanted.cases)?;
            Ok(Self { component, debug_component, newest_source, cases, has_all_cases: wanted.cases.is_empty() })
        };
        if let Some(component) = wanted.component {
            return cases(component.to_owned(), None, None);
        }
        let Manifest { component, debug_component, build } = Manifest::read(folder)?;
        let component = folder.join(component);
        let Some(built) = sources::changed(&component) else {
            return Err(ProjectError::NotBuilt { component, folder: folder.to_owned(), build });
        };
        let newest_source = sources::newest(folder, wanted.written)?;
        match newest_source {
            Some(Source { path, changed }) if changed > built => {
                Err(ProjectError::Stale { component, newer: path, folder: folder.to_owned(), build })
            }
            newest_source => cases(component, debug_component.map(|path| folder.join(path)), newest_source),
        }
    }

    /// Why the debug component cannot explain what the component does, if it cannot.
    pub(super) fn unusable_debug_component(&self) -> Option<String> {
        let component = self.debug_component.as_deref()?;
        let shown = component.display();
        match (sources::changed(component), &self.newest_source) {
            (None, _) => Some(format!("the debug component `{shown}` is not built: it can say why")),
            (Some(built), Some(source)) if source.changed > built => {
                let source = source.path.display();
                Some(format!("the debug component `{shown}` is out of date, since `{source}` is newer: build it again, it can say why"))
            }
            _ => None,
        }
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
