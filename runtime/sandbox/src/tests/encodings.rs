//! Texts and values whose bytes are wrong, in each encoding that a component may choose.

use wasmtime::Store;
use wasmtime::component::{Component, Linker};

use super::guest::{APPROVED, Guest, data, words};
use super::hostile::{assert_bad_value, assert_trap};
use super::*;

const UTF16: &str = "string-encoding=utf16";
const COMPACT: &str = "string-encoding=latin1+utf16";
/// In `latin1+utf16`, says that the text is UTF-16.
const TAG: u32 = 1 << 31;

/// A hook that answers `other` with a text at an address, of so many code units.
fn other(encoding: &str, text: &[u8], address: u32, units: u32) -> Guest {
    let answer = Guest::answer(&format!("{}{}", data(1024, &words(&[1, 3, address, units])), data(2048, text)));
    if encoding.is_empty() { answer } else { answer.options(encoding) }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn assert_text(guest: &Guest, expected: &str) {
    assert_eq!(ask(guest).answer, Ok(Answer::Other(expected.to_owned())));
}

#[test]
fn a_text_that_is_not_utf8_is_a_bad_value() {
    let cases: [&[u8]; 9] = [
        b"\x80",
        b"\xc3",
        b"\xc0\x80",         // an overlong NUL
        b"\xe2\x82",         // cut off
        b"\xed\xa0\x80",     // a surrogate
        b"\xf0\x80\x80\x80", // overlong
        b"\xf4\x90\x80\x80", // beyond U+10FFFF
        b"\xff",
        b"good\xfebad",
    ];
    for text in cases {
        assert_bad_value(&other("", text, 2048, u32::try_from(text.len()).unwrap()), "utf-8");
    }
    assert_text(&other("", "ä€🦀\0".as_bytes(), 2048, 10), "ä€🦀\0");
}

#[test]
fn a_text_that_is_not_utf16_is_a_bad_value() {
    assert_text(&other(UTF16, &utf16("ä€🦀"), 2048, 4), "ä€🦀");
    for lone in [[0x00, 0xd8], [0x00, 0xdc], [0xff, 0xdb]] {
        assert_bad_value(&other(UTF16, &lone, 2048, 1), "unpaired surrogate");
    }
    assert_bad_value(&other(UTF16, &[0x00, 0xdc, 0x00, 0xd8], 2048, 2), "unpaired surrogate");
    assert_bad_value(&other(UTF16, &utf16("xx"), 2049, 1), "not aligned");
    assert_bad_value(&other(UTF16, &[], 65_534, 2), "out of bounds");
    assert_bad_value(&other(UTF16, &[], 2048, 0x7fff_ffff), "");
    assert_bad_value(&other(UTF16, &[], 2048, u32::MAX), "");
}

#[test]
fn the_bit_that_tells_latin1_from_utf16_is_believed_and_checked() {
    assert_text(&other(COMPACT, b"caf\xe9", 2048, 4), "café");
    assert_text(&other(COMPACT, &utf16("ä€🦀"), 2048, 4 | TAG), "ä€🦀");
    // Without its bit UTF-16 is Latin-1, which every byte is.
    assert_text(&other(COMPACT, &utf16("ab"), 2048, 4), "a\0b\0");
    // With a bit that is wrong, Latin-1 is UTF-16, which may go beyond what is there.
    assert_text(&other(COMPACT, b"abcd", 2048, 2 | TAG), "\u{6261}\u{6463}");
    assert_bad_value(&other(COMPACT, &[0x00, 0xd8], 2048, 1 | TAG), "unpaired surrogate");
    assert_bad_value(&other(COMPACT, &utf16("x"), 2049, 1 | TAG), "not aligned");
    // Latin-1 has an alignment of two as well.
    assert_bad_value(&other(COMPACT, b"xx", 2049, 1), "not aligned");
    assert_bad_value(&other(COMPACT, &[], 65_534, 2 | TAG), "out of bounds");
    assert_bad_value(&other(COMPACT, &[], 65_534, 3), "out of bounds");
    assert_bad_value(&other(COMPACT, &[], 2048, u32::MAX), "");
}

/// A hook that asks for the reference in an encoding, with an allocator of its own.
fn asks(encoding: &str, realloc: &str) -> Guest {
    let reference = format!("(func $types \"[method]image-push.reference\") {encoding}");
    Guest::new(format!(
        "(import \"wasi\" \"asks\" (func $asks (param i32 i32)))
         (func (export \"prepare\") (param $push i32) (result i32) (call $asks (local.get $push) (i32.const 3000)) {APPROVED})"
    ))
    .libc(&format!(
        "(memory (export \"memory\") 1)
         (func (export \"realloc\") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32) {realloc})"
    ))
    .lowered("asks", &reference)
}

#[test]
fn an_allocator_that_lies_about_where_a_text_goes_is_a_bad_value() {
    for encoding in ["string-encoding=utf8", UTF16, COMPACT] {
        assert_eq!(ask(&asks(encoding, "(i32.const 4096)")).answer, Ok(Answer::Approved), "{encoding}");
        for realloc in ["(i32.const -1)", "(i32.const -2)", "(i32.const 65534)", "(i32.const 0x7ffffffe)"] {
            assert_bad_value(&asks(encoding, realloc), "realloc return: ");
        }
        assert_trap(&asks(encoding, "unreachable"), "unreachable");
    }
    for encoding in [UTF16, COMPACT] {
        assert_bad_value(&asks(encoding, "(i32.const 4097)"), "not aligned");
    }
}

#[test]
fn each_discriminant_of_the_contract_is_checked() {
    let violation = |hint: &[u8]| {
        let fields = [words(&[2048, 1, 2049, 1]), hint.to_vec(), words(&[2050, 1, 0, 0])].concat();
        Guest::answer(&format!("{}{}{}", data(1024, &words(&[1, 0, 1100, 1])), data(1100, &fields), data(2048, b"cmh")))
    };
    assert!(matches!(ask(&violation(&words(&[0]))).answer, Ok(Answer::Denied(_))));
    for hint in [2, 3, 0xff] {
        assert_bad_value(&violation(&words(&[hint])), "discriminant");
    }
    // The result, the refusal, the approval, a level: the first that is none, and the last of its byte.
    for case in [2_u8, 7, 0xff] {
        assert_bad_value(&Guest::answer(&data(1024, &[case])), "discriminant");
    }
    for case in [4, 5, 0xff] {
        assert_bad_value(&Guest::answer(&data(1024, &words(&[1, case]))), "discriminant");
    }
    for case in [1, 0xff] {
        assert_bad_value(&Guest::answer(&data(1024, &words(&[0, case]))), "discriminant");
    }
    for level in ["5", "255", "-1", "0x80000000"] {
        assert_bad_value(&Guest::hook(&format!("(call $log (i32.const {level}) (i32.const 0) (i32.const 0))")), "discriminant");
    }
}

/// Answers one value of a type that the contract does not have. Should it get one, this is how the runtime reads it.
fn lifted<T>(kind: &str, core: &str, value: &str) -> Result<T, String>
where
    T: wasmtime::component::Lift + wasmtime::component::ComponentType + Send + Sync + 'static,
{
    let engine = crate::engine::new(crate::Allocation::OnDemand).unwrap();
    let text = format!(
        "(component
           (core module $m (func (export \"f\") (result {core}) ({core}.const {value})))
           (core instance $i (instantiate $m))
           (func (export \"f\") (result {kind}) (canon lift (core func $i \"f\"))))"
    );
    let component = Component::from_binary(&engine, &wat::parse_str(&text).unwrap()).unwrap();
    let mut store = Store::new(&engine, ());
    store.set_epoch_deadline(1_000);
    let instance = Linker::new(&engine).instantiate(&mut store, &component).unwrap();
    let function = instance.get_typed_func::<(), (T,)>(&mut store, "f").unwrap();
    function.call(&mut store, ()).map(|(value,)| value).map_err(|error| error.root_cause().to_string())
}

#[test]
fn values_that_no_type_has() {
    // Whatever is not zero is true; what is no character traps.
    for (value, expected) in [("0", false), ("1", true), ("2", true), ("-1", true)] {
        assert_eq!(lifted::<bool>("bool", "i32", value), Ok(expected), "{value}");
    }
    assert_eq!(lifted::<char>("char", "i32", "0x1f980"), Ok('🦀'));
    for value in ["0xd800", "0xdfff", "0x110000", "-1"] {
        assert!(lifted::<char>("char", "i32", value).unwrap_err().contains("char"), "{value}");
    }
    // Narrow numbers lose what they can't hold, and no number overflows anything.
    assert_eq!(lifted::<u8>("u8", "i32", "0x1ff"), Ok(255));
    assert_eq!(lifted::<i8>("s8", "i32", "0x80"), Ok(-128));
    assert_eq!(lifted::<u16>("u16", "i32", "-1"), Ok(u16::MAX));
    assert_eq!(lifted::<u32>("u32", "i32", "-1"), Ok(u32::MAX));
    assert_eq!(lifted::<i64>("s64", "i64", "0x8000000000000000"), Ok(i64::MIN));
    assert_eq!(lifted::<u64>("u64", "i64", "-1"), Ok(u64::MAX));
    assert!(lifted::<f64>("f64", "f64", "nan:0x8000000000001").unwrap().is_nan());
    assert!(lifted::<f32>("f32", "f32", "-nan:0x200001").unwrap().is_nan());
    assert_eq!(lifted::<f64>("f64", "f64", "-inf"), Ok(f64::NEG_INFINITY));
}

wasmtime::component::flags!(Colours {
    #[component(name = "red")]
    const RED;
    #[component(name = "blue")]
    const BLUE;
});

#[test]
fn flags_that_are_not_there_are_ignored() {
    assert_eq!(lifted_flags("-1"), Colours::RED | Colours::BLUE);
    assert_eq!(lifted_flags("0xfffffffd"), Colours::RED);
}

/// Flags have a name of their own, so their component does too.
fn lifted_flags(value: &str) -> Colours {
    let engine = crate::engine::new(crate::Allocation::OnDemand).unwrap();
    let text = format!(
        "(component
           (core module $m (func (export \"f\") (result i32) (i32.const {value})))
           (core instance $i (instantiate $m))
           (type $colours-type (flags \"red\" \"blue\"))
           (export $colours \"colours\" (type $colours-type))
           (func (export \"f\") (result $colours) (canon lift (core func $i \"f\"))))"
    );
    let component = Component::from_binary(&engine, &wat::parse_str(&text).unwrap()).unwrap();
    let mut store = Store::new(&engine, ());
    store.set_epoch_deadline(1_000);
    let instance = Linker::new(&engine).instantiate(&mut store, &component).unwrap();
    let function = instance.get_typed_func::<(), (Colours,)>(&mut store, "f").unwrap();
    function.call(&mut store, ()).unwrap().0
}
