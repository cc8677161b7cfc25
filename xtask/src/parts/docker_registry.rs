//! docker-registry on loopback, with its data in a temporary folder.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::Outcome;
use crate::command::{Background, find};

/// The running registry; it ends when this goes.
pub(crate) struct DockerRegistry {
    _process: Background,
    host: String,
    _folder: tempfile::TempDir,
}

impl DockerRegistry {
    /// Starts it and waits until it listens.
    pub(crate) fn start() -> Outcome<Self> {
        let program = find("docker-registry").ok_or("docker-registry not found")?;
        let failed = |error: std::io::Error| format!("cannot start docker-registry: {error}");
        let folder = tempfile::tempdir().map_err(failed)?;
        let config = folder.path().join("config.yml");
        let data = folder.path().join("data");
        let text = format!(
            "version: 0.1\nlog: {{ level: info }}\nstorage: {{ filesystem: {{ rootdirectory: {} }} }}\nhttp: {{ addr: \"127.0.0.1:0\" }}\n",
            data.display()
        );
        std::fs::write(&config, text).map_err(failed)?;
        let mut child = Command::new(program)
            .arg("serve")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let stderr = child.stderr.take();
        let process = Background(child);
        let mut lines = BufReader::new(stderr.ok_or("docker-registry has no log")?).lines();
        let host = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let address = line.split_once("listening on ")?.1;
            Some(address.split(['"', ' ', ',']).next()?.to_owned())
        });
        // The log is read on, so that the registry never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let host = host.ok_or("docker-registry did not say where it listens")?;
        Ok(Self { _process: process, host, _folder: folder })
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}
