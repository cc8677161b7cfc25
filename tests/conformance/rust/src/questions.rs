//! What the registry and a server answer.

use pushgate_flavor::http::Request;
use pushgate_flavor::{Push, Violation, deny, registry};

use crate::{AskRegistry, AskServer};

pub(crate) fn ask_registry(push: &Push, asked: AskRegistry) -> Violation {
    let repository = asked.repository.unwrap_or_else(|| push.repository().to_owned());
    let tag = asked.tag.or_else(|| push.tag().map(str::to_owned)).unwrap_or_default();
    let exists = registry::repository_exists(&repository);
    let tags = registry::tags(&repository, asked.after.as_deref(), asked.limit.unwrap_or(100));
    let digest = registry::manifest_digest(&repository, &tag);
    deny("registry", "what the registry answers")
        .hint(format!("asked for {repository}"))
        .detail("exists", exists.map_or_else(|error| error.to_string(), |exists| exists.to_string()))
        .detail("tags", tags.map_or_else(|error| error.to_string(), |tags| tags.join(",")))
        .detail("digest", digest.map_or_else(|error| error.to_string(), |digest| digest.unwrap_or_else(|| "none".to_owned())))
}

pub(crate) fn ask_server(asked: AskServer) -> Violation {
    let method = asked.method.unwrap_or_else(|| "GET".to_owned());
    let violation = deny("http", "what the server answers").hint(format!("sent {method} {}", asked.url));
    let request = Request::new(method, asked.url).body(asked.body);
    let request = asked.headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    match request.send() {
        Err(error) => violation.detail("error", error.to_string()),
        Ok(response) => {
            let mut violation = violation.detail("status", response.status.to_string());
            for (name, value) in &response.headers {
                let name = format!("header.{name}");
                if violation.detail_of(&name).is_none() {
                    violation = violation.detail(name, value);
                }
            }
            violation.detail("body", String::from_utf8_lossy(&response.body))
        }
    }
}
