//! The images that the engine holds, and their names.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::image::BuiltImage;

/// Images by ID, with the names that point to them.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) images: BTreeMap<String, Arc<BuiltImage>>,
    /// Names with tags, in the form that the engine shows.
    pub(crate) tags: BTreeMap<String, String>,
    /// `NAME@DIGEST` of what was pushed, in the order of pushing, with the image's ID.
    pub(crate) repository_digests: Vec<(String, String)>,
}

impl Store {
    /// The ID of the image that a name, an ID or the beginning of an ID means.
    pub(crate) fn find(&self, name: &str) -> Option<String> {
        if let Some(id) = self.tags.get(&tagged(name)) {
            return Some(id.clone());
        }
        let digested = familiar(name);
        if let Some((_, id)) = self.repository_digests.iter().find(|(reference, _)| *reference == digested) {
            return Some(id.clone());
        }
        let prefix = name.strip_prefix("sha256:").unwrap_or(name);
        let is_prefix = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mut found = self.images.keys().filter(|id| is_prefix && id.trim_start_matches("sha256:").starts_with(prefix));
        match (found.next(), found.next()) {
            (Some(id), None) => Some(id.clone()),
            _ => None,
        }
    }

    /// Points a name with its tag to an image.
    pub(crate) fn tag(&mut self, name: &str, id: &str) {
        self.tags.insert(tagged(name), id.to_owned());
    }

    /// Notes that an image was pushed.
    pub(crate) fn pushed(&mut self, repository: &str, digest: &str, id: &str) {
        let entry = (format!("{}@{digest}", familiar(repository)), id.to_owned());
        if !self.repository_digests.contains(&entry) {
            self.repository_digests.push(entry);
        }
    }
}

/// A name in the form that the engine shows: Docker Hub's host and `library/` are left out.
pub(crate) fn familiar(name: &str) -> String {
    let rest = ["docker.io/", "index.docker.io/"].iter().find_map(|host| name.strip_prefix(host));
    match rest {
        Some(rest) => rest.strip_prefix("library/").filter(|last| !last.contains('/')).unwrap_or(rest).to_owned(),
        None => name.to_owned(),
    }
}

/// The familiar name, with the tag that the engine adds if there is none.
pub(crate) fn tagged(name: &str) -> String {
    let name = familiar(name);
    let last = name.rsplit('/').next().unwrap_or_default();
    if last.contains(':') { name } else { format!("{name}:latest") }
}

/// The host that a repository lies on, by Docker's rule, and its path there.
pub(crate) fn host_and_path(repository: &str) -> (String, String) {
    match repository.split_once('/') {
        Some((host, path)) if host == "localhost" || host.contains(['.', ':']) || host != host.to_lowercase() => {
            (host.to_owned(), path.to_owned())
        }
        Some(_) => ("docker.io".to_owned(), repository.to_owned()),
        None => ("docker.io".to_owned(), format!("library/{repository}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_the_engine_shows_them() {
        for (name, shown) in [
            ("docker.io/library/ubuntu", "ubuntu:latest"),
            ("docker.io/team/app:v1", "team/app:v1"),
            ("127.0.0.1:5000/team/app", "127.0.0.1:5000/team/app:latest"),
            ("127.0.0.1:5000/library/app:v1", "127.0.0.1:5000/library/app:v1"),
        ] {
            assert_eq!(tagged(name), shown);
        }
        assert_eq!(host_and_path("ubuntu"), ("docker.io".into(), "library/ubuntu".into()));
        assert_eq!(host_and_path("team/app"), ("docker.io".into(), "team/app".into()));
        assert_eq!(host_and_path("localhost/app"), ("localhost".into(), "app".into()));
    }
}
