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

/// the answer of a missing grant, and nothing is sent.
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
        assert!(message.contains("because the registry could not be asked") && message.contains(&registry.host()), "{message}");
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
    assert!(ran.stdout.contains("because an HTTP request failed: the connection to http://127.0.0.1:"), "{ran:?}");
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

///
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

///
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
