use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::{CredentialPlace, Credentials};

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

    /// Looks up with these variables, a value being a path below the home folder, but for those that hold no path.
    fn look_up(&self, variables: &[(&str, &str)], host: &str, repository: Option<&str>) -> Result<Found, CredentialError> {
        let variable = |name: &str| {
            let named = variables.iter().find(|(key, _)| *key == name).map(|(_, value)| match name {
                DOCKER_AUTH_CONFIG | "GITLAB_CI" => value.into(),
                _ => self.path().join(value).into_os_string(),
            });
            named.or_else(|| (name == "HOME").then(|| self.path().as_os_str().to_owned()))
        };
        let sources = CredentialSources::with_runtime_folder(variable, &self.path().join("user"));
        let found = sources.credentials(&Host::parse(host).unwrap(), repository);
        assert!(!format!("{sources:?} {found:?}").contains(CANARY), "{found:?}");
        if let Err(error) = &found {
            assert!(!format!("{error} {error:?}").contains(CANARY), "{error}");
        }
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

const GITLAB: (&str, &str) = ("GITLAB_CI", "true");
const XDG_CONFIG: (&str, &str) = ("XDG_CONFIG_HOME", "xdg");

type Variables = &'static [(&'static str, &'static str)];

/// Every place, with the variables without which it is not looked at, and the file that it is.
const PLACES: [(&str, Variables, &str); 8] = [
    ("named", &[NAMED], "named.json"),
    ("variable", &[], ""),
    ("docker", &[], ".docker/config.json"),
    ("runtime", &[RUNTIME], "run/containers/auth.json"),
    ("user", &[], "user/auth.json"),
    ("xdg", &[XDG_CONFIG], "xdg/containers/auth.json"),
    ("home", &[], ".config/containers/auth.json"),
    ("legacy", &[], ".dockercfg"),
];

/// Who one is where these places have something, and these variables are set.
fn user_of(places: &[&str], variables: &[(&str, &str)]) -> Option<String> {
    let home = Home::new(&[]);
    let mut variables = variables.to_vec();
    let in_variable = auths(&[("a.example", "variable")]).to_string();
    for (name, needed, file) in PLACES.iter().filter(|(name, ..)| places.contains(name)) {
        variables.extend(*needed);
        match *name {
            "variable" => variables.push((DOCKER_AUTH_CONFIG, &in_variable)),
            "legacy" => home.write(file, &json!({ "a.example": entry("legacy") }).to_string()),
            _ => home.write(file, &auths(&[("a.example", name)]).to_string()),
        }
    }
    let found = home.look_up(&variables, "a.example", None).unwrap();
    let user = home.user(&variables, "a.example", None);
    // The place is named as it is, and never what it holds.
    match PLACES.iter().find(|(name, ..)| Some(*name) == user.as_deref()) {
        Some(("variable", ..)) => assert_eq!(found.origin, "the environment variable DOCKER_AUTH_CONFIG"),
        Some((.., file)) => assert_eq!(found.origin, format!("`{}`", home.path().join(file).display())),
        None => assert!(found.credentials.is_anonymous() && found.origin.contains(".docker/config.json"), "{found:?}"),
    }
    user
}

#[test]
fn the_order_of_the_places() {
    let normal = ["named", "variable", "docker", "runtime", "xdg", "legacy"];
    let in_gitlab = ["named", "docker", "variable", "runtime", "xdg", "legacy"];
    let without_xdg = ["named", "variable", "docker", "user", "home", "legacy"];
    for (order, variables) in [(normal, &[][..]), (in_gitlab, &[GITLAB][..]), (without_xdg, &[][..])] {
        // Each is looked at when all before it have nothing.
        for first in 0..order.len() {
            assert_eq!(user_of(&order[first..], variables).as_deref(), Some(order[first]), "{:?} {variables:?}", &order[first..]);
        }
        assert_eq!(user_of(&[], variables), None);
    }
    // A place that another one stands for is not looked at.
    assert_eq!(user_of(&["user", "runtime", "legacy"], &[]).as_deref(), Some("runtime"));
    assert_eq!(user_of(&["user", "legacy"], &[RUNTIME]).as_deref(), Some("legacy"));
    assert_eq!(user_of(&["home", "legacy"], &[XDG_CONFIG]).as_deref(), Some("legacy"));
    // Set to nothing is not set.
    assert_eq!(user_of(&["docker"], &[(DOCKER_AUTH_CONFIG, "")]).as_deref(), Some("docker"));
    assert_eq!(user_of(&["variable", "docker"], &[("GITLAB_CI", "")]).as_deref(), Some("variable"));
}

#[test]
fn what_one_place_lacks_is_looked_for_in_the_next() {
    let home = Home::new(&[
        ("named.json", auths(&[("a.example", "named")])),
        (".docker/config.json", auths(&[("c.example", "docker"), ("b.example", "docker")])),
        ("run/containers/auth.json", auths(&[("d.example", "runtime")])),
        (".config/containers/auth.json", auths(&[("e.example", "home")])),
        (".dockercfg", json!({ "https://f.example/v1/": entry("legacy") })),
    ]);
    let in_variable = auths(&[("b.example", "variable"), ("g.example", "variable")]).to_string();
    let all = [NAMED, RUNTIME, (DOCKER_AUTH_CONFIG, in_variable.as_str())];
    for (host, user) in [
        ("a.example", Some("named")),
        ("b.example", Some("variable")),
        ("c.example", Some("docker")),
        ("d.example", Some("runtime")),
        ("e.example", Some("home")),
        ("f.example", Some("legacy")),
        ("g.example", Some("variable")),
        ("h.example", None),
    ] {
        assert_eq!(home.user(&all, host, None).as_deref(), user, "{host}");
    }
    assert_eq!(home.user(&[&all[..], &[GITLAB]].concat(), "b.example", None).as_deref(), Some("docker"));
}

#[test]
fn only_auths_of_the_variable_count() {
    let home = Home::new(&[(".docker/config.json", auths(&[("b.example", "docker")]))]);
    let look_up = |value: &Value, host: &str| home.look_up(&[(DOCKER_AUTH_CONFIG, &value.to_string())], host, Some("team/app")).unwrap();
    let note = |value: &Value| look_up(value, "a.example").notes;
    assert!(note(&auths(&[("a.example", "variable")])).is_empty());
    let more = json!({
        "auths": { "a.example": entry("variable"), "a.example/team": entry("team") },
        "credsStore": "absent", "credHelpers": { "a.example": "absent" }, CANARY: CANARY,
    });
    let notes = note(&more);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0].contains("only `auths` of the environment variable DOCKER_AUTH_CONFIG") && notes[0].contains("`credsStore`"),
        "{notes:?}"
    );
    // The note stays where another place has what the variable lacks, and is not there where the variable is not looked
    // at.
    assert_eq!(look_up(&more, "b.example").notes, notes);
    home.write("named.json", &auths(&[("a.example", "named")]).to_string());
    assert!(home.look_up(&[NAMED, (DOCKER_AUTH_CONFIG, &more.to_string())], "a.example", None).unwrap().notes.is_empty());
    assert_eq!(home.user(&[(DOCKER_AUTH_CONFIG, &more.to_string())], "a.example", Some("team/app")).as_deref(), Some("team"));
    assert_eq!(home.user(&[(DOCKER_AUTH_CONFIG, &more.to_string())], "a.example", Some("other")).as_deref(), Some("variable"));
    let hub = auths(&[("https://index.docker.io/v1/", "hub")]).to_string();
    assert_eq!(home.user(&[(DOCKER_AUTH_CONFIG, &hub)], "docker.io", Some("me/app")).as_deref(), Some("hub"));
    assert_eq!(home.user(&[(DOCKER_AUTH_CONFIG, "{}")], "b.example", None).as_deref(), Some("docker"));
}

#[test]
fn a_variable_that_cannot_be_used_is_an_error_that_quotes_nothing() {
    let home = Home::new(&[(".docker/config.json", auths(&[("a.example", "docker")]))]);
    let encoded = CANARY.repeat(2);
    for (value, words) in [
        (CANARY.to_owned(), "DOCKER_AUTH_CONFIG is not valid"),
        (format!("{{\"auths\":{{\"a.example\":{{\"auth\":{CANARY}}}}}}}"), "DOCKER_AUTH_CONFIG is not valid"),
        (format!("{{\"{CANARY}\":1,\"{CANARY}\":2}}"), "a key stands twice"),
        (format!("[\"{CANARY}\"]"), "DOCKER_AUTH_CONFIG is not valid"),
        (format!("/builds/{CANARY}.tmp/DOCKER_AUTH_CONFIG"), "it is a path"),
        (format!("{{\"auths\":\"{CANARY}\"}}"), "the entry for a.example in the environment variable DOCKER_AUTH_CONFIG"),
        (format!("{{\"auths\":{{\"a.example\":{{\"auth\":\"{encoded}\"}}}}}}"), "`auth` is not"),
        (" ".repeat(2 << 20), "DOCKER_AUTH_CONFIG is not valid"),
    ] {
        let error = home.look_up(&[(DOCKER_AUTH_CONFIG, &value)], "a.example", None).unwrap_err();
        assert!(error.to_string().contains(words), "{words}: {error}");
        let place = CredentialPlace::Variable(DOCKER_AUTH_CONFIG);
        let (CredentialError::Malformed { place: found, .. } | CredentialError::Entry { place: found, .. }) = &error else {
            panic!("{error:?}")
        };
        assert_eq!(*found, place, "{error:?}");
        // In GitLab CI it is not looked at for what Docker's configuration has.
        assert_eq!(home.user(&[(DOCKER_AUTH_CONFIG, &value), GITLAB], "a.example", None).as_deref(), Some("docker"));
    }
    use std::os::unix::ffi::OsStringExt as _;
    let variable = |name: &str| (name == DOCKER_AUTH_CONFIG).then(|| OsString::from_vec(vec![b'{', 0xff, b'}']));
    let sources = CredentialSources::with_runtime_folder(variable, home.path());
    let error = sources.credentials(&Host::parse("a.example").unwrap(), None).unwrap_err();
    assert!(error.to_string().contains("not UTF-8"), "{error}");
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
