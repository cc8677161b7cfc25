//! Handles: kept, spread, hoarded, and calls that come back while they are still running.

use super::guest::{APPROVED, Guest};
use super::hostile::{assert_bad_value, assert_trap, outcome};
use super::*;
use crate::CallError;

const BORROWED: &str = "(param \"push\" (borrow $push)) (result (result $approval (error $refusal)))";

fn assert_too_many_handles(error: &CallError) {
    match error {
        CallError::MemoryLimit { limit, .. } => assert_eq!(limit, "256 handles"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_borrow_that_is_kept_after_the_return_is_a_trap() {
    assert_bad_value(&Guest::hook("").typed(BORROWED), "borrow handles still remain at the end of the call");
    // What was borrowed is not the guest's to give away, and is gone after it was dropped.
    let twice = "(call $drop-push (local.get $push)) (call $drop-push (local.get $push))";
    assert_bad_value(&Guest::hook(twice).typed(BORROWED), "unknown handle index");
}

#[test]
fn handles_from_nowhere_are_refused_whatever_their_number() {
    for forged in ["0", "2", "255", "0x0fffffff", "0x10000000", "0x7fffffff", "-1"] {
        assert_bad_value(&Guest::hook(&format!("(call $reference (i32.const {forged}) (i32.const 3000))")), "handle index");
        assert_bad_value(&Guest::hook(&format!("(call $drop-image (i32.const {forged}))")), "handle index");
    }
    assert_bad_value(&Guest::hook("(call $drop-image (local.get $push))"), "used with the wrong type");
}

/// A resource of the guest's own, made by the start function of a module, so many times.
fn hoarder(count: u32, drops: bool) -> String {
    let drop = if drops { "(call $drop (local.get $made))" } else { "" };
    format!(
        "(component $hoarder
           (type $own (resource (rep i32)))
           (core func $new (canon resource.new $own))
           (core func $drop (canon resource.drop $own))
           (core module $m
             (import \"host\" \"new\" (func $new (param i32) (result i32)))
             (import \"host\" \"drop\" (func $drop (param i32)))
             (func $start (local $round i32) (local $made i32)
               (loop
                 (local.set $made (call $new (local.get $round)))
                 {drop}
                 (local.set $round (i32.add (local.get $round) (i32.const 1)))
                 (br_if 0 (i32.lt_u (local.get $round) (i32.const {count})))))
             (start $start))
           (core instance (instantiate $m (with \"host\" (instance (export \"new\" (func $new)) (export \"drop\" (func $drop)))))))"
    )
}

#[test]
fn a_million_handles_of_the_guests_own_are_refused() {
    let with = |count, drops| Guest::hook("").import(&format!("{} (instance (instantiate $hoarder))", hoarder(count, drops)));
    assert_too_many_handles(&outcome(&with(1_000_000, false), &Limits::default()));
    // Dropping them makes room.
    let patient = Limits { compute: Duration::from_secs(60), wall: Duration::from_secs(60), ..Limits::default() };
    assert_eq!(ask_with(&sandbox(), &with(1_000_000, true), &patient).answer, Ok(Answer::Approved));
}

#[test]
fn handles_that_are_spread_over_inner_instances_count_together() {
    let spread = |instances: usize| {
        Guest::hook("").import(&format!("{} {}", hoarder(10, false), "(instance (instantiate $hoarder))".repeat(instances)))
    };
    assert_eq!(ask(&spread(20)).answer, Ok(Answer::Approved));
    assert_too_many_handles(&outcome(&spread(100), &Limits::default()));
    // A thousand instances are refused before they hold anything.
    match sandbox().load_bytes(&spread(1_000).build()) {
        Err(_) => {}
        Ok(flavor) => {
            let error = block_on(flavor.trial(&Limits::default())).unwrap_err();
            assert!(matches!(error, CallError::MemoryLimit { .. }), "{error:?}");
        }
    }
}

#[test]
fn what_a_guest_left_behind_is_dropped_once_when_it_traps() {
    let images = || vec![image("a"), image("b")];
    for instructions in [
        // Kept, dropped in part, and dropped whole.
        "(call $images (local.get $push) (i32.const 3000)) unreachable",
        "(call $images (local.get $push) (i32.const 3000)) (call $drop-image (i32.load (i32.load (i32.const 3004)))) unreachable",
        "(call $images (local.get $push) (i32.const 3000)) (call $drop-push (local.get $push)) unreachable",
    ] {
        let host = Arc::new(Host { images: images(), ..Host::default() });
        let call = ask_host(&sandbox(), &Guest::hook(instructions), Arc::clone(&host), &Limits::default());
        assert!(matches!(call.answer, Err(CallError::Trap { .. })), "{:?}", call.answer);
        assert_eq!((host.asked.load(Ordering::SeqCst), Arc::strong_count(&host)), (1, 1), "nothing of the call is left");
    }
}

#[test]
fn a_guest_cannot_call_the_host_after_its_answer() {
    let post_return = Guest::new(format!(
        "(func (export \"prepare\") (param i32) (result i32) {APPROVED})
         (func (export \"post\") (param i32) (call $log (i32.const 0) (i32.const 0) (i32.const 0)))"
    ));
    assert_trap(&post_return.options("(post-return (core func $main \"post\"))"), "cannot leave component instance");
}

/// The hook calls an inner component, which calls a function of the outer one that is still running.
#[test]
fn a_component_is_not_entered_while_it_runs() {
    let guest = Guest::new(format!(
        "(type $f (func)) (table (export \"table\") 1 funcref)
         (func (export \"back\"))
         (func (export \"prepare\") (param i32) (result i32) (call_indirect (type $f) (i32.const 0)) {APPROVED})"
    ))
    .field(
        "(func $back (canon lift (core func $main \"back\")))
         (component $inner
           (import \"back\" (func $back))
           (core func $lowered (canon lower (func $back)))
           (core module $m (import \"outer\" \"back\" (func $back)) (func (export \"f\") (call $back)))
           (core instance $i (instantiate $m (with \"outer\" (instance (export \"back\" (func $lowered))))))
           (func (export \"f\") (canon lift (core func $i \"f\"))))
         (instance $inner (instantiate $inner (with \"back\" (func $back))))
         (core func $into (canon lower (func $inner \"f\")))
         (core module $link
           (import \"main\" \"table\" (table 1 funcref)) (import \"inner\" \"f\" (func $f)) (elem (i32.const 0) func $f))
         (core instance (instantiate $link (with \"main\" (instance $main)) (with \"inner\" (instance (export \"f\" (func $into))))))",
    );
    assert_trap(&guest, "cannot enter component instance");
}
