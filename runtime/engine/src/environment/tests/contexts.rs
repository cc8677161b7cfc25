//! Contexts, as `docker context create` writes them.

use serde_json::{Value, json};

use super::*;

const CANARY: &str = "S3CRET-CANARY-context";

/// A `DOCKER_CONFIG` folder.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(config: &Value) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("config.json", &config.to_string());
        folder
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn context(&self, name: &str, endpoint: &Value) {
        self.description(name, &json!({ "Name": name, "Metadata": {}, "Endpoints": { "docker": endpoint } }));
    }

    fn description(&self, name: &str, description: &Value) {
        self.write(&format!("contexts/meta/{}/meta.json", id(name)), &description.to_string());
    }

    fn environment(&self) -> EngineEnvironment {
        EngineEnvironment { docker_config: Some(self.0.path().to_owned()), ..EngineEnvironment::default() }
    }

    fn with_context(&self, name: &str) -> EngineEnvironment {
        EngineEnvironment { docker_context: Some(name.to_owned()), ..self.environment() }
    }
}

fn id(name: &str) -> String {
    pushgate_oci::Digest::sha256(name.as_bytes()).as_str().trim_start_matches("sha256:").to_owned()
}

#[track_caller]
fn refused(environment: &EngineEnvironment) -> EngineError {
    let error = environment.candidates().err().expect("nothing is tried");
    assert!(!error.blames_registry(), "{error}");
    assert!(!format!("{error} {error:?}").contains(CANARY), "{error:?}");
    error
}

#[test]
fn the_folder_is_named_as_docker_names_it() {
    assert_eq!(id("local"), "25bf8e1a2393f1108d37029b3df5593236c755742ec93465bbafa9b290bddcf6");
}

#[test]
fn the_order_is_that_of_docker() {
    let folder = Folder::new(&json!({ "auths": { "a.example": { "auth": CANARY } }, "currentContext": "configured" }));
    folder.context("configured", &json!({ "Host": "unix:///configured.sock", "SkipTLSVerify": false }));
    folder.context("named", &json!({ "Host": "unix:///named.sock" }));

    let config = folder.0.path().join("config.json");
    let configured = format!("unix:///configured.sock (context configured, currentContext in {})", config.display());
    assert_eq!(addresses(&folder.environment()), std::slice::from_ref(&configured));
    assert_eq!(addresses(&folder.with_context("")), [configured]);
    assert_eq!(addresses(&folder.with_context("named")), ["unix:///named.sock (context named, DOCKER_CONTEXT)"]);
    assert_eq!(addresses(&folder.with_context("default"))[0], "unix:///var/run/docker.sock (the default)");
    let with_both = EngineEnvironment { docker_host: Some("unix:///host.sock".to_owned()), ..folder.with_context("named") };
    assert_eq!(addresses(&with_both), ["unix:///host.sock (DOCKER_HOST)"]);

    folder.write("config.json", r#"{"currentContext":"default"}"#);
    assert_eq!(addresses(&folder.environment())[0], "unix:///var/run/docker.sock (the default)");
    for nothing in ["{}", r#"{"currentContext":""}"#, r#"{"currentContext":null}"#] {
        folder.write("config.json", nothing);
        assert_eq!(addresses(&folder.environment()).len(), 2);
    }
}

#[test]
fn the_home_folder_is_used_without_docker_config() {
    let folder = Folder::new(&json!({}));
    folder.write(".docker/config.json", r#"{"currentContext":"c"}"#);
    let description = json!({ "Name": "c", "Endpoints": { "docker": { "Host": "unix:///c.sock" } } });
    folder.write(&format!(".docker/contexts/meta/{}/meta.json", id("c")), &description.to_string());
    let environment = EngineEnvironment { home: Some(folder.0.path().to_owned()), ..EngineEnvironment::default() };
    assert!(addresses(&environment)[0].starts_with("unix:///c.sock (context c, "));
    // Without any folder there is no context.
    assert_eq!(addresses(&EngineEnvironment::default()).len(), 2);
    let error = refused(&EngineEnvironment { docker_context: Some("c".to_owned()), ..EngineEnvironment::default() });
    assert!(error.to_string().contains("no home folder"), "{error}");
}

#[test]
fn certificates_turn_tls_on() {
    let folder = Folder::new(&json!({}));
    folder.context("far", &json!({ "Host": "tcp://docker.example:2376" }));
    let error = refused(&folder.with_context("far"));
    assert!(error.to_string().contains("in clear"), "{error}");
    folder.write(&format!("contexts/tls/{}/docker/ca.pem", id("far")), "not read here");
    assert_eq!(addresses(&folder.with_context("far")), ["https://docker.example:2376 (context far, DOCKER_CONTEXT)"]);
    // They are read when the address is tried, from the context's own folder.
    let candidates = folder.with_context("far").candidates().unwrap();
    let error = candidates[0].transport().err().unwrap();
    assert!(matches!(&error, EngineError::Tls { path, .. } if path.ends_with(&format!("{}/docker/ca.pem", id("far")))), "{error}");
    // Those of DOCKER_CERT_PATH belong to DOCKER_HOST.
    folder.context("near", &json!({ "Host": "tcp://docker.example:2376" }));
    let with_path = EngineEnvironment { docker_cert_path: Some("/certs".into()), ..folder.with_context("near") };
    refused(&with_path);
}

#[test]
fn what_is_never_tried_is_refused_with_the_context() {
    let folder = Folder::new(&json!({ "currentContext": "c" }));
    for (endpoint, words) in [
        (json!({ "Host": format!("ssh://me:{CANARY}@host") }), "over ssh"),
        (json!({ "Host": "unix://relative" }), "not absolute"),
        (json!({ "Host": "npipe:////./pipe/docker_engine" }), "named pipes"),
        (json!({ "Host": "tcp://127.0.0.1:1", "SkipTLSVerify": true }), "SkipTLSVerify"),
        (json!({ "Host": "tcp://127.0.0.1:1", "SkipTLSVerify": "no" }), "not a boolean"),
        (json!({ "Host": "" }), "does not say where"),
        (json!({ "Host": 7 }), "does not say where"),
        (json!({}), "does not say where"),
        (json!(null), "names no Docker Engine"),
    ] {
        folder.context("c", &endpoint);
        let error = refused(&folder.environment());
        let shown = error.to_string();
        assert!(shown.contains(words) && shown.contains("currentContext in "), "{shown}");
    }
}

#[test]
fn a_damaged_context_or_config_is_named_and_nothing_else_is_tried() {
    let folder = Folder::new(&json!({ "currentContext": "c" }));
    let error = refused(&folder.environment());
    assert!(error.to_string().contains("no such context") && error.to_string().contains(&id("c")), "{error}");

    for (description, words) in [
        (json!({ "Name": "d", "Endpoints": { "docker": { "Host": "unix:///d.sock" } } }), "another context"),
        (json!({ "Name": "c", "Endpoints": {} }), "names no Docker Engine"),
        (json!({ "Name": "c" }), "names no Docker Engine"),
        (json!([CANARY]), "not a JSON object"),
    ] {
        folder.description("c", &description);
        assert!(refused(&folder.environment()).to_string().contains(words), "{description}");
    }
    let meta = format!("contexts/meta/{}/meta.json", id("c"));
    for (content, words) in [
        (format!(r#"{{"Name":"c","Name":"{CANARY}"}}"#), "unique keys"),
        (CANARY.to_owned(), "not a JSON object"),
        (format!("{{{}}}", " ".repeat(2 << 20)), "exceeds the limit of 1 MiB"),
    ] {
        folder.write(&meta, &content);
        let error = refused(&folder.environment());
        assert!(error.to_string().contains(words), "{error}");
        folder.write("config.json", &content);
        let error = refused(&folder.environment());
        assert!(matches!(error, EngineError::Config { .. }) && error.to_string().contains(words), "{error}");
        folder.write("config.json", r#"{"currentContext":"c"}"#);
    }
    folder.write("config.json", r#"{"currentContext":["c"]}"#);
    assert!(refused(&folder.environment()).to_string().contains("not a string"));
    // What is looked at before it does not need it.
    let host = EngineEnvironment { docker_host: Some("unix:///x.sock".to_owned()), ..folder.environment() };
    assert_eq!(addresses(&host).len(), 1);
}

#[test]
fn names_lead_nowhere_else() {
    let folder = Folder::new(&json!({}));
    folder.write("contexts/meta/x/meta.json", &json!({ "Name": "x", "Endpoints": { "docker": { "Host": "unix:///x.sock" } } }).to_string());
    for name in ["x", "../x", "/", "..", "a\u{1b}[2J", &"n".repeat(10_000)] {
        let error = refused(&folder.with_context(name));
        assert!(error.to_string().contains("no such context") && error.to_string().len() < 2048, "{error}");
    }
    let relative = EngineEnvironment { docker_config: Some("relative".into()), ..EngineEnvironment::default() };
    assert!(refused(&relative).to_string().contains("not an absolute path"));
}
