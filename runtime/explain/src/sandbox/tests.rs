use std::time::Duration;

use pushgate_sandbox::{Allocation, CacheOptions, ComponentDigest, Sandbox, SandboxOptions};

use super::*;

fn refused(bytes: &[u8]) -> LoadError {
    match Sandbox::new(SandboxOptions::default()).unwrap().load_bytes(bytes) {
        Ok(_) => panic!("this was loaded"),
        Err(error) => error,
    }
}

fn hint(bytes: &[u8]) -> String {
    refused(bytes).hint().unwrap()
}

#[test]
fn what_is_no_component_gets_the_tool_that_makes_one() {
    let module = wat::parse_str("(module)").unwrap();
    assert!(hint(&module).contains("pushgate flavor component"));
    let compiled = |language: &str| wat::parse_str(format!("(module (@producers (language \"{language}\" \"1\")))")).unwrap();
    for (language, remedy) in [("Go", "pushgate flavor component"), ("C11", "pushgate flavor component"), ("Rust", "wasm32-wasip2")] {
        assert!(hint(&compiled(language)).contains(remedy), "{language}");
    }
    assert!(hint(b"\x7fELF").contains("begins with `\\0asm`"));
    assert!(hint(b"(component)").contains("`wasm-tools parse flavor.wat -o flavor.wasm`"));
    assert!(LoadError::Precompiled.hint().unwrap().contains("the .wasm file that it was compiled from"));
    let component = wat::parse_str("(component (core module (func)))").unwrap();
    assert_eq!(hint(component.get(..component.len() - 3).unwrap()), "copy or build the file again");
}

#[test]
fn a_component_of_another_contract_is_built_against_this_one() {
    let empty = wat::parse_str("(component)").unwrap();
    assert_eq!(hint(&empty), "build the flavor for the world `pushgate:flavor/flavor@0.1.2` that `pushgate wit` prints");
    let imports = wat::parse_str(
        "(component (import \"run\" (func)) (instance $hook) (export \"pushgate:flavor/prepare-image-push@0.1.2\" (instance $hook)))",
    );
    assert!(hint(&imports.unwrap()).contains("imports nothing else: `pushgate wit` prints what there is"));
    let other = wat::parse_str("(component (instance $hook) (export \"pushgate:flavor/prepare-image-push@1.0.0\" (instance $hook)))");
    let against = "build the flavor against the contract that `pushgate wit` prints";
    assert_eq!(hint(&other.unwrap()), against);
    let text = || "x".to_owned();
    assert_eq!(LoadError::WrongType { item: text(), expected: text(), found: text() }.hint().unwrap(), against);
    assert_eq!(LoadError::WrongImport { item: text(), message: text() }.hint().unwrap(), against);
}

#[test]
fn other_components_that_are_not_loaded() {
    let (expected, found) = (ComponentDigest::of(b"a"), ComponentDigest::of(b"b"));
    let damaged = LoadError::DigestMismatch { expected, found };
    assert_eq!((damaged.kind(), damaged.hint().unwrap().as_str()), (Kind::Configuration, "register the flavor again from its .wasm file"));
    let invalid = |message: &str| LoadError::Invalid { message: message.to_owned() };
    assert!(invalid("requires the component model async feature").hint().unwrap().contains("`--backend-qjs-disable-async`"));
    assert_eq!(invalid("x").hint(), None);
    assert_eq!(LoadError::TooLarge { size: 2, limit: 1 }.hint(), None);
}

#[test]
fn a_sandbox_that_cannot_be_set_up() {
    for calls in [0, 257] {
        let error = Sandbox::new(SandboxOptions { allocation: Allocation::Pooling { calls }, ..SandboxOptions::default() }).unwrap_err();
        assert_eq!(error.hint().as_deref(), Some("from 1 to 256 calls have room in a pool"));
    }
    let cache = |directory: &str, key_file: &str| {
        let cache = Some(CacheOptions { directory: directory.into(), key_file: key_file.into() });
        Sandbox::new(SandboxOptions { cache, ..SandboxOptions::default() }).unwrap_err().hint().unwrap()
    };
    assert_eq!(cache("cache", "/key"), "give a path that begins with `/`");
    assert!(cache("/cache", "/cache/key").starts_with("keep it in a folder of its own"));
}

#[test]
fn settings_that_do_not_fit_and_schemas_that_cannot_be_used() {
    let sandbox = Sandbox::new(SandboxOptions::default()).unwrap();
    let refused = |schema: &str, settings: &str| sandbox.check_settings(schema, Some(settings)).unwrap_err();
    let mismatch = refused(r#"{"required":["a"]}"#, "{}");
    let shown = "`pushgate flavor describe FLAVOR` shows the settings that a flavor takes";
    assert_eq!((mismatch.kind(), mismatch.hint().as_deref()), (Kind::Configuration, Some(shown)));
    let schema = refused(r#"{"pattern":"("}"#, "{}");
    assert_eq!(schema.kind(), Kind::FlavorBroke);
    assert!(schema.hint().unwrap().starts_with("a schema is self-contained JSON Schema 2020-12"));
    assert_eq!(refused("true", "{").hint(), None);
}

fn trap(cause: Option<TrapCause>) -> CallError {
    CallError::Trap { message: "x".to_owned(), last_words: None, cause }
}

#[test]
fn the_cause_of_a_trap_is_explained_in_the_language_of_the_flavor() {
    for (cause, words) in [
        (TrapCause::Silence(Toolchain::Other), "log with level `error`"),
        (TrapCause::Silence(Toolchain::Python), "imported inside a function"),
        (TrapCause::Silence(Toolchain::JavaScript), "an `async` hook"),
        (TrapCause::AsyncHook, "`async`"),
        (TrapCause::JavaScriptResult, "return `approved`"),
        (TrapCause::PythonResult, "`Approval.APPROVED`"),
        (TrapCause::ImportInFunction, "at the top of the module"),
        (TrapCause::FileOrImport, "at the top of the module"),
        (
            TrapCause::GoWaits,
            "the runtime of Go waits, where the component has the usual adapter: make the component with `pushgate flavor component`",
        ),
    ] {
        let error = trap(Some(cause));
        assert_eq!(error.kind(), Kind::FlavorBroke);
        assert!(error.hint().unwrap().contains(words), "{error:?}");
    }
    assert_eq!(trap(None).hint(), None);
    // What is absent is explained by what there is instead, whatever the language.
    for (cause, instead) in [
        (TrapCause::Absent(Absent::Waiting), "a flavor cannot wait: it decides by the time of the push"),
        (TrapCause::Absent(Absent::Files), "a flavor has no files: "),
        (TrapCause::Absent(Absent::Network), "a flavor has no network: it asks a server through the capability `http`"),
        (TrapCause::Absent(Absent::Environment), "a flavor has no environment: "),
        (TrapCause::Absent(Absent::Threads), "a flavor has no threads: "),
        (TrapCause::Absent(Absent::Programs), "a flavor runs no programs: "),
        (TrapCause::OtherWasi, "by what `image-push` says"),
    ] {
        let hint = trap(Some(cause)).hint().unwrap();
        assert!(hint.contains(instead) && !hint.contains("Go"), "{cause:?}: {hint}");
    }
}

#[test]
fn a_call_that_broke_otherwise() {
    let (limit, message) = (Duration::from_secs(1), || "x".to_owned());
    for (error, words) in [
        (CallError::ComputeLimit { limit }, Some("look for a loop without an end")),
        (CallError::WallLimit { limit }, Some("look for what it waits for")),
        (CallError::MemoryLimit { limit: message(), message: message() }, Some("look for what it keeps that it does not need")),
        (CallError::HostCallLimit { limit: 1 }, Some("say less: fewer violations, shorter texts")),
        (CallError::BadAnswer { message: message() }, Some("a denial gives at least one violation")),
        (CallError::BadValue { message: message() }, Some("the contract that `pushgate wit` prints")),
        (CallError::Instantiate { message: message() }, None),
        (CallError::Sandbox { message: message() }, None),
    ] {
        let hint = error.hint();
        assert_eq!(hint.is_some(), words.is_some(), "{error:?}");
        assert!(words.is_none_or(|words| hint.as_ref().is_some_and(|hint| hint.contains(words))), "{hint:?}");
    }
}

#[test]
fn a_digest_has_one_form() {
    let error = ComponentDigest::parse("sha512:00").unwrap_err();
    assert_eq!(error.hint().as_deref(), Some("a component digest is `sha256:` and 64 lower-case hexadecimal digits"));
}
