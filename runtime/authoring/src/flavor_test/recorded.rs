//! Recorded answers of the registry and of HTTP servers.

use pushgate_sandbox::{HttpError, HttpRequest, HttpResponse, QueryError};
use serde::Deserialize;

use super::values;

/// One of the tables `[[registry]]`: a question, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "QuestionSection")]
pub(super) enum RecordedQuestion {
    Exists { repository: String, answer: Result<bool, QueryError> },
    Tags { repository: String, after: Option<String>, limit: Option<u32>, answer: Result<Vec<String>, QueryError> },
    Digest { repository: String, tag: String, answer: Result<Option<String>, QueryError> },
}

/// One of the tables `[[http]]`: a request, and its response.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RequestSection")]
pub(super) struct RecordedRequest {
    pub(super) method: String,
    pub(super) url: String,
    /// Compared when it is given.
    pub(super) body: Option<String>,
    /// Says of a POST that it only asks.
    pub(super) reads: bool,
    pub(super) answer: Result<HttpResponse, HttpError>,
}

impl RecordedRequest {
    pub(super) fn is_of(&self, request: &HttpRequest) -> bool {
        self.method == request.method
            && self.url == request.url
            && self.body.as_ref().is_none_or(|body| body.as_bytes() == request.body.as_slice())
    }
}

#[derive(Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
enum QuestionSection {
    RepositoryExists { repository: String, answer: Option<bool>, error: Option<QueryErrorWord> },
    Tags { repository: String, after: Option<String>, limit: Option<u32>, answer: Option<Vec<String>>, error: Option<QueryErrorWord> },
    ManifestDigest { repository: String, tag: String, answer: Option<String>, error: Option<QueryErrorWord> },
}

/// The cases of the contract's `query-error`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum QueryErrorWord {
    NotGranted,
    LimitExceeded,
    Unauthorized,
    Unavailable(String),
    Other(String),
}

impl From<QueryErrorWord> for QueryError {
    fn from(word: QueryErrorWord) -> Self {
        match word {
            QueryErrorWord::NotGranted => Self::NotGranted,
            QueryErrorWord::LimitExceeded => Self::LimitExceeded,
            QueryErrorWord::Unauthorized => Self::Unauthorized,
            QueryErrorWord::Unavailable(reason) => Self::Unavailable(reason),
            QueryErrorWord::Other(reason) => Self::Other(reason),
        }
    }
}

impl TryFrom<QuestionSection> for RecordedQuestion {
    type Error = &'static str;

    fn try_from(section: QuestionSection) -> Result<Self, Self::Error> {
        Ok(match section {
            QuestionSection::RepositoryExists { repository, answer, error } => Self::Exists { repository, answer: either(answer, error)? },
            QuestionSection::Tags { repository, after, limit, answer, error } => {
                Self::Tags { repository, after, limit, answer: either(answer, error)? }
            }
            // A tag that is not there has neither.
            QuestionSection::ManifestDigest { repository, tag, answer, error: None } => {
                Self::Digest { repository, tag, answer: Ok(answer) }
            }
            QuestionSection::ManifestDigest { answer: Some(_), error: Some(_), .. } => return Err(BOTH),
            QuestionSection::ManifestDigest { repository, tag, answer: None, error: Some(error) } => {
                Self::Digest { repository, tag, answer: Err(error.into()) }
            }
        })
    }
}

const BOTH: &str = "both `answer` and `error` are given: a question has one of them";
const NEITHER: &str = "neither `answer` nor `error` is given: a question has one of them";

/// The answer or the error, whichever is given.
fn either<T>(answer: Option<T>, error: Option<QueryErrorWord>) -> Result<Result<T, QueryError>, &'static str> {
    match (answer, error) {
        (Some(answer), None) => Ok(Ok(answer)),
        (None, Some(error)) => Ok(Err(error.into())),
        (Some(_), Some(_)) => Err(BOTH),
        (None, None) => Err(NEITHER),
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RequestSection {
    method: Option<String>,
    url: String,
    request_body: Option<String>,
    #[serde(default)]
    reads: bool,
    status: Option<u16>,
    #[serde(default, deserialize_with = "values::headers")]
    headers: Vec<(String, String)>,
    body: Option<String>,
    #[serde(default, deserialize_with = "values::base64")]
    body_base64: Option<Vec<u8>>,
    error: Option<HttpErrorWord>,
}

/// The cases of the contract's `http-error`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum HttpErrorWord {
    NotGranted(String),
    InvalidRequest(String),
    LimitExceeded,
    TimedOut,
    TooLarge,
    Unreachable(String),
    Other(String),
}

impl From<HttpErrorWord> for HttpError {
    fn from(word: HttpErrorWord) -> Self {
        match word {
            HttpErrorWord::NotGranted(reason) => Self::NotGranted(reason),
            HttpErrorWord::InvalidRequest(reason) => Self::InvalidRequest(reason),
            HttpErrorWord::LimitExceeded => Self::LimitExceeded,
            HttpErrorWord::TimedOut => Self::TimedOut,
            HttpErrorWord::TooLarge => Self::TooLarge,
            HttpErrorWord::Unreachable(reason) => Self::Unreachable(reason),
            HttpErrorWord::Other(reason) => Self::Other(reason),
        }
    }
}

impl TryFrom<RequestSection> for RecordedRequest {
    type Error = &'static str;

    fn try_from(section: RequestSection) -> Result<Self, Self::Error> {
        let RequestSection { method, url, request_body, reads, status, headers, body, body_base64, error } = section;
        let method = method.unwrap_or_else(|| "GET".to_owned());
        if reads && method != "POST" {
            return Err("`reads` says of a POST that it only asks: other methods say so themselves");
        }
        let answer = match (error, status) {
            (Some(error), None) if headers.is_empty() && body.is_none() && body_base64.is_none() => Err(error.into()),
            (Some(_), _) => return Err("besides `error`, nothing of a response is given"),
            (None, None) => return Err("neither `status` nor `error` is given: a request has one of them"),
            (None, Some(status)) => {
                let body = match (body, body_base64) {
                    (Some(_), Some(_)) => return Err("both `body` and `body-base64` are given"),
                    (Some(text), None) => text.into_bytes(),
                    (None, bytes) => bytes.unwrap_or_default(),
                };
                Ok(HttpResponse { status, headers, body })
            }
        };
        Ok(Self { method, url, body: request_body, reads, answer })
    }
}
