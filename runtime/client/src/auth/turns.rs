//! Who may fetch a token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// One at a time for each repository: whoever comes second finds the token of the first. And one at a time at all until the token server took
/// what it was shown: some count the passwords that were wrong.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<Box<str>, Arc<Turn<()>>>>);

/// The turn of all. It is also that of a token for no repository.
const ALL: &str = "";

impl Turns {
    /// Waits for a turn, which lasts until what is given is dropped.
    pub(super) async fn enter(&self, repository: &str, is_proven: impl Fn() -> bool) -> OwnedMutexGuard<()> {
        if !is_proven() {
            let first = self.of(ALL).lock_owned().await;
            if !is_proven() {
                return first;
            }
        }
        self.of(repository).lock_owned().await
    }

    fn of(&self, repository: &str) -> Arc<Turn<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(repository) {
            return Arc::clone(turn);
        }
        // Those that nobody has or waits for.
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        let turn = Arc::new(Turn::new(()));
        turns.insert(repository.into(), Arc::clone(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn repositories_wait_for_each_other_only_until_the_credentials_are_good() {
        let (turns, proven) = (Turns::default(), AtomicBool::new(false));
        let is_proven = || proven.load(Ordering::Relaxed);
        let first = turns.enter("a", is_proven).await;
        let second = turns.enter("b", is_proven);
        tokio::pin!(second);
        assert!((&mut second).now_or_never().is_none());
        proven.store(true, Ordering::Relaxed);
        drop(first);
        let second = second.await;
        let third = turns.enter("c", is_proven).now_or_never().expect("another repository");
        assert!(turns.enter("b", is_proven).now_or_never().is_none(), "the same");
        drop((second, third));
        for number in 0..1000 {
            drop(turns.enter(&number.to_string(), is_proven).await);
        }
        assert!(turns.0.lock().unwrap().len() <= 2, "it does not grow with the pushes");
    }
}
