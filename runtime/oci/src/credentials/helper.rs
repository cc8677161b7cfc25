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
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use rustix::fs::{Access, access};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde_json::Value;

use crate::credentials::{CredentialError, Credentials, Secret, file};
use crate::strict_json::{self, Shape};

/// How long a helper may take in all.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// The most bytes that a helper may print: 64 KiB.
const OUTPUT_LIMIT: u64 = 64 * 1024;
/// How often is looked whether a helper that closed its stdout has ended.
const POLL: Duration = Duration::from_millis(5);

/// What is read of what a helper prints.
const ANSWER: Shape = Shape::Members(&[("ServerURL", Shape::Unread), ("Username", Shape::Scalar), ("Secret", Shape::Scalar)]);

/// What helpers print, with exit code 1, when they know nothing about a registry.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// What a helper said, and which program it was.
pub(super) struct Answer {
    pub(super) program: PathBuf,
    pub(super) credentials: Option<Credentials>,
}

/// One helper, found.
pub(super) struct Helper<'a> {
    program: PathBuf,
    registry: &'a str,
}

impl<'a> Helper<'a> {
    /// Finds `docker-credential-NAME`. `config` is the file that names it.
    pub(super) fn find(name: &str, search_path: Option<&OsStr>, config: &Path, registry: &'a str) -> Result<Self, CredentialError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if !(1..=128).contains(&name.len()) || !name.bytes().all(allowed) {
            return Err(CredentialError::HelperName { path: config.to_owned(), registry: registry.to_owned() });
        }
        let program = format!("docker-credential-{name}");
        match find(&program, search_path) {
            Some(program) => Ok(Self { program, registry }),
            None => Err(CredentialError::HelperMissing { program, registry: registry.to_owned() }),
        }
    }

    pub(super) fn program(&self) -> &Path {
        &self.program
    }

    fn failed(&self, problem: String) -> CredentialError {
        CredentialError::Helper { program: self.program.clone(), registry: self.registry.to_owned(), problem }
    }

    fn run(&self, action: &'static str, input: Vec<u8>) -> Result<(ExitStatus, Vec<u8>), CredentialError> {
        run(&self.program, action, input, TIME_LIMIT).map_err(|problem| self.failed(problem))
    }

    /// What it knows about a server.
    pub(super) fn get(&self, server: &str) -> Result<Option<Credentials>, CredentialError> {
        let (status, output) = self.run("get", server.as_bytes().to_vec())?;
        if !status.success() {
            if output.trim_ascii() == NOT_FOUND.as_bytes() {
                return Ok(None);
            }
            return Err(self.failed(format!("failed ({status}); what it printed may hold secrets and is not shown")));
        }
        let credentials = parse(&output).ok_or_else(|| self.failed("printed no credentials in the form of the protocol".to_owned()))?;
        Ok(Some(credentials))
    }

    /// Gives it a credential to keep.
    pub(super) fn store(&self, server: &str, username: &str, secret: &Secret) -> Result<(), CredentialError> {
        let document = serde_json::json!({ "ServerURL": server, "Username": username, "Secret": secret.expose() });
        self.tell("store", document.to_string().into_bytes())
    }

    /// Lets it forget a server.
    pub(super) fn erase(&self, server: &str) -> Result<(), CredentialError> {
        self.tell("erase", server.as_bytes().to_vec())
    }

    fn tell(&self, action: &'static str, input: Vec<u8>) -> Result<(), CredentialError> {
        let (status, _output) = self.run(action, input)?;
        if status.success() {
            return Ok(());
        }
        Err(self.failed(format!("failed to {action} ({status}); what it printed may hold secrets and is not shown")))
    }
}

/// Asks the helper `docker-credential-NAME` for the first of a registry's names.
pub(super) fn get(
    name: &str,
    search_path: Option<&OsStr>,
    servers: &[String],
    config: &Path,
    registry: &str,
) -> Result<Answer, CredentialError> {
    let helper = Helper::find(name, search_path, config, registry)?;
    let credentials = helper.get(servers.first().map_or(registry, String::as_str))?;
    Ok(Answer { program: helper.program, credentials })
}

fn find(program: &str, search_path: Option<&OsStr>) -> Option<PathBuf> {
    std::env::split_paths(search_path?)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .find(|path| path.is_file() && access(path, Access::EXEC_OK).is_ok())
}

fn parse(output: &[u8]) -> Option<Credentials> {
    let members = strict_json::parse_known(output, OUTPUT_LIMIT, &ANSWER).ok()?;
    let text = |name: &str| match members.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    file::user(text("Username")?, text("Secret")?)
}

/// Runs `PROGRAM ACTION` and gives its exit status and what it printed. An error says what it did, to be put after its name.
fn run(program: &Path, action: &'static str, input: Vec<u8>, limit: Duration) -> Result<(ExitStatus, Vec<u8>), String> {
    let deadline = Instant::now() + limit;
    let child = Command::new(program)
        .arg(action)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("cannot be run: {error}"))?;
    let mut group = Group::new(child);
    if let Some(mut stdin) = group.child.stdin.take() {
        // A thread, since a helper need not read. It ends with the pipe, which the group takes with it; a helper that does not read what it is
        // told answers wrongly, or fails.
        std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
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

/// The groups whose helpers were not reaped yet.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Kills every helper that runs, with all that it started. For a program that ends while others wait for one.
pub fn end_helpers() {
    for id in running().iter() {
        let _ = kill_process_group(*id, Signal::KILL);
    }
}

fn running() -> MutexGuard<'static, Vec<Pid>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A helper and all that it started. They are killed when this is dropped.
struct Group {
    child: Child,
    reaped: bool,
}

impl Group {
    fn new(child: Child) -> Self {
        let group = Self { child, reaped: false };
        running().extend(group.id());
        group
    }

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
            // Once it is reaped, its number may be another's.
            running().retain(|running| *running != id);
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
