//! Compiled components on disk: taken when they are ours, and compiled again for every other reason.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::guest::Guest;
use super::*;
use crate::cache::{Cache, Rejected};
use crate::{Allocation, CacheOptions, ComponentDigest, SandboxError, engine};

/// A cache folder and a key beside it.
struct Folders(TempDir);

impl Folders {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn options(&self) -> CacheOptions {
        CacheOptions { directory: self.0.path().join("cache/flavors"), key_file: self.0.path().join("data/cache-key") }
    }

    /// A sandbox as a new process would make it.
    fn sandbox(&self) -> Sandbox {
        Sandbox::new(SandboxOptions { cache: Some(self.options()), ..SandboxOptions::default() }).unwrap()
    }

    /// The files in the cache folder.
    fn entries(&self) -> Vec<PathBuf> {
        let mut entries: Vec<_> = fs::read_dir(self.options().directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        entries
    }

    fn entry(&self) -> PathBuf {
        let [entry] = &self.entries()[..] else { panic!("not one entry: {:?}", self.entries()) };
        entry.clone()
    }

    /// Why the entry of a guest does not count, or that it does.
    fn reject(&self, guest: &Guest) -> Option<Rejected> {
        let engine = engine::new(Allocation::OnDemand).unwrap();
        let cache = Cache::open(&self.options(), &engine).unwrap();
        cache.load(&engine, &ComponentDigest::of(&guest.build())).err()
    }
}

fn guest() -> Guest {
    Guest::hook("")
}

/// Loads the guest in a new sandbox, has it approve, and says how often the cache was used and whether the bytes were read.
fn load_once(folders: &Folders, guest: &Guest) -> (u64, bool) {
    let sandbox = folders.sandbox();
    let bytes = guest.build();
    let mut read = false;
    let flavor = sandbox
        .load(&ComponentDigest::of(&bytes), || {
            read = true;
            Ok(bytes.clone())
        })
        .unwrap();
    let call = block_on(flavor.prepare(push(), Arc::new(Host::default()), &Limits::default()));
    assert_eq!(call.answer, Ok(Answer::Approved));
    (sandbox.cache_hits(), read)
}

const COMPILED: (u64, bool) = (0, true);
const CACHED: (u64, bool) = (1, false);

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_second_process_does_not_compile_again() {
    let folders = Folders::new();
    assert_eq!(load_once(&folders, &guest()), COMPILED);
    assert_eq!(load_once(&folders, &guest()), CACHED);
    assert_eq!(load_once(&folders, &Guest::hook("nop")), COMPILED);
    assert_eq!(load_once(&folders, &guest()), CACHED);
    let CacheOptions { directory, key_file } = folders.options();
    assert_eq!((mode(&directory), mode(&key_file), mode(key_file.parent().unwrap())), (0o700, 0o600, 0o700));
    assert_eq!(folders.entries().len(), 2);
    assert!(folders.entries().iter().all(|entry| mode(entry) == 0o600));
    assert_eq!(fs::read(key_file).unwrap().len(), 32);
}

#[test]
fn nothing_is_touched_before_a_flavor_is_loaded() {
    let folders = Folders::new();
    drop(folders.sandbox());
    assert_eq!(fs::read_dir(folders.0.path()).unwrap().count(), 0);
}

#[test]
fn an_entry_with_a_flipped_byte_is_never_run_and_is_replaced() {
    let folders = Folders::new();
    load_once(&folders, &guest());
    let entry = folders.entry();
    let good = fs::read(&entry).unwrap();
    let step = good.len() / 8;
    let ends = [0, 1, 7, good.len() - 33, good.len() - 32, good.len() - 1];
    for at in (step..good.len()).step_by(step).chain(ends) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&entry, &bad).unwrap();
        assert!(matches!(folders.reject(&guest()), Some(Rejected::Forged)), "byte {at}");
        assert_eq!(load_once(&folders, &guest()), COMPILED, "byte {at}");
        assert_eq!(load_once(&folders, &guest()), CACHED, "byte {at}");
    }
}

#[test]
fn an_entry_that_is_cut_or_longer_is_never_run() {
    let folders = Folders::new();
    load_once(&folders, &guest());
    let entry = folders.entry();
    let good = fs::read(&entry).unwrap();
    for length in [0, 1, 31, 32, 33, 4096, good.len() / 2, good.len() - 1] {
        fs::write(&entry, &good[..length]).unwrap();
        assert!(matches!(folders.reject(&guest()), Some(Rejected::Forged)), "{length} bytes");
        assert_eq!(load_once(&folders, &guest()), COMPILED, "{length} bytes");
    }
    fs::write(&entry, [&good[..], b"\0"].concat()).unwrap();
    assert!(matches!(folders.reject(&guest()), Some(Rejected::Forged)));
}

#[test]
fn a_cache_from_elsewhere_does_not_count() {
    let (here, elsewhere) = (Folders::new(), Folders::new());
    load_once(&elsewhere, &guest());
    load_once(&here, &guest());
    // It has the right name, the right content, and a MAC that is valid where it comes from.
    fs::copy(elsewhere.entry(), here.entry()).unwrap();
    assert!(matches!(here.reject(&guest()), Some(Rejected::Forged)));
    assert_eq!(load_once(&here, &guest()), COMPILED);
    assert_eq!(load_once(&here, &guest()), CACHED);
}

#[test]
fn a_new_key_makes_all_entries_old() {
    let folders = Folders::new();
    load_once(&folders, &guest());
    fs::remove_file(folders.options().key_file).unwrap();
    assert_eq!(load_once(&folders, &guest()), COMPILED);
    assert_eq!(load_once(&folders, &guest()), CACHED);
}

#[test]
fn the_entry_of_another_component_does_not_count_under_this_name() {
    let folders = Folders::new();
    load_once(&folders, &guest());
    let ours = folders.entry();
    load_once(&folders, &Guest::hook("nop"));
    let other = folders.entries().into_iter().find(|entry| *entry != ours).unwrap();
    fs::rename(other, &ours).unwrap();
    assert!(matches!(folders.reject(&guest()), Some(Rejected::Forged)));
    assert_eq!(load_once(&folders, &guest()), COMPILED);
}

#[test]
fn a_folder_or_a_key_that_others_can_reach_is_not_used() {
    let folders = Folders::new();
    load_once(&folders, &guest());
    let CacheOptions { directory, key_file } = folders.options();
    for (path, bad, good) in [(&directory, 0o755, 0o700), (&directory, 0o770, 0o700), (&key_file, 0o640, 0o600), (&key_file, 0o604, 0o600)]
    {
        fs::set_permissions(path, Permissions::from_mode(bad)).unwrap();
        assert_eq!(load_once(&folders, &guest()), COMPILED, "{} {bad:o}", path.display());
        assert_eq!(mode(path), bad, "it is not repaired behind the user's back");
        fs::set_permissions(path, Permissions::from_mode(good)).unwrap();
        assert_eq!(load_once(&folders, &guest()), CACHED);
    }
    let entry = folders.entry();
    fs::set_permissions(&entry, Permissions::from_mode(0o666)).unwrap();
    assert!(matches!(folders.reject(&guest()), Some(Rejected::Unreadable(_))));
    assert_eq!(load_once(&folders, &guest()), COMPILED);
    assert_eq!(mode(&entry), 0o600);
}

#[test]
fn links_pipes_and_folders_are_not_entries() {
    let folders = Folders::new();
    load_once(&folders, &guest());
    let entry = folders.entry();
    let elsewhere = folders.0.path().join("elsewhere");
    fs::rename(&entry, &elsewhere).unwrap();
    symlink(&elsewhere, &entry).unwrap();
    assert!(matches!(folders.reject(&guest()), Some(Rejected::Unreadable(_))));
    assert_eq!(load_once(&folders, &guest()), COMPILED);

    fs::remove_file(&entry).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &entry, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    assert!(matches!(folders.reject(&guest()), Some(Rejected::Unreadable(_))));

    fs::remove_file(&entry).unwrap();
    fs::create_dir(&entry).unwrap();
    assert!(matches!(folders.reject(&guest()), Some(Rejected::Unreadable(_))));
    // It cannot be replaced either, and that is no error.
    assert_eq!(load_once(&folders, &guest()), COMPILED);
}

#[test]
fn a_cache_folder_that_is_a_link_or_a_file_is_not_used() {
    let folders = Folders::new();
    let CacheOptions { directory, .. } = folders.options();
    let target = folders.0.path().join("target");
    fs::create_dir(&target).unwrap();
    fs::set_permissions(&target, Permissions::from_mode(0o700)).unwrap();
    fs::create_dir_all(directory.parent().unwrap()).unwrap();
    symlink(&target, &directory).unwrap();
    assert_eq!(load_once(&folders, &guest()), COMPILED);
    assert_eq!(fs::read_dir(&target).unwrap().count(), 0);
    fs::remove_file(&directory).unwrap();
    fs::write(&directory, "").unwrap();
    assert_eq!(load_once(&folders, &guest()), COMPILED);
}

#[test]
fn a_key_that_is_not_one_is_not_used_and_not_overwritten() {
    let folders = Folders::new();
    let CacheOptions { key_file, .. } = folders.options();
    fs::create_dir_all(key_file.parent().unwrap()).unwrap();
    for content in [&b""[..], &[0; 31], &[0; 33]] {
        fs::write(&key_file, content).unwrap();
        fs::set_permissions(&key_file, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(load_once(&folders, &guest()), COMPILED);
        assert_eq!(load_once(&folders, &guest()), COMPILED);
        assert_eq!(fs::read(&key_file).unwrap(), content);
    }
}

#[test]
fn many_at_once_make_one_key_and_one_entry() {
    let folders = Folders::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| load_once(&folders, &guest()));
        }
    });
    assert_eq!(load_once(&folders, &guest()), CACHED);
    folders.entry();
    assert_eq!(fs::read_dir(folders.options().key_file.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn what_is_not_a_flavor_is_not_kept() {
    let folders = Folders::new();
    let wrong = Guest::hook("").function("ask").build();
    assert!(folders.sandbox().load_bytes(&wrong).is_err());
    assert!(folders.entries().is_empty());
}

#[test]
fn paths_that_undo_the_cache_are_refused() {
    let options = |directory: &str, key_file: &str| {
        let cache = CacheOptions { directory: directory.into(), key_file: key_file.into() };
        Sandbox::new(SandboxOptions { cache: Some(cache), ..SandboxOptions::default() }).err()
    };
    assert!(matches!(options("cache", "/key"), Some(SandboxError::RelativePath { role: "cache folder", .. })));
    assert!(matches!(options("/cache", "key"), Some(SandboxError::RelativePath { role: "key file", .. })));
    assert!(matches!(options("/cache", "/cache/key"), Some(SandboxError::KeyInCache { .. })));
}

#[test]
fn the_runtime_is_never_given_what_is_not_proven() {
    let folders = Folders::new();
    load_once(&folders, &guest());
    let entry = folders.entry();
    let engine = engine::new(Allocation::OnDemand).unwrap();
    let cache = Cache::open(&folders.options(), &engine).unwrap();
    let digest = ComponentDigest::of(&guest().build());
    assert!(cache.load(&engine, &digest).is_ok());
    assert_eq!(cache.mapped(), 1);
    let mut bad = fs::read(&entry).unwrap();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    fs::write(&entry, bad).unwrap();
    assert!(matches!(cache.load(&engine, &digest), Err(Rejected::Forged)));
    assert_eq!(cache.mapped(), 1);
}

#[test]
fn each_fault_is_told_once() {
    let folders = Folders::new();
    load_once(&folders, &guest());
    fs::write(folders.entry(), "").unwrap();
    let (sandbox, bytes) = (folders.sandbox(), guest().build());
    for _ in 0..3 {
        sandbox.load_bytes(&bytes).unwrap();
    }
    let [warning] = &sandbox.take_warnings()[..] else { panic!("not one warning") };
    assert!(warning.contains("is compiled again: it was not written by this program"), "{warning}");
    assert!(sandbox.take_warnings().is_empty());
}

#[test]
fn an_entry_that_cannot_be_written_costs_nothing_but_time() {
    let folders = Folders::new();
    let (sandbox, bytes) = (folders.sandbox(), guest().build());
    sandbox.load_bytes(&bytes).unwrap();
    // The folder that was opened is gone: nothing can be written there, for root neither.
    fs::remove_dir_all(folders.options().directory).unwrap();
    sandbox.load_bytes(&Guest::hook("nop").build()).unwrap();
    let warnings = sandbox.take_warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("cannot be cached"), "{warnings:?}");
}

#[test]
fn what_nobody_used_for_a_month_is_removed_and_what_is_used_stays() {
    let folders = Folders::new();
    load_once(&folders, &guest());
    let used = folders.entry();
    load_once(&folders, &Guest::hook("nop"));
    let unused = folders.entries().into_iter().find(|entry| *entry != used).unwrap();
    let directory = folders.options().directory;
    let days = |days: u64| std::time::SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
    let touch = |path: &Path, days_ago: u64| {
        fs::File::options().write(true).create(true).truncate(false).open(path).unwrap().set_modified(days(days_ago)).unwrap()
    };
    touch(&used, 40);
    touch(&unused, 40);
    for (name, days_ago) in [(".new-old", 2), (".new-young", 0), ("old.lock", 2), ("somebody-elses", 400)] {
        touch(&directory.join(name), days_ago);
    }
    // Reading an entry keeps it, writing another one looks for what is old.
    assert_eq!(load_once(&folders, &guest()), CACHED);
    load_once(&folders, &Guest::hook("nop nop"));
    assert!(used.exists() && !unused.exists());
    let there = |name: &str| directory.join(name).exists();
    assert_eq!([".new-old", ".new-young", "old.lock", "somebody-elses"].map(there), [false, true, false, true]);
}

#[test]
fn a_lock_that_its_holder_left_is_free_and_one_that_is_held_is_waited_for() {
    let folders = Folders::new();
    load_once(&folders, &guest());
    let lock = folders.entry().with_extension("cwasm.lock");
    fs::remove_file(folders.entry()).unwrap();
    // Left by a process that died.
    fs::write(&lock, "").unwrap();
    assert_eq!(load_once(&folders, &guest()), COMPILED);
    assert!(!lock.exists());

    let entry = folders.entry();
    let held = crate::cache_lock::EntryLock::acquire(&lock, Duration::ZERO, || true).unwrap();
    let unwanted = crate::cache_lock::EntryLock::acquire(&lock, Duration::from_secs(60), || false);
    assert_eq!(unwanted.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
    let content = fs::read(&entry).unwrap();
    fs::remove_file(&entry).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let sandbox = folders.sandbox();
            sandbox.load_bytes(&guest().build()).unwrap();
            sandbox.cache_hits()
        });
        std::thread::sleep(Duration::from_millis(50));
        // What the holder leaves is what the other takes.
        let temporary = entry.with_extension("temporary");
        fs::write(&temporary, content).unwrap();
        fs::set_permissions(&temporary, Permissions::from_mode(0o600)).unwrap();
        fs::rename(temporary, &entry).unwrap();
        drop(held);
        assert_eq!(waiting.join().unwrap(), 1);
    });
    assert!(!lock.exists());
}
