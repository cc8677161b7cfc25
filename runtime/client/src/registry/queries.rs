//! Read-only questions about a repository, for flavors: does it exist, which tags does it have.

use http::{Method, StatusCode};
use pushgate_json::{DocumentError, MAX_DOCUMENT, Shape, Tree};
use pushgate_net::{Reply, message, permitted};

use crate::auth::Access;
use crate::error::{RegistryError, Step};
use crate::registry::client::{Call, RegistryClient};
use crate::registry::names;

/// How many tags are asked for at once.
const PAGE: u32 = 1_000;
/// The most pages of one list.
const MAX_PAGES: usize = 100;
/// The most bytes of all pages of one list: 16 MiB; a page has at most 4 MiB of them.
const MAX_LIST: u64 = 16 * 1024 * 1024;
/// The most tags of one list. Short ones are larger in memory than in an answer.
const MAX_TAGS: usize = 100_000;
const TOO_MANY_TAGS: &str = "the list has more than 100000 tags";

/// One page of a list.
const TAGS: Shape = Shape::Members(&[("name", Shape::Unread), ("tags", Shape::List(MAX_TAGS, &Shape::Scalar))]);

impl RegistryClient {
    /// Whether a repository exists. A registry that makes repositories on the first push says no until then.
    ///
    /// # Errors
    /// A name that is none, and every failure of the registry.
    pub async fn repository_exists(&self, repository: &str) -> Result<bool, RegistryError> {
        names::repository(repository)?;
        let call = list_tags(repository, MAX_DOCUMENT);
        match self.call(&call, || call.bare(first_page(repository, 1))).await {
            Ok(answer) if answer.status == StatusCode::OK => Ok(true),
            Ok(answer) if answer.status == StatusCode::NOT_FOUND => Ok(false),
            Ok(answer) => Err(self.unexpected(&call, &answer)),
            // One that does not know pages and has very many tags.
            Err(RegistryError::BodyTooLarge { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// All tags of a repository, sorted by their bytes; none if there is no such repository.
    ///
    /// Registries sort differently, or not at all, and some ignore that a page was asked for. So a part of the list, in an order that is to be
    /// relied on, can be had from the whole list only.
    ///
    /// # Errors
    /// A name that is none, every failure of the registry, and a list of more than 100 pages, 100,000 tags or 16 MiB.
    pub async fn tags(&self, repository: &str) -> Result<Vec<String>, RegistryError> {
        names::repository(repository)?;
        let mut tags = Vec::new();
        let mut bytes_left = MAX_LIST;
        let mut target = first_page(repository, PAGE);
        for _ in 0..MAX_PAGES {
            let call = list_tags(repository, bytes_left.min(MAX_DOCUMENT));
            let answer = self.call(&call, || call.bare(target.clone())).await?;
            match answer.status {
                StatusCode::OK => {}
                StatusCode::NOT_FOUND => return Ok(Vec::new()),
                _ => return Err(self.unexpected(&call, &answer)),
            }
            let bad = |problem: String| RegistryError::BadAnswer { context: self.context(&call), problem };
            tags.extend(read_page(&answer.body).map_err(|problem| bad(problem.to_owned()))?);
            bytes_left = bytes_left.saturating_sub(u64::try_from(answer.body.len()).unwrap_or(u64::MAX));
            if tags.len() > MAX_TAGS {
                return Err(bad(TOO_MANY_TAGS.to_owned()));
            }
            let Some(link) = next(&answer) else {
                tags.sort_unstable();
                tags.dedup();
                return Ok(tags);
            };
            let elsewhere = |context| bad(format!("the next page of the list is to be at {context}, which is another origin"));
            let url = permitted::next_page(self.registry.origin(), &self.registry.origin().url(&target), link).map_err(elsewhere)?;
            target = message::target(&url);
        }
        let problem = format!("the list has more than {MAX_PAGES} pages");
        Err(RegistryError::BadAnswer { context: self.context(&list_tags(repository, 0)), problem })
    }
}

fn list_tags(repository: &str, limit: u64) -> Call<'_> {
    Call { method: Method::GET, repository, step: Step::ListTags, access: Access::Pull, also_pull: None, limit }
}

fn first_page(repository: &str, count: u32) -> String {
    format!("/v2/{repository}/tags/list?n={count}")
}

/// The tags of one page. Registries write `null` for none.
pub(crate) fn read_page(body: &[u8]) -> Result<Vec<String>, &'static str> {
    let tree = Tree::parse(body, MAX_DOCUMENT, "answer", &TAGS).map_err(|error| match error {
        DocumentError::TooMany { .. } => TOO_MANY_TAGS,
        _ => "the answer is not a JSON object with unique keys",
    })?;
    let object = tree.object().map_err(|_| "the answer is not a JSON object with unique keys")?;
    object.length("tags").map_err(|_| "`tags` is not a list")?;
    let tags = object.strings("tags").ok().filter(|tags| tags.iter().all(|tag| matches!(names::tag_or_digest(tag), Ok(None))));
    tags.ok_or("`tags` holds what is no tag")
}

/// The target of `Link: <…>; rel="next"` (RFC 8288). Registries send one link.
fn next(answer: &Reply) -> Option<&str> {
    let (target, parameters) = answer.header("link")?.trim().strip_prefix('<')?.split_once('>')?;
    let is_next = |parameter: &str| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        name.trim().eq_ignore_ascii_case("rel") && value.trim().trim_matches('"').eq_ignore_ascii_case("next")
    };
    parameters.split(';').any(is_next).then_some(target)
}

#[cfg(test)]
mod tests;
