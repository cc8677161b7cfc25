//! The conformance suite of the OCI distribution-spec against the honest test registry: so the fake is known to be a registry.

use std::process::{Command, Stdio};

use pushgate_test_registry::{Options, Registry};

use crate::support::{Home, built};

fn conforms(options: Options, credentials: Option<(&str, &str)>) {
    let home = Home::new();
    let registry = Registry::start_blocking(options).expect("a registry");
    let mut command = Command::new(built("PUSHGATE_TEST_CONFORMANCE"));
    command
        .current_dir(home.path())
        .env_clear()
        .env("HOME", home.path())
        .env("OCI_REGISTRY", registry.host())
        .env("OCI_TLS", "disabled")
        // With what is optional in 1.1, too.
        .env("OCI_VERSION", "dev")
        .stdin(Stdio::null());
    if let Some((username, password)) = credentials {
        command.env("OCI_USERNAME", username).env("OCI_PASSWORD", password);
    }
    let output = command.output().expect("the suite runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let wrong: Vec<&str> = text.lines().filter(|line| line.ends_with(": FAIL") || line.ends_with(": Error")).collect();
    assert!(output.status.success(), "{wrong:#?}\n{}", String::from_utf8_lossy(&output.stderr));
    // What it counts itself: nothing is left out, so that a suite that asks nothing is not taken for a success.
    let count = |result: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(&format!("{result}.."))).expect("a summary");
        line.rsplit(' ').next().and_then(|count| count.parse::<u32>().ok()).expect("a count")
    };
    assert_eq!((count("FAIL"), count("Error"), count("Disabled")), (0, 0, 0));
    assert!(count("Pass") > 900, "{}", count("Pass"));
}

#[test]
#[ignore = "needs the conformance suite of the OCI distribution-spec: cargo xtask test"]
fn the_test_registry_conforms() {
    conforms(Options::default(), None);
}

#[test]
#[ignore = "needs the conformance suite of the OCI distribution-spec: cargo xtask test"]
fn the_test_registry_conforms_with_a_password() {
    conforms(Options::default().basic("person", "secret"), Some(("person", "secret")));
}

#[test]
#[ignore = "needs the conformance suite of the OCI distribution-spec: cargo xtask test"]
fn the_test_registry_conforms_with_tokens() {
    conforms(Options::default().token("person", "secret"), Some(("person", "secret")));
}
