//! The files that a project's component is built from, as far as their names and times say.
//!
//! A component that is older than one of them was not built since that one was edited, or its build failed: its cases would pass for a flavor that the
//! author no longer has. What is left out is what a build or a test run writes, and what no build reads; everything else counts, in any language. A build that
//! finds nothing to do leaves its component as it is, so `--build` sets the component's time ([`super::build`]).

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::ProjectError;

/// More files than these are not looked at: a project of `flavor new` has some dozens.
const MAX_ENTRIES: usize = 20_000;

/// Folders, wherever they are, in which a language's tools keep what they make and install.
const OUTPUTS: [&str; 5] = ["node_modules", "__pycache__", "target", "venv", "zig-out"];

/// Folders of a project, at its top, that do not go into its component.
const BESIDE: [&str; 8] = ["cases", "build", "dist", "docs", "tests", "test", "benches", "examples"];

/// Files of a project, at its top, that do not. `npm install` writes its lock file again when nothing has changed.
const BESIDE_FILES: [&str; 2] = ["flavor.toml", "package-lock.json"];

/// Endings of texts for people, of reports and of what is built.
const ENDINGS: [&str; 13] = ["md", "xml", "log", "out", "wasm", "o", "a", "pyc", "tar", "gz", "zip", "bak", "orig"];

/// Beginnings of the names of texts for people.
const TEXTS: [&str; 5] = ["README", "LICENSE", "LICENCE", "CHANGELOG", "NOTICE"];

/// A file that the component is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// Where it is.
    pub(super) path: PathBuf,
    /// When it was changed.
    pub(super) changed: SystemTime,
}

/// The source in a project's folder that was changed last; none if there are none. Folders behind symbolic links are not looked into: what is there is not the
/// project's, and may lead back. `written` are the files that this program's output goes to, by device and inode: a shell made them just now.
///
/// # Errors
/// A folder cannot be read, or there are too many files.
pub(super) fn newest(folder: &Path, written: &[(u64, u64)]) -> Result<Option<Source>, ProjectError> {
    let mut newest: Option<Source> = None;
    let mut entries = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        let failed = |cause| ProjectError::System { action: "list", path: current.clone(), cause };
        let is_top = current == folder;
        for entry in fs::read_dir(&current).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            entries += 1;
            if entries > MAX_ENTRIES {
                return Err(ProjectError::TooManyFiles { folder: folder.to_owned(), limit: MAX_ENTRIES });
            }
            let (name, path) = (entry.file_name(), entry.path());
            let name = name.to_string_lossy();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                if !is_output(&name, is_top) {
                    folders.push(path);
                }
            } else if !is_beside(&name, is_top) {
                // A link to a file is that file; one that leads nowhere is none.
                let Ok(metadata) = fs::metadata(&path) else { continue };
                let Ok(changed) = metadata.modified() else { continue };
                let is_source = metadata.is_file() && !written.contains(&(metadata.dev(), metadata.ino()));
                if is_source && newest.as_ref().is_none_or(|newest| changed > newest.changed) {
                    newest = Some(Source { path, changed });
                }
            }
        }
    }
    Ok(newest)
}

/// When a file was changed; never, if there is none.
pub(super) fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn is_output(folder: &str, is_top: bool) -> bool {
    folder.starts_with('.') || folder.ends_with(".egg-info") || OUTPUTS.contains(&folder) || is_top && BESIDE.contains(&folder)
}

fn is_beside(file: &str, is_top: bool) -> bool {
    let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
    file.starts_with('.')
        || file.ends_with('~')
        || is_top && BESIDE_FILES.contains(&file)
        || ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
        || TEXTS.iter().any(|text| file.to_ascii_uppercase().starts_with(text))
        || is_test(stem, ending)
}

/// What the languages' own tests are called: a component is not built again for them.
fn is_test(stem: &str, ending: &str) -> bool {
    match ending {
        "go" => stem.ends_with("_test"),
        "py" => stem.starts_with("test_") || stem.ends_with("_test"),
        "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" => stem.ends_with(".test") || stem.ends_with(".spec"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::time::Duration;

    use super::*;

    /// A project with these files, each a minute after the one before.
    fn project(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (index, name) in files.iter().enumerate() {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let file = fs::File::create(path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(60 * (index as u64 + 1))).unwrap();
        }
        folder
    }

    #[track_caller]
    fn found(folder: &tempfile::TempDir) -> Option<String> {
        let source = newest(folder.path(), &[]).unwrap()?;
        Some(source.path.strip_prefix(folder.path()).unwrap().to_str().unwrap().to_owned())
    }

    #[test]
    fn what_a_component_is_built_from() {
        for file in [
            "flavor.py",
            "src/lib.rs",
            "main.go",
            "flavor.ts",
            "flavor.c",
            "flavor.h",
            "rules.zig",
            "rules/cases/list.txt",
            "settings.schema.json",
            "Cargo.toml",
            "Cargo.lock",
            "package.json",
            "pyproject.toml",
            "requirements.txt",
            "go.sum",
            "Makefile",
            "wit/world.wit",
            "sdk/src/pushgate_flavor/_push.py",
            "sdk/flavor.toml",
            "sdk/build/bundle.js",
        ] {
            assert_eq!(found(&project(&["first.c", file])).as_deref(), Some(file));
        }
    }

    #[test]
    fn what_is_beside_it() {
        for file in [
            "cases/latest.toml",
            "cases/image.json",
            "build/core.wasm",
            "build/flavor.test.mjs",
            "target/wasm32-wasip2/release/f.d",
            "sdk/target/debug/x.rlib",
            "node_modules/typescript/lib/tsc.js",
            ".venv/bin/python",
            "__pycache__/flavor.cpython-312.pyc",
            "sdk/src/pushgate_flavor.egg-info/PKG-INFO",
            ".git/index",
            ".github/workflows/flavor.yml",
            ".gitignore",
            "README.md",
            "LICENSE",
            "flavor.toml",
            "package-lock.json",
            "report.xml",
            "flavor.wasm",
            "flavor.py~",
            "main_test.go",
            "test_flavor.py",
            "flavor.test.ts",
            "tests/cases.rs",
        ] {
            assert_eq!(found(&project(&["first.c", file])).as_deref(), Some("first.c"), "{file}");
        }
        assert_eq!(found(&project(&[])), None);
    }

    #[test]
    fn links_are_not_followed_in_circles() {
        let elsewhere = project(&["x", "x", "x", "new.c"]);
        let folder = project(&["first.c"]);
        symlink(".", folder.path().join("here")).unwrap();
        symlink(elsewhere.path(), folder.path().join("sdk")).unwrap();
        symlink("nowhere", folder.path().join("gone.c")).unwrap();
        assert_eq!(found(&folder).as_deref(), Some("first.c"));
        // A file that the project takes from elsewhere is one of its own.
        symlink(elsewhere.path().join("new.c"), folder.path().join("taken.c")).unwrap();
        assert_eq!(found(&folder).as_deref(), Some("taken.c"));
        let metadata = fs::metadata(elsewhere.path().join("new.c")).unwrap();
        let newest = newest(folder.path(), &[(metadata.dev(), metadata.ino())]).unwrap();
        assert_eq!(newest.unwrap().path, folder.path().join("first.c"));
    }

    #[test]
    fn the_walk_ends() {
        let folder = project(&["first.c"]);
        for number in 0..MAX_ENTRIES {
            fs::File::create(folder.path().join(format!("{number}.c"))).unwrap();
        }
        assert!(matches!(newest(folder.path(), &[]), Err(ProjectError::TooManyFiles { .. })));
    }
}
