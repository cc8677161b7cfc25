//! Capabilities: what is granted, how much of it, and what ends while the host works.
//!
//! | row | test |
//! |---|---|
//! | A-05 | `a_host_that_does_not_answer_runs_into_the_wall_limit` |
//! | A-25 | `a_reply_that_the_guest_cannot_take_is_its_own_failure`, `a_reply_is_given_whole_or_not_at_all` |
//! | A-28 | `a_call_can_be_dropped_in_the_middle_of_a_capability` |
//! | E-22 | `nothing_is_asked_without_a_grant` |

use std::sync::Mutex;

use super::guest::{APPROVED, Guest, data};
use super::*;
use crate::{CallError, Capability, HttpError, HttpRequest, HttpResponse, QueryError};

/// Every version of the contract that a guest may be built against.
const VERSIONS: [&str; 3] = ["0.1.0", "0.1.1", "0.1.2"];
const BOTH: [Capability; 2] = [Capability::Registry, Capability::Http];

/// A host that grants some capabilities, answers after a while, and writes down what it was asked.
#[derive(Default)]
struct Capable {
    granted: Vec<Capability>,
    delay: Duration,
    tags: Vec<String>,
    body: Vec<u8>,
    refusal: Option<HttpError>,
    asked: Mutex<Vec<String>>,
}

impl Capable {
    fn granting(granted: &[Capability]) -> Self {
        Self { granted: granted.to_vec(), ..Self::default() }
    }

    async fn note(&self, question: String) {
        self.asked.lock().unwrap().push(question);
        tokio::time::sleep(self.delay).await;
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl FlavorHost for Capable {
    async fn images(&self) -> Result<Vec<Image>, InspectError> {
        Err(InspectError::NotFound)
    }

    fn grants(&self, capability: Capability) -> bool {
        self.granted.contains(&capability)
    }

    async fn repository_exists(&self, repository: &str) -> Result<bool, QueryError> {
        self.note(format!("exists {repository}")).await;
        Ok(true)
    }

    async fn tags(&self, repository: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, QueryError> {
        self.note(format!("tags {repository} {after:?} {limit}")).await;
        Ok(self.tags.clone())
    }

    async fn manifest_digest(&self, repository: &str, tag: &str) -> Result<Option<String>, QueryError> {
        self.note(format!("digest {repository} {tag}")).await;
        Ok(None)
    }

    async fn send(&self, request: HttpRequest, limit: usize) -> Result<HttpResponse, HttpError> {
        self.note(format!("{} {} {} {limit}", request.method, request.url, request.body.len())).await;
        match &self.refusal {
            Some(refusal) => Err(refusal.clone()),
            None => Ok(HttpResponse { status: 200, headers: vec![("a".to_owned(), "b".to_owned())], body: self.body.clone() }),
        }
    }
}

/// The interface that the guests of other tests have no use for.
const HTTP: &str = r#"
  (import "pushgate:flavor/http@VERSION" (instance $http
    (type $fields (list (tuple string string)))
    (type $request-type (record (field "method" string) (field "url" string) (field "headers" $fields) (field "body" (list u8))))
    (export "request" (type $request (eq $request-type)))
    (type $response-type (record (field "status" u16) (field "headers" $fields) (field "body" (list u8))))
    (export "response" (type $response (eq $response-type)))
    (type $http-error-type (variant (case "not-granted" string) (case "invalid-request" string) (case "limit-exceeded")
      (case "timed-out") (case "too-large") (case "unreachable" string) (case "other" string)))
    (export "http-error" (type $http-error (eq $http-error-type)))
    (export "send" (func (param "request" $request) (result (result $response (error $http-error)))))))"#;

/// A guest that runs these instructions before it approves. `$exists`, `$tags`, `$digest` and `$send` ask about what lies at 2048, and leave
/// at 3000 whether they failed, at 3004 the case of the error, or the answer.
fn capable(line: &str, instructions: &str) -> Guest {
    let texts = data(2048, b"team/appv1GEThttps://api.example.com/");
    let body = format!(
        r#"{texts}
        (import "wasi" "tags" (func $raw-tags (param i32 i32 i32 i32 i32 i32 i32)))
        (import "wasi" "digest" (func $raw-digest (param i32 i32 i32 i32 i32)))
        (import "wasi" "send" (func $raw-send (param i32 i32 i32 i32 i32 i32 i32 i32 i32)))
        (func $exists (call $repository-exists (i32.const 2048) (i32.const 8) (i32.const 3000)))
        (func $tags (call $raw-tags (i32.const 2048) (i32.const 8) (i32.const 1) (i32.const 2056) (i32.const 2) (i32.const -1) (i32.const 3000)))
        (func $digest (call $raw-digest (i32.const 2048) (i32.const 8) (i32.const 2056) (i32.const 2) (i32.const 3000)))
        (func $send (call $raw-send (i32.const 2058) (i32.const 3) (i32.const 2061) (i32.const 24)
          (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 3000)))
        (func $must-fail-as (param $case i32)
          (if (i32.ne (i32.load8_u (i32.const 3000)) (i32.const 1)) (then unreachable))
          (if (i32.ne (i32.load8_u (i32.const 3004)) (local.get $case)) (then unreachable)))
        (func $must-succeed (if (i32.load8_u (i32.const 3000)) (then unreachable)))
        (func (export "prepare") (param $push i32) (result i32) (local $round i32) {instructions} {APPROVED})"#
    );
    // Imports come before everything else.
    let (imports, rest): (Vec<_>, Vec<_>) = body.split_inclusive('\n').partition(|line| line.trim_start().starts_with("(import"));
    Guest::new(imports.concat() + &rest.concat())
        .import(HTTP)
        .lowered("tags", "(func $registry \"tags\")")
        .lowered("digest", "(func $registry \"manifest-digest\")")
        .lowered("send", "(func $http \"send\")")
        .package(line)
}

fn ask_capable(guest: &Guest, host: Capable, limits: &Limits) -> (Call, Arc<Capable>) {
    let host = Arc::new(host);
    let sandbox = sandbox();
    let call = block_on(load(&sandbox, guest).prepare(push(), host.clone(), limits));
    let next = block_on(load(&sandbox, &Guest::hook("")).prepare(push(), Arc::new(Host::default()), &Limits::default()));
    assert_eq!(next.answer, Ok(Answer::Approved));
    (call, host)
}

/// Calls so many times.
fn repeat(times: u32, instructions: &str) -> String {
    format!(
        "(local.set $round (i32.const 0))
         (loop {instructions}
           (local.set $round (i32.add (local.get $round) (i32.const 1)))
           (br_if 0 (i32.lt_u (local.get $round) (i32.const {times}))))"
    )
}

#[test]
fn nothing_is_asked_without_a_grant() {
    let functions = [
        (Capability::Registry, "$exists", "exists team/app"),
        (Capability::Registry, "$tags", "tags team/app Some(\"v1\") 1000"),
        (Capability::Registry, "$digest", "digest team/app v1"),
        (Capability::Http, "$send", "GET https://api.example.com/ 0 16777216"),
    ];
    for version in VERSIONS {
        for (capability, function, question) in functions {
            for granted in [&[][..], &[Capability::Registry], &[Capability::Http], &BOTH] {
                let is_granted = granted.contains(&capability);
                let then = if is_granted { "(call $must-succeed)" } else { "(call $must-fail-as (i32.const 0))" };
                // More often than calls are allowed: one without a grant has the same answer for ever.
                let times = if is_granted { 1 } else { 100 };
                let guest = capable(version, &repeat(times, &format!("(call {function}) {then}")));
                let (call, host) = ask_capable(&guest, Capable::granting(granted), &Limits::default());
                let what = format!("{version} {function} with {granted:?}");
                assert_eq!(call.answer, Ok(Answer::Approved), "{what}");
                assert_eq!(host.asked(), if is_granted { vec![question.to_owned()] } else { Vec::new() }, "{what}");
            }
        }
    }
}

#[test]
fn calls_are_counted_over_all_capabilities() {
    let all = "(call $exists) (call $must-succeed) (call $tags) (call $must-succeed)
        (call $digest) (call $must-succeed) (call $send) (call $must-succeed)";
    let over = "(call $exists) (call $must-fail-as (i32.const 1)) (call $tags) (call $must-fail-as (i32.const 1))
        (call $digest) (call $must-fail-as (i32.const 1)) (call $send) (call $must-fail-as (i32.const 2))";
    let guest = capable("0.1.0", &(repeat(16, all) + &repeat(100, over)));
    let (call, host) = ask_capable(&guest, Capable::granting(&BOTH), &Limits::default());
    assert_eq!((call.answer, host.asked().len()), (Ok(Answer::Approved), 64));
}

#[test]
fn a_reply_is_given_whole_or_not_at_all() {
    // 10,002 bytes each, of 25,000.
    let limits = Limits { capability_bytes: 25_000, ..Limits::default() };
    let fits = "(call $send) (call $must-succeed) (if (i32.ne (i32.load (i32.const 3020)) (i32.const 10000)) (then unreachable))";
    let guest =
        capable("0.1.0", &(repeat(2, fits) + "(call $send) (call $must-fail-as (i32.const 2)) (call $exists) (call $must-succeed)"));
    let host = Capable { body: vec![b'x'; 10_000], ..Capable::granting(&BOTH) };
    let (call, host) = ask_capable(&guest, host, &limits);
    assert_eq!(call.answer, Ok(Answer::Approved));
    // The host is told how much is left.
    let left: Vec<_> = host.asked().iter().filter_map(|question| question.rsplit(' ').next()?.parse::<usize>().ok()).collect();
    assert_eq!(left, [25_000, 14_998, 4_996]);
    // Tags count too; and of a page that is longer than it may be, the rest.
    let tags: Vec<String> = (0..1_500).map(|number| format!("{number:04}")).collect();
    let page = "(call $tags) (call $must-succeed) (if (i32.ne (i32.load (i32.const 3008)) (i32.const 1000)) (then unreachable))";
    let guest = capable("0.1.0", &(repeat(6, page) + "(call $tags) (call $must-fail-as (i32.const 1))"));
    let (call, _) = ask_capable(&guest, Capable { tags, ..Capable::granting(&BOTH) }, &limits);
    assert_eq!(call.answer, Ok(Answer::Approved));
}

#[test]
fn a_reply_that_the_guest_cannot_take_is_its_own_failure() {
    // Over a mebibyte, which a guest with memory for it gets.
    let host = || Capable { body: vec![b'x'; 3 << 20], ..Capable::granting(&BOTH) };
    let takes = capable("0.1.0", "(call $send) (call $must-succeed)");
    assert_eq!(ask_capable(&takes, host(), &Limits::default()).0.answer, Ok(Answer::Approved));
    let small = Limits { memory_bytes: 1 << 20, ..Limits::default() };
    let error = ask_capable(&takes, host(), &small).0.answer.unwrap_err();
    assert!(matches!(error, CallError::MemoryLimit { .. }), "{error:?}");
    // One whose allocator fails.
    let mean = r#"(memory (export "memory") 1) (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)"#;
    let error = ask_capable(&capable("0.1.0", "(call $send)").libc(mean), host(), &Limits::default()).0.answer.unwrap_err();
    assert!(matches!(error, CallError::Trap { .. }), "{error:?}");
}

#[test]
fn each_error_has_its_case() {
    let reason = || "why".to_owned();
    for (case, error) in [
        HttpError::NotGranted(reason()),
        HttpError::InvalidRequest(reason()),
        HttpError::LimitExceeded,
        HttpError::TimedOut,
        HttpError::TooLarge,
        HttpError::Unreachable(reason()),
        HttpError::Other(reason()),
    ]
    .into_iter()
    .enumerate()
    {
        let guest = capable("0.1.0", &format!("(call $send) (call $must-fail-as (i32.const {case}))"));
        let host = Capable { refusal: Some(error), ..Capable::granting(&BOTH) };
        assert_eq!(ask_capable(&guest, host, &Limits::default()).0.answer, Ok(Answer::Approved));
    }
}

#[test]
fn a_host_that_does_not_answer_runs_into_the_wall_limit() {
    let limits = Limits { wall: Duration::from_millis(100), ..Limits::default() };
    for function in ["$exists", "$tags", "$digest", "$send"] {
        let host = Capable { delay: Duration::from_secs(3600), ..Capable::granting(&BOTH) };
        let (call, host) = ask_capable(&capable("0.1.0", &format!("(call {function})")), host, &limits);
        assert_eq!((call.answer, host.asked().len()), (Err(CallError::WallLimit { limit: limits.wall }), 1), "{function}");
    }
}

#[test]
fn waiting_for_the_host_is_not_computing() {
    let limits = Limits { compute: Duration::from_millis(100), wall: Duration::from_secs(60), ..Limits::default() };
    let host = Capable { delay: Duration::from_millis(300), ..Capable::granting(&BOTH) };
    let (call, _) = ask_capable(&capable("0.1.0", &repeat(3, "(call $send) (call $must-succeed)")), host, &limits);
    assert_eq!(call.answer, Ok(Answer::Approved));
}

#[test]
fn a_call_can_be_dropped_in_the_middle_of_a_capability() {
    let sandbox = sandbox();
    let host = Arc::new(Capable { delay: Duration::from_secs(3600), ..Capable::granting(&BOTH) });
    let limits = Limits::default();
    for (count, function) in ["$exists", "$tags", "$digest", "$send"].into_iter().enumerate() {
        let flavor = load(&sandbox, &capable("0.1.0", &format!("(call {function})")));
        block_on(async {
            let call = flavor.prepare(push(), host.clone(), &limits);
            assert!(tokio::time::timeout(Duration::from_millis(50), call).await.is_err());
        });
        assert_eq!(host.asked().len(), count + 1, "{function}");
        assert_eq!(ask_with(&sandbox, &Guest::hook(""), &limits).answer, Ok(Answer::Approved));
    }
}
