//! Ctrl-C and SIGTERM end a command in an orderly way: what runs is dropped, so that nothing is left half done, and the exit code says it.

use std::future::Future;

use tokio::signal::unix::{SignalKind, signal};

use crate::exit::{Failure, Kind};

/// The result of `work`, or the failure that a signal makes of it.
pub(super) async fn unless_interrupted<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let defect = |error: std::io::Error| Failure::new(Kind::Defect, format!("cannot listen for signals: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(defect)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(defect)?;
    tokio::select! {
        result = work => result,
        _ = interrupt.recv() => Err(Failure::new(Kind::Interrupted, "interrupted")),
        _ = terminate.recv() => Err(Failure::new(Kind::Terminated, "terminated")),
    }
}
