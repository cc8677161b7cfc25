//! Credential helpers: programs that are given a registry's name on stdin and print a JSON object with the credentials, as in Docker's
//! `docker-credential-helpers`.
//!
//! A helper is a stranger's program. It is found in absolute folders only, runs in a process group of its own, which is
//! killed at its time limit or after 64 KiB whatever it started, and nothing that it prints reaches an error: helpers
//! put secrets into their error messages. It inherits the environment, by which many find what they keep, without the
//! variable that holds credentials of other registries.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use pushgate_json::{Shape, parse_known};
use rustix::fs::{Access, access};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde_json::Value;
use tracing::warn;

use crate::error::CredentialError;
use crate::place::{CredentialPlace, DOCKER_AUTH_CONFIG};
use crate::secret::{Credentials, Secret};
use crate::server::Server;

/// The variable that sets how long a helper may take in all, in seconds.
pub(crate) const TIME_LIMIT_VARIABLE: &str = "PUSHGATE_HELPER_TIMEOUT";
/// How long it may take otherwise: without a terminal it can ask nothing of a person.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// On a terminal a person may have to unlock a keychain, or to confirm something in a browser.
const TIME_LIMIT_ON_TERMINAL: Duration = Duration::from_secs(60);
/// The longest limit that can be set, in seconds.
const MAX_TIME_LIMIT: u64 = 3600;
/// From then on a person is told what is waited for.
const SILENT: Duration = Duration::from_secs(5);
/// The most bytes that a helper may print: 64 KiB.
const OUTPUT_LIMIT: u64 = 64 * 1024;
/// How often is looked whether a helper that closed its stdout has ended.
const POLL: Duration = Duration::from_millis(5);

/// What is read of what a helper prints.
const ANSWER: Shape = Shape::Members(&[("ServerURL", Shape::Unread), ("Username", Shape::Scalar), ("Secret", Shape::Scalar)]);

/// What helpers print, with exit code 1, when they know nothing about a registry.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// How helpers are found, and how long each may take.
#[derive(Clone, Debug, Default)]
pub(crate) struct Helpers {
    /// `PATH`.
    pub(crate) search_path: Option<OsString>,
    /// The variable's value.
    pub(crate) time_limit: Option<OsString>,
    pub(crate) on_terminal: bool,
}

impl Helpers {
    fn time_limit(&self) -> Result<Duration, CredentialError> {
        let Some(value) = &self.time_limit else {
            return Ok(if self.on_terminal { TIME_LIMIT_ON_TERMINAL } else { TIME_LIMIT });
        };
        let seconds =
            value.to_str().and_then(|text| text.trim().parse::<u64>().ok()).filter(|seconds| (1..=MAX_TIME_LIMIT).contains(seconds));
        let wrong = CredentialError::HelperTimeLimit { variable: TIME_LIMIT_VARIABLE, most: MAX_TIME_LIMIT };
        seconds.map(Duration::from_secs).ok_or(wrong)
    }
}

/// One helper, found.
pub(crate) struct Helper<'a> {
    program: PathBuf,
    registry: &'a str,
    time_limit: Duration,
    /// The member of a file that names it.
    member: &'static str,
    place: &'a CredentialPlace,
}

impl<'a> Helper<'a> {
    /// Finds `docker-credential-NAME`, which `member` of a file names.
    pub(crate) fn find(
        name: &str,
        helpers: &Helpers,
        registry: &'a str,
        place: &'a CredentialPlace,
        member: &'static str,
    ) -> Result<Self, CredentialError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if !(1..=128).contains(&name.len()) || !name.bytes().all(allowed) {
            return Err(CredentialError::HelperName { member, place: place.clone(), registry: registry.to_owned() });
        }
        let time_limit = helpers.time_limit()?;
        let program = format!("docker-credential-{name}");
        match find(&program, helpers.search_path.as_deref()) {
            Some(program) => Ok(Self { program, registry, time_limit, member, place }),
            None => Err(CredentialError::HelperMissing { program, member, place: place.clone(), registry: registry.to_owned() }),
        }
    }

    /// It, in the words of [`Found::origin`](crate::Found).
    pub(crate) fn origin(&self) -> String {
        format!("credential helper `{}`", self.program.display())
    }

    fn failed(&self, problem: String) -> CredentialError {
        let (program, place, registry) = (self.program.clone(), self.place.clone(), self.registry.to_owned());
        CredentialError::Helper { program, member: self.member, place, registry, problem }
    }

    fn run(&self, action: &'static str, input: Vec<u8>) -> Result<(ExitStatus, Vec<u8>), CredentialError> {
        run(&self.program, action, input, self.time_limit).map_err(|problem| self.failed(problem))
    }

    /// What it knows about a server.
    pub(crate) fn get(&self, server: &str) -> Result<Option<Credentials>, CredentialError> {
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

    /// What it knows about a server, under the first of its names that it knows.
    pub(crate) fn find_credentials(&self, server: &Server) -> Result<Option<Credentials>, CredentialError> {
        for name in server.helper_names() {
            if let Some(credentials) = self.get(name)? {
                return Ok(Some(credentials));
            }
        }
        Ok(None)
    }

    /// Gives it a credential to keep.
    pub(crate) fn store(&self, server: &str, username: &str, secret: &Secret) -> Result<(), CredentialError> {
        let document = serde_json::json!({ "ServerURL": server, "Username": username, "Secret": secret.expose() });
        self.tell("store", document.to_string().into_bytes())
    }

    /// Lets it forget a server.
    pub(crate) fn erase(&self, server: &str) -> Result<(), CredentialError> {
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

fn find(program: &str, search_path: Option<&OsStr>) -> Option<PathBuf> {
    std::env::split_paths(search_path?)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .find(|path| path.is_file() && access(path, Access::EXEC_OK).is_ok())
}

fn parse(output: &[u8]) -> Option<Credentials> {
    let members = parse_known(output, OUTPUT_LIMIT, &ANSWER).ok()?;
    let text = |name: &str| match members.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    Credentials::of_pair(text("Username")?, text("Secret")?)
}

/// Runs `PROGRAM ACTION` and gives its exit status and what it printed. An error says what it did, to be put after its name.
fn run(program: &Path, action: &'static str, input: Vec<u8>, limit: Duration) -> Result<(ExitStatus, Vec<u8>), String> {
    let deadline = Instant::now() + limit;
    let mut group = Group::start(command(program).arg(action)).map_err(|error| format!("cannot be run: {error}"))?;
    if let Some(mut stdin) = group.child.stdin.take() {
        // A thread, since a helper need not read. It ends with the pipe, which the group takes with it; a helper that does not read what it is
        // told answers wrongly, or fails.
        std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
    }
    let output = group.read_output(program, deadline, limit)?;
    while !group.has_ended().map_err(|error| format!("cannot be waited for: {error}"))? {
        if Instant::now() >= deadline {
            return Err(late(limit));
        }
        std::thread::sleep(POLL);
    }
    group.end().map(|status| (status, output)).map_err(|error| format!("cannot be waited for: {error}"))
}

/// A command without the variable that holds credentials: no other program is meant to see those of every registry.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_remove(DOCKER_AUTH_CONFIG);
    command
}

fn late(limit: Duration) -> String {
    let seconds = limit.as_secs();
    let unit = if seconds == 1 { "second" } else { "seconds" };
    format!("did not end within {seconds} {unit} and was killed ({TIME_LIMIT_VARIABLE} sets the limit)")
}

/// The groups whose helpers were not reaped yet.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Kills every helper that runs, with all that it started, and lets none be started from then on: for a program that ends while others wait for one.
pub fn end_helpers() {
    let running = running();
    for id in running.iter() {
        let _ = kill_process_group(*id, Signal::KILL);
    }
    // Whoever is about to start one waits for this lock until the program has ended.
    std::mem::forget(running);
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
    /// Starts a helper with pipes for stdin and stdout.
    fn start(command: &mut Command) -> io::Result<Self> {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        // Held until the group is known: a helper runs before `spawn` returns, and must not be missed by whoever ends all of them.
        let mut running = running();
        let group = Self { child: command.spawn()?, reaped: false };
        running.extend(group.id());
        Ok(group)
    }

    /// Everything that the helper prints, until all that hold its stdout have closed it.
    fn read_output(&mut self, program: &Path, deadline: Instant, limit: Duration) -> Result<Vec<u8>, String> {
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
        let left = || deadline.saturating_duration_since(Instant::now());
        let received = receiver.recv_timeout(left().min(SILENT)).or_else(|_| {
            if !left().is_zero() {
                warn!("waiting for the credential helper `{}`, for at most {} seconds", program.display(), limit.as_secs());
            }
            receiver.recv_timeout(left())
        });
        match received {
            Ok(Ok(output)) if output.len() as u64 > OUTPUT_LIMIT => Err("printed more than 64 KiB and was killed".to_owned()),
            Ok(Ok(output)) => Ok(output),
            Ok(Err(error)) => Err(format!("cannot be read: {error}")),
            Err(_) => Err(late(limit)),
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
