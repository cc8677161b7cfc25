//! What must hold for every name, tried with names near the border between valid and not.

use proptest::prelude::*;

use crate::{Host, ImageReference, RegistryUri};

/// Texts of the pieces that names are made of, well put together or not.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "registry.example.com", "Registry.Example.com", "docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "Docker.io", "localhost", "LOCALHOST", "127.0.0.1",
            "127.1", "2130706433", "0x7f.1", "[::1]", "[0:0::1]", "[::ffff:7f00:1]", "xn--bcher-kva.de", "xn--a-.de", "team", "team-evil",
            "library", "Team", "a_b.io", "..", ".", "app", "user", "v1", "latest", "sha256", "5000", "443", "0443", "99999", "https:",
        ]).prop_map(str::to_owned),
        6 => prop::sample::select(vec!["/", "/", "/", ":", ":", ".", "@", "-", "_", "__", "//", "://", "%2f", "\\", "?", "#", " ", "\u{3002}"])
            .prop_map(str::to_owned),
        1 => "[a-zA-Z0-9._-]{1,6}",
        1 => "[a-f0-9]{64}",
        1 => "@sha256:[a-f0-9]{64}",
    ];
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

fn domain() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,5}(-[a-z0-9]{1,4})?\\.[a-z]{2,4}(:[1-9][0-9]{0,3})?",
        "[a-z]{1,5}:[1-9][0-9]{0,3}",
        prop::sample::select(vec!["docker.io", "localhost", "127.0.0.1:5000", "[::1]:5000", "[2001:db8::1]", "xn--bcher-kva.de"])
            .prop_map(str::to_owned),
    ]
}

fn path() -> impl Strategy<Value = String> {
    "[a-z0-9]{1,4}((\\.|_|__|-|--)[a-z0-9]{1,3}){0,2}(/[a-z0-9]{1,4}((\\.|_|__|-|--)[a-z0-9]{1,3}){0,2}){0,3}"
}

/// A URI, and an image inside it.
fn inside() -> impl Strategy<Value = (RegistryUri, String)> {
    let identifier = prop_oneof![4 => ":[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}", 1 => "@sha256:[a-f0-9]{64}"];
    (domain(), path(), path(), identifier).prop_map(|(domain, team, app, identifier)| {
        let uri = RegistryUri::parse(&format!("{domain}/{team}")).expect("a registry");
        (uri, format!("{domain}/{team}/{app}{identifier}"))
    })
}

fn accepts(uri: &RegistryUri, image: &str) -> bool {
    ImageReference::parse(image).is_ok_and(|image| uri.scope(&image).is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_errors_are_short_and_printable(text in any::<String>()) {
        let messages = [
            ImageReference::parse(&text).err().map(|error| (error.to_string(), format!("{error:?}"))),
            RegistryUri::parse(&text).err().map(|error| (error.to_string(), format!("{error:?}"))),
            Host::parse(&text).err().map(|error| (error.to_string(), format!("{error:?}"))),
        ];
        for (message, debug) in messages.into_iter().flatten() {
            for shown in [message, debug] {
                prop_assert!(shown.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{}", shown);
                prop_assert!(shown.len() < 2000, "{}", shown);
            }
        }
    }

    #[test]
    fn an_accepted_image_parses_to_itself(text in text()) {
        if let Ok(image) = ImageReference::parse(&text) {
            let again = ImageReference::parse(&image.to_string()).expect("the canonical form is valid");
            prop_assert_eq!(again.to_string(), image.to_string());
            prop_assert_eq!(again.host(), image.host());
            prop_assert_eq!(again.repository(), image.repository());
            prop_assert_eq!((again.tag(), again.digest()), (image.tag(), image.digest()));
            prop_assert_eq!(image.tag().is_some(), image.digest().is_none());
            prop_assert_eq!(again.engine_repository(), format!("{}/{}", image.host(), image.repository()));
            // What the engine is asked for is the same image.
            let engine = ImageReference::parse(&image.engine_name()).expect("the engine's form is valid");
            prop_assert_eq!(engine, image);
        }
    }

    #[test]
    fn an_accepted_uri_parses_to_itself(text in text()) {
        if let Ok(uri) = RegistryUri::parse(&text) {
            prop_assert_eq!(RegistryUri::parse(&uri.to_string()), Ok(uri.clone()));
            prop_assert_eq!(RegistryUri::parse(&format!("{text}//")), Ok(uri));
        }
    }

    #[test]
    fn an_accepted_host_parses_to_itself(text in text()) {
        if let Ok(host) = Host::parse(&text) {
            prop_assert_eq!(Host::parse(host.as_str()), Ok(host.clone()));
            prop_assert_eq!(host.to_string().to_ascii_lowercase(), host.as_str());
        }
    }

    #[test]
    fn what_is_in_scope_is_under_the_uri_segment_by_segment(uri in text(), image in text()) {
        if let (Ok(uri), Ok(image)) = (RegistryUri::parse(&uri), ImageReference::parse(&image)) {
            let canonical = image.to_string();
            let name = canonical.strip_suffix(image.identifier()).and_then(|name| name.strip_suffix([':', '@'])).expect("a tag or a digest");
            let prefix = uri.to_string();
            let is_under = name == prefix || name.starts_with(&format!("{prefix}/"));
            prop_assert_eq!(uri.scope(&image).is_ok(), is_under);
            prop_assert_eq!(uri.contains_repository(image.host(), image.repository()), is_under);
            if let Err(error) = uri.scope(&image) {
                let sentence = format!("image `{canonical}` does not belong to container registry `{prefix}`: ");
                prop_assert!(error.to_string().starts_with(&sentence), "{}", error);
            }
        }
    }

    #[test]
    fn what_is_inside_is_accepted_and_so_is_its_canonical_form((uri, image) in inside()) {
        prop_assert!(accepts(&uri, &image), "{}", image);
        prop_assert!(accepts(&uri, &ImageReference::parse(&image).expect("valid").to_string()));
        // ZenML's rule accepts it too: nothing that it builds is missed.
        prop_assert!(image.starts_with(&uri.to_string()));
    }

    #[test]
    fn another_spelling_never_widens_the_scope((uri, image) in inside(), (other, outside) in inside()) {
        prop_assume!(uri.host() != other.host());
        prop_assert!(!accepts(&uri, &outside));
        prop_assert!(!accepts(&uri, &outside.to_ascii_uppercase()));
        let (_, rest) = image.split_once('/').expect("a path");
        let evil = other.host();
        for spelled in [
            // userinfo
            format!("{}@{evil}/{rest}", uri.host()),
            format!("user:{}@{evil}/{rest}", uri.host()),
            // the host as a part of another
            format!("{}.{}/{rest}", uri.host(), evil),
            format!("{}{evil}/{rest}", uri.host()),
            format!("evil-{image}"),
            format!("{evil}/{image}"),
            // IDN
            format!("xn--{image}"),
            image.replacen('.', "\u{3002}", 1) + "\u{ff0f}",
            // paths that a proxy would fold
            format!("{uri}/../{rest}"),
            format!("{uri}/./{rest}"),
            format!("{uri}//{rest}"),
            format!("{uri}/%2e%2e/{rest}"),
            format!("{uri}\\{rest}"),
            format!("{uri}-evil/app:v1"),
            format!("{uri}evil:v1"),
            // a scheme, a slash behind
            format!("https://{image}"),
            format!("{image}/"),
            format!("{image}:v1"),
        ] {
            prop_assert!(!accepts(&uri, &spelled), "{} accepts {}", uri, spelled);
        }
    }

    #[test]
    fn a_port_is_another_registry((uri, _) in inside(), port in 1_u16.., rest in path()) {
        prop_assume!(uri.host().port() != Some(port));
        let hostname = match uri.host().hostname() {
            address if address.contains(':') => format!("[{address}]"),
            name => name.to_owned(),
        };
        let image = format!("{hostname}:{port}/{}/{rest}:v1", uri.path());
        prop_assert!(!accepts(&uri, &image), "{} accepts {}", uri, image);
    }

    #[test]
    fn the_case_of_the_host_does_not_matter((uri, image) in inside()) {
        let (host, rest) = image.split_once('/').expect("a path");
        let shouted = format!("{}/{rest}", host.to_ascii_uppercase());
        prop_assert_eq!(accepts(&uri, &shouted), host != "docker.io", "{}", shouted);
        let shouted = RegistryUri::parse(&format!("{}/{}", host.to_ascii_uppercase(), uri.path()));
        prop_assert_eq!(shouted, Ok(uri));
    }

    #[test]
    fn no_error_shows_a_password(
        scheme in prop::sample::select(vec!["", "https://", "http://", "HTTPS://", "oci+x://"]),
        rest in prop::sample::select(vec!["registry.example.com/team", "Registry/App", "localhost:5000/a:b", "x@y", "sha256:00", "sha256:5000/x", "", "[::1]:99999/x", "a?b#c"]),
        separator in prop::sample::select(vec!["", "/", ":", "@", "://", "?", "#", "%", " "]),
    ) {
        let text = format!("{scheme}user:hunter2{separator}Secret@{rest}");
        let shown = [
            ImageReference::parse(&text).map_err(|error| format!("{error} {error:?}")).expect_err("an error"),
            RegistryUri::parse(&text).map_err(|error| format!("{error} {error:?}")).expect_err("an error"),
            Host::parse(&text).map_err(|error| format!("{error} {error:?}")).expect_err("an error"),
        ];
        for shown in shown {
            prop_assert!(!shown.contains("hunter2") && !shown.contains("Secret"), "{}", shown);
        }
    }
}
