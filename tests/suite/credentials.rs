//! Where credentials come from: the variable, helpers that are missing or slow, and what children of pushgate inherit.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pushgate_test_engine::{Engine, Image as EngineImage, Options as EngineOptions};
use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
use serde_json::{Value, json};

use crate::support::{Home, Ran, User};

const CANARY: &str = "S3CRET-CANARY-credentials";
const VARIABLE: &str = "DOCKER_AUTH_CONFIG";

/// A home with an image in the folder `image`, and a registry called `prod`.
struct Stage {
    home: Home,
    registry: Registry,
}

impl Stage {
    fn new(options: Options) -> Self {
        let (home, registry) = (Home::new(), Registry::start_blocking(options).expect("a registry"));
        Layout::create(&home.join("image"))
            .and_then(|mut layout| layout.add(&Image::new().raw_layer(vec![7; 2000]), None))
            .expect("a layout");
        home.must(&format!("registry register prod --uri {}/team", registry.host()));
        Self { home, registry }
    }

    /// Runs a line with these variables, and a `PATH` with the home's `bin`. No secret is shown.
    fn run(&self, line: &str, variables: &[(&str, &str)]) -> Ran {
        let path = format!("{}:/usr/bin:/bin", self.home.join("bin").display());
        let mut command = self.home.command(line.split_whitespace());
        let ran = Ran::from(command.env("PATH", path).envs(variables.iter().copied()).output().expect("the command runs"));
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(CANARY), "{ran:?}");
        ran
    }

    fn push(&self, variables: &[(&str, &str)]) -> Ran {
        self.run(&format!("push {}/team/app:v1 --from oci:image", self.registry.host()), variables)
    }

    fn helper(&self, name: &str, script: &str) -> PathBuf {
        let path = self.home.write(&format!("bin/docker-credential-{name}"), format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
        path
    }

    /// The variable's value, with this password for the registry.
    fn value(&self, password: &str) -> String {
        json!({ "auths": { self.registry.host(): { "auth": auth(password) } } }).to_string()
    }
}

fn auth(password: &str) -> String {
    STANDARD.encode(format!("person:{password}"))
}

#[test]
fn the_variable_comes_before_dockers_configuration_and_in_gitlab_after_it() {
    let stage = Stage::new(Options::default().basic("person", CANARY));
    let (right, wrong) = (stage.value(CANARY), stage.value("wrong"));
    assert_eq!(stage.push(&[(VARIABLE, &right)]).code, 0);
    let described = stage.run("registry describe prod", &[(VARIABLE, &right)]);
    assert!(described.stdout.contains("the environment variable DOCKER_AUTH_CONFIG"), "{described:?}");
    assert!(!described.stdout.contains(&auth(CANARY)), "{described:?}");

    stage.home.log_in(&stage.registry.host(), &User::new("person", CANARY));
    for (value, variables, code) in [
        (&wrong, &[][..], 7),
        (&right, &[], 0),
        (&wrong, &[("GITLAB_CI", "true")], 0),
        (&"{".to_owned(), &[("GITLAB_CI", "true")], 0),
        (&"{".to_owned(), &[], 7),
    ] {
        let ran = stage.push(&[&[(VARIABLE, value.as_str())], variables].concat());
        assert_eq!(ran.code, code, "{variables:?} {ran:?}");
    }
    stage.home.log_in(&stage.registry.host(), &User::new("person", "wrong"));
    assert_eq!(stage.push(&[(VARIABLE, &right), ("GITLAB_CI", "true")]).code, 7);
    // A host that one place lacks is looked for in the next.
    stage.home.log_in("other.example", &User::new("person", "wrong"));
    assert_eq!(stage.push(&[(VARIABLE, &right), ("GITLAB_CI", "true")]).code, 0);
}

#[test]
fn json_that_is_none_is_an_error_that_quotes_nothing_of_it() {
    let stage = Stage::new(Options::default());
    for value in [CANARY.to_owned(), format!("{{\"auths\":{{\"{CANARY}\":}}"), format!("{{\"{CANARY}\":1,\"{CANARY}\":2}}")] {
        for more in ["", " --output json", " -vvv"] {
            let line = format!("push {}/team/app:v1 --from oci:image{more}", stage.registry.host());
            let ran = stage.run(&line, &[(VARIABLE, &value)]);
            assert_eq!(ran.code, 7, "{ran:?}");
            assert!(format!("{}{}", ran.stdout, ran.stderr).contains("DOCKER_AUTH_CONFIG is not valid"), "{ran:?}");
        }
        let described = stage.run("registry describe prod", &[(VARIABLE, &value)]);
        assert!(described.code == 0 && described.stdout.contains("unusable: the environment variable DOCKER_AUTH_CONFIG"), "{described:?}");
    }
    assert!(stage.registry.repositories().is_empty());
}

#[test]
fn what_counts_for_nothing_in_the_variable_is_noted_once() {
    let stage = Stage::new(Options::default().basic("person", CANARY));
    let value =
        json!({ "auths": { stage.registry.host(): { "auth": auth(CANARY) } }, "credsStore": "absent", "credHelpers": {}, "x": CANARY });
    let ran = stage.push(&[(VARIABLE, &value.to_string())]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.stderr.matches("only `auths` of the environment variable DOCKER_AUTH_CONFIG counts").count(), 1, "{ran:?}");
    let line = format!("push {}/team/app:v1 --from oci:image --output json", stage.registry.host());
    let warnings = stage.run(&line, &[(VARIABLE, &value.to_string())]).json()["warnings"].clone();
    let codes: Vec<&Value> = warnings.as_array().expect("warnings").iter().map(|warning| &warning["code"]).collect();
    assert_eq!(codes, ["credentials.ignored"]);
}

#[test]
fn a_login_that_the_variable_shadows_says_so() {
    let stage = Stage::new(Options::default().basic("person", CANARY));
    stage.home.write("password", CANARY);
    let login = |value: &str, more: &[(&str, &str)]| {
        let line = "registry login prod --username person --password-stdin";
        let mut command = stage.home.command(line.split_whitespace());
        command.stdin(fs::File::open(stage.home.join("password")).expect("a file")).env(VARIABLE, value).envs(more.iter().copied());
        let ran = Ran::from(command.output().expect("the command runs"));
        assert!(ran.code == 0 && !ran.stderr.contains(CANARY), "{ran:?}");
        ran.stderr
    };
    let shadowed = "a push still uses the environment variable DOCKER_AUTH_CONFIG, which is looked at first";
    assert!(login(&stage.value("other"), &[]).contains(shadowed));
    assert!(login("{", &[]).contains("DOCKER_AUTH_CONFIG is not valid"));
    for (value, more) in [(stage.value("other"), &[("GITLAB_CI", "true")][..]), (json!({ "auths": {} }).to_string(), &[])] {
        let stderr = login(&value, more);
        assert!(!stderr.contains(VARIABLE), "{stderr}");
    }
    let ran = stage.run("registry logout prod", &[(VARIABLE, &stage.value("other"))]);
    assert!(ran.stderr.contains("a push still uses the environment variable DOCKER_AUTH_CONFIG"), "{ran:?}");
}

#[test]
fn helpers_inherit_all_but_the_variable() {
    let stage = Stage::new(Options::default().basic("person", CANARY));
    let host = stage.registry.host();
    stage.helper(
        "test",
        &format!("cat >/dev/null; env > \"$HOME/environment\"; echo '{{\"Username\":\"person\",\"Secret\":\"{CANARY}\"}}'"),
    );
    stage.home.write(".docker/config.json", json!({ "credHelpers": { host: "test" } }).to_string());
    let value = json!({ "auths": { "other.example": { "auth": auth(CANARY) } } }).to_string();
    let ran = stage.push(&[(VARIABLE, &value), ("KEYCHAIN", "mine")]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let environment = fs::read_to_string(stage.home.join("environment")).expect("the helper ran");
    assert!(environment.contains("KEYCHAIN=mine") && environment.contains("HOME="), "{environment}");
    assert!(!environment.contains(VARIABLE) && !environment.contains(&auth(CANARY)), "{environment}");
}

#[test]
fn the_engine_gets_what_the_variable_holds() {
    let stage = Stage::new(Options::default().basic("person", CANARY));
    let engine = Engine::start_blocking(EngineOptions::default()).expect("an engine");
    engine.add_image(&EngineImage::default(), &[&format!("{}/team/app:v1", stage.registry.host())]);
    let (docker_host, value) = (engine.docker_host(), stage.value(CANARY));
    let ran = stage.run(&format!("push {}/team/app:v1", stage.registry.host()), &[("DOCKER_HOST", &docker_host), (VARIABLE, &value)]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(stage.registry.tag_digest("team/app", "v1").is_some());
}

#[test]
fn a_missing_helper_fails_where_credentials_are_asked_for() {
    let open = Stage::new(Options::default());
    let mut pull = Options::default().token("person", CANARY);
    pull.anonymous_pull = true;
    let asking = [Options::default().basic("person", CANARY), Options::default().token("person", CANARY), pull];
    for (member, config) in [
        ("credsStore", json!({ "credsStore": "desktop.exe" })),
        ("credHelpers", json!({ "credHelpers": { open.registry.host(): "desktop.exe" } })),
    ] {
        let file = open.home.write(".docker/config.json", config.to_string());
        let ran = open.push(&[]);
        assert_eq!(ran.code, 0, "{member}: {ran:?}");
        let described = open.run("registry describe prod", &[]);
        assert!(described.code == 0 && described.stdout.contains(&format!("`{}` names it", file.display())), "{described:?}");
    }
    for options in asking {
        let stage = Stage::new(options);
        let file = stage.home.write(".docker/config.json", json!({ "credsStore": "desktop.exe" }).to_string());
        let ran = stage.push(&[]);
        assert_eq!(ran.code, 7, "{ran:?}");
        let named = format!("`docker-credential-desktop.exe` for {} is not in any absolute folder of PATH", stage.registry.host());
        assert!(ran.stderr.contains(&named) && ran.stderr.contains(&format!("`credsStore` in `{}`", file.display())), "{ran:?}");
        assert!(ran.stderr.contains("hint: install the helper"), "{ran:?}");
        // One that fails is the same.
        stage.helper("desktop.exe", "exit 1");
        let ran = stage.push(&[]);
        assert!(ran.code == 7 && ran.stderr.contains("failed (exit status: 1)") && ran.stderr.contains("credsStore"), "{ran:?}");
    }
}

#[test]
fn the_engine_pushes_without_a_missing_helper_and_its_failure_names_it() {
    let stage = Stage::new(Options::default());
    let file = stage.home.write(".docker/config.json", json!({ "credsStore": "desktop.exe" }).to_string());
    let engine = Engine::start_blocking(EngineOptions::default()).expect("an engine");
    engine.add_image(&EngineImage::default(), &[&format!("{}/team/app:v1", stage.registry.host())]);
    let docker_host = engine.docker_host();
    let push = || stage.run(&format!("push {}/team/app:v1", stage.registry.host()), &[("DOCKER_HOST", &docker_host)]);
    assert_eq!(push().code, 0);
    // What may be read by all and written by some: the Engine is refused, and does not know why it had no credentials.
    let line = pushgate_test_engine::error_line("denied: requested access to the resource is denied");
    let position = pushgate_test_engine::Position::First;
    let rule =
        pushgate_test_engine::Rule::on(pushgate_test_engine::Endpoint::Push, pushgate_test_engine::Switch::StreamError { position, line });
    let engine = Engine::start_blocking(EngineOptions::default().misbehave(rule)).expect("an engine");
    engine.add_image(&EngineImage::default().label("number", "2"), &[&format!("{}/team/app:v1", stage.registry.host())]);
    let docker_host = engine.docker_host();
    let ran = stage.run(&format!("push {}/team/app:v1", stage.registry.host()), &[("DOCKER_HOST", &docker_host)]);
    assert!(ran.code == 7 && ran.stderr.contains(&format!("`credsStore` in `{}` names it", file.display())), "{ran:?}");
}

#[test]
fn the_time_of_a_helper_can_be_set() {
    let stage = Stage::new(Options::default().basic("person", CANARY));
    stage.helper("slow", "exec sleep 1000");
    stage.home.write(".docker/config.json", r#"{"credsStore":"slow"}"#);
    let ran = stage.push(&[("PUSHGATE_HELPER_TIMEOUT", "1")]);
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(ran.stderr.contains("did not end within 1 second and was killed"), "{ran:?}");
    let ran = stage.push(&[("PUSHGATE_HELPER_TIMEOUT", "soon")]);
    assert!(ran.code == 7 && ran.stderr.contains("PUSHGATE_HELPER_TIMEOUT is not a number of seconds"), "{ran:?}");
}

#[test]
fn a_token_servers_words_and_both_scopes_are_shown_escaped() {
    let stage = Stage::new(Options::default().token("person", CANARY));
    stage.home.log_in(&stage.registry.host(), &User::new("person", CANARY));
    let challenge = format!("Bearer realm=\"{}/token\",service=\"registry.test\",scope=\"repository:app:pull\"", stage.registry.origin());
    stage.registry.misbehave(Rule::on(Step::ManifestGet, Switch::Challenge(challenge.clone())));
    stage.registry.misbehave(Rule::on(Step::ManifestHead, Switch::Challenge(challenge)));
    let body = json!({ "details": "the plan of \u{1b}[31mteam\u{202e} has ended" }).to_string();
    let headers = vec![("content-type", "application/json".to_owned())];
    stage.registry.misbehave(Rule::on(Step::Token, Switch::Reply { status: 403, headers, body: body.into() }));
    let ran = stage.push(&[]);
    assert_eq!(ran.code, 7, "{ran:?}");
    for words in ["not permitted", "the plan of", "has ended", "`repository:team/app:pull,push`", "`repository:app:pull`"] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    assert!(!ran.stderr.contains(['\u{1b}', '\u{202e}']), "{ran:?}");
}
