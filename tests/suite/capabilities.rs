//! What a flavor gets of what it was granted: questions to the registry, HTTP requests. Through the command line, with the probe.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{Home, Ran, User, guest};

const ALICE: &str = "alice";
const PASSWORD: &str = "S3CRET-CANARY-alice";
/// How long nothing may be waited for.
const LONG: Duration = Duration::from_secs(60);

fn registry(options: Options) -> Registry {
    Registry::start_blocking(options).expect("a registry")
}

/// A server that answers everything in this way.
fn server(switch: Switch) -> Registry {
    registry(Options::default().misbehave(Rule::on(Step::Any, switch)))
}

fn reply(status: u16, headers: &[(&'static str, &str)], body: &str) -> Switch {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Switch::Reply { status, headers, body: body.to_owned().into() }
}

fn home_with_probe() -> Home {
    let home = Home::new();
    home.must(&format!("flavor register {}", guest("probe").display()));
    home
}

fn log_in(home: &Home, registry: &Registry) {
    home.log_in(&registry.host(), &User { name: ALICE.to_owned(), password: PASSWORD.to_owned() });
}

/// The command that checks `app:v1` in the registry at `uri`, with a probe with these settings.
fn command(home: &Home, verb: &str, uri: &str, settings: &Value, more: &[&str]) -> Command {
    let (image, settings) = (format!("{uri}/app:v1"), settings.to_string());
    let words = [verb, &image, "--uri", uri, "--flavor", "probe", "--settings", &settings, "--grant", "registry", "--output", "json"];
    home.command(words.iter().chain(more))
}

fn check(home: &Home, uri: &str, settings: &Value, more: &[&str]) -> Ran {
    Ran::from(command(home, "check", uri, settings, more).output().expect("the command runs"))
}

/// What a probe saw that reports.
fn seen(ran: &Ran) -> Value {
    assert_eq!(ran.code, 4, "{ran:?}");
    ran.json()["hooks"][0]["violations"][0]["details"].clone()
}

const SOME_ORIGIN: [&str; 2] = ["--grant", "http=https://api.example.com"];

#[test]
fn questions_to_the_registry_are_answered_with_our_credentials() {
    let home = home_with_probe();
    let registry = registry(Options { page_size: 2, ..Options::default().token(ALICE, PASSWORD) });
    for tag in ["v1", "v2", "v10", "latest", "B"] {
        registry.put_image("team/app", tag, &[]);
    }
    log_in(&home, &registry);
    let uri = format!("{}/team", registry.host());
    let ask = |more: Value| {
        let mut settings = json!({ "do": "report", "look": ["registry"], "repository": "team/app", "count": 1000 });
        settings.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        seen(&check(&home, &uri, &settings, &SOME_ORIGIN))
    };
    let all = ask(json!({}));
    assert_eq!(all["registry.repository-exists"], "true", "{all:#}");
    assert_eq!(all["registry.tags"], "B,latest,v1,v10,v2");
    assert_eq!(all["registry.manifest-digest"], registry.tag_digest("team/app", "v1").expect("a digest"));
    for (after, count, tags) in [("", 2, "B,latest"), ("latest", 2, "v1,v10"), ("m", 1, "v1"), ("v2", 5, ""), ("v1", 0, "")] {
        assert_eq!(ask(json!({ "after": after, "count": count }))["registry.tags"], tags, "{after} {count}");
    }
    let none = ask(json!({ "repository": "team/none", "tag": "v1" }));
    assert_eq!((&none["registry.repository-exists"], &none["registry.tags"]), (&"false".into(), &"".into()), "{none:#}");
    assert_eq!(none["registry.manifest-digest"], "none");
    assert_eq!(ask(json!({ "tag": "v3" }))["registry.manifest-digest"], "none");
    // A token for each repository that was asked about, to pull from it and nothing else.
    let scopes = registry.requests().into_iter().filter(|request| request.step == Step::Token).map(|request| request.query);
    for scope in scopes {
        assert!(scope.ends_with("%3Apull&service=registry.test") && scope.starts_with("scope=repository%3Ateam%2F"), "{scope}");
    }
}

/// A-30: the answer of a missing grant, and nothing is sent.
#[test]
fn what_lies_outside_is_as_if_it_was_not_granted() {
    let home = home_with_probe();
    let registry = registry(Options::default());
    for repository in ["other-team/secret", "team-evil/app", "team"] {
        registry.put_image(repository, "v1", &[]);
    }
    let uri = format!("{}/team/sub", registry.host());
    let ask = |repository: &str, tag: &str| {
        let settings = json!({ "do": "report", "look": ["registry"], "repository": repository, "tag": tag });
        seen(&check(&home, &uri, &settings, &SOME_ORIGIN))
    };
    let registry_host = registry.host();
    for repository in [
        "other-team/secret",
        "other-team/none",
        "team",
        "team/subordinate",
        "team/sub/../../other-team/secret",
        "../other-team/secret",
        "team/sub/..",
        "team/sub//app",
        "/team/sub/app",
        "team/sub/",
        "",
        &format!("{registry_host}/team/sub/app"),
        "evil.example:5000/team/sub/app",
        "registry.example.com/team/sub/app",
    ] {
        let seen = ask(repository, "v1");
        for question in ["registry.repository-exists", "registry.tags", "registry.manifest-digest"] {
            assert_eq!(seen[question], "not-granted", "{repository}: {seen:#}");
        }
    }
    for repository in ["team/sub/App", "team/sub/a b", "team/sub/app?n=1", "team/sub/app#", "team/sub/%2e%2e", "team/sub/ä", "team/sub/-a"]
    {
        let seen = ask(repository, "v1");
        for question in ["registry.repository-exists", "registry.tags", "registry.manifest-digest"] {
            assert_eq!(seen[question], "other: this is not a valid repository", "{repository}: {seen:#}");
        }
    }
    for tag in ["", ".", "..", "a/b", "a?b", "a:b", &format!("sha256:{}", "a".repeat(64)), &"a".repeat(129)] {
        assert_eq!(ask("team/sub/app", tag)["registry.manifest-digest"], "other: this is not a valid tag", "{tag}");
    }
    // Nothing but what is inside and well-formed was ever asked for.
    for request in registry.requests() {
        assert!(request.path.starts_with("/v2/team/sub/app/tags/list"), "{request:?}");
    }
}

/// The host remembers what failed, and the flavor is told no more than that it did.
#[test]
fn a_flavor_that_gives_up_because_the_registry_failed_is_not_to_blame() {
    let home = home_with_probe();
    let look = json!({ "do": "report", "look": ["registry"], "count": 10 });
    let ask = json!({ "do": "ask" });
    for (options, told) in [
        (Options::default().token("bob", "another"), "unauthorized"),
        (Options::default().basic("bob", "another"), "unauthorized"),
        (Options::default().misbehave(Rule::on(Step::TagList, Switch::Status(403))), "unauthorized"),
        (Options::default().misbehave(Rule::on(Step::TagList, Switch::Status(404 + 14))), "unavailable: the registry did not answer"),
        (Options::default().misbehave(Rule::on(Step::Any, Switch::Raw("nonsense".into()))), "unavailable: the registry did not answer"),
        (
            Options::default().misbehave(Rule::on(Step::Any, Switch::Challenge("Bearer realm=\"https://evil.example/\"".to_owned()))),
            "other: the registry gave no answer that can be used",
        ),
    ] {
        let registry = registry(options);
        log_in(&home, &registry);
        let seen = seen(&check(&home, &registry.host(), &look, &SOME_ORIGIN));
        assert_eq!(seen["registry.repository-exists"], told, "{seen:#}");
        let ran = check(&home, &registry.host(), &ask, &SOME_ORIGIN);
        assert_eq!(ran.code, 7, "{told}: {ran:?}");
        let message = ran.json()["error"]["message"].as_str().expect("a message").to_owned();
        assert!(message.contains("gave up: the registry could not be asked: ") && message.contains(&registry.host()), "{message}");
        assert!(!ran.stdout.contains("CANARY") && !ran.stderr.contains("CANARY"), "{ran:?}");
    }
    // Nobody listens.
    let ran = check(&home, "127.0.0.1:1", &ask, &SOME_ORIGIN);
    assert_eq!((ran.code, &ran.json()["error"]["kind"]), (7, &"registry_failed".into()), "{ran:?}");
    // It is the flavor that asks about what it may not.
    let outside = json!({ "do": "ask", "repository": "elsewhere/app" });
    assert_eq!(check(&home, "127.0.0.1:1/team", &outside, &SOME_ORIGIN).code, 5);
}

#[test]
fn a_registry_that_does_not_answer_is_to_blame_for_it() {
    let home = home_with_probe();
    let registry = registry(Options::default().misbehave(Rule::on(Step::TagList, Switch::StallAfterRequest(0))));
    let ran = check(&home, &registry.host(), &json!({ "do": "ask" }), &["--limit", "wall=1s", SOME_ORIGIN[0], SOME_ORIGIN[1]]);
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(ran.stdout.contains("did not answer a flavor's question within 0.8 seconds"), "{ran:?}");
}

/// What a question costs the registry is held to the limit on calls, and not the number of questions alone.
#[test]
fn requests_that_a_question_costs_count() {
    let home = home_with_probe();
    let registry = registry(Options { page_size: 1, ..Options::default().token(ALICE, PASSWORD) });
    for tag in 0..30 {
        registry.put_image("team/app", &format!("v{tag:02}"), &[]);
    }
    log_in(&home, &registry);
    let uri = format!("{}/team", registry.host());
    let look = json!({ "do": "report", "look": ["registry"], "repository": "team/app", "tag": "v00", "count": 1000 });
    let ask = |calls: usize| {
        registry.forget_requests();
        seen(&check(&home, &uri, &look, &["--limit", &format!("calls={calls}"), SOME_ORIGIN[0], SOME_ORIGIN[1]]))
    };
    let few = ask(10);
    assert_eq!(registry.requests().len(), 10);
    assert_eq!((&few["registry.repository-exists"], &few["registry.tags"]), (&"true".into(), &"limit-exceeded".into()), "{few:#}");
    assert_eq!(few["registry.manifest-digest"], "limit-exceeded", "nothing is left: {few:#}");
    // A challenge and a token, one page, 30 pages, one manifest.
    let enough = ask(34);
    assert_eq!((registry.requests().len(), enough["registry.tags"].as_str().map(|tags| tags.split(',').count())), (34, Some(30)));
    assert!(enough["registry.manifest-digest"].as_str().is_some_and(|digest| digest.starts_with("sha256:")), "{enough:#}");
    // Those who give up for it blame themselves; unless it is the registry's failures that used it up.
    let limited = ["--limit", "calls=2", SOME_ORIGIN[0], SOME_ORIGIN[1]];
    assert_eq!(check(&home, &uri, &json!({ "do": "ask", "repository": "team/app" }), &limited).code, 5);
    registry.misbehave(Rule::on(Step::TagList, Switch::Status(503)));
    let limited = ["--limit", "calls=4", SOME_ORIGIN[0], SOME_ORIGIN[1]];
    let ran = check(&home, &uri, &json!({ "do": "ask", "repository": "team/app" }), &limited);
    assert!(ran.code == 7 && ran.stdout.contains("503"), "{ran:?}");
}

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
    assert!(ran.stdout.contains("gave up: an HTTP request failed: the connection to http://127.0.0.1:"), "{ran:?}");
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
        let begun = Instant::now();
        let ran = sending(&home, &server, &json!({ "do": "send", "url": server.origin() }), &["--limit", "wall=1s"]);
        assert_eq!(ran.code, 5, "{switch:?}: {ran:?}");
        assert!(ran.stdout.contains("no answer within 1s"), "{ran:?}");
        assert!(begun.elapsed() < LONG, "{:?}", begun.elapsed());
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
    for interrupted in [true, false] {
        let _ = std::fs::remove_file(home.join("helper"));
        let wall = if interrupted { "wall=60s" } else { "wall=2s" };
        let mut command =
            command(&home, "check", &registry.host(), &json!({ "do": "ask" }), &[&SOME_ORIGIN[..], &["--limit", wall]].concat());
        command.env("PATH", format!("{}:/usr/bin:/bin", home.join("bin").display()));
        let process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
        let begun = Instant::now();
        let helper: u32 = loop {
            assert!(begun.elapsed() < LONG, "the helper is never asked");
            match std::fs::read_to_string(home.join("helper")).ok().and_then(|text| text.trim().parse().ok()) {
                Some(id) => break id,
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        if interrupted {
            kill_process(Pid::from_raw(i32::try_from(process.id()).expect("a number")).expect("a process"), Signal::INT).expect("a signal");
        }
        let ran = Ran::from(process.wait_with_output().expect("an end"));
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

/// Runs a line with something on its standard input.
fn with_input(home: &Home, line: &str, input: &str) -> Ran {
    use std::io::Write as _;
    let mut command = home.command(line.split_whitespace());
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
    // A command that refuses its arguments does not read.
    let _ = process.stdin.take().expect("a pipe").write_all(input.as_bytes());
    Ran::from(process.wait_with_output().expect("an end"))
}

/// Keeps a secret for an origin.
fn keep(home: &Home, origin: &str) -> Ran {
    with_input(home, &format!("credential store {origin} --username alice --password-stdin"), PASSWORD)
}

#[test]
fn a_credential_is_kept_and_forgotten() {
    let home = Home::new();
    for (text, origin) in [("https://API.example.com:443", "https://api.example.com"), ("http://localhost:9000", "http://localhost:9000")] {
        let ran = keep(&home, text);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
        assert!(ran.stdout.starts_with(&format!("kept the credential for {origin} in ")), "{ran:?}");
    }
    let config: Value = serde_json::from_slice(&std::fs::read(home.join(".docker/config.json")).expect("a file")).expect("JSON");
    assert_eq!(config["auths"].as_object().expect("an object").len(), 2, "{config:#}");
    let erase = |code, change: &str| {
        let ran = home.run("credential erase https://api.example.com --output json");
        assert_eq!((ran.code, &ran.json()["credential"]["change"]), (code, &change.into()), "{ran:?}");
    };
    erase(0, "erased");
    erase(0, "unchanged");
    for origin in
        ["api.example.com", "http://api.example.com", "https://api.example.com/x", "https://u:S3CRET-CANARY@api.example.com", "https://*"]
    {
        let ran = keep(&home, origin);
        assert!(ran.code == 2 && !ran.stderr.contains("CANARY"), "{origin}: {ran:?}");
    }
    let ran = home.run("credential store https://api.example.com");
    assert_eq!(ran.code, 2, "{ran:?}");
}

/// F-17, F-18, E-21: what a flavor, and whoever reads along, sees of it.
#[test]
fn a_credential_is_sent_and_never_seen() {
    let home = home_with_probe();
    let server = server(Switch::HtmlEcho { status: 200, size: 4_000 });
    let origin = server.origin();
    let settings = json!({ "do": "report", "look": ["push", "http"], "url": origin });
    for (form, sent) in [("basic", "Basic "), ("bearer", "Bearer "), ("sigv4:service=ecr,region=eu-central-1", "AWS4-HMAC-SHA256 ")] {
        keep(&home, &origin);
        server.forget_requests();
        let (grant, credential) = (format!("http={origin}"), format!("{origin}={form}"));
        let more = ["--grant", &grant, "--credential", &credential, "-vvv"];
        let mut command = command(&home, "check", "127.0.0.1:1", &settings, &more);
        command.env("AWS_ACCESS_KEY_ID", "S3CRET-CANARY-id").env("AWS_SECRET_ACCESS_KEY", "S3CRET-CANARY-key");
        let ran = Ran::from(command.env("AWS_SESSION_TOKEN", "S3CRET-CANARY-token").output().expect("the command runs"));
        let seen = seen(&ran);
        let body = seen["http.body"].as_str().expect("a body");
        assert!(
            body.contains(&format!("{sent}[redacted]")) || form.starts_with("sigv4") && body.contains("[redacted]"),
            "{form}: {seen:#}"
        );
        let header = server.requests()[0].header("authorization").expect("a credential").to_owned();
        assert!(header.starts_with(sent), "{header}");
        let secret = header.rsplit([' ', '=']).find(|part| part.len() > 8).expect("a secret");
        for text in [&ran.stdout, &ran.stderr] {
            assert!(!text.contains("CANARY") && !text.contains(secret), "{form}: {text}");
        }
    }
    // Nor is it left in the catalog, the store or the cache.
    let mut folders = [".config", ".local", ".cache"].map(|name| home.join(name)).to_vec();
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).expect("a file");
            assert!(!bytes.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes()), "{}", path.display());
        }
    }
    assert!(files >= 3, "{files}");
}

#[test]
fn a_credential_that_is_missing_is_the_operators() {
    let home = home_with_probe();
    let server = server(reply(200, &[], "hello"));
    let origin = server.origin();
    let settings = json!({ "do": "send", "url": origin });
    let (grant, credential) = (format!("http={origin}"), format!("{origin}=bearer"));
    let more = ["--grant", &grant, "--credential", &credential];
    let ran = check(&home, "127.0.0.1:1", &settings, &more);
    let json = ran.json();
    assert_eq!((ran.code, &json["error"]["kind"]), (8, &"configuration".into()), "{ran:?}");
    let hint = format!("keep it with `pushgate credential store {origin} --password-stdin`");
    assert_eq!(json["error"]["hint"], hint);
    let message = json["error"]["message"].as_str().expect("a message");
    assert!(message.ends_with("; it says: other: the host has no credential for this origin"), "{message}");
    assert!(server.requests().is_empty());
    keep(&home, &origin);
    assert_eq!(check(&home, "127.0.0.1:1", &settings, &more).code, 0);
    assert_eq!(server.requests()[0].header("authorization"), Some(format!("Bearer {PASSWORD}").as_str()));
}

/// J-15: a catalog that somebody brought along must not say where a credential goes.
#[test]
fn credentials_are_bound_in_ones_own_folder_only() {
    let home = home_with_probe();
    let server = server(reply(200, &[], "hello"));
    let origin = server.origin();
    keep(&home, &origin);
    let settings = json!({ "do": "send", "url": origin }).to_string();
    let (grant, credential) = (format!("http={origin}"), format!("{origin}=bearer"));
    let register = ["registry", "register", "prod", "--uri", "127.0.0.1:1", "--flavor", "probe", "--settings", &settings];
    let words = register.into_iter().chain(["--grant", "registry", "--grant", &grant, "--credential", &credential]);
    let ran = home.run_words(words.clone());
    assert_eq!(ran.code, 0, "{ran:?}");
    home.must("check 127.0.0.1:1/app");
    assert_eq!(server.requests().len(), 1);
    // The same catalog elsewhere, by either way of naming it.
    let elsewhere = home.write("work/catalog.toml", std::fs::read(home.catalog()).expect("a catalog"));
    let refused = |ran: Ran| {
        assert_eq!(ran.code, 8, "{ran:?}");
        assert!(ran.stderr.contains("binds a credential, and lies outside of your configuration folder"), "{ran:?}");
    };
    refused(home.run("check 127.0.0.1:1/app --config work/catalog.toml"));
    refused(Ran::from(home.command(["check", "127.0.0.1:1/app"]).env("PUSHGATE_CONFIG", &elsewhere).output().expect("it runs")));
    refused(home.run_words(words.chain(["--config", "work/catalog.toml"]).map(|word| if word == "prod" { "more" } else { word })));
    assert_eq!(server.requests().len(), 1);
    // One's own by its path is one's own.
    let own = home.catalog();
    home.must(&format!("check 127.0.0.1:1/app --config {}", own.display()));
    // A catalog that is trusted may.
    home.must("check 127.0.0.1:1/app --config work/catalog.toml --trust-config");
    let sent = server.requests();
    assert!(sent.len() == 3 && sent.iter().all(|request| request.header("authorization").is_some()));
    // Without the binding, the other may be used.
    let text = std::fs::read_to_string(&elsewhere).expect("a catalog");
    let without: Vec<_> = text.lines().filter(|line| !line.starts_with("credentials")).collect();
    std::fs::write(&elsewhere, without.join("\n")).expect("written");
    home.must("check 127.0.0.1:1/app --config work/catalog.toml");
    // Nor is one put into it later.
    refused(home.run(&format!("registry update prod --flavor probe --credential {credential} --config work/catalog.toml")));
    assert_eq!(server.requests().last().expect("a request").header("authorization"), None);
}

/// What is answered must not tell whether a credential is there, or good: only how long it takes could.
#[test]
fn the_answers_do_not_tell_whether_there_is_a_credential() {
    let home = home_with_probe();
    for options in [Options::default().token(ALICE, PASSWORD), Options::default().basic(ALICE, PASSWORD)] {
        let registry = registry(options);
        registry.put_image("team/app", "v1", &[]);
        let uri = format!("{}/team", registry.host());
        let answers = [None, Some((ALICE, "S3CRET-CANARY-wrong")), Some(("mallory", PASSWORD)), Some((ALICE, ""))].map(|user| {
            let _ = std::fs::remove_file(home.join(".docker/config.json"));
            if let Some((name, password)) = user {
                home.log_in(&registry.host(), &User { name: name.to_owned(), password: password.to_owned() });
            }
            seen(&check(&home, &uri, &json!({ "do": "report", "look": ["registry"], "repository": "team/app" }), &SOME_ORIGIN))
        });
        let [first, others @ ..] = &answers;
        assert!(first["registry.tags"].is_string(), "{first:#}");
        assert!(others.iter().all(|other| other == first), "{answers:#?}");
    }
}
