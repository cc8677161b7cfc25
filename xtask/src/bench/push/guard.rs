//! TLS and a token server, for the case that has them: the test registry gives the tokens, and lends its certificate.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;
use tempfile::TempDir;

use super::line::Line;
use super::scratch;
use crate::Outcome;
use crate::build::programs;
use crate::command::Background;
use crate::parts::Guards;

/// `bench:bench` in base64; nothing but what the benchmark starts ever sees it.
const BASIC: &str = "YmVuY2g6YmVuY2g=";
const PASSWORD: &str = "bench";

/// A token server that runs; it ends when this goes.
pub(super) struct TokenServer {
    // Dropped in this order: first the process, then its folder.
    _process: Background,
    host: String,
    folder: TempDir,
}

impl TokenServer {
    /// Starts it at the registries' end of the line.
    pub(super) fn start(line: &Line) -> Outcome<Self> {
        let program = programs(&["pushgate-test-registry"], false)?.join("pushgate-test-registry");
        let folder = scratch::folder()?;
        let failed = |error: std::io::Error| format!("cannot start the token server: {error}");
        let password = folder.path().join("password");
        std::fs::write(&password, PASSWORD).map_err(failed)?;
        let mut command = Command::new(program);
        command.args(["--address", &format!("{}:0", line.server_address()), "--username", PASSWORD, "--token", "--stop-with-stdin"]);
        command.arg("--password-file").arg(&password).arg("--tls-folder").arg(folder.path());
        command.arg("--token-certificate").arg(folder.path().join("tokens.pem"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = line.at_server(|| command.spawn().map_err(failed))?;
        let stdout = child.stdout.take();
        let process = Background(child);
        let mut host = String::new();
        BufReader::new(stdout.ok_or("the token server has no output")?).read_line(&mut host).map_err(failed)?;
        if host.trim().is_empty() {
            return Err("the token server did not say where it listens".to_owned());
        }
        Ok(Self { _process: process, host: host.trim().to_owned(), folder })
    }

    /// What a registry needs to ask for its tokens.
    pub(super) fn guards(&self) -> Guards {
        let at = |name: &str| self.folder.path().join(name);
        Guards {
            certificate: at("certificate.pem"),
            key: at("key.pem"),
            realm: format!("https://{}/token", self.host),
            service: "registry.test",
            issuer: "pushgate test authority",
            tokens: at("tokens.pem"),
        }
    }

    /// What clients are to trust.
    pub(super) fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

/// Writes Docker's configuration with the credentials for a registry, in a home folder.
pub(super) fn log_in(home: &Path, host: &str) -> Outcome {
    let folder = home.join(".docker");
    let auths = json!({ "auths": { host: { "auth": BASIC } } });
    let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join("config.json"), auths.to_string()));
    written.map_err(|error| format!("cannot write {}: {error}", folder.display()))
}
