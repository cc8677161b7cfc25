use super::*;

fn registry(scheme: Scheme, host: &str) -> Origin {
    Origin::of_registry(scheme, &Host::parse(host).unwrap())
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
    let allowed = |scheme, text| realm(&registry(scheme, "registry.example.com"), &named, text).map(|allowed| allowed.reach);
    assert_eq!(allowed(Scheme::Https, "https://auth.example.com/token?x=y"), Ok(Reach::Anywhere));
    assert_eq!(allowed(Scheme::Https, "https://auth.example.com:443/token"), Ok(Reach::Anywhere));
    assert_eq!(allowed(Scheme::Http, "http://auth.example.com:8080/token"), Ok(Reach::Anywhere));
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
    let reach = |host, text| realm(&registry(Scheme::Https, host), &[], text).unwrap().reach;
    assert_eq!(reach("docker.io", "https://auth.docker.io/token"), Reach::Public);
    assert_eq!(reach("registry.example.com", "https://registry.example.com/token"), Reach::Anywhere);
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

#[test]
fn public_addresses() {
    for text in ["1.1.1.1", "100.63.0.1", "198.20.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
        assert!(is_public(text.parse().unwrap()), "{text}");
    }
    for text in [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "198.19.255.255",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:169.254.169.254",
        "::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "2001:db8::1",
        "2001::1",
        "fd00:ec2::254",
        "fe80::1",
        "ff02::1",
    ] {
        assert!(!is_public(text.parse().unwrap()), "{text}");
    }
}
