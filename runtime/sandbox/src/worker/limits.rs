//! What a worker may use.

use std::fmt;
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

/// The limit that a worker ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exceeded {
    /// So many bytes of memory.
    Memory(u64),
    /// So many seconds of computing.
    Cpu(u64),
    /// So many seconds from start to end.
    Wall(u64),
    /// So many bytes of output.
    Output(u64),
    /// The depth to which its parts may be nested in one another.
    Nesting,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(bytes) => write!(formatter, "more than {} MiB of memory", bytes / MIB),
            Self::Cpu(seconds) => write!(formatter, "more than {seconds} s of computing"),
            Self::Wall(seconds) => write!(formatter, "more than {seconds} s"),
            Self::Output(bytes) => write!(formatter, "more than {} MiB of machine code and data", bytes / MIB),
            Self::Nesting => formatter.write_str("deeper nesting than any compiler makes"),
        }
    }
}
