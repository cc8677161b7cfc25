//! What lies between a contender and the registry: the loopback device, or a slow line between two network namespaces.

mod namespace;
mod probe;
pub(super) mod relay;
mod slow;

use serde_json::{Value, json};

use self::slow::SlowLine;
use super::arguments::LineName;
use crate::Outcome;

pub(super) use namespace::{abandoned, sweep};

/// The round trip of the slow line, in milliseconds.
const ROUND_TRIP_MS: u64 = 40;
/// What the slow line carries each way, in megabits a second, headers included.
const RATE_MBIT: u64 = 200;

/// A line that is up.
pub(super) enum Line {
    /// Everything in the namespace that this program was started in.
    Loopback,
    /// Contenders in one namespace, registries in another.
    Slow(SlowLine),
}

impl Line {
    pub(super) fn open(name: LineName) -> Outcome<Self> {
        match name {
            LineName::Loopback => Ok(Self::Loopback),
            LineName::Slow => SlowLine::open().map(Self::Slow),
        }
    }

    pub(super) const fn name(&self) -> LineName {
        match self {
            Self::Loopback => LineName::Loopback,
            Self::Slow(_) => LineName::Slow,
        }
    }

    /// The address that registries listen on.
    pub(super) const fn server_address(&self) -> &'static str {
        match self {
            Self::Loopback => "127.0.0.1",
            Self::Slow(_) => slow::SERVER,
        }
    }

    /// Does something where contenders run; what it starts stays there.
    pub(super) fn at_client<T: Send>(&self, work: impl FnOnce() -> Outcome<T> + Send) -> Outcome<T> {
        match self {
            Self::Loopback => work(),
            Self::Slow(line) => line.client.enter(work),
        }
    }

    /// Does something where registries run; what it starts stays there.
    pub(super) fn at_server<T: Send>(&self, work: impl FnOnce() -> Outcome<T> + Send) -> Outcome<T> {
        match self {
            Self::Loopback => work(),
            Self::Slow(line) => line.server.enter(work),
        }
    }

    /// How long the line takes for this many bytes, in milliseconds, at the rate that was measured.
    pub(super) fn takes_ms(&self, bytes: u64) -> Option<f64> {
        match self {
            Self::Loopback => None,
            Self::Slow(line) => Some(bytes as f64 * 8.0 / (line.measured.payload_mbit * 1000.0)),
        }
    }

    pub(super) fn described(&self) -> Value {
        match self {
            Self::Loopback => json!({ "name": "loopback" }),
            Self::Slow(line) => json!({
                "name": "slow",
                "made_of": line.made_of,
                "set": { "round_trip_ms": ROUND_TRIP_MS, "mbit_per_second": RATE_MBIT },
                "measured": {
                    "round_trip_ms": crate::bench::measure::rounded(line.measured.round_trip_ms),
                    "median_round_trip_ms": crate::bench::measure::rounded(line.measured.median_round_trip_ms),
                    "payload_mbit_per_second": crate::bench::measure::rounded(line.measured.payload_mbit),
                },
            }),
        }
    }
}
