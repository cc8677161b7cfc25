//! Compiling a component in a worker, from both sides.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use rustix::stdio::{stdin, stdout};
use serde::{Deserialize, Serialize};

use super::cancel::Cancelled;
use super::limits::JobLimits;
use super::process::{Failed, run};
use super::report::{Job, Report};
use super::streams::standard;
use crate::anonymous::anonymous_file;
use crate::options::Allocation;
use crate::worker_program::Worker;
use crate::{ComponentDigest, LoadError, MAX_COMPONENT_BYTES, compile, engine, source};

/// How a compile ended: so many bytes of machine code, or why there is none.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Compiled {
    Bytes(u64),
    Refused(LoadError),
}

/// How long somebody else's compile of a component of so many bytes may take.
pub(crate) fn wait_limit(bytes: u64) -> Duration {
    JobLimits::compile(bytes).wall
}

/// Compiles the component in `component`, which must have this digest. The result has no name anywhere.
pub(crate) fn compile(
    worker: &Worker,
    digest: &ComponentDigest,
    component: File,
    cancelled: Option<&Cancelled>,
) -> Result<File, LoadError> {
    let failed = |error: io::Error| LoadError::Runtime { message: format!("a component cannot be passed to a worker process: {error}") };
    let bytes = component.metadata().map_err(failed)?.len();
    if bytes > MAX_COMPONENT_BYTES {
        return Err(LoadError::TooLarge { size: bytes, limit: MAX_COMPONENT_BYTES });
    }
    let limits = JobLimits::compile(bytes);
    let artifact = anonymous_file().map_err(failed)?;
    match run(worker, Job::Compile { digest: *digest }, &limits, component, Some(&artifact), cancelled) {
        // The report says that all was written; that it arrived is seen here.
        Ok(Compiled::Bytes(written)) if artifact.metadata().map_err(failed)?.len() == written => Ok(artifact),
        Ok(Compiled::Bytes(_)) => Err(LoadError::Runtime { message: "the output of a worker process is not whole".to_owned() }),
        Ok(Compiled::Refused(error)) => Err(error),
        Err(Failed::Exceeded(exceeded)) => Err(LoadError::CompileLimit { exceeded, bytes }),
        Err(Failed::Cancelled) => Err(LoadError::Runtime { message: "the compile was cancelled".to_owned() }),
        Err(Failed::Broke(message)) => Err(LoadError::Runtime { message }),
    }
}

/// The same in the child: from stdin to stdout.
pub(super) fn in_worker(digest: &ComponentDigest) -> Report<Compiled> {
    match translate(digest) {
        Ok(artifact) => match standard(stdout()).and_then(|mut stdout| stdout.write_all(&artifact)) {
            Ok(()) => Report::Done(Compiled::Bytes(u64::try_from(artifact.len()).unwrap_or(u64::MAX))),
            Err(error) => Report::Broke(format!("the machine code cannot be written: {error}")),
        },
        Err(Stopped::Refused(error)) => Report::Done(Compiled::Refused(error)),
        Err(Stopped::OutOfMemory) => Report::OutOfMemory,
        Err(Stopped::Broke(message)) => Report::Broke(message),
    }
}

enum Stopped {
    Refused(LoadError),
    OutOfMemory,
    Broke(String),
}

impl From<LoadError> for Stopped {
    fn from(error: LoadError) -> Self {
        Self::Refused(error)
    }
}

fn translate(digest: &ComponentDigest) -> Result<Vec<u8>, Stopped> {
    let mut bytes = Vec::new();
    // A file that grows while it is read ends here too.
    let read = standard(stdin()).and_then(|stdin| stdin.take(MAX_COMPONENT_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| Stopped::Broke(format!("the component cannot be read: {error}")))?;
    source::check(&bytes, digest)?;
    let engine = engine::new(Allocation::OnDemand).map_err(|error| Stopped::Broke(format!("{error:#}")))?;
    let mut is_out_of_memory = false;
    let compiled = compile::checked(&bytes, |bytes| {
        let compiled = engine.precompile_component(bytes);
        compiled.inspect_err(|error| is_out_of_memory = error.is::<wasmtime::OutOfMemory>())
    });
    if is_out_of_memory { Err(Stopped::OutOfMemory) } else { Ok(compiled?) }
}
