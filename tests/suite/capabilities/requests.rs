//! Requests of a flavor to a granted origin.

use std::process::Stdio;
use std::time::{Duration, Instant};

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{LONG, SOME_ORIGIN, check, command, home_with_probe, reached, registry, reply, seen, server};
use crate::support::{Home, Ran};

/// The grant of a server.
fn to(server: &Registry) -> [String; 2] {
    ["--grant".to_owned(), format!("http={}", server.origin())]
}

fn sending(home: &Home, server: &Registry, settings: &Value, more: &[&str]) -> Ran {
    let grant = to(server);
    let words: Vec<&str> = grant.iter().map(String::as_str).chain(more.iter().copied()).collect();
    check(home, "127.0.0.1:1", settings, &words)
}

fn look_at(url: &str) -> Value {
    json!({ "do": "report", "look": ["http"], "url": url })
}

#[test]
fn a_request_goes_to_a_granted_origin_and_nowhere_else() {
    let home = home_with_probe();
    let server = server(reply(302, &[("location", "http://169.254.169.254/"), ("x-a", "b")], "moved"));
    let mut command =
        command(&home, "check", "127.0.0.1:1", &look_at(&format!("{}/a?b", server.origin())), &[&to(&server)[0], &to(&server)[1]]);
    // E-10: nobody listens there.
    for proxy in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(proxy, "http://127.0.0.1:1");
    }
    let seen_there = seen(&Ran::from(command.output().expect("the command runs")));
    assert_eq!((&seen_there["http.send"], &seen_there["http.body"]), (&"302".into(), &"moved".into()), "{seen_there:#}");
    let headers = seen_there["http.headers"].as_str().expect("headers");
    assert!(headers.contains("x-a: b") && headers.contains("location: http://169.254.169.254/"), "{headers}");
    assert_eq!(server.requests().len(), 1);

    let other = server.origin().replace("127.0.0.1", "localhost");
    for url in [&other, "http://127.0.0.1:1/", "https://secret.evil.example/", &server.origin().replace("http:", "https:")] {
        let told = seen(&sending(&home, &server, &look_at(url), &[]))["http.send"].as_str().expect("an answer").to_owned();
        assert!(told.starts_with("not-granted: ") && told.ends_with("is not granted"), "{url}: {told}");
    }
    for url in ["nonsense", "file:///etc/passwd", &server.origin().replace("//", "//u:p@")] {
        let told = seen(&sending(&home, &server, &look_at(url), &[]))["http.send"].as_str().expect("an answer").to_owned();
        assert!(told.starts_with("invalid-request: "), "{url}: {told}");
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_flavor_that_gives_up_because_a_request_failed_is_not_to_blame() {
    let home = home_with_probe();
    let send = |url: &str| json!({ "do": "send", "url": url });
    let server = server(Switch::CutReplyAfter(0));
    let ran = sending(&home, &server, &send(&server.origin()), &[]);
    assert_eq!((ran.code, &ran.json()["error"]["kind"]), (7, &"registry_failed".into()), "{ran:?}");
    assert!(ran.stdout.contains("gave up after an HTTP request failed: the connection to http://127.0.0.1:"), "{ran:?}");
    // What is missing is a grant: the operator's to give.
    let ran = sending(&home, &server, &send("https://other.example/"), &[]);
    assert_eq!((ran.code, &ran.json()["error"]["kind"]), (8, &"configuration".into()), "{ran:?}");
    assert!(ran.json()["error"]["hint"].as_str().is_some_and(|hint| hint.contains("--grant http=https://other.example")), "{ran:?}");
    // A request that is none, or one too many, is the flavor's own fault.
    let ran = sending(&home, &server, &send("nonsense"), &[]);
    assert_eq!(ran.code, 5, "{ran:?}");
    let honest = self::server(reply(200, &[], "x"));
    let many = |count: u32| json!({ "do": "send", "url": honest.origin(), "count": count });
    assert_eq!(sending(&home, &honest, &many(64), &[]).code, 0);
    let ran = sending(&home, &honest, &many(65), &[]);
    assert!(ran.code == 5 && ran.stdout.contains("limit-exceeded"), "{ran:?}");
    assert_eq!(honest.requests().len(), 128);
    assert_eq!(sending(&home, &honest, &many(65), &["--limit", "calls=65"]).code, 0);
}

/// A granted name that leads to an address inside.
#[test]
fn an_address_that_the_grant_does_not_open_is_the_operators() {
    let home = home_with_probe();
    for origin in ["http://10.255.255.1", "http://169.254.169.254", "http://0.0.0.0", "http://100.100.100.200", "https://[fd00:ec2::254]"] {
        let grant = format!("http={origin}");
        let ran = check(&home, "127.0.0.1:1", &json!({ "do": "send", "url": origin }), &["--grant", &grant]);
        assert_eq!(ran.code, 8, "{origin}: {ran:?}");
        assert!(ran.stdout.contains("has an address that is not granted"), "{ran:?}");
    }
    let metadata = ["--grant", "http=http://169.254.169.254,private"];
    let ran = check(&home, "127.0.0.1:1", &json!({ "do": "send", "url": "http://169.254.169.254/latest/meta-data/" }), &metadata);
    assert_eq!(ran.code, 8, "{ran:?}");
}

/// In a check nothing changes anywhere. A POST may be a question.
#[test]
fn a_dry_run_changes_nothing() {
    let home = home_with_probe();
    let server = server(reply(200, &[], "done"));
    for (method, told) in
        [("GET", "200"), ("HEAD", "200"), ("POST", "200"), ("PUT", "dry run"), ("PATCH", "dry run"), ("DELETE", "dry run")]
    {
        let settings = json!({ "do": "report", "look": ["http"], "url": server.origin(), "method": method });
        let seen = seen(&sending(&home, &server, &settings, &[]));
        assert!(seen["http.send"].as_str().is_some_and(|answer| answer.contains(told)), "{method}: {seen:#}");
    }
    assert_eq!(server.requests().len(), 3);
    // Nor may a POST stand for another method.
    for (headers, query, content) in [
        (json!({ "X-HTTP-Method-Override": "DELETE" }), "", ""),
        (json!({ "X-HTTP-Method": "MERGE" }), "", ""),
        (json!({ "X-Method-Override": "PUT" }), "", ""),
        (json!({}), "?a=b&_method=DELETE", ""),
        (json!({ "content-type": "application/x-www-form-urlencoded" }), "", "_method=DELETE"),
    ] {
        let url = format!("{}/{query}", server.origin());
        let settings = json!({ "do": "report", "look": ["http"], "url": url, "method": "POST", "headers": headers, "body": content });
        let seen = seen(&sending(&home, &server, &settings, &[]));
        assert!(seen["http.send"].as_str().is_some_and(|answer| answer.contains("dry run")), "{settings}: {seen:#}");
    }
    assert_eq!(server.requests().len(), 3);
    // A push may.
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&Image::new(), None)).expect("a layout");
    let settings = json!({ "do": "report", "look": ["http"], "url": server.origin(), "method": "DELETE", "body": "x" });
    let grant = to(&server);
    let ran = command(&home, "push", "127.0.0.1:1", &settings, &[&grant[0], &grant[1], "--from", "oci:image"]).output();
    let seen = seen(&Ran::from(ran.expect("the command runs")));
    assert_eq!(seen["http.send"], "200", "{seen:#}");
}

/// E-09: the system's certificate authorities count, and nothing turns that off.
#[test]
fn certificates_are_verified() {
    let home = home_with_probe();
    let server = registry(Options::default().tls().misbehave(Rule::on(Step::Any, reply(200, &[], "hello"))));
    let authority = home.write("ca.pem", server.ca_pem().expect("a certificate"));
    let (settings, grant) = (look_at(&server.origin()), to(&server));
    let ask = |trusting: bool| {
        let mut command = command(&home, "check", "127.0.0.1:1", &settings, &[&grant[0], &grant[1]]);
        if trusting {
            command.env("SSL_CERT_FILE", &authority);
        }
        seen(&Ran::from(command.output().expect("the command runs")))["http.send"].clone()
    };
    assert_eq!(ask(true), "200");
    assert_eq!(ask(false), "unreachable: no connection could be made");
    let wrong = Options { tls_names: vec!["other.example".to_owned()], ..Options::default().tls() };
    let elsewhere = registry(wrong.misbehave(Rule::on(Step::Any, reply(200, &[], "hello"))));
    let authority = home.write("other.pem", elsewhere.ca_pem().expect("a certificate"));
    let grant = to(&elsewhere);
    let mut command = command(&home, "check", "127.0.0.1:1", &look_at(&elsewhere.origin()), &[&grant[0], &grant[1]]);
    let seen = seen(&Ran::from(command.env("SSL_CERT_FILE", authority).output().expect("the command runs")));
    assert_eq!(seen["http.send"], "unreachable: no connection could be made");
    assert!(elsewhere.requests().is_empty());
}

/// A-05.
#[test]
fn a_server_that_does_not_answer_is_not_waited_for() {
    let home = home_with_probe();
    for switch in [Switch::StallAfterRequest(0), Switch::StallReplyAfter(1), Switch::Drip(Duration::from_millis(300))] {
        let server = server(reply(200, &[], &"x".repeat(1_000)));
        server.misbehave(Rule::on(Step::Any, switch.clone()));
        let (wall, (ran, took)) = reached(|limit| {
            server.forget_requests();
            let begun = Instant::now();
            let ran = sending(&home, &server, &json!({ "do": "send", "url": server.origin() }), &["--limit", limit]);
            (!server.requests().is_empty()).then(|| (ran, begun.elapsed()))
        });
        assert_eq!(ran.code, 5, "{switch:?}: {ran:?}");
        assert!(ran.stdout.contains(&format!("no answer within {wall}s")), "{ran:?}");
        assert!(took < LONG, "{took:?}");
    }
}

/// A-28.
#[test]
fn a_flavor_that_waits_can_be_interrupted() {
    let home = home_with_probe();
    let server = server(Switch::StallAfterRequest(0));
    let grant = to(&server);
    let limit = ["--limit", "wall=120s", &grant[0], &grant[1]];
    for (settings, step) in [(json!({ "do": "send", "url": server.origin() }), "a request"), (json!({ "do": "ask" }), "a question")] {
        for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
            server.forget_requests();
            let mut command = command(&home, "check", &server.host(), &settings, &limit);
            let process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
            let begun = Instant::now();
            while server.requests().is_empty() {
                assert!(begun.elapsed() < LONG, "{step} is never sent");
                std::thread::sleep(Duration::from_millis(5));
            }
            let begun = Instant::now();
            kill_process(Pid::from_raw(i32::try_from(process.id()).expect("a number")).expect("a process"), signal).expect("a signal");
            let ran = Ran::from(process.wait_with_output().expect("an end"));
            assert_eq!((ran.code, &ran.json()["error"]["kind"]), (code, &"interrupted".into()), "{step}: {ran:?}");
            assert!(begun.elapsed() < Duration::from_secs(30), "{step}: {:?}", begun.elapsed());
        }
    }
}

/// A credential helper that hangs ends with the command, whoever waits for it.
#[test]
fn no_credential_helper_is_left_behind() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = home_with_probe();
    let registry = registry(Options::default());
    home.write(".docker/config.json", r#"{ "credsStore": "hang" }"#);
    let program = home.write("bin/docker-credential-hang", "#!/bin/sh\necho $$ > \"$HOME/helper\"\nexec sleep 600\n");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    // The program that was run, and the helper that it started; none if the limit came before.
    let run = |limit: &str, interrupted: bool| {
        let _ = std::fs::remove_file(home.join("helper"));
        let mut command =
            command(&home, "check", &registry.host(), &json!({ "do": "ask" }), &[&SOME_ORIGIN[..], &["--limit", limit]].concat());
        command.env("PATH", format!("{}:/usr/bin:/bin", home.join("bin").display()));
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
        let asked = || std::fs::read_to_string(home.join("helper")).ok()?.trim().parse::<u32>().ok();
        while asked().is_none() && process.try_wait().expect("a process").is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let helper = asked()?;
        if interrupted {
            kill_process(Pid::from_raw(i32::try_from(process.id()).expect("a number")).expect("a process"), Signal::INT).expect("a signal");
        }
        Some((helper, Ran::from(process.wait_with_output().expect("an end"))))
    };
    for interrupted in [true, false] {
        let (helper, ran) = if interrupted { run("wall=120s", true).expect("a helper") } else { reached(|limit| run(limit, false)).1 };
        assert_eq!(ran.code, if interrupted { 130 } else { 7 }, "{ran:?}");
        // What has ended need not be reaped yet.
        let runs = || {
            let status = std::fs::read_to_string(format!("/proc/{helper}/stat")).unwrap_or_default();
            status.rsplit(") ").next().is_some_and(|state| state.starts_with(['S', 'R', 'D']))
        };
        let begun = Instant::now();
        while runs() {
            assert!(begun.elapsed() < LONG, "the helper still runs");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
