//! Settings against the flavor's JSON Schema, through the command line, and schemas that are an attack.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Home, Ran, assert_whole};
use crate::wat_guest::{Guest, data, words};

/// How long nothing may be waited for.
const LONG: Duration = Duration::from_secs(60);

/// A flavor with this schema, and a name in its metadata.
fn flavor(schema: &str, name: Option<&str>) -> Vec<u8> {
    let length = u32::try_from(schema.len()).expect("a length");
    let text = data(70_000, schema.as_bytes());
    let guest = Guest::new(format!(
        "{} (func (export \"prepare\") (param i32) (result i32) (i32.const 1024))
            (func (export \"schema\") (result i32) (i32.const 1800)) {text}",
        data(1_800, &words(&[70_000, length]))
    ))
    .libc("(memory (export \"memory\") 8) (func (export \"realloc\") (param i32 i32 i32 i32) (result i32) (i32.const 40000))")
    .field(
        "(func $schema (result string) (canon lift (core func $main \"schema\") (memory $memory)))
         (instance $settings (export \"schema\" (func $schema)))
         (export \"pushgate:flavor/settings@0.1.0\" (instance $settings))",
    );
    let mut bytes = guest.build();
    if let Some(name) = name {
        // A custom section `component-name`: subsection 0 is the name of the component.
        let number = |value: usize| (0..5).map(|at| ((value >> (7 * at)) & 0x7f) as u8 | if at < 4 { 0x80 } else { 0 }).collect::<Vec<_>>();
        let text = [number(name.len()), name.as_bytes().to_vec()].concat();
        let content = [&b"\x0ecomponent-name\0"[..], &number(text.len()), &text].concat();
        bytes.extend([&[0][..], &number(content.len()), &content].concat());
    }
    bytes
}

fn register(home: &Home, name: &str, schema: &Value) -> Ran {
    home.write(&format!("{name}.wasm"), flavor(&schema.to_string(), None));
    home.run(&format!("flavor register {name}.wasm"))
}

#[test]
fn settings_are_compared_with_the_schema_wherever_they_are_given() {
    let home = Home::new();
    let settings = json!({ "labels": ["org.opencontainers.image.source", 7] }).to_string();
    let refused = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().chain(["--settings", &settings]).collect();
        let ran = home.run_words(words);
        assert_eq!(ran.code, 8, "{line}: {ran:?}");
        assert!(ran.stderr.contains("`labels[1]`") && ran.stderr.contains("7 is not of type \"string\""), "{line}: {ran:?}");
        ran
    };
    assert_whole!(home, refused("registry register prod --uri registry.example.com --flavor require-labels"));
    home.must("registry register prod --uri registry.example.com");
    refused("registry add-hook prod --flavor require-labels");
    refused("check registry.example.com/app:v1 --uri registry.example.com --flavor require-labels");
    assert!(!std::fs::read_to_string(home.catalog()).expect("the catalog").contains("hooks"));

    let ran = home.run_words(["registry", "add-hook", "prod", "--flavor", "require-labels", "--settings", r#"{"labels":["a"]}"#]);
    assert_eq!(ran.code, 0, "{ran:?}");
    refused("registry update prod --flavor require-labels");
    assert_whole!(home, home.run("registry update prod --flavor require-labels --set lables:=[\"a\"]"));
}

#[test]
fn a_schema_that_is_an_attack_is_an_error_within_seconds() {
    let home = Home::new();
    let doubled: serde_json::Map<String, Value> = (0..30)
        .map(|index| {
            let next = json!({ "$ref": format!("#/$defs/d{}", index + 1) });
            (format!("d{index}"), json!({ "anyOf": [{ "allOf": [next, { "not": true }] }, { "allOf": [next, { "not": true }] }] }))
        })
        .chain([("d30".to_owned(), json!({ "type": "object" }))])
        .collect();
    for (name, schema) in [
        ("http", json!({ "$ref": "http://169.254.169.254/latest/meta-data" })),
        ("file", json!({ "properties": { "a": { "$ref": "file:///etc/passwd" } } })),
        ("deep", (0..70).fold(json!(true), |inner, _| json!({ "not": inner }))),
        ("cycle", json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } } })),
        ("backtracks", json!({ "properties": { "a": { "pattern": "^(?=(a+)+$)b" } } })),
        ("doubled", json!({ "$ref": "#/$defs/d0", "$defs": doubled })),
        ("all-doubled", {
            let doubled: serde_json::Map<String, Value> = (0..30)
                .map(|index| {
                    let next = json!({ "$ref": format!("#/$defs/d{}", index + 1) });
                    (format!("d{index}"), json!({ "allOf": [next, next] }))
                })
                .chain([("d30".to_owned(), json!({ "type": "object" }))])
                .collect();
            json!({ "$ref": "#/$defs/d0", "$defs": doubled })
        }),
        ("no-type", json!({ "type": "strnig" })),
        ("a-text", json!("a text")),
    ] {
        let begun = Instant::now();
        let mut ran = register(&home, name, &schema);
        if ran.code == 0 {
            // Nothing is wrong with it until something is compared with it.
            ran = home.run(&format!(
                "registry register prod --uri registry.example.com --grant registry --flavor {name} --set a=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            ));
        }
        assert!([5, 8].contains(&ran.code), "{name}: {ran:?}");
        assert!(ran.stderr.contains("schema"), "{name}: {ran:?}");
        assert!(!ran.stderr.contains("panicked") && !ran.stderr.contains("overflowed"), "{name}: {ran:?}");
        assert!(ran.stderr.lines().count() <= 2, "{name}: {ran:?}");
        assert!(begun.elapsed() < LONG, "{name}: {:?}", begun.elapsed());
    }
    // 256 KiB are the limit of a call, before anything reads it.
    home.write("large.wasm", flavor(&format!("{{\"description\":\"{}\"}}", "x".repeat(256 << 10)), None));
    let ran = home.run("flavor register large.wasm");
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.stderr.contains("more than the 262144 that are allowed"), "{ran:?}");
}

#[test]
fn a_recursive_schema_works() {
    let home = Home::new();
    let schema = json!({ "$ref": "#/$defs/tree", "$defs": { "tree": {
        "type": "object", "properties": { "children": { "type": "array", "items": { "$ref": "#/$defs/tree" } } }, "additionalProperties": false,
    } } });
    assert_eq!(register(&home, "tree", &schema).code, 0);
    let add = |settings: &str| {
        home.run_words([
            "registry",
            "register",
            "prod",
            "--uri",
            "registry.example.com",
            "--flavor",
            "tree",
            "--grant",
            "registry",
            "--settings",
            settings,
        ])
    };
    let wrong = add(r#"{"children":[{"children":[{"x":1}]}]}"#);
    assert!(wrong.code == 8 && wrong.stderr.contains("`children[0].children[0].x`"), "{wrong:?}");
    assert_eq!(add(r#"{"children":[{"children":[{}]}]}"#).code, 0);
}

#[test]
fn a_name_in_the_metadata_is_taken_only_if_it_is_one() {
    for (name, expected) in
        [("../x", "stem"), ("a\u{1b}[2Jb", "stem"), ("Forbid_Things", "forbid-things"), (&*"x".repeat(1 << 20), "stem"), ("", "stem")]
    {
        let home = Home::new();
        home.write("stem.wasm", flavor("{}", Some(name)));
        let registered = home.must("flavor register stem.wasm --output json").json();
        assert_eq!(registered["flavor"]["name"], expected);
        let ran = home.must("flavor describe ./stem.wasm");
        assert!(!ran.stdout.contains('\u{1b}') && ran.stdout.len() < 10_000, "{ran:?}");
        let described = home.must("flavor describe ./stem.wasm --output json").json();
        assert_eq!(described["flavor"]["component"]["name"].as_str().unwrap_or_default(), name.chars().take(1024).collect::<String>());
    }
}
