//! `--record`: asks the real registry and the real servers, and writes down what they answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use pushgate_credentials::{Credentials, Redactor};
use pushgate_gate::clients::{Clients, OpenUploads};
use pushgate_gate::decide::{DecideError, HookHost, HostFailure, NoImages, load};
use pushgate_gate::decision::Warning;
use pushgate_gate::flavors::Flavors;
use pushgate_gate::hook::Hook;
use pushgate_gate::name::shorten;
use pushgate_gate::registry::ResolvedRegistry;
use pushgate_gate::registry_access::{AccessError, RegistryAccess};
use pushgate_reference::OutOfScope;
use pushgate_sandbox::{
    Capability, ComponentDigest, FlavorHost, HttpError, HttpRequest, HttpResponse, Image, InspectError, LogRecord, QueryError,
};

use super::case::Case;
use super::error::ProjectError;
use super::project::{NamedCase, Project};
use super::recorded::{RecordedQuestion, RecordedRequest};
use super::rewrite;

/// The fields of a response that are written down: none of them holds a secret, and none changes from one request to the next.
const KEPT_FIELDS: [&str; 5] = ["content-type", "etag", "last-modified", "link", "retry-after"];

/// What stands where a registry repeated a password.
const REMOVED: &str = "[removed]";

/// How cases are recorded.
#[derive(Debug)]
pub struct Recording<'a> {
    /// The registry that is asked.
    pub registry: &'a ResolvedRegistry,
    /// The project's flavor, with its grants and credentials.
    pub hook: &'a Hook,
    /// The component that they are for.
    pub component: ComponentDigest,
    /// Whether requests other than GET and HEAD are sent. Each case is then the push that it says, a dry run or not; otherwise all are dry runs.
    pub writes: bool,
}

/// Why answers are not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The flavor cannot be asked, or lacks a grant.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// The image of a case lies outside of the registry.
    #[error(transparent)]
    OutOfScope(#[from] OutOfScope),
    /// The credentials, which are taken out of the answers, cannot be read.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A case's file cannot be written.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The component has other bytes than those whose grants were looked up.
    #[error("the component `{component}` was replaced while it was looked at")]
    Replaced {
        /// The component.
        component: String,
    },
    /// The flavor wants to send a request that may change something.
    #[error("the case {case} is not recorded: a recording sends GET and HEAD, and the flavor wants to send {request}")]
    NotSent {
        /// The case.
        case: String,
        /// Method and URL.
        request: String,
    },
    /// Something that the flavor asked for did not answer.
    #[error("the case {case} is not recorded: {failure}")]
    Unanswered {
        /// The case.
        case: String,
        /// What did not answer.
        failure: HostFailure,
    },
}

/// Asks the project's flavor about every case, and writes the answers into the cases' files. Returns how many there were, by case.
///
/// # Errors
/// The component is another one by now, an image lies outside of the registry, the flavor lacks a grant, or something that it asked did not answer or was
/// not to be sent: then nothing of this case is written.
pub async fn record(
    flavors: &Flavors,
    clients: &Clients,
    project: &Project,
    recording: &Recording<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<(String, usize)>, RecordError> {
    let Recording { registry, hook, component, writes } = *recording;
    let loaded = load(hook, flavors, None, &registry.uri, warnings).await?;
    if *loaded.digest() != component {
        return Err(RecordError::Replaced { component: project.flavor.label.clone() });
    }
    let mut counts = Vec::new();
    for NamedCase { name, path, case } in &project.cases {
        let scoped = registry.uri.scope(case.scoped.image())?;
        let access = Arc::new(RegistryAccess::new(clients, &OpenUploads::default(), registry, scoped.repository()));
        let dry_run = case.dry_run || !writes;
        let host = Arc::new(HookHost::new(hook, &access, Arc::new(NoImages), dry_run));
        let recorder = Arc::new(Recorder { case: Arc::clone(case), host, writes, kept: Mutex::default() });
        let call = loaded.prepare(case.push(dry_run), Arc::clone(&recorder) as Arc<_>).await;
        if let Some(request) = recorder.kept().not_sent.take() {
            return Err(RecordError::NotSent { case: name.clone(), request });
        }
        if let Some(failure) = recorder.host.failure() {
            return Err(RecordError::Unanswered { case: name.clone(), failure });
        }
        // How it answers is for the run that follows to judge.
        drop(call);
        let mut kept = std::mem::take(&mut *recorder.kept());
        kept.remove_secrets(&access).await?;
        kept.take_over_reads(case);
        counts.push((name.clone(), kept.questions.len() + kept.requests.len()));
        rewrite::rewrite(path, &kept.questions, &kept.requests)?;
    }
    Ok(counts)
}

/// What was asked, and what was answered.
#[derive(Debug, Default)]
struct Kept {
    /// The first request that was not sent: its method and its URL.
    not_sent: Option<String>,
    questions: Vec<RecordedQuestion>,
    requests: Vec<RecordedRequest>,
}

impl Kept {
    /// What a server of a flavor's requests repeats of their credential was taken out before the flavor saw it. A registry's answers are names, in
    /// which a hostile registry can repeat what it was shown all the same.
    async fn remove_secrets(&mut self, access: &RegistryAccess) -> Result<(), AccessError> {
        if self.questions.is_empty() {
            return Ok(());
        }
        let secret = match &access.get().await?.credentials {
            Credentials::Basic { password, .. } => password,
            Credentials::IdentityToken(token) => token,
            Credentials::Anonymous => return Ok(()),
        };
        // A secret that cannot be searched for may be anywhere.
        let redactor = Redactor::new([secret.expose()]).ok();
        let clean = |text: &mut String| match &redactor {
            Some(redactor) if !redactor.finds_any(text.as_bytes()) => {}
            _ => REMOVED.clone_into(text),
        };
        for question in self.questions.iter_mut().filter(|_| !secret.expose().is_empty()) {
            match question {
                RecordedQuestion::Exists { .. } => {}
                RecordedQuestion::Tags { after, answer, .. } => {
                    after.iter_mut().for_each(clean);
                    answer.iter_mut().flatten().for_each(clean);
                }
                RecordedQuestion::Digest { tag, answer, .. } => {
                    clean(tag);
                    answer.iter_mut().flatten().for_each(clean);
                }
            }
        }
        Ok(())
    }

    /// That a POST only asks is what the author says, and no server.
    fn take_over_reads(&mut self, before: &Case) {
        for request in &mut self.requests {
            let is_the_same = |other: &&RecordedRequest| other.method == request.method && other.url == request.url;
            request.reads = before.requests.iter().find(is_the_same).is_some_and(|other| other.reads);
        }
    }
}

/// The host of a check, with the images of the case, whose answers are kept.
struct Recorder {
    case: Arc<Case>,
    host: Arc<HookHost>,
    writes: bool,
    kept: Mutex<Kept>,
}

impl Recorder {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl FlavorHost for Recorder {
    async fn images(&self) -> Result<Vec<Image>, InspectError> {
        self.case.answer_images()
    }

    async fn digest(&self) -> Result<Option<String>, InspectError> {
        self.case.digest()
    }

    fn log(&self, record: &LogRecord) {
        self.host.log(record);
    }

    fn grants(&self, capability: Capability) -> bool {
        self.host.grants(capability)
    }

    async fn repository_exists(&self, repository: &str) -> Result<bool, QueryError> {
        let answer = self.host.repository_exists(repository).await;
        self.kept().questions.push(RecordedQuestion::Exists { repository: repository.to_owned(), answer: answer.clone() });
        answer
    }

    async fn tags(&self, repository: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, QueryError> {
        let answer = self.host.tags(repository, after, limit).await;
        let (repository, after) = (repository.to_owned(), after.map(str::to_owned));
        self.kept().questions.push(RecordedQuestion::Tags { repository, after, limit: Some(limit), answer: answer.clone() });
        answer
    }

    async fn manifest_digest(&self, repository: &str, tag: &str) -> Result<Option<String>, QueryError> {
        let answer = self.host.manifest_digest(repository, tag).await;
        let (repository, tag) = (repository.to_owned(), tag.to_owned());
        self.kept().questions.push(RecordedQuestion::Digest { repository, tag, answer: answer.clone() });
        answer
    }

    async fn send(&self, request: HttpRequest, limit: usize) -> Result<HttpResponse, HttpError> {
        let (method, url) = (request.method.clone(), request.url.clone());
        if !self.writes && !matches!(method.as_str(), "GET" | "HEAD") {
            self.kept().not_sent.get_or_insert_with(|| format!("{} {}", shorten(&method), shorten(&url)));
            return Err(HttpError::InvalidRequest("a recording sends GET and HEAD".to_owned()));
        }
        let body = std::str::from_utf8(&request.body).ok().filter(|body| !body.is_empty()).map(str::to_owned);
        let answer = self.host.send(request, limit).await;
        // What the flavor is given and what is written down are the same: a case that was recorded goes as its recording went.
        let answer = answer.map(|response| HttpResponse {
            headers: response.headers.into_iter().filter(|(name, _)| KEPT_FIELDS.contains(&name.as_str())).collect(),
            ..response
        });
        self.kept().requests.push(RecordedRequest { method, url, body, reads: false, answer: answer.clone() });
        answer
    }
}
