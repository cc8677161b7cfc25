//! What a program that stays does with the sandbox: a pool, several threads, calls that block.

use std::thread;

use super::*;
use crate::{Allocation, CallError, SandboxError};

fn pooled(calls: u16) -> Sandbox {
    Sandbox::new(SandboxOptions { allocation: Allocation::Pooling { calls }, ..SandboxOptions::default() }).unwrap()
}

/// Approves when its memory is as it must be at first, and then writes all over it.
const TIDY: &str = "(if (i32.load (i32.const 60000)) (then unreachable)) (if (i32.ne (memory.size) (i32.const 1)) (then unreachable))
    (drop (memory.grow (i32.const 20)))
    (if (i32.load (i32.const 1300000)) (then unreachable))
    (memory.fill (i32.const 50000) (i32.const 255) (i32.const 1300000))";

#[test]
fn an_instance_out_of_the_pool_is_as_good_as_new() {
    let flavor = load(&pooled(1), &Guest::hook(TIDY));
    for _ in 0..20 {
        assert_eq!(block_on(flavor.prepare(push(), Arc::new(Host::default()), &Limits::default())).answer, Ok(Answer::Approved));
    }
}

#[test]
fn a_pool_serves_whatever_another_guest_did() {
    let sandbox = pooled(1);
    let limits = Limits { compute: Duration::from_millis(50), ..Limits::default() };
    for hostile in ["(loop (br 0))", "unreachable", "(drop (memory.grow (i32.const 65535))) (drop (i32.load (i32.const -1)))"] {
        let call = ask_with(&sandbox, &Guest::hook(hostile), &limits);
        assert!(call.answer.is_err(), "{hostile}: {:?}", call.answer);
    }
    // What the caps allow has room too, and what goes beyond the limit has none.
    let large = Guest::hook("(if (i32.eq (memory.grow (i32.const 16000)) (i32.const -1)) (then unreachable))");
    let limits = Limits { memory_bytes: 1 << 30, ..Limits::default() };
    assert_eq!(ask_with(&sandbox, &large, &limits).answer, Ok(Answer::Approved));
    assert!(matches!(ask_with(&sandbox, &large, &Limits::default()).answer, Err(CallError::MemoryLimit { .. })));
}

#[test]
fn more_calls_than_places_wait_and_their_clocks_do_not_run() {
    let sandbox = pooled(1);
    let (slow, quick) = (load(&sandbox, &Guest::hook("(loop (br 0))")), load(&sandbox, &Guest::hook("")));
    let slowly = Limits { compute: Duration::from_secs(2), ..Limits::default() };
    let quickly = Limits { wall: Duration::from_millis(1500), ..Limits::default() };
    block_on(async {
        let (slow, quick) = tokio::join!(
            slow.prepare(push(), Arc::new(Host::default()), &slowly),
            quick.prepare(push(), Arc::new(Host::default()), &quickly),
        );
        assert_eq!(slow.answer, Err(CallError::ComputeLimit { limit: slowly.compute }));
        assert_eq!(quick.answer, Ok(Answer::Approved));
    });
}

#[test]
fn threads_share_a_sandbox() {
    for sandbox in [sandbox(), pooled(3)] {
        let flavor = load(&sandbox, &Guest::hook(TIDY));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let call = flavor.prepare_blocking(push(), Arc::new(Host::default()), &Limits::default());
                        assert_eq!(call.answer, Ok(Answer::Approved));
                    }
                });
            }
        });
    }
}

#[test]
fn a_call_that_blocks_keeps_its_limits() {
    let flavor = load(&sandbox(), &Guest::hook("(loop (br 0))"));
    let limits = Limits { compute: Duration::from_millis(50), ..Limits::default() };
    let call = flavor.prepare_blocking(push(), Arc::new(Host::default()), &limits);
    assert_eq!(call.answer, Err(CallError::ComputeLimit { limit: limits.compute }));
    assert_eq!(flavor.settings_schema_blocking(&limits), Ok(None));
    // The host's functions may be asynchronous all the same.
    let slow = Arc::new(Host { images: vec![image("linux/amd64")], delay: Duration::from_millis(5), ..Host::default() });
    let asks = load(&sandbox(), &Guest::hook("(call $images (local.get $push) (i32.const 3000))"));
    assert_eq!(asks.prepare_blocking(push(), Arc::clone(&slow) as _, &Limits::default()).answer, Ok(Answer::Approved));
    assert_eq!(slow.asked.load(Ordering::SeqCst), 1);
}

#[test]
fn a_call_that_blocks_refuses_to_block_a_task() {
    let flavor = load(&sandbox(), &Guest::hook(""));
    let call = block_on(async { flavor.prepare_blocking(push(), Arc::new(Host::default()), &Limits::default()) });
    assert!(matches!(call.answer, Err(CallError::Sandbox { .. })), "{:?}", call.answer);
}

#[test]
fn a_pool_that_cannot_be_is_refused() {
    for calls in [0, 257] {
        let error = Sandbox::new(SandboxOptions { allocation: Allocation::Pooling { calls }, ..SandboxOptions::default() }).unwrap_err();
        assert!(matches!(error, SandboxError::PoolSize { calls: found } if found == calls), "{error:?}");
    }
    assert!(pooled(256).load_bytes(&Guest::hook("").build()).is_ok());
}
