//! The files of a project's cases. One that is none by its name is an error, so that no case passes by not being read.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use super::error::ProjectError;

/// The largest file that is looked into for a case.
const MAX_BYTES: u64 = 1 << 20;

/// More entries than these are not looked at.
const MAX_ENTRIES: usize = 20_000;

/// Endings that say what a file is: a text for people, or a copy that a tool keeps.
const OTHERS: [&str; 6] = ["md", "json", "bak", "orig", "rej", "swp"];

/// The cases in a folder by name, sorted. A folder that is not there has none.
///
/// # Errors
/// The folder cannot be read, or holds a case that is not to be found.
pub(super) fn list(folder: &Path) -> Result<Vec<(String, PathBuf)>, ProjectError> {
    let mut cases = Vec::new();
    let mut below = Vec::new();
    for entry in entries(folder)? {
        let path = entry.path();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("toml") => match path.file_stem().and_then(|stem| stem.to_str()) {
                Some(name) => cases.push((name.to_owned(), path)),
                None => return Err(ProjectError::NotRead { path, reason: "its name is not UTF-8" }),
            },
            _ if entry.file_type().is_ok_and(|kind| kind.is_dir()) => below.push(path),
            _ if holds_a_case(&path) => return Err(ProjectError::NotRead { path, reason: "its name does not end in `.toml`" }),
            _ => {}
        }
    }
    none_below(below)?;
    cases.sort();
    Ok(cases)
}

/// Proves that no case stands in a folder below that of the cases.
fn none_below(mut folders: Vec<PathBuf>) -> Result<(), ProjectError> {
    let mut left = MAX_ENTRIES;
    while let Some(folder) = folders.pop() {
        for entry in entries(&folder)? {
            let path = entry.path();
            left = left.saturating_sub(1);
            if left == 0 {
                return Ok(());
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if holds_a_case(&path) {
                return Err(ProjectError::NotRead { path, reason: "it stands in a folder of its own" });
            }
        }
    }
    Ok(())
}

/// The entries of a folder, without hidden ones.
fn entries(folder: &Path) -> Result<Vec<DirEntry>, ProjectError> {
    let failed = |cause| ProjectError::System { action: "list", path: folder.to_owned(), cause };
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries: Vec<DirEntry> = fs::read_dir(folder).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
    Ok(entries.into_iter().filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b".")).collect())
}

/// Whether somebody wrote a case into this file: it says what is expected.
fn holds_a_case(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if name.ends_with('~') || OTHERS.contains(&ending) {
        return false;
    }
    let Ok(bytes) = pushgate_files::read(path, MAX_BYTES) else { return false };
    let Ok(text) = String::from_utf8(bytes) else { return false };
    text.lines().any(|line| {
        let heading = line.trim_start().trim_start_matches('[').trim_start();
        heading.strip_prefix("expect").is_some_and(|rest| rest.trim_start().starts_with(['.', ']', '=']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &str = "image = \"app:v1\"\n[expect]\nverdict = \"approved\"\n";

    #[track_caller]
    fn listed(files: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        list(folder.path()).map(|cases| cases.into_iter().map(|(name, _)| name).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_case_that_would_not_be_read_is_told() {
        for name in ["b.TOML", "b.tml", "b", "b.toml.txt", "b.yaml", "more/b.toml", "more/yet/b"] {
            let error = listed(&[("a.toml", CASE), (name, CASE)]).unwrap_err();
            assert!(error.contains(&format!("/{name}` is not read")), "{error}");
        }
        for text in
            ["expect.verdict = \"approved\"\n", "expect = { verdict = \"approved\" }\n", "  [[expect.violations]]\n", "[ expect ]\n"]
        {
            assert!(listed(&[("a.toml", CASE), ("b.txt", text)]).is_err(), "{text}");
        }
    }

    #[test]
    fn what_holds_no_case_may_stand_beside_them() {
        let files = [
            ("b.toml", CASE),
            ("a.toml", CASE),
            ("image.json", "{}"),
            ("README.md", CASE),
            ("a.toml~", CASE),
            ("a.toml.orig", CASE),
            (".a.toml.swp", CASE),
        ];
        assert_eq!(listed(&files), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(listed(&[("a.toml", CASE), ("make.sh", "expected=1\n"), ("images/one.json", "[expect]")]), Ok(vec!["a".to_owned()]));
        assert_eq!(list(Path::new("/nowhere")).unwrap(), []);
    }
}
