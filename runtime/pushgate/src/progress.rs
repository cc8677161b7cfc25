//! What a push tells while it runs, whichever way it goes.

use pushgate_oci::Progress;

use crate::engine::EngineProgress;

/// Hears how a push gets on: from our own client, or from the Docker Engine.
pub trait PushProgress: Progress + EngineProgress {}

impl<T: Progress + EngineProgress> PushProgress for T {}
