use super::{Host, HostError};

#[test]
fn canonical_forms() {
    for (text, canonical) in [
        ("registry.example.com", "registry.example.com"),
        ("REGISTRY.Example.com:5000", "registry.example.com:5000"),
        ("registry.example.com:443", "registry.example.com:443"),
        ("localhost", "localhost"),
        ("LocalHost:5000", "localhost:5000"),
        ("registry:65535", "registry:65535"),
        ("index.docker.io", "docker.io"),
        ("docker.io", "docker.io"),
        ("registry-1.docker.io", "docker.io"),
        ("Registry-1.Docker.io", "docker.io"),
        ("registry.hub.docker.com", "docker.io"),
        ("registry-1.docker.io:443", "registry-1.docker.io:443"),
        ("registry-2.docker.io", "registry-2.docker.io"),
        ("auth.docker.io", "auth.docker.io"),
        ("hub.docker.com", "hub.docker.com"),
        ("index.docker.io:443", "index.docker.io:443"),
        ("127.0.0.1", "127.0.0.1"),
        ("10.0.0.255:1", "10.0.0.255:1"),
        ("1.2.3.4.example", "1.2.3.4.example"),
        ("0x7f.example", "0x7f.example"),
        ("a.0xg", "a.0xg"),
        ("A.0XG:5000", "a.0xg:5000"),
        ("1.0xg", "1.0xg"),
        ("1.2.3.0x7fg", "1.2.3.0x7fg"),
        ("0xg:5000", "0xg:5000"),
        ("registry.00x1", "registry.00x1"),
        ("registry.x0", "registry.x0"),
        ("registry.0x-1", "registry.0x-1"),
        ("registry.7f", "registry.7f"),
        ("XN--bcher-KVA.de", "xn--bcher-kva.de"),
        ("[::]", "[::]"),
        ("[::1]:5000", "[::1]:5000"),
        ("[0:0:0:0:0:0:0:1]", "[::1]"),
        ("[2001:DB8:0:0:1::1]", "[2001:db8::1:0:0:1]"),
        ("[64:ff9b::7f00:1]", "[64:ff9b::7f00:1]"),
    ] {
        assert_eq!(Host::parse(text).map(|host| host.to_string()), Ok(canonical.to_owned()), "{text}");
    }
}

#[test]
fn what_has_no_canonical_form() {
    let long_label = format!("{}.io", "a".repeat(64));
    let long_name = format!("{}io", "abcdefg.".repeat(32));
    for (text, expected) in [
        ("", "`` is not a host name or address with an optional port"),
        ("registry.example.com.", "`registry.example.com.` is not a host name or address with an optional port"),
        ("a..b", "`a..b` is not a host name or address with an optional port"),
        ("a_b.io", "`a_b.io` is not a host name or address with an optional port"),
        ("b\u{fc}cher.de", r"`b\u{fc}cher.de` is not a host name or address with an optional port"),
        ("user:word@host.io", "`***@host.io` is not a host name or address with an optional port"),
        ("[::1]5000", "`[::1]5000` is not a host name or address with an optional port"),
        ("registry", "the host `registry` is a single word without a port"),
        ("Registry", "the host `registry` is a single word without a port"),
        (&long_label, &format!("the host `{long_label}` is too long: a label has at most 63 bytes, all of it 253")),
        (&long_name, &format!("the host `{}...` is too long: a label has at most 63 bytes, all of it 253", "abcdefg.".repeat(32))),
        ("xn--zzzz.de", "the label `xn--zzzz` of host `xn--zzzz.de` is not valid Punycode"),
        ("127.1", "`127.1` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros"),
        ("2130706433:5000", "`2130706433` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros"),
        ("127.0.0.01", "`127.0.0.01` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros"),
        ("127.0.0.256", "`127.0.0.256` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros"),
        ("1.2.3.4.5", "`1.2.3.4.5` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros"),
        ("127.0.0.0X1", "`127.0.0.0x1` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros"),
        ("0x7f000001:80", "`0x7f000001` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros"),
        ("a.0x", "`a.0x` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros"),
        ("0X:80", "`0x` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros"),
        ("a.0XDEADBEEF", "`a.0xdeadbeef` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros"),
        ("a.09", "`a.09` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros"),
        ("1.2.3.08", "`1.2.3.08` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros"),
        ("a.0xg.", "`a.0xg.` is not a host name or address with an optional port"),
        ("127.0.0.1.", "`127.0.0.1.` is not a host name or address with an optional port"),
        ("registry.123", "`registry.123` is not an IPv4 address of four decimal numbers from 0 to 255 without leading zeros"),
        ("[::1", "`[::1` is not an IPv6 address in brackets"),
        ("[1:2]", "`1:2` is not an IPv6 address in brackets"),
        ("[::1%eth0]", "`::1%eth0` is not an IPv6 address in brackets"),
        ("[::ffff:127.0.0.1]:5000", "the IPv6 address `::ffff:127.0.0.1` hides an IPv4 address"),
        ("[::ffff:7f00:1]", "the IPv6 address `::ffff:7f00:1` hides an IPv4 address"),
        ("[::7f00:1]", "the IPv6 address `::7f00:1` hides an IPv4 address"),
        ("[::2]", "the IPv6 address `::2` hides an IPv4 address"),
        ("a.io:", "`` is not a port from 1 to 65535 without leading zeros"),
        ("a.io:0", "`0` is not a port from 1 to 65535 without leading zeros"),
        ("a.io:0443", "`0443` is not a port from 1 to 65535 without leading zeros"),
        ("a.io:+443", "`+443` is not a port from 1 to 65535 without leading zeros"),
        ("a.io:65536", "`65536` is not a port from 1 to 65535 without leading zeros"),
        ("a.io:1:2", "`1:2` is not a port from 1 to 65535 without leading zeros"),
        ("[::1]:", "`` is not a port from 1 to 65535 without leading zeros"),
    ] {
        assert_eq!(Host::parse(text).expect_err(text).to_string(), expected, "{text}");
    }
}

#[test]
fn limits_of_length() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "b".repeat(61));
    assert_eq!(longest.len(), 253);
    assert!(Host::parse(&longest).is_ok());
    assert!(matches!(Host::parse(&format!("{longest}b")), Err(HostError::TooLong { .. })));
}

#[test]
fn parts() {
    let host = Host::parse("[::1]:5000").expect("a host");
    assert_eq!((host.hostname(), host.port(), host.as_str()), ("::1", Some(5000), "[::1]:5000"));
    let host = Host::parse("Registry.example.com").expect("a host");
    assert_eq!((host.hostname(), host.port(), host.as_str()), ("registry.example.com", None, "registry.example.com"));
}

#[test]
fn loopback_and_docker_hub() {
    for text in ["localhost", "localhost:1", "127.0.0.1", "127.255.0.3:5000", "[::1]", "[::1]:5000"] {
        assert!(Host::parse(text).expect(text).is_loopback(), "{text}");
    }
    for text in ["127.evil.io", "localhost.evil.io", "128.0.0.1", "0.0.0.0", "[::]", "[2001:db8::1]", "local:80"] {
        assert!(!Host::parse(text).expect(text).is_loopback(), "{text}");
    }
    for text in ["Index.Docker.io", "registry-1.docker.io", "registry.hub.docker.com"] {
        assert!(Host::parse(text).expect(text).is_docker_hub(), "{text}");
    }
    assert!(!Host::parse("docker.io:443").expect("a host").is_docker_hub());
}

/// What a remedy is made of: which of them it is, and the host as it is to be written.
#[test]
fn kinds_of_errors() {
    let error = |text: &str| Host::parse(text).expect_err(text);
    assert_eq!(error("registry"), HostError::SingleWord { host: "registry".to_owned() });
    assert_eq!(error("127.1"), HostError::Ipv4 { host: "127.1".to_owned() });
    assert_eq!(error("[::1%1]"), HostError::Ipv6 { host: "::1%1".to_owned() });
    assert_eq!(error("[::2]"), HostError::HiddenIpv4 { host: "::2".to_owned() });
    assert_eq!(error("a_b.io"), HostError::Syntax { host: "a_b.io".to_owned() });
}
