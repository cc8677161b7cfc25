//! Of the Docker Engine.

use pushgate_engine::{EngineEnvironment, EngineError, RegistryFault};

use crate::Explain as _;

fn pushing(registry: Option<RegistryFault>, message: &str) -> EngineError {
    EngineError::Push { name: "r.example/app:v1".to_owned(), message: message.to_owned(), registry }
}

#[test]
fn of_an_image_that_it_does_not_have_or_cannot_push() {
    let name = || "app:v1".to_owned();
    assert!(EngineError::NoSuchImage { name: name() }.hint().unwrap().contains("docker images"));
    assert!(EngineError::Index { name: name() }.hint().unwrap().contains("docker save app:v1"));
    assert_eq!(EngineError::TooManyLayers { name: name() }.hint().unwrap(), "build the image with fewer layers");
}

#[tokio::test]
async fn of_an_engine_that_is_not_there() {
    for host in ["tcp://127.1:2375", "unix:///nowhere/docker.sock"] {
        let environment = EngineEnvironment { docker_host: Some(host.into()), ..EngineEnvironment::default() };
        let error = pushgate_engine::DockerEngine::connect(&environment).await.unwrap_err();
        assert!(error.hint().is_some(), "{error}");
    }
}

#[test]
fn of_a_push_by_who_failed() {
    for (registry, message, remedy) in [
        (Some(RegistryFault::Unauthorized), "no basic auth credentials", Some("log in")),
        (Some(RegistryFault::Unreachable), "connection refused", Some("address")),
        (Some(RegistryFault::Tls), "x509", Some("certs.d")),
        (Some(RegistryFault::TooManyRequests), "toomanyrequests", Some("wait")),
        (Some(RegistryFault::Other), "500", None),
        (None, "write /tmp/x: no space left on device", Some("docker system df")),
        (None, "content digest sha256:aa: not found", Some("pull or build it again")),
        (None, "tag does not exist: app:v1", Some("went away")),
        (None, "something new", None),
    ] {
        let hint = pushing(registry, message).hint();
        assert_eq!(hint.is_some(), remedy.is_some(), "{message}: {hint:?}");
        assert!(remedy.is_none_or(|remedy| hint.as_deref().unwrap().contains(remedy)), "{message}: {hint:?}");
    }
}
