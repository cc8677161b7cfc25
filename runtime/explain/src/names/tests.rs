use proptest::prelude::*;
use pushgate_reference::{Host, ImageReference, RegistryUri};

use super::*;

#[test]
fn an_image_name_gets_the_name_that_was_meant() {
    let digest = "0".repeat(64);
    for (text, hint) in [
        ("", Some("name the image as in `registry.example.com/team/app:v1`")),
        ("a.io/app ", None),
        ("a.io/\u{202e}", None),
        ("https://a.io/app", Some("write `a.io/app`")),
        ("https://user:word@a.io/app:v1", Some("write `a.io/app:v1`")),
        ("a.io/Team/app:V1", Some("write `a.io/team/app:V1`")),
        ("a.io/app:", Some("name the tag, as in `a.io/app:v1`")),
        ("a.io/app/", Some("write `a.io/app`")),
        ("a.io//app", None),
        ("a.io/", None),
        ("a.io/app@sha256:00", None),
        ("https://a.io", None),
        ("a_b.io/app", None),
        ("Team/app", Some("add the port, as in `team:443`: without one, Docker reads `team` as a name on Docker Hub")),
        ("a.io:0/app", None),
        ("Docker.io/app", Some("write `docker.io`")),
        ("INDEX.docker.io/app", Some("write `index.docker.io`")),
        ("registry-1.docker.io/app:v1", Some("put your namespace before the name; the official image is `docker.io/library/app:v1`")),
        (
            &format!("A.io/app:v1@sha256:{digest}"),
            Some(&format!("write `a.io/app:v1`, or `a.io/app@sha256:{digest}` to push by digest, without a tag")),
        ),
        (&digest, Some("tag the image, and push it by that name")),
    ] {
        assert_eq!(ImageReference::parse(text).expect_err(text).hint().as_deref(), hint, "{text}");
    }
}

#[test]
fn a_uri_gets_the_uri_that_was_meant_or_the_form() {
    let form = "write HOST[:PORT][/PATH], as in `registry.example.com/team`";
    let kept = "credentials are kept by the registry's login, not in its URI";
    for (text, hint) in [
        ("", form),
        ("//", form),
        ("https://registry.example.com/team/", "write `registry.example.com/team`"),
        ("https://registry/team", "write `registry:443/team`"),
        ("http://registry", "write `registry:80`"),
        ("oci://registry/team", form),
        ("https://a.io/x?y=z", form),
        ("https://user:word@a.io/x", "write `a.io/x`"),
        ("user:word@a.io/x", &format!("write `a.io/x`; {kept}")),
        ("a.io/x@sha256:0123456789abcdef0123456789abcdef", &format!("write `a.io/x`; {kept}")),
        ("a.io/x?y", form),
        ("a.io/x#y", form),
        ("a.io/x%2fy", form),
        ("a.io\\x", form),
        ("a.io/x y", form),
        ("a\u{3002}io", form),
        ("Team", "add the port, as in `team:443`: without one, Docker reads `team` as a name on Docker Hub"),
        ("a.io:99999", form),
        ("/team", form),
        ("a.io//team", form),
        ("a.io/team:v1", "write `a.io/team`"),
        ("a.io/Team/x", "write `a.io/team/x`"),
        ("a.io/team/../x", form),
        ("a.io/./x", form),
    ] {
        assert_eq!(RegistryUri::parse(text).expect_err(text).hint().as_deref(), Some(hint), "{text}");
    }
}

#[test]
fn a_host_gets_its_one_spelling() {
    let hint = |text: &str| of_host(&Host::parse(text).expect_err(text));
    assert_eq!(
        hint("registry").as_deref(),
        Some("add the port, as in `registry:443`: without one, Docker reads `registry` as a name on Docker Hub")
    );
    assert_eq!(hint("127.1").as_deref(), Some("write the address with four decimal numbers, as in `127.0.0.1`"));
    assert_eq!(hint("[::1%1]").as_deref(), Some("write the address in brackets and without a zone, as in `[::1]:5000`"));
    assert_eq!(hint("[::2]").as_deref(), Some("write the IPv4 address itself"));
    assert_eq!(hint("a_b.io"), None);
}

#[test]
fn an_image_outside_of_the_registry_gets_a_name_inside() {
    let image = ImageReference::parse("registry.example.com/team-evil/app:v1").unwrap();
    let error = RegistryUri::parse("registry.example.com/team").unwrap().scope(&image).unwrap_err();
    assert_eq!(error.hint().as_deref(), Some("name the image as in `registry.example.com/team/app:v1`, or choose another registry"));
}

/// The hints for a text that is read as each of the three.
fn hints(text: &str) -> impl Iterator<Item = String> {
    let image = ImageReference::parse(text).err().and_then(|error| error.hint());
    let uri = RegistryUri::parse(text).err().and_then(|error| error.hint());
    let host = Host::parse(text).err().and_then(|error| of_host(&error));
    [image, uri, host].into_iter().flatten()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hints_are_short_and_printable(text in any::<String>()) {
        for hint in hints(&text) {
            prop_assert!(hint.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{}", hint);
            prop_assert!(hint.len() < 2000, "{}", hint);
        }
    }

    #[test]
    fn no_hint_shows_a_password(
        scheme in prop::sample::select(vec!["", "https://", "http://", "HTTPS://", "oci+x://"]),
        rest in prop::sample::select(vec!["registry.example.com/team", "Registry/App", "localhost:5000/a:b", "x@y", "sha256:00", "sha256:5000/x", "", "[::1]:99999/x", "a?b#c"]),
        separator in prop::sample::select(vec!["", "/", ":", "@", "://", "?", "#", "%", " "]),
    ) {
        for hint in hints(&format!("{scheme}user:hunter2{separator}Secret@{rest}")) {
            prop_assert!(!hint.contains("hunter2") && !hint.contains("Secret"), "{}", hint);
        }
    }
}
