//! Reading a pipe whose writer may never come, never end, or write for ever.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::problem::FileProblem;

/// For the pipe of a `<(…)`: it has a writer, which may take its time.
const SHELL: Duration = Duration::from_secs(60);
/// For a FIFO with a name: a writer that is there opens it at once.
const NAMED: Duration = Duration::from_secs(5);

/// How long the pipe at a path is read.
pub(crate) fn wait(path: &Path) -> Duration {
    let is_descriptor = path == "/dev/stdin" || ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.starts_with(folder));
    if is_descriptor { SHELL } else { NAMED }
}

/// All that comes until the writer ends. The file does not block.
pub(crate) fn read(mut file: &File, limit: u64, wait: Duration) -> Result<Vec<u8>, FileProblem> {
    let started = Instant::now();
    let mut bytes = Vec::new();
    let mut piece = [0; 8192];
    loop {
        // Ready at the end too: the writer hung up.
        if !is_ready(file, wait.saturating_sub(started.elapsed())).map_err(FileProblem::System)? {
            return Err(FileProblem::Endless { waited: wait });
        }
        match file.read(&mut piece) {
            Ok(0) => return Ok(bytes),
            Ok(count) => bytes.extend_from_slice(piece.get(..count).unwrap_or_default()),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(error) => return Err(FileProblem::System(error)),
        }
        if bytes.len() as u64 > limit {
            return Err(FileProblem::TooLarge { limit });
        }
    }
}

fn is_ready(file: &File, wait: Duration) -> io::Result<bool> {
    if wait.is_zero() {
        return Ok(false);
    }
    let wait = Timespec::try_from(wait).map_err(io::Error::other)?;
    match poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&wait)) {
        Ok(ready) => Ok(ready > 0),
        // Looked at again, for the rest of the time.
        Err(rustix::io::Errno::INTR) => Ok(true),
        Err(error) => Err(error.into()),
    }
}
