use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use super::*;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn what_is_put_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let store = ComponentStore::new(&data, Builtins::default());
    let digest = store.put(b"component").unwrap();
    assert_eq!(digest, ComponentDigest::of(b"component"));
    assert_eq!(store.read(&digest).unwrap(), b"component");
    assert_eq!(store.path(&digest), data.join(format!("components/sha256/{}.wasm", digest.hex())));
    assert_eq!(mode(&store.path(&digest)), 0o600);
    for made in ["", "components", "components/sha256"] {
        assert_eq!(mode(&data.join(made)), 0o700, "{made}");
    }
}

#[test]
fn putting_again_writes_only_what_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let store = ComponentStore::new(folder.path(), Builtins::default());
    let digest = store.put(b"component").unwrap();
    let path = store.path(&digest);
    let inode = |path: &Path| fs::metadata(path).unwrap().ino();
    let first = inode(&path);
    store.put(b"component").unwrap();
    assert_eq!(inode(&path), first);

    for damage in ["short", "component, and more", "c0mponent"] {
        fs::write(&path, damage).unwrap();
        store.put(b"component").unwrap();
        assert_eq!(store.read(&digest).unwrap(), b"component");
    }
    // A link in its place is replaced, not followed.
    let elsewhere = folder.path().join("elsewhere");
    fs::write(&elsewhere, "component").unwrap();
    fs::remove_file(&path).unwrap();
    symlink(&elsewhere, &path).unwrap();
    assert!(matches!(store.read(&digest), Err(StoreError::File(FileError::Unusable { .. }))));
    store.put(b"component").unwrap();
    assert!(!fs::symlink_metadata(&path).unwrap().is_symlink());
}

#[test]
fn a_component_that_is_gone_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let store = ComponentStore::new(folder.path(), Builtins::default());
    let digest = ComponentDigest::of(b"gone");
    let error = store.read(&digest).unwrap_err();
    assert_eq!(error.to_string(), format!("the component {digest} is not in the store `{}/components/sha256`", folder.path().display()));
    assert!(matches!(error, StoreError::Missing { .. }));
    let error = io::Error::from(error);
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert!(error.to_string().contains("is not in the store"));
}

#[test]
fn reading_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let store = ComponentStore::new(folder.path(), Builtins::default());
    let digest = store.put(b"component").unwrap();
    fs::File::options().write(true).open(store.path(&digest)).unwrap().set_len(1 << 40).unwrap();
    assert!(matches!(store.read(&digest), Err(StoreError::File(FileError::Unusable { .. }))));
}

#[test]
fn a_store_that_others_may_write_is_not_written() {
    for open in ["", "components", "components/sha256"] {
        let folder = tempfile::tempdir().unwrap();
        let store = ComponentStore::new(folder.path(), Builtins::default());
        store.put(b"first").unwrap();
        fs::set_permissions(folder.path().join(open), fs::Permissions::from_mode(0o777)).unwrap();
        let error = store.put(b"second").unwrap_err();
        assert!(matches!(error, StoreError::File(FileError::WritableByOthers { mode: 0o777, .. })), "{open}: {error}");
    }
}

#[test]
fn a_store_elsewhere_by_a_link_inside_is_refused_and_the_data_folder_may_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::create_dir(&real).unwrap();
    symlink(&real, &link).unwrap();
    let digest = ComponentStore::new(&link, Builtins::default()).put(b"component").unwrap();
    assert_eq!(ComponentStore::new(&real, Builtins::default()).read(&digest).unwrap(), b"component");

    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    symlink(real.join("components"), data.join("components")).unwrap();
    assert!(matches!(
        ComponentStore::new(&data, Builtins::default()).put(b"component"),
        Err(StoreError::File(FileError::Kind { expected: "folder", .. }))
    ));
}

#[test]
fn many_writers_of_one_component_and_of_several() {
    let folder = tempfile::tempdir().unwrap();
    let components: Vec<Vec<u8>> = (0_u8..4).map(|number| vec![number; 100_000]).collect();
    std::thread::scope(|scope| {
        for writer in 0..20 {
            let (folder, bytes) = (folder.path(), &components[writer % components.len()]);
            scope.spawn(move || ComponentStore::new(folder, Builtins::default()).put(bytes).unwrap());
        }
    });
    let store = ComponentStore::new(folder.path(), Builtins::default());
    for bytes in &components {
        assert_eq!(store.read(&ComponentDigest::of(bytes)).unwrap(), *bytes);
    }
    assert_eq!(fs::read_dir(folder.path().join("components/sha256")).unwrap().count(), components.len());
}
