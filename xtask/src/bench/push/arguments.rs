//! What is measured, as the command line says it.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::case::Case;

/// Pushes without a daemon, against crane, oras, regctl, skopeo and docker
#[derive(Debug, Clone, Args)]
pub(crate) struct PushArguments {
    /// Only this case; may be repeated
    #[arg(long = "case", value_name = "NAME")]
    cases: Vec<Case>,
    /// Only this line; may be repeated
    #[arg(long = "line", value_name = "NAME")]
    lines: Vec<LineName>,
    /// Only this contender, besides pushgate and the limit; may be repeated
    #[arg(long = "peer", value_name = "NAME", value_parser = ["crane", "oras", "regctl", "skopeo", "docker"])]
    peers: Vec<String>,
    /// Rounds of each case; everyone has a turn in each
    #[arg(long, default_value = "9")]
    pub(super) rounds: NonZeroUsize,
    /// Measure this pushgate instead of building one
    #[arg(long, value_name = "FILE")]
    pub(super) pushgate: Option<PathBuf>,
    /// Measure this pushgate as well, for example of before a change
    #[arg(long, value_name = "FILE")]
    pub(super) earlier: Option<PathBuf>,
    /// Write the figures here, not to stdout
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
}

impl PushArguments {
    pub(super) fn cases(&self) -> Vec<Case> {
        if self.cases.is_empty() { Case::value_variants().to_vec() } else { self.cases.clone() }
    }

    pub(super) fn lines(&self) -> Vec<LineName> {
        if self.lines.is_empty() { LineName::value_variants().to_vec() } else { self.lines.clone() }
    }

    /// Whether a peer takes part.
    pub(super) fn wants(&self, peer: &str) -> bool {
        self.peers.is_empty() || self.peers.iter().any(|wanted| wanted == peer)
    }
}

/// What lies between the contender and the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LineName {
    /// The loopback device
    Loopback,
    /// A line with a round trip of 40 ms that carries 200 Mbit/s
    Slow,
}

impl LineName {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Loopback => "loopback",
            Self::Slow => "slow",
        }
    }
}

impl fmt::Display for LineName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
