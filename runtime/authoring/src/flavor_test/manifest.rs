//! A project's `flavor.toml`.

use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::document;
use super::error::ProjectError;

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

    /// Where the components are, within the folder.
    pub(super) fn components(&self) -> Vec<PathBuf> {
        let here = |path: &PathBuf| path.components().filter(|part| *part != Component::CurDir).collect();
        [Some(&self.component), self.debug_component.as_ref()].into_iter().flatten().map(here).collect()
    }
}
