//! Long waits, for the person who sits through them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Hears of waits that are long enough to wonder about. It is called from the task that waits, so it must not block.
pub trait WaitListener: fmt::Debug + Send + Sync {
    /// What is waited for, and why. The text may hold names that a registry chose.
    fn waiting(&self, text: &str);
}

/// Reports long waits: each in the log, and to the listener at most one in the time after which one is reported, since
/// requests that are under way together wait together.
#[derive(Debug)]
pub struct Waits {
    listener: Option<Arc<dyn WaitListener>>,
    after: Duration,
    told: Mutex<Option<Instant>>,
}

impl Waits {
    /// Each wait longer than `after` is reported.
    #[must_use]
    pub fn new(listener: Option<Arc<dyn WaitListener>>, after: Duration) -> Self {
        Self { listener, after, told: Mutex::default() }
    }

    /// A wait that a registry asked for begins.
    pub fn asked(&self, purpose: &dyn fmt::Display, wait: Duration) {
        if wait > self.after {
            self.report(&format!("{purpose}: the registry asks to wait {} seconds", wait.as_secs()));
        }
    }

    fn report(&self, text: &str) {
        tracing::info!("{text}");
        let now = Instant::now();
        {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if told.is_some_and(|told| now < told + self.after) {
                return;
            }
            *told = Some(now);
        }
        if let Some(listener) = &self.listener {
            listener.waiting(text);
        }
    }
}

/// The time in which nothing comes from the other side.
pub(crate) struct Silence<'a> {
    waits: &'a Waits,
    purpose: &'a (dyn fmt::Display + Sync),
    since: Instant,
    reports: u32,
}

impl<'a> Silence<'a> {
    pub(crate) fn new(waits: &'a Waits, purpose: &'a (dyn fmt::Display + Sync)) -> Self {
        Self { waits, purpose, since: Instant::now(), reports: 0 }
    }

    /// Something happened.
    pub(crate) fn broken(&mut self) {
        (self.since, self.reports) = (Instant::now(), 0);
    }

    /// Waits until the silence is long, and reports it: again when it is twice as long, and so on.
    pub(crate) async fn reported(&mut self) {
        let after = self.waits.after.saturating_mul(1 << self.reports.min(16));
        sleep_until(self.since + after).await;
        self.reports += 1;
        self.waits.report(&format!("{}: no answer for {} seconds", self.purpose, after.as_secs_f32()));
    }

    /// Waits for something, and reports how long that takes.
    pub(crate) async fn during<T>(mut self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = self.reported() => {}
            }
        }
    }
}
