//! The project of a new flavor: `pushgate flavor new`.
//!
//! What is written lies in this program, so that a project comes to be without a network and speaks the contract of the pushgate that wrote it: the
//! templates of `guest-sdk`, the SDK of the language (in `sdk/`), and the contract (in `wit/deps`).

mod render;
mod project;
mod language;
mod files;

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

pub use language::{Language, MissingTool};
pub use project::Project;
pub use render::RenderError;

use crate::contract::CONTRACT;
use pushgate_gate::name::Name;

/// Why a project was not written. Nothing of it is left then.
#[derive(Debug, thiserror::Error)]
pub enum NewProjectError {
    /// Something is there already.
    #[error("`{}` is there already", path.display())]
    Exists {
        /// The project's folder.
        path: PathBuf,
    },
    /// Most languages do not take such a name.
    #[error("`{name}` cannot be the name of a project: it begins with a digit")]
    Name {
        /// The flavor's name.
        name: Name,
    },
    /// A file cannot be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A template is wrong: a defect of this program.
    #[error(transparent)]
    Render(#[from] RenderError),
}

impl Project {
    /// Writes the project as a new folder at `path`: whole, or not at all. Returns what builds it, one command a line.
    ///
    /// # Errors
    /// When there is something at `path`, the name does not fit, or a file cannot be written.
    pub fn write(&self, path: &Path) -> Result<String, NewProjectError> {
        if self.name.as_str().starts_with(|first: char| first.is_ascii_digit()) {
            return Err(NewProjectError::Name { name: self.name.clone() });
        }
        if fs::symlink_metadata(path).is_ok() {
            return Err(NewProjectError::Exists { path: path.to_owned() });
        }
        let parent = path.parent().filter(|parent| *parent != OsStr::new("")).unwrap_or(Path::new("."));
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| NewProjectError::Write { path, source }
        };
        fs::create_dir_all(parent).map_err(failed(parent))?;
        let folder = tempfile::Builder::new().prefix(".new-flavor-").tempdir_in(parent).map_err(failed(parent))?;
        for (name, contents) in self.contents()? {
            let file = folder.path().join(&name);
            let within = file.parent().unwrap_or(folder.path());
            let written = fs::create_dir_all(within).and_then(|()| fs::write(&file, &contents));
            // What begins so is a program.
            let written = if contents.starts_with("#!") { written.and_then(|()| make_program(&file)) } else { written };
            written.map_err(failed(&path.join(&name)))?;
        }
        make_ordinary(folder.path()).map_err(failed(path))?;
        // Somebody who made the folder meanwhile keeps it: a folder takes the place of an empty one only.
        fs::rename(folder.path(), path).map_err(failed(path))?;
        let _ = folder.keep();
        Ok(self.language.build_commands().to_owned())
    }

    /// Each file's path in the project, and what stands in it.
    fn contents(&self) -> Result<Vec<(String, String)>, RenderError> {
        let mut contents = vec![("wit/deps/pushgate-flavor/flavor.wit".to_owned(), CONTRACT.to_owned())];
        for file in files::COMMON.iter().chain(self.language.template()) {
            let rendered = render::render(file, self)?;
            // What does not concern this project renders to nothing.
            if !rendered.trim().is_empty() {
                contents.push((visible(file.path), rendered));
            }
        }
        contents.extend(self.language.sdk().iter().map(|file| (format!("sdk/{}", file.path), file.contents.to_owned())));
        Ok(contents)
    }
}

/// A file that is hidden in a project is not in its template: it would count where the template lies.
fn visible(path: &str) -> String {
    path.split('/')
        .map(|part| part.strip_prefix("dot-").map_or_else(|| part.to_owned(), |rest| format!(".{rest}")))
        .collect::<Vec<_>>()
        .join("/")
}

/// Whoever may read it may run it.
fn make_program(file: &Path) -> io::Result<()> {
    let mode = fs::metadata(file)?.permissions().mode();
    fs::set_permissions(file, fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))
}

/// A temporary folder is its owner's alone; a project is what a new folder is for this user.
fn make_ordinary(folder: &Path) -> io::Result<()> {
    let ordinary = folder.join("sdk");
    fs::set_permissions(folder, fs::metadata(ordinary)?.permissions())
}

#[cfg(test)]
mod tests;
