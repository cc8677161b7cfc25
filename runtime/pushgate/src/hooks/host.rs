//! What the host does for a hook while it runs: answers questions about the images, takes its messages, remembers what failed.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use pushgate_sandbox::{Call, FlavorHost, Image, InspectError, LogLevel, LogRecord};

use crate::report::Warning;
use crate::source::{Images, ListedImages, SourceError};

/// The host's side of one call.
pub(super) struct HookHost {
    flavor: String,
    images: Arc<dyn Images>,
    failed: Mutex<Option<SourceError>>,
}

impl HookHost {
    pub(super) fn new(flavor: &str, images: Arc<dyn Images>) -> Self {
        Self { flavor: flavor.to_owned(), images, failed: Mutex::new(None) }
    }

    /// Why the images could not be read, if the hook asked for them and they could not.
    pub(super) fn failed(&self) -> Option<SourceError> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl FlavorHost for HookHost {
    async fn images(&self) -> Result<Vec<Image>, InspectError> {
        match self.images.images().await {
            Ok(ListedImages::Images(images)) => Ok(images),
            Ok(ListedImages::Artifact(media_type)) => Err(InspectError::NotAnImage(media_type)),
            Err(error) => {
                // The guest is told that it failed and not how: paths and addresses of this machine are none of its business.
                let told = if error.is_not_found() {
                    InspectError::NotFound
                } else {
                    InspectError::Unavailable("the source could not be read".to_owned())
                };
                *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(told)
            }
        }
    }

    fn log(&self, record: &LogRecord) {
        let flavor = self.flavor.as_str();
        let message = record.message.escape_debug();
        match record.level {
            LogLevel::Trace => tracing::trace!(target: "flavor", "{flavor}: {message}"),
            LogLevel::Debug => tracing::debug!(target: "flavor", "{flavor}: {message}"),
            LogLevel::Info => tracing::info!(target: "flavor", "{flavor}: {message}"),
            // Warnings and errors are kept in the report, and shown from there.
            LogLevel::Warn | LogLevel::Error => {}
        }
    }
}

/// The warnings and errors that a hook logged, as entries of the report.
pub(super) fn warnings(flavor: &str, call: &Call) -> Vec<Warning> {
    let warning = |message: String| Warning { hook: Some(flavor.to_owned()), code: None, message, hint: None };
    let mut warnings: Vec<Warning> = call
        .log
        .iter()
        .filter(|record| matches!(record.level, LogLevel::Warn | LogLevel::Error))
        .map(|record| warning(record.message.clone()))
        .collect();
    if call.log_suppressed > 0 {
        warnings.push(warning(format!("{} more messages suppressed", call.log_suppressed)));
    }
    warnings
}
