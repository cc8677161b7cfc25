use super::{ImageReference, ParseReferenceError};

fn digested(name: &str) -> String {
    format!("{name}@sha512:{}", "0a".repeat(64))
}

#[test]
fn the_engine_is_asked_for_the_name_as_typed() {
    for (text, canonical, engine) in [
        ("ubuntu", "docker.io/library/ubuntu:latest", "docker.io/library/ubuntu"),
        ("index.docker.io/user/app:v1", "docker.io/user/app:v1", "docker.io/user/app"),
        ("registry-1.docker.io/user/app:v1", "docker.io/user/app:v1", "registry-1.docker.io/user/app"),
        ("Registry.Hub.Docker.com/library/app:v1", "docker.io/library/app:v1", "Registry.Hub.Docker.com/library/app"),
        ("Registry.Example.COM:5000/app:V1", "registry.example.com:5000/app:V1", "Registry.Example.COM:5000/app"),
        ("[0:0::1]:5000/app", "[::1]:5000/app:latest", "[0:0::1]:5000/app"),
        ("LOCALHOST/app", "localhost/app:latest", "LOCALHOST/app"),
        (&digested("ubuntu"), &digested("docker.io/library/ubuntu"), "docker.io/library/ubuntu"),
        (&digested("A.io:5000/app"), &digested("a.io:5000/app"), "A.io:5000/app"),
    ] {
        let image = ImageReference::parse(text).expect(text);
        assert_eq!((image.to_string().as_str(), image.engine_repository().as_str()), (canonical, engine));
    }
}

#[test]
fn two_spellings_are_one_name_and_two_images_of_an_engine() {
    let typed = ImageReference::parse("A.io/app").expect("a name");
    let canonical = ImageReference::parse("a.io/app:latest").expect("a name");
    assert_eq!(typed.to_string(), canonical.to_string());
    assert_ne!(typed, canonical);
}

#[test]
fn errors_name_the_value_and_what_was_meant() {
    let digest = "0".repeat(64);
    let meant = |error: &ParseReferenceError| match error {
        ParseReferenceError::Grammar { suggestion, .. } => suggestion.clone(),
        ParseReferenceError::NoNamespace { suggestion, .. } => Some(suggestion.clone()),
        ParseReferenceError::TagAndDigest { by_tag, by_digest, .. } => Some(format!("{by_tag} or {by_digest}")),
        ParseReferenceError::AmbiguousDockerHub { host, .. } => Some(host.clone()),
        _ => None,
    };
    for (text, message, suggestion) in [
        ("", "the image name is empty", None),
        ("a.io/app ", "the image name `a.io/app ` has the character ` `, which is not printable ASCII", None),
        ("a.io/\u{202e}", r"the image name `a.io/\u{202e}` has the character `\u{202e}`, which is not printable ASCII", None),
        ("https://a.io/app", "`https://a.io/app` is not an image name: it has a scheme, and an image name has none", Some("a.io/app")),
        (
            "https://user:word@a.io/app:v1",
            "`https://***@a.io/app:v1` is not an image name: `@` stands only before a digest, an image name has no user or password",
            Some("a.io/app:v1"),
        ),
        (
            "a.io/Team/app:V1",
            "`a.io/Team/app:V1` is not an image name: the repository `Team/app` must be lower case",
            Some("a.io/team/app:V1"),
        ),
        ("a.io/app:", "`a.io/app:` is not an image name: the tag after `:` is empty", Some("a.io/app")),
        ("a.io/app/", "`a.io/app/` is not an image name: the repository `app/` has an empty segment", Some("a.io/app")),
        ("a.io//app", "`a.io//app` is not an image name: the repository `/app` has an empty segment", None),
        ("a.io/", "`a.io/` is not an image name: the repository `` has an empty segment", None),
        (
            "a.io/app@sha256:00",
            "`***@sha256:00` is not an image name: `@` stands only before a digest, an image name has no user or password",
            None,
        ),
        ("https://a.io", "`https://a.io` is not an image name: it has a scheme, and an image name has none", None),
        ("a_b.io/app", "`a_b.io/app` is not an image name: `a_b.io` is not a registry host", None),
        ("Team/app", "`Team/app` is not an image name: the host `team` is a single word without a port", None),
        ("a.io:0/app", "`a.io:0/app` is not an image name: `0` is not a port from 1 to 65535 without leading zeros", None),
        ("Docker.io/app", "the image name `Docker.io/app` is ambiguous: only in lower case is `Docker.io` Docker Hub", Some("Docker.io")),
        (
            "INDEX.docker.io/app",
            "the image name `INDEX.docker.io/app` is ambiguous: only in lower case is `INDEX.docker.io` Docker Hub",
            Some("INDEX.docker.io"),
        ),
        (
            "registry-1.docker.io/app:v1",
            "the image name `registry-1.docker.io/app:v1` has no namespace, and Docker puts `library/` before a name under `docker.io` alone",
            Some("docker.io/library/app:v1"),
        ),
        (
            &format!("A.io/app:v1@sha256:{digest}"),
            &format!("the image name `A.io/app:v1@sha256:{digest}` has a tag and a digest, and a push is to one of them"),
            Some(&format!("a.io/app:v1 or a.io/app@sha256:{digest}")),
        ),
        (
            &format!("app:1.2@sha256:{digest}"),
            &format!("the image name `app:1.2@sha256:{digest}` has a tag and a digest, and a push is to one of them"),
            Some(&format!("docker.io/library/app:1.2 or docker.io/library/app@sha256:{digest}")),
        ),
        (
            &format!("registry-1.docker.io/app@sha256:{digest}"),
            &format!(
                "the image name `registry-1.docker.io/app@sha256:{digest}` has no namespace, and Docker puts `library/` before a name under \
                 `docker.io` alone"
            ),
            Some(&format!("docker.io/library/app@sha256:{digest}")),
        ),
        (
            &format!("a.io/app@sha256:{}", "0A".repeat(32)),
            &format!(
                "`a.io/app@sha256:{upper}` is not an image name: `sha256:{upper}` is not a digest: sha256, sha384 or sha512, a colon, and \
                 64, 96 or 128 lower-case hexadecimal digits",
                upper = "0A".repeat(32)
            ),
            None,
        ),
        (&digest, &format!("`{digest}` is not an image name: 64 hexadecimal digits are an image ID, not a name"), None),
    ] {
        let error = ImageReference::parse(text).expect_err(text);
        assert_eq!((error.to_string().as_str(), meant(&error).as_deref()), (message, suggestion));
    }
}

#[test]
fn the_limit_of_length_is_on_the_text() {
    let text = "a".repeat(1025);
    assert!(matches!(ImageReference::parse(&text), Err(ParseReferenceError::TooLong { length: 1025, .. })));
    assert!(matches!(ImageReference::parse(&"a".repeat(1024)), Err(ParseReferenceError::Grammar { .. })));
}
