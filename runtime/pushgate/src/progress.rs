//! What a push reports while it runs, whichever way it goes.

use std::fmt;

use pushgate_client::Progress;
use pushgate_net::WaitListener;

use crate::engine::EngineProgress;
use crate::report::Report;

/// Receives the progress of a push: from the gate, then from our own client or from the Docker Engine.
pub trait PushProgress: Progress + EngineProgress {
    /// The gate has let the push through, and nothing was sent yet. `report` holds what the hooks answered.
    fn approved(&self, report: &Report);
}

/// Hears why a flavor takes long to load.
pub trait CompileProgress: fmt::Debug + Send + Sync {
    /// The flavor, of so many bytes, is being compiled; `once` if the result is kept.
    fn compiling(&self, flavor: &str, bytes: u64, once: bool);
}

/// Hears of every wait that is long enough to wonder about.
pub trait Patience: CompileProgress + WaitListener {}

impl<T: CompileProgress + WaitListener> Patience for T {}
