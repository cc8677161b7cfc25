//! Work on bytes that nobody here trusts, done in a process of its own.
//!
//! Compiling a component that was written to harm takes memory and time without bound, and whatever goes wrong in a compiler is an abort
//! that no thread survives. So a program that embeds the sandbox starts itself again for it: the child limits its own memory, computing time
//! and files before it reads the first byte, has an empty environment, and is killed when it takes too long or nobody waits for it any more.
//!
//! The program's `main` asks first whether it was started for that:
//!
//! ```no_run
//! # use std::process::ExitCode;
//! fn main() -> ExitCode {
//!     if let Some(done) = pushgate_sandbox::worker::run_if_asked(std::env::args_os()) {
//!         return done;
//!     }
//!     // The program itself.
//! #   ExitCode::SUCCESS
//! }
//! ```

mod anonymous;
mod cancel;
mod child;
mod compile;
mod limits;
mod process;
mod report;
mod settings;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

pub(crate) use anonymous::anonymous_file;
pub(crate) use cancel::{Cancelled, cancellation};
pub(crate) use compile::{compile, wait_limit};
pub use limits::Exceeded;
pub(crate) use limits::JobLimits;
use process::{Failed, run};
pub(crate) use settings::check as check_settings;

/// The first argument of a worker. No command line of a person begins like this, and somebody who types it gets a process that waits for
/// its input.
const ASKED: &str = "--pushgate-sandbox-worker=1";

/// A program that is a worker when it is asked to: its `main` begins with [`run_if_asked`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    program: PathBuf,
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

/// Does the work of a worker if the arguments ask for it, and returns the exit code to end with; `None` for every other start of the program.
/// The arguments are those of the process, its own name first.
pub fn run_if_asked(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut arguments = arguments.into_iter().skip(1);
    if arguments.next()? != ASKED {
        return None;
    }
    Some(child::run(&arguments.next()?.into_string().ok()?))
}
