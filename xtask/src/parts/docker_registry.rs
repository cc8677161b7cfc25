//! docker-registry with its data in a temporary folder.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

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
    _process: Background,
    host: String,
    log: Mutex<AccessLog>,
    _folder: TempDir,
}

/// What was asked so far.
struct AccessLog {
    lines: Receiver<String>,
    requests: Vec<String>,
}

impl DockerRegistry {
    /// Starts it on loopback and waits until it listens.
    pub(crate) fn start() -> Outcome<Self> {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        Self::start_at("127.0.0.1", folder)
    }

    /// Starts it on an address, with its data in a folder, and waits until it listens.
    pub(crate) fn start_at(address: &str, folder: TempDir) -> Outcome<Self> {
        let program = find("docker-registry").ok_or("docker-registry not found")?;
        let failed = |error: std::io::Error| format!("cannot start docker-registry: {error}");
        let config = folder.path().join("config.yml");
        let data = folder.path().join("data");
        let text = format!(
            "version: 0.1\nlog: {{ level: info }}\nstorage: {{ filesystem: {{ rootdirectory: {} }} }}\nhttp: {{ addr: \"{address}:0\" }}\n",
            data.display()
        );
        std::fs::write(&config, text).map_err(failed)?;
        let mut command = Command::new(program);
        command.arg("serve").arg(&config).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let process = Background(child);
        let mut lines = BufReader::new(stderr.ok_or("docker-registry has no log")?).lines();
        let host = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let address = line.split_once("listening on ")?.1;
            Some(address.split(['"', ' ', ',']).next()?.to_owned())
        });
        // Both logs are read on, so that the registry never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let (sender, receiver) = channel();
        let requests = BufReader::new(stdout.ok_or("docker-registry has no access log")?).lines().map_while(Result::ok);
        std::thread::spawn(move || requests.for_each(|line| drop(sender.send(line))));
        let host = host.ok_or("docker-registry did not say where it listens")?;
        let log = Mutex::new(AccessLog { lines: receiver, requests: Vec::new() });
        Ok(Self { _process: process, host, log, _folder: folder })
    }

    /// `ADDRESS:PORT`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Every request that it answered until now: method, target and status.
    pub(crate) fn requests(&self) -> Outcome<Vec<String>> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        // It logs one request after the other: when it has logged this one, the earlier ones are there.
        self.ask(MARK).map_err(|error| format!("docker-registry does not answer: {error}"))?;
        loop {
            let line = log.lines.recv_timeout(PATIENCE).map_err(|_| "docker-registry does not log what it answers")?;
            match request(&line) {
                Some(request) if request.contains(MARK) => return Ok(log.requests.clone()),
                Some(request) => log.requests.push(request),
                None => {}
            }
        }
    }

    fn ask(&self, target: &str) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(&self.host)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(format!("GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.host).as_bytes())?;
        stream.read_to_end(&mut Vec::new()).map(drop)
    }
}

/// Of a line in the combined log format: what is between the first quotes, without the protocol, and the status after it.
fn request(line: &str) -> Option<String> {
    let mut quoted = line.split('"').skip(1);
    let (request, after) = (quoted.next()?, quoted.next()?);
    let (request, _protocol) = request.rsplit_once(' ')?;
    Some(format!("{request} {}", after.split_whitespace().next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_from_the_combined_log_format() {
        let line = r#"127.0.0.1 - - [25/Nov/2026:00:47:12 +0000] "HEAD /v2/app/manifests/v1?a=b HTTP/1.1" 404 157 "" "crane/v1 (\"x\")""#;
        assert_eq!(request(line).as_deref(), Some("HEAD /v2/app/manifests/v1?a=b 404"));
        assert_eq!(request("time=now level=info msg=listening"), None);
    }
}
