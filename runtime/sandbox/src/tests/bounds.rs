//! Sizes and numbers, just below a limit and far beyond it.

use super::guest::{APPROVED, Guest, data, words};
use super::hostile::{assert_trap, outcome};
use super::*;
use crate::CallError;

const MIB: usize = 1 << 20;

#[test]
fn tables_with_wide_indices_are_refused() {
    let wide = [
        // A size that only a wide table can have is not even read.
        ("(table i64 9223372036854775808 funcref)", "integer representation too long"),
        ("(table i64 1 funcref)", "memory64"),
        ("(memory $wide i64 1)", "memory64"),
    ];
    for (field, reason) in wide {
        let guest = Guest::new(format!("{field} (func (export \"prepare\") (param i32) (result i32) {APPROVED})"));
        let error = sandbox().load_bytes(&guest.build()).unwrap_err().to_string();
        assert!(error.contains("not a valid WebAssembly component") && error.contains(reason), "{field}: {error}");
    }
}

/// Four levels of components, each of which holds ten of the next one: 10,000 instances with a memory each.
#[test]
fn instances_nested_in_components_are_counted() {
    let mut nested = "(component $c0 (core module $m (memory 0) (table 0 funcref)) (core instance (instantiate $m)))".to_owned();
    for level in 1..=4 {
        let ten = format!("(instance (instantiate $c{}))", level - 1).repeat(10);
        nested = format!("(component $c{level} {nested} {ten})");
    }
    let guest = Guest::hook("").import(&format!("{nested} (instance (instantiate $c4))"));
    match sandbox().load_bytes(&guest.build()) {
        Err(error) => assert!(error.to_string().contains("instance"), "{error}"),
        Ok(flavor) => match block_on(flavor.trial(&Limits::default())) {
            Err(CallError::MemoryLimit { limit, .. }) => assert!(["128 instances", "16 memories"].contains(&limit.as_str()), "{limit}"),
            other => panic!("{other:?}"),
        },
    }
}

#[test]
fn recursion_inside_a_host_call_is_a_trap() {
    // The host puts a text into the memory, and the allocator that it asks for room never comes back.
    let realloc = "(memory (export \"memory\") 1)
        (func $realloc (export \"realloc\") (param i32 i32 i32 i32) (result i32)
          (call $realloc (local.get 0) (local.get 1) (local.get 2) (local.get 3)))";
    assert_trap(&Guest::hook("(call $reference (local.get $push) (i32.const 3000))").libc(realloc), "call stack exhausted");
    // Almost at the end of the stack, and then into the host, at whatever depth that is.
    for reserve in [0, 1, 2, 10, 100] {
        let guest = Guest::new(format!(
            "(global $left (mut i32) (i32.const 0))
             (func $deep (param $push i32) (param $depth i32)
               (if (local.get $depth) (then (call $deep (local.get $push) (i32.sub (local.get $depth) (i32.const 1))))
                 (else (call $reference (local.get $push) (i32.const 3000)))))
             (func (export \"prepare\") (param $push i32) (result i32) (local $depth i32)
               (local.set $depth (i32.const {}))
               (loop (call $deep (local.get $push) (local.get $depth))
                 (local.set $depth (i32.add (local.get $depth) (i32.const 500)))
                 (br 0)) unreachable)",
            10_000 + reserve
        ));
        match outcome(&guest, &Limits::default()) {
            CallError::Trap { message, .. } => assert_eq!(message, "call stack exhausted"),
            CallError::MemoryLimit { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

/// A hook that answers `other` with so many letters.
fn reason(length: usize) -> Guest {
    Guest::new(format!(
        "{} (func (export \"prepare\") (param i32) (result i32)
           (drop (memory.grow (i32.const 200)))
           (memory.fill (i32.const 65536) (i32.const 0x61) (i32.const {length})) {APPROVED})",
        data(1024, &words(&[1, 3, 65_536, u32::try_from(length).unwrap()]))
    ))
}

#[test]
fn a_reason_is_cut_up_to_the_fuel_and_refused_beyond() {
    for length in [0, 8 * 1024 - 1, 8 * 1024, 8 * 1024 + 1, 100_000, MIB - 1, MIB] {
        assert_eq!(ask(&reason(length)).answer, Ok(Answer::Other("a".repeat(length.min(8 * 1024)))), "{length}");
    }
    for length in [MIB + 1, 2 * MIB, 10 * MIB] {
        assert_eq!(outcome(&reason(length), &Limits::default()), CallError::HostCallLimit { limit: MIB }, "{length}");
    }
}

/// A hook that denies with so many violations, whose message is the same text of 200 bytes.
fn violations(count: u32) -> Guest {
    let violation = words(&[2048, 1, 2049, 200, 0, 0, 0, 0, 0]);
    let text = data(2048, &[b'v'; 201]);
    Guest::new(format!(
        "{} {} {text} (func (export \"prepare\") (param i32) (result i32) (local $at i32)
            (drop (memory.grow (i32.const 100)))
            (local.set $at (i32.const 65536))
            (loop
              (memory.copy (local.get $at) (i32.const 1100) (i32.const 36))
              (local.set $at (i32.add (local.get $at) (i32.const 36)))
              (br_if 0 (i32.lt_u (local.get $at) (i32.const {})))) {APPROVED})",
        data(1024, &words(&[1, 0, 65_536, count])),
        data(1100, &violation),
        65_536 + 36 * count
    ))
}

#[test]
fn violations_are_kept_up_to_their_number_and_their_bytes() {
    let call = ask(&violations(2_000));
    let Ok(Answer::Denied(kept)) = call.answer else { panic!("{:?}", call.answer) };
    assert_eq!((kept.len(), call.violations_suppressed), (100, 1_900));
    assert!(kept.iter().all(|violation| violation.message.len() == 200));

    let limits = Limits { violation_bytes: 2_010, ..Limits::default() };
    let call = ask_with(&sandbox(), &violations(2_000), &limits);
    let Ok(Answer::Denied(kept)) = call.answer else { panic!("{:?}", call.answer) };
    assert_eq!((kept.len(), call.violations_suppressed), (10, 1_990), "201 bytes each");

    assert_eq!(outcome(&violations(100_000), &Limits::default()), CallError::HostCallLimit { limit: MIB });
}

#[test]
fn a_million_messages_are_counted() {
    let flood = Guest::new(format!(
        "(func (export \"prepare\") (param i32) (result i32) (local $round i32)
            (loop (call $log (i32.const 3) (i32.const 0) (i32.const 1))
              (local.set $round (i32.add (local.get $round) (i32.const 1)))
              (br_if 0 (i32.lt_u (local.get $round) (i32.const 1000000)))) {APPROVED})"
    ));
    let patient = Limits { compute: Duration::from_secs(60), wall: Duration::from_secs(120), ..Limits::default() };
    let call = ask_with(&sandbox(), &flood, &patient);
    assert_eq!((call.answer, call.log.len(), call.log_suppressed), (Ok(Answer::Approved), 1_000, 999_000));
}

#[test]
fn a_trap_after_host_calls_is_no_approval() {
    for fault in ["unreachable", "(drop (i32.load (i32.const -1)))", "(drop (i32.rem_u (i32.const 1) (i32.const 0)))"] {
        let guest = Guest::new(format!(
            "{} (func (export \"prepare\") (param $push i32) (result i32)
               (call $reference (local.get $push) (i32.const 3000))
               (call $images (local.get $push) (i32.const 3100))
               (call $log (i32.const 2) (i32.const 2048) (i32.const 8))
               (call $drop-push (local.get $push)) {fault} {APPROVED})",
            data(2048, b"approved")
        ));
        let host = Arc::new(Host { images: vec![image("a")], ..Host::default() });
        let call = ask_host(&sandbox(), &guest, Arc::clone(&host), &Limits::default());
        assert!(matches!(call.answer, Err(CallError::Trap { .. })), "{fault}: {:?}", call.answer);
        assert_eq!((call.log.len(), host.asked.load(Ordering::SeqCst)), (1, 1));
    }
}

#[test]
fn a_good_flavor_is_served_beside_a_greedy_one() {
    let sandbox = sandbox();
    let good = load(&sandbox, &Guest::hook("(call $reference (local.get $push) (i32.const 3000))"));
    let eater = "(loop (drop (memory.grow (i32.const 1))) (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br 0))";
    let limits = Limits { compute: Duration::from_secs(2), ..Limits::default() };
    let ended = std::sync::atomic::AtomicBool::new(false);
    for hostile in [Guest::hook("(loop (br 0))"), Guest::hook(eater)] {
        let hostile = load(&sandbox, &hostile);
        ended.store(false, Ordering::SeqCst);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let call = block_on(hostile.prepare(push(), Arc::new(Host::default()), &limits));
                assert_eq!(call.answer, Err(CallError::ComputeLimit { limit: limits.compute }));
                ended.store(true, Ordering::SeqCst);
            });
            let mut served = 0;
            while !ended.load(Ordering::SeqCst) {
                let call = block_on(good.prepare(push(), Arc::new(Host::default()), &Limits::default()));
                assert_eq!(call.answer, Ok(Answer::Approved));
                served += 1;
            }
            assert!(served > 20, "only {served} calls in the two seconds of the other one");
        });
    }
}

/// The most memory that this process ever had, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    1024 * line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap()
}

/// Memory belongs to the whole process, so this test runs itself again in one of its own.
#[test]
fn what_is_refused_costs_no_memory() {
    const NAME: &str = "tests::bounds::what_is_refused_costs_no_memory";
    const ALONE: &str = "PUSHGATE_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let output = command.args(["--exact", NAME]).env(ALONE, "1").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    let prepare = format!("(func (export \"prepare\") (param i32) (result i32) {APPROVED})");
    let hostile = [
        Guest::hook("(drop (memory.grow (i32.const 65535)))"),
        Guest::new(format!("(memory $huge 65536) {prepare}")),
        Guest::new(format!("(table 10000000 funcref) {prepare}")),
        Guest::hook("(drop (memory.grow (i32.const 1000))) (call $log (i32.const 0) (i32.const 0) (i32.const 62914560))"),
        Guest::hook("(call $log (i32.const 0) (i32.const 0) (i32.const 0x40000000))"),
        reason(10 * MIB),
        violations(100_000),
        // A list whose elements all are the same text: 400 MB would be copied out of a memory of 12 MiB.
        Guest::new(format!(
            "{} (func (export \"prepare\") (param i32) (result i32) (drop (memory.grow (i32.const 200)))
               (memory.fill (i32.const 65536) (i32.const 0x01) (i32.const 360000)) {APPROVED})",
            data(1024, &words(&[1, 0, 65_536, 10_000]))
        )),
    ];
    // What the compiler needs is there already.
    let _ = ask(&reason(MIB));
    let before = peak();
    for guest in &hostile {
        let _ = ask(guest);
    }
    let growth = peak() - before;
    assert!(growth < 48 * MIB, "{} MiB more", growth / MIB);
}
