//! `--build`: runs the command that builds a project's component.

use std::io::{self, BufRead as _, BufReader, PipeReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

use super::build_record;
use super::error::ProjectError;
use super::manifest::Manifest;
use super::sources::{Apart, Sources, Stamp};

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
    components: Vec<PathBuf>,
}

impl Build {
    /// Reads the command of the project in a folder.
    ///
    /// # Errors
    /// See [`ProjectError`]: there is no `flavor.toml`, or it names no command.
    pub fn read(folder: &Path) -> Result<Self, ProjectError> {
        let manifest = Manifest::read(folder)?;
        let components = manifest.components();
        let component = folder.join(manifest.component);
        match manifest.build {
            Some(command) => Ok(Self { folder: folder.to_owned(), command, component, components }),
            None => Err(ProjectError::NoBuild { path: Manifest::path(folder) }),
        }
    }

    /// The command, as `flavor.toml` says it.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// Runs the command in the project's folder, without input, and keeps what the component was built from. `show` gets each line of the command's output,
    /// which may hold anything. `outputs` are the files that this program's own output goes to, by device and inode.
    ///
    /// # Errors
    /// The sources cannot be read; the command cannot be started, fails, or makes no component.
    pub fn run(&self, outputs: &[(u64, u64)], mut show: impl FnMut(&str)) -> Result<(), ProjectError> {
        let apart = Apart { components: &self.components, outputs };
        let (before, earlier) = (Sources::read(&self.folder, &apart)?, Stamp::of(&self.component));
        let failed = |cause| ProjectError::System { action: "run the build command in", path: self.folder.clone(), cause };
        let status = self.shell(&mut show).map_err(failed)?;
        if !status.success() {
            return Err(ProjectError::BuildFailed { command: self.command.clone(), folder: self.folder.clone(), status });
        }
        if !self.component.exists() {
            let Self { folder, command, component, .. } = self;
            return Err(ProjectError::NotMade { command: command.clone(), folder: folder.clone(), component: component.clone() });
        }
        // A build that finds nothing to do has seen all that lay there when it began, a file that it does not read too.
        build_record::keep(&self.component, earlier.as_ref(), &before, &Sources::read(&self.folder, &apart)?);
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
