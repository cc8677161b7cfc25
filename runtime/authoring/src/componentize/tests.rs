use super::*;

/// A module that approves: the hook takes a handle, and answers where its result lies.
fn module(more: &str) -> Vec<u8> {
    module_of("0.1.2", more)
}

/// The same, compiled against another version of the contract.
fn module_of(version: &str, more: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            {more}
            (memory (export "memory") 1)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
            (func (export "pushgate:flavor/prepare-image-push@{version}#prepare") (param i32) (result i32) (i32.const 512)))"#
    );
    wat::parse_str(text).unwrap()
}

fn refused(module: &[u8]) -> ComponentizeError {
    componentize(module, World::Contract, &Metadata::default()).unwrap_err()
}

#[test]
fn a_module_becomes_a_flavor_that_says_who_it_is() {
    let metadata =
        Metadata { name: Some("forbid-latest".to_owned()), version: Some("1.2.3".to_owned()), description: Some("Forbids it".to_owned()) };
    let component = componentize(&module(""), World::Contract, &metadata).unwrap();
    let described = pushgate_sandbox::describe(&component).unwrap();
    assert_eq!((described.name, described.version, described.description), (metadata.name, metadata.version, metadata.description));
    assert!(described.capabilities.is_empty() && !described.has_settings_schema);
}

#[test]
fn the_world_has_what_the_module_has() {
    let uses = r#"
        (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
        (import "pushgate:flavor/http@0.1.2" "send" (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32)))
        (func (export "pushgate:flavor/settings@0.1.2#schema") (result i32) (i32.const 512))"#;
    let component = componentize(&module(uses), World::Contract, &Metadata::default()).unwrap();
    let described = pushgate_sandbox::describe(&component).unwrap();
    assert_eq!(described.capabilities, [pushgate_sandbox::Capability::Http]);
    assert!(described.has_settings_schema);
    // No byte of the component asks for WASI.
    assert!(!component.windows(5).any(|bytes| bytes == b"wasi:"));
}

/// Of WASI a component asks for the wall clock at most, and only where its module asks for the time.
#[test]
fn a_module_that_asks_for_the_time_leaves_the_wall_clock_to_the_host() {
    let asks = |function: &str, parameters: &str| {
        let import = format!(r#"(import "wasi_snapshot_preview1" "{function}" (func (param {parameters}) (result i32)))"#);
        let component = componentize(&module(&import), World::Contract, &Metadata::default()).unwrap();
        imports(&component).into_iter().filter(|name| name.starts_with("wasi:")).collect::<Vec<_>>()
    };
    assert_eq!(asks("clock_time_get", "i32 i64 i32"), ["wasi:clocks/wall-clock@0.2.0"]);
    assert!(asks("clock_res_get", "i32 i32").is_empty() && asks("random_get", "i32 i32").is_empty());
}

/// The names of what a component imports.
fn imports(component: &[u8]) -> Vec<String> {
    let mut depth = 0;
    let mut names = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            wasmparser::Payload::ModuleSection { .. } | wasmparser::Payload::ComponentSection { .. } => depth += 1,
            wasmparser::Payload::End(_) => depth -= 1,
            wasmparser::Payload::ComponentImportSection(imports) if depth == 0 => {
                names.extend(imports.into_iter().map(|import| import.unwrap().name.name.to_owned()));
            }
            _ => {}
        }
    }
    names
}

/// What was compiled against an earlier version, or by the SDK of a project that is older than pushgate, becomes a component of that version.
#[test]
fn a_module_of_every_version_becomes_a_flavor_of_it() {
    for version in ["0.1.0", "0.1.1", "0.1.2"] {
        let prints = r#"(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))"#;
        let more = format!(
            r#"{prints} (import "pushgate:flavor/http@{version}" "send" (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32)))
            (func (export "pushgate:flavor/settings@{version}#schema") (result i32) (i32.const 512))"#
        );
        let module = module_of(version, &more);
        let folder = tempfile::tempdir().unwrap();
        let deps = folder.path().join("deps/pushgate-flavor");
        std::fs::create_dir_all(&deps).unwrap();
        std::fs::write(deps.join("flavor.wit"), contract(version)).unwrap();
        let world = format!(
            "package project:flavor; world project {{ include pushgate:flavor/configurable-flavor@{version}; import pushgate:flavor/http@{version}; }}"
        );
        std::fs::write(folder.path().join("world.wit"), world).unwrap();
        for world in [World::Contract, World::Project { folder: folder.path(), name: None }] {
            let component = componentize(&module, world, &Metadata::default()).unwrap_or_else(|error| panic!("{version}: {error}"));
            let described = pushgate_sandbox::describe(&component).unwrap();
            assert_eq!(described.contract, format!("pushgate:flavor@{version}"));
            assert!(described.has_settings_schema);
            // What the adapter imports is of the same version.
            let mut imported = imports(&component);
            imported.sort();
            assert_eq!(imported, ["http", "log", "types"].map(|interface| format!("pushgate:flavor/{interface}@{version}")));
        }
    }
    for method in ["[method]image.compressed-size", "[method]image.annotations", "[method]image-push.digest"] {
        let import = format!(r#"(import "pushgate:flavor/types@0.1.2" "{method}" (func (param i32 i32)))"#);
        assert!(componentize(&module(&import), World::Contract, &Metadata::default()).is_ok(), "{method}");
    }
    assert!(matches!(refused(&module_of("0.2.0", "")), ComponentizeError::MissingExport { .. }));
}

#[test]
fn every_function_of_wasi_has_an_answer() {
    let adapter = empty_wasi().unwrap();
    let exports = wasmparser::Parser::new(0).parse_all(&adapter).find_map(|payload| match payload.unwrap() {
        wasmparser::Payload::ExportSection(exports) => Some(exports.count()),
        _ => None,
    });
    // As many as `wasi_snapshot_preview1.witx` has.
    assert_eq!(exports, Some(46));
}

#[test]
fn what_is_wrong_is_named() {
    assert!(matches!(refused(b"hello"), ComponentizeError::NotAModule { .. }));
    let component = componentize(&module(""), World::Contract, &Metadata::default()).unwrap();
    assert_eq!(refused(&component), ComponentizeError::AlreadyAComponent);
    let empty = wat::parse_str("(module)").unwrap();
    assert!(matches!(refused(&empty), ComponentizeError::MissingExport { name } if name.ends_with("#prepare")));
    // Go without -buildmode=c-shared: it would trap at the first call, since nobody has started its runtime.
    let program = refused(&module(r#"(func (export "_start"))"#));
    assert_eq!(program, ComponentizeError::Program);
    let undefined = refused(&module(r#"(import "env" "missing" (func))"#));
    assert_eq!(undefined, ComponentizeError::UnknownImport { name: "missing".to_owned(), from: "env".to_owned() });
    let unknown = refused(&module(r#"(import "pushgate:flavor/http@0.1.2" "receive" (func))"#));
    assert!(unknown.to_string().contains("receive"), "{unknown}");
}

#[test]
fn a_capability_that_the_projects_world_lacks_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let deps = folder.path().join("deps/pushgate-flavor");
    std::fs::create_dir_all(&deps).unwrap();
    std::fs::write(deps.join("flavor.wit"), CONTRACT).unwrap();
    let uses = module(r#"(import "pushgate:flavor/registry@0.1.2" "repository-exists" (func (param i32 i32 i32)))"#);
    let with = |imports: &str| {
        let world = format!("package project:flavor; world project {{ include pushgate:flavor/flavor@0.1.2; {imports} }}");
        std::fs::write(folder.path().join("world.wit"), world).unwrap();
        componentize(&uses, World::Project { folder: folder.path(), name: None }, &Metadata::default())
    };
    assert!(with("import pushgate:flavor/registry@0.1.2;").is_ok());
    let error = with("").unwrap_err();
    assert!(error.to_string().contains("pushgate:flavor/registry@0.1.2"), "{error}");
    let missing = componentize(&uses, World::Project { folder: Path::new("/nonexistent"), name: None }, &Metadata::default()).unwrap_err();
    assert!(matches!(&missing, ComponentizeError::World { cause } if cause.contains("/nonexistent")), "{missing}");
}

#[test]
fn the_world_and_the_module_agree_about_a_schema() {
    let folder = tempfile::tempdir().unwrap();
    let deps = folder.path().join("deps/pushgate-flavor");
    std::fs::create_dir_all(&deps).unwrap();
    std::fs::write(deps.join("flavor.wit"), CONTRACT).unwrap();
    let has_schema = module(r#"(func (export "pushgate:flavor/settings@0.1.2#schema") (result i32) (i32.const 512))"#);
    let of = |module: &[u8], base: &str| {
        let world = format!("package project:flavor; world project {{ include pushgate:flavor/{base}@0.1.2; }}");
        std::fs::write(folder.path().join("world.wit"), world).unwrap();
        componentize(module, World::Project { folder: folder.path(), name: None }, &Metadata::default())
    };
    let component = of(&has_schema, "configurable-flavor").unwrap();
    assert!(pushgate_sandbox::describe(&component).unwrap().has_settings_schema);
    let missing = of(&module(""), "configurable-flavor").unwrap_err();
    assert!(matches!(missing, ComponentizeError::MissingSchema { .. }), "{missing}");
    let hidden = of(&has_schema, "flavor").unwrap_err();
    assert!(matches!(hidden, ComponentizeError::HiddenSchema { .. }), "{hidden}");
}
