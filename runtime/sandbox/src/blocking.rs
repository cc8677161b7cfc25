//! The same calls for a program without asynchronous code.

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::{Builder, Handle};

use crate::{Call, CallError, Flavor, FlavorHost, Limits, Push};

impl Flavor {
    /// [`prepare`](Self::prepare), which blocks the thread until there is an answer. The functions of `host` run on this thread too.
    ///
    /// Within a task of tokio the call ends with [`CallError::Sandbox`]: there, `prepare` is what does not block others.
    pub fn prepare_blocking(&self, push: Push, host: Arc<dyn FlavorHost>, limits: &Limits) -> Call {
        block_on(self.prepare(push, host, limits)).unwrap_or_else(Call::broken)
    }

    /// [`settings_schema`](Self::settings_schema), which blocks the thread.
    ///
    /// # Errors
    /// How it broke; and [`CallError::Sandbox`] within a task of tokio.
    pub fn settings_schema_blocking(&self, limits: &Limits) -> Result<Option<String>, CallError> {
        block_on(self.settings_schema(limits))?
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> Result<T, CallError> {
    if Handle::try_current().is_ok() {
        let message = "a call that blocks was made within a task of tokio, which it would block too".to_owned();
        return Err(CallError::Sandbox { message });
    }
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CallError::Sandbox { message: format!("the time limits cannot be kept: {error}") })?;
    Ok(runtime.block_on(future))
}
