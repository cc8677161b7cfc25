//! What a request asks for, by its method, path and query.

use http::Method;

use crate::switches::Step;

/// A path of the registry, percent-decoded. Names and digests are not checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Ping,
    Token,
    Catalog,
    Blob { repository: String, digest: String },
    Uploads { repository: String },
    Upload { repository: String, id: String },
    Manifest { repository: String, reference: String },
    Tags { repository: String },
    Referrers { repository: String, digest: String },
    Unknown,
}

impl Target {
    /// Reads a path as sent. A name may hold words such as `blobs`, so the end of the path decides.
    pub(crate) fn parse(path: &str) -> Self {
        match path {
            "/v2" | "/v2/" => return Self::Ping,
            "/token" => return Self::Token,
            "/v2/_catalog" => return Self::Catalog,
            _ => {}
        }
        let Some(rest) = path.strip_prefix("/v2/") else { return Self::Unknown };
        let segments: Vec<String> = rest.split('/').map(|segment| decode(segment, false)).collect();
        let name = |segments: &[String]| segments.join("/");
        match segments.as_slice() {
            [repository @ .., tags, list] if tags == "tags" && list == "list" => Self::Tags { repository: name(repository) },
            [repository @ .., blobs, uploads] if blobs == "blobs" && uploads == "uploads" => Self::Uploads { repository: name(repository) },
            [repository @ .., blobs, uploads, id] if blobs == "blobs" && uploads == "uploads" => {
                if id.is_empty() {
                    Self::Uploads { repository: name(repository) }
                } else {
                    Self::Upload { repository: name(repository), id: id.clone() }
                }
            }
            [repository @ .., blobs, digest] if blobs == "blobs" => Self::Blob { repository: name(repository), digest: digest.clone() },
            [repository @ .., manifests, reference] if manifests == "manifests" => {
                Self::Manifest { repository: name(repository), reference: reference.clone() }
            }
            [repository @ .., referrers, digest] if referrers == "referrers" => {
                Self::Referrers { repository: name(repository), digest: digest.clone() }
            }
            _ => Self::Unknown,
        }
    }

    /// The repository that the path names.
    pub(crate) fn repository(&self) -> Option<&str> {
        match self {
            Self::Blob { repository, .. }
            | Self::Uploads { repository }
            | Self::Upload { repository, .. }
            | Self::Manifest { repository, .. }
            | Self::Tags { repository }
            | Self::Referrers { repository, .. } => Some(repository),
            Self::Ping | Self::Token | Self::Catalog | Self::Unknown => None,
        }
    }

    /// What the request is.
    pub(crate) fn step(&self, method: &Method, query: &Query) -> Step {
        match (self, method.as_str()) {
            (Self::Ping, "GET" | "HEAD") => Step::Ping,
            (Self::Token, "GET" | "POST") => Step::Token,
            (Self::Blob { .. }, "HEAD") => Step::BlobHead,
            (Self::Blob { .. }, "GET") => Step::BlobGet,
            (Self::Blob { .. }, "DELETE") => Step::BlobDelete,
            (Self::Uploads { .. }, "POST") if query.get("mount").is_some() => Step::UploadMount,
            (Self::Uploads { .. }, "POST") => Step::UploadStart,
            (Self::Upload { .. }, "GET") => Step::UploadStatus,
            (Self::Upload { .. }, "PATCH") => Step::UploadChunk,
            (Self::Upload { .. }, "PUT") => Step::UploadFinish,
            (Self::Upload { .. }, "DELETE") => Step::UploadCancel,
            (Self::Manifest { .. }, "HEAD") => Step::ManifestHead,
            (Self::Manifest { .. }, "GET") => Step::ManifestGet,
            (Self::Manifest { .. }, "PUT") => Step::ManifestPut,
            (Self::Manifest { .. }, "DELETE") => Step::ManifestDelete,
            (Self::Tags { .. }, "GET") => Step::TagList,
            (Self::Referrers { .. }, "GET") => Step::Referrers,
            _ => Step::Other,
        }
    }
}

/// A query or form, decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| {
                    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode(key, true), decode(value, true))
                })
                .collect(),
        )
    }

    /// The first value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Every value of a key.
    pub(crate) fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// Percent-decoding; what is not valid UTF-8 afterwards is replaced, and then is no valid name of anything.
fn decode(text: &str, form: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' if form => bytes.push(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                if let (Some(high), Some(low)) = (digit(ahead.next()), digit(ahead.next())) {
                    bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                    rest = ahead;
                } else {
                    bytes.push(byte);
                }
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_path_decides() {
        let repository = "a/blobs/manifests".to_owned();
        assert_eq!(
            Target::parse("/v2/a/blobs/manifests/manifests/v1"),
            Target::Manifest { repository: repository.clone(), reference: "v1".to_owned() }
        );
        assert_eq!(Target::parse("/v2/a/blobs/manifests/blobs/uploads/"), Target::Uploads { repository });
        assert_eq!(Target::parse("/v2/a/blobs/sha256%3Aab"), Target::Blob { repository: "a".to_owned(), digest: "sha256:ab".to_owned() });
        assert_eq!(Target::parse("/v3/a/tags/list"), Target::Unknown);
    }

    #[test]
    fn queries_are_decoded() {
        let query = Query::parse("scope=repository%3Aa%3Apull&scope=b+c&flag&odd=%zz%4");
        assert_eq!(query.all("scope").collect::<Vec<_>>(), ["repository:a:pull", "b c"]);
        assert_eq!(query.get("flag"), Some(""));
        assert_eq!(query.get("odd"), Some("%zz%4"));
    }
}
