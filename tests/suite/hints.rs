//! What a person is told to do: each hint, tried in the situation that it is for.

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};

use crate::support::{Home, Ran};

/// The hint of a failure, which comes last.
#[track_caller]
fn hint(ran: &Ran) -> String {
    let hints: Vec<&str> =
        ran.stderr.lines().filter_map(|line| line.strip_prefix("hint: ").or_else(|| line.trim_start().strip_prefix("tip: "))).collect();
    hints.last().unwrap_or_else(|| panic!("no hint: {ran:?}")).to_string()
}

fn home_with_image() -> Home {
    let home = Home::new();
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&Image::new(), None)).expect("a layout");
    home
}

/// What stands in backquotes after `pushgate`, tried as it stands once its placeholders are filled.
#[track_caller]
fn command_in(hint: &str) -> &str {
    hint.split('`').find_map(|part| part.strip_prefix("pushgate ")).unwrap_or_else(|| panic!("no command in: {hint}"))
}

#[test]
fn a_registry_that_is_registered_again_is_updated() {
    let home = Home::new();
    home.must("registry register prod --uri registry.example.com/team");
    let ran = home.run("registry register prod --uri registry.example.com/other");
    assert_eq!(ran.code, 8, "{ran:?}");
    assert!(hint(&ran).starts_with("change it with `pushgate registry update prod`"), "{ran:?}");
    assert_eq!(command_in(&hint(&ran)), "registry update prod");
    home.must("registry update prod --uri registry.example.com/other");
    // A name that another one has is no registry to change.
    home.must("registry register staging --uri registry.example.com/staging");
    for line in ["registry copy prod staging", "registry rename prod staging"] {
        let ran = home.run(line);
        assert!(ran.code == 8 && hint(&ran).contains("another name") && !hint(&ran).contains("registry update"), "{ran:?}");
    }
}

#[test]
fn who_has_no_credentials_logs_in_with_pushgate() {
    let home = home_with_image();
    let registry = Registry::start_blocking(Options::default().basic("user", "right")).expect("a registry");
    let host = registry.host();
    let ran = home.run(&format!("push {host}/app:v1 --uri {host} --from oci:image"));
    assert_eq!(ran.code, 7, "{ran:?}");
    assert_eq!(hint(&ran), format!("log in with `pushgate registry login NAME` if it is registered, else with `docker login {host}`"));
    home.must(&format!("registry register prod --uri {host}"));
    let ran = home.run(&format!("push {host}/app:v1 --from oci:image"));
    assert_eq!(hint(&ran), format!("log in with `pushgate registry login prod`, or with `docker login {host}`"));
    // The same for a question of a flavor.
    let ran = home.run(&format!("check {host}/app:v1 --uri {host} --flavor immutable-tags --grant registry"));
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(hint(&ran).starts_with("log in with `pushgate registry login"), "{ran:?}");
}

#[test]
fn a_setting_of_a_registered_registry_is_changed_in_the_catalog() {
    let home = home_with_image();
    let realm = "http://10.9.9.9:5001".to_owned();
    let challenge = Switch::Header("www-authenticate", format!("Bearer realm=\"{realm}/token\""));
    let registry =
        Registry::start_blocking(Options::default().basic("user", "right").misbehave(Rule::on(Step::Any, challenge))).expect("a registry");
    let host = registry.host();
    home.must(&format!("registry register prod --uri {host}"));
    let ran = home.run(&format!("push {host}/app:v1 --from oci:image"));
    assert_eq!(command_in(&hint(&ran)), format!("registry update prod --token-server {realm}"), "{ran:?}");
    let ran = home.run(&format!("push {host}/app:v1 --uri {host} --from oci:image"));
    assert!(hint(&ran).ends_with(&format!("with `--token-server {realm}`")), "{ran:?}");
    // TLS is asked of a registry that does not speak it.
    home.must(&format!("registry register tls --uri {host} --tls"));
    let ran = home.run(&format!("push {host}/app:v1 --registry tls --from oci:image"));
    assert_eq!(command_in(&hint(&ran)), "registry update tls --plain-http", "{ran:?}");
    home.must("registry update tls --plain-http");
}

#[test]
fn a_grant_of_a_registered_registry_is_given_in_the_catalog() {
    let home = Home::new();
    home.must("registry register prod --uri registry.example.com --flavor immutable-tags --grant registry");
    let catalog = std::fs::read_to_string(home.catalog()).expect("the catalog");
    std::fs::write(home.catalog(), catalog.replace("grants = [\"registry\"]", "grants = [\"http=https://a.io\"]")).expect("the catalog");
    let ran = home.run("check registry.example.com/app:v1");
    assert_eq!(ran.code, 8, "{ran:?}");
    let command = command_in(&hint(&ran)).to_owned();
    assert_eq!(command, "registry update prod --flavor immutable-tags --grant http=https://a.io --grant registry");
    home.must(&command);
    let ran = home.run("check registry.example.com/app:v1 --uri registry.example.com --flavor immutable-tags");
    assert_eq!(hint(&ran), "grant it with --grant registry");
}

#[test]
fn an_image_of_another_registry_is_told_which() {
    let home = Home::new();
    home.must("registry register prod --uri registry.example.com/prod");
    home.must("registry register staging --uri registry.example.com/staging");
    home.must("registry use prod");
    for line in ["check registry.example.com/staging/app:v1", "check registry.example.com/staging/app:v1 --registry prod"] {
        let ran = home.run(line);
        assert_eq!(ran.code, 3, "{ran:?}");
        assert_eq!(
            hint(&ran),
            "the registry staging contains it: --registry staging; inside this one it is named as in `registry.example.com/prod/app:v1`"
        );
    }
    home.must("check registry.example.com/staging/app:v1 --registry staging");
    home.must("registry register all --uri registry.example.com");
    let ran = home.run("check registry.example.com/staging/app:v1");
    assert!(hint(&ran).starts_with("the registries all, staging contain it: --registry NAME"), "{ran:?}");
    let ran = home.run("check elsewhere.example.com/app:v1");
    assert_eq!(hint(&ran), "name the image as in `registry.example.com/prod/app:v1`, or choose another registry");
}

#[test]
fn a_catalog_that_is_not_there_is_named() {
    let home = Home::new();
    for line in [
        "check registry.example.com/app:v1",
        "check registry.example.com/app:v1 --registry prod",
        "registry describe prod",
        "registry use prod",
        "registry delete prod",
        "registry get",
        "registry login prod --username u --password-stdin",
        "flavor describe my-own-flavor",
    ] {
        let ran = home.run(&format!("{line} --config missing/catalog.toml"));
        assert_eq!(ran.code, 8, "{line}: {ran:?}");
        assert!(hint(&ran).starts_with("the catalog `missing/catalog.toml` does not exist; "), "{line}: {ran:?}");
    }
    let ran = home.must("registry list --config missing/catalog.toml");
    assert!(ran.stderr.contains("`missing/catalog.toml` does not exist"), "{ran:?}");
    home.must("registry register prod --uri registry.example.com --config missing/catalog.toml");
    home.must("check registry.example.com/app:v1 --config missing/catalog.toml");
}

#[test]
fn json_whose_quotes_the_shell_took_is_quoted() {
    let home = Home::new();
    let check = "check registry.example.com/app:v1 --uri registry.example.com --flavor forbid-tags";
    let ran = home.run(&format!("{check} --set tags:=[latest,dev]"));
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(hint(&ran).ends_with(r#"as in --set 'tags:=["latest","dev"]'"#), "{ran:?}");
    home.must(&format!("{check} --set {}", r#"tags:=["latest","dev"]"#));
    let ran = home.run(&format!("{check} --settings {{tags:[latest]}}"));
    assert!(hint(&ran).ends_with(r#"as in --settings '{"tags":["latest"]}'"#), "{ran:?}");
    // As a text, where the schema wants an array.
    let ran = home.run(&format!("{check} --set tags=[latest]"));
    assert_eq!(ran.code, 8, "{ran:?}");
    assert!(hint(&ran).ends_with(r#"--set 'tags:=["latest"]'"#), "{ran:?}");
    // What is a word stays one.
    let ran = home.run(&format!("{check} --set tags:=latest"));
    assert_eq!(hint(&ran), "for a string, write tags=VALUE");
    // And a blank ends one.
    let ran = home.run(&format!("{check} --set tags:=[latest, dev]"));
    assert!(hint(&ran).starts_with("a shell parts words at blanks"), "{ran:?}");
}

#[test]
fn everything_that_a_schema_refuses_is_named_at_once() {
    let home = Home::new();
    let check = "check registry.example.com/app:v1 --uri registry.example.com --flavor";
    let ran = home.run(&format!("{check} fresh --set max_dys:=3 --set colour=red"));
    assert_eq!(ran.code, 8, "{ran:?}");
    assert!(
        ran.stderr.contains("there is no setting `colour` or `max_dys` (did you mean `max_days`?); the setting `max_days` is missing"),
        "{ran:?}"
    );
    assert_eq!(hint(&ran), "`pushgate flavor describe fresh` shows the settings that it takes");
    // A value of the wrong type does not hide the rest.
    let ran = home.run(&format!("{check} forbid-tags --set tags=latest --set tgas=x"));
    assert!(ran.stderr.contains("`tgas` (did you mean `tags`?)") && ran.stderr.contains("the setting `tags` is not"), "{ran:?}");
    // An enum is whole, with what was meant.
    let ran = home.run(&format!("{check} max-size --set compressed=1GB --set unknown=refuze"));
    assert!(ran.stderr.contains("is not one of ") && ran.stderr.contains("(did you mean \"refuse\"?)"), "{ran:?}");
    let described = home.must("flavor describe max-size --output json").json();
    let words = described["flavor"]["settings_schema"]["properties"]["unknown"]["enum"].as_array().expect("an enum").clone();
    assert!(words.len() > 1 && words.iter().all(|word| ran.stderr.contains(&word.to_string())), "{ran:?}");
}

#[test]
fn a_description_shows_defaults() {
    let home = Home::new();
    let ran = home.must("flavor describe forbid-tags");
    assert!(ran.stdout.contains("tags (array, default [\"latest\"]): "), "{ran:?}");
    let ran = home.must("flavor describe semver-tags");
    assert!(ran.stdout.contains(", default \"optional\")") && ran.stdout.contains("(boolean, default true)"), "{ran:?}");
}

#[test]
fn a_push_that_cannot_be_confirmed_says_what_to_look_at() {
    let home = home_with_image();
    let registry = Registry::start_blocking(Options::default().misbehave(Rule::on(Step::ManifestPut, Switch::Forget))).expect("a registry");
    let host = registry.host();
    let ran = home.run(&format!("push {host}/app:v1 --uri {host} --from oci:image"));
    assert_eq!(ran.code, 9, "{ran:?}");
    assert!(hint(&ran).contains("look at what the registry serves under the tag before you push again"), "{ran:?}");
}

#[test]
fn an_image_that_cannot_be_read_is_the_sources_fault_for_one_reason() {
    let home = Home::new();
    home.write("broken/index.json", "{");
    home.write("broken/oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    for (source, flavor) in [("oci:missing", "non-root"), ("oci:broken", "platforms"), ("docker-archive:missing.tar", "require-labels")] {
        let settings = match flavor {
            "platforms" => r#" --set required:=["linux/amd64"]"#,
            "require-labels" => r#" --set labels:=["a"]"#,
            _ => "",
        };
        let line = format!("registry.example.com/app:v1 --uri registry.example.com --from {source} --flavor {flavor}{settings}");
        let (check, push) = (home.run(&format!("check {line}")), home.run(&format!("push {line}")));
        assert_eq!((check.code, push.code), (6, 6), "{check:?} {push:?}");
        // A check, which asks first, says just what a push says, which reads first; and which flavor wanted the image.
        assert_eq!(check.stderr, format!("unavailable {flavor}\n{}", push.stderr));
        let json = home.run(&format!("check {line} --output json")).json();
        assert_eq!((&json["hooks"][0]["verdict"], &json["error"]["kind"]), (&"unavailable".into(), &"source_failed".into()), "{json}");
    }
}

#[test]
fn a_server_that_fails_is_unavailable() {
    let home = Home::new();
    let registry = Registry::start_blocking(Options::default().misbehave(Rule::on(Step::Any, Switch::Status(403)))).expect("a registry");
    let host = registry.host();
    let ran = home.run(&format!("check {host}/app:v1 --uri {host} --flavor immutable-tags --grant registry"));
    assert!(ran.code == 7 && ran.stderr.starts_with("unavailable immutable-tags\n"), "{ran:?}");
    let ran = home.run(&format!("check {host}/app:v1 --uri {host} --flavor dockerhub --flavor forbid-tags"));
    assert_eq!(ran.code, 8, "{ran:?}");
    assert!(ran.stderr.starts_with("misconfigured dockerhub\nnot asked     forbid-tags\n"), "{ran:?}");
}

#[test]
fn a_flag_that_is_not_there_is_told_what_it_is_elsewhere() {
    let home = Home::new();
    let ran = home.run("registry remove-hook prod --flavor forbid-tags");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(hint(&ran), "<FLAVOR> has no flag here: pushgate registry remove-hook <NAME> <FLAVOR>");
    assert!(!ran.stderr.contains("--color"), "{ran:?}");
    let json = home.run("registry remove-hook prod --flavor forbid-tags --output json").json();
    assert_eq!(json["error"]["hint"], "<FLAVOR> has no flag here: pushgate registry remove-hook <NAME> <FLAVOR>");
    let json = home.run("registry add-hook prod --output json").json();
    assert_eq!(json["error"]["message"], "the following required arguments were not provided: --flavor <FLAVOR>");
}

#[test]
fn a_digest_or_an_odd_host_is_told_what_it_is() {
    let home = Home::new();
    let digest = format!("@sha256:{}", "0".repeat(64));
    let ran = home.run(&format!("check registry.example.com/app:v1{digest} --uri registry.example.com"));
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(!ran.stderr.contains("latest") && hint(&ran).contains("`registry.example.com/app:v1`"), "{ran:?}");
    let ran = home.run(&format!("check registry.example.com/app{digest} --uri registry.example.com"));
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(!ran.stderr.contains("latest") && hint(&ran).contains("--direct"), "{ran:?}");
    home.must("check a.0xg/app:v1 --uri a.0xg");
    home.must("registry register odd --uri A.0XG:5000/team");
    for host in ["a.0x", "1.0Xff", "127.0.0.09"] {
        let ran = home.run(&format!("check {host}/app:v1 --uri {host}"));
        assert!(ran.code == 2 && ran.stderr.contains("is not an IPv4 address"), "{host}: {ran:?}");
    }
}
