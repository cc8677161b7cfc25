//! The parts of the benchmark that run as processes of their own.

use clap::Subcommand;

use super::limit::{self, LimitArguments};
use super::line::relay::{self, RelayArguments};
use super::usage;
use crate::Outcome;

/// One part.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PushPart {
    /// A line of a given delay and rate between two namespaces
    Relay(RelayArguments),
    /// The bare client
    Limit(LimitArguments),
    /// Runs a command and prints what it took as JSON
    Measured {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
}

impl PushPart {
    pub(crate) fn run(&self) -> Outcome {
        match self {
            Self::Relay(arguments) => relay::run(arguments),
            Self::Limit(arguments) => limit::run(arguments),
            Self::Measured { command } => usage::run(command),
        }
    }
}
