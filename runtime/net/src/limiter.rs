//! How many requests at a time, and from when on.
//!
//! Many small blobs are a matter of round trips, so many requests of a push run at once. A registry that answers 429 halves their number,
//! once for all requests that were under way, and the wait that it asks for holds for every request of every push, not only for the one
//! that was answered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pushgate_reference::Origin;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

/// The most requests of one push, and so the most connections, at a time.
pub const MAX_CONNECTIONS: usize = 32;

/// Until when servers want to be asked nothing, by anybody.
#[derive(Default)]
pub(crate) struct Pause(Mutex<HashMap<Origin, Instant>>);

impl Pause {
    fn ends(&self) -> MutexGuard<'_, HashMap<Origin, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// No request to a server before `wait` is over.
    pub(crate) fn begin(&self, origin: &Origin, wait: Duration) {
        let now = Instant::now();
        let mut ends = self.ends();
        ends.retain(|_, end| *end > now);
        let end = ends.entry(origin.clone()).or_insert(now);
        *end = (*end).max(now + wait);
    }

    fn end(&self, origin: &Origin) -> Option<Instant> {
        self.ends().get(origin).copied()
    }
}

/// Lets requests of one push through. How many at a time is its own; when is for the pause that it shares.
pub(crate) struct RequestLimiter {
    permits: Semaphore,
    state: Mutex<State>,
    pause: Arc<Pause>,
}

struct State {
    width: usize,
    /// Permits that are in use and do not come back.
    owed: usize,
    narrowed: Option<Instant>,
}

/// One request may run.
pub(crate) struct Permit<'a> {
    limiter: &'a RequestLimiter,
    permit: Option<SemaphorePermit<'a>>,
    begun: Instant,
}

impl RequestLimiter {
    pub(crate) fn new(pause: Arc<Pause>) -> Self {
        let state = State { width: MAX_CONNECTIONS, owed: 0, narrowed: None };
        Self { permits: Semaphore::new(MAX_CONNECTIONS), state: Mutex::new(state), pause }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn to ask a server.
    pub(crate) async fn enter(&self, origin: &Origin) -> Permit<'_> {
        loop {
            // The semaphore is never closed.
            let permit = self.permits.acquire().await.ok();
            let permit = Permit { limiter: self, permit, begun: Instant::now() };
            let not_before = self.pause.end(origin).filter(|instant| *instant > permit.begun);
            let Some(not_before) = not_before else { return permit };
            drop(permit);
            sleep_until(not_before).await;
        }
    }

    /// Half as many requests from now on, unless that happened already since `begun`.
    pub(crate) fn narrow(&self, begun: Instant) {
        let now = Instant::now();
        let mut state = self.state();
        if state.narrowed.is_some_and(|narrowed| narrowed > begun) {
            return;
        }
        state.narrowed = Some(now);
        let width = (state.width / 2).max(1);
        let surplus = state.width - width;
        state.width = width;
        // Those in use are taken when they come back.
        state.owed += surplus - self.permits.forget_permits(surplus);
    }

    #[cfg(test)]
    fn width(&self) -> usize {
        self.state().width
    }
}

impl Permit<'_> {
    /// When the request began.
    pub(crate) fn begun(&self) -> Instant {
        self.begun
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        if state.owed > 0
            && let Some(permit) = self.permit.take()
        {
            state.owed -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use pushgate_reference::{Host, Scheme};

    use super::*;

    fn origin() -> Origin {
        Origin::new(Scheme::Http, &Host::parse("127.0.0.1:1").unwrap())
    }

    #[tokio::test]
    async fn halved_once_for_all_that_were_under_way() {
        let limiter = RequestLimiter::new(Arc::default());
        let mut permits = Vec::new();
        for _ in 0..MAX_CONNECTIONS {
            permits.push(limiter.enter(&origin()).await);
        }
        for permit in &permits {
            limiter.narrow(permit.begun());
        }
        assert_eq!(limiter.width(), MAX_CONNECTIONS / 2);
        permits.clear();
        for _ in 0..limiter.width() {
            permits.push(limiter.enter(&origin()).await);
        }
        let one_more = tokio::time::timeout(Duration::from_millis(20), limiter.enter(&origin())).await;
        assert!(one_more.is_err(), "as many as before");
        for _ in 0..10 {
            let later = limiter.state().narrowed.unwrap() + Duration::from_nanos(1);
            limiter.narrow(later);
        }
        drop(permits);
        assert_eq!(limiter.width(), 1, "never none");
        let _one = limiter.enter(&origin()).await;
    }

    #[tokio::test]
    async fn everybody_waits() {
        let pause = Arc::new(Pause::default());
        let limiters = [RequestLimiter::new(Arc::clone(&pause)), RequestLimiter::new(Arc::clone(&pause))];
        let wait = Duration::from_millis(50);
        let before = Instant::now();
        pause.begin(&origin(), wait);
        let other = Origin::new(Scheme::Http, &Host::parse("127.0.0.1:2").unwrap());
        assert!(tokio::time::timeout(Duration::ZERO, limiters[0].enter(&other)).await.is_ok(), "another server");
        for limiter in &limiters {
            drop(limiter.enter(&origin()).await);
            assert!(before.elapsed() >= wait);
        }
    }

    #[tokio::test]
    async fn one_that_is_full_or_narrow_holds_up_no_other() {
        let pause = Arc::new(Pause::default());
        let [one, other] = [RequestLimiter::new(Arc::clone(&pause)), RequestLimiter::new(pause)];
        let mut permits = Vec::new();
        for _ in 0..MAX_CONNECTIONS {
            permits.push(one.enter(&origin()).await);
        }
        one.narrow(Instant::now());
        for _ in 0..MAX_CONNECTIONS {
            permits.push(other.enter(&origin()).await);
        }
        assert_eq!((one.width(), other.width()), (MAX_CONNECTIONS / 2, MAX_CONNECTIONS));
    }
}
