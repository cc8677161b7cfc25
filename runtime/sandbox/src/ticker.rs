//! The clock that guests are interrupted by. It ticks only while a call runs.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use wasmtime::{Engine, EngineWeak};

/// One tick of the epoch. A guest is looked at once a tick.
pub(crate) const TICK: Duration = Duration::from_millis(10);
/// Twice what the thread needs.
const STACK_BYTES: usize = 64 << 10;

/// Starts a thread when the first call begins, which ends one tick after the last one has ended.
pub(crate) struct Ticker {
    shared: Arc<Mutex<State>>,
    engine: EngineWeak,
}

#[derive(Debug, Default)]
struct State {
    calls: usize,
    runs: bool,
}

/// A call that runs.
#[derive(Debug)]
pub(crate) struct Ticking(Arc<Mutex<State>>);

impl Ticker {
    pub(crate) fn new(engine: &Engine) -> Self {
        Self { shared: Arc::default(), engine: engine.weak() }
    }

    /// Ticks until the guard is dropped.
    ///
    /// # Errors
    /// The thread cannot be started; then no guest may run.
    pub(crate) fn start(&self) -> io::Result<Ticking> {
        let mut state = lock(&self.shared);
        if !state.runs {
            let (shared, engine) = (Arc::clone(&self.shared), self.engine.clone());
            thread::Builder::new().name("sandbox-ticker".to_owned()).stack_size(STACK_BYTES).spawn(move || run(&shared, &engine))?;
            state.runs = true;
        }
        state.calls += 1;
        Ok(Ticking(Arc::clone(&self.shared)))
    }
}

fn run(shared: &Mutex<State>, engine: &EngineWeak) {
    loop {
        thread::sleep(TICK);
        let mut state = lock(shared);
        match engine.upgrade() {
            Some(engine) if state.calls > 0 => engine.increment_epoch(),
            _ => {
                state.runs = false;
                return;
            }
        }
    }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        let mut state = lock(&self.0);
        state.calls = state.calls.saturating_sub(1);
    }
}

fn lock(shared: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    // The two numbers are never left half changed.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits for a condition that the ticker's thread brings about; a minute means that it hangs.
    fn wait_for(condition: impl Fn() -> bool) {
        for _ in 0..60_000 {
            if condition() {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("nothing happened for a minute");
    }

    #[test]
    fn the_thread_lives_as_long_as_calls() {
        let engine = Engine::default();
        let ticker = Ticker::new(&engine);
        for _ in 0..2 {
            let (first, second) = (ticker.start().unwrap(), ticker.start().unwrap());
            drop(first);
            assert!(lock(&ticker.shared).runs);
            drop(second);
            wait_for(|| !lock(&ticker.shared).runs);
        }
    }
}
