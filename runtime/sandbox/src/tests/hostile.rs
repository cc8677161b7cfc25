//! What flavors that mean harm get. Each is answered, and [`ask`] then has the same sandbox serve a good one.
//!
//! Where each row of family (a) of what may be done to us is tried:
//!
//! | row | tests |
//! |---|---|
//! | A-01 | [`loops_end`], [`the_time_to_the_answer_is_limited_too`], [`a_loop_of_calls_into_the_host_ends`] |
//! | A-02 | [`loops_end_wherever_code_can_run`] |
//! | A-06 | [`memory_is_limited`], [`all_memories_count_together`], [`a_component_that_begins_too_big_is_not_instantiated`], `bounds::what_is_refused_costs_no_memory` |
//! | A-07 | [`tables_are_limited`], [`the_number_of_instances_memories_and_tables_is_limited`], `bounds::tables_with_wide_indices_are_refused`, `bounds::instances_nested_in_components_are_counted` |
//! | A-08 | [`recursion_without_end_is_a_trap`], `bounds::recursion_inside_a_host_call_is_a_trap` |
//! | A-09 | [`what_crosses_the_boundary_at_once_is_limited`], `bounds::what_is_refused_costs_no_memory` |
//! | A-11, A-13, A-14 | the module `encodings` |
//! | A-15, A-17, A-26 | [`handles_cannot_be_forged_or_used_twice`], [`handles_are_limited`], the module `resources` |
//! | A-18 | [`texts_are_passed_on_as_data`], `bounds::a_reason_is_cut_up_to_the_fuel_and_refused_beyond`; on a terminal: `hooks::a_flavor_cannot_act_on_the_terminal_or_pass_for_pushgate` of the suite |
//! | A-19 | [`a_flood_of_messages_is_counted`], `bounds::a_million_messages_are_counted`; `hooks::a_flood_of_messages_is_one_warning` of the suite |
//! | A-20 | [`what_a_guest_does_wrong_is_a_trap`], `bounds::a_trap_after_host_calls_is_no_approval` |
//! | A-23 | the module `wasi`: nothing but the time of the push, whose clock stands still; `load` for what is not WASI |
//! | A-27 | [`two_calls_at_once_do_not_hinder_each_other`], `bounds::a_good_flavor_is_served_beside_a_greedy_one` |
//! | A-28 | `ordinary::a_call_can_be_dropped_while_the_host_works_for_it`, [`a_spinning_guest_can_be_dropped_and_lets_others_run`] |
//! | A-32 | `capabilities::the_answers_do_not_tell_whether_there_is_a_credential` of the suite; time is out of scope |
//! | A-35 | [`many_small_violations_are_counted`], `bounds::violations_are_kept_up_to_their_number_and_their_bytes` |

use super::guest::{APPROVED, Guest, data, words};
use super::*;
use crate::CallError;

/// Short enough to wait for in a test.
fn impatient() -> Limits {
    Limits { compute: Duration::from_millis(50), ..Limits::default() }
}

pub(super) fn outcome(guest: &Guest, limits: &Limits) -> CallError {
    ask_with(&sandbox(), guest, limits).answer.expect_err("this is no answer")
}

fn assert_compute_limit(guest: &Guest) {
    assert_eq!(outcome(guest, &impatient()), CallError::ComputeLimit { limit: Duration::from_millis(50) });
}

pub(super) fn assert_trap(guest: &Guest, expected: &str) {
    match outcome(guest, &Limits::default()) {
        CallError::Trap { message, last_words: None, .. } => assert!(message.contains(expected), "{message}"),
        other => panic!("not a trap with `{expected}`: {other:?}"),
    }
}

pub(super) fn assert_bad_value(guest: &Guest, expected: &str) {
    match outcome(guest, &Limits::default()) {
        CallError::BadValue { message } => assert!(message.contains(expected), "{message}"),
        other => panic!("not a bad value with `{expected}`: {other:?}"),
    }
}

#[test]
fn loops_end() {
    assert_compute_limit(&Guest::hook("(loop (br 0))"));
    assert_compute_limit(&Guest::hook("(loop (memory.fill (i32.const 0) (i32.const 0) (i32.const 65536)) (br 0))"));
    assert_compute_limit(&Guest::hook("(loop (br_table 0 0 0 (i32.const 1)))"));
    let indirect = "(table 1 funcref) (elem (i32.const 0) $spin) (type $f (func))
        (func $spin (loop (br_if 0 (i32.const 0)))) ";
    let call = "(func (export \"prepare\") (param i32) (result i32) (loop (call_indirect (type $f) (i32.const 0)) (br 0)) (i32.const 0))";
    assert_compute_limit(&Guest::new(format!("{indirect}{call}")));
}

#[test]
fn loops_end_wherever_code_can_run() {
    let approve = format!("(func (export \"prepare\") (param i32) (result i32) {APPROVED})");
    let spin = "(loop (br 0))";
    // In the start function.
    let start = Guest::new(format!("{approve} (func $start {spin}) (start $start)"));
    assert_compute_limit(&start);
    let trial = block_on(load(&sandbox(), &start).trial(&impatient()));
    assert_eq!(trial, Err(CallError::ComputeLimit { limit: Duration::from_millis(50) }));
    // While the host puts a text into the guest's memory.
    let realloc =
        format!("(memory (export \"memory\") 1) (func (export \"realloc\") (param i32 i32 i32 i32) (result i32) {spin} unreachable)");
    assert_compute_limit(&Guest::hook("(call $reference (local.get $push) (i32.const 3000))").libc(&realloc));
    // After the answer.
    let mut post_return = Guest::new(format!("{approve} (func (export \"post\") (param i32) {spin})"));
    post_return = post_return.options("(post-return (core func $main \"post\"))");
    assert_compute_limit(&post_return);
}

#[test]
fn a_loop_of_calls_into_the_host_ends() {
    assert_compute_limit(&Guest::hook("(loop (call $log (i32.const 0) (i32.const 0) (i32.const 0)) (br 0))"));
    let keep_on_dropping = "(loop (call $images (local.get $push) (i32.const 3000)) (br_if 0 (i32.load8_u (i32.const 3000))) (br 0))";
    assert_compute_limit(&Guest::hook(keep_on_dropping));
}

#[test]
fn the_time_to_the_answer_is_limited_too() {
    let limits = Limits { wall: Duration::from_millis(30), compute: Duration::from_secs(60), ..Limits::default() };
    assert_eq!(outcome(&Guest::hook("(loop (br 0))"), &limits), CallError::WallLimit { limit: limits.wall });
}

#[test]
fn a_spinning_guest_can_be_dropped_and_lets_others_run() {
    let flavor = load(&sandbox(), &Guest::hook("(loop (br 0))"));
    let limits = Limits { compute: Duration::from_secs(3600), wall: Duration::from_secs(3600), ..Limits::default() };
    block_on(async {
        let call = flavor.prepare(push(), Arc::new(Host::default()), &limits);
        assert!(tokio::time::timeout(Duration::from_millis(50), call).await.is_err());
    });
}

#[test]
fn memory_is_limited() {
    // A growth that is refused says -1, and a guest that copes with that may go on.
    let copes = Guest::hook("(if (i32.ne (memory.grow (i32.const 65535)) (i32.const -1)) (then unreachable))");
    let call = ask(&copes);
    assert_eq!(call.answer, Ok(Answer::Approved));
    assert_eq!(call.memory_peak, 65_536);

    let gives_up = Guest::hook("(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable");
    let call = ask(&gives_up);
    assert_eq!(call.memory_peak, 64 << 20);
    let error = call.answer.unwrap_err();
    assert_eq!(error.to_string(), "the flavor ran into its limit of 67108864 bytes of memory: wasm `unreachable` instruction executed");
    assert!(matches!(error, CallError::MemoryLimit { .. }), "{error:?}");
}

#[test]
fn all_memories_count_together() {
    let two = Guest::new(format!(
        "(memory $other 600) (func (export \"prepare\") (param i32) (result i32)
            (if (i32.ne (memory.grow 0 (i32.const 600)) (i32.const -1)) (then unreachable)) {APPROVED})"
    ));
    assert_eq!(ask(&two).answer, Ok(Answer::Approved));
}

#[test]
fn a_component_that_begins_too_big_is_not_instantiated() {
    let prepare = format!("(func (export \"prepare\") (param i32) (result i32) {APPROVED})");
    let memory = Guest::new(format!("(memory $huge 65536) {prepare}"));
    match outcome(&memory, &Limits::default()) {
        CallError::MemoryLimit { limit, .. } => assert_eq!(limit, "67108864 bytes of memory"),
        other => panic!("{other:?}"),
    }
    let table = Guest::new(format!("(table 100001 funcref) {prepare}"));
    match outcome(&table, &Limits::default()) {
        CallError::MemoryLimit { limit, .. } => assert_eq!(limit, "100000 table elements"),
        other => panic!("{other:?}"),
    }
    let error = block_on(load(&sandbox(), &table).trial(&Limits::default())).unwrap_err();
    assert!(matches!(error, CallError::MemoryLimit { .. }), "{error:?}");
}

#[test]
fn tables_are_limited() {
    let grow = |by: &str| {
        Guest::new(format!(
            "(table 1 funcref) (func (export \"prepare\") (param i32) (result i32)
              (if (i32.ne (table.grow (ref.null func) (i32.const {by})) (i32.const -1)) (then unreachable)) {APPROVED})"
        ))
    };
    assert_eq!(ask(&grow("2147483647")).answer, Ok(Answer::Approved));
    assert_eq!(ask(&grow("100000")).answer, Ok(Answer::Approved));
    assert!(matches!(ask(&grow("99999")).answer, Err(CallError::Trap { .. })));
}

#[test]
fn the_number_of_instances_memories_and_tables_is_limited() {
    let many = |module: &str, count: usize| {
        Guest::hook("").import(&format!("(core module $m {module}) {}", "(core instance (instantiate $m))".repeat(count)))
    };
    // The allocator and the hook are two instances with one memory.
    let cases = [("", 126, "128 instances"), ("(memory 0)", 15, "16 memories"), ("(table 0 funcref)", 20, "20 tables")];
    for (module, count, limit) in cases {
        let limits = Limits { tables: 20, ..Limits::default() };
        assert_eq!(ask_with(&sandbox(), &many(module, count), &limits).answer, Ok(Answer::Approved), "{limit}");
        match outcome(&many(module, count + 1), &limits) {
            CallError::MemoryLimit { limit: found, .. } => assert_eq!(found, limit),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn recursion_without_end_is_a_trap() {
    assert_trap(&Guest::new("(func $f (export \"prepare\") (param i32) (result i32) (call $f (local.get 0)))"), "call stack exhausted");
    // Deep in the stack, and then into the host and from there into the allocator.
    let deep = Guest::new(
        "(func $f (export \"prepare\") (param i32) (result i32)
          (call $reference (local.get 0) (i32.const 3000)) (call $f (local.get 0)))",
    );
    match outcome(&deep, &Limits::default()) {
        CallError::Trap { .. } | CallError::MemoryLimit { .. } => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_guest_does_wrong_is_a_trap() {
    assert_trap(&Guest::hook("unreachable"), "`unreachable`");
    assert_trap(&Guest::hook("(drop (i32.load (i32.const -1)))"), "out of bounds");
    assert_trap(&Guest::hook("(drop (i32.div_u (i32.const 1) (i32.const 0)))"), "divide by zero");
}

#[test]
fn the_last_error_in_the_log_explains_a_trap() {
    let guest = Guest::new(format!(
        "{} (func (export \"prepare\") (param i32) (result i32)
            (call $log (i32.const 4) (i32.const 2048) (i32.const 11)) unreachable)",
        data(2048, b"no settings")
    ));
    let error = outcome(&guest, &Limits::default());
    assert_eq!(error.to_string(), "the flavor failed: no settings");
    assert!(matches!(error, CallError::Trap { cause: None, .. }), "{error:?}");
}

#[test]
fn an_answer_of_the_wrong_shape_is_a_bad_value() {
    assert_bad_value(&Guest::answer(&data(1024, &[7])), "discriminant");
    assert_bad_value(&Guest::answer(&data(1024, &words(&[1, 4]))), "discriminant");
    assert_bad_value(&Guest::answer(&data(1024, &words(&[0, 1]))), "discriminant");
    // A text past the end of memory, one that is not UTF-8, a list that wraps round, an answer that is not aligned.
    assert_bad_value(&Guest::answer(&data(1024, &words(&[1, 3, 65_530, 10]))), "out of bounds");
    assert_bad_value(&Guest::answer(&format!("{}{}", data(1024, &words(&[1, 3, 2048, 2])), data(2048, b"\xc3\x28"))), "utf-8");
    assert_bad_value(&Guest::answer(&data(1024, &words(&[1, 0, 1100, 0x7fff_ffff]))), "out of bounds");
    assert_bad_value(&Guest::answer(&data(1024, &words(&[1, 0, 1101, 1]))), "not aligned");
    assert_bad_value(&Guest::new("(func (export \"prepare\") (param i32) (result i32) (i32.const 1025))"), "not aligned");
    assert_bad_value(&Guest::new("(func (export \"prepare\") (param i32) (result i32) (i32.const -4))"), "out of bounds");
}

#[test]
fn an_argument_of_the_wrong_shape_is_a_bad_value() {
    assert_bad_value(&Guest::hook("(call $log (i32.const 5) (i32.const 0) (i32.const 0))"), "discriminant");
    assert_bad_value(&Guest::hook("(call $log (i32.const 1) (i32.const 65535) (i32.const 2))"), "out of bounds");
}

#[test]
fn handles_cannot_be_forged_or_used_twice() {
    assert_bad_value(&Guest::hook("(call $reference (i32.const 77) (i32.const 3000))"), "unknown handle index 77");
    let twice = "(call $drop-push (local.get $push)) (call $drop-push (local.get $push))";
    assert_bad_value(&Guest::hook(twice), "unknown handle index");
    let after = "(call $drop-push (local.get $push)) (call $reference (local.get $push) (i32.const 3000))";
    assert_bad_value(&Guest::hook(after), "unknown handle index");
    assert_bad_value(&Guest::hook("(call $platform (local.get $push) (i32.const 3000))"), "handle index 1 used with the wrong type");
}

#[test]
fn handles_are_limited() {
    // One for the push, and two with every call.
    let hoard = Guest::hook("(loop (call $images (local.get $push) (i32.const 3000)) (br 0))");
    let host = || Arc::new(Host { images: vec![image("a"), image("b")], ..Host::default() });
    let call = block_on(load(&sandbox(), &hoard).prepare(push(), host(), &Limits::default()));
    match call.answer {
        Err(CallError::MemoryLimit { limit, .. }) => assert_eq!(limit, "256 handles"),
        other => panic!("{other:?}"),
    }
    // Dropping them makes room.
    let tidy = Guest::new(format!(
        "(func (export \"prepare\") (param $push i32) (result i32) (local $round i32)
            (loop (call $images (local.get $push) (i32.const 3000))
              (call $drop-image (i32.load (i32.load (i32.const 3004))))
              (call $drop-image (i32.load offset=4 (i32.load (i32.const 3004))))
              (local.set $round (i32.add (local.get $round) (i32.const 1)))
              (br_if 0 (i32.lt_u (local.get $round) (i32.const 1000)))) {APPROVED})"
    ));
    let call = block_on(load(&sandbox(), &tidy).prepare(push(), host(), &Limits::default()));
    assert_eq!(call.answer, Ok(Answer::Approved));
}

#[test]
fn what_crosses_the_boundary_at_once_is_limited() {
    let limit = CallError::HostCallLimit { limit: 1 << 20 };
    let log = |length| {
        let call = format!("(call $log (i32.const 0) (i32.const 0) (i32.const {length}))");
        Guest::hook(&format!("(drop (memory.grow (i32.const 1000))) {call}"))
    };
    for length in [(1 << 20) + 1, 60 << 20] {
        assert_eq!(outcome(&log(length), &Limits::default()), limit);
    }
    // A megabyte is cut to what one message may have.
    let call = ask(&log(1 << 20));
    assert_eq!(call.answer, Ok(Answer::Approved));
    assert_eq!(call.log.iter().map(|record| record.message.len()).collect::<Vec<_>>(), [8 << 10]);

    // 2,000 violations whose texts all are the same 60 KB: 240 MB would be copied out of a memory of 256 KiB.
    let violation = words(&[2048, 60_000, 2048, 60_000, 0, 0, 0, 0, 0]);
    let aliasing = Guest::new(format!(
        "{} {} (func (export \"prepare\") (param i32) (result i32) (local $at i32)
            (drop (memory.grow (i32.const 3)))
            (local.set $at (i32.const 65536))
            (loop
              (memory.copy (local.get $at) (i32.const 1100) (i32.const 36))
              (local.set $at (i32.add (local.get $at) (i32.const 36)))
              (br_if 0 (i32.lt_u (local.get $at) (i32.const 137536))))
            {APPROVED})",
        data(1024, &words(&[1, 0, 65_536, 2_000])),
        data(1100, &violation)
    ));
    assert_eq!(outcome(&aliasing, &Limits::default()), limit);
}

#[test]
fn many_small_violations_are_counted() {
    let denial = Guest::new(format!(
        "{} (func (export \"prepare\") (param i32) (result i32) (drop (memory.grow (i32.const 3))) {APPROVED})",
        data(1024, &words(&[1, 0, 65_536, 2_000])),
    ));
    let call = ask(&denial);
    match call.answer {
        Ok(Answer::Denied(violations)) => assert_eq!(violations.len(), 100),
        other => panic!("{other:?}"),
    }
    assert_eq!(call.violations_suppressed, 1_900);
}

#[test]
fn a_flood_of_messages_is_counted() {
    let flood = |length| {
        Guest::new(format!(
            "(func (export \"prepare\") (param i32) (result i32) (local $round i32)
                (loop (call $log (i32.const 2) (i32.const 0) (i32.const {length}))
                  (local.set $round (i32.add (local.get $round) (i32.const 1)))
                  (br_if 0 (i32.lt_u (local.get $round) (i32.const 5000)))) {APPROVED})"
        ))
    };
    let empty = ask(&flood(0));
    assert_eq!((empty.answer, empty.log.len(), empty.log_suppressed), (Ok(Answer::Approved), 1_000, 4_000));
    let long = ask(&flood(1024));
    assert_eq!((long.answer, long.log.len(), long.log_suppressed), (Ok(Answer::Approved), 64, 4_936));
}

#[test]
fn texts_are_passed_on_as_data() {
    let nasty = "\x1b]0;pwn\x07\x1b[2J\r\0\u{202e}\u{2028}ERROR pushgate: ";
    let length = u32::try_from(nasty.len()).unwrap();
    let guest = Guest::answer(&format!("{}{}", data(1024, &words(&[1, 3, 2048, length])), data(2048, nasty.as_bytes())));
    assert_eq!(ask(&guest).answer, Ok(Answer::Other(nasty.to_owned())));
}

#[test]
fn two_calls_at_once_do_not_hinder_each_other() {
    let sandbox = sandbox();
    let (bad, good) = (load(&sandbox, &Guest::hook("(loop (br 0))")), load(&sandbox, &Guest::hook("")));
    let limits = Limits { compute: Duration::from_millis(300), ..Limits::default() };
    let bad_ended = std::sync::atomic::AtomicBool::new(false);
    block_on(async {
        tokio::join!(
            async {
                let call = bad.prepare(push(), Arc::new(Host::default()), &limits).await;
                assert_eq!(call.answer, Err(CallError::ComputeLimit { limit: limits.compute }));
                bad_ended.store(true, Ordering::SeqCst);
            },
            async {
                for _ in 0..10 {
                    let call = good.prepare(push(), Arc::new(Host::default()), &limits).await;
                    assert_eq!(call.answer, Ok(Answer::Approved));
                }
                assert!(!bad_ended.load(Ordering::SeqCst), "the good one had to wait for the bad one");
            }
        );
    });
}
