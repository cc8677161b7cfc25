//! What the parser of WIT would read of a folder: it opens every file that has a fitting name, and reads it to its end.

use std::path::Path;

use pushgate_files::Links;

/// The most bytes that all files may have together: 16 MiB. The whole of WASI has a hundredth.
const MAX_BYTES: u64 = 16 << 20;
/// The folder, `deps` in it, and the packages in that.
const DEPTH: usize = 3;

/// Makes sure that nothing is read that has no end.
///
/// # Errors
/// The file, and what is wrong with it.
pub(super) fn check(folder: &Path) -> Result<(), String> {
    let mut left = MAX_BYTES;
    walk(folder, DEPTH, &mut left)
}

fn walk(folder: &Path, depth: usize, left: &mut u64) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("`{}` cannot be read: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            if depth > 1 {
                walk(&path, depth - 1, left)?;
            }
            continue;
        }
        if !path.extension().is_some_and(|extension| ["wit", "wasm", "wat"].iter().any(|known| extension == *known)) {
            continue;
        }
        let opened = pushgate_files::open(&path, Links::Followed).map_err(|problem| format!("`{}` {problem}", path.display()))?;
        *left = left.checked_sub(opened.metadata.len()).ok_or_else(|| format!("the files in `{}` exceed 16 MiB", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::check;

    #[test]
    fn what_has_no_end_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("deps/wasi")).unwrap();
        fs::write(at("world.wit"), "package a:b;").unwrap();
        symlink("/dev/zero", at("notes.txt")).unwrap();
        assert_eq!(check(folder.path()), Ok(()));
        for name in ["endless.wit", "deps/endless.wasm", "deps/wasi/endless.wit"] {
            symlink("/dev/zero", at(name)).unwrap();
            let problem = check(folder.path()).unwrap_err();
            assert_eq!(problem, format!("`{}` is a device, not a regular file", at(name).display()));
            fs::remove_file(at(name)).unwrap();
        }
        fs::File::create(at("deps/sparse.wit")).unwrap().set_len(1 << 40).unwrap();
        assert!(check(folder.path()).unwrap_err().contains("exceed 16 MiB"));
        assert!(check(&at("missing")).unwrap_err().contains("missing` cannot be read"));
    }
}
