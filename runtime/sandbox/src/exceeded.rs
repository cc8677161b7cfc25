//! What a worker may have too much of.

use std::fmt;

const MIB: u64 = 1 << 20;

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
