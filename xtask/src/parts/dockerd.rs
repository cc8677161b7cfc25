//! A Docker Engine of our own: its data, its socket and its log lie in a temporary folder, and it reaches nothing but what the tasks start.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::command::{Background, find};

/// How long it may take to answer after its start.
const PATIENCE: Duration = Duration::from_secs(60);

/// The running Docker Engine; it ends when this goes.
pub(crate) struct Dockerd {
    // Dropped in this order: first the daemon, then its folder.
    process: Background,
    folder: tempfile::TempDir,
}

impl Dockerd {
    /// Starts it and waits until it answers.
    pub(crate) fn start() -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("pushgate-dockerd-").tempdir();
        Self::start_in(folder.map_err(|error| format!("no temporary folder: {error}"))?)
    }

    /// Starts it with everything that is its own in this folder, and waits until it answers.
    pub(crate) fn start_in(folder: tempfile::TempDir) -> Outcome<Self> {
        let program = find("dockerd").ok_or("dockerd not found")?;
        let at = |name: &str| folder.path().join(name);
        let log = std::fs::File::create(at("log")).map_err(|error| format!("cannot write the log of dockerd: {error}"))?;
        let errors = log.try_clone().map_err(|error| format!("cannot write the log of dockerd: {error}"))?;
        let child = Command::new(&program)
            .arg("--data-root")
            .arg(at("data"))
            .arg("--exec-root")
            .arg(at("exec"))
            .arg("--pidfile")
            .arg(at("pid"))
            .arg("--host")
            .arg(format!("unix://{}", at("docker.sock").display()))
            .args(["--bridge=none", "--iptables=false", "--ip6tables=false", "--insecure-registry", "127.0.0.0/8"])
            // The block for benchmarks (RFC 2544), where `bench push` has its slow line.
            .args(["--insecure-registry", "198.18.0.0/15"])
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        let mut daemon = Self { process: Background(child), folder };
        daemon.wait()?;
        Ok(daemon)
    }

    /// Its socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }

    fn wait(&mut self) -> Outcome {
        let started = Instant::now();
        while !answers(&self.socket()) {
            let ended = self.process.0.try_wait().ok().flatten();
            if ended.is_some() || started.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                let last: Vec<&str> = log.lines().rev().take(5).collect();
                return Err(format!("dockerd does not answer: {}", last.join(" | ")));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// Whether a Docker Engine answers on this socket.
pub(crate) fn answers(socket: &Path) -> bool {
    let asked = || -> std::io::Result<bool> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer.starts_with(b"HTTP/1.1 200"))
    };
    asked().unwrap_or(false)
}
