//! What a fuzzer calls: each function takes any bytes, and comes back. The feature `fuzzing` makes them public; the tests run them with a seed.

#[cfg(not(test))]
#[allow(dead_code, clippy::panic, reason = "it is the guest of the tests, of which the functions below use a part")]
#[path = "tests/guest.rs"]
mod guest;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;

#[cfg(test)]
use crate::tests::guest;
use crate::{CallError, Capability, Flavor, FlavorHost, Image, InspectError, Limits, LoadError, Push, Sandbox, SandboxOptions, describe};

/// What is longer is not tried: it would be compiled in this process, and take too long.
const MAX_BYTES: usize = 256 << 10;
/// What a guest of [`lift_host_args`] has of the bytes: so many from this address on.
const INPUT_BYTES: usize = 1_800;
/// Little of everything: a guest may use all of it each time.
fn limits() -> Limits {
    Limits { compute: Duration::from_millis(100), wall: Duration::from_secs(5), memory_bytes: 16 << 20, ..Limits::default() }
}

/// Describes, compiles and asks what may be a component.
///
/// # Panics
/// If it is neither refused nor answers, but breaks the sandbox.
pub fn component_load(bytes: &[u8]) {
    if bytes.len() > MAX_BYTES {
        return;
    }
    let described = describe(bytes);
    let Some(sandbox) = sandbox() else { return };
    match sandbox.load_bytes(bytes) {
        Ok(flavor) => {
            assert!(described.is_ok(), "it is loaded and cannot be described: {described:?}");
            let schema = flavor.settings_schema_blocking(&limits());
            assert!(!matches!(schema, Err(CallError::Sandbox { .. })), "{schema:?}");
            ask(&flavor, String::new());
        }
        Err(error) => assert!(!matches!(error, LoadError::Runtime { .. }), "{error}"),
    }
}

/// Has a guest pass these bytes to the host: as the arguments of a function, as handles, and as its answer, which point wherever the bytes say.
///
/// # Panics
/// If the call neither answers nor fails, but breaks the sandbox.
pub fn lift_host_args(bytes: &[u8]) {
    static GUEST: OnceLock<Option<Flavor>> = OnceLock::new();
    let flavor = GUEST.get_or_init(|| sandbox()?.load_bytes(&guest::Guest::new(PASSES_BYTES).build()).ok());
    assert!(flavor.is_some(), "the guest cannot be loaded");
    // A text of the host has to be UTF-8, so each byte is two letters.
    let letters = bytes.iter().take(INPUT_BYTES).flat_map(|byte| [b'a' + (byte >> 4), b'a' + (byte & 15)]).map(char::from);
    if let Some(flavor) = flavor {
        ask(flavor, letters.collect());
    }
}

/// The first byte says what is done with the words that begin at the fifth; the answer begins at the seventeenth, or where a word says.
const PASSES_BYTES: &str = r#"(func (export "prepare") (param $push i32) (result i32) (local $from i32) (local $to i32) (local $mode i32)
    (call $reference (local.get $push) (i32.const 4000))
    (local.set $from (i32.load (i32.const 4000)))
    (local.set $to (i32.const 1024))
    (block $done (loop $next
      (br_if $done (i32.le_s (i32.load (i32.const 4004)) (i32.const 1)))
      (i32.store8 (local.get $to) (i32.add
        (i32.shl (i32.sub (i32.load8_u (local.get $from)) (i32.const 97)) (i32.const 4))
        (i32.sub (i32.load8_u offset=1 (local.get $from)) (i32.const 97))))
      (local.set $from (i32.add (local.get $from) (i32.const 2)))
      (local.set $to (i32.add (local.get $to) (i32.const 1)))
      (i32.store (i32.const 4004) (i32.sub (i32.load (i32.const 4004)) (i32.const 2)))
      (br $next)))
    (local.set $mode (i32.load8_u (i32.const 1024)))
    (if (i32.and (local.get $mode) (i32.const 1))
      (then (call $log (i32.load (i32.const 1028)) (i32.load (i32.const 1032)) (i32.load (i32.const 1036)))))
    (if (i32.and (local.get $mode) (i32.const 2))
      (then (call $repository-exists (i32.load (i32.const 1028)) (i32.load (i32.const 1032)) (i32.const 4016))))
    (if (i32.and (local.get $mode) (i32.const 4))
      (then (call $images (local.get $push) (i32.const 4032)) (call $platform (i32.load (i32.const 1028)) (i32.const 4048))))
    (if (i32.and (local.get $mode) (i32.const 8)) (then (call $drop-image (i32.load (i32.const 1032)))))
    (if (i32.and (local.get $mode) (i32.const 16)) (then (call $drop-push (i32.load (i32.const 1036)))))
    (if (result i32) (i32.and (local.get $mode) (i32.const 32)) (then (i32.load (i32.const 1036))) (else (i32.const 1040))))"#;

fn sandbox() -> Option<&'static Sandbox> {
    static SANDBOX: OnceLock<Option<Sandbox>> = OnceLock::new();
    SANDBOX.get_or_init(|| Sandbox::new(SandboxOptions::default()).ok()).as_ref()
}

fn ask(flavor: &Flavor, reference: String) {
    let push = Push {
        reference,
        registry: "registry.example.com".to_owned(),
        repository: "team/app".to_owned(),
        tag: None,
        registry_uri: "registry.example.com".to_owned(),
        settings: "{}".to_owned(),
        requested_at: 0,
        dry_run: true,
    };
    let call = flavor.prepare_blocking(push, Arc::new(Host), &limits());
    assert!(!matches!(call.answer, Err(CallError::Sandbox { .. })), "{:?}", call.answer);
}

/// Answers whatever can be asked, with little.
struct Host;

#[async_trait]
impl FlavorHost for Host {
    async fn images(&self) -> Result<Vec<Image>, InspectError> {
        let image = |platform: &str| Image {
            platform: platform.to_owned(),
            labels: Vec::new(),
            config: "{}".to_owned(),
            compressed_size: None,
            uncompressed_size: None,
            annotations: Vec::new(),
        };
        Ok(vec![image("linux/amd64"), image("linux/arm64")])
    }

    fn grants(&self, _capability: Capability) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that are the same in every run.
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 >> 8).unwrap()
        }

        fn bytes(&mut self, count: usize) -> Vec<u8> {
            (0..count).map(|_| u8::try_from(self.next() % 256).unwrap()).collect()
        }
    }

    #[test]
    fn components_with_changes_are_loaded_or_refused() {
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        let whole = guest::Guest::hook("").build();
        component_load(&whole);
        for _ in 0..300 {
            let mut changed = whole.clone();
            for _ in 0..=numbers.next() % 4 {
                let at = numbers.next() % changed.len();
                match numbers.next() % 4 {
                    0 => changed[at] = u8::try_from(numbers.next() % 256).unwrap(),
                    1 => changed[at] ^= 1 << (numbers.next() % 8),
                    2 => drop(changed.remove(at)),
                    _ => changed.insert(at, u8::try_from(numbers.next() % 256).unwrap()),
                }
            }
            component_load(&changed);
        }
        for length in [0, 1, 8, 100, 5_000] {
            component_load(&numbers.bytes(length));
            component_load(&[&whole[..8], &numbers.bytes(length)].concat());
        }
    }

    #[test]
    fn bytes_of_a_guest_are_an_answer_or_an_error() {
        let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
        lift_host_args(&[]);
        for _ in 0..400 {
            let length = numbers.next() % 200;
            lift_host_args(&numbers.bytes(length));
        }
        // Nearly right: an answer of one violation, whose words are changed one after another.
        let violation = [1_088, 3, 1_088, 3, 0, 0, 0, 0, 0];
        let answer: Vec<u32> = [1, 0, 1_056, 1].into_iter().chain(violation).collect();
        let words = [&[0u32, 3, 1_088, 3][..], &answer].concat();
        for changed in 0..words.len() {
            for value in [0, 7, 255, 1_087, 65_535, 0x8000_0000, u32::MAX] {
                for mode in [0, 3, 31, 63] {
                    let mut words = words.clone();
                    words[changed] = value;
                    words[0] = if changed == 0 { value } else { mode };
                    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).chain(*b"abc").collect();
                    lift_host_args(&bytes);
                }
            }
        }
    }
}
