use std::ffi::OsString;

use pushgate_reference::Host;

use super::*;

const CANARY: &str = "S3CRET-CANARY-proxy";

fn proxies(variables: &[(&str, &str)]) -> Proxies {
    Proxies::from_environment(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value)))
}

fn registry(scheme: Scheme, host: &str) -> Origin {
    Origin::of_registry(scheme, &Host::parse(host).unwrap())
}

/// The proxy to a registry, as it is shown.
fn route(proxies: &Proxies, scheme: Scheme, host: &str) -> Option<String> {
    proxies.route(&registry(scheme, host)).map(|proxy| proxy.origin.to_string())
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
    for host in ["localhost", "localhost:5000", "127.0.0.1:5000", "127.9.9.9", "[::1]:5000"] {
        for scheme in [Scheme::Http, Scheme::Https] {
            assert_eq!(route(&both, scheme, host), None, "{host}");
        }
    }
    assert!(route(&both, Scheme::Https, "127.evil.io").is_some());
}

#[test]
fn exemptions() {
    let exempts =
        |no: &str, host: &str| route(&proxies(&[("HTTPS_PROXY", "http://p.example"), ("NO_PROXY", no)]), Scheme::Https, host).is_none();
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
fn a_variable_that_cannot_be_used_is_named_and_not_shown() {
    for (variable, value, words) in [
        ("HTTPS_PROXY", format!("socks5://u:{CANARY}@p.example"), "SOCKS"),
        ("HTTPS_PROXY", format!("ftp://u:{CANARY}@p.example"), "not the URL"),
        ("HTTP_PROXY", format!("http://u:{CANARY}@@p.example:1"), "not the URL"),
        ("HTTP_PROXY", format!("{CANARY} with blanks"), "not the URL"),
        ("HTTP_PROXY", format!("http://p.example:99999/{CANARY}"), "not the URL"),
        ("https_proxy", "http://".to_owned(), "not the URL"),
    ] {
        let proxies = proxies(&[(variable, &value)]);
        let error = proxies.check().unwrap_err();
        let shown = format!("{error} {error:?} {:?} {proxies:?}", error.hint());
        assert!(shown.contains(words) && shown.contains(&variable.to_uppercase()) && !shown.contains(CANARY), "{shown}");
    }
    assert!(proxies(&[("HTTPS_PROXY", "http://user:p%40ss@p.example:3128/")]).check().is_ok());
}

#[test]
fn only_what_is_in_clear_is_read() {
    let both = proxies(&[("HTTP_PROXY", "http://u:p@p.example"), ("HTTPS_PROXY", "http://p.example"), ("NO_PROXY", "safe.example")]);
    assert_eq!(both.reader(&registry(Scheme::Http, "r.example")).as_deref(), Some("http://p.example"));
    assert_eq!(both.reader(&registry(Scheme::Https, "r.example")), None);
    assert_eq!(both.reader(&registry(Scheme::Http, "safe.example")), None);
    assert_eq!(both.reader(&registry(Scheme::Http, "127.0.0.1:5000")), None);
}
