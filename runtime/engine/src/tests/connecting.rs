//! H-01 and H-09: sockets that are absent, silent or no Engine's, and versions that cannot be spoken.

use std::path::Path;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

use super::*;

/// A listener that does `answer` with every connection.
fn listener<F, Answered>(folder: &Path, answer: F) -> String
where
    F: Fn(tokio::net::UnixStream) -> Answered + Send + 'static,
    Answered: Future<Output = ()> + Send,
{
    let path = folder.join("x.sock");
    let listener = UnixListener::bind(&path).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            answer(stream).await;
        }
    });
    format!("unix://{}", path.display())
}

async fn refused(host: String, limits: EngineLimits) -> EngineError {
    let error = DockerEngine::connect_with_limits(&at(host.clone()), limits).await.expect_err("no Engine is there");
    assert!(!error.blames_registry() && !error.leaves_registry_unknown(), "{error}");
    assert!(matches!(error, EngineError::NoDaemon { .. } | EngineError::Version { .. }), "{error}");
    assert!(error.to_string().contains(&host), "{error} names {host}");
    error
}

#[tokio::test]
async fn an_engine_is_found_and_described() {
    let fake = start(Options::default().tcp()).await;
    let engine = connect(&fake).await;
    assert!(engine.description().contains("API 1.41") && engine.description().contains(&fake.docker_host()), "{engine:?}");
    assert!(engine.description().ends_with("(DOCKER_HOST)"));

    let address = fake.tcp_address().unwrap();
    for host in [format!("tcp://{address}"), format!("http://{address}/"), format!("tcp://localhost:{}", address.port())] {
        DockerEngine::connect_with_limits(&at(host), limits()).await.unwrap();
    }
    let hosts: Vec<_> = fake.requests().iter().map(|request| request.headers["host"].to_str().unwrap().to_owned()).collect();
    assert_eq!(hosts, ["docker".to_owned(), address.to_string(), address.to_string(), format!("localhost:{}", address.port())]);
}

#[tokio::test]
async fn the_rootless_socket_is_tried_too() {
    let fake = start(Options::default()).await;
    let environment = EngineEnvironment { runtime_dir: fake.socket().parent().map(Path::to_owned), ..EngineEnvironment::default() };
    // Where the machine has an Engine at the usual place, that one is found first.
    let engine = DockerEngine::connect_with_limits(&environment, limits()).await.unwrap();
    if !Path::new("/var/run/docker.sock").exists() {
        assert!(engine.description().ends_with("docker.sock (rootless, XDG_RUNTIME_DIR)"), "{engine:?}");
    }
}

#[tokio::test]
async fn an_absent_or_dead_socket_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let absent = refused(format!("unix://{}", folder.path().join("absent.sock").display()), limits()).await;
    assert!(absent.to_string().contains("no such socket"), "{absent}");

    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let dead = refused(format!("unix://{}", file.display()), limits()).await;
    assert!(dead.to_string().contains("connection refused"), "{dead}");

    let long = refused(format!("unix:///{}", "x".repeat(300)), limits()).await;
    assert!(matches!(long, EngineError::NoDaemon { .. }), "{long}");

    // A port that was just given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = refused(format!("tcp://127.0.0.1:{port}"), limits()).await;
    assert!(matches!(nobody, EngineError::NoDaemon { .. }), "{nobody}");
}

#[tokio::test]
async fn a_socket_that_says_nothing_costs_the_connect_limit() {
    let folder = tempfile::tempdir().unwrap();
    let silent = listener(folder.path(), async |mut stream| {
        let mut buffer = Vec::new();
        let _ = stream.read_to_end(&mut buffer).await;
    });
    let error = refused(silent, EngineLimits { connect: SHORT, ..limits() }).await;
    assert!(error.to_string().contains("nothing came from the Docker Engine for 500 ms"), "{error}");
}

#[tokio::test]
async fn a_socket_that_closes_or_speaks_something_else_is_no_engine() {
    for answer in ["", "220 mail.example.com ESMTP\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"ApiVersion\":", "\0\0\0"] {
        let folder = tempfile::tempdir().unwrap();
        let closing = listener(folder.path(), move |mut stream| async move {
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        });
        let error = refused(closing, limits()).await;
        assert!(error.to_string().contains("broke"), "{answer:?}: {error}");
    }
}

#[tokio::test]
async fn a_version_that_is_none_is_said() {
    for (switch, words) in [
        (json(r#"{"Version":"1","ApiVersion":"9999"}"#), "`9999`"),
        (json(r#"{"Version":"1","ApiVersion":"1.12","MinAPIVersion":"1.12"}"#), "too old"),
        (json(r#"{"Version":"1","ApiVersion":"1.99","MinAPIVersion":"1.90"}"#), "too new"),
        (json(r#"{"Version":"1"}"#), "does not say"),
        (json("{}"), "does not say"),
    ] {
        let fake = fake_with(Endpoint::Version, switch).await;
        let error = refused(fake.docker_host(), limits()).await;
        assert!(matches!(error, EngineError::Version { .. }) && error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_version_that_cannot_be_read_is_said() {
    for (switch, words) in [
        (Switch::Status(404), "answered 404"),
        (page(500, "<html>oops</html>"), "answered 500"),
        (json("[]"), "cannot be read"),
        (json("{\"ApiVersion\":7}"), "cannot be read"),
        (page(200, "<html>hello</html>"), "cannot be read"),
        (page(200, " ".repeat(10 * 1024 * 1024)), "longer than"),
        (page(500, "x".repeat(10 * 1024 * 1024)), "answered 500"),
        (Switch::Hangup, "broke"),
    ] {
        let fake = fake_with(Endpoint::Version, switch).await;
        let error = refused(fake.docker_host(), limits()).await;
        assert!(error.to_string().contains(words) && error.to_string().len() < 2048, "{words}: {error}");
    }
}

#[tokio::test]
async fn everything_after_the_first_request_carries_the_version() {
    let fake = start(Options::default()).await;
    let id = fake.add_image(&Image::default(), &["app:v1"]);
    let engine = connect(&fake).await;
    let image = engine.inspect("app:v1").await.unwrap();
    engine.tag(&image.id, &EngineName::new("127.0.0.1:5000/app", "v2").unwrap()).await.unwrap();
    let paths: Vec<_> = fake.requests().into_iter().map(|request| format!("{}?{}", request.path, request.query)).collect();
    assert_eq!(
        paths,
        [
            "/version?".to_owned(),
            "/v1.41/images/app:v1/json?".to_owned(),
            format!("/v1.41/images/{id}/tag?repo=127.0.0.1%3A5000%2Fapp&tag=v2")
        ]
    );
    assert_eq!(fake.image_id("127.0.0.1:5000/app:v2"), Some(id));
}
