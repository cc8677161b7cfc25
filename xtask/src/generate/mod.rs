//! `cargo xtask generate`: the files of the SDKs that programs write, from the contract, and the drawing of the crates. They are committed, so that building a
//! flavor needs no generator.

mod c;
mod drawing;
mod go;

use std::fs;
use std::path::PathBuf;

use crate::Outcome;
use crate::command::root;

/// Paths below the repository's root, and what belongs there.
type Generated = Vec<(PathBuf, Vec<u8>)>;

/// Writes the files; with `check`, only says which differ from what is there.
pub(crate) fn run(check: bool) -> Outcome {
    put(c::files()?.into_iter().chain(go::files()?).chain([drawing::file()?]).collect(), check)
}

fn put(files: Generated, check: bool) -> Outcome {
    let mut stale = Vec::new();
    for (path, contents) in files {
        let file = root().join(&path);
        if fs::read(&file).is_ok_and(|present| present == contents) {
            continue;
        }
        if !check {
            let folder = file.parent().map_or_else(root, PathBuf::from);
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&file, contents))
                .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
            eprintln!("xtask: wrote {}", path.display());
        }
        stale.push(path.display().to_string());
    }
    if check && !stale.is_empty() {
        return Err(format!("not what is generated now: {}; run cargo xtask generate", stale.join(", ")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_committed_for_c_is_what_is_generated() {
        put(c::files().unwrap(), true).unwrap();
    }

    #[test]
    fn the_drawing_of_the_crates_is_that_of_the_code() {
        put(vec![drawing::file().unwrap()], true).unwrap();
    }

    #[test]
    #[ignore = "needs Go: cargo xtask test"]
    fn what_is_committed_in_go_is_what_is_generated() {
        put(go::files().unwrap(), true).unwrap();
    }
}
