//! What is asked before something is given away or lost: on a terminal, with `no` as the default; elsewhere a flag says yes.

use std::path::PathBuf;

use serde_json::json;

use crate::support::{Home, Ran, Terminal, assert_whole, guest, shipped};

/// A home with the flavor `tags`, which `prod` asks with grants and a credential, and another component that calls itself so.
fn home_with_tags() -> (Home, PathBuf) {
    let home = Home::new();
    home.must(&format!("flavor register {} --name tags", shipped(&home, "forbid-tags").display()));
    home.must(
        "registry register prod --uri registry.example.com/team --flavor tags --grant registry --grant http=https://a.example --credential \
         https://a.example=bearer --set tags:=[\"latest\"]",
    );
    let other = shipped(&home, "require-labels");
    (home, other)
}

fn on_a_terminal(home: &Home, line: &str, answer: &str) -> Ran {
    Terminal::run(home.command(line.split_whitespace())).answer("[y/N] ", answer).end()
}

fn catalog(home: &Home) -> String {
    std::fs::read_to_string(home.catalog()).expect("the catalog")
}

#[test]
fn another_component_is_given_what_registries_grant_only_with_a_yes() {
    let (home, other) = home_with_tags();
    let line = format!("flavor register {} --name tags --replace", other.display());
    let before = catalog(&home);
    assert_whole!(home, home.run(&line));
    assert_eq!(home.run(&format!("{line} --output json")).json()["error"]["kind"], "usage");
    for answer in ["", "n", "no", "yess", "j"] {
        let ran = on_a_terminal(&home, &line, answer);
        assert_eq!(ran.code, 2, "`{answer}`: {ran:?}");
        assert!(
            ran.stderr.contains("prod asks it, granting registry, http=https://a.example, with the credentials https://a.example=bearer"),
            "{ran:?}"
        );
    }
    assert_eq!(catalog(&home), before);
    let ran = on_a_terminal(&home, &line, " Yes ");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("replaced tags sha256:"), "{ran:?}");
    assert_ne!(catalog(&home), before);
    // It is that component now: nothing is asked.
    assert!(home.must(&line).stdout.starts_with("unchanged tags"));

    let back = format!("flavor register {} --name tags --replace", home.join("forbid-tags.wasm").display());
    assert!(home.must(&format!("{back} --yes")).stderr.contains("prod asks it, granting"));
    assert_eq!(catalog(&home), before);
}

#[test]
fn what_no_registry_asks_is_replaced_without_a_question() {
    let home = Home::new();
    home.must(&format!("flavor register {} --name tags", shipped(&home, "forbid-tags").display()));
    home.must("registry register prod --uri registry.example.com/team --flavor forbid-tags --set tags:=[\"latest\"]");
    let ran = home.must(&format!("flavor register {} --name tags --replace", shipped(&home, "require-labels").display()));
    assert!(ran.stdout.starts_with("replaced tags"), "{ran:?}");
}

/// A name that a registry asks and that no component has: whatever is registered under it gets the grants.
#[test]
fn a_name_that_registries_ask_already_is_no_free_name() {
    let (home, other) = home_with_tags();
    let dangling =
        catalog(&home).lines().filter(|line| !line.starts_with("[flavors") && !line.starts_with("digest")).collect::<Vec<_>>().join("\n");
    std::fs::write(home.catalog(), &dangling).expect("the catalog");
    let line = format!("flavor register {} --name tags", other.display());
    let ran = home.run(&line);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("prod asks it, granting registry"), "{ran:?}");
    assert_eq!(catalog(&home), dangling);
    let ran = on_a_terminal(&home, &line, "y");
    assert!(ran.code == 0 && ran.stderr.contains("the flavor tags is no component, and would be sha256:"), "{ran:?}");
}

#[test]
fn a_registry_that_is_unusable_is_named_too() {
    let (home, other) = home_with_tags();
    std::fs::write(home.catalog(), catalog(&home).replace("uri = ", "url = ")).expect("the catalog");
    let ran = home.run(&format!("flavor register {} --name tags --replace", other.display()));
    assert!(ran.code == 2 && ran.stderr.contains("prod asks it, and its entry is unusable"), "{ran:?}");
}

#[test]
fn a_component_with_another_name_than_its_file_is_told() {
    let home = Home::new();
    std::fs::copy(guest("passthrough"), home.join("tag_policy.wasm")).expect("a copy");
    let ran = home.must("flavor register tag_policy.wasm");
    assert!(ran.stderr.contains("the component in tag_policy.wasm calls itself passthrough, and gets that name"), "{ran:?}");
    assert!(!home.must("flavor register tag_policy.wasm --name tags").stderr.contains("calls itself"));
    std::fs::copy(guest("passthrough"), home.join("Passthrough.wasm")).expect("a copy");
    assert!(!home.must("flavor register Passthrough.wasm").stderr.contains("calls itself"));
}

/// Both what is shown and what is typed have to be a terminal's.
#[test]
fn a_question_needs_a_terminal_on_both_sides() {
    let (home, other) = home_with_tags();
    let line = format!("flavor register {} --name tags --replace", other.display());
    let script = format!("\"$0\" {line} 2>error; echo $? >code");
    let mut command = home.command(std::iter::empty::<&str>());
    let program = command.get_program().to_owned();
    command = {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script]).arg(program).current_dir(home.path()).env_clear().env("HOME", home.path()).env("PATH", "/usr/bin:/bin");
        shell
    };
    Terminal::run(command).end();
    assert_eq!(std::fs::read_to_string(home.join("code")).expect("a code"), "2\n");
    assert!(std::fs::read_to_string(home.join("error")).expect("what it said").contains("give --yes"));
}

fn zenml(home: &Home) {
    let document = json!({
        "name": "prod", "type": "container_registry", "flavor": "pushgate", "service_connector": null,
        "configuration": {
            "uri": "registry.example.com/team", "pushgate_flavor": "tags", "settings": { "tags": ["latest"] },
            "grants": ["registry", "http=https://evil.example:443"], "credentials": ["https://evil.example=bearer"],
        },
    });
    home.write("zenml.json", document.to_string());
    home.must(&format!("flavor register {} --name tags", shipped(home, "forbid-tags").display()));
}

#[test]
fn a_file_brings_no_grants_without_a_yes() {
    let line = "registry import --zenml zenml.json";
    let home = Home::new();
    zenml(&home);
    assert_whole!(home, home.run(line));
    assert!(!catalog(&home).contains("grants") && !catalog(&home).contains("credentials"), "{}", catalog(&home));
    home.must("check registry.example.com/team/app:v1");

    for (answer, taken) in [("n", false), ("", false), ("y", true)] {
        let home = Home::new();
        zenml(&home);
        let ran = on_a_terminal(&home, line, answer);
        assert_eq!(ran.code, 0, "{ran:?}");
        for thing in ["the grant `registry`", "the grant `http=https://evil.example`", "the credential `https://evil.example=bearer`"] {
            assert!(ran.stderr.contains(thing), "{ran:?}");
        }
        assert_eq!(catalog(&home).contains("evil.example"), taken, "{}", catalog(&home));
    }

    let home = Home::new();
    zenml(&home);
    let ran = home.must(&format!("{line} --grants --output json"));
    assert!(ran.stderr.contains("taken over: the grant `http=https://evil.example`"), "{ran:?}");
    let registry = &ran.json()["registry"];
    assert_eq!(registry["grants"], json!(["registry", "http=https://evil.example"]));
    assert_eq!((&registry["credentials"], &registry["left_out"]), (&json!(["https://evil.example=bearer"]), &json!([])));
}

/// A flavor that cannot do without them is not registered without them.
#[test]
fn a_flavor_that_needs_what_was_left_out_says_how_to_take_it() {
    let home = Home::new();
    let configuration = json!({ "uri": "123456789012.dkr.ecr.eu-central-1.amazonaws.com" });
    let document = json!({
        "name": "prod", "type": "container_registry", "flavor": "aws", "service_connector": null, "configuration": configuration,
    });
    home.write("zenml.json", document.to_string());
    let ran = home.run("registry import --zenml zenml.json");
    assert_eq!(ran.code, 8, "{ran:?}");
    assert_whole!(home, ran);
    assert!(!home.catalog().exists());
    home.must("registry import --zenml zenml.json --grants");
    assert!(catalog(&home).contains("https://api.ecr.eu-central-1.amazonaws.com=sigv4:service=ecr,region=eu-central-1"));
}

#[test]
fn what_is_lost_with_a_registry_or_a_hook_is_told() {
    let home = Home::new();
    home.must("registry register prod --uri registry.example.com --flavor forbid-tags --set tags:=[\"latest\"]");
    home.must("registry add-hook prod --flavor require-labels --set labels:=[\"a\"]");
    home.must("registry use prod");
    assert_eq!(home.must("registry remove-hook prod forbid-tags").stderr, "");
    assert!(home.must("registry remove-hook prod require-labels").stderr.contains("prod asks no flavor now"));
    assert!(home.must("registry delete prod").stderr.contains("prod was the default registry; there is none now"));
    home.must("registry register other --uri registry.example.com");
    assert_eq!(home.must("registry delete other").stderr, "");
}

#[test]
fn a_credential_that_takes_the_place_of_another_users_is_told() {
    use std::io::Write as _;
    let home = Home::new();
    let store = |user: &str| {
        let mut command = home.command(["credential", "store", "https://a.example", "--username", user, "--password-stdin"]);
        let piped = std::process::Stdio::piped;
        let mut child = command.stdin(piped()).stdout(piped()).stderr(piped()).spawn().expect("the command runs");
        child.stdin.take().expect("a pipe").write_all(b"S3CRET-CANARY-kept").expect("it reads");
        Ran::from(child.wait_with_output().expect("it ends"))
    };
    for (user, told) in [("alice", false), ("alice", false), ("bob", true)] {
        let ran = store(user);
        assert_eq!((ran.code, ran.stderr.contains("it replaces the credential of another user")), (0, told), "{ran:?}");
    }
}
