use super::*;

#[test]
fn public_addresses() {
    for text in ["1.1.1.1", "100.63.0.1", "198.20.0.1", "2606:4700::1111"] {
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
        "::ffff:1.1.1.1",
        "168.63.129.16",
        "192.88.99.1",
        "3fff::1",
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

/// E-04: what a grant opens, for names and for literals.
#[test]
fn addresses_that_a_grant_opens() {
    let permits = |policy: AddressPolicy| move |text: &&str| policy.permits(text.parse().unwrap());
    let private = ["10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fc00::1", "fdff::1"];
    let loopback = ["127.0.0.1", "127.1.2.3", "::1"];
    let never = [
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::1",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::a00:1",
        "2002:a9fe:a9fe::",
        "2001::1",
        "::7f00:1",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "239.255.255.250",
        "255.255.255.255",
        "ff02::1",
        "192.0.2.1",
    ];
    for policy in [AddressPolicy::Public, AddressPolicy::Private, AddressPolicy::Loopback] {
        assert_eq!(never.iter().filter(|text| permits(policy)(text)).count(), 0, "{policy:?}");
        assert!(private.iter().all(|text| permits(policy)(text) == (policy == AddressPolicy::Private)), "{policy:?}");
        assert!(loopback.iter().all(|text| permits(policy)(text) == (policy == AddressPolicy::Loopback)), "{policy:?}");
        assert_eq!(permits(policy)(&"1.1.1.1"), policy != AddressPolicy::Loopback);
    }
}
