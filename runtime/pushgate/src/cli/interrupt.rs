//! Ctrl-C and SIGTERM end a command in an orderly way: what runs is dropped, so that nothing is left half done, and the exit code says it.

use std::future::Future;
use std::time::Duration;

use pushgate_explain::{Failure, Kind};
use pushgate_gate::clients::OpenUploads;
use tokio::signal::unix::{SignalKind, signal};

/// How long registries are given to give up uploads. Whoever presses Ctrl-C waits for it.
const CANCEL_LIMIT: Duration = Duration::from_millis(700);

/// The result of `work`, or the failure that a signal makes of it.
pub(super) async fn unless_interrupted<T>(uploads: &OpenUploads, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let defect = |error: std::io::Error| Failure::new(Kind::Defect, format!("cannot listen for signals: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(defect)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(defect)?;
    let failure = {
        tokio::select! {
            result = work => return result,
            _ = interrupt.recv() => Failure::new(Kind::Interrupted, "interrupted"),
            _ = terminate.recv() => Failure::new(Kind::Terminated, "terminated"),
        }
    };
    // The work is gone, and its requests with it. A second signal ends this too.
    tokio::select! {
        () = uploads.cancel(CANCEL_LIMIT) => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Err(failure)
}
