mod contexts;

use super::*;

fn with_host(host: &str) -> EngineEnvironment {
    EngineEnvironment { docker_host: Some(host.to_owned()), ..EngineEnvironment::default() }
}

fn addresses(environment: &EngineEnvironment) -> Vec<String> {
    environment.candidates().unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn docker_host_is_the_only_candidate() {
    for (host, expected) in [
        ("unix:///tmp/x.sock", "unix:///tmp/x.sock (DOCKER_HOST)"),
        ("tcp://127.0.0.1:1", "tcp://127.0.0.1:1 (DOCKER_HOST)"),
        ("tcp://localhost", "tcp://localhost:2375 (DOCKER_HOST)"),
        ("http://[::1]:99/", "tcp://[::1]:99 (DOCKER_HOST)"),
        ("tcp://127.9.9.9:65535", "tcp://127.9.9.9:65535 (DOCKER_HOST)"),
    ] {
        assert_eq!(addresses(&with_host(host)), [expected], "{host}");
    }
}

#[test]
fn without_docker_host_the_usual_sockets_are_tried() {
    assert_eq!(
        addresses(&EngineEnvironment::default()),
        ["unix:///var/run/docker.sock (the default)", "unix:///run/podman/podman.sock (Podman)"]
    );
    let environment =
        EngineEnvironment { docker_host: Some(String::new()), runtime_dir: Some("/run/user/7".into()), ..EngineEnvironment::default() };
    assert_eq!(
        addresses(&environment),
        [
            "unix:///var/run/docker.sock (the default)",
            "unix:///run/user/7/docker.sock (rootless, XDG_RUNTIME_DIR)",
            "unix:///run/user/7/podman/podman.sock (Podman, XDG_RUNTIME_DIR)",
            "unix:///run/podman/podman.sock (Podman)",
        ]
    );
    let environment = EngineEnvironment { runtime_dir: Some("relative".into()), ..EngineEnvironment::default() };
    assert_eq!(addresses(&environment).len(), 2, "nothing is looked for in the working directory");
}

#[test]
fn what_is_never_tried_is_refused_by_name() {
    for (host, problem) in [
        ("ssh://me@host", "ssh"),
        ("npipe:////./pipe/docker_engine", "named pipes"),
        ("fd://", "fd://"),
        ("ftp://x", "scheme"),
        ("/var/run/docker.sock", "no scheme"),
        ("127.0.0.1:2375", "no scheme"),
        ("unix://docker.sock", "not absolute"),
        ("unix://", "not absolute"),
        ("tcp://", "neither a name"),
        ("tcp://127.0.0.1:0", "port"),
        ("tcp://127.0.0.1:65536", "port"),
        ("tcp://127.0.0.1:", "port"),
        ("tcp://127.0.0.1:+1", "port"),
        ("tcp://127.0.0.1:1/base", "path"),
        ("tcp://127.0.0.1:1?x", "path"),
        ("tcp://[::1:1", "bracket"),
        ("tcp://a b:1", "neither a name"),
        ("tcp://docker:2375", "in clear"),
        ("http://192.168.1.1:2375", "in clear"),
        ("tcp://127.1:2375", "in clear"),
        ("tcp://localhost.evil.example:2375", "in clear"),
    ] {
        match with_host(host).candidates() {
            Err(error @ EngineError::HostRefused { .. }) => {
                assert!(error.to_string().contains(problem), "{host}: {error}");
                assert!(!error.blames_registry());
            }
            Err(other) => panic!("{host}: {other}"),
            Ok(_) => panic!("{host} was taken"),
        }
    }
}

#[test]
fn a_password_in_docker_host_is_not_repeated() {
    for host in ["tcp://user:S3CRET@127.0.0.1:1", "ssh://user:S3CRET@host", "user:S3CRET@host", "tcp://a:S3C@RET@b"] {
        let error = with_host(host).candidates().err().unwrap();
        assert!(!error.to_string().contains("S3C") && !error.to_string().contains("RET@b"), "{error}");
    }
}

#[test]
fn tls_is_for_tcp_and_has_its_folder() {
    let verify = |host: &str| EngineEnvironment { docker_tls_verify: Some("1".into()), home: Some("/home/me".into()), ..with_host(host) };
    assert_eq!(addresses(&verify("tcp://docker")), ["https://docker:2376 (DOCKER_HOST)"]);
    assert_eq!(addresses(&verify("tcp://10.0.0.1:1")), ["https://10.0.0.1:1 (DOCKER_HOST)"]);
    assert_eq!(addresses(&verify("unix:///x")), ["unix:///x (DOCKER_HOST)"]);
    assert!(verify("http://10.0.0.1:1").candidates().is_err(), "http says that it is not TLS");
    let without_folder = EngineEnvironment { home: None, ..verify("https://docker") };
    assert!(without_folder.candidates().err().unwrap().to_string().contains("DOCKER_CERT_PATH"));
    let empty =
        EngineEnvironment { docker_tls_verify: Some(String::new()), docker_cert_path: Some(PathBuf::new()), ..with_host("tcp://docker") };
    assert!(empty.candidates().is_err());
}
