//! How a registry is reached: certificates, token servers, proxies, as the command line, the catalog and the environment say it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Proxy, Registry, Rule, Step, Switch};

use crate::support::{Home, Ran, User, assert_whole};

const CANARY: &str = "S3CRET-CANARY-connection";

/// A home with an image in the folder `image`.
fn home() -> Home {
    let home = Home::new();
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&Image::new().raw_layer(vec![7; 2000]), None)).expect("a layout");
    home
}

fn with_variable(home: &Home, line: &str, name: &str, value: &str) -> Ran {
    let ran = Ran::from(home.command(line.split_whitespace()).env(name, value).output().expect("the command runs"));
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(CANARY), "{ran:?}");
    ran
}

#[test]
fn everything_about_it_is_registered_and_described() {
    let home = home();
    let line = "registry register prod --uri registry.example.com/team --ca-file ca.pem --client-certificate me.pem --client-key /etc/me.key \
                --token-server https://auth.example.com --token-server https://Other.example.com:8443/";
    home.must(line);
    assert_eq!(home.must(line).stdout.split(' ').next(), Some("unchanged"));
    let catalog = fs::read_to_string(home.catalog()).expect("a catalog");
    for field in [
        format!("client-certificate = \"{}\"", home.join("me.pem").display()),
        "client-key = \"/etc/me.key\"".to_owned(),
        "token-servers = [\"https://auth.example.com\", \"https://other.example.com:8443\"]".to_owned(),
    ] {
        assert!(catalog.contains(&field), "{field}: {catalog}");
    }
    assert_whole!(home, home.must("registry describe prod"));
    assert_whole!(home, home.must("registry describe prod --output json"));
}

#[test]
fn flags_that_make_no_sense_are_refused() {
    let home = home();
    for more in [
        "--client-certificate me.pem",
        "--client-key me.key",
        "--plain-http --client-certificate me.pem --client-key me.key",
        "--token-server auth.example.com",
        "--token-server https://auth.example.com/token",
        "--token-server https://u:p@auth.example.com",
    ] {
        assert_eq!(home.run(&format!("registry register prod --uri registry.example.com {more}")).code, 2, "{more}");
        assert_eq!(home.run(&format!("check registry.example.com/app:v1 --uri registry.example.com {more}")).code, 2, "{more}");
    }
    assert!(!home.catalog().exists());
}

#[test]
fn a_certificate_is_shown_to_a_registry_that_asks() {
    let home = home();
    let mut options = Options::default().tls();
    options.client_certificates = true;
    let registry = Registry::start_blocking(options).expect("a registry");
    let identity = registry.client_identity().expect("an identity").expect("TLS");
    home.write("ca.pem", registry.ca_pem().expect("TLS"));
    home.write("me.pem", &identity.certificate);
    let key = home.write("me.key", &identity.key);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("a mode");
    let push = format!("push {0}/app:v1 --uri {0} --from oci:image --tls --ca-file ca.pem", registry.host());
    let shown = format!("{push} --client-certificate me.pem --client-key me.key");

    let without = home.run(&push);
    assert_eq!(without.code, 7, "{without:?}");
    assert!(without.stderr.contains("hint: the server asks for a certificate"), "{without:?}");
    let with = home.run(&shown);
    assert!(with.code == 0 && !with.stderr.contains("warning"), "{with:?}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("a mode");
    assert!(home.must(&shown).stderr.contains("holds a private key and can be read by other users"));

    home.write("me.key", "no key");
    let broken = home.run(&shown);
    assert_eq!(broken.code, 7, "{broken:?}");
    assert_whole!(home, broken);
}

#[test]
fn a_proxy_of_the_environment_is_used() {
    let home = home();
    let mut options = Options::default().tls().basic("person", CANARY);
    options.tls_names = vec!["registry.test".to_owned()];
    let registry = Registry::start_blocking(options).expect("a registry");
    let proxy = Proxy::start(registry.address()).expect("a proxy");
    home.write("ca.pem", registry.ca_pem().expect("TLS"));
    home.log_in("registry.test", &User::new("person", CANARY));
    let push = "push registry.test/app:v1 --uri registry.test --from oci:image --ca-file ca.pem -vv";
    let url = format!("http://me:{CANARY}@{}", proxy.host());
    for variable in ["HTTPS_PROXY", "https_proxy"] {
        let ran = with_variable(&home, push, variable, &url);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    assert!(proxy.requests().iter().all(|request| request.method == "CONNECT" && request.target == "registry.test:443"));
    let asked = proxy.requests().len();
    assert!(asked > 0);

    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        for bad in [format!("socks4://me:{CANARY}@{}", proxy.host()), format!("http://me:{CANARY}@@x")] {
            let ran = with_variable(&home, push, variable, &bad);
            assert_eq!(ran.code, 7, "{ran:?}");
            assert!(ran.stderr.contains(&format!("{variable} cannot be used")), "{ran:?}");
        }
    }
    // A check sends nothing, so that it needs no proxy.
    assert_eq!(with_variable(&home, "check registry.test/app:v1 --uri registry.test", "HTTPS_PROXY", "ftp://x").code, 0);
    assert_eq!(proxy.requests().len(), asked);
}

#[test]
fn a_socks_proxy_of_the_environment_is_used() {
    let home = home();
    let mut options = Options::default().tls().basic("person", CANARY);
    options.tls_names = vec!["registry.test".to_owned()];
    let registry = Registry::start_blocking(options).expect("a registry");
    let proxy = Proxy::socks(registry.address(), Some(&format!("me:{CANARY}")), 0).expect("a proxy");
    home.write("ca.pem", registry.ca_pem().expect("TLS"));
    home.log_in("registry.test", &User::new("person", CANARY));
    let push = "push registry.test/app:v1 --uri registry.test --from oci:image --ca-file ca.pem -vv";
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let ran = with_variable(&home, push, variable, &format!("socks5h://me:{CANARY}@{}", proxy.host()));
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    assert!(proxy.requests().iter().all(|request| request.target == "registry.test:443"));
    let ran = with_variable(&home, push, "ALL_PROXY", &format!("socks5h://{}", proxy.host()));
    assert!(ran.code == 7 && ran.stderr.contains("asks for a username and a password"), "{ran:?}");
}

#[test]
fn loopback_goes_past_variables_that_cannot_be_used() {
    let home = home();
    let registry = Registry::start_blocking(Options::default()).expect("a registry");
    let engine = pushgate_test_engine::Engine::start_blocking(pushgate_test_engine::Options::default()).expect("an engine");
    engine.add_image(&pushgate_test_engine::Image::default(), &[&format!("{}/team/app:v1", registry.host())]);
    let bad = format!("socks4://me:{CANARY}@proxy.example");
    let variables = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"].map(|name| (name, bad.as_str()));
    for source in ["--from oci:image", ""] {
        let line = format!("push {0}/team/app:v1 --uri {0} {source}", registry.host());
        let mut command = home.command(line.split_whitespace());
        let ran = Ran::from(command.envs(variables).env("DOCKER_HOST", engine.docker_host()).output().expect("the command runs"));
        assert_eq!(ran.code, 0, "{source} {ran:?}");
    }
    let line = "push registry.test/app:v1 --uri registry.test --from oci:image";
    let ran =
        Ran::from(home.command(line.split_whitespace()).envs(variables).env("NO_PROXY", "other.test").output().expect("the command runs"));
    assert!(ran.code == 7 && ran.stderr.contains("HTTPS_PROXY cannot be used"), "{ran:?}");
}

#[test]
fn a_password_is_not_sent_in_clear_past_a_proxy() {
    let home = home();
    let registry = Registry::start_blocking(Options::default().basic("person", CANARY)).expect("a registry");
    let proxy = Proxy::start(registry.address()).expect("a proxy");
    home.log_in("registry.test", &User::new("person", CANARY));
    let push = "push registry.test/app:v1 --uri registry.test --plain-http --from oci:image";
    let ran = with_variable(&home, push, "HTTP_PROXY", &format!("http://{}", proxy.host()));
    assert_eq!(ran.code, 7, "{ran:?}");
    assert_whole!(home, ran);
    assert!(proxy.requests().iter().all(|request| request.field("authorization").is_none()));
}

#[test]
fn a_token_server_elsewhere_is_named_with_the_flag_that_allows_it() {
    let home = home();
    let registry = Registry::start_blocking(Options::default().token("person", CANARY)).expect("a registry");
    registry.misbehave(Rule::on(Step::Any, Switch::Realm("http://10.9.9.9/token".to_owned())));
    home.log_in(&registry.host(), &User::new("person", CANARY));
    let ran = home.run(&format!("push {0}/app:v1 --uri {0} --from oci:image", registry.host()));
    assert_eq!(ran.code, 7, "{ran:?}");
    assert_whole!(home, ran);
}
