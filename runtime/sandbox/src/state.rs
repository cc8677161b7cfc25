//! What one call of a guest has on the host's side, whatever line of the contract it speaks.

use std::sync::Arc;

use wasmtime::component::{Resource, ResourceTable};

use crate::absent::Absent;
use crate::allowance::Allowance;
use crate::limiter::Limiter;
use crate::log::{Log, Output};
use crate::ticker::Ticking;
use crate::toolchain::Toolchain;
use crate::wall_clock::WallClock;
use crate::{FlavorHost, Image, InspectError, Limits, LogLevel, LogRecord, Push};

/// The data of a store.
pub(crate) struct CallState {
    pub(crate) limiter: Limiter,
    /// What the guest was made with.
    pub(crate) toolchain: Toolchain,
    pub(crate) log: Log,
    /// What is left of the capabilities.
    pub(crate) allowance: Allowance,
    pub(crate) wall_clock: WallClock,
    /// What the guest's own clock shows: seconds since 1970-01-01 UTC when the push was asked for, zero where there is no push.
    pub(crate) requested_at: u64,
    /// What it looked for last of what no flavor has.
    pub(crate) looked_for: Option<Absent>,
    /// State of the numbers that stand in for random ones.
    pub(crate) random: u64,
    resources: ResourceTable,
    pub(crate) host: Option<Arc<dyn FlavorHost>>,
    images: Option<Result<Vec<Arc<Image>>, InspectError>>,
    digest: Option<Result<Option<String>, InspectError>>,
    /// Interrupts the guest as long as this exists.
    _ticking: Ticking,
}

/// What a handle of the guest to the push stands for.
#[allow(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct PushHandle(pub(crate) Push);
/// What a handle of the guest to an image stands for.
#[allow(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct ImageHandle(pub(crate) Arc<Image>);

/// Why the host ended a call. It travels through the runtime's error and is found again at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    #[error("the time limit is reached")]
    Compute,
    #[error("there was no answer in time")]
    Wall,
    #[error("more handles than {0} are held")]
    Handles(usize),
}

impl CallState {
    /// `host` is what lends the images; without one there is no push to ask for them.
    pub(crate) fn new(limits: &Limits, toolchain: Toolchain, host: Option<Arc<dyn FlavorHost>>, ticking: Ticking) -> Self {
        let mut resources = ResourceTable::new();
        resources.set_max_capacity(limits.handles);
        Self {
            limiter: Limiter::new(limits),
            toolchain,
            log: Log::new(limits),
            allowance: Allowance::new(limits),
            wall_clock: WallClock::start(limits.wall),
            requested_at: 0,
            looked_for: None,
            random: 0,
            resources,
            host,
            images: None,
            digest: None,
            _ticking: ticking,
        }
    }

    /// Keeps a message of the guest.
    pub(crate) fn log(&mut self, level: LogLevel, message: String) {
        tell(self.host.as_deref(), self.log.push(level, message));
    }

    /// Keeps what the guest printed.
    pub(crate) fn print(&mut self, output: Output, bytes: &[u8]) {
        tell(self.host.as_deref(), self.log.print(output, bytes));
    }

    /// Ends the log: the messages, and how many were beyond the limits.
    pub(crate) fn finish_log(mut self) -> (Vec<LogRecord>, u64) {
        tell(self.host.as_deref(), self.log.end_lines());
        self.log.finish()
    }

    /// Reads the images, or gives what the first reading gave.
    pub(crate) async fn images(&mut self) -> Result<Vec<Arc<Image>>, InspectError> {
        if self.images.is_none() {
            let answer = match &self.host {
                Some(host) => {
                    // The source has a time limit of its own.
                    let _pause = self.wall_clock.pause();
                    host.images().await
                }
                None => Err(no_push()),
            };
            self.images = Some(answer.map(|images| images.into_iter().map(sorted).map(Arc::new).collect()));
        }
        self.images.clone().unwrap_or(Err(InspectError::NotFound))
    }

    /// Finds the digest of what is pushed, or gives what was found first.
    pub(crate) async fn digest(&mut self) -> Result<Option<String>, InspectError> {
        if self.digest.is_none() {
            self.digest = Some(match &self.host {
                Some(host) => {
                    let _pause = self.wall_clock.pause();
                    host.digest().await
                }
                None => Err(no_push()),
            });
        }
        self.digest.clone().unwrap_or(Err(InspectError::NotFound))
    }

    /// A new handle of the guest.
    ///
    /// # Errors
    /// [`Stop::Handles`] when it holds too many.
    pub(crate) fn lend<T: Send + 'static>(&mut self, value: T) -> wasmtime::Result<Resource<T>> {
        let limit = self.resources.max_capacity();
        self.resources.push(value).map_err(|_full| wasmtime::Error::new(Stop::Handles(limit)))
    }

    pub(crate) fn lent<T: 'static>(&self, handle: &Resource<T>) -> wasmtime::Result<&T> {
        Ok(self.resources.get(handle)?)
    }

    pub(crate) fn take_back<T: 'static>(&mut self, handle: Resource<T>) -> wasmtime::Result<()> {
        self.resources.delete(handle)?;
        Ok(())
    }
}

/// Messages go to the host as they come.
fn tell<'a>(host: Option<&dyn FlavorHost>, records: impl IntoIterator<Item = &'a LogRecord>) {
    if let Some(host) = host {
        records.into_iter().for_each(|record| host.log(record));
    }
}

fn no_push() -> InspectError {
    InspectError::Other("there is no push".to_owned())
}

fn sorted(mut image: Image) -> Image {
    image.labels.sort();
    image.annotations.sort();
    image
}
