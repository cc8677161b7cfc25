//! docker-registry with its data in a temporary folder.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::Outcome;
use crate::command::{Background, find};

/// How long it may take to answer, and to log what it answered.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a request is marked with that only tells where in the log we are.
const MARK: &str = "/v2/?mark";

/// The running registry; it ends when this goes.
pub(crate) struct DockerRegistry {
    // Dropped in this order: first the process, then its folder.
    process: Background,
    host: String,
    log: Mutex<AccessLog>,
    folder: TempDir,
}

/// TLS, and tokens from somebody else.
pub(crate) struct Guards {
    /// In PEM.
    pub(crate) certificate: PathBuf,
    /// In PEM.
    pub(crate) key: PathBuf,
    /// Where tokens are given.
    pub(crate) realm: String,
    pub(crate) service: &'static str,
    pub(crate) issuer: &'static str,
    /// What tokens are signed with, in PEM.
    pub(crate) tokens: PathBuf,
}

/// What was asked so far.
struct AccessLog {
    lines: Receiver<String>,
    requests: Vec<Request>,
}

/// A request that the registry answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// Method, target and status.
    pub(crate) line: String,
    /// The client's address and port: the same for all of a connection.
    pub(crate) connection: String,
}

impl DockerRegistry {
    /// Starts it on loopback and waits until it listens.
    pub(crate) fn start() -> Outcome<Self> {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        Self::start_at("127.0.0.1", folder, None)
    }

    /// Starts it on an address, with its data in a folder, and waits until it listens.
    pub(crate) fn start_at(address: &str, folder: TempDir, guards: Option<&Guards>) -> Outcome<Self> {
        let program = find("docker-registry").ok_or("docker-registry not found")?;
        let failed = |error: std::io::Error| format!("cannot start docker-registry: {error}");
        let config = folder.path().join("config.yml");
        let mut settings = json!({
            "version": "0.1",
            "log": { "level": "info", "formatter": "json", "accesslog": { "disabled": true } },
            "storage": { "filesystem": { "rootdirectory": folder.path().join("data") } },
            "http": { "addr": format!("{address}:0") },
        });
        if let (Some(guards), Some(members)) = (guards, settings.as_object_mut()) {
            let tls = json!({ "certificate": guards.certificate, "key": guards.key });
            members.insert("http".to_owned(), json!({ "addr": format!("{address}:0"), "tls": tls }));
            let Guards { realm, service, issuer, tokens, .. } = guards;
            let token = json!({ "realm": realm, "service": service, "issuer": issuer, "rootcertbundle": tokens });
            members.insert("auth".to_owned(), json!({ "token": token }));
        }
        // JSON is YAML.
        std::fs::write(&config, settings.to_string()).map_err(failed)?;
        let mut command = Command::new(program);
        command.arg("serve").arg(&config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let stderr = child.stderr.take();
        let process = Background(child);
        let mut lines = BufReader::new(stderr.ok_or("docker-registry has no log")?).lines().map_while(Result::ok);
        let host = lines.by_ref().find_map(|line| {
            let address = line.split_once("listening on ")?.1;
            Some(address.split(['"', ' ', ',']).next()?.to_owned())
        });
        let (sender, receiver) = channel();
        // The log is read on, so that the registry never waits for a reader.
        std::thread::spawn(move || lines.for_each(|line| drop(sender.send(line))));
        let host = host.ok_or("docker-registry did not say where it listens")?;
        let log = Mutex::new(AccessLog { lines: receiver, requests: Vec::new() });
        Ok(Self { process, host, log, folder })
    }

    /// `ADDRESS:PORT`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Every request that it answered until now.
    pub(crate) fn requests(&self) -> Outcome<Vec<Request>> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        // It logs one request after the other: when it has logged this one, the earlier ones are there.
        self.ask(MARK).map_err(|error| format!("docker-registry does not answer: {error}"))?;
        loop {
            let line = log.lines.recv_timeout(PATIENCE).map_err(|_| "docker-registry does not log what it answers")?;
            match request(&line) {
                Some(request) if request.line.contains(MARK) => return Ok(log.requests.clone()),
                Some(request) => log.requests.push(request),
                None => {}
            }
        }
    }

    /// Ends it, and returns its folder and every request that it answered.
    pub(crate) fn stop(self) -> (TempDir, Vec<Request>) {
        drop(self.process);
        let AccessLog { lines, mut requests } = self.log.into_inner().unwrap_or_else(PoisonError::into_inner);
        requests.extend(lines.iter().filter_map(|line| request(&line)));
        (self.folder, requests)
    }

    fn ask(&self, target: &str) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(&self.host)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(format!("GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.host).as_bytes())?;
        stream.read_to_end(&mut Vec::new()).map(drop)
    }
}

/// Reads a line of the log, where it is about a request.
fn request(line: &str) -> Option<Request> {
    let entry: serde_json::Value = serde_json::from_str(line).ok()?;
    let text = |name: &str| entry.get(format!("http.request.{name}"))?.as_str();
    let status = entry.get("http.response.status")?.as_u64()?;
    Some(Request { line: format!("{} {} {status}", text("method")?, text("uri")?), connection: text("remoteaddr")?.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_from_other_lines_of_the_log() {
        let line = r#"{"http.request.host":"localhost:5999","http.request.method":"GET","http.request.remoteaddr":"127.0.0.1:53960","http.request.uri":"/v2/x/manifests/v?a=b","http.response.status":404,"level":"error","msg":"response completed with error"}"#;
        let read = Request { line: "GET /v2/x/manifests/v?a=b 404".to_owned(), connection: "127.0.0.1:53960".to_owned() };
        assert_eq!(request(line), Some(read));
        assert_eq!(request(r#"{"http.request.method":"GET","level":"warning","msg":"error authorizing context"}"#), None);
        assert_eq!(request("not of this log"), None);
    }
}
