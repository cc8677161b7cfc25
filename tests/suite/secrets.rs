//! No secret reaches an output: not on success, not on failure, not with `-vvv`, and not through whoever repeats it.

use pushgate_test_engine::{Endpoint, Engine, Image as EngineImage, Options as EngineOptions, Rule as EngineRule, Switch as EngineSwitch};
use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};

use crate::support::{Home, Ran, User};

const CANARY: &str = "S3CRET-CANARY-Zm9v";

#[track_caller]
fn assert_silent(ran: &Ran, what: &str) {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("person:{CANARY}"));
    let printed = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!printed.contains(CANARY), "{what}: the password: {printed}");
    assert!(!printed.contains(&encoded), "{what}: the header: {printed}");
}

fn home() -> Home {
    let home = Home::new();
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&Image::new().raw_layer(vec![7; 2000]), None)).expect("a layout");
    home
}

#[test]
fn registries_that_repeat_what_they_were_sent() {
    let honest = || Options::default().basic("person", CANARY);
    for (what, options) in [
        ("an honest push", honest()),
        ("an honest push with a token", Options::default().token("person", CANARY)),
        ("an error page", honest().misbehave(Rule::on(Step::UploadStart, Switch::HtmlEcho { status: 500, size: 100_000 }))),
        (
            "an error page of the token server",
            Options::default().token("person", CANARY).misbehave(Rule::on(Step::Token, Switch::HtmlEcho { status: 500, size: 100_000 })),
        ),
        ("a refused manifest", honest().misbehave(Rule::on(Step::ManifestPut, Switch::HtmlEcho { status: 400, size: 10_000 }))),
        ("a wrong password", Options::default().basic("person", "another")),
        ("a wrong password for a token", Options::default().token("person", "another")),
    ] {
        let home = home();
        let registry = Registry::start_blocking(options).expect("a registry");
        home.log_in(&registry.host(), &User::new("person", CANARY));
        for more in ["", "-vvv", "--output json -vvv"] {
            let ran = home.run(&format!("push {0}/app:v1 --uri {0} --from oci:image {more}", registry.host()));
            assert_silent(&ran, what);
        }
        let sent = registry.requests().iter().any(|request| request.header("authorization").is_some());
        assert!(sent, "{what}: the password was used");
    }
}

#[test]
fn engines_that_repeat_what_they_were_sent() {
    for switch in [
        EngineSwitch::HtmlEcho { status: 500, size: 50_000 },
        EngineSwitch::StreamError {
            position: pushgate_test_engine::Position::Middle,
            line: pushgate_test_engine::error_line(&format!("bad password {CANARY}")),
        },
    ] {
        let home = home();
        let registry = Registry::start_blocking(Options::default().basic("person", CANARY)).expect("a registry");
        let engine =
            Engine::start_blocking(EngineOptions::default().misbehave(EngineRule::on(Endpoint::Push, switch.clone()))).expect("an engine");
        let name = format!("{}/app:v1", registry.host());
        engine.add_image(&EngineImage::default(), &[&name]);
        home.log_in(&registry.host(), &User::new("person", CANARY));
        let words = ["push", &name, "--uri", &registry.host(), "-vvv", "--output", "json"];
        let ran = Ran::from(home.command(words).env("DOCKER_HOST", engine.docker_host()).output().expect("the command runs"));
        assert_ne!(ran.code, 0);
        assert_silent(&ran, &format!("{switch:?}"));
        let sent = engine.requests().iter().any(|request| request.registry_auth.credentials().password == CANARY);
        assert!(sent, "the password was used");
    }
}

#[test]
fn a_description_tells_where_a_credential_is_and_not_what_it_is() {
    let home = home();
    home.log_in("registry.example.com", &User::new("person", CANARY));
    home.must("registry register prod --uri registry.example.com/team");
    for more in ["", "--output json", "-vvv"] {
        let ran = home.must(&format!("registry describe prod {more}"));
        assert!(ran.stdout.contains(".docker/config.json"), "{ran:?}");
        assert_silent(&ran, "describe");
    }
}

#[test]
fn a_damaged_docker_config_is_told_without_its_contents() {
    let home = home();
    home.write(".docker/config.json", format!(r#"{{"auths":{{"registry.example.com":{{"auth":"{CANARY}"}}}},"#));
    home.must("registry register prod --uri registry.example.com");
    assert_silent(&home.run("registry describe prod"), "describe");
    let ran = home.run("push registry.example.com/app:v1 --from oci:image");
    assert_eq!(ran.code, 7, "{ran:?}");
    assert_silent(&ran, "push");
}
