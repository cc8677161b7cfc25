//! What a component was built from, kept beside it, and the comparison with what is there now.
//!
//! `.pushgate/NAME.wasm.json`, in the folder of the component, has the digests of the component and of its sources, as they were when `--build` made it or a test
//! found it up to date. It goes where the component goes, into the cache of a CI system too, and is gone when the build's folder is cleaned. As long as it
//! describes the component, content decides: times say nothing after a checkout, and no time tells of what was deleted, or moved here from elsewhere. Where it does
//! not, or there is none, times decide, as for every tool that builds.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::Difference;
use super::sources::{Moment, Sources, Stamp};

/// The folder of the records, in that of the component.
const FOLDER: &str = ".pushgate";

/// The largest record that is read: one of the most files that are looked at, with long names.
const MAX_BYTES: u64 = 16 << 20;

/// What a component was built from.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct BuildRecord {
    /// The digest of the component.
    component: String,
    /// When it was written.
    written: Moment,
    /// The digests of its sources, by their paths in the project.
    sources: BTreeMap<String, String>,
}

/// What tells that a component was not built from these sources; none if it may have been, which is then kept.
pub(super) fn difference(component: &Path, sources: &Sources) -> Option<Difference> {
    // A component that cannot be read is reported when it is asked.
    let built = Stamp::of(component)?;
    let record = BuildRecord::read(component);
    let difference = changed(&built, record.as_ref(), sources).or_else(|| gone(&built, record.as_ref()?, sources));
    if difference.is_none() {
        BuildRecord::of(&built, sources).replace(record.as_ref(), component);
    }
    difference
}

/// Keeps what a successful build has seen: what lay there before, and what it wrote itself before the component. What was edited meanwhile is not seen.
pub(super) fn keep(component: &Path, earlier: Option<&Stamp>, before: &Sources, after: &Sources) {
    let Some(built) = Stamp::of(component) else { return };
    let was_made = earlier != Some(&built);
    let mut record = BuildRecord::of(&built, after);
    for (path, source) in &after.files {
        let seen = before.files.get(path).map(|seen| &seen.digest);
        if seen != Some(&source.digest) && (!was_made || built.is_older_than(source)) {
            match seen {
                Some(seen) => record.sources.insert(name(path), seen.clone()),
                None => record.sources.remove(&name(path)),
            };
        }
    }
    record.replace(None, component);
}

fn changed(built: &Stamp, record: Option<&BuildRecord>, sources: &Sources) -> Option<Difference> {
    let record = record.filter(|record| record.component == built.digest);
    // A build that makes the same bytes of other sources writes them again.
    let is_untouched = record.is_some_and(|record| record.written == built.written);
    let is_recorded = |path: &Path, source: &Stamp| record.is_some_and(|record| record.sources.get(&name(path)) == Some(&source.digest));
    let changed = || {
        let unseen = sources.files.iter().filter(|(path, source)| !is_recorded(path, source));
        unseen.filter(|(_, source)| is_untouched || built.is_older_than(source))
    };
    let (path, source) = changed().max_by_key(|(_, source)| source.written)?;
    let path = sources.folder.join(path);
    Some(if source.written > built.written { Difference::Newer(path) } else { Difference::Changed(path) })
}

fn gone(built: &Stamp, record: &BuildRecord, sources: &Sources) -> Option<Difference> {
    let is_untouched = record.component == built.digest && record.written == built.written;
    let missing = record.sources.keys().map(|name| sources.folder.join(name)).filter(|path| fs::metadata(path).is_err());
    let mut gone = missing.filter_map(|path| {
        // A folder that is gone is reported, and not each of its files.
        let above = path.ancestors().take_while(|above| *above != sources.folder);
        let gone = above.take_while(|above| fs::metadata(above).is_err()).last()?;
        // A file that is gone has no time, and its folder has that of its last change.
        let folder = fs::metadata(gone.parent()?).ok()?;
        (is_untouched || Moment::of_content(&folder) > built.written).then(|| gone.to_owned())
    });
    gone.next().map(Difference::Gone)
}

impl BuildRecord {
    fn of(built: &Stamp, sources: &Sources) -> Self {
        let sources = sources.files.iter().map(|(path, source)| (name(path), source.digest.clone())).collect();
        Self { component: built.digest.clone(), written: built.written, sources }
    }

    fn path(component: &Path) -> Option<PathBuf> {
        let mut name = component.file_name()?.to_owned();
        name.push(".json");
        Some(component.parent()?.join(FOLDER).join(name))
    }

    /// The record of a component. One that cannot be used is none.
    fn read(component: &Path) -> Option<Self> {
        let bytes = pushgate_files::read(&Self::path(component)?, MAX_BYTES).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Takes the place of the record that is there. The project may be another user's, or on a read-only disk: then the times decide again.
    fn replace(&self, record: Option<&Self>, component: &Path) {
        if record == Some(self) {
            return;
        }
        if let Some(Err(error)) = Self::path(component).map(|path| self.write(&path)) {
            tracing::debug!("what {} was built from is not kept: {error}", component.display());
        }
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        match fs::create_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            // What a link leads to is not the build's.
            _ if !fs::symlink_metadata(folder)?.is_dir() => return Err(io::ErrorKind::NotADirectory.into()),
            _ => {}
        }
        // Where the component is committed, its record is not by accident.
        if let Ok(mut ignored) = File::create_new(folder.join(".gitignore")) {
            ignored.write_all(b"*\n")?;
        }
        // Those who may read the component may read what it was built from.
        let mut new = tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(folder)?;
        serde_json::to_writer(&mut new, self)?;
        new.persist(path).map(drop).map_err(|error| error.error)
    }
}

/// A source's path in a record.
fn name(path: &Path) -> String {
    path.to_str().map_or_else(|| path.as_os_str().as_encoded_bytes().escape_ascii().to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::sources::Apart;
    use super::*;

    /// A project with a source and a component, which is built.
    struct Project {
        folder: tempfile::TempDir,
    }

    impl Project {
        fn built() -> Self {
            let project = Self { folder: tempfile::tempdir().unwrap() };
            fs::create_dir_all(project.path("src")).unwrap();
            fs::create_dir_all(project.path("build")).unwrap();
            project.write("src/a.c", "a");
            project.write("build/flavor.wasm", "component");
            project.at("src/a.c", 1);
            project.at("build/flavor.wasm", 2);
            project
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.path(name), text).unwrap();
        }

        /// Sets the minute in which a file was written.
        fn at(&self, name: &str, minute: u64) {
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(60 * minute);
            File::options().write(true).open(self.path(name)).unwrap().set_modified(time).unwrap();
        }

        fn sources(&self) -> Sources {
            let components = [PathBuf::from("build/flavor.wasm")];
            Sources::read(self.folder.path(), &Apart { components: &components, outputs: &[] }).unwrap()
        }

        fn difference(&self) -> Option<Difference> {
            difference(&self.path("build/flavor.wasm"), &self.sources())
        }
    }

    #[test]
    fn without_a_record_times_decide() {
        let project = Project::built();
        project.at("src/a.c", 3);
        assert_eq!(project.difference(), Some(Difference::Newer(project.path("src/a.c"))));
        assert!(!project.path("build/.pushgate").exists(), "what is out of date is not kept");
        project.at("src/a.c", 2);
        assert_eq!(project.difference(), None);
        assert_eq!(fs::read_to_string(project.path("build/.pushgate/.gitignore")).unwrap(), "*\n");
    }

    /// As with `mv` and `cp -p`: it was written long ago, and came here after the build.
    #[test]
    fn what_came_here_later_is_told_without_a_record() {
        let project = Project::built();
        project.write("build/flavor.wasm", "component");
        let built = Stamp::of(&project.path("build/flavor.wasm")).unwrap();
        assert_eq!(project.difference(), None);
        fs::remove_dir_all(project.path("build/.pushgate")).unwrap();
        // The clock of a file system may go in steps.
        while !built.is_older_than(&Stamp::of(&project.path("src/a.c")).unwrap()) {
            project.write("new.c", "b");
            project.at("new.c", 0);
            fs::rename(project.path("new.c"), project.path("src/a.c")).unwrap();
        }
        assert_eq!(project.difference(), Some(Difference::Changed(project.path("src/a.c"))));
        // A project that was copied or unpacked with its component keeps its times, and nothing came to it alone.
        project.at("build/flavor.wasm", 2);
        assert_eq!(project.difference(), None);
    }

    #[test]
    fn content_decides_where_the_component_is_the_one_that_is_known() {
        let project = Project::built();
        assert_eq!(project.difference(), None);
        // As in a checkout, with the component out of a cache.
        project.at("src/a.c", 9);
        assert_eq!(project.difference(), None);
        project.at("build/flavor.wasm", 3);
        assert_eq!(project.difference(), None);
        project.write("src/a.c", "b");
        project.at("src/a.c", 1);
        assert_eq!(project.difference(), Some(Difference::Changed(project.path("src/a.c"))));
        project.write("src/a.c", "a");
        assert_eq!(project.difference(), None);
        // Another one is there, or was put there.
        project.write("src/b.c", "b");
        project.at("src/b.c", 1);
        assert_eq!(project.difference(), Some(Difference::Changed(project.path("src/b.c"))));
        project.at("src/b.c", 9);
        assert_eq!(project.difference(), Some(Difference::Newer(project.path("src/b.c"))));
    }

    #[test]
    fn what_is_gone_is_told() {
        let project = Project::built();
        fs::create_dir_all(project.path("sdk/deep")).unwrap();
        project.write("sdk/deep/x.c", "x");
        project.at("sdk/deep/x.c", 1);
        assert_eq!(project.difference(), None);
        fs::remove_file(project.path("src/a.c")).unwrap();
        assert_eq!(project.difference(), Some(Difference::Gone(project.path("src/a.c"))));
        project.write("src/a.c", "a");
        fs::remove_dir_all(project.path("sdk")).unwrap();
        assert_eq!(project.difference(), Some(Difference::Gone(project.path("sdk"))));
        // A build that came after that has seen it.
        fs::remove_file(project.path("build/flavor.wasm")).unwrap();
        project.at("src/a.c", 1);
        project.write("build/flavor.wasm", "other");
        let later = fs::metadata(project.folder.path()).unwrap().modified().unwrap() + std::time::Duration::from_secs(1);
        File::options().write(true).open(project.path("build/flavor.wasm")).unwrap().set_modified(later).unwrap();
        assert_eq!(project.difference(), None);
    }

    /// After an edit that changes no byte of the component.
    #[test]
    fn a_build_that_makes_the_same_bytes_has_seen_its_sources() {
        let project = Project::built();
        assert_eq!(project.difference(), None);
        project.write("src/a.c", "a, with a comment");
        project.at("src/a.c", 3);
        assert_eq!(project.difference(), Some(Difference::Newer(project.path("src/a.c"))));
        project.at("build/flavor.wasm", 4);
        assert_eq!(project.difference(), None);
    }

    #[test]
    fn a_build_that_was_run_keeps_what_it_has_seen() {
        let project = Project::built();
        let component = project.path("build/flavor.wasm");
        project.write("src/unread.txt", "later than the component");
        let (before, earlier) = (project.sources(), Stamp::of(&component));
        keep(&component, earlier.as_ref(), &before, &project.sources());
        assert_eq!(project.difference(), None);
        // Edited while a build ran that found nothing to do.
        project.write("src/a.c", "b");
        keep(&component, earlier.as_ref(), &before, &project.sources());
        assert_eq!(project.difference(), Some(Difference::Newer(project.path("src/a.c"))));
        // Written by a build before its component, which makes another.
        project.write("build/flavor.wasm", "other");
        project.at("src/a.c", 2);
        project.at("build/flavor.wasm", 3);
        keep(&component, earlier.as_ref(), &before, &project.sources());
        assert_eq!(project.difference(), None);
    }

    #[test]
    fn what_is_no_record_is_none() {
        let project = Project::built();
        assert_eq!(project.difference(), None);
        let record = project.path("build/.pushgate/flavor.wasm.json");
        for text in ["", "{}", "[", "{\"component\": 1}"] {
            fs::write(&record, text).unwrap();
            assert_eq!(project.difference(), None);
            assert!(BuildRecord::read(&project.path("build/flavor.wasm")).is_some(), "it was written again");
        }
        // Nothing is written where a link leads.
        let elsewhere = tempfile::tempdir().unwrap();
        fs::remove_dir_all(project.path("build/.pushgate")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), project.path("build/.pushgate")).unwrap();
        assert_eq!(project.difference(), None);
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}
