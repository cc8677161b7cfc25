//! Comparing settings with a schema in a worker, from both sides.

use std::fs::File;
use std::io::Read as _;

use rustix::stdio::stdin;

use super::limits::JobLimits;
use super::process::{Failed, run};
use super::report::{Job, Report};
use super::streams::standard;
use crate::SettingsError;
use crate::settings_check::Task;
use crate::worker_program::Worker;

/// Has a worker do the task that is written in a file.
pub(crate) fn check(worker: &Worker, task: File) -> Result<(), SettingsError> {
    match run(worker, Job::Settings, &JobLimits::settings(), task, None, None) {
        Ok(outcome) => outcome,
        Err(Failed::Exceeded(exceeded)) => Err(SettingsError::Limit { exceeded }),
        Err(Failed::Cancelled) => Err(SettingsError::Runtime { message: "nobody waits for it any more".to_owned() }),
        Err(Failed::Broke(message)) => Err(SettingsError::Runtime { message }),
    }
}

/// The same in the child: the task is on stdin.
pub(super) fn in_worker() -> Report<Result<(), SettingsError>> {
    let mut text = Vec::new();
    if let Err(error) = standard(stdin()).and_then(|mut stdin| stdin.read_to_end(&mut text)) {
        return Report::Broke(error.to_string());
    }
    match serde_json::from_slice::<Task>(&text) {
        Ok(task) => Report::Done(task.evaluate()),
        Err(error) => Report::Broke(error.to_string()),
    }
}
