//! What the daemon's words about a failed push mean.
//!
//! The stream has no codes worth the name: Docker's own client shows the text and gives up. The texts here are those of Docker's
//! daemon (`distribution/errors.go`, `distribution/push_v2.go`, the registry client's errors), containerd's and Podman's.

/// A kind of failure that is the registry's, or lies on the way to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistryFault {
    /// It wants other credentials, or does not let these push there.
    Unauthorized,
    /// It cannot be reached: no such host, connection refused, time-out.
    Unreachable,
    /// Its certificate is not trusted, or it does not speak TLS.
    Tls,
    /// It says that too many requests were made.
    TooManyRequests,
    /// Anything else that went wrong there, such as a 5xx.
    Other,
}

/// A kind of failure of the Docker Engine itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineFault {
    /// Its disk is full.
    DiskFull,
    /// It has the image only in part.
    Incomplete,
    /// The image or its tag went away during the push.
    ImageGone,
}

/// Who failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blame {
    Engine,
    Registry(RegistryFault),
}

/// Failures of the daemon itself, in lower case. They are looked for first, because an image's name may hold any word.
const ENGINE: &[&str] = &[
    "image does not exist locally",
    "tag does not exist",
    "no such image",
    "image not known",
    "does not match the specified platform",
    "missing content",
    "content digest",
    "layer does not exist",
    "unable to get layer",
    "no space left on device",
    "input/output error",
    "authorization denied by plugin",
    "cannot connect to containerd",
];

/// No bare numbers and no short words: they stand in digests, ports and names.
const REGISTRY: &[(RegistryFault, &[&str])] = &[
    (RegistryFault::TooManyRequests, &["toomanyrequests", "too many requests"]),
    (
        RegistryFault::Unauthorized,
        &[
            "unauthorized",
            "authentication required",
            "not authorized",
            "denied",
            "no basic auth credentials",
            "incorrect username or password",
            "insufficient_scope",
            "insufficient scope",
            "authorization failed",
            "forbidden",
        ],
    ),
    (
        RegistryFault::Tls,
        &["x509:", "certificate", "server gave http response to https client", "tls: ", "first record does not look like a tls handshake"],
    ),
    (
        RegistryFault::Unreachable,
        &[
            "connection refused",
            "no such host",
            "i/o timeout",
            "network is unreachable",
            "no route to host",
            "connection reset",
            "client.timeout",
            ": eof",
            "unexpected eof",
            "dial tcp",
            "broken pipe",
        ],
    ),
];

impl Blame {
    /// What an error inside the stream of a push means. There the daemon reports how its talk with the registry goes, so what is
    /// not known to be the daemon's own is the registry's.
    pub(super) fn of_stream(message: &str) -> Self {
        let message = message.to_lowercase();
        if is_engines_own(&message) { Self::Engine } else { Self::Registry(registry_fault(&message).unwrap_or(RegistryFault::Other)) }
    }

    /// What a refusal in place of a stream means. There the daemon speaks for itself, unless it passes the registry's words on.
    pub(super) fn of_status(code: u16, message: &str) -> Self {
        let message = message.to_lowercase();
        if is_engines_own(&message) {
            return Self::Engine;
        }
        match (code, registry_fault(&message)) {
            (401 | 403, _) => Self::Registry(RegistryFault::Unauthorized),
            // The page of some proxy in between may hold any word.
            (_, Some(fault)) if !message.contains("<html") => Self::Registry(fault),
            _ => Self::Engine,
        }
    }
}

impl EngineFault {
    /// What the daemon's words say; none where they say nothing that is known.
    pub(super) fn of_message(message: &str) -> Option<Self> {
        let message = message.to_lowercase();
        if message.contains("no space left") {
            Some(Self::DiskFull)
        } else if message.contains("missing content") || message.contains("content digest") {
            Some(Self::Incomplete)
        } else if message.contains("exist") || message.contains("no such image") || message.contains("not known") {
            Some(Self::ImageGone)
        } else {
            None
        }
    }
}

fn is_engines_own(message: &str) -> bool {
    ENGINE.iter().any(|text| message.contains(text))
}

fn registry_fault(message: &str) -> Option<RegistryFault> {
    REGISTRY.iter().find(|(_, texts)| texts.iter().any(|text| message.contains(text))).map(|(fault, _)| *fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_stream_are_sorted() {
        for (message, expected) in [
            ("An image does not exist locally with the tag: 127.0.0.1:5000/unauthorized/app", Blame::Engine),
            ("tag does not exist: 127.0.0.1:5000/app:v1", Blame::Engine),
            ("write /var/lib/docker/tmp/x: no space left on device", Blame::Engine),
            ("content digest sha256:aa: not found", Blame::Engine),
            ("no basic auth credentials", Blame::Registry(RegistryFault::Unauthorized)),
            ("unauthorized: authentication required", Blame::Registry(RegistryFault::Unauthorized)),
            ("denied: requested access to the resource is denied", Blame::Registry(RegistryFault::Unauthorized)),
            (
                "push access denied, repository does not exist or may require authorization: server message: insufficient_scope",
                Blame::Registry(RegistryFault::Unauthorized),
            ),
            (
                "Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused",
                Blame::Registry(RegistryFault::Unreachable),
            ),
            ("Get \"https://r.example/v2/\": dial tcp: lookup r.example: no such host", Blame::Registry(RegistryFault::Unreachable)),
            ("Get \"https://r.example/v2/\": x509: certificate signed by unknown authority", Blame::Registry(RegistryFault::Tls)),
            ("http: server gave HTTP response to HTTPS client", Blame::Registry(RegistryFault::Tls)),
            ("toomanyrequests: too many failed login attempts for username or IP address", Blame::Registry(RegistryFault::TooManyRequests)),
            ("received unexpected HTTP status: 500 Internal Server Error", Blame::Registry(RegistryFault::Other)),
            ("Put \"http://127.0.0.1:40312/v2/geofence/manifests/v1\": EOF", Blame::Registry(RegistryFault::Unreachable)),
            ("received unexpected HTTP status: 500 for 127.0.0.1:40312/geofence@sha256:4294034290", Blame::Registry(RegistryFault::Other)),
            ("something new", Blame::Registry(RegistryFault::Other)),
        ] {
            assert_eq!(Blame::of_stream(message), expected, "{message}");
        }
    }

    #[test]
    fn a_refusal_in_place_of_a_stream_is_the_engines_unless_it_says_so() {
        for (code, message, expected) in [
            (404, "An image does not exist locally with the tag: app", Blame::Engine),
            (401, "", Blame::Registry(RegistryFault::Unauthorized)),
            (403, "", Blame::Registry(RegistryFault::Unauthorized)),
            (403, "authorization denied by plugin x: no", Blame::Engine),
            (409, "conflict", Blame::Engine),
            (500, "no basic auth credentials", Blame::Registry(RegistryFault::Unauthorized)),
            (500, "<html>denied</html>", Blame::Engine),
            (500, "", Blame::Engine),
        ] {
            assert_eq!(Blame::of_status(code, message), expected, "{code} {message}");
        }
    }
}
