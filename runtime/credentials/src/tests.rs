use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use pushgate_reference::Host;

use super::*;

const CANARY: &str = "S3CRET-CANARY-config";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        fs::write(&file, config).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        Self(folder)
    }

    fn look_up(&self, host: &str) -> Result<Found, CredentialError> {
        DockerConfig::locate(Some(self.0.path().as_os_str()), None).credentials(&Host::parse(host).unwrap())
    }
}

fn base64(text: &str) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(text)
}

#[track_caller]
fn assert_basic(found: &Result<Found, CredentialError>, expected_user: &str, expected_password: &str) {
    let Ok(Found { credentials: Credentials::Basic { username, password }, .. }) = found else { panic!("{found:?}") };
    assert_eq!((username.as_str(), password.expose()), (expected_user, expected_password));
}

/// Under whatever name somebody logged in to Docker Hub, and whatever name the registry's URI has.
#[test]
fn docker_hub_goes_by_many_names() {
    for name in
        ["https://index.docker.io/v1/", "docker.io", "registry-1.docker.io", "https://registry-1.docker.io", "registry.hub.docker.com"]
    {
        let folder = Folder::new(&format!(r#"{{"auths":{{"{name}":{{"auth":"{}"}}}}}}"#, base64("hub:h")));
        for host in ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"] {
            assert_basic(&folder.look_up(host), "hub", "h");
        }
        assert!(folder.look_up("auth.docker.io").unwrap().credentials.is_anonymous());
    }
    let folder = Folder::new(&format!(
        r#"{{"auths":{{"registry-1.docker.io":{{"auth":"{}"}},"https://index.docker.io/v1/":{{"auth":"{}"}}}}}}"#,
        base64("other:o"),
        base64("hub:h")
    ));
    assert_basic(&folder.look_up("registry-1.docker.io"), "hub", "h");
}

#[test]
fn every_form_of_an_entry() {
    let folder = Folder::new(&format!(
        r#"{{"auths":{{
            "a.example":{{"auth":"{}"}},
            "https://b.example":{{"username":"bob","password":"{CANARY}"}},
            "https://c.example:5000/v1/":{{"auth":"{}"}},
            "d.example":{{"auth":"","identitytoken":"{CANARY}"}},
            "e.example":{{"auth":"{}"}},
            "F.Example":{{"auth":"{}"}},
            "g.example":{{}},
            "https://index.docker.io/v1/":{{"auth":"{}"}}
        }},"HttpHeaders":{{}}}}"#,
        base64(&format!("alice:{CANARY}:with:colons?~>ü")),
        base64("carol:c\0\0"),
        base64(&format!("<token>:{CANARY}")),
        base64("fred:f"),
        base64("hub:h"),
    ));
    assert_basic(&folder.look_up("a.example"), "alice", &format!("{CANARY}:with:colons?~>ü"));
    assert_basic(&folder.look_up("b.example"), "bob", CANARY);
    assert_basic(&folder.look_up("c.example:5000"), "carol", "c");
    assert_basic(&folder.look_up("f.example"), "fred", "f");
    assert_basic(&folder.look_up("docker.io"), "hub", "h");
    for host in ["d.example", "e.example"] {
        let found = folder.look_up(host).unwrap();
        assert!(matches!(&found.credentials, Credentials::IdentityToken(token) if token.expose() == CANARY), "{found:?}");
        assert!(!format!("{found:?}").contains(CANARY));
    }
    // An entry for one registry is never used for another: not for its other ports, and not for names that begin alike.
    for host in ["g.example", "c.example", "a.example:443", "a.example.evil.io", "b.example:80"] {
        let found = folder.look_up(host).unwrap();
        assert!(found.credentials.is_anonymous(), "{host}: {found:?}");
        assert!(found.origin.starts_with("none: "), "{}", found.origin);
    }
}

#[test]
fn nothing_there_is_anonymous() {
    let host = Host::parse("a.example").unwrap();
    let empty = tempfile::tempdir().unwrap();
    for config in [
        DockerConfig::locate(None, None),
        DockerConfig::locate(None, Some(Path::new("relative"))),
        DockerConfig::locate(Some(OsStr::new("")), Some(empty.path())),
        DockerConfig::locate(Some(empty.path().as_os_str()), None),
    ] {
        assert!(config.credentials(&host).unwrap().credentials.is_anonymous(), "{config:?}");
    }
}

#[test]
fn the_home_folder_is_used_without_docker_config() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".docker")).unwrap();
    fs::write(home.path().join(".docker/config.json"), r#"{"auths":{"a.example":{"username":"u","password":"p"}}}"#).unwrap();
    let config = DockerConfig::locate(None, Some(home.path()));
    assert_basic(&config.credentials(&Host::parse("a.example").unwrap()), "u", "p");
    let relative = DockerConfig::locate(Some(OsStr::new("relative")), Some(home.path()));
    let error = relative.credentials(&Host::parse("a.example").unwrap()).unwrap_err();
    assert!(matches!(error, CredentialError::RelativeFolder { .. }), "{error}");
}

#[test]
fn a_broken_entry_concerns_its_registry_only() {
    let folder = Folder::new(&format!(
        r#"{{"auths":{{
            "a.example":{{"auth":"{}"}},
            "b.example":{{"auth":"{CANARY}!"}},
            "c.example":{{"auth":"{}"}},
            "d.example":"{CANARY}",
            "e.example":{{"username":"u"}},
            "f.example":{{"auth":["{CANARY}"]}},
            "g.example":{{"username":"u:v","password":"{CANARY}"}},
            "good.example":{{"username":"u","password":"p"}}
        }}}}"#,
        base64(CANARY),
        base64(&format!(":{CANARY}")),
    ));
    for host in ["a.example", "b.example", "c.example", "d.example", "e.example", "f.example", "g.example"] {
        let error = folder.look_up(host).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(matches!(error, CredentialError::Entry { .. }) && shown.contains(host), "{shown}");
        assert!(!shown.contains(CANARY) && !shown.contains(&base64(CANARY)), "{shown}");
    }
    assert_basic(&folder.look_up("good.example"), "u", "p");
}

#[test]
fn a_broken_file_is_an_error_without_its_contents() {
    for config in [
        format!(r#"{{"auths":{{"a.example":{{"auth":{CANARY}}}}}}}"#),
        format!(r#"{{"{CANARY}":1,"{CANARY}":2}}"#),
        format!(r#"{{"auths":{{"a.example":{{}},"A.EXAMPLE":{{"password":"{CANARY}"}}}}}}"#),
        format!("\u{feff}{{\"x\":\"{CANARY}\"}}"),
        format!(r#"["{CANARY}"]"#),
        format!(r#"{{"auths":["{CANARY}"]}}"#),
        format!(r#"{{"credHelpers":"{CANARY}"}}"#),
        format!(r#"{{"credsStore":["{CANARY}"]}}"#),
        String::new(),
        format!("{{{}}}", " ".repeat(2 * 1024 * 1024)),
    ] {
        let error = Folder::new(&config).look_up("a.example").unwrap_err();
        assert!(!format!("{error} {error:?}").contains(CANARY), "{error:?}");
    }
}

#[test]
fn only_a_regular_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("config.json")).unwrap();
    let config = DockerConfig::locate(Some(folder.path().as_os_str()), None);
    let error = config.credentials(&Host::parse("a.example").unwrap()).unwrap_err();
    assert!(matches!(error, CredentialError::Unreadable { .. }), "{error}");
}

#[test]
fn a_file_that_others_can_read_is_a_warning() {
    let folder = Folder::new(r#"{"auths":{"a.example":{"username":"u","password":"p"}}}"#);
    assert!(folder.look_up("a.example").unwrap().warnings.is_empty());
    fs::set_permissions(folder.0.path().join("config.json"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(folder.look_up("a.example").unwrap().warnings.len(), 1);
    assert!(folder.look_up("b.example").unwrap().warnings.is_empty());
}

#[test]
fn secrets_do_not_show() {
    let secret = Secret::new(CANARY.to_owned());
    let basic = Credentials::Basic { username: "u".to_owned(), password: secret.clone() };
    let shown = format!("{secret:?} {basic:?} {basic:#?} {:?}", Credentials::IdentityToken(secret.clone()));
    assert!(!shown.contains(CANARY), "{shown}");
    assert_eq!(secret.expose(), CANARY);
}
