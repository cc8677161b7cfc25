//! A flavor's project: where its component is, and where its cases are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::case::Case;
use super::document;
use super::error::ProjectError;

/// What `flavor.toml` says. Paths are relative to its folder.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Manifest {
    component: PathBuf,
    debug_component: Option<PathBuf>,
    build: Option<String>,
}

/// A project.
#[derive(Debug)]
pub struct Project {
    /// The component to ask.
    pub component: PathBuf,
    /// One that says more when it breaks. It may not be built.
    pub debug_component: Option<PathBuf>,
    /// What it is asked, sorted by name.
    pub cases: Vec<NamedCase>,
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
    /// Reads the project in a folder: its cases, or those of these names. `component` is asked instead of the one that the project names; then there need
    /// be no `flavor.toml`.
    ///
    /// # Errors
    /// See [`ProjectError`].
    pub fn read(folder: &Path, component: Option<PathBuf>, names: &[String]) -> Result<Self, ProjectError> {
        let path = folder.join("flavor.toml");
        let manifest = if path.exists() { Some(document::read::<Manifest>(&path)?) } else { None };
        let (component, debug_component) = match (component, manifest) {
            (Some(component), _) => (component, None),
            (None, None) => return Err(ProjectError::NoManifest { path }),
            (None, Some(Manifest { component, debug_component, build })) => {
                let component = folder.join(component);
                if !component.exists() {
                    return Err(ProjectError::NotBuilt { component, folder: folder.to_owned(), build });
                }
                (component, debug_component.map(|path| folder.join(path)))
            }
        };
        Ok(Self { component, debug_component, cases: cases(&folder.join("cases"), names)? })
    }
}

fn cases(folder: &Path, names: &[String]) -> Result<Vec<NamedCase>, ProjectError> {
    let failed = |cause| ProjectError::System { action: "list", path: folder.to_owned(), cause };
    let mut files = Vec::new();
    if folder.exists() {
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
            if let (Some(name), Some("toml")) = (stem, path.extension().and_then(|extension| extension.to_str())) {
                files.push((name, path));
            }
        }
    }
    if files.is_empty() {
        return Err(ProjectError::NoCases { folder: folder.to_owned() });
    }
    files.sort();
    if let Some(name) = names.iter().find(|name| files.iter().all(|(file, _)| file != *name)) {
        return Err(ProjectError::NoSuchCase { name: name.clone(), known: files.into_iter().map(|(name, _)| name).collect() });
    }
    files.retain(|(name, _)| names.is_empty() || names.contains(name));
    files.into_iter().map(|(name, path)| Ok(NamedCase { case: Arc::new(Case::read(&path)?), name, path })).collect()
}
