//! Docker: its command only asks, and the Docker Engine does the work, so both count.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::case::{Case, ImageName};
use super::images::Images;
use super::scratch;
use super::usage::{self, Usage};
use crate::Outcome;
use crate::command::run;
use crate::parts::Dockerd;

/// What `/proc/PID/stat` counts in: hundredths of a second on every machine that Rust and Docker run on.
const TICK: Duration = Duration::from_millis(10);

/// A Docker Engine that has the images.
pub(super) struct Docker {
    program: PathBuf,
    daemon: Dockerd,
    /// Its folder in `/proc`.
    process: PathBuf,
}

impl Docker {
    pub(super) fn start(program: &Path, images: &Images, cases: &[Case]) -> Outcome<Self> {
        let daemon = Dockerd::start_in(scratch::folder()?)?;
        let pid = daemon.socket().with_file_name("pid");
        let pid = fs::read_to_string(&pid).map_err(|error| format!("cannot read {}: {error}", pid.display()))?;
        let docker = Self { program: program.to_owned(), daemon, process: Path::new("/proc").join(pid.trim()) };
        for name in ImageName::ALL {
            if cases.iter().any(|case| case.image() == name || case.before().is_some_and(|(before, _)| before == name)) {
                docker.load(name, images)?;
            }
        }
        Ok(docker)
    }

    /// Where it listens.
    pub(super) fn address(&self) -> String {
        format!("unix://{}", self.daemon.socket().display())
    }

    fn load(&self, name: ImageName, images: &Images) -> Outcome {
        let folder = scratch::folder()?;
        let archive = folder.path().join("image.tar");
        let file = File::create(&archive).map_err(|error| format!("cannot write {}: {error}", archive.display()))?;
        images.get(name)?.write_docker_archive(name, file, &source(name))?;
        run(self.docker(&["load", "--quiet", "--input"]).arg(&archive))
    }

    /// Gives an image the name that it is pushed under.
    pub(super) fn tag(&self, name: ImageName, destination: &str) -> Outcome {
        run(&mut self.docker(&["tag", &source(name), destination]))
    }

    /// What a push took in the command and in the Docker Engine together.
    pub(super) fn measure(&self, command: &Command) -> Outcome<Usage> {
        // From now on the largest resident set is counted anew (proc(5)).
        let reset = self.process.join("clear_refs");
        fs::write(&reset, "5").map_err(|error| format!("cannot write {}: {error}", reset.display()))?;
        let before = self.cpu()?;
        let usage = usage::measure(command)?;
        Ok(Usage {
            time: usage.time,
            cpu: usage.cpu + self.cpu()?.saturating_sub(before),
            peak_memory: usage.peak_memory + self.peak_memory()?,
        })
    }

    fn cpu(&self) -> Outcome<Duration> {
        let stat = self.read("stat")?;
        // The second field is the name in parentheses; the fourteenth and fifteenth are the time in the process and in the system.
        let rest = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
        let ticks = rest.split_whitespace().skip(11).take(2).map(|field| field.parse::<u32>().ok()).sum::<Option<u32>>();
        ticks.map(|ticks| TICK * ticks).ok_or_else(|| format!("no CPU time in {}", self.process.display()))
    }

    fn peak_memory(&self) -> Outcome<u64> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kibibytes.map(|kibibytes| kibibytes * 1024).ok_or_else(|| format!("no VmHWM in {}", self.process.display()))
    }

    fn read(&self, file: &str) -> Outcome<String> {
        let path = self.process.join(file);
        fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
    }

    fn docker(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["--host", &self.address()]).args(words).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }
}

fn source(name: ImageName) -> String {
    format!("bench-{}:source", name.as_str())
}
