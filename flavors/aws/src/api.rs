//! The two questions to the API of Amazon ECR (version 2015-09-21, JSON 1.1). The host signs them.

use pushgate_flavor::Refusal;
use pushgate_flavor::http::{HttpError, Request, Response};
use serde::Deserialize;

use crate::creation::Creation;
use crate::registry::Registry;

const TARGET: &str = "AmazonEC2ContainerRegistry_V20150921";
/// How much of what a server says is repeated, in bytes.
const LONGEST_QUOTE: usize = 400;

/// The API, asked about one repository.
pub(crate) struct Api<'a> {
    registry: &'a Registry,
    repository: &'a str,
    endpoint: String,
}

/// What the API answers, or says instead. One type for all of it is smaller than several.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    repositories: Option<Vec<Repository>>,
    /// The one that was created.
    repository: Option<Repository>,
    /// `AccessDeniedException`, or with a namespace and `#` before it.
    #[serde(rename = "__type")]
    code: String,
    #[serde(alias = "Message")]
    message: String,
}

#[derive(Deserialize)]
struct Repository {
    #[serde(rename = "repositoryName")]
    name: String,
}

impl<'a> Api<'a> {
    /// Asked at `endpoint`, or where the registry's own API is.
    pub(crate) fn new(registry: &'a Registry, repository: &'a str, endpoint: Option<String>) -> Self {
        Self { registry, repository, endpoint: endpoint.unwrap_or_else(|| registry.endpoint()) }
    }

    /// Whether the registry has the repository. It is asked for by its name: a list of all would come in pages.
    pub(crate) fn repository_exists(&self) -> Result<bool, Refusal> {
        const ACTIONS: &[&str] = &["DescribeRepositories"];
        // Accounts and repositories have no character that JSON escapes.
        let question = format!(r#"{{"registryId":"{}","repositoryNames":["{}"]}}"#, self.registry.account, self.repository);
        let (response, answer) = self.ask(ACTIONS, question)?;
        match answer.repositories {
            Some(found) if response.status == 200 => Ok(found.iter().any(|found| found.name == self.repository)),
            _ if answer.code == "RepositoryNotFoundException" => Ok(false),
            _ => Err(self.unavailable(ACTIONS, &answer.fault(&response))),
        }
    }

    /// Creates the repository. That somebody else just did is as good, and false.
    pub(crate) fn create_repository(&self, creation: &Creation) -> Result<bool, Refusal> {
        let (response, answer) = self.ask(creation.actions(), creation.request(&self.registry.account, self.repository))?;
        match answer.code.as_str() {
            "" if response.status == 200 && answer.repository.as_ref().is_some_and(|created| created.name == self.repository) => Ok(true),
            "RepositoryAlreadyExistsException" => Ok(false),
            _ => Err(self.unavailable(creation.actions(), &answer.fault(&response))),
        }
    }

    /// Asks for the first of `actions`; whoever signs has to be allowed all of them.
    fn ask(&self, actions: &[&str], question: String) -> Result<(Response, Answer), Refusal> {
        let request = Request::new("POST", format!("{}/", self.endpoint))
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("{TARGET}.{}", actions.first().unwrap_or(&"")))
            .body(question);
        let (endpoint, region) = (&self.endpoint, &self.registry.region);
        let response = request.send().map_err(|error| match error {
            // The operation may be named only where the host signs the request.
            HttpError::InvalidRequest(_) => Refusal::misconfigured(format!(
                "the API of Amazon ECR wants signed requests: give this hook `--credential {endpoint}=sigv4:service=ecr,region={region}`"
            )),
            // No permission of AWS would help.
            HttpError::NotGranted(_) => Refusal::unavailable(format!(
                "the API of Amazon ECR is at {endpoint}: give this hook `--grant http={endpoint} --credential \
                 {endpoint}=sigv4:service=ecr,region={region}`"
            )),
            error => self.unavailable(actions, &error.to_string()),
        })?;
        let answer = Answer::of(&response);
        Ok((response, answer))
    }

    /// Without an answer nothing is pushed. Whoever acts on that needs to know the actions, and what they are allowed on.
    fn unavailable(&self, actions: &[&str], cause: &str) -> Refusal {
        let resource = self.registry.arn(self.repository);
        let action = actions.first().unwrap_or(&"");
        let needed = actions.iter().map(|action| format!("`ecr:{action}`")).collect::<Vec<_>>().join(" and ");
        let permission = if actions.len() > 1 { "permissions" } else { "permission" };
        Refusal::unavailable(format!("ecr:{action}: {cause}; it needs the IAM {permission} {needed} on `{resource}`"))
    }
}

impl Answer {
    /// What is no JSON object says nothing, but for the name of a fault in the header, before a `:` and a URL.
    fn of(response: &Response) -> Self {
        let mut answer: Self = response.json().unwrap_or_default();
        if answer.code.is_empty() {
            let code = response.header("x-amzn-errortype").and_then(|value| value.split(':').next());
            answer.code = code.unwrap_or_default().to_owned();
        }
        if let Some((_, code)) = answer.code.rsplit_once('#') {
            answer.code = code.to_owned();
        }
        answer
    }

    /// What is wrong, and what to do about it.
    fn fault(&self, response: &Response) -> String {
        let Self { code, message, .. } = self;
        let mut text = match (code.as_str(), message.as_str()) {
            ("", _) if response.body.is_empty() => format!("the answer {} is empty", response.status),
            ("", _) => format!("the answer {} is none of this API: {}", response.status, quote(response.text().unwrap_or("no text"))),
            (code, "") => code.to_owned(),
            (code, message) => format!("{code}: {}", quote(message)),
        };
        if let Some(remedy) = remedy(code, response.status) {
            text.extend(["; ", remedy]);
        }
        text
    }
}

/// What to do about a fault, besides allowing the action.
fn remedy(code: &str, status: u16) -> Option<&'static str> {
    // Some services leave out the suffix.
    match (code.strip_suffix("Exception").unwrap_or(code), status) {
        ("AccessDenied", _) => None,
        ("Kms", _) => Some("look at the setting `kms_key`, and at what is allowed with that key"),
        ("ExpiredToken", _) => Some("renew the credentials that pushgate signs with"),
        ("UnrecognizedClient" | "InvalidClientTokenId" | "InvalidSignature" | "SignatureDoesNotMatch" | "IncompleteSignature", _)
        | ("MissingAuthenticationToken", _) => {
            Some("look at the credentials that pushgate signs with, and at service and region of `--credential`")
        }
        ("InvalidTagParameter" | "TooManyTags", _) => Some("look at the setting `tags`"),
        ("InvalidParameter", _) => Some("look at the settings of the repository that is created"),
        ("LimitExceeded", _) => Some("the account has as many repositories as its quota allows"),
        ("Throttling" | "TooManyRequests" | "RequestLimitExceeded", _) | (_, 429 | 500..) => Some("try again later"),
        _ => None,
    }
}

/// A part of what a server said, on one line and not long.
fn quote(text: &str) -> String {
    let text = text.trim_ascii().trim_end_matches('.');
    let mut end = text.len().min(LONGEST_QUOTE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let kept = text.get(..end).unwrap_or_default().replace(['\n', '\r', '\t'], " ");
    if end < text.len() { format!("{kept}…") } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_one_short_line() {
        assert_eq!(quote(" a\nb\tc "), "a b c");
        let long = quote(&"ä".repeat(1_000));
        assert_eq!(long, format!("{}…", "ä".repeat(LONGEST_QUOTE / 2)));
    }

    #[test]
    fn a_fault_is_read_in_each_of_its_shapes() {
        let fault = |status, headers: &[(&str, &str)], body: &str| {
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let response = Response { status, headers, body: body.into() };
            Answer::of(&response).fault(&response)
        };
        for (status, headers, body, expected) in [
            (400, vec![], r#"{"__type":"AccessDeniedException","Message":"no"}"#, "AccessDeniedException: no"),
            (400, vec![], r#"{"__type":"com.amazonaws.ecr#ServerException","message":"x"}"#, "ServerException: x"),
            (400, vec![("x-amzn-errortype", "ThrottlingException:http://x/")], "", "ThrottlingException; try again later"),
            (429, vec![], "{}", "the answer 429 is none of this API: {}; try again later"),
            (500, vec![], "<html>\n</html>", "the answer 500 is none of this API: <html> </html>; try again later"),
            (302, vec![], "", "the answer 302 is empty"),
            (403, vec![], r#"{"__type":"ExpiredTokenException"}"#, "ExpiredTokenException; renew the credentials that pushgate signs with"),
        ] {
            assert_eq!(fault(status, &headers, body), expected);
        }
    }
}
