//! Ends a worker when nobody waits for it any more.

use std::io::{PipeReader, PipeWriter};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// How long whoever cancels waits until the worker is killed and reaped, which takes a few milliseconds.
const REAP_LIMIT: Duration = Duration::from_secs(2);

/// What the thread that waits for a worker looks at: the pipe is closed when the work is not wanted any more.
#[derive(Debug)]
pub(crate) struct Cancelled {
    pub(super) pipe: PipeReader,
    /// Dropped when the thread is done.
    _done: Sender<()>,
}

impl Cancelled {
    /// Whether somebody still waits for the work.
    pub(crate) fn is_wanted(&self) -> bool {
        let mut pipe = [PollFd::new(&self.pipe, PollFlags::IN)];
        // Without waiting: the other end writes nothing, so that anything to see is its being closed.
        !matches!(poll(&mut pipe, Some(&Timespec::default())), Ok(count) if count > 0)
    }
}

/// Cancels the work when it is dropped, and waits for its end.
#[derive(Debug)]
pub(crate) struct CancelGuard {
    pipe: Option<PipeWriter>,
    done: Receiver<()>,
}

/// The two ends of a cancellation.
///
/// # Errors
/// The process has no descriptors left.
pub(crate) fn cancellation() -> std::io::Result<(CancelGuard, Cancelled)> {
    let (reader, writer) = std::io::pipe()?;
    let (sender, receiver) = channel();
    Ok((CancelGuard { pipe: Some(writer), done: receiver }, Cancelled { pipe: reader, _done: sender }))
}

impl Drop for CancelGuard {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // It only ever ends by the other side being dropped, or by taking too long.
        let _ = self.done.recv_timeout(REAP_LIMIT);
    }
}
