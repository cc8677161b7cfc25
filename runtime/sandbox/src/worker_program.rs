//! The program that a worker is.

use std::path::PathBuf;

/// The first argument of a worker. No command line of a person begins like this, and somebody who types it gets a process that waits for
/// its input.
pub(crate) const ASKED: &str = "--pushgate-sandbox-worker=1";

/// A program that is a worker when it is asked to: its `main` begins with [`run_if_asked`](crate::worker::run_if_asked).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    pub(crate) program: PathBuf,
}

impl Worker {
    /// The program that runs now. It is found even after its file was replaced.
    ///
    /// # Errors
    /// The system does not say where it is; not on Linux.
    pub fn this_program() -> std::io::Result<Self> {
        let program = if cfg!(target_os = "linux") { PathBuf::from("/proc/self/exe") } else { std::env::current_exe()? };
        Ok(Self { program })
    }

    /// Another program, of the very same version of this library.
    pub fn program(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into() }
    }
}
