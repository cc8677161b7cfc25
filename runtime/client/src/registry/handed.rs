//! Whether a push has sent all of a blob itself.
//!
//! A registry can say that it has a blob because this push sent it: the question ran beside the upload, or the answer
//! to the upload was lost. That is no blob that was there before, whichever attempt finds it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// What was handed to connections of one blob, over all attempts.
pub(super) struct Handed {
    size: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// An earlier attempt got to the end.
    whole: bool,
    /// Up to which byte the current attempt got.
    current: Option<watch::Receiver<u64>>,
}

impl Handed {
    /// Nothing yet of a blob of `size` bytes.
    pub(super) fn new(size: u64) -> Self {
        Self { size, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A further attempt begins; `sent` is up to which byte of the blob everything was handed on.
    pub(super) fn attempt(&self, sent: watch::Receiver<u64>) {
        let mut state = self.state();
        state.whole |= state.reached(self.size);
        state.current = Some(sent);
    }

    /// Whether the registry can have the blob from this push. The last bytes are counted before a connection gets them,
    /// so what is true at the registry is true here.
    pub(super) fn is_whole(&self) -> bool {
        let state = self.state();
        state.whole || state.reached(self.size)
    }
}

impl State {
    fn reached(&self, size: u64) -> bool {
        self.current.as_ref().is_some_and(|sent| *sent.borrow() == size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_that_got_to_the_end_is_remembered() {
        let handed = Handed::new(10);
        assert!(!handed.is_whole());
        let (first, sent) = watch::channel(0);
        handed.attempt(sent);
        first.send_replace(9);
        assert!(!handed.is_whole());
        first.send_replace(10);
        drop(first);
        assert!(handed.is_whole());
        let (_second, sent) = watch::channel(0);
        handed.attempt(sent);
        assert!(handed.is_whole(), "it begins anew, but the registry may have it from the first");
    }
}
