//! What a push reports while it runs, whichever way it goes.

use pushgate_client::Progress;
use pushgate_engine::EngineProgress;

use crate::report::Report;

/// Receives the progress of a push: from the gate, then from our own client or from the Docker Engine.
pub trait PushProgress: Progress + EngineProgress {
    /// The gate has let the push through, and nothing was sent yet. `report` holds what the hooks answered.
    fn approved(&self, report: &Report);
}

/// Silence.
impl PushProgress for () {
    fn approved(&self, _report: &Report) {}
}
