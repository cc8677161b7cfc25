use super::{
    DockerName, GrammarError, is_component, is_digest, is_domain, is_label, is_repository, is_tag, parse_normalized, split_docker_domain,
};

/// Asserts which texts a rule takes.
fn table(rule: fn(&str) -> bool, taken: &[&str], refused: &[&str]) {
    for text in taken {
        assert!(rule(text), "should be taken: {text:?}");
    }
    for text in refused {
        assert!(!rule(text), "should be refused: {text:?}");
    }
}

#[test]
fn component() {
    table(
        is_component,
        &["a", "0", "a.b", "a_b", "a__b", "a-b", "a----b", "a.b_c__d-e", "1.2.3"],
        &[
            "", ".", "..", "...", "-", "a.", ".a", "a..b", "a._b", "a___b", "a_-b", "-a", "a-", "A", "aB", "a b", "a%2fb", "a:b", "\u{e9}",
            "a\u{e9}",
        ],
    );
}

#[test]
fn repository() {
    let longest = "a".repeat(255);
    let too_long = "a".repeat(256);
    table(is_repository, &["a", "a/b", "a/b/c.d", &longest], &["", "/", "a/", "/a", "a//b", "a/../b", "a/./b", "a:b", &too_long]);
}

#[test]
fn label() {
    table(is_label, &["a", "A", "0", "a-b", "a--b", "xn--a"], &["", "-", "-a", "a-", "a_b", "a.b", "\u{e9}"]);
}

#[test]
fn domain() {
    table(
        is_domain,
        &["a", "a.b", "A.B", "a:0", "a:99999999999", "127.1", "[::]", "[::1]:5000", "[:::::]"],
        &[
            "",
            ".",
            "a.",
            ".a",
            "a..b",
            "a:",
            "a:b",
            "a:1:2",
            ":1",
            "a_b.io",
            "[]",
            "[::1",
            "::1",
            "[::1]:",
            "[::1]5",
            "[::ffff:1.2.3.4]",
            "[fe80::1%eth0]",
            "a[::1]",
            "localhost:5000.evil.io",
            "a@b.io",
        ],
    );
}

#[test]
fn tag() {
    let longest = "a".repeat(128);
    let too_long = "a".repeat(129);
    table(
        is_tag,
        &["a", "A", "_", "0", "v1.0", "_.-", "latest", &longest],
        &["", ".a", "-a", "a:b", "a/b", "a b", "\u{442}\u{435}\u{433}", &too_long],
    );
}

#[test]
fn digest() {
    let of = |algorithm: &str, digit: &str, length| format!("{algorithm}:{}", digit.repeat(length));
    for (text, expected) in [
        (of("sha256", "a", 64), true),
        (of("sha384", "0", 96), true),
        (of("sha512", "f", 128), true),
        (of("sha256", "a", 63), false),
        (of("sha256", "a", 65), false),
        (of("sha256", "A", 64), false),
        (of("SHA256", "a", 64), false),
        (of("sha256", "g", 64), false),
        (of("sha224", "a", 56), false),
        (of("md5", "a", 32), false),
        ("sha256".to_owned(), false),
        (String::new(), false),
    ] {
        assert_eq!(is_digest(&text), expected, "{text}");
    }
}

#[test]
fn the_first_component_is_a_domain_or_not() {
    for (name, expected) in [
        ("app", ("docker.io", "app")),
        ("app.io", ("docker.io", "app.io")),
        ("localhost", ("docker.io", "localhost")),
        ("team/app", ("docker.io", "team/app")),
        ("localhost/app", ("localhost", "app")),
        ("Localhost/app", ("Localhost", "app")),
        ("Team/app", ("Team", "app")),
        ("team:1/app", ("team:1", "app")),
        ("a.io/team/app", ("a.io", "team/app")),
        ("index.docker.io/app", ("docker.io", "app")),
        ("Index.docker.io/app", ("Index.docker.io", "app")),
        ("index.docker.io:443/app", ("index.docker.io:443", "app")),
        ("/app", ("docker.io", "/app")),
    ] {
        assert_eq!(split_docker_domain(name), expected, "{name}");
    }
}

#[test]
fn names_are_completed() {
    for (text, domain, path, tag) in [
        ("ubuntu", "docker.io", "library/ubuntu", None),
        ("ubuntu:22.04", "docker.io", "library/ubuntu", Some("22.04")),
        ("docker.io/ubuntu", "docker.io", "library/ubuntu", None),
        ("index.docker.io/ubuntu:A", "docker.io", "library/ubuntu", Some("A")),
        ("user/app", "docker.io", "user/app", None),
        ("index.docker.io/docker.io/app", "docker.io", "docker.io/app", None),
        ("registry.example.com:v1", "docker.io", "library/registry.example.com", Some("v1")),
        ("localhost/app", "localhost", "app", None),
        ("a.io/app:v1", "a.io", "app", Some("v1")),
        ("A.io/app", "A.io", "app", None),
    ] {
        assert_eq!(parse_normalized(text), Ok(DockerName { domain, path: path.to_owned(), tag, digest: None }), "{text}");
    }
}

#[test]
fn a_digest_is_read_beside_the_tag() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let text = format!("a.io/app:v1@{digest}");
    let expected = DockerName { domain: "a.io", path: "app".to_owned(), tag: Some("v1"), digest: Some(&digest) };
    assert_eq!(parse_normalized(&text), Ok(expected));
}

#[test]
fn an_image_id_is_no_name() {
    assert_eq!(parse_normalized(&"a".repeat(64)), Err(GrammarError::ImageId));
    assert!(parse_normalized(&"a".repeat(63)).is_ok());
    assert!(parse_normalized(&"g".repeat(64)).is_ok());
    assert!(parse_normalized(&format!("team/{}", "a".repeat(64))).is_ok());
}

#[test]
fn the_path_is_measured_without_the_host_and_with_library() {
    assert!(parse_normalized(&format!("registry.example.com/{}", "a".repeat(255))).is_ok());
    assert_eq!(parse_normalized(&format!("registry.example.com/{}", "a".repeat(256))), Err(GrammarError::TooLong { length: 256 }));
    assert!(parse_normalized(&"a".repeat(247)).is_ok());
    assert_eq!(parse_normalized(&"a".repeat(248)), Err(GrammarError::TooLong { length: 256 }));
}

#[test]
fn every_error_says_what_is_wrong() {
    for (text, expected) in [
        ("https://a.io/app", "it has a scheme, and an image name has none"),
        ("user:word@a.io/app", "`@` stands only before a digest, an image name has no user or password"),
        (
            "a.io/app@sha256:0123456789abcdef0123456789abcdef",
            "`sha256:0123456789abcdef0123456789abcdef` is not a digest: sha256, sha384 or sha512, a colon, and 64, 96 or 128 lower-case hexadecimal digits",
        ),
        ("a.io/Team/app:v1", "the repository `Team/app` must be lower case"),
        ("a_b.io/app", "`a_b.io` is not a registry host"),
        ("localhost:5000.evil.io/app", "`localhost:5000.evil.io` is not a registry host"),
        ("a.io//app", "the repository `/app` has an empty segment"),
        ("a.io/", "the repository `` has an empty segment"),
        ("a.io/team/../app", "the segment `..` is not lower-case letters and digits, parted by single `.`, `_`, `__` or dashes"),
        ("a.io/app:", "the tag after `:` is empty"),
        ("a.io/app:.v1", "`.v1` is not a tag: at most 128 letters, digits, `_`, `.` and `-`, and neither `.` nor `-` in front"),
    ] {
        let error = parse_normalized(text).expect_err(text);
        assert_eq!(error.to_string(), expected, "{text}");
    }
}
