//! Credential helpers: programs that are given a registry's name on stdin and print a JSON object with the credentials, as in Docker's
//! `docker-credential-helpers`.
//!
//! A helper is somebody else's program. It is found in absolute folders only, runs in a process group of its own, which is killed after 10
//! seconds or 64 KiB whatever it started, and nothing that it prints reaches an error: helpers put secrets into their error messages.

use std::ffi::OsStr;
use std::io::{self, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::fs::{Access, access};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde_json::Value;

use crate::credentials::{CredentialError, Credentials, docker_config};
use crate::strict_json;

/// How long a helper may take in all.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// The most bytes that a helper may print: 64 KiB.
const OUTPUT_LIMIT: u64 = 64 * 1024;
/// How often is looked whether a helper that closed its stdout has ended.
const POLL: Duration = Duration::from_millis(5);

/// What helpers print, with exit code 1, when they know nothing about a registry.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// What a helper said, and which program it was.
pub(super) struct Answer {
    pub(super) program: PathBuf,
    pub(super) credentials: Option<Credentials>,
}

/// Asks the helper `docker-credential-NAME` for the first of a registry's names.
pub(super) fn get(
    name: &str,
    search_path: Option<&OsStr>,
    servers: &[String],
    config: &Path,
    registry: &str,
) -> Result<Answer, CredentialError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if !(1..=128).contains(&name.len()) || !name.bytes().all(allowed) {
        return Err(CredentialError::HelperName { path: config.to_owned(), registry: registry.to_owned() });
    }
    let program = format!("docker-credential-{name}");
    let Some(program) = find(&program, search_path) else {
        return Err(CredentialError::HelperMissing { program, registry: registry.to_owned() });
    };
    let server = servers.first().map_or(registry, String::as_str);
    let failed = |problem: String| CredentialError::Helper { program: program.clone(), registry: registry.to_owned(), problem };
    let (status, output) = run(&program, server, TIME_LIMIT).map_err(failed)?;
    if !status.success() {
        if output.trim_ascii() == NOT_FOUND.as_bytes() {
            return Ok(Answer { program, credentials: None });
        }
        return Err(failed(format!("failed ({status}); what it printed may hold secrets and is not shown")));
    }
    let credentials = parse(&output).ok_or_else(|| failed("printed no credentials in the form of the protocol".to_owned()))?;
    Ok(Answer { program, credentials: Some(credentials) })
}

fn find(program: &str, search_path: Option<&OsStr>) -> Option<PathBuf> {
    std::env::split_paths(search_path?)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .find(|path| path.is_file() && access(path, Access::EXEC_OK).is_ok())
}

fn parse(output: &[u8]) -> Option<Credentials> {
    let members = strict_json::parse(output, OUTPUT_LIMIT).ok()?;
    let text = |name: &str| match members.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    docker_config::user(text("Username")?, text("Secret")?)
}

/// Runs `PROGRAM get` and gives its exit status and what it printed. An error says what it did, to be put after its name.
fn run(program: &Path, server: &str, limit: Duration) -> Result<(ExitStatus, Vec<u8>), String> {
    let deadline = Instant::now() + limit;
    let child = Command::new(program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("cannot be run: {error}"))?;
    let mut group = Group { child, reaped: false };
    if let Some(mut stdin) = group.child.stdin.take() {
        // A host name fits into any pipe, so this does not block; a helper that does not read it answers wrongly, or fails.
        let _ = stdin.write_all(server.as_bytes());
    }
    let output = group.read_output(deadline)?;
    while !group.has_ended().map_err(|error| format!("cannot be waited for: {error}"))? {
        if Instant::now() >= deadline {
            return Err(late());
        }
        std::thread::sleep(POLL);
    }
    group.end().map(|status| (status, output)).map_err(|error| format!("cannot be waited for: {error}"))
}

fn late() -> String {
    format!("did not end within {} seconds and was killed", TIME_LIMIT.as_secs())
}

/// A helper and all that it started. They are killed when this is dropped.
struct Group {
    child: Child,
    reaped: bool,
}

impl Group {
    /// Everything that the helper prints, until all that hold its stdout have closed it.
    fn read_output(&mut self, deadline: Instant) -> Result<Vec<u8>, String> {
        let Some(stdout) = self.child.stdout.take() else {
            return Err("has no stdout".to_owned());
        };
        let (sender, receiver) = mpsc::channel();
        // A thread, since a pipe has no time limit. It ends when the group is killed; should a process have left the group with the pipe, the
        // thread stays behind, which costs nothing but its stack.
        std::thread::spawn(move || {
            let mut output = Vec::new();
            let read = stdout.take(OUTPUT_LIMIT + 1).read_to_end(&mut output);
            // Nobody listens any more after the deadline.
            let _ = sender.send(read.map(|_| output));
        });
        match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Ok(output)) if output.len() as u64 > OUTPUT_LIMIT => Err("printed more than 64 KiB and was killed".to_owned()),
            Ok(Ok(output)) => Ok(output),
            Ok(Err(error)) => Err(format!("cannot be read: {error}")),
            Err(_) => Err(late()),
        }
    }

    fn id(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }

    /// Whether the helper itself has ended. It is not reaped: until then its number, which is the group's, belongs to nobody else.
    fn has_ended(&self) -> io::Result<bool> {
        let Some(id) = self.id() else { return Ok(true) };
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(id), options)?.is_some())
    }

    /// Kills what is left of the group, then reaps the helper.
    fn end(&mut self) -> io::Result<ExitStatus> {
        if let Some(id) = self.id() {
            // It fails when nobody is left, which is as well.
            let _ = kill_process_group(id, Signal::KILL);
        }
        self.reaped = true;
        self.child.wait()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.reaped {
            // Nobody is left to hear of an error.
            let _ = self.end();
        }
    }
}

#[cfg(test)]
mod tests;
