//! Debian's docker-registry, one process for each test that wants one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use pushgate_test_registry::{Identity, Options, Registry, TokenSigner};
use serde_json::json;

/// Somebody who may log in.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) password: String,
}

impl User {
    pub(crate) fn new(name: &str, password: &str) -> Self {
        Self { name: name.to_owned(), password: password.to_owned() }
    }
}

/// How a registry is started; by default it is Debian's, speaks plain HTTP, and takes what anybody pushes.
#[derive(Default)]
pub(crate) struct Settings<'a> {
    /// Another program that takes docker-registry's configuration.
    pub(crate) program: Option<PathBuf>,
    /// It wants this name and password.
    pub(crate) user: Option<&'a User>,
    /// It speaks TLS.
    pub(crate) identity: Option<&'a Identity>,
    /// It wants a token from there.
    pub(crate) tokens: Option<&'a TokenServer>,
}

/// Gives tokens to one user: the test registry, of which only this part is asked.
pub(crate) struct TokenServer {
    registry: Registry,
    signer: Arc<TokenSigner>,
}

impl TokenServer {
    /// One that speaks TLS, and can lend another registry its identity.
    pub(crate) fn start(user: &User) -> Self {
        let signer = Arc::new(TokenSigner::new().expect("a key"));
        let options = Options::default().token(&user.name, &user.password).signed_by(Arc::clone(&signer)).tls();
        Self { registry: Registry::start_blocking(options).expect("a token server"), signer }
    }

    pub(crate) fn identity(&self) -> &Identity {
        self.registry.identity().expect("it speaks TLS")
    }

    /// How many tokens were asked for.
    pub(crate) fn requests(&self) -> usize {
        self.registry.requests().len()
    }
}

/// A running docker-registry; it ends when this goes.
pub(crate) struct DockerRegistry {
    process: Child,
    host: String,
    _folder: tempfile::TempDir,
}

impl DockerRegistry {
    /// One that everybody may push to.
    pub(crate) fn start() -> Self {
        Self::start_with(&Settings::default())
    }

    /// One that wants a name and a password.
    pub(crate) fn with_user(user: &User) -> Self {
        Self::start_with(&Settings { user: Some(user), ..Settings::default() })
    }

    /// One with these settings.
    pub(crate) fn start_with(settings: &Settings<'_>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).expect("a file");
            path
        };
        let mut http = json!({ "addr": "127.0.0.1:0" });
        if let Some(identity) = settings.identity {
            let (certificate, key) = (write("certificate.pem", &identity.certificate), write("key.pem", &identity.key));
            http["tls"] = json!({ "certificate": certificate, "key": key });
        }
        let mut config = json!({
            "version": "0.1",
            "log": { "level": "info" },
            "storage": { "filesystem": { "rootdirectory": folder.path().join("data") }, "delete": { "enabled": true } },
            "http": http,
        });
        if let Some(user) = settings.user {
            let hash = bcrypt::hash(&user.password, 4).expect("a hash");
            config["auth"] = json!({ "htpasswd": { "realm": "test", "path": write("htpasswd", &format!("{}:{hash}\n", user.name)) } });
        }
        if let Some(TokenServer { registry, signer }) = settings.tokens {
            config["auth"] = json!({ "token": {
                "realm": format!("{}/token", registry.origin()),
                "service": "registry.test",
                "issuer": TokenSigner::ISSUER,
                "rootcertbundle": write("tokens.pem", signer.certificate()),
            } });
        }
        // JSON is YAML.
        let config = write("config.yml", &config.to_string());
        let mut process = Command::new(settings.program.as_deref().unwrap_or(Path::new("docker-registry")))
            .arg("serve")
            .arg(config)
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("docker-registry runs");
        let mut lines = BufReader::new(process.stderr.take().expect("its log")).lines();
        let host = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("listening on ")?.1.split(['"', ' ', ',']).next()?.to_owned()))
            .expect("it says where it listens");
        // The log is read on, so that the registry never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, host, _folder: folder }
    }

    /// The body of a GET, which must succeed; of one that speaks plain HTTP.
    pub(crate) fn get(&self, target: &str) -> Vec<u8> {
        let accept =
            [pushgate_oci::media_type::OCI_INDEX, pushgate_oci::media_type::OCI_MANIFEST, pushgate_oci::media_type::DOCKER_MANIFEST]
                .join(", ");
        let mut stream = TcpStream::connect(&self.host).expect("a connection");
        let head = format!("GET {target} HTTP/1.1\r\nHost: {}\r\nAccept: {accept}\r\nConnection: close\r\n\r\n", self.host);
        stream.write_all(head.as_bytes()).expect("a request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{target}: {}", String::from_utf8_lossy(&answer));
        answer.split_off(end)
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
