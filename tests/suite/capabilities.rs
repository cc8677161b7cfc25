//! What a flavor gets of what it was granted: questions to the registry, HTTP requests. Through the command line, with the probe.

mod credentials;
mod requests;

use std::process::Command;
use std::time::Duration;

use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
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
        assert!(message.contains("gave up after the registry could not be asked: ") && message.contains(&registry.host()), "{message}");
        assert!(!ran.stdout.contains("CANARY") && !ran.stderr.contains("CANARY"), "{ran:?}");
    }
    // Nobody listens.
    let ran = check(&home, "127.0.0.1:1", &ask, &SOME_ORIGIN);
    assert_eq!((ran.code, &ran.json()["error"]["kind"]), (7, &"registry_failed".into()), "{ran:?}");
    // It is the flavor that asks about what it may not.
    let outside = json!({ "do": "ask", "repository": "elsewhere/app" });
    assert_eq!(check(&home, "127.0.0.1:1/team", &outside, &SOME_ORIGIN).code, 5);
}

/// Tries a limit on a hook's time, and a longer one until what has to happen within it happened: how long a busy machine takes for that cannot be known.
/// The answer comes with the limit, in seconds.
fn reached<T>(mut attempt: impl FnMut(&str) -> Option<T>) -> (u32, T) {
    let tried = [1, 4, 16, 60].into_iter().find_map(|wall| Some((wall, attempt(&format!("wall={wall}s"))?)));
    tried.expect("within 60 seconds it happens")
}

#[test]
fn a_registry_that_does_not_answer_is_to_blame_for_it() {
    let home = home_with_probe();
    let registry = registry(Options::default().misbehave(Rule::on(Step::TagList, Switch::StallAfterRequest(0))));
    let (wall, ran) = reached(|limit| {
        registry.forget_requests();
        let ran = check(&home, &registry.host(), &json!({ "do": "ask" }), &["--limit", limit, SOME_ORIGIN[0], SOME_ORIGIN[1]]);
        (!registry.requests().is_empty()).then_some(ran)
    });
    assert_eq!(ran.code, 7, "{ran:?}");
    let answer = format!("did not answer a flavor's question within {} seconds", f64::from(wall) * 0.8);
    assert!(ran.stdout.contains(&answer), "{ran:?}");
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
