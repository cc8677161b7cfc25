//! The host of a case: it answers what is recorded, and notes what is not.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use pushgate_gate::decide::refused_in_a_dry_run;
use pushgate_sandbox::{Capability, FlavorHost, HttpError, HttpRequest, HttpResponse, Image, InspectError, QueryError};

use super::case::Case;
use super::recorded::{RecordedQuestion, RecordedRequest};
use super::sections;

/// The host's side of one call.
pub(super) struct Replay {
    case: Arc<Case>,
    dry_run: bool,
    notes: Mutex<Notes>,
}

/// What became of the recorded answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    /// By index: whether the question was asked.
    asked: Vec<bool>,
    /// By index: whether the request was sent.
    sent: Vec<bool>,
    /// Whether the images were asked for.
    looked_at_images: bool,
    /// Questions and requests without a recorded answer, each once.
    pub(super) missing: Vec<Missing>,
    /// Requests that do more than read: method and URL.
    pub(super) writes: Vec<String>,
}

/// Something that the flavor asked for, and that the case has no answer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missing {
    /// What it was, in words.
    pub(super) what: String,
    /// What the case would say of it.
    pub(super) section: String,
}

/// What a case would say of the images that its flavor looks at.
const IMAGES: &str = "[[images]]\nplatform = \"linux/amd64\"\nlabels = {}\nconfig = { config = { User = \"1000\" } }\n";

const NOT_RECORDED: &str = "the case has no answer to this";

impl Replay {
    pub(super) fn new(case: &Arc<Case>, dry_run: bool) -> Self {
        let notes = Notes { asked: vec![false; case.questions.len()], sent: vec![false; case.requests.len()], ..Notes::default() };
        Self { case: Arc::clone(case), dry_run, notes: Mutex::new(notes) }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn finish(&self) -> Notes {
        self.notes().clone()
    }

    /// What the host answers to a question that may be asked, and to one that may not.
    fn likely<T>(&self, repository: &str, answer: T) -> Result<T, QueryError> {
        let uri = self.case.scoped.registry_uri();
        if uri.contains_repository(uri.host(), repository) { Ok(answer) } else { Err(QueryError::NotGranted) }
    }

    fn question<T>(
        &self,
        answer: impl Fn(&RecordedQuestion) -> Option<&Result<T, QueryError>>,
        missing: impl FnOnce() -> RecordedQuestion,
    ) -> Result<T, QueryError>
    where
        T: Clone,
    {
        let mut notes = self.notes();
        match choose(&self.case.questions, &mut notes.asked, answer) {
            Some(answer) => answer.clone(),
            None => {
                let missing = missing();
                notes.miss(what(&missing), sections::written("registry", sections::question(&missing)));
                Err(QueryError::Unavailable(NOT_RECORDED.to_owned()))
            }
        }
    }
}

/// The first answer that fits and was not given yet: who asks twice may hear two things. Then the last one again.
fn choose<'a, R, A>(recorded: &'a [R], used: &mut [bool], answer: impl Fn(&'a R) -> Option<A>) -> Option<A> {
    let mut last = None;
    for (recorded, used) in recorded.iter().zip(used) {
        let Some(answer) = answer(recorded) else { continue };
        if !*used {
            *used = true;
            return Some(answer);
        }
        last = Some(answer);
    }
    last
}

impl Notes {
    fn miss(&mut self, what: String, section: String) {
        let missing = Missing { what, section };
        if !self.missing.contains(&missing) {
            self.missing.push(missing);
        }
    }

    /// What is recorded and was not asked for, in words.
    pub(super) fn unused(&self, case: &Case) -> Vec<String> {
        let questions = case.questions.iter().zip(&self.asked).filter(|(_, asked)| !**asked).map(|(question, _)| what(question));
        let requests =
            case.requests.iter().zip(&self.sent).filter(|(_, sent)| !**sent).map(|(request, _)| in_words(&request.method, &request.url));
        let images = (matches!(case.images, Some(Ok(_))) && !self.looked_at_images).then(|| "the images".to_owned());
        images.into_iter().chain(questions).chain(requests).collect()
    }
}

/// A question in words.
fn what(question: &RecordedQuestion) -> String {
    match question {
        RecordedQuestion::Exists { repository, .. } => format!("repository-exists of {repository}"),
        RecordedQuestion::Tags { repository, after: None, .. } => format!("tags of {repository}"),
        RecordedQuestion::Tags { repository, after: Some(after), .. } => format!("tags of {repository} after {after}"),
        RecordedQuestion::Digest { repository, tag, .. } => format!("manifest-digest of {repository}:{tag}"),
    }
}

/// A request in words.
fn in_words(method: &str, url: &str) -> String {
    format!("{method} {url}")
}

#[async_trait]
impl FlavorHost for Replay {
    async fn images(&self) -> Result<Vec<Image>, InspectError> {
        let mut notes = self.notes();
        notes.looked_at_images = true;
        if self.case.images.is_none() {
            notes.miss("the images (`[[images]]`, or `images-error` if there are none)".to_owned(), IMAGES.to_owned());
        }
        self.case.answer_images()
    }

    async fn digest(&self) -> Result<Option<String>, InspectError> {
        self.case.digest()
    }

    /// What it may not ask is recorded like everything else.
    fn grants(&self, _capability: Capability) -> bool {
        true
    }

    async fn repository_exists(&self, asked: &str) -> Result<bool, QueryError> {
        self.question(
            |recorded| match recorded {
                RecordedQuestion::Exists { repository, answer } if repository == asked => Some(answer),
                _ => None,
            },
            || RecordedQuestion::Exists { repository: asked.to_owned(), answer: self.likely(asked, true) },
        )
    }

    async fn tags(&self, asked: &str, asked_after: Option<&str>, asked_limit: u32) -> Result<Vec<String>, QueryError> {
        self.question(
            |recorded| match recorded {
                RecordedQuestion::Tags { repository, after, limit, answer }
                    if repository == asked && after.as_deref() == asked_after && limit.is_none_or(|limit| limit == asked_limit) =>
                {
                    Some(answer)
                }
                _ => None,
            },
            || RecordedQuestion::Tags {
                repository: asked.to_owned(),
                after: asked_after.map(str::to_owned),
                limit: Some(asked_limit),
                answer: self.likely(asked, vec!["v1".to_owned()]),
            },
        )
    }

    async fn manifest_digest(&self, asked: &str, asked_tag: &str) -> Result<Option<String>, QueryError> {
        self.question(
            |recorded| match recorded {
                RecordedQuestion::Digest { repository, tag, answer } if repository == asked && tag == asked_tag => Some(answer),
                _ => None,
            },
            || RecordedQuestion::Digest {
                repository: asked.to_owned(),
                tag: asked_tag.to_owned(),
                answer: self.likely(asked, Some(format!("sha256:{}", "0".repeat(64)))),
            },
        )
    }

    async fn send(&self, request: HttpRequest, _limit: usize) -> Result<HttpResponse, HttpError> {
        let mut notes = self.notes();
        let recorded = choose(&self.case.requests, &mut notes.sent, |recorded| recorded.is_of(&request).then_some(recorded));
        let refused = refused_in_a_dry_run(&request);
        let asks = matches!(request.method.as_str(), "GET" | "HEAD") && refused.is_none();
        let reads = asks || recorded.is_some_and(|recorded| recorded.reads);
        if !reads {
            let write = in_words(&request.method, &request.url);
            if !notes.writes.contains(&write) {
                notes.writes.push(write);
            }
        }
        if let (true, Some(refused)) = (self.dry_run, refused) {
            return Err(refused);
        }
        match recorded {
            Some(recorded) => recorded.answer.clone(),
            None => {
                let body = String::from_utf8(request.body).ok().filter(|body| !body.is_empty());
                let answer = Ok(HttpResponse { status: 200, headers: Vec::new(), body: Vec::new() });
                let missing = RecordedRequest { method: request.method, url: request.url, body, reads: false, answer };
                notes.miss(in_words(&missing.method, &missing.url), sections::written("http", sections::request(&missing)));
                Err(HttpError::Unreachable(NOT_RECORDED.to_owned()))
            }
        }
    }
}
