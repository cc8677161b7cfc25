//! A push that a test made.

use std::cell::RefCell;

use crate::InspectError;
use crate::http::{HttpError, Request, Response};
use crate::log::Level;
use crate::registry::QueryError;

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
    pub(crate) pushed_digest: Option<String>,
    pub(crate) answers: Answers,
}

/// What is asked, and the answer.
type Known<Asked, Answer> = Vec<(Asked, Answer)>;

/// What the capabilities answer, each by what is asked. What is not in it was not granted.
#[derive(Clone, Default)]
pub(crate) struct Answers {
    pub(crate) exists: Known<String, Result<bool, QueryError>>,
    pub(crate) tags: Known<String, Result<Vec<String>, QueryError>>,
    pub(crate) digests: Known<(String, String), Result<Option<String>, QueryError>>,
    pub(crate) responses: Known<(String, String), Result<Response, HttpError>>,
}

impl Answers {
    /// From now on they are those of this thread.
    pub(crate) fn give(self) {
        ANSWERS.set(self);
    }
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

    /// A source that cannot be read has none.
    pub(crate) fn digest(&self) -> Result<Option<String>, InspectError> {
        match (&self.pushed_digest, &self.images) {
            (None, Err(error @ (InspectError::Unavailable(_) | InspectError::Other(_)))) => Err(error.clone()),
            (digest, _) => Ok(digest.clone()),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) platform: String,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) config: String,
    pub(crate) compressed_size: Option<u64>,
    pub(crate) uncompressed_size: Option<u64>,
    pub(crate) annotations: Vec<(String, String)>,
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

    pub(crate) fn compressed_size(&self) -> Option<u64> {
        self.compressed_size
    }

    pub(crate) fn uncompressed_size(&self) -> Option<u64> {
        self.uncompressed_size
    }

    pub(crate) fn annotations(&self) -> Vec<(String, String)> {
        self.annotations.clone()
    }
}

thread_local! {
    /// A thread of its own runs each test, so the messages of two tests do not mix.
    static LOG: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
    static ANSWERS: RefCell<Answers> = RefCell::default();
}

pub(crate) fn log(level: Level, message: &str) {
    LOG.with_borrow_mut(|log| log.push((level, message.to_owned())));
}

pub(crate) fn take_log() -> Vec<(Level, String)> {
    LOG.take()
}

fn find<K: PartialEq, A: Clone>(answers: &[(K, A)], asked: &K) -> Option<A> {
    answers.iter().find(|(known, _)| known == asked).map(|(_, answer)| answer.clone())
}

pub(crate) fn repository_exists(repository: &str) -> Result<bool, QueryError> {
    ANSWERS.with_borrow(|answers| find(&answers.exists, &repository.to_owned())).unwrap_or(Err(QueryError::NotGranted))
}

pub(crate) fn tags(repository: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, QueryError> {
    let mut tags = ANSWERS.with_borrow(|answers| find(&answers.tags, &repository.to_owned())).unwrap_or(Err(QueryError::NotGranted))?;
    tags.sort();
    let rest = tags.into_iter().filter(|tag| after.is_none_or(|after| tag.as_str() > after));
    Ok(rest.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
}

pub(crate) fn manifest_digest(repository: &str, tag: &str) -> Result<Option<String>, QueryError> {
    let asked = (repository.to_owned(), tag.to_owned());
    ANSWERS.with_borrow(|answers| find(&answers.digests, &asked)).unwrap_or(Err(QueryError::NotGranted))
}

pub(crate) fn send(request: Request) -> Result<Response, HttpError> {
    let asked = (request.method, request.url);
    let answer = ANSWERS.with_borrow(|answers| find(&answers.responses, &asked));
    answer.unwrap_or(Err(HttpError::NotGranted(asked.1)))
}
