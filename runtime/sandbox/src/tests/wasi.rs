//! What a flavor finds when its language's runtime looks for WASI.

use super::guest::{APPROVED, Guest, data};
use super::*;
use crate::{Absent, CallError, LogLevel, Toolchain, TrapCause};

/// A guest with one imported function of WASI, which the hook calls with these instructions as `$wasi`.
fn with_import(interface: &str, function: &str, types: &str, signature: &str, core: &str, body: &str) -> Guest {
    Guest::new(body.replace("HOOK", &format!("(import \"wasi\" \"f\" (func $wasi {core}))")))
        .import(&format!("(import \"{interface}\" (instance $wasi {types} (export \"{function}\" (func {signature}))))"))
        .lowered("f", &format!("(func $wasi \"{function}\")"))
}

fn hook(instructions: &str) -> String {
    format!("HOOK (func (export \"prepare\") (param $push i32) (result i32) {instructions} {APPROVED})")
}

fn approving() -> String {
    format!("(func (export \"prepare\") (param $push i32) (result i32) {APPROVED})")
}

/// What the runtime says of a trap, and the last words before it.
fn trap(guest: &Guest) -> (String, Option<String>) {
    match ask(guest).answer {
        Err(CallError::Trap { message, last_words, .. }) => (message, last_words),
        other => panic!("no trap: {other:?}"),
    }
}

/// An export that a tool leaves behind.
fn made_by_tool(guest: Guest, export: &str) -> Guest {
    guest.field(&format!("(instance $left) (export \"{export}\" (instance $left))"))
}

#[test]
fn a_trap_has_a_cause_by_the_tool_that_made_the_component() {
    let cause = |guest: Guest| match ask(&guest).answer {
        Err(CallError::Trap { cause, .. }) => cause.unwrap(),
        other => panic!("no trap: {other:?}"),
    };
    let silent = || Guest::hook("unreachable");
    assert_eq!(cause(silent()), TrapCause::Silence(Toolchain::Other));
    assert_eq!(cause(made_by_tool(silent(), "exports")), TrapCause::Silence(Toolchain::Python));
    assert_eq!(cause(made_by_tool(silent(), "init")), TrapCause::Silence(Toolchain::JavaScript));
    let calls = |interface: &str, function: &str| {
        with_import(interface, function, "", "(result u64)", "(result i64)", &hook("(drop (call $wasi))"))
    };
    assert_eq!(cause(made_by_tool(calls("wasi:filesystem/types@0.2.6", "open"), "exports")), TrapCause::FileOrImport);
    // The cause names what is absent, whatever the language.
    for (interface, function, expected) in [
        ("wasi:io/poll@0.2.6", "poll", TrapCause::Absent(Absent::Waiting)),
        ("wasi:clocks/monotonic-clock@0.2.6", "subscribe-duration", TrapCause::Absent(Absent::Waiting)),
        ("wasi:filesystem/types@0.2.6", "open", TrapCause::Absent(Absent::Files)),
        ("wasi:http/outgoing-handler@0.2.6", "handle", TrapCause::Absent(Absent::Network)),
        ("wasi:sockets/network@0.2.6", "f", TrapCause::Absent(Absent::Network)),
        ("wasi:clocks/timezone@0.2.6", "display", TrapCause::OtherWasi),
    ] {
        assert_eq!(cause(calls(interface, function)), expected, "{interface}");
    }
}

#[test]
fn what_a_flavor_must_not_have_traps_by_name_and_only_when_called() {
    let import = |body: &str| with_import("wasi:clocks/timezone@0.2.6", "utc-offset", "", "(result u64)", "(result i64)", body);
    assert_eq!(ask(&import(&hook(""))).answer, Ok(Answer::Approved));
    let message = "it called `wasi:clocks/timezone@0.2.6#utc-offset`, and a flavor gets nothing of WASI".to_owned();
    assert_eq!(trap(&import(&hook("(drop (call $wasi))"))), (message, None));
}

/// What can fail fails: the error comes up where the author asked.
#[test]
fn what_a_flavor_must_not_have_fails_where_there_is_an_error_for_it() {
    let socket = |errors: &str, body: &str| {
        with_import(
            "wasi:sockets/tcp-create-socket@0.2.6",
            "create-tcp-socket",
            &format!(
                "(export \"tcp-socket\" (type $socket (sub resource))) (type $e (enum {errors})) (export \"error-code\" (type $code (eq $e)))"
            ),
            "(result (result (own $socket) (error $code)))",
            "(param i32)",
            body,
        )
    };
    // At 0 whether it is an error, at 4 which.
    let fails = hook(
        "(call $wasi (i32.const 3000)) (if (i32.ne (i32.load8_u (i32.const 3000)) (i32.const 1)) (then unreachable)) \
        (if (i32.ne (i32.load8_u (i32.const 3004)) (i32.const 2)) (then unreachable))",
    );
    assert_eq!(ask(&socket("\"unknown\" \"access-denied\" \"not-supported\"", &fails)).answer, Ok(Answer::Approved));
    let (message, _) = trap(&socket("\"unknown\"", &fails));
    assert!(message.contains("create-tcp-socket"), "{message}");

    let network = "(export \"network\" (type $network (sub resource)))";
    let drops = hook("(drop (call $wasi))");
    let guest =
        with_import("wasi:sockets/instance-network@0.2.6", "instance-network", network, "(result (own $network))", "(result i32)", &drops);
    assert_eq!(ask(&guest).answer, Ok(Answer::Approved));
}

#[test]
fn the_environment_is_empty() {
    let guest = with_import(
        "wasi:cli/environment@0.2.0",
        "get-environment",
        "",
        "(result (list (tuple string string)))",
        "(param i32)",
        &hook("(call $wasi (i32.const 3000)) (if (i32.load (i32.const 3004)) (then unreachable))"),
    );
    assert_eq!(ask(&guest).answer, Ok(Answer::Approved));
}

#[test]
fn random_numbers_are_the_same_in_every_call() {
    let guest = with_import(
        "wasi:random/random@0.2.3",
        "get-random-u64",
        "",
        "(result u64)",
        "(result i64)",
        &hook(
            "(if (i64.ne (call $wasi) (i64.const 0xe220a8397b1dcdaf)) (then unreachable))
             (if (i64.ne (call $wasi) (i64.const 0x6e789e6aa1b965f4)) (then unreachable))",
        ),
    );
    let sandbox = sandbox();
    for _ in 0..2 {
        assert_eq!(ask_with(&sandbox, &guest, &Limits::default()).answer, Ok(Answer::Approved));
    }
}

#[test]
fn exiting_is_no_answer() {
    let exit = |status: u32| {
        with_import(
            "wasi:cli/exit@0.2.6",
            "exit",
            "",
            "(param \"status\" (result))",
            "(param i32)",
            &hook(&format!("(call $wasi (i32.const {status}))")),
        )
    };
    for status in [0, 1] {
        let message = "it exited instead of answering".to_owned();
        assert_eq!(trap(&exit(status)), (message, None));
    }
}

#[test]
fn handles_of_wasi_are_limited_too() {
    let guest = with_import(
        "wasi:cli/stderr@0.2.6",
        "get-stderr",
        "(export \"output-stream\" (type $stream (sub resource)))",
        "(result (own $stream))",
        "(result i32)",
        &hook("(loop (drop (call $wasi)) (br 0))"),
    );
    match ask(&guest).answer {
        Err(CallError::MemoryLimit { limit, .. }) => assert_eq!(limit, "256 handles"),
        other => panic!("{other:?}"),
    }
}

/// A guest that asks the wall clock in its hook.
fn looks_at_the_clock(function: &str, body: &str) -> Guest {
    with_import(
        "wasi:clocks/wall-clock@0.2.6",
        function,
        "(type $t (record (field \"seconds\" u64) (field \"nanoseconds\" u32))) (export \"datetime\" (type $datetime (eq $t)))",
        "(result $datetime)",
        "(param i32)",
        body,
    )
}

/// Traps unless what the clock answers at 3000 is so many seconds, and no nanoseconds.
fn expect(seconds: u64) -> String {
    format!(
        "(call $wasi (i32.const 3000))
         (if (i64.ne (i64.load (i32.const 3000)) (i64.const {seconds})) (then unreachable))
         (if (i32.load (i32.const 3008)) (then unreachable))"
    )
}

#[test]
fn the_wall_clock_stands_at_the_time_of_the_push() {
    let requested_at = push().requested_at;
    assert!(requested_at > 0);
    let twice = expect(requested_at).repeat(2);
    assert_eq!(ask(&looks_at_the_clock("now", &hook(&twice))).answer, Ok(Answer::Approved));
    assert_eq!(ask(&looks_at_the_clock("resolution", &hook(&expect(1)))).answer, Ok(Answer::Approved));
}

/// What a language runs before the hook sees the same clock; without a push, as in a trial, it stands at zero.
#[test]
fn the_wall_clock_is_set_before_the_guest_is_instantiated() {
    let started =
        |seconds: u64| looks_at_the_clock("now", &format!("HOOK (func $start {}) (start $start) {}", expect(seconds), approving()));
    assert_eq!(ask(&started(push().requested_at)).answer, Ok(Answer::Approved));
    let trial = |guest: &Guest| block_on(load(&sandbox(), guest).trial(&Limits::default()));
    assert_eq!(trial(&started(0)), Ok(()));
    assert!(trial(&started(push().requested_at)).is_err());
}

#[test]
fn the_monotonic_clock_stands_still() {
    let body = hook("(if (i64.ne (call $wasi) (i64.const 0)) (then unreachable))");
    let guest = with_import("wasi:clocks/monotonic-clock@0.2.6", "now", "", "(result u64)", "(result i64)", &body);
    assert_eq!(ask(&guest).answer, Ok(Answer::Approved));
}

#[test]
fn what_is_printed_is_logged_and_explains_a_trap() {
    let types = "(export \"output-stream\" (type $stream (sub resource)))";
    let body = format!(
        "{} (import \"wasi\" \"f\" (func $write (param i32 i32 i32) (result i32)))
            (import \"wasi\" \"g\" (func $stderr (result i32)))
            (func (export \"prepare\") (param i32) (result i32)
              (if (call $write (call $stderr) (i32.const 2048) (i32.const 17)) (then (return {APPROVED})))
              unreachable)",
        data(2048, b"panicked at x:1\nw"),
    );
    // Imports come before everything else of a module.
    let (data, rest) = body.split_at(body.find("(import").unwrap());
    let guest = Guest::new(format!("{rest} {data}"))
        .import(&format!(
            "(import \"wasi:io/streams@0.2.6\" (instance $streams {types}
               (export \"[method]output-stream.blocking-write-and-flush\"
                 (func (param \"self\" (borrow $stream)) (param \"contents\" (list u8)) (result (result))))))
             (alias export $streams \"output-stream\" (type $stream))
             (import \"wasi:cli/stderr@0.2.6\" (instance $wasi-stderr (export \"get-stderr\" (func (result (own $stream))))))"
        ))
        .lowered("f", "(func $streams \"[method]output-stream.blocking-write-and-flush\")")
        .lowered("g", "(func $wasi-stderr \"get-stderr\")");
    let call = ask(&guest);
    let last_words = Some("panicked at x:1 w".to_owned());
    let message = "wasm `unreachable` instruction executed".to_owned();
    assert!(
        matches!(call.answer, Err(CallError::Trap { message: found, last_words: words, .. }) if (found == message) && (words == last_words))
    );
    let lines: Vec<_> = call.log.iter().map(|record| (record.level, record.message.as_str())).collect();
    assert_eq!(lines, [(LogLevel::Debug, "panicked at x:1"), (LogLevel::Debug, "w")]);
}

#[test]
fn a_stream_that_is_lent_to_any_function_is_given_back() {
    // What Rust's `println!` does: it asks what the stream can take and makes what would wait for it, before it writes.
    let functions = [
        ("ready", "check-write", "(result (result u64))", "(param i32 i32)"),
        ("subscribe", "subscribe", "(result (own $pollable))", "(param i32) (result i32)"),
        ("flush", "flush", "(result (result))", "(param i32) (result i32)"),
    ];
    let imports: String =
        functions.iter().map(|(name, _, _, core)| format!("(import \"wasi\" \"{name}\" (func ${name} {core}))")).collect();
    let exports: String = functions
        .iter()
        .map(|(_, method, result, _)| {
            format!("(export \"[method]output-stream.{method}\" (func (param \"self\" (borrow $stream)) {result}))")
        })
        .collect();
    let body = format!(
        "{imports} (import \"wasi\" \"stdout\" (func $stdout (result i32)))
         (func (export \"prepare\") (param i32) (result i32) (local $stream i32)
           (local.set $stream (call $stdout))
           (call $ready (local.get $stream) (i32.const 3000))
           (if (i64.eqz (i64.load (i32.const 3008))) (then unreachable))
           (drop (call $subscribe (local.get $stream)))
           (if (call $flush (local.get $stream)) (then unreachable))
           {APPROVED})"
    );
    let mut guest = Guest::new(body).import(&format!(
        "(import \"wasi:io/streams@0.2.6\" (instance $streams
           (export \"output-stream\" (type $stream (sub resource))) (export \"pollable\" (type $pollable (sub resource))) {exports}))
         (alias export $streams \"output-stream\" (type $stream))
         (import \"wasi:cli/stdout@0.2.6\" (instance $wasi-stdout (export \"get-stdout\" (func (result (own $stream))))))"
    ));
    guest = guest.lowered("stdout", "(func $wasi-stdout \"get-stdout\")");
    for (name, method, ..) in functions {
        guest = guest.lowered(name, &format!("(func $streams \"[method]output-stream.{method}\")"));
    }
    assert_eq!(ask(&guest).answer, Ok(Answer::Approved));
}

#[test]
fn a_stub_of_the_wrong_type_is_a_trap_and_no_panic() {
    // An interface of that name, but not of that type: what the host answers does not fit.
    let guest =
        with_import("wasi:cli/environment@0.2.6", "get-environment", "", "(result u32)", "(result i32)", &hook("(drop (call $wasi))"));
    assert!(matches!(ask(&guest).answer, Err(CallError::BadValue { .. })));
    let guest = with_import(
        "wasi:random/random@0.2.6",
        "get-random-bytes",
        "",
        "(param \"len\" u64) (result (list u8))",
        "(param i64 i32)",
        &hook("(call $wasi (i64.const -1) (i32.const 3000))"),
    );
    assert!(matches!(ask(&guest).answer, Err(CallError::Trap { .. })));
}
