//! What a catalog of others does not decide (decision 0041): where a credential of the user goes, and how it travels there.

use std::fs;
use std::process::Stdio;

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry};
use serde_json::json;

use crate::support::{Home, Ran, User, assert_whole, guest};

const CANARY: &str = "S3CRET-CANARY-trust";

/// A home with an image in the folder `image`, and a catalog in the folder `work`, where a repository would bring it.
fn home(entries: &str) -> Home {
    let home = Home::new();
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&Image::new().raw_layer(vec![7; 2000]), None)).expect("a layout");
    home.write("work/catalog.toml", format!("version = 1\n{entries}"));
    home
}

/// A registry over TLS whose authority only its CA file knows, and a home where its password is kept.
fn stage() -> (Home, Registry) {
    let registry = Registry::start_blocking(Options::default().tls().basic("person", CANARY)).expect("a registry");
    let home = home("");
    let ca = home.write("ca.pem", registry.ca_pem().expect("TLS"));
    let entry = format!(
        "version = 1\n[registries.prod]\nuri = \"{}/team\"\ntransport = \"tls\"\nca-file = \"{}\"\n\n[registries.open]\nuri = \"open.example\"\n",
        registry.host(),
        ca.display()
    );
    home.write("work/catalog.toml", entry);
    home.log_in(&registry.host(), &User::new("person", CANARY));
    (home, registry)
}

/// Runs a line with the catalog of others, named in both ways.
#[track_caller]
fn with_catalog(home: &Home, line: &str) -> Ran {
    let by_flag = home.run(&format!("{line} --config work/catalog.toml"));
    let by_variable = with_variables(home, line, &[("PUSHGATE_CONFIG", "work/catalog.toml")]);
    assert_eq!((by_flag.code, &by_flag.stdout), (by_variable.code, &by_variable.stdout), "{line}\n{by_flag:?}\n{by_variable:?}");
    by_flag
}

fn with_variables(home: &Home, line: &str, variables: &[(&str, &str)]) -> Ran {
    Ran::from(home.command(line.split_whitespace()).envs(variables.iter().copied()).output().expect("the command runs"))
}

fn with_stdin(home: &Home, line: &str, input: &str) -> Ran {
    use std::io::Write as _;
    let mut command = home.command(line.split_whitespace());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
    // A command that refuses before it reads has closed the pipe.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    Ran::from(child.wait_with_output().expect("it ends"))
}

#[track_caller]
fn refused(ran: &Ran, field: &str) {
    assert_eq!(ran.code, 8, "{ran:?}");
    assert!(ran.stderr.contains("lies outside of your configuration folder, and decides how your credentials for"), "{ran:?}");
    assert!(ran.stderr.contains(&format!("`{field}` (")), "{ran:?}");
    assert!(ran.stderr.contains("trust this catalog: --trust-config, or PUSHGATE_TRUST_CONFIG=1"), "{ran:?}");
}

#[test]
fn no_command_takes_from_it_how_a_password_travels() {
    let (home, registry) = stage();
    let host = registry.host();
    let probe = guest("probe").display();
    home.write("project/cases/asks.toml", format!("image = \"{host}/team/app:v1\"\n[expect]\nverdict = \"approved\"\n"));
    for line in [
        format!("push {host}/team/app:v1 --from oci:image"),
        format!("push {host}/team/app:v1 --from oci:image --registry prod"),
        format!("check {host}/team/app:v1"),
        format!("flavor test project --component {probe} --record --registry prod --grant registry"),
    ] {
        refused(&with_catalog(&home, &line), "ca-file");
    }
    let login = "registry login prod --username person --password-stdin --config work/catalog.toml";
    refused(&with_stdin(&home, login, CANARY), "ca-file");
    assert_whole!(home, with_catalog(&home, &format!("check {host}/team/app:v1")));
    assert!(registry.requests().is_empty(), "nothing was sent");

    // The same in the user's own folder, by whatever path, is the user's.
    fs::create_dir_all(home.join(".config/pushgate")).expect("a folder");
    fs::copy(home.join("work/catalog.toml"), home.join(".config/pushgate/other.toml")).expect("a copy");
    std::os::unix::fs::symlink(home.join(".config"), home.join("linked")).expect("a link");
    for path in [".config/pushgate/other.toml", "work/../.config/pushgate/other.toml", "linked/pushgate/other.toml"] {
        home.must(&format!("push {host}/team/app:v1 --from oci:image --config {path}"));
    }
    let mut here = home.command(["check", &format!("{host}/team/app:v1"), "--config", "other.toml"]);
    let ran = Ran::from(here.current_dir(home.join(".config/pushgate")).output().expect("the command runs"));
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn what_is_repeated_or_trusted_counts() {
    let (home, registry) = stage();
    let push = format!("push {}/team/app:v1 --from oci:image", registry.host());
    // The same, and something in its place.
    for flags in ["--ca-file ca.pem", "--tls --ca-file ca.pem", "--trust-config"] {
        let ran = with_catalog(&home, &format!("{push} {flags}"));
        assert_eq!(ran.code, 0, "{flags}: {ran:?}");
    }
    home.write("other.pem", Registry::start_blocking(Options::default().tls()).expect("a registry").ca_pem().expect("TLS"));
    assert_eq!(with_catalog(&home, &format!("{push} --ca-file other.pem")).code, 7, "what is said counts, and not what is registered");
    // Another field than the one that is said.
    refused(&with_catalog(&home, &format!("{push} --token-server https://auth.example.com")), "ca-file");
    for (value, code) in [("1", 0), ("true", 0), ("", 8), ("0", 8), ("false", 8), ("maybe", 2)] {
        let variables = [("PUSHGATE_CONFIG", "work/catalog.toml"), ("PUSHGATE_TRUST_CONFIG", value)];
        let ran = with_variables(&home, &push, &variables);
        assert_eq!(ran.code, code, "`{value}`: {ran:?}");
    }
    let login = "registry login prod --username person --password-stdin --config work/catalog.toml";
    for flags in ["--ca-file ca.pem", "--trust-config"] {
        let ran = with_stdin(&home, &format!("{login} {flags}"), CANARY);
        assert_eq!(ran.code, 0, "{flags}: {ran:?}");
    }
    let ran = with_stdin(&home, &format!("{login} --ca-file ca.pem"), CANARY);
    assert!(ran.stderr.contains(&format!("in the catalog `work/catalog.toml`, prod is {}", registry.host())), "{ran:?}");
}

#[test]
fn every_field_that_decides_it_is_refused_and_no_other() {
    let certificate = "client-certificate = \"/etc/ssl/me.pem\"\nclient-key = \"/etc/ssl/me.key\"";
    for (lines, field, flags) in [
        ("uri = \"r.example\"\ntransport = \"plain-http\"", "transport", "--plain-http"),
        ("uri = \"r.example\"\nca-file = \"/etc/ssl/evil.pem\"", "ca-file", "--ca-file FILE"),
        (&format!("uri = \"r.example\"\n{certificate}"), "client-certificate", "--client-certificate FILE --client-key FILE"),
        ("uri = \"r.example\"\ntoken-servers = [\"https://auth.evil.example\"]", "token-servers", "--token-server ORIGIN"),
    ] {
        let home = home(&format!("[registries.r]\n{lines}\n"));
        let ran = with_catalog(&home, "check r.example/app");
        refused(&ran, field);
        assert!(ran.stderr.contains(&format!("hint: repeat it on the command line, {flags}, or trust")), "{ran:?}");
        assert_eq!(with_catalog(&home, &format!("check r.example/app {}", flags.replace("ORIGIN", "https://auth.example.com"))).code, 0);
        assert_eq!(with_catalog(&home, "check r.example/app --trust-config").code, 0);
    }
    // Another transport takes its place.
    let plain = home("[registries.r]\nuri = \"r.example\"\ntransport = \"plain-http\"\n");
    assert_eq!(with_catalog(&plain, "check r.example/app --tls").code, 0);
    // On loopback nothing travels, and TLS is what there is without an entry.
    for lines in ["uri = \"localhost:5000\"\ntransport = \"plain-http\"", "uri = \"r.example\"\ntransport = \"tls\"", "uri = \"r.example\""]
    {
        let image = if lines.contains("localhost") { "localhost:5000/app" } else { "r.example/app" };
        assert_eq!(with_catalog(&home(&format!("[registries.r]\n{lines}\n")), &format!("check {image}")).code, 0, "{lines}");
    }
    // Flags that exclude each other are not asked for.
    let both = home("[registries.r]\nuri = \"r.example\"\ntransport = \"plain-http\"\nca-file = \"/etc/ssl/evil.pem\"\n");
    let ran = with_catalog(&both, "check r.example/app");
    assert!(ran.stderr.contains("hint: trust this catalog: --trust-config"), "{ran:?}");
}

#[test]
fn the_other_registries_of_that_catalog_work_and_all_are_shown() {
    let (home, registry) = stage();
    assert_eq!(with_catalog(&home, "check open.example/app:v1").code, 0);
    let shown = with_catalog(&home, "registry list").stdout;
    let line = |name: &str| shown.lines().find(|line| line.starts_with(name)).expect("a line").to_owned();
    assert!(line("prod ").contains("/team (not trusted)") && !line("open ").contains("trusted"), "{shown}");
    assert_whole!(home, with_catalog(&home, "registry describe prod"));
    let listed = with_catalog(&home, "registry list --output json").json();
    assert_eq!(listed["registries"][0]["name"], "open");
    assert_eq!((&listed["registries"][0]["untrusted"], &listed["registries"][1]["untrusted"]), (&json!([]), &json!(["ca-file"])));
    let trusted = with_catalog(&home, "registry describe prod --output json --trust-config").json();
    assert_eq!(trusted["registry"]["untrusted"], json!([]));
    assert!(!with_catalog(&home, "registry describe prod --trust-config").stdout.contains("not trusted"));
    assert!(registry.requests().is_empty());
}

#[test]
fn what_is_written_into_it_says_that_it_will_be_refused() {
    let home = home("");
    let config = "--config work/catalog.toml";
    let ran = home.must(&format!("registry register prod --uri r.example --plain-http {config}"));
    assert_whole!(home, ran);
    refused(&home.run(&format!("check r.example/app {config}")), "transport");
    assert!(
        home.must(&format!("registry update prod --token-server https://a.example {config}")).stderr.contains("transport, token-servers")
    );
    assert_eq!(home.must(&format!("registry update prod --uri r.example/team {config}")).stderr, "");
    assert_eq!(home.must(&format!("registry register own --uri r.example --plain-http {config} --trust-config")).stderr, "");
    assert_eq!(home.must("registry register own --uri r.example --plain-http").stderr, "");
    home.must("check r.example/app");
}

/// A text of the catalog's author reaches the terminal escaped and bounded.
#[test]
fn its_texts_are_escaped() {
    let path = format!("/{}\\u001b]0;pwn\\u0007", "x".repeat(10));
    let home = home(&format!("[registries.r]\nuri = \"r.example\"\nca-file = \"{path}\"\n"));
    for line in ["check r.example/app", "registry describe r"] {
        let ran = with_catalog(&home, line);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains('\u{1b}'), "{ran:?}");
    }
    let long = format!("/{}", "x".repeat(10_000));
    home.write("work/catalog.toml", format!("version = 1\n[registries.r]\nuri = \"r.example\"\nca-file = \"{long}\"\n"));
    assert!(with_catalog(&home, "check r.example/app").stderr.len() < 1_000);
}
