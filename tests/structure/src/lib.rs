//! How the files of a crate use each other, read from the sources.
//!
//! A file is a *room*; what it uses from another one is an *arrow*. A name that one file passes on with `pub use` belongs to the file that
//! defines it: an arrow goes there, and passing a name on is none. Tests are left out.

mod names;
mod room;
mod arrows;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

pub use room::Room;

/// One file uses another: the modules of both, as in `hooks::host`. The root of the crate is the empty text.
pub type Arrow = (String, String);

/// The files of a crate, and who uses whom.
#[derive(Debug, Default)]
pub struct House {
    rooms: BTreeMap<String, Room>,
    arrows: BTreeSet<Arrow>,
}

impl House {
    /// Reads every file below the folder of a crate's sources, `src`.
    ///
    /// # Errors
    /// A file cannot be read, or is not Rust.
    pub fn read(src: &Path) -> io::Result<Self> {
        let mut rooms = BTreeMap::new();
        for file in files(src)? {
            let module = module(src, &file);
            let text = fs::read_to_string(&file)?;
            let room = Room::parse(&text).map_err(|error| io::Error::other(format!("{}: {error}", file.display())))?;
            rooms.insert(module, room);
        }
        Ok(Self::of(rooms))
    }

    /// A crate of these modules and their texts.
    ///
    /// # Errors
    /// A text is not Rust.
    pub fn of_texts(texts: &[(&str, &str)]) -> Result<Self, syn::Error> {
        let rooms = texts.iter().map(|(module, text)| Ok(((*module).to_owned(), Room::parse(text)?)));
        Ok(Self::of(rooms.collect::<Result<_, syn::Error>>()?))
    }

    fn of(mut rooms: BTreeMap<String, Room>) -> Self {
        let tests: Vec<String> =
            rooms.iter().flat_map(|(module, room)| room.test_modules.iter().map(|child| below(module, child))).collect();
        rooms.retain(|module, _| !tests.iter().any(|test| module == test || module.starts_with(&format!("{test}::"))));
        let arrows = arrows::of(&rooms);
        Self { rooms, arrows }
    }

    /// The files that are no tests, by their modules.
    pub fn rooms(&self) -> &BTreeMap<String, Room> {
        &self.rooms
    }

    /// Who uses whom.
    pub fn arrows(&self) -> &BTreeSet<Arrow> {
        &self.arrows
    }

    /// Sets of files that use each other in a circle.
    pub fn circles(&self) -> Vec<Vec<&str>> {
        let graph: DiGraphMap<&str, ()> = self.arrows.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        let mut circles: Vec<Vec<&str>> = tarjan_scc(&graph).into_iter().filter(|files| files.len() > 1).collect();
        for circle in &mut circles {
            circle.sort_unstable();
        }
        circles.sort_unstable();
        circles
    }

    /// Arrows that go up: the `mod` lines of a file list its modules from the one that uses the others down to the one that uses none.
    pub fn upward(&self) -> Vec<&Arrow> {
        self.arrows.iter().filter(|(from, to)| self.is_upward(from, to)).collect()
    }

    fn is_upward(&self, from: &str, to: &str) -> bool {
        let (from, to): (Vec<&str>, Vec<&str>) = (segments(from), segments(to));
        let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
        let (Some(from_child), Some(to_child)) = (from.get(common), to.get(common)) else { return false };
        let parent = from.iter().take(common).copied().collect::<Vec<_>>().join("::");
        let order = |child: &str| self.rooms.get(&parent)?.modules.iter().position(|module| module == child);
        match (order(from_child), order(to_child)) {
            (Some(from), Some(to)) => from > to,
            _ => false,
        }
    }
}

fn segments(module: &str) -> Vec<&str> {
    if module.is_empty() { Vec::new() } else { module.split("::").collect() }
}

fn below(module: &str, child: &str) -> String {
    if module.is_empty() { child.to_owned() } else { format!("{module}::{child}") }
}

/// The module that a file holds, after Rust's rules for `mod` lines.
fn module(src: &Path, file: &Path) -> String {
    let relative = file.strip_prefix(src).unwrap_or(file).with_extension("");
    let mut segments: Vec<&str> = relative.iter().filter_map(|segment| segment.to_str()).collect();
    if segments.last().is_some_and(|last| *last == "mod" || segments.len() == 1 && matches!(*last, "lib" | "main")) {
        segments.pop();
    }
    segments.join("::")
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !(path.ends_with("main.rs") && folder.join("lib.rs").exists())
        {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
