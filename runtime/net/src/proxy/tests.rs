use std::ffi::OsString;

use pushgate_reference::Host;

use super::*;
use crate::permitted::of_registry;

const CANARY: &str = "S3CRET-CANARY-proxy";

fn proxies(variables: &[(&str, &str)]) -> Proxies {
    Proxies::from_environment(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value)))
}

fn registry(scheme: Scheme, host: &str) -> Origin {
    of_registry(scheme, &Host::parse(host).unwrap())
}

/// The proxy to a registry, as it is shown.
fn route(proxies: &Proxies, scheme: Scheme, host: &str) -> Option<String> {
    proxies.route(&registry(scheme, host)).unwrap().map(|proxy| proxy.name())
}

#[test]
fn each_scheme_has_its_variable() {
    let both = proxies(&[("HTTP_PROXY", "http://one.example:3128"), ("https_proxy", "two.example:8080")]);
    assert_eq!(route(&both, Scheme::Http, "r.example").as_deref(), Some("http://one.example:3128"));
    assert_eq!(route(&both, Scheme::Https, "r.example").as_deref(), Some("http://two.example:8080"));
    let https = proxies(&[("HTTPS_PROXY", "https://[2001:db8::1]"), ("https_proxy", "http://not.example")]);
    assert_eq!(route(&https, Scheme::Https, "r.example").as_deref(), Some("https://[2001:db8::1]"), "capitals count first");
    assert_eq!(route(&https, Scheme::Http, "r.example"), None);
    assert_eq!(
        route(&proxies(&[("HTTPS_PROXY", ""), ("https_proxy", "http://p.example")]), Scheme::Https, "r.example").as_deref(),
        Some("http://p.example")
    );
    assert_eq!(route(&Proxies::default(), Scheme::Https, "r.example"), None);
}

#[test]
fn a_header_of_a_cgi_request_is_no_variable() {
    let variables = [("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "http://evil.example"), ("HTTPS_PROXY", "http://p.example")];
    assert_eq!(route(&proxies(&variables), Scheme::Http, "r.example"), None);
    assert!(route(&proxies(&variables), Scheme::Https, "r.example").is_some());
}

#[test]
fn loopback_is_never_reached_through_a_proxy() {
    let both = proxies(&[("HTTP_PROXY", "http://p.example"), ("HTTPS_PROXY", "http://p.example")]);
    let unusable = proxies(&[("HTTP_PROXY", "gopher://p.example"), ("ALL_PROXY", "socks4://p.example")]);
    for host in ["localhost", "localhost:5000", "127.0.0.1:5000", "127.9.9.9", "[::1]:5000"] {
        for scheme in [Scheme::Http, Scheme::Https] {
            assert_eq!(route(&both, scheme, host), None, "{host}");
            assert_eq!(route(&unusable, scheme, host), None, "{host}");
        }
    }
    assert!(route(&both, Scheme::Https, "127.evil.io").is_some());
}

#[test]
fn exemptions() {
    let exempts = |no: &str, host: &str| {
        let exempts = route(&proxies(&[("HTTPS_PROXY", "http://p.example"), ("NO_PROXY", no)]), Scheme::Https, host).is_none();
        // It counts before the variable is looked at.
        let unusable = proxies(&[("https_proxy", "nonsense://p.example"), ("no_proxy", no)]);
        assert_eq!(unusable.route(&registry(Scheme::Https, host)).is_ok(), exempts, "{no} {host}");
        exempts
    };
    for (no, host) in [
        ("r.example", "r.example"),
        ("R.Example", "r.example:5000"),
        ("x.example, r.example", "r.example"),
        ("x.example r.example", "r.example"),
        ("example", "r.example"),
        (".r.example", "r.example"),
        (".example", "r.example"),
        ("*.example", "r.example"),
        ("*", "r.example"),
        ("r.example:5000", "r.example:5000"),
        ("r.example:443", "r.example"),
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.0/8", "10.1.2.3:5000"),
        ("10.0.0.1:5000", "10.0.0.1:5000"),
        ("2001:db8::1", "[2001:db8::1]"),
        ("2001:db8::/32", "[2001:db8::1]:5000"),
        ("[2001:db8::1]:5000", "[2001:db8::1]:5000"),
    ] {
        assert!(exempts(no, host), "{no} exempts {host}");
    }
    for (no, host) in [
        ("", "r.example"),
        (",", "r.example"),
        ("r.example:5001", "r.example:5000"),
        ("r.example:5000", "r.example"),
        ("r.example", "xr.example"),
        ("r.example", "r.example.evil.io"),
        ("ample", "r.example"),
        ("10.0.0.0/8", "11.0.0.1"),
        ("*r.example", "xr.example"),
    ] {
        assert!(!exempts(no, host), "{no} does not exempt {host}");
    }
}

#[test]
fn one_variable_is_for_all_schemes_that_have_none() {
    for name in ["ALL_PROXY", "all_proxy"] {
        let all = proxies(&[(name, "socks5h://p.example"), ("HTTP_PROXY", "http://one.example:3128"), ("NO_PROXY", "safe.example")]);
        assert_eq!(route(&all, Scheme::Https, "r.example").as_deref(), Some("socks5h://p.example:1080"));
        assert_eq!(route(&all, Scheme::Http, "r.example").as_deref(), Some("http://one.example:3128"));
        assert_eq!(route(&all, Scheme::Https, "safe.example"), None);
    }
}

#[test]
fn what_a_proxy_may_be() {
    for (value, shown) in [
        ("p.example:3128", "http://p.example:3128"),
        ("http://user:p%40ss@p.example:3128/", "http://p.example:3128"),
        ("HTTP://p.example", "http://p.example"),
        ("https://p.example", "https://p.example"),
        ("socks5://p.example", "socks5://p.example:1080"),
        ("SOCKS5H://u:p@p.example:9050", "socks5h://p.example:9050"),
        ("socks5://[2001:db8::1]:1", "socks5://[2001:db8::1]:1"),
    ] {
        let all = proxies(&[("HTTPS_PROXY", value)]);
        assert_eq!(route(&all, Scheme::Https, "r.example").as_deref(), Some(shown), "{value}");
    }
    let proxy = proxies(&[("ALL_PROXY", "socks5h://us%3Aer:p%40ss@p.example")]).route(&registry(Scheme::Https, "r.example"));
    let Ok(Some(Proxy { kind: Kind::Socks(socks), .. })) = proxy else { panic!("a SOCKS proxy") };
    assert!(socks.resolves);
    assert_eq!(socks.user, Some(("us:er".to_owned(), "p@ss".to_owned())));
}

#[test]
fn a_variable_that_cannot_be_used_is_named_and_not_shown() {
    let long = format!("socks5://u:{CANARY}{}@p.example", "x".repeat(256));
    for (variable, value, words) in [
        ("HTTPS_PROXY", format!("socks4://u:{CANARY}@p.example"), "only socks5"),
        ("HTTPS_PROXY", format!("socks4a://u:{CANARY}@p.example"), "only socks5"),
        ("ALL_PROXY", format!("socks://u:{CANARY}@p.example"), "only socks5"),
        ("all_proxy", long, "255 bytes"),
        ("HTTPS_PROXY", format!("ftp://u:{CANARY}@p.example"), "not the URL"),
        ("HTTPS_PROXY", format!("http://u:{CANARY}@@p.example:1"), "not the URL"),
        ("https_proxy", format!("{CANARY} with blanks"), "not the URL"),
        ("https_proxy", format!("http://p.example:99999/{CANARY}"), "not the URL"),
        ("https_proxy", "http://".to_owned(), "not the URL"),
        ("https_proxy", "socks5://p.example:0".to_owned(), "not the URL"),
    ] {
        let proxies = proxies(&[(variable, &value)]);
        let unusable = proxies.route(&registry(Scheme::Https, "r.example")).map(|_| ()).unwrap_err();
        assert!(unusable.variable == variable && unusable.problem.contains(words), "{value}: {unusable:?}");
        assert!(!format!("{unusable:?} {proxies:?}").contains(CANARY), "{proxies:?}");
        // A request of the other scheme does not go there, unless the variable is for all.
        assert_eq!(proxies.route(&registry(Scheme::Http, "r.example")).is_ok(), !variable.eq_ignore_ascii_case("ALL_PROXY"), "{value}");
    }
}

#[test]
fn only_what_is_in_clear_is_read() {
    let both = proxies(&[("HTTP_PROXY", "http://u:p@p.example"), ("HTTPS_PROXY", "http://p.example"), ("NO_PROXY", "safe.example")]);
    assert_eq!(both.reader(&registry(Scheme::Http, "r.example")).unwrap().as_deref(), Some("http://p.example"));
    assert_eq!(both.reader(&registry(Scheme::Https, "r.example")), Ok(None));
    assert_eq!(both.reader(&registry(Scheme::Http, "safe.example")), Ok(None));
    assert_eq!(both.reader(&registry(Scheme::Http, "127.0.0.1:5000")), Ok(None));
    let socks = proxies(&[("ALL_PROXY", "socks5h://u:p@p.example")]);
    assert_eq!(socks.reader(&registry(Scheme::Http, "r.example")).unwrap().as_deref(), Some("socks5h://p.example:1080"));
    assert_eq!(socks.reader(&registry(Scheme::Https, "r.example")), Ok(None));
    assert!(proxies(&[("HTTP_PROXY", "nonsense://p")]).reader(&registry(Scheme::Http, "r.example")).is_err());
}
