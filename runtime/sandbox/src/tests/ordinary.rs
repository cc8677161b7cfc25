//! What flavors that mean well get.

use super::guest::{APPROVED, Guest, data, words};
use super::*;
use crate::{CallError, Capability, LogLevel, Violation};

/// The answer `err(denied([violation]))`, with the given words of details.
fn denial(details: &[u32]) -> Guest {
    let violation = [2048, 10, 2058, 2, 1, 2060, 3];
    let texts = data(2048, b"tag.latestnotrykaxbya");
    let answer = data(1024, &words(&[1, 0, 1100, 1]));
    let list = data(1100, &words(&[&violation[..], &[1200, u32::try_from(details.len() / 4).unwrap()]].concat()));
    let details = data(1200, &words(details));
    Guest::answer(&format!("{texts}{answer}{list}{details}"))
}

#[test]
fn a_flavor_approves() {
    let call = ask(&Guest::hook(""));
    assert_eq!(call.answer, Ok(Answer::Approved));
    assert_eq!((call.log.len(), call.log_suppressed, call.violations_suppressed), (0, 0, 0));
    assert_eq!(call.memory_peak, 65_536);
}

#[test]
fn a_flavor_denies_with_all_that_a_violation_has() {
    // Details at 1200: two pairs of texts, "ka" = "x" and "b" = "ya".
    let call = ask(&denial(&[2063, 2, 2065, 1, 2066, 1, 2067, 2]));
    let details = [("ka".to_owned(), "x".to_owned()), ("b".to_owned(), "ya".to_owned())];
    let violation =
        Violation { code: "tag.latest".to_owned(), message: "no".to_owned(), hint: Some("try".to_owned()), details: details.into() };
    assert_eq!(call.answer, Ok(Answer::Denied(vec![violation])));
}

#[test]
fn a_detail_given_twice_is_a_bad_answer() {
    let call = ask(&denial(&[2063, 2, 2065, 1, 2063, 2, 2067, 1]));
    let message = "the violation `tag.latest` gives the detail `ka` twice".to_owned();
    assert_eq!(call.answer, Err(CallError::BadAnswer { message }));
}

#[test]
fn a_denial_of_nothing_is_a_bad_answer() {
    let call = ask(&Guest::answer(&data(1024, &words(&[1, 0, 0, 0]))));
    let message = "it denied the push without a violation".to_owned();
    assert_eq!(call.answer, Err(CallError::BadAnswer { message }));
}

#[test]
fn the_other_refusals_carry_their_text() {
    let refuse = |case| Guest::answer(&format!("{}{}", data(1024, &words(&[1, case, 2048, 3])), data(2048, b"why")));
    assert_eq!(ask(&refuse(1)).answer, Ok(Answer::Misconfigured("why".to_owned())));
    assert_eq!(ask(&refuse(2)).answer, Ok(Answer::Unavailable("why".to_owned())));
    assert_eq!(ask(&refuse(3)).answer, Ok(Answer::Other("why".to_owned())));
}

/// A hook that answers `other` with what a getter gave at 1032.
fn answer_with(instructions: &str) -> Guest {
    Guest::new(format!(
        "{} (func (export \"prepare\") (param $push i32) (result i32) {instructions} (i32.const 1024))",
        data(1024, &words(&[1, 3]))
    ))
}

#[test]
fn a_getter_gives_what_the_host_gave() {
    let call = ask(&answer_with("(call $reference (local.get $push) (i32.const 1032))"));
    assert_eq!(call.answer, Ok(Answer::Other("registry.example.com/team/app:v1".to_owned())));
}

/// Asks twice for the images and answers with the platform of the second one.
const SECOND_PLATFORM: &str = "
    (call $images (local.get $push) (i32.const 3000))
    (call $images (local.get $push) (i32.const 3000))
    (if (i32.load8_u (i32.const 3000)) (then unreachable))
    (if (i32.ne (i32.load (i32.const 3008)) (i32.const 2)) (then unreachable))
    (call $platform (i32.load (i32.add (i32.load (i32.const 3004)) (i32.const 4))) (i32.const 1032))";

#[test]
fn the_images_are_read_once_and_lent_in_order() {
    let host = Arc::new(Host { images: vec![image("linux/amd64"), image("linux/arm64/v8")], ..Host::default() });
    let flavor = load(&sandbox(), &answer_with(SECOND_PLATFORM));
    let call = block_on(flavor.prepare(push(), host.clone(), &Limits::default()));
    assert_eq!(call.answer, Ok(Answer::Other("linux/arm64/v8".to_owned())));
    assert_eq!(host.asked.load(Ordering::SeqCst), 1);
}

#[test]
fn a_guest_of_the_version_that_has_them_sees_the_sizes() {
    // An option of a u64 is a byte that says whether there is one, and eight bytes further on the number.
    let sizes = |packed: Option<u64>, unpacked: Option<u64>| {
        let expect = |at: u32, size: Option<u64>| match size {
            Some(size) => format!(
                "(if (i32.ne (i32.load8_u (i32.const {at})) (i32.const 1)) (then unreachable))
                 (if (i64.ne (i64.load offset=8 (i32.const {at})) (i64.const {size})) (then unreachable))"
            ),
            None => format!("(if (i32.load8_u (i32.const {at})) (then unreachable))"),
        };
        let body = format!(
            r#"(import "wasi" "packed" (func $packed (param i32 i32)))
            (import "wasi" "unpacked" (func $unpacked (param i32 i32)))
            (func (export "prepare") (param $push i32) (result i32) (local $image i32)
              (call $images (local.get $push) (i32.const 3000))
              (local.set $image (i32.load (i32.load (i32.const 3004))))
              (call $packed (local.get $image) (i32.const 3200))
              (call $unpacked (local.get $image) (i32.const 3400))
              {} {} {APPROVED})"#,
            expect(3200, packed),
            expect(3400, unpacked)
        );
        Guest::new(body)
            .method("compressed-size", "(option u64)")
            .method("uncompressed-size", "(option u64)")
            .lowered("packed", "(func $types \"[method]image.compressed-size\")")
            .lowered("unpacked", "(func $types \"[method]image.uncompressed-size\")")
            .package("0.1.1")
    };
    for (compressed_size, uncompressed_size) in [(None, None), (Some(0), Some(u64::MAX)), (Some(1 << 40), None), (None, Some(7))] {
        let host = Host { images: vec![Image { compressed_size, uncompressed_size, ..image("linux/amd64") }], ..Host::default() };
        let flavor = load(&sandbox(), &sizes(compressed_size, uncompressed_size));
        assert_eq!(block_on(flavor.prepare(push(), Arc::new(host), &Limits::default())).answer, Ok(Answer::Approved));
    }
}

/// An address that nothing is written to: the answer `ok(approved)` of a guest whose answer at 1024 is another one.
const NOTHING_SAID: &str = "(i32.const 1600)";

/// A guest of 0.1.2 that answers with the digest of the push, or with what stands in the way of it.
fn that_asks_for_the_digest() -> Guest {
    // At 3000 the result, at 3004 the case of the option or of the error, at 3008 its text.
    let answer = data(1024, &words(&[1, 3]));
    Guest::new(format!(
        r#"{answer} (import "wasi" "digest" (func $digest (param i32 i32)))
        (func (export "prepare") (param $push i32) (result i32)
          (call $digest (local.get $push) (i32.const 3000))
          (i64.store (i32.const 1032) (i64.load (i32.const 3008)))
          (if (i32.load8_u (i32.const 3000)) (then (return (i32.const 1024))))
          (if (i32.load8_u (i32.const 3004)) (then (return (i32.const 1024))))
          {NOTHING_SAID})"#
    ))
    .push_method("digest", "(result (option string) (error $inspect-error))")
    .lowered("digest", "(func $types \"[method]image-push.digest\")")
    .package("0.1.2")
}

#[test]
fn a_guest_of_the_version_that_has_it_sees_the_digest_of_the_push() {
    let digest = format!("sha256:{}", "5".repeat(64));
    let source_failed = || Some(InspectError::Unavailable("no daemon".to_owned()));
    let cases = [
        (Host { digest: Some(digest.clone()), ..Host::default() }, Answer::Other(digest)),
        (Host::default(), Answer::Approved),
        (Host { error: source_failed(), ..Host::default() }, Answer::Other("no daemon".to_owned())),
    ];
    let flavor = load(&sandbox(), &that_asks_for_the_digest());
    for (host, expected) in cases {
        assert_eq!(block_on(flavor.prepare(push(), Arc::new(host), &Limits::default())).answer, Ok(expected));
    }
}

#[test]
fn a_guest_of_the_version_that_has_them_sees_the_annotations() {
    // At 3200 the list, at 3204 its length; an element is two texts, of which the second is what the guest answers with.
    let answer = data(1024, &words(&[1, 3]));
    let guest = Guest::new(format!(
        r#"{answer} (import "wasi" "annotations" (func $annotations (param i32 i32)))
        (func (export "prepare") (param $push i32) (result i32) (local $image i32)
          (call $images (local.get $push) (i32.const 3000))
          (local.set $image (i32.load (i32.load (i32.const 3004))))
          (call $annotations (local.get $image) (i32.const 3200))
          (if (i32.eqz (i32.load (i32.const 3204))) (then (return {NOTHING_SAID})))
          (if (i32.ne (i32.load (i32.const 3204)) (i32.const 2)) (then unreachable))
          (i64.store (i32.const 1032) (i64.load offset=24 (i32.load (i32.const 3200))))
          (i32.const 1024))"#
    ))
    .method("annotations", "(list (tuple string string))")
    .lowered("annotations", "(func $types \"[method]image.annotations\")")
    .package("0.1.2");
    let flavor = load(&sandbox(), &guest);
    let two = vec![("a".to_owned(), "1".to_owned()), ("b".to_owned(), "two\u{202e}".to_owned())];
    for (annotations, expected) in [(Vec::new(), Answer::Approved), (two, Answer::Other("two\u{202e}".to_owned()))] {
        let host = Host { images: vec![Image { annotations, ..image("linux/amd64") }], ..Host::default() };
        assert_eq!(block_on(flavor.prepare(push(), Arc::new(host), &Limits::default())).answer, Ok(expected));
    }
}

#[test]
fn a_source_that_fails_is_an_error_of_the_contract() {
    // At 3000 the result, at 3004 the case of the error, at 3008 its text.
    let guest = answer_with(
        "(call $images (local.get $push) (i32.const 3000))
         (if (i32.ne (i32.load8_u (i32.const 3000)) (i32.const 1)) (then unreachable))
         (if (i32.ne (i32.load8_u (i32.const 3004)) (i32.const 2)) (then unreachable))
         (i64.store (i32.const 1032) (i64.load (i32.const 3008)))",
    );
    let host = Host { error: Some(InspectError::Unavailable("no daemon".to_owned())), ..Host::default() };
    let call = block_on(load(&sandbox(), &guest).prepare(push(), Arc::new(host), &Limits::default()));
    assert_eq!(call.answer, Ok(Answer::Other("no daemon".to_owned())));
}

#[test]
fn reading_the_images_does_not_count_as_the_hooks_time() {
    let host = Host { images: vec![image("a"), image("b")], delay: Duration::from_millis(1_200), ..Host::default() };
    let limits = Limits { wall: Duration::from_secs(1), ..Limits::default() };
    let call = block_on(load(&sandbox(), &answer_with(SECOND_PLATFORM)).prepare(push(), Arc::new(host), &limits));
    assert_eq!(call.answer, Ok(Answer::Other("b".to_owned())));
}

#[test]
fn a_call_can_be_dropped_while_the_host_works_for_it() {
    let sandbox = sandbox();
    let flavor = load(&sandbox, &answer_with(SECOND_PLATFORM));
    let host = Arc::new(Host { delay: Duration::from_secs(3600), ..Host::default() });
    let limits = Limits::default();
    block_on(async {
        let call = flavor.prepare(push(), host.clone(), &limits);
        assert!(tokio::time::timeout(Duration::from_millis(50), call).await.is_err());
    });
    assert_eq!(host.asked.load(Ordering::SeqCst), 1);
    assert_eq!(ask_with(&sandbox, &Guest::hook(""), &Limits::default()).answer, Ok(Answer::Approved));
}

#[test]
fn messages_reach_the_host_and_the_call() {
    let guest = Guest::new(format!(
        "{} (func (export \"prepare\") (param i32) (result i32)
            (call $log (i32.const 3) (i32.const 2048) (i32.const 5))
            (call $log (i32.const 0) (i32.const 2048) (i32.const 1))
            (i32.const 1024))",
        data(2048, b"hello")
    ));
    let host = Arc::new(Host::default());
    let call = block_on(load(&sandbox(), &guest).prepare(push(), host.clone(), &Limits::default()));
    let expected =
        [LogRecord { level: LogLevel::Warn, message: "hello".to_owned() }, LogRecord { level: LogLevel::Trace, message: "h".to_owned() }];
    assert_eq!(call.log, expected);
    assert_eq!(*host.logged.lock().unwrap(), expected);
}

#[test]
fn a_capability_is_listed_and_not_granted() {
    let guest = Guest::hook(
        "(call $repository-exists (i32.const 2048) (i32.const 4) (i32.const 3000))
         (if (i32.ne (i32.load8_u (i32.const 3000)) (i32.const 1)) (then unreachable))
         (if (i32.load8_u (i32.const 3004)) (then unreachable))",
    );
    let flavor = load(&sandbox(), &guest);
    assert_eq!(flavor.capabilities(), [Capability::Registry]);
    let call = block_on(flavor.prepare(push(), Arc::new(Host::default()), &Limits::default()));
    assert_eq!(call.answer, Ok(Answer::Approved));
}

/// A guest that exports a schema of so many bytes.
fn with_schema(bytes: u32) -> Guest {
    Guest::new(format!(
        "{} (func (export \"prepare\") (param i32) (result i32) (i32.const 1024))
            (func (export \"schema\") (result i32)
              (drop (memory.grow (i32.const 30)))
              (memory.fill (i32.const 40000) (i32.const 0x7b) (i32.const {bytes}))
              (i32.const 1800))",
        data(1800, &words(&[40_000, bytes]))
    ))
    .field(
        "(func $schema (result string) (canon lift (core func $main \"schema\") (memory $memory)))
         (instance $settings (export \"schema\" (func $schema)))
         (export \"pushgate:flavor/settings@0.1.0\" (instance $settings))",
    )
}

#[test]
fn the_settings_schema_is_optional_and_bounded() {
    let sandbox = sandbox();
    let limits = Limits::default();
    let none = load(&sandbox, &Guest::hook(""));
    assert!(!none.has_settings_schema());
    assert_eq!(block_on(none.settings_schema(&limits)), Ok(None));

    let some = load(&sandbox, &with_schema(262_144));
    assert!(some.has_settings_schema());
    assert_eq!(block_on(some.settings_schema(&limits)), Ok(Some("{".repeat(262_144))));

    let too_long = block_on(load(&sandbox, &with_schema(262_145)).settings_schema(&limits)).unwrap_err();
    let message = "the flavor gave a bad answer: its settings schema has 262145 bytes, more than the 262144 that are allowed";
    assert_eq!(too_long.to_string(), message);
    let far_too_long = block_on(load(&sandbox, &with_schema(1_500_000)).settings_schema(&limits));
    assert_eq!(far_too_long, Err(CallError::HostCallLimit { limit: 1 << 20 }));
}

#[test]
fn a_hook_may_borrow_the_push() {
    let guest = Guest::hook("(call $drop-push (local.get $push))")
        .typed("(param \"push\" (borrow $push)) (result (result $approval (error $refusal)))");
    assert_eq!(ask(&guest).answer, Ok(Answer::Approved));
}

#[test]
fn a_call_can_run_on_another_thread() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    let flavor = load(&sandbox(), &Guest::hook(""));
    let limits = Limits::default();
    let call = assert_send(flavor.prepare(push(), Arc::new(Host::default()), &limits));
    assert_eq!(block_on(call).answer, Ok(Answer::Approved));
    block_on(assert_send(flavor.trial(&limits))).unwrap();
    assert_eq!(block_on(assert_send(flavor.settings_schema(&limits))), Ok(None));
}
