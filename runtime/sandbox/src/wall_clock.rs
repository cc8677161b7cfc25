//! The time limit of a call, which stands still while the source is read.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How soon a paused clock is looked at again.
const PAUSED_POLL: Duration = Duration::from_millis(100);

/// A deadline that can be paused.
#[derive(Debug, Clone)]
pub(crate) struct WallClock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    deadline: Instant,
    paused_since: Option<Instant>,
}

/// Lets the clock go on when it is dropped.
#[derive(Debug)]
pub(crate) struct Pause(WallClock);

/// The deadline passed.
#[derive(Debug)]
pub(crate) struct Elapsed;

impl WallClock {
    pub(crate) fn start(limit: Duration) -> Self {
        let now = Instant::now();
        // A limit that no clock can hold is a limit of a century.
        let deadline = now.checked_add(limit).unwrap_or_else(|| now + Duration::from_secs(100 * 365 * 86_400));
        Self(Arc::new(Mutex::new(State { deadline, paused_since: None })))
    }

    /// Whether the deadline has passed.
    pub(crate) fn has_passed(&self) -> bool {
        self.next_look().is_none()
    }

    /// Stands still until the guard is dropped.
    pub(crate) fn pause(&self) -> Pause {
        self.with(|state| state.paused_since = Some(Instant::now()));
        Pause(self.clone())
    }

    /// Runs a future, and drops it at the deadline.
    pub(crate) async fn limit<T>(&self, future: impl Future<Output = T>) -> Result<T, Elapsed> {
        let mut future = std::pin::pin!(future);
        while let Some(wake) = self.next_look() {
            if let Ok(output) = tokio::time::timeout_at(wake, &mut future).await {
                return Ok(output);
            }
        }
        Err(Elapsed)
    }

    /// When the deadline can have passed at the earliest; `None` when it has.
    fn next_look(&self) -> Option<Instant> {
        self.with(|state| {
            let now = Instant::now();
            match state.paused_since {
                Some(_) => Some(now + PAUSED_POLL),
                None if now >= state.deadline => None,
                None => Some(state.deadline),
            }
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        self.0.with(|state| {
            if let Some(since) = state.paused_since.take() {
                state.deadline += since.elapsed();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
    }

    #[test]
    fn the_deadline_ends_a_future() {
        let outcome = block_on(async { WallClock::start(Duration::from_millis(1)).limit(std::future::pending::<()>()).await });
        assert!(matches!(outcome, Err(Elapsed)));
    }

    #[test]
    fn a_paused_clock_does_not_run() {
        let outcome = block_on(async {
            let clock = WallClock::start(Duration::from_millis(20));
            clock
                .limit(async {
                    let pause = clock.pause();
                    tokio::time::sleep(Duration::from_millis(60)).await;
                    drop(pause);
                    "done"
                })
                .await
        });
        assert_eq!(outcome.ok(), Some("done"));
    }

    #[test]
    fn a_clock_that_goes_on_again_runs_out() {
        let outcome = block_on(async {
            let clock = WallClock::start(Duration::from_millis(20));
            clock
                .limit(async {
                    drop(clock.pause());
                    std::future::pending::<()>().await
                })
                .await
        });
        assert!(matches!(outcome, Err(Elapsed)));
    }

    #[test]
    fn a_limit_beyond_all_time_is_one() {
        assert_eq!(block_on(async { WallClock::start(Duration::MAX).limit(async { 1 }).await }).ok(), Some(1));
    }
}
