use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::symlink;

use super::*;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn reading_is_bounded_and_wants_a_regular_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    assert!(read(&path, 10, Links::Followed).unwrap().is_none());
    fs::write(&path, "0123456789").unwrap();
    assert_eq!(read(&path, 10, Links::Refused).unwrap().unwrap().bytes, b"0123456789");
    assert!(matches!(read(&path, 9, Links::Followed), Err(FileError::Unusable { problem: FileProblem::TooLarge { .. }, .. })));

    let fifo = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for path in [&fifo, folder.path(), Path::new("/dev/zero")] {
        assert!(
            matches!(read(path, 10, Links::Followed), Err(FileError::Unusable { problem: FileProblem::NotRegular(_), .. })),
            "{path:?}"
        );
    }
}

#[test]
fn links_are_followed_only_where_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link, circle) = (folder.path().join("file"), folder.path().join("link"), folder.path().join("circle"));
    fs::write(&path, "x").unwrap();
    symlink(&path, &link).unwrap();
    symlink(&circle, &circle).unwrap();
    assert_eq!(read(&link, 10, Links::Followed).unwrap().unwrap().bytes, b"x");
    assert_eq!(
        read(&link, 10, Links::Refused).unwrap_err().to_string(),
        format!("`{}` is a symbolic link, not a regular file", link.display())
    );
    assert!(matches!(read(&circle, 10, Links::Followed), Err(FileError::System { action: "open", .. })));
    fs::remove_file(&path).unwrap();
    assert!(read(&link, 10, Links::Followed).unwrap().is_none());
}

#[test]
fn what_others_may_write_is_not_ours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "x").unwrap();
    let ours = || read(&path, 10, Links::Followed).unwrap().unwrap().only_ours(&path);
    for good in [0o600, 0o644, 0o640, 0o400] {
        set_mode(&path, good);
        assert!(ours().is_ok(), "{good:o}");
    }
    for bad in [0o666, 0o620, 0o602, 0o664] {
        set_mode(&path, bad);
        let error = ours().unwrap_err();
        assert_eq!(error.to_string(), format!("`{}` can be written by others (mode {bad:04o})", path.display()));
    }
    // Only root can give a file away.
    if rustix::process::geteuid().is_root() {
        set_mode(&path, 0o600);
        std::os::unix::fs::chown(&path, Some(4711), None).unwrap();
        assert_eq!(ours().unwrap_err().to_string(), format!("`{}` belongs to user 4711, not to user 0", path.display()));
        let owned = folder.path().join("folder");
        create_own_folder(&owned, Links::Refused).unwrap();
        std::os::unix::fs::chown(&owned, Some(4711), None).unwrap();
        assert!(matches!(create_own_folder(&owned, Links::Refused), Err(FileError::ForeignOwner { owner: 4711, .. })));
    }
}

#[test]
fn folders_are_made_with_their_parents_and_checked_when_they_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b/c");
    create_own_folder(&deep, Links::Refused).unwrap();
    create_own_folder(&deep, Links::Refused).unwrap();
    for made in ["a", "a/b", "a/b/c"] {
        assert_eq!(mode(&folder.path().join(made)), 0o700);
    }
    set_mode(&deep, 0o777);
    assert!(matches!(create_own_folder(&deep, Links::Refused), Err(FileError::WritableByOthers { mode: 0o777, .. })));
    set_mode(&deep, 0o700);

    let link = folder.path().join("link");
    symlink(&deep, &link).unwrap();
    assert!(create_own_folder(&link, Links::Followed).is_ok());
    assert!(matches!(create_own_folder(&link, Links::Refused), Err(FileError::Kind { expected: "folder", .. })));

    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    assert_eq!(create_folder(&file).unwrap_err().to_string(), format!("`{}` is not a folder", file.display()));
    assert_eq!(create_folder(&file.join("below")).unwrap_err().to_string(), format!("`{}` is not a folder", file.display()));
}

#[test]
fn a_file_is_replaced_whole_and_is_ours_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    replace(&path, b"one").unwrap();
    assert_eq!(mode(&path), 0o600);
    set_mode(&path, 0o644);
    let reader = File::open(&path).unwrap();
    replace(&path, b"two").unwrap();
    assert_eq!((mode(&path), fs::read(&path).unwrap()), (0o600, b"two".to_vec()));
    // Whoever has the old file open keeps it.
    assert_eq!(io::read_to_string(reader).unwrap(), "one");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_an_interrupted_writer_left_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let (path, left, elsewhere) = (folder.path().join("file"), folder.path().join("file.new"), folder.path().join("elsewhere"));
    fs::write(&left, "half").unwrap();
    replace(&path, b"one").unwrap();
    assert!(!left.exists());
    // A link that somebody laid there is not written through.
    fs::write(&elsewhere, "theirs").unwrap();
    symlink(&elsewhere, &left).unwrap();
    replace(&path, b"two").unwrap();
    assert_eq!((fs::read(&path).unwrap(), fs::read(&elsewhere).unwrap()), (b"two".to_vec(), b"theirs".to_vec()));
    assert!(!fs::symlink_metadata(&path).unwrap().is_symlink());
}

#[test]
fn a_write_that_fails_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    // The rename fails: a folder stands in its way.
    let path = folder.path().join("file");
    fs::create_dir_all(path.join("inside")).unwrap();
    assert!(matches!(replace(&path, b"x"), Err(FileError::System { action: "write", .. })));
    assert!(path.join("inside").is_dir() && !folder.path().join("file.new").exists());
    // The new file can't even be made.
    let other = folder.path().join("other");
    fs::write(&other, "old").unwrap();
    fs::create_dir(folder.path().join("other.new")).unwrap();
    assert!(matches!(replace(&other, b"x"), Err(FileError::System { action: "remove", .. })));
    assert_eq!(fs::read(&other).unwrap(), b"old");
    assert!(matches!(replace(&folder.path().join("missing/file"), b"x"), Err(FileError::System { .. })));
}

/// A full disk, as far as Linux shows one to everybody: writing to `/dev/full` fails.
#[test]
fn a_full_disk_is_an_error_with_its_cause() {
    let error = (|| {
        let mut file = OpenOptions::new().write(true).open("/dev/full")?;
        file.write_all(b"x")
    })()
    .map_err(system("write", Path::new("/dev/full")))
    .unwrap_err();
    let FileError::System { source, .. } = &error else { panic!("{error}") };
    assert_eq!(source.kind(), io::ErrorKind::StorageFull);
    assert_eq!(error.to_string(), "can't write `/dev/full`");
}

#[test]
fn one_holder_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock");
    let held = Lock::acquire(&path).unwrap();
    assert_eq!(mode(&path), 0o600);
    let error = Lock::acquire_within(&path, Duration::ZERO).unwrap_err();
    let holder = std::process::id();
    assert_eq!(error.to_string(), format!("`{}` has been locked by process {holder} for 0 seconds", path.display()));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| Lock::acquire(&path).unwrap());
        drop(held);
        drop(waiting.join().unwrap());
    });
    drop(Lock::acquire_within(&path, Duration::ZERO).unwrap());

    let link = folder.path().join("link");
    symlink(&path, &link).unwrap();
    assert!(matches!(Lock::acquire(&link), Err(FileError::System { .. })));
    assert!(matches!(Lock::acquire(folder.path()), Err(FileError::System { .. })));
}

/// The first process holds the lock while its file is deleted; this test runs itself again as that process.
#[test]
fn a_lock_whose_file_was_deleted_keeps_others_out_and_names_its_holder() {
    const NAME: &str = "own::tests::a_lock_whose_file_was_deleted_keeps_others_out_and_names_its_holder";
    const LOCK: &str = "PUSHGATE_TEST_LOCK";
    if let Some(path) = std::env::var_os(LOCK).map(PathBuf::from) {
        let _held = Lock::acquire(&path).unwrap();
        fs::write(path.with_extension("holding"), "").unwrap();
        loop {
            std::thread::park();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock");
    let mut holder = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME])
        .env(LOCK, &path)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while !path.with_extension("holding").exists() {
        assert!(holder.try_wait().unwrap().is_none(), "the process that should hold the lock has ended");
        std::thread::yield_now();
    }
    let refused = || Lock::acquire_within(&path, Duration::ZERO).unwrap_err().to_string();
    let told = format!("`{}` has been locked by process {} for 0 seconds", path.display(), holder.id());
    assert_eq!(refused(), told);
    fs::remove_file(&path).unwrap();
    assert_eq!(refused(), told, "the name is gone, the lock is not");
    // A process ID in the file says nothing.
    fs::write(&path, std::process::id().to_string()).unwrap();
    assert_eq!(refused(), told);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| Lock::acquire(&path).unwrap());
        fs::remove_file(&path).unwrap();
        holder.kill().unwrap();
        holder.wait().unwrap();
        let held = waiting.join().unwrap();
        assert!(path.exists(), "the lock has the name again");
        assert!(Lock::acquire_within(&path, Duration::ZERO).is_err());
        drop(held);
    });
    // A process that another test starts has a copy of the lock until it runs its program.
    drop(Lock::acquire(&path).unwrap());
}

/// The umask belongs to the whole process, so this test runs itself again as a child of a shell that sets one.
#[test]
fn modes_do_not_depend_on_the_umask() {
    const NAME: &str = "own::tests::modes_do_not_depend_on_the_umask";
    const FOLDER: &str = "PUSHGATE_TEST_UMASK_FOLDER";
    if let Some(folder) = std::env::var_os(FOLDER) {
        let folder = Path::new(&folder).join("a/b");
        create_own_folder(&folder, Links::Refused).unwrap();
        drop(Lock::acquire(&folder.join("lock")).unwrap());
        replace(&folder.join("file"), b"x").unwrap();
        return;
    }
    for umask in ["000", "077", "777"] {
        // Root may enter what nobody may; anybody else needs the folder to be made first.
        let folder = tempfile::tempdir().unwrap();
        let status = std::process::Command::new("sh")
            .args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\""), std::env::current_exe().unwrap().to_str().unwrap()])
            .args(["--exact", NAME])
            .env(FOLDER, folder.path())
            .stdout(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "umask {umask}");
        assert_eq!(mode(&folder.path().join("a")), 0o700);
        assert_eq!(mode(&folder.path().join("a/b")), 0o700);
        assert_eq!(mode(&folder.path().join("a/b/file")), 0o600, "umask {umask}");
        assert_eq!(mode(&folder.path().join("a/b/lock")) & 0o177, 0, "umask {umask}");
    }
}
