//! What is not a flavor, and how it is told.

use super::guest::Guest;
use super::*;
use crate::{Capability, ComponentDigest, LoadError, describe};

fn refused(bytes: &[u8]) -> LoadError {
    match sandbox().load_bytes(bytes) {
        Ok(_) => panic!("this was loaded"),
        Err(error) => error,
    }
}

fn assert_refused(guest: &Guest, message: &str) {
    let error = refused(&guest.build());
    assert_eq!(error.to_string(), message);
    assert!(
        matches!(
            error,
            LoadError::OtherContract { .. }
                | LoadError::MissingExport { .. }
                | LoadError::WrongType { .. }
                | LoadError::UnknownImport { .. }
        ),
        "{error:?}"
    );
}

#[test]
fn a_wrong_type_names_the_interface_and_both_types() {
    let wrong = Guest::new("(func (export \"prepare\") (param i32 i32) (result i32) (i32.const 0))")
        .typed("(param \"push\" (own $push)) (param \"n\" u32) (result string)");
    assert_refused(
        &wrong,
        "the export `pushgate:flavor/prepare-image-push@0.1.0#prepare` has the wrong type: expected `func(image-push) -> \
         result<enum { approved }, variant { denied(list<record { code: string, message: string, hint: option<string>, details: \
         list<tuple<string, string>> }>), misconfigured(string), unavailable(string), other(string) }>`, found `func(image-push, u32) \
         -> string`",
    );
    let error = |hook_type: &str, parameter: &str| match refused(&Guest::hook_with(parameter).typed(hook_type).build()) {
        LoadError::WrongType { found, .. } => found,
        other => panic!("{other:?}"),
    };
    assert_eq!(error("(param \"image\" (own $image)) (result string)", "i32"), "func(image) -> string");
    assert_eq!(error("(param \"x\" bool) (result (result string))", "i32"), "func(bool) -> result<string>");
    assert_eq!(error("(param \"x\" f32) (result (result (error string)))", "f32"), "func(f32) -> result<_, string>");
    assert_eq!(error("(param \"x\" s64) (result (option (tuple string u8)))", "i64"), "func(s64) -> option<tuple<string, u8>>");
}

#[test]
fn a_hook_that_returns_only_a_refusal_is_told_from_the_contracts() {
    let guest = Guest::hook("").typed("(param \"push\" (own $push)) (result (result (error $refusal)))");
    match refused(&guest.build()) {
        LoadError::WrongType { found, .. } => assert!(found.starts_with("func(image-push) -> result<_, variant { denied("), "{found}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_type_of_exponential_size_is_cut() {
    let mut types = "(type $t0 (tuple string string))".to_owned();
    for level in 1..12 {
        types.push_str(&format!("(type $t{level} (tuple $t{} $t{0}))", level - 1));
    }
    let guest = Guest::hook("").import(&types).typed("(param \"push\" (own $push)) (result $t11)");
    match refused(&guest.build()) {
        LoadError::WrongType { found, .. } => assert!(found.len() <= 2_003 && found.ends_with('…'), "{found}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_missing_export_says_what_there_is() {
    assert_refused(
        &Guest::hook("").exported_as("other:thing/hook@1.0.0"),
        "the component does not export `pushgate:flavor/prepare-image-push@0.1.2`: it exports `other:thing/hook@1.0.0`",
    );
    assert_refused(
        &Guest::hook("").function("ask"),
        &format!(
            "the export `pushgate:flavor/prepare-image-push@0.1.0#prepare` has the wrong type: expected `{}`, found `no such function`",
            crate::bindings::v0_1::HOOK_TYPE
        ),
    );
    let empty = wat::parse_str("(component)").unwrap();
    let message = "the component does not export `pushgate:flavor/prepare-image-push@0.1.2`: it exports nothing";
    assert_eq!(refused(&empty).to_string(), message);
}

#[test]
fn another_line_of_the_contract_is_told_by_name() {
    for version in ["0.2.0", "1.0.0", "0.1.0-rc.1"] {
        assert_refused(
            &Guest::hook("").package(version),
            &format!(
                "the component speaks `pushgate:flavor/prepare-image-push@{version}`, which this version of pushgate does not know: it \
                 supports `pushgate:flavor@0.1.2`"
            ),
        );
    }
}

#[test]
fn a_compatible_version_is_served() {
    let newer = Guest::hook("").package("0.1.9");
    assert_eq!(load(&sandbox(), &newer).contract(), "pushgate:flavor@0.1.9");
    assert_eq!(ask(&newer).answer, Ok(Answer::Approved));
    // A method that this version does not have is told when the flavor is loaded, and not when it calls it.
    let asks_more = refused(&Guest::hook("").method("colour", "string").package("0.1.9").build());
    assert!(matches!(&asks_more, LoadError::WrongImport { item, .. } if item == "pushgate:flavor/types@0.1.9"), "{asks_more}");
}

#[test]
fn an_unknown_import_is_named() {
    assert_refused(
        &Guest::hook("").import("(import \"evil:secrets/read@1.0.0\" (instance (export \"all\" (func (result string)))))"),
        "the component imports the interface `evil:secrets/read@1.0.0`, which this version of pushgate does not give: it supports \
         `types`, `log`, `registry` and `http` of `pushgate:flavor@0.1.2`",
    );
    assert_refused(
        &Guest::hook("").import("(import \"run\" (func))"),
        "the component imports the function `run`, which this version of pushgate does not give: it supports `types`, `log`, \
         `registry` and `http` of `pushgate:flavor@0.1.2`",
    );
    // An interface with nothing in it would need no answer, and is refused all the same.
    let empty = refused(&Guest::hook("").import("(import \"pushgate:flavor/secrets@0.1.4\" (instance))").build());
    assert!(matches!(empty, LoadError::UnknownImport { .. }), "{empty}");
}

#[test]
fn an_import_with_another_type_is_named() {
    let error = refused(
        &Guest::hook("")
            .import("(import \"pushgate:flavor/http@0.1.0\" (instance (export \"fetch\" (func (param \"url\" string)))))")
            .build(),
    );
    match &error {
        LoadError::WrongImport { item, message } => {
            assert_eq!(item, "pushgate:flavor/http@0.1.0");
            assert!(!message.is_empty());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_component_cut_short_anywhere_is_refused() {
    let bytes = Guest::hook("").build();
    let sandbox = sandbox();
    for length in (0..bytes.len()).step_by(7) {
        let error = match sandbox.load_bytes(&bytes[..length]) {
            // All that is missing is a custom section: names, which mean nothing.
            Ok(_) if bytes[length] == 0 => continue,
            Ok(_) => panic!("{length} of {} bytes were loaded", bytes.len()),
            Err(error) => error,
        };
        let expected = matches!(
            error,
            LoadError::NotWasm { .. } | LoadError::Truncated { .. } | LoadError::Invalid { .. } | LoadError::MissingExport { .. }
        );
        assert!(expected, "{length}: {error}");
    }
    let error = refused(&bytes[..bytes.len() - 20]);
    assert!(matches!(error, LoadError::Truncated { .. }), "{error}");
}

#[test]
fn a_component_with_a_byte_changed_is_loaded_or_refused() {
    let bytes = Guest::hook("").build();
    let sandbox = sandbox();
    for at in (8..bytes.len()).step_by(23) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x15;
        // Neither a panic nor a defect of the runtime, whatever the byte was.
        if let Err(error) = sandbox.load_bytes(&changed) {
            assert!(!matches!(error, LoadError::Runtime { .. }), "{at}: {error}");
        }
    }
}

#[test]
fn a_core_module_text_and_machine_code_are_told_apart() {
    let module = wat::parse_str("(module)").unwrap();
    assert_eq!(refused(&module).to_string(), "not a WebAssembly component but a core module");
    assert!(matches!(refused(&module), LoadError::CoreModule { language: None }));
    let compiled = |language: &str| wat::parse_str(format!("(module (@producers (language \"{language}\" \"1\")))")).unwrap();
    for language in ["Go", "C11", "Rust"] {
        let error = refused(&compiled(language));
        assert_eq!(error.to_string(), format!("not a WebAssembly component but a core module, compiled from {language} 1"));
        assert!(matches!(&error, LoadError::CoreModule { language: Some(found) } if *found == format!("{language} 1")), "{error:?}");
    }
    // What follows it may be anything.
    let cut = [compiled("Go"), b"\xff\xff\xff".to_vec()].concat();
    assert!(matches!(refused(&cut), LoadError::CoreModule { language: Some(_) }));
    assert!(matches!(refused(Guest::hook("").wat().as_bytes()), LoadError::Text));
    let engine = crate::engine::new(crate::Allocation::OnDemand).unwrap();
    let machine_code = engine.precompile_component(&Guest::hook("").build()).unwrap();
    assert!(matches!(refused(&machine_code), LoadError::Precompiled));
}

#[test]
fn proposals_that_are_switched_off_are_refused() {
    let prepare = "(func (export \"prepare\") (param i32) (result i32) (i32.const 1024))";
    for (proposal, body) in [
        ("gc", "(type $s (struct (field i32))) (func (drop (struct.new $s (i32.const 1))))"),
        ("function references", "(type $f (func)) (func (param (ref $f)) (call_ref $f (local.get 0)))"),
        ("exceptions", "(tag $e) (func (throw $e))"),
        ("threads", "(memory 1 1 shared)"),
        ("memory64", "(memory i64 1)"),
        ("table64", "(table i64 1 funcref)"),
        ("stack switching", "(type $f (func)) (type $c (cont $f)) (func (drop (cont.new $c (ref.null $f))))"),
        ("custom page sizes", "(memory 1 (pagesize 1))"),
        ("wide arithmetic", "(func (i64.add128 (i64.const 1) (i64.const 1) (i64.const 1) (i64.const 1)) drop drop)"),
        ("shared everything", "(global (shared i32) (i32.const 0))"),
    ] {
        let error = refused(&Guest::new(format!("{body} {prepare}")).build());
        assert!(matches!(error, LoadError::Invalid { .. }), "{proposal}: {error}");
    }
    for (proposal, field) in [
        ("async functions", "(type (func async))"),
        ("streams", "(type (stream u8))"),
        ("futures", "(type (future u8))"),
        ("error context", "(type (list error-context))"),
        ("maps", "(type (map string string))"),
        ("fixed-length lists", "(type (list string 4))"),
    ] {
        let error = refused(&Guest::hook("").field(field).build());
        assert!(matches!(error, LoadError::Invalid { .. }), "{proposal}: {error}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    let mut nested = b"\0asm\x0d\0\x01\0".to_vec();
    for _ in 0..5_000 {
        // A section that holds a component: its size has five bytes, whatever it is.
        let size = u32::try_from(nested.len()).unwrap();
        let mut outer = b"\0asm\x0d\0\x01\0\x04".to_vec();
        outer.extend((0..5).map(|index| u8::try_from(size >> (7 * index) & 0x7f).unwrap() | if index < 4 { 0x80 } else { 0 }));
        nested.splice(..0, outer);
    }
    let flavor = [Guest::hook("").build(), nested[8..].to_vec()].concat();
    let error = refused(&flavor);
    assert_eq!(error.to_string(), "not a valid WebAssembly component: components are nested more than 100 deep in it");
}

#[test]
fn names_of_any_length_are_cut() {
    let long = format!("a{}", "b".repeat(50_000));
    let error = refused(&Guest::hook("").import(&format!("(import \"{long}\" (func))")).build());
    assert!(error.to_string().len() < 600, "{}", error.to_string().len());
}

#[test]
fn bytes_are_read_only_when_needed_and_must_be_those_asked_for() {
    let sandbox = sandbox();
    let (wanted, other) = (Guest::hook("").build(), Guest::hook("nop").build());
    let digest = ComponentDigest::of(&wanted);
    let flavor = sandbox.load(&digest, || Ok(wanted.clone())).unwrap();
    assert_eq!(*flavor.digest(), digest);
    let error = sandbox.load(&digest, || Ok(other.clone())).err().unwrap();
    assert_eq!(
        error.to_string(),
        format!("the component {digest} is damaged: what was read has the digest {}", ComponentDigest::of(&other))
    );
    let error = sandbox.load::<Vec<u8>>(&digest, || Err(std::io::ErrorKind::NotFound.into())).err().unwrap();
    assert_eq!(error.to_string(), format!("cannot read the component {digest}"));
}

#[test]
fn a_description_needs_no_code_of_the_component() {
    // Its start function would trap.
    let guest = Guest::new("(func (export \"prepare\") (param i32) (result i32) (i32.const 0)) (func $s unreachable) (start $s)").field(
        "(@custom \"version\" \"1.2.3\") (@custom \"description\" \"Forbids things.\")
         (@producers (language \"Rust\" \"2024\") (processed-by \"wit-component\" \"0.254.2\") (processed-by \"rustc\" \"1.95.0\"))",
    );
    let wat = guest.wat().replacen("(component", "(component (@name \"forbid-things\")", 1);
    let bytes = wat::parse_str(&wat).unwrap();
    let description = describe(&bytes).unwrap();
    assert_eq!(description.name.as_deref(), Some("forbid-things"));
    assert_eq!(description.version.as_deref(), Some("1.2.3"));
    assert_eq!(description.description.as_deref(), Some("Forbids things."));
    assert_eq!(description.contract, "pushgate:flavor@0.1.0");
    assert_eq!(description.capabilities, [Capability::Registry]);
    assert!(!description.has_settings_schema);
    assert_eq!(description.language.as_deref(), Some("Rust 2024"));
    assert_eq!(description.tool.as_deref(), Some("rustc 1.95.0"));
    assert_eq!(description.size, u64::try_from(bytes.len()).unwrap());
}

/// What the linker of wasm32-wasip2 leaves where the crate put it.
#[test]
fn a_name_in_the_core_module_counts_where_the_outside_has_none() {
    let inside = "(@custom \"component-name\" \"\\00\\07\\06inside\") (@custom \"version\" \"1\") (@custom \"description\" \"in\")
        (func (export \"prepare\") (param i32) (result i32) (i32.const 0))";
    let describe = |wat: String| {
        let description = describe(&wat::parse_str(wat).unwrap()).unwrap();
        [description.name, description.version, description.description].map(Option::unwrap_or_default)
    };
    assert_eq!(describe(Guest::new(inside).wat()), ["inside", "1", "in"]);
    let named = Guest::new(inside).field("(@custom \"version\" \"2\")").wat().replacen("(component", "(component (@name \"outside\")", 1);
    assert_eq!(describe(named), ["outside", "2", "in"]);
    // A component in it is another one.
    let other = "(component (@name \"other\") (@custom \"version\" \"3\"))";
    assert_eq!(describe(Guest::hook("").field(other).wat()), ["", "", ""]);
}

#[test]
fn metadata_that_is_malformed_or_huge_says_little() {
    let long = "x".repeat(1 << 20);
    let wat = Guest::hook("")
        .field(&format!("(@custom \"version\" \"\\ff\\fe\") (@custom \"description\" \"{long}\") (@custom \"producers\" \"\\ff\\ff\")"))
        .wat();
    let description = describe(&wat::parse_str(wat).unwrap()).unwrap();
    assert_eq!((description.version, description.language, description.tool), (None, None, None));
    assert_eq!(description.description.map(|text| text.len()), Some(1024));
}

#[test]
fn more_imports_and_types_than_any_flavor_has_are_refused() {
    let imports: String = (0..1_001).map(|index| format!("(import \"wasi:a/i{index}\" (instance))")).collect();
    let error = refused(&Guest::hook("").import(&imports).build());
    assert_eq!(error.to_string(), "not a valid WebAssembly component: it has more than 1000 imports or exports");
    let functions: String = (0..50_001).map(|index| format!("(export \"f{index}\" (func))")).collect();
    let error = refused(&Guest::hook("").import(&format!("(import \"wasi:a/b\" (instance {functions}))")).build());
    assert_eq!(error.to_string(), "not a valid WebAssembly component: it has more than 50000 types");
}

#[test]
fn an_error_names_an_import_that_is_a_path_or_moves_the_cursor_and_cuts_it() {
    let name = "wasi-\u{1b}[2J/../../etc/passwd";
    let mut bytes = Guest::hook("").import(&format!("(import \"{}\" (func))", "a".repeat(name.len()))).build();
    let at = bytes.windows(name.len()).position(|window| window.iter().all(|byte| *byte == b'a')).unwrap();
    bytes[at..at + name.len()].copy_from_slice(name.as_bytes());
    let error = refused(&bytes);
    // The text is the component's, and escaped where it is printed.
    assert!(matches!(&error, LoadError::UnknownImport { name: found, .. } if found == name), "{error}");
}
