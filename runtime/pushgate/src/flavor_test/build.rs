//! `--build`: runs the command that builds a project's component.

use std::io::{self, BufRead as _, BufReader, PipeReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, SystemTime};

use pushgate_files::Links;

use super::error::ProjectError;
use super::project::Manifest;
use super::sources;

/// The bytes of a line of the command's output that are shown as one.
const LINE_BYTES: u64 = 8 << 10;

/// How long more output is waited for when the command has ended: a server that it started may keep the pipe open for ever.
const REST: Duration = Duration::from_millis(200);

/// How a project is built.
#[derive(Debug)]
pub struct Build {
    folder: PathBuf,
    command: String,
    component: PathBuf,
}

impl Build {
    /// Reads the command of the project in a folder.
    ///
    /// # Errors
    /// See [`ProjectError`]: there is no `flavor.toml`, or it names no command.
    pub fn read(folder: &Path) -> Result<Self, ProjectError> {
        let manifest = Manifest::read(folder)?;
        let component = folder.join(manifest.component);
        match manifest.build {
            Some(command) => Ok(Self { folder: folder.to_owned(), command, component }),
            None => Err(ProjectError::NoBuild { path: Manifest::path(folder) }),
        }
    }

    /// The command, as `flavor.toml` says it.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// Runs the command in the project's folder, without input. `show` gets each line of its output, which may hold anything.
    ///
    /// # Errors
    /// The command cannot be started, fails, or makes no component.
    pub fn run(&self, mut show: impl FnMut(&str)) -> Result<(), ProjectError> {
        let started = SystemTime::now();
        let failed = |cause| ProjectError::System { action: "run the build command in", path: self.folder.clone(), cause };
        let status = self.shell(&mut show).map_err(failed)?;
        if !status.success() {
            return Err(ProjectError::BuildFailed { command: self.command.clone(), folder: self.folder.clone(), status });
        }
        match sources::changed(&self.component) {
            Some(changed) => self.is_up_to_date(changed, started),
            None => {
                let Self { folder, command, component } = self;
                return Err(ProjectError::NotMade { command: command.clone(), folder: folder.clone(), component: component.clone() });
            }
        }
        Ok(())
    }

    fn shell(&self, show: &mut impl FnMut(&str)) -> io::Result<ExitStatus> {
        let (output, input) = io::pipe()?;
        // `command` holds the pipe's other end, and is gone when the reading begins.
        let mut child = {
            let mut command = Command::new("sh");
            command.args(["-c", &self.command]).current_dir(&self.folder).env_remove("DOCKER_AUTH_CONFIG");
            command.stdin(Stdio::null()).stdout(input.try_clone()?).stderr(input).spawn()?
        };
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || send_lines(output, &sender));
        let mut ended = None;
        loop {
            match lines.recv_timeout(REST) {
                Ok(line) => show(&line),
                Err(RecvTimeoutError::Timeout) if ended.is_none() => ended = child.try_wait()?,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        ended.map_or_else(|| child.wait(), Ok)
    }

    /// What a successful build left as it was is up to date: it has looked at all that was changed before it started. Without that, a file that the build does
    /// not read would stay newer than the component for ever.
    fn is_up_to_date(&self, changed: SystemTime, started: SystemTime) {
        if changed < started {
            // The project may belong to somebody else: then the comparison finds what it finds.
            let _ = pushgate_files::open(&self.component, Links::Followed).map(|component| component.file.set_modified(started));
        }
    }
}

fn send_lines(output: PipeReader, lines: &Sender<String>) {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    while output.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
        if lines.send(String::from_utf8_lossy(&line).trim_end().to_owned()).is_err() {
            return;
        }
        line.clear();
    }
}
