use super::*;

fn registry(scheme: Scheme, host: &str) -> Origin {
    of_registry(scheme, &Host::parse(host).unwrap())
}

#[test]
fn names_on_the_wire() {
    for (scheme, host, origin) in [
        (Scheme::Https, "docker.io", "https://registry-1.docker.io"),
        (Scheme::Https, "registry.example.com", "https://registry.example.com"),
        (Scheme::Https, "registry.example.com:443", "https://registry.example.com"),
        (Scheme::Https, "registry.example.com:80", "https://registry.example.com:80"),
        (Scheme::Http, "localhost:5000", "http://localhost:5000"),
        (Scheme::Http, "[::1]:80", "http://[::1]"),
    ] {
        assert_eq!(registry(scheme, host).to_string(), origin);
    }
}

#[test]
fn realms() {
    let https = |host| registry(Scheme::Https, host);
    let allowed = [
        (https("registry.example.com"), "https://registry.example.com/token"),
        (https("registry.example.com"), "https://Registry.Example.com:8443/token?x=y"),
        (https("registry.example.com:5000"), "https://registry.example.com/token"),
        (https("docker.io"), "https://auth.docker.io/token"),
        (https("registry.gitlab.com"), "https://gitlab.com/jwt/auth"),
        (registry(Scheme::Http, "127.0.0.1:5000"), "http://127.0.0.1:5001/token"),
        (registry(Scheme::Http, "127.0.0.1:5000"), "http://localhost:5001/token"),
        (registry(Scheme::Http, "localhost:5000"), "https://[::1]:5001/token"),
        (registry(Scheme::Http, "registry.example.com"), "http://registry.example.com/token"),
        (registry(Scheme::Http, "registry.example.com"), "https://registry.example.com/token"),
        (https("10.0.0.1"), "https://10.0.0.1/token"),
    ];
    for (registry, text) in allowed {
        assert!(realm(&registry, &[], text).is_ok(), "{registry} -> {text}");
    }
    let refused = [
        // F-01: in clear for a registry over TLS, also on loopback.
        (https("registry.example.com"), "http://registry.example.com/token"),
        (https("localhost:5000"), "http://localhost:5000/token"),
        (https("docker.io"), "http://auth.docker.io/token"),
        // F-02: elsewhere.
        (https("registry.example.com"), "https://evil.io/token"),
        (https("registry.example.com"), "https://auth.example.com/token"),
        (https("registry.example.com"), "https://registry.example.com.evil.io/token"),
        (https("registry.example.com"), "https://registry.example.com./token"),
        (https("registry.example.com"), "https://auth.docker.io/token"),
        (https("registry.gitlab.com"), "https://gitlab.com.evil.io/jwt/auth"),
        (https("docker.io"), "https://auth.docker.io:444/token"),
        (https("docker.io"), "https://gitlab.com/jwt/auth"),
        // F-03.
        (https("registry.example.com"), "https://127.0.0.1/token"),
        (https("registry.example.com"), "https://169.254.169.254/token"),
        (https("registry.example.com"), "https://localhost/token"),
        (https("registry.example.com"), "https://user:password@registry.example.com/token"),
        (https("registry.example.com"), "file:///etc/passwd"),
        (https("registry.example.com"), "/token"),
        (https("registry.example.com"), "registry.example.com"),
        (https("registry.example.com"), ""),
        (registry(Scheme::Http, "127.0.0.1:5000"), "http://127.evil.io/token"),
        (registry(Scheme::Http, "127.0.0.1:5000"), "http://10.0.0.1/token"),
    ];
    for (registry, text) in refused {
        assert!(realm(&registry, &[], text).is_err(), "{registry} -> {text}");
    }
    let long = format!("https://registry.example.com/{}", "a".repeat(10_000));
    assert!(realm(&https("registry.example.com"), &[], &long).is_err());
}

#[test]
fn token_servers_that_the_user_named() {
    let named = ["https://auth.example.com", "http://auth.example.com:8080/"].map(|text| TokenServer::parse(text).unwrap());
    let allowed = |scheme, text| realm(&registry(scheme, "registry.example.com"), &named, text).map(|allowed| allowed.policy);
    assert_eq!(allowed(Scheme::Https, "https://auth.example.com/token?x=y"), Ok(AddressPolicy::Anywhere));
    assert_eq!(allowed(Scheme::Https, "https://auth.example.com:443/token"), Ok(AddressPolicy::Anywhere));
    assert_eq!(allowed(Scheme::Http, "http://auth.example.com:8080/token"), Ok(AddressPolicy::Anywhere));
    for text in [
        "https://auth.example.com:444/token",
        "http://auth.example.com/token",
        // In clear for a registry over TLS, though it was named.
        "http://auth.example.com:8080/token",
        "https://auth.example.com.evil.io/token",
        "https://user:password@auth.example.com/token",
    ] {
        assert!(allowed(Scheme::Https, text).is_err(), "{text}");
    }
}

#[test]
fn token_servers_are_origins() {
    for (text, shown) in [
        ("https://auth.example.com", "https://auth.example.com"),
        ("https://Auth.Example.com:443/", "https://auth.example.com"),
        ("http://[::1]:5001", "http://[::1]:5001"),
    ] {
        assert_eq!(TokenServer::parse(text).map(|server| server.to_string()).as_deref(), Ok(shown));
    }
    for text in [
        "",
        "auth.example.com",
        "auth.example.com:443",
        "ftp://auth.example.com",
        "file:///etc/passwd",
        "https://",
        "https://user@auth.example.com",
        "https://auth.example.com/token",
        "https://auth.example.com?x",
        "https://auth.example.com#x",
        "https://*.example.com/*",
    ] {
        assert!(TokenServer::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_refused_realm_shows_its_origin_only() {
    let shown =
        realm(&registry(Scheme::Https, "a.example"), &[], "https://u:S3CRET-CANARY-url@evil.io/S3CRET-CANARY-url?x=S3CRET-CANARY-url");
    assert_eq!(shown.unwrap_err(), "https://evil.io, with a username or password in the URL");
    let shown = realm(&registry(Scheme::Https, "a.example"), &[], "https://evil.io/S3CRET-CANARY-url?x=S3CRET-CANARY-url");
    assert_eq!(shown.unwrap_err(), "https://evil.io");
}

#[test]
fn only_known_token_servers_must_be_public() {
    let policy = |host, text| realm(&registry(Scheme::Https, host), &[], text).unwrap().policy;
    assert_eq!(policy("docker.io", "https://auth.docker.io/token"), AddressPolicy::Public);
    assert_eq!(policy("registry.example.com", "https://registry.example.com/token"), AddressPolicy::Anywhere);
}

#[test]
fn upload_locations() {
    let registry = registry(Scheme::Https, "registry.example.com:5000");
    let request = "https://registry.example.com:5000/v2/a/blobs/uploads/";
    let target = |text: &str| upload_location(&registry, request, text).map(|url| url.to_string());
    for (text, expected) in [
        ("/v2/a/blobs/uploads/1?_state=x", "https://registry.example.com:5000/v2/a/blobs/uploads/1?_state=x"),
        ("1", "https://registry.example.com:5000/v2/a/blobs/uploads/1"),
        ("https://registry.example.com:5000/other?x=y", "https://registry.example.com:5000/other?x=y"),
        ("//registry.example.com:5000/other", "https://registry.example.com:5000/other"),
    ] {
        assert_eq!(target(text).as_deref(), Ok(expected), "{text}");
    }
    for text in [
        "http://registry.example.com:5000/v2/a/blobs/uploads/1",
        "https://registry.example.com/v2/a/blobs/uploads/1",
        "https://registry.example.com:5001/v2/a/blobs/uploads/1",
        "https://evil.io/v2/a/blobs/uploads/1",
        "//evil.io/v2/a/blobs/uploads/1",
        "\\\\evil.io/v2/a/blobs/uploads/1",
        "https://u:p@registry.example.com:5000/v2/a",
        "ftp://registry.example.com:5000/v2/a",
        "data:x",
        "https://",
    ] {
        assert!(target(text).is_err(), "{text}");
    }
}

fn grant(text: &str) -> HttpGrant {
    let (text, private) = match text.strip_suffix(",private") {
        Some(text) => (text, true),
        None => (text, false),
    };
    HttpGrant::new(Origin::parse(text).unwrap(), private)
}

/// E-02, E-08.
#[test]
fn only_the_very_origin_is_granted() {
    let grants = ["https://api.example.com", "http://localhost:9000", "https://10.0.0.1:8443,private", "http://[::1]:9000"].map(grant);
    let path = |text: &str| http_target(text, &grants).map(|target| (target.origin().to_string(), target.path, target.policy));
    for (text, origin, target, policy) in [
        ("https://api.example.com", "https://api.example.com", "/", AddressPolicy::Public),
        ("https://api.example.com/", "https://api.example.com", "/", AddressPolicy::Public),
        (
            "https://api.example.com:443/a/../b?x=%2F..#".trim_end_matches('#'),
            "https://api.example.com",
            "/a/../b?x=%2F..",
            AddressPolicy::Public,
        ),
        ("https://API.example.com?x", "https://api.example.com", "/?x", AddressPolicy::Public),
        ("http://localhost:9000/x@y:z", "http://localhost:9000", "/x@y:z", AddressPolicy::Loopback),
        ("http://[::1]:9000/", "http://[::1]:9000", "/", AddressPolicy::Loopback),
        ("https://10.0.0.1:8443/?u=https://evil.io", "https://10.0.0.1:8443", "/?u=https://evil.io", AddressPolicy::Private),
    ] {
        assert_eq!(path(text), Ok((origin.to_owned(), target.to_owned(), policy)), "{text}");
    }
    for text in [
        "https://example.com/",
        "https://a.api.example.com/",
        "https://api.example.com.evil.io/",
        "https://xapi.example.com/",
        "https://api.example.com./",
        "http://api.example.com/",
        "https://api.example.com:22/",
        "https://api.example.com:6379/",
        "https://api.example.com:2375/",
        "https://api.example.com:0443/",
        "https://api.example.com:/",
        "https://api.example.com:99999/",
        "http://localhost/",
        "https://localhost:9000/",
        "http://127.0.0.1:9000/",
        "http://localhost:9001/",
        "http://[::ffff:127.0.0.1]:9000/",
        "https://[::ffff:10.0.0.1]:8443/",
        "https://012.0.0.1:8443/",
        "https://10.1:8443/",
        "https://167772161:8443/",
        "https://0x0a.0.0.1:8443/",
        "https://10.0.0.1%00:8443/",
        "https://api%2eexample.com/",
        "https://api.example.com%2f@evil.io/",
        "https:///api.example.com/",
        "https://",
        "https://*/",
        "https://*.example.com/",
        "https://api.example.com,private/",
    ] {
        assert!(matches!(path(text), Err(TargetRefusal::NotGranted(_)) | Err(TargetRefusal::Invalid(_))), "{text}: {:?}", path(text));
    }
    let long = format!("https://api.example.com/{}", "a".repeat(8 * 1024));
    for text in [
        "",
        "api.example.com",
        "//api.example.com/",
        "ftp://api.example.com/",
        "file:///etc/passwd",
        "HTTPS://api.example.com/",
        "https:/api.example.com/",
        "https:api.example.com",
        "https://user@api.example.com/",
        "https://user:password@api.example.com/",
        "https://api.example.com@evil.io/",
        "https://evil.io\\@api.example.com/",
        "https://api.example.com\\@evil.io/",
        "https://api.example.com/\\x",
        "https://api.example.com/#x",
        "https://api.example.com#@evil.io/",
        " https://api.example.com/",
        "https://api.example.com/ ",
        "https://api.example.com/\r\nHost: evil.io",
        "https://api.example.com/\0",
        "https://api.example.com/ä",
        "https://аpi.example.com/", // a Cyrillic first letter
        "https://api\u{3002}example.com/",
        &long,
    ] {
        assert!(matches!(path(text), Err(TargetRefusal::Invalid(_))), "{text}: {:?}", path(text));
    }
}

/// Random URLs around the granted ones: what is allowed has, for another parser, exactly the granted origin.
#[test]
fn what_is_allowed_has_the_granted_origin() {
    let texts = ["https://api.example.com", "http://localhost:9000", "https://10.0.0.1:8443", "http://[::1]:9000"];
    let grants = texts.map(grant);
    let pieces = [
        "https",
        "http",
        "://",
        ":",
        "/",
        "//",
        "@",
        "\\",
        "?",
        "#",
        "api.example.com",
        "localhost",
        "10.0.0.1",
        "[::1]",
        "9000",
        "443",
        "8443",
        "0443",
        ".",
        "evil.io",
        "%2e",
        "%00",
        "API",
        "x",
        "..",
        " ",
        "\t",
        "é",
        "[",
        "]",
        "::",
        "user",
        "1",
    ];
    let mut state = 0x5eed_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut allowed = 0;
    for _ in 0..60_000 {
        let mut text = if random(2) == 0 { texts[random(texts.len())].to_owned() } else { String::new() };
        for _ in 0..random(6) {
            let piece = pieces[random(pieces.len())];
            let at = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).nth(random(text.chars().count() + 1)).unwrap();
            if random(3) == 0 { text.insert_str(at, piece) } else { text.push_str(piece) }
        }
        let Ok(target) = http_target(&text, &grants) else { continue };
        allowed += 1;
        let url = Url::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(of_url(&url), Some(target.origin.clone()), "{text}");
        assert!(grants.iter().any(|grant| grant.origin == target.origin), "{text}");
        assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none(), "{text}");
        assert!(target.path.starts_with('/') && text.ends_with(target.path.trim_start_matches('/')), "{text}");
    }
    assert!(allowed > 1_000, "{allowed}");
}
