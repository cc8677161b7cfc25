//! What a worker may use.

use std::time::Duration;

use serde::{Deserialize, Serialize};

const MIB: u64 = 1 << 20;

/// The limits of one worker process. The child sets the first three itself; the parent watches the last.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct JobLimits {
    /// Bytes of private memory that can be written.
    pub(crate) memory: u64,
    /// Seconds of computing, of all threads together.
    pub(crate) cpu: u64,
    /// Bytes of the largest file that it may write.
    pub(crate) file: u64,
    /// Time from its start to its end. Generous: a machine that does much else must not make it fail.
    pub(crate) wall: Duration,
}

impl JobLimits {
    /// For compiling a component of so many bytes. An honest one of 18 MB takes 10 s and 370 MiB; the memory of a small one is what
    /// keeps a bomb small.
    pub(crate) fn compile(bytes: u64) -> Self {
        let mib = bytes.div_ceil(MIB);
        let cpu = 6 + 2 * mib;
        Self { memory: 448 * MIB + 64 * bytes, cpu, file: 16 * MIB + 8 * bytes, wall: Duration::from_secs(3 * cpu + 10) }
    }

    /// For comparing settings with a schema, which takes milliseconds.
    pub(crate) fn settings() -> Self {
        Self { memory: 256 * MIB, cpu: 2, file: 0, wall: Duration::from_secs(20) }
    }
}
