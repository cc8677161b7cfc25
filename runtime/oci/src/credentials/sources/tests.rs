use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::credentials::Credentials;

const CANARY: &str = "S3CRET-CANARY-sources";

/// A home with files in it.
struct Home(tempfile::TempDir);

impl Home {
    fn new(files: &[(&str, Value)]) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        for (name, content) in files {
            home.write(name, &content.to_string());
        }
        home
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Looks up with these variables, a value being a path below the home folder.
    fn look_up(&self, variables: &[(&str, &str)], host: &str, repository: Option<&str>) -> Result<Found, CredentialError> {
        let sources = CredentialSources::from_environment(|name| {
            let named = variables.iter().find(|(key, _)| *key == name).map(|(_, value)| self.path().join(value).into_os_string());
            named.or_else(|| (name == "HOME").then(|| self.path().as_os_str().to_owned()))
        });
        let found = sources.credentials(&Host::parse(host).unwrap(), repository);
        assert!(!format!("{found:?}").contains(CANARY), "{found:?}");
        found
    }

    /// Whose password was found.
    fn user(&self, variables: &[(&str, &str)], host: &str, repository: Option<&str>) -> Option<String> {
        match self.look_up(variables, host, repository).unwrap().credentials {
            Credentials::Basic { username, .. } => Some(username),
            _ => None,
        }
    }
}

fn entry(user: &str) -> Value {
    json!({ "username": user, "password": CANARY })
}

fn auths(entries: &[(&str, &str)]) -> Value {
    json!({ "auths": entries.iter().map(|(key, user)| ((*key).to_owned(), entry(user))).collect::<serde_json::Map<_, _>>() })
}

const RUNTIME: (&str, &str) = ("XDG_RUNTIME_DIR", "run");
const NAMED: (&str, &str) = ("REGISTRY_AUTH_FILE", "named.json");

#[test]
fn the_order_of_the_places() {
    let home = Home::new(&[
        ("named.json", auths(&[("a.example", "named")])),
        (".docker/config.json", auths(&[("a.example", "docker"), ("b.example", "docker")])),
        ("run/containers/auth.json", auths(&[("a.example", "runtime"), ("b.example", "runtime"), ("c.example", "runtime")])),
        (".config/containers/auth.json", auths(&[("a.example", "home"), ("c.example", "home"), ("d.example", "home")])),
        ("xdg/containers/auth.json", auths(&[("d.example", "xdg")])),
    ]);
    for (host, user) in [("a.example", "named"), ("b.example", "docker"), ("c.example", "runtime"), ("d.example", "home")] {
        assert_eq!(home.user(&[NAMED, RUNTIME], host, None).as_deref(), Some(user), "{host}");
    }
    assert_eq!(home.user(&[RUNTIME], "a.example", None).as_deref(), Some("docker"));
    assert_eq!(home.user(&[], "c.example", None).as_deref(), Some("home"));
    assert_eq!(home.user(&[("XDG_CONFIG_HOME", "xdg")], "d.example", None).as_deref(), Some("xdg"));
    let nobody = home.look_up(&[NAMED, RUNTIME], "e.example", None).unwrap();
    assert!(nobody.credentials.is_anonymous() && nobody.origin.contains(".docker/config.json"), "{nobody:?}");
    let found = home.look_up(&[RUNTIME], "c.example", None).unwrap();
    assert_eq!(found.origin, format!("`{}`", home.path().join("run/containers/auth.json").display()));
}

#[test]
fn the_most_specific_entry_counts() {
    let home = Home::new(&[(
        ".config/containers/auth.json",
        auths(&[
            ("a.example", "host"),
            ("a.example/team", "team"),
            ("a.example/team/app", "app"),
            ("a.example/other/app", "other"),
            ("b.example/team", "team"),
            ("docker.io/library", "library"),
            ("https://index.docker.io/v1/", "hub"),
            ("https://c.example/v1/", "legacy"),
        ]),
    )]);
    for (host, repository, user) in [
        ("a.example", Some("team/app"), Some("app")),
        ("a.example", Some("team/app/deep/down"), Some("app")),
        ("a.example", Some("team/application"), Some("team")),
        ("a.example", Some("team"), Some("team")),
        ("a.example", Some("teams"), Some("host")),
        ("a.example", Some("other"), Some("host")),
        ("a.example", None, Some("host")),
        ("a.example:443", Some("team/app"), None),
        ("b.example", Some("team/app"), Some("team")),
        ("b.example", Some("other"), None),
        ("b.example", None, None),
        ("docker.io", Some("library/app"), Some("library")),
        ("docker.io", Some("me/app"), Some("hub")),
        ("c.example", Some("x"), Some("legacy")),
    ] {
        assert_eq!(home.user(&[], host, repository).as_deref(), user, "{host} {repository:?}");
    }
    // Docker knows hosts only.
    let docker = Home::new(&[(".docker/config.json", auths(&[("a.example/team", "team")]))]);
    assert_eq!(docker.user(&[], "a.example", Some("team/app")), None);
}

#[test]
fn a_place_that_cannot_be_read_is_not_passed_over() {
    let home = Home::new(&[(".config/containers/auth.json", auths(&[("a.example", "home")]))]);
    for content in [CANARY.to_owned(), format!(r#"{{"auths":["{CANARY}"]}}"#), format!(r#"{{"auths":{{"a.example":"{CANARY}"}}}}"#)] {
        home.write("named.json", &content);
        let error = home.look_up(&[NAMED], "a.example", None).unwrap_err();
        assert!(error.to_string().contains("named.json"), "{error}");
    }
    assert_eq!(home.user(&[], "a.example", None).as_deref(), Some("home"));
    // One that is not there is.
    assert_eq!(home.user(&[("REGISTRY_AUTH_FILE", "absent.json")], "a.example", None).as_deref(), Some("home"));
    let sources = CredentialSources::from_environment(|name| (name == "REGISTRY_AUTH_FILE").then(|| "relative.json".into()));
    let error = sources.credentials(&Host::parse("a.example").unwrap(), None).unwrap_err();
    assert!(matches!(error, CredentialError::RelativeAuthFile { .. }), "{error}");
}

#[test]
fn a_helper_of_a_file_is_asked() {
    let home = Home::new(&[(".config/containers/auth.json", json!({ "credHelpers": { "a.example": "absent" }, "credsStore": "absent" }))]);
    let error = home.look_up(&[("PATH", "bin")], "a.example", Some("team")).unwrap_err();
    assert!(matches!(error, CredentialError::HelperMissing { .. }), "{error}");
    // `credsStore` is Docker's alone.
    assert_eq!(home.user(&[], "b.example", None), None);
}

#[test]
fn a_file_that_others_can_read_is_a_warning() {
    let home = Home::new(&[("named.json", auths(&[("a.example", "named")]))]);
    assert!(home.look_up(&[NAMED], "a.example", None).unwrap().warnings.is_empty());
    fs::set_permissions(home.path().join("named.json"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(home.look_up(&[NAMED], "a.example", None).unwrap().warnings.len(), 1);
}
