use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use pushgate_reference::Host;

use super::*;
use crate::Secret;

const CANARY: &str = "S3CRET-CANARY-store";

fn config(folder: &Path) -> DockerConfig {
    DockerConfig::locate(Some(folder.as_os_str()), None)
}

fn host(name: &str) -> Host {
    Host::parse(name).unwrap()
}

fn basic(username: &str, password: &str) -> Credentials {
    Credentials::from_input(username, Secret::new(password.to_owned())).unwrap()
}

fn read_back(folder: &Path, name: &str) -> Option<(String, String)> {
    match config(folder).credentials(&host(name)).unwrap().credentials {
        Credentials::Basic { username, password } => Some((username, password.expose().to_owned())),
        _ => None,
    }
}

#[test]
fn what_is_kept_is_found_again_and_what_is_erased_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/config.json");
    let folder = path.parent().unwrap();
    for (name, key) in [("docker.io", "https://index.docker.io/v1/"), ("a.example:5000", "a.example:5000"), ("b.example", "b.example")] {
        let kept = config(folder).store(&host(name), &basic("me", &format!("{name}:{CANARY} ä?>~"))).unwrap();
        assert_eq!(kept, Kept { origin: format!("`{}`", path.display()), changed: true, replaced: false });
        assert!(fs::read_to_string(&path).unwrap().contains(&format!("\"{key}\": {{")));
        assert_eq!(read_back(folder, name), Some(("me".to_owned(), format!("{name}:{CANARY} ä?>~"))));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(config(folder).erase(&host("a.example:5000")).unwrap().changed);
    assert!(!config(folder).erase(&host("a.example:5000")).unwrap().changed);
    assert_eq!(read_back(folder, "a.example:5000"), None);
    assert!(read_back(folder, "docker.io").is_some() && read_back(folder, "b.example").is_some());
}

#[test]
fn every_name_of_a_registry_is_erased_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["A.example", "https://a.example", "https://a.example/v1/", "a.example:443", "a.example.evil.io"];
    let auths: Map<String, serde_json::Value> =
        names.iter().map(|name| ((*name).to_owned(), json!({ "username": "u", "password": "p" }))).collect();
    fs::write(folder.path().join("config.json"), json!({ "auths": auths }).to_string()).unwrap();
    assert!(config(folder.path()).erase(&host("a.example")).unwrap().changed);
    let left = fs::read_to_string(folder.path().join("config.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&left).unwrap(),
        json!({ "auths": { "a.example:443": { "username": "u", "password": "p" }, "a.example.evil.io": { "username": "u", "password": "p" } } })
    );
}

#[test]
fn an_identity_token_is_kept_as_one() {
    let folder = tempfile::tempdir().unwrap();
    config(folder.path()).store(&host("a.example"), &basic("<token>", CANARY)).unwrap();
    let found = config(folder.path()).credentials(&host("a.example")).unwrap();
    assert!(matches!(&found.credentials, Credentials::IdentityToken(token) if token.expose() == CANARY), "{found:?}");
}

#[test]
fn what_no_registry_could_be_shown_is_refused() {
    let long = "x".repeat(33_000);
    for (username, password) in
        [("", "p"), ("a:b", "p"), ("a\nb", "p"), ("u", ""), ("u", "a\nb"), ("u", "a\rb"), ("u", "a\0b"), ("u", long.as_str())]
    {
        let error = Credentials::from_input(username, Secret::new(password.to_owned())).unwrap_err();
        assert!(matches!(error, CredentialError::NotStorable { .. }), "{username:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(config(folder.path()).store(&host("a.example"), &Credentials::Anonymous).is_err());
    assert!(!folder.path().join("config.json").exists());
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let nowhere = DockerConfig::locate(None, None);
    assert!(matches!(nowhere.store(&host("a.example"), &basic("u", CANARY)), Err(CredentialError::NoFolder)));
    assert!(!nowhere.erase(&host("a.example")).unwrap().changed);
    let relative = DockerConfig::locate(Some(OsStr::new("relative")), None);
    assert!(matches!(relative.store(&host("a.example"), &basic("u", CANARY)), Err(CredentialError::RelativeFolder { .. })));

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = config(&folder.path().join("file/below")).store(&host("a.example"), &basic("u", CANARY)).unwrap_err();
    assert!(matches!(error, CredentialError::Unwritable { .. }), "{error}");
    // A link that leads nowhere is not replaced by a file.
    std::os::unix::fs::symlink("nowhere/config.json", folder.path().join("config.json")).unwrap();
    let error = config(folder.path()).store(&host("a.example"), &basic("u", CANARY)).unwrap_err();
    assert!(matches!(error, CredentialError::Unwritable { .. }) && !format!("{error:?}").contains(CANARY), "{error:?}");
}

#[test]
fn what_was_left_behind_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.json.pushgate-new"), "half").unwrap();
    config(folder.path()).store(&host("a.example"), &basic("u", "p")).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_there_already_becomes_this_users_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("config.json"), folder.path().join("linked/config.json"));
    fs::create_dir(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    config(folder.path()).store(&host("a.example"), &basic("u", CANARY)).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    for folder in [folder.path(), link.parent().unwrap()] {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(!config(folder).store(&host("a.example"), &basic("u", CANARY)).unwrap().changed);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        // Reading warns, and leaves the file as it is.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(config(folder).credentials(&host("a.example")).unwrap().warnings.len(), 1);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    }
}

#[test]
fn many_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for number in 0..16 {
            let folder = folder.path();
            scope.spawn(move || config(folder).store(&host(&format!("r{number}.example")), &basic("u", &number.to_string())).unwrap());
        }
    });
    for number in 0..16 {
        assert_eq!(read_back(folder.path(), &format!("r{number}.example")), Some(("u".to_owned(), number.to_string())));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
