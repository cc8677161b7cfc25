//! Connections are opened while hooks are asked, and nothing goes out on them before the verdict.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Proxy, Registry};

use crate::support::Home;

const CANARY: &str = "S3CRET-CANARY-ahead";

/// How many connections a registry has accepted by now: one more is made and waited for, since they are accepted in
/// their order.
fn connections(registry: &Registry) -> u64 {
    let before = registry.connections();
    let last = TcpStream::connect(registry.address()).expect("the registry listens");
    let limit = Instant::now() + Duration::from_secs(30);
    loop {
        let now = registry.connections();
        if now > before || Instant::now() > limit {
            drop(last);
            return now - 1;
        }
        sleep(Duration::from_millis(1));
    }
}

/// A push that a flavor refuses, with credentials for the registry; gives how many connections the registry saw. It
/// must have seen no request.
fn refused(options: Options, more: &[&str], variable: Option<(&str, String)>) -> u64 {
    let home = Home::new();
    let image = (0..4).fold(Image::new(), |image, layer| image.raw_layer(vec![layer; 2000]));
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
    let registry = Registry::start_blocking(options).expect("a registry");
    let auths = serde_json::json!({ "auths": { registry.host(): { "username": "me", "password": CANARY } } });
    home.write(".docker/config.json", auths.to_string());
    if let Some(authority) = registry.ca_pem() {
        let identity = registry.client_identity().expect("an identity").expect("TLS");
        home.write("ca.pem", authority);
        home.write("me.pem", &identity.certificate);
        let key = home.write("me.key", &identity.key);
        fs::set_permissions(key, fs::Permissions::from_mode(0o600)).expect("a mode");
    }
    let line = format!("push {0}/app:latest --uri {0} --from oci:image --flavor forbid-tags", registry.host());
    let mut command = home.command(line.split_whitespace().chain(more.iter().copied()));
    command.envs(variable);
    let output = command.output().expect("the command runs");
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let opened = connections(&registry);
    assert_eq!(registry.requests().len(), 0, "{:?}", registry.requests());
    opened
}

#[test]
fn a_refused_push_connected_and_asked_nothing() {
    let secured = || Options::default().tls().token("me", CANARY);
    assert_eq!(refused(Options::default().basic("me", CANARY), &[], None), 2);
    // The config and four layers.
    assert_eq!(refused(secured(), &["--tls", "--ca-file", "ca.pem"], None), 5);
}

#[test]
fn nothing_is_opened_that_would_tell_who_pushes() {
    let secured = || Options::default().tls().basic("me", CANARY);
    // A server can ask for the certificate while the connection is set up.
    let certificate = ["--tls", "--ca-file", "ca.pem", "--client-certificate", "me.pem", "--client-key", "me.key"];
    for asks in [true, false] {
        let options = Options { client_certificates: asks, ..secured() };
        assert_eq!(refused(options, &certificate, None), 0, "{asks}");
    }
    // A proxy is told the registry's name, and its own password.
    let elsewhere = Registry::start_blocking(Options::default()).expect("a registry");
    let proxy = Proxy::start(elsewhere.address()).expect("a proxy");
    let url = format!("http://me:{CANARY}@{}", proxy.host());
    let opened = refused(Options::default(), &["--plain-http"], Some(("HTTP_PROXY", url.clone())));
    assert!(opened == 2 || opened == 0, "loopback goes past proxies: {opened}");
    let home = Home::new();
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&Image::new(), None)).expect("a layout");
    let line = "push registry.test/app:latest --uri registry.test --from oci:image --flavor forbid-tags";
    for (variable, more) in [("HTTP_PROXY", "--plain-http"), ("HTTPS_PROXY", "--tls")] {
        let mut command = home.command(line.split_whitespace().chain([more]));
        let output = command.env(variable, &url).output().expect("the command runs");
        assert_eq!(output.status.code(), Some(4), "{output:?}");
    }
    assert_eq!(connections(&elsewhere), 0);
    assert!(proxy.requests().is_empty(), "{} requests", proxy.requests().len());
}

#[test]
fn a_check_opens_nothing() {
    let home = Home::new();
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&Image::new(), None)).expect("a layout");
    let registry = Registry::start_blocking(Options::default()).expect("a registry");
    home.must(&format!("check {0}/app:v1 --uri {0} --from oci:image --flavor forbid-tags", registry.host()));
    assert_eq!(connections(&registry), 0);
}
