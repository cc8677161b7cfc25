//! Debian's docker-registry, one process for each test that wants one.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

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

/// A running docker-registry; it ends when this goes.
pub(crate) struct DockerRegistry {
    process: Child,
    host: String,
    _folder: tempfile::TempDir,
}

impl DockerRegistry {
    /// One that everybody may push to.
    pub(crate) fn start() -> Self {
        Self::with_user(None)
    }

    /// One that wants a name and a password, where a user is given.
    pub(crate) fn with_user(user: Option<&User>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        let mut config = format!(
            "version: 0.1\nlog: {{ level: info }}\nstorage: {{ filesystem: {{ rootdirectory: {} }}, delete: {{ enabled: true }} }}\nhttp: {{ addr: \"127.0.0.1:0\" }}\n",
            at("data").display()
        );
        if let Some(user) = user {
            let hash = bcrypt::hash(&user.password, 4).expect("a hash");
            std::fs::write(at("htpasswd"), format!("{}:{hash}\n", user.name)).expect("a file");
            config.push_str(&format!("auth: {{ htpasswd: {{ realm: test, path: {} }} }}\n", at("htpasswd").display()));
        }
        std::fs::write(at("config.yml"), config).expect("a file");
        let mut process = Command::new("docker-registry")
            .arg("serve")
            .arg(at("config.yml"))
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
