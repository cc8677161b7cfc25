//! A push that a test made.

use std::cell::RefCell;

use crate::InspectError;
use crate::log::Level;

#[derive(Clone)]
pub(crate) struct ImagePush {
    pub(crate) registry: String,
    pub(crate) repository: String,
    pub(crate) tag: Option<String>,
    pub(crate) digest: String,
    pub(crate) registry_uri: String,
    pub(crate) settings: String,
    pub(crate) requested_at: u64,
    pub(crate) dry_run: bool,
    pub(crate) images: Result<Vec<Image>, InspectError>,
}

impl ImagePush {
    pub(crate) fn reference(&self) -> String {
        match &self.tag {
            Some(tag) => format!("{}/{}:{tag}", self.registry, self.repository),
            None => format!("{}/{}@{}", self.registry, self.repository, self.digest),
        }
    }

    pub(crate) fn registry(&self) -> String {
        self.registry.clone()
    }

    pub(crate) fn repository(&self) -> String {
        self.repository.clone()
    }

    pub(crate) fn tag(&self) -> Option<String> {
        self.tag.clone()
    }

    pub(crate) fn registry_uri(&self) -> String {
        self.registry_uri.clone()
    }

    pub(crate) fn settings(&self) -> String {
        self.settings.clone()
    }

    pub(crate) fn requested_at(&self) -> u64 {
        self.requested_at
    }

    pub(crate) fn dry_run(&self) -> bool {
        self.dry_run
    }

    pub(crate) fn images(&self) -> Result<Vec<Image>, InspectError> {
        self.images.clone()
    }
}

#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) platform: String,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) config: String,
}

impl Image {
    pub(crate) fn platform(&self) -> String {
        self.platform.clone()
    }

    pub(crate) fn labels(&self) -> Vec<(String, String)> {
        self.labels.clone()
    }

    pub(crate) fn config(&self) -> String {
        self.config.clone()
    }
}

thread_local! {
    /// A thread of its own runs each test, so the messages of two tests do not mix.
    static LOG: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
}

pub(crate) fn log(level: Level, message: &str) {
    LOG.with_borrow_mut(|log| log.push((level, message.to_owned())));
}

pub(crate) fn take_log() -> Vec<(Level, String)> {
    LOG.take()
}
