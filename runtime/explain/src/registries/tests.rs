use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pushgate_client::{ClientOptions, Refusal, RegistryClient, Said, Site};
use pushgate_credentials::{CredentialSources, Credentials, Secret};
use pushgate_net::ClientCertificate;
use pushgate_oci::Digest;
use pushgate_reference::{Host, Scheme};
use pushgate_test_registry::{Options, Registry, Rule, Switch};
use tempfile::TempDir;

use super::*;

const CANARY: &str = "S3CRET-CANARY-explain";

fn context(registered: Option<&str>, step: Step) -> RequestContext {
    RequestContext { origin: Site::new("https://r.example".to_owned(), registered), repository: "team/app".into(), step }
}

/// Something that happened to a registry that is registered as `prod`, or to one that is not.
fn fetching(registered: Option<&str>) -> RequestContext {
    context(registered, Step::FetchManifest("v1".to_owned()))
}

/// The error of a client that fetches a manifest.
fn failure(options: ClientOptions) -> RegistryError {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { RegistryClient::new(options).unwrap().manifest("team/app", "v1").await.unwrap_err() })
}

fn options(registry: &Registry, scheme: Scheme) -> ClientOptions {
    ClientOptions::new(Host::parse(&registry.host()).unwrap(), scheme)
}

fn written(folder: &TempDir, name: &str, content: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

#[test]
fn a_failure_of_tls_names_the_flag_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let tls = Registry::start_blocking(Options::default().tls()).unwrap();
    let other = Registry::start_blocking(Options::default().tls()).unwrap();
    let plain = Registry::start_blocking(Options::default()).unwrap();
    let mut asking = Options::default().tls();
    asking.client_certificates = true;
    let asking = Registry::start_blocking(asking).unwrap();
    let ca = |registry: &Registry, name: &str| written(&folder, name, registry.ca_pem().unwrap());
    let (ca_of_tls, ca_of_other, ca_of_asking) = (ca(&tls, "tls.pem"), ca(&other, "other.pem"), ca(&asking, "asking.pem"));
    for (registry, ca_file, words, flag) in [
        (&tls, &ca_of_other, "name its file with", "--ca-file FILE"),
        (&plain, &ca_of_tls, "if the registry does not speak TLS, and you trust the network, say", "--plain-http"),
        (
            &asking,
            &ca_of_asking,
            "asks for a certificate that it trusts: name its files with",
            "--client-certificate FILE --client-key FILE",
        ),
    ] {
        for registered in [None, Some("prod")] {
            let registered_as = registered.map(str::to_owned);
            let options = ClientOptions { ca_file: Some(ca_file.clone()), registered: registered_as, ..options(registry, Scheme::Https) };
            let given = match registered {
                None => format!("{words} `{flag}`"),
                Some(name) => format!("{words} `pushgate registry update {name} {flag}`"),
            };
            let error = failure(options);
            let hint = error.hint().unwrap();
            assert!(hint.ends_with(&given), "{error:?}: {hint}");
        }
    }
}

#[test]
fn a_registry_that_is_not_there() {
    let gone = Registry::start_blocking(Options::default()).unwrap();
    let options = options(&gone, Scheme::Http);
    let origin = gone.origin();
    drop(gone);
    let error = failure(options);
    assert!(matches!(error, RegistryError::Unreachable { .. }), "{error:?}");
    assert_eq!(error.hint(), Some(format!("is {origin} the right address, and is the registry up?")));
}

#[test]
fn files_for_tls_must_be_in_pem_form() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::start_blocking(Options::default()).unwrap();
    let hint = |options: ClientOptions| match RegistryClient::new(options) {
        Err(error @ RegistryError::Trust(_)) => error.hint(),
        other => panic!("{other:?}"),
    };
    let ca_file = Some(written(&folder, "ca.pem", CANARY));
    let of_ca = hint(ClientOptions { ca_file, ..options(&registry, Scheme::Https) });
    assert_eq!(of_ca.as_deref(), Some("it must hold certificates in PEM form"));
    let (certificate, key) = (written(&folder, "me.pem", CANARY), written(&folder, "me.key", CANARY));
    let client_certificate = Some(ClientCertificate { certificate, key });
    let of_certificate = hint(ClientOptions { client_certificate, ..options(&registry, Scheme::Https) });
    assert_eq!(of_certificate.as_deref(), Some("certificate and key must be in PEM form, the key without a passphrase"));
}

#[test]
fn who_is_not_let_in_is_told_how_to_log_in() {
    let registry = Registry::start_blocking(Options::default().basic("alice", "right")).unwrap();
    let wrong = Credentials::Basic { username: "alice".to_owned(), password: Secret::new(CANARY.to_owned()) };
    let host = registry.host();
    for credentials in [wrong, Credentials::Anonymous] {
        for (registered, expected) in [
            (None, format!("log in with `pushgate registry login NAME` if it is registered, else with `docker login {host}`")),
            (Some("prod"), format!("log in with `pushgate registry login prod`, or with `docker login {host}`")),
        ] {
            let (credentials, registered) = (credentials.clone(), registered.map(str::to_owned));
            let error = failure(ClientOptions { credentials, registered, ..options(&registry, Scheme::Http) });
            assert_eq!(error.hint(), Some(expected), "{error:?}");
        }
    }
    // Docker Hub is the host that Docker itself means.
    assert!(login(&fetching(None), "docker.io").ends_with("else with `docker login`"));
}

#[test]
fn credentials_that_were_not_found_are_the_remedy_where_some_are_asked_for() {
    let registry = Registry::start_blocking(Options::default().basic("alice", "right")).unwrap();
    let credentials_error = Some(Arc::new(helper_missing()));
    let error = failure(ClientOptions { credentials_error, ..options(&registry, Scheme::Http) });
    assert!(error.hint().unwrap().contains("install the helper"), "{error:?}");
}

#[test]
fn a_token_server_elsewhere_is_offered_if_it_can_be_named() {
    let registry = Registry::start_blocking(Options::default().token("alice", "secret")).unwrap();
    let hint = |realm: &str| {
        registry.behave();
        registry.misbehave(Rule::on(pushgate_test_registry::Step::Any, Switch::Realm(realm.to_owned())));
        let credentials = Credentials::Basic { username: "alice".to_owned(), password: Secret::new("secret".to_owned()) };
        failure(ClientOptions { credentials, ..options(&registry, Scheme::Http) }).hint()
    };
    assert_eq!(
        hint("http://10.9.9.9:5001/token").as_deref(),
        Some("nothing was sent there; if you know that it is the registry's, say so with `--token-server http://10.9.9.9:5001`")
    );
    // What is no origin is not offered.
    assert_eq!(hint("http://u:p@10.9.9.9/token"), None);
    let realm = "https://auth.example".to_owned();
    let hint = RegistryError::RealmNotAllowed { context: fetching(Some("prod")), realm }.hint().unwrap();
    assert!(hint.ends_with("say so with `pushgate registry update prod --token-server https://auth.example`"), "{hint}");
}

#[test]
fn what_else_a_registry_or_a_proxy_does() {
    let said = || Box::new(Said::default());
    let status = |code, step| RegistryError::Status { context: context(None, step), code, said: said(), retry_after: None };
    let missing = |missing, step| RegistryError::NotFound { context: context(None, step), missing, said: said() };
    let (upload, manifest) = (|| Step::StartUpload(Digest::sha256(b"")), || Step::FetchManifest("v1".to_owned()));
    let proxy = |scheme: &str, is_about_credentials| RegistryError::Proxy {
        context: fetching(None),
        failure: ProxyFailure { proxy: format!("{scheme}://p.example:1080"), problem: "refuses".to_owned(), is_about_credentials },
    };
    let location = "https://elsewhere.example".to_owned();
    for (error, words) in [
        (RegistryError::Tls { problem: "no authorities".to_owned() }, Some("install the system's CA certificates, or name a CA file")),
        (status(413, upload()), Some("something before the registry, such as a proxy, limits the size of requests")),
        (status(307, manifest()), Some("name it there: in the image's name, and in the registry's URI")),
        (status(307, Step::FetchToken), None),
        (status(500, manifest()), None),
        (missing(Missing::Repository, manifest()), Some("create the repository `team/app` in the registry first")),
        (missing(Missing::Unsaid, upload()), Some("if the registry makes no repositories by itself, create `team/app` there first")),
        (missing(Missing::Unsaid, manifest()), None),
        (missing(Missing::Blob, upload()), None),
        (proxy("http", true), Some("put them into the URL of the proxy, http://USER:PASSWORD@HOST:PORT, or exempt the registry")),
        (proxy("socks5h", true), Some("put them into the URL of the proxy, socks5h://USER:PASSWORD@HOST:PORT, or exempt")),
        (proxy("http", false), Some("if the registry can be reached without a proxy, exempt it with NO_PROXY")),
        (
            RegistryError::ReadByProxy { context: fetching(None), proxy: "http://p.example".to_owned() },
            Some("use TLS, or exempt the registry with NO_PROXY"),
        ),
        (
            RegistryError::ProxyVariable { context: fetching(None), variable: "HTTPS_PROXY", problem: "it is no URL" },
            Some("set HTTPS_PROXY to a URL such as http://proxy.example.com:3128"),
        ),
        (RegistryError::NotAsked { context: fetching(None) }, Some("`docker login` stores it all the same")),
        (
            RegistryError::AsksToWait { context: fetching(None), wait: std::time::Duration::from_secs(900) },
            Some("push again when that time is over"),
        ),
        (RegistryError::UploadElsewhere { context: context(None, upload()), location }, Some("look at `X-Forwarded-Proto`")),
        (RegistryError::Denied { context: fetching(None), refusal: Box::new(Refusal::default()) }, None),
    ] {
        let hint = error.hint();
        match (&hint, words) {
            (Some(hint), Some(words)) => assert!(hint.contains(words), "{error:?}: {hint}"),
            (hint, words) => assert!(hint.is_none() && words.is_none(), "{error:?}: {hint:?}"),
        }
    }
}

#[test]
fn a_push_that_failed_says_what_the_registry_says_or_what_to_look_at() {
    let failed = || RegistryError::ReadByProxy { context: fetching(None), proxy: "http://p.example".to_owned() };
    assert_eq!(PushError::Registry(failed()).hint(), failed().hint());
    assert!(PushError::Unconfirmed(failed()).hint().unwrap().starts_with("look at what the registry serves under the tag"));
}

fn helper_missing() -> CredentialError {
    let place = CredentialPlace::File("/home/me/.docker/config.json".into());
    let program = "docker-credential-desktop.exe".to_owned();
    CredentialError::HelperMissing { program, member: "credsStore", place, registry: "r.example".to_owned() }
}

/// What looking up the credentials of a registry, or of an origin, ends with, where these variables are set.
fn looked_up(home: &Path, variables: &[(&str, &str)], host: &str) -> CredentialError {
    let sources = CredentialSources::from_environment(|name| match name {
        "HOME" => Some(home.into()),
        _ => variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()),
    });
    sources.credentials(&Host::parse(host).unwrap(), None).unwrap_err()
}

#[test]
fn credentials_that_cannot_be_used_are_explained_and_not_quoted() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".docker")).unwrap();
    let config = home.path().join(".docker/config.json");
    let helpers = r#""credHelpers":{"h.example":"../x","m.example":"missing"}"#;
    std::fs::write(&config, format!(r#"{{"auths":{{"a.example":{{"auth":"{CANARY}!"}}}},{helpers}}}"#)).unwrap();
    let shown = format!("`{}`", config.display());
    let json = format!(r#"{{"auths":{{"a.example":{{"auth":"{CANARY}!"}}}}}}"#);
    let relative = "set DOCKER_CONFIG to an absolute path, or unset it".to_owned();
    for (variables, host, expected) in [
        (&[][..], "a.example", "log in again with `pushgate registry login NAME`, or with `docker login a.example`".to_owned()),
        (&[], "h.example", "correct `credHelpers`".to_owned()),
        (&[("PATH", "")], "m.example", format!("install the helper, or remove it from `credHelpers` in {shown}")),
        (&[("DOCKER_CONFIG", "relative")], "a.example", relative),
        (&[("DOCKER_AUTH_CONFIG", json.as_str())], "a.example", "correct DOCKER_AUTH_CONFIG, or unset it".to_owned()),
    ] {
        let error = looked_up(home.path(), variables, host);
        let hint = error.hint().unwrap();
        assert_eq!(hint, expected, "{error:?}");
        assert!(!hint.contains(CANARY), "{hint}");
    }
    let hint = looked_up(home.path(), &[("DOCKER_AUTH_CONFIG", CANARY)], "a.example").hint().unwrap();
    assert!(hint.starts_with("unset DOCKER_AUTH_CONFIG, or set it to JSON such as {\"auths\":{") && !hint.contains(CANARY), "{hint}");
    std::fs::write(&config, CANARY).unwrap();
    assert_eq!(looked_up(home.path(), &[], "a.example").hint().as_deref(), Some("correct the file; nothing of it was used"));
}

#[test]
fn other_failures_with_credentials() {
    let place = || CredentialPlace::File("/home/me/.docker/config.json".into());
    let (path, registry) = (|| PathBuf::from("/x"), || "r.example".to_owned());
    let helper = PathBuf::from("/bin/docker-credential-x");
    let origin = "https://o.example".to_owned();
    for (error, expected) in [
        (CredentialError::RelativeAuthFile { path: path() }, Some("set REGISTRY_AUTH_FILE to an absolute path, or unset it")),
        (CredentialError::NoFolder, Some("set HOME or DOCKER_CONFIG to an absolute path")),
        (
            CredentialError::ForeignOwner { path: path(), owner: 1, user: 2 },
            Some("run the command as that user, or set DOCKER_CONFIG to a folder of your own"),
        ),
        (CredentialError::Busy { path: path(), holder: None }, Some("try again when it has ended")),
        (CredentialError::NotStorable { problem: "x" }, None),
        (CredentialError::Unreadable { path: path(), source: io::Error::other("x") }, None),
        (
            CredentialError::Entry { place: place(), registry: origin, problem: "x" },
            Some("keep it again with `pushgate credential store https://o.example --password-stdin`"),
        ),
        (CredentialError::HelperTimeLimit { variable: "V", most: 3600 }, Some("set V to 1 to 3600, or unset it")),
        (
            CredentialError::Helper {
                program: helper,
                member: "credsStore",
                place: place(),
                registry: registry(),
                problem: "failed".to_owned(),
            },
            Some("try it by hand: `echo r.example | /bin/docker-credential-x get`"),
        ),
    ] {
        assert_eq!(error.hint().as_deref(), expected, "{error:?}");
    }
}

#[test]
fn a_request_of_a_flavor_is_explained_to_the_operator() {
    let origin = || "https://o.example".to_owned();
    let sigv4 = CredentialForm::SigV4 { service: "ecr".to_owned(), region: "eu-central-1".to_owned() };
    let missing = |form| OutboundError::NoCredential { origin: origin(), form };
    for (error, kind, hint) in [
        (
            OutboundError::NotGranted { origin: Some(origin()) },
            Kind::Configuration,
            Some("if the flavor may go there, grant it with --grant http=https://o.example"),
        ),
        (OutboundError::NotGranted { origin: None }, Kind::Configuration, None),
        (
            OutboundError::Address { origin: origin() },
            Kind::Configuration,
            Some(
                "a private address needs --grant http=https://o.example,private; those of this machine, of link-local services and of a cloud's \
                 metadata are never given by a name",
            ),
        ),
        (
            OutboundError::Unreachable { origin: origin(), source: io::Error::other("x") },
            Kind::RegistryFailed,
            Some("is https://o.example the right origin, and is it up?"),
        ),
        (
            missing(CredentialForm::Basic),
            Kind::Configuration,
            Some("keep it with `pushgate credential store https://o.example --username USER --password-stdin`"),
        ),
        (
            missing(CredentialForm::Bearer),
            Kind::Configuration,
            Some("keep it with `pushgate credential store https://o.example --password-stdin`"),
        ),
        (
            missing(sigv4),
            Kind::Configuration,
            Some("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a container has a role"),
        ),
        (OutboundError::from(CredentialError::NoFolder), Kind::RegistryFailed, Some("set HOME or DOCKER_CONFIG to an absolute path")),
        (OutboundError::Tls { problem: "x".to_owned() }, Kind::RegistryFailed, Some("install the system's CA certificates")),
        (OutboundError::TooLarge { origin: origin() }, Kind::RegistryFailed, None),
    ] {
        assert_eq!((error.kind(), error.hint().as_deref()), (kind, hint), "{error:?}");
    }
}
