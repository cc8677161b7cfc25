use super::{ParseUriError, RegistryUri};

#[test]
fn canonical_forms() {
    for (text, canonical, host, path) in [
        ("registry.example.com", "registry.example.com", "registry.example.com", ""),
        ("Registry.example.com/team//", "registry.example.com/team", "registry.example.com", "team"),
        ("localhost", "localhost", "localhost", ""),
        ("Localhost/a", "localhost/a", "localhost", "a"),
        ("localhost:5000/a/b", "localhost:5000/a/b", "localhost:5000", "a/b"),
        ("registry:5000", "registry:5000", "registry:5000", ""),
        ("docker.io", "docker.io", "docker.io", ""),
        ("index.docker.io/user", "docker.io/user", "docker.io", "user"),
        ("Docker.IO/user", "docker.io/user", "docker.io", "user"),
        ("registry-1.docker.io/user", "docker.io/user", "docker.io", "user"),
        ("registry.hub.docker.com/user", "docker.io/user", "docker.io", "user"),
        ("registry-1.docker.io", "docker.io", "docker.io", ""),
        ("user", "docker.io/user", "docker.io", "user"),
        ("user_1/team", "docker.io/user_1/team", "docker.io", "user_1/team"),
        ("[0:0::1]:5000/a", "[::1]:5000/a", "[::1]:5000", "a"),
    ] {
        let uri = RegistryUri::parse(text).expect(text);
        assert_eq!((uri.to_string().as_str(), uri.host().as_str(), uri.path()), (canonical, host, path), "{text}");
    }
}

#[test]
fn errors_name_the_value_and_what_was_meant() {
    let meant = |error: &ParseUriError| match error {
        ParseUriError::Scheme { suggestion, .. } | ParseUriError::AtSign { suggestion, .. } | ParseUriError::Segment { suggestion, .. } => {
            suggestion.clone()
        }
        _ => None,
    };
    for (text, message, suggestion) in [
        ("", "the registry URI `` is empty", None),
        ("//", "the registry URI `//` is empty", None),
        (
            "https://registry.example.com/team/",
            "the registry URI `https://registry.example.com/team/` has a scheme",
            Some("registry.example.com/team"),
        ),
        ("https://registry/team", "the registry URI `https://registry/team` has a scheme", Some("registry:443/team")),
        ("http://registry", "the registry URI `http://registry` has a scheme", Some("registry:80")),
        ("oci://registry/team", "the registry URI `oci://registry/team` has a scheme", None),
        ("https://a.io/x?y=z", "the registry URI `https://a.io/x?y=z` has a scheme", None),
        ("https://user:word@a.io/x", "the registry URI `https://***@a.io/x` has a scheme", Some("a.io/x")),
        ("user:word@a.io/x", "the registry URI `***@a.io/x` has an `@`: it names neither user nor digest", Some("a.io/x")),
        (
            "a.io/x@sha256:0123456789abcdef0123456789abcdef",
            "the registry URI `a.io/x@sha256:0123456789abcdef0123456789abcdef` has an `@`: it names neither user nor digest",
            Some("a.io/x"),
        ),
        ("a.io/x?y", "the registry URI `a.io/x?y` has the character `?`", None),
        ("a.io/x#y", "the registry URI `a.io/x#y` has the character `#`", None),
        ("a.io/x%2fy", "the registry URI `a.io/x%2fy` has the character `%`", None),
        ("a.io\\x", "the registry URI `a.io\\x` has the character `\\\\`", None),
        ("a.io/x y", "the registry URI `a.io/x y` has the character ` `", None),
        ("a\u{3002}io", r"the registry URI `a\u{3002}io` has the character `\u{3002}`", None),
        ("Team", "the registry URI `Team` is not valid: the host `team` is a single word without a port", None),
        ("a.io:99999", "the registry URI `a.io:99999` is not valid: `99999` is not a port from 1 to 65535 without leading zeros", None),
        ("/team", "the registry URI `/team` has an empty segment", None),
        ("a.io//team", "the registry URI `a.io//team` has an empty segment", None),
        ("a.io/team:v1", "the registry URI `a.io/team:v1` has the segment `team:v1`, which no repository can have", Some("a.io/team")),
        ("a.io/Team/x", "the registry URI `a.io/Team/x` has the segment `Team`, which no repository can have", Some("a.io/team/x")),
        ("a.io/team/../x", "the registry URI `a.io/team/../x` has the segment `..`, which no repository can have", None),
        ("a.io/./x", "the registry URI `a.io/./x` has the segment `.`, which no repository can have", None),
    ] {
        let error = RegistryUri::parse(text).expect_err(text);
        assert_eq!((error.to_string().as_str(), meant(&error).as_deref()), (message, suggestion));
    }
}

#[test]
fn the_limit_of_length_is_on_the_text() {
    let longest = format!("a.io/{}", "a".repeat(507));
    assert!(RegistryUri::parse(&longest).is_ok());
    assert!(matches!(RegistryUri::parse(&format!("{longest}/")), Err(ParseUriError::TooLong { length: 513, .. })));
}
