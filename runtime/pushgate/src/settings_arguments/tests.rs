use std::os::unix::fs::symlink;

use pushgate_gate::settings::MAX_DEPTH;
use serde_json::json;

use super::*;

fn resolve(settings: Option<&str>, set: &[&str], schema: Option<Value>) -> Result<Value, ArgumentError> {
    let settings = SettingsArguments::parse(settings, set)?.resolve("f", schema.as_ref())?;
    Ok(Value::Object(settings.as_object().clone()))
}

fn message(settings: Option<&str>, set: &[&str]) -> String {
    resolve(settings, set, None).unwrap_err().to_string()
}

#[test]
fn both_flags_add_up() {
    let value = resolve(Some(r#"{"labels": ["a"], "deep": {"x": 1}}"#), &["tag=v1", "n:=2", "e="], None).unwrap();
    assert_eq!(value, json!({"labels": ["a"], "deep": {"x": 1}, "tag": "v1", "n": 2, "e": ""}));
    assert_eq!(resolve(None, &[], None).unwrap(), json!({}));
}

#[test]
fn the_first_equals_sign_separates() {
    assert_eq!(resolve(None, &["a=b=c", "d:=\"e=f\"", "g.h=i"], None).unwrap(), json!({"a": "b=c", "d": "e=f", "g.h": "i"}));
    assert_eq!(resolve(None, &["a=:=1"], None).unwrap(), json!({"a": ":=1"}));
}

#[test]
fn malformed_arguments() {
    assert_eq!(message(None, &["novalue"]), "`novalue` does not set anything: expected KEY=VALUE or KEY:=JSON");
    assert_eq!(message(None, &["=x"]), "`=x` does not set anything: expected KEY=VALUE or KEY:=JSON");
    assert_eq!(message(None, &[":=1"]), "`:=1` does not set anything: expected KEY=VALUE or KEY:=JSON");
    assert!(message(None, &["a:=oops"]).starts_with("the value of `a:=` is not valid JSON: expected value at line 1"));
    assert!(message(None, &["a:=1 2"]).contains("trailing characters"));
    assert_eq!(message(Some("[1]"), &[]), "the settings are an array, not a JSON object");
    assert_eq!(message(Some("null"), &[]), "the settings are null, not a JSON object");
    assert!(message(Some("{"), &[]).starts_with("the settings are not valid JSON: EOF"));
    assert!(message(Some(""), &[]).starts_with("the settings are not valid JSON: EOF"));
}

fn hint(settings: Option<&str>, set: &[&str], schema: Option<Value>) -> String {
    resolve(settings, set, schema).unwrap_err().hint().unwrap_or_default()
}

/// A forgotten `@`, where the text looks like the name of a file, or is that of one.
#[test]
fn a_file_without_its_sign() {
    for name in ["rules.toml", "./a/rules.TOML", "settings.json", "/etc/hostname-settings.json"] {
        assert_eq!(hint(Some(name), &[], None), format!("`@` stands before the name of a file: --settings @{name}"));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules");
    let path = path.to_str().unwrap();
    assert_eq!(hint(Some(path), &[], None), "");
    std::fs::write(path, "").unwrap();
    assert_eq!(hint(Some(path), &[], None), format!("`@` stands before the name of a file: --settings @{path}"));
    for text in ["", "oops", "{a.toml", "[x.json", "a\n.json", &format!("{}.toml", "a".repeat(1_000))] {
        assert!(!hint(Some(text), &[], None).contains('@'), "{text}");
    }
    assert_eq!(hint(None, &["rules:=@rules.toml"], None), "a file holds all settings: --settings @FILE");
}

/// With the members that an object has to have.
#[test]
fn what_is_to_be_json_is_shown_as_the_schema_wants_it() {
    let rule = json!({ "type": "object", "properties": { "code": { "type": "string" }, "when": {} }, "required": ["code"] });
    let schema = json!({ "properties": {
        "rules": { "type": "array", "items": rule },
        "tags": { "type": "array", "items": { "type": "string" } },
        "formats": { "type": "object" },
    } });
    for (set, shown) in [
        ("rules=x", r#"--set 'rules:=[{"code": "…"}]'"#),
        ("tags=x", r#"--set 'tags:=["…"]'"#),
        ("formats=x", r#"--set 'formats:={"…": "…"}'"#),
        ("tags=[a]", r#"--set 'tags:=["a"]'"#),
    ] {
        assert_eq!(hint(None, &[set], Some(schema.clone())), format!("write it as JSON, in single quotes: {shown}"));
    }
}

#[test]
fn a_repeated_key_is_an_error_wherever_it_repeats() {
    for (settings, set) in
        [(None, vec!["a=1", "a=1"]), (None, vec!["a=1", "a:=1"]), (None, vec!["a:=1", "a=1"]), (Some(r#"{"a": 1}"#), vec!["a=1"])]
    {
        assert_eq!(message(settings, &set), "the setting `a` is given twice");
    }
    assert!(message(Some(r#"{"a": 1, "a": 2}"#), &[]).contains("the key `a` stands twice at line 1 column"));
    assert!(message(Some(r#"{"x": [{"a": 1, "\u0061": 2}]}"#), &[]).contains("the key `a` stands twice"));
}

#[test]
fn what_the_catalog_could_not_hold_is_refused_everywhere() {
    assert_eq!(message(Some(r#"{"a": null}"#), &[]), "the setting `a` holds null, which the catalog can't hold");
    assert_eq!(message(None, &["a:=[1, {\"b\": null}]"]), "the setting `a` holds null, which the catalog can't hold");
    for number in ["9223372036854775808", "18446744073709551616", "-9223372036854775809", "1e300"] {
        assert_eq!(message(None, &[&format!("a:={number}")]), "the setting `a` holds a number beyond 64 bits");
    }
    assert!(message(None, &["a:=1e999"]).contains("number out of range"));
    let numbers = resolve(None, &["a:=9223372036854775807", "b:=-9223372036854775808", "c:=1.5", "d:=-0.0"], None).unwrap();
    assert_eq!(numbers, json!({"a": i64::MAX, "b": i64::MIN, "c": 1.5, "d": -0.0}));
}

#[test]
fn settings_are_bounded() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    // The settings object itself is the first level.
    assert!(resolve(None, &[&format!("a:={}", deep(MAX_DEPTH - 1))], None).is_ok());
    assert!(message(None, &[&format!("a:={}", deep(MAX_DEPTH))]).contains("nested too deeply"));
    assert!(message(None, &[&format!("a:={}", deep(100_000))]).contains("recursion limit"));
    let fits = "x".repeat(MAX_SETTINGS_BYTES - r#"{"a":""}"#.len());
    assert!(resolve(None, &[&format!("a={fits}")], None).is_ok());
    assert_eq!(message(None, &[&format!("a={fits}x")]), "the settings are larger than 256 KiB");
    assert_eq!(message(Some(&" ".repeat(4 * MAX_SETTINGS_BYTES + 1)), &[]), "the settings are larger than 256 KiB");
}

#[test]
fn a_schema_decides_what_a_text_means() {
    let schema = json!({"properties": {
        "integer": {"type": "integer"},
        "number": {"type": "number"},
        "boolean": {"type": "boolean"},
        "array": {"type": "array", "items": {"type": "string"}},
        "object": {"type": "object"},
        "string": {"type": "string"},
        "optional": {"type": ["integer", "null"]},
        "either": {"type": ["integer", "string"]},
        "untyped": {"minLength": 1},
        "nonsense": {"type": 7},
    }});
    let set = [
        "integer=3",
        "number=0.5",
        "boolean=true",
        r#"array=["a"]"#,
        r#"object={"a": 1}"#,
        "string=3",
        "optional=4",
        "either=5",
        "untyped=6",
        "nonsense=7",
        "unknown=8",
    ];
    let value = resolve(None, &set, Some(schema.clone())).unwrap();
    let expected = json!({
        "integer": 3, "number": 0.5, "boolean": true, "array": ["a"], "object": {"a": 1}, "string": "3", "optional": 4,
        "either": "5", "untyped": "6", "nonsense": "7", "unknown": "8",
    });
    assert_eq!(value, expected);

    for (set, expected) in [
        ("integer=x", "the setting `integer` must be an integer, and `x` is not"),
        ("integer=1.5", "the setting `integer` must be an integer, and `1.5` is not"),
        ("number=", "the setting `number` must be a number, and `` is not"),
        ("boolean=yes", "the setting `boolean` must be a boolean, and `yes` is not"),
        ("array=a,b", "the setting `array` must be an array, and `a,b` is not"),
        ("object=[]", "the setting `object` must be an object, and `[]` is not"),
        ("optional=null", "the setting `optional` must be an integer, and `null` is not"),
    ] {
        let error = resolve(None, &[set], Some(schema.clone())).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.kind() == Kind::Configuration && error.hint().is_some());
    }
    // JSON is taken as it is: what the schema says of it is checked elsewhere.
    assert_eq!(resolve(None, &["integer:=\"x\""], Some(schema)).unwrap(), json!({"integer": "x"}));
    // A schema is a flavor's word: one that is not an object decides nothing.
    assert_eq!(resolve(None, &["a=1"], Some(json!(true))).unwrap(), json!({"a": "1"}));
}

#[test]
fn settings_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.json");
    let argument = format!("@{}", path.display());
    assert_eq!(message(Some(&argument), &[]), format!("can't read the settings file `{}`", path.display()));
    std::fs::write(&path, r#"{"a": 1}"#).unwrap();
    assert_eq!(resolve(Some(&argument), &["b=2"], None).unwrap(), json!({"a": 1, "b": "2"}));
    std::fs::write(&path, b"\xff").unwrap();
    assert!(message(Some(&argument), &[]).starts_with("can't read the settings file"));
    let cause = || {
        let error = SettingsArguments::parse(Some(&argument), &[] as &[&str]).unwrap_err();
        std::error::Error::source(&error).unwrap().to_string()
    };
    std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    assert_eq!(cause(), "it exceeds the limit of 1 MiB");
    std::fs::remove_file(&path).unwrap();
    symlink("/dev/zero", &path).unwrap();
    assert_eq!(cause(), "it is a device, not a regular file");
}

#[test]
fn settings_from_a_file_of_toml() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("@{}", path.display())
    };
    let text =
        "list = [1, 2.5]\n\n[[rules]]\ncode = \"a\"\nrequire = 'push.tag != \"\"'\n\n[[rules]]\ncode = \"b\"\n[table.inner]\nyes = true\n";
    let value = json!({
        "list": [1, 2.5], "rules": [{ "code": "a", "require": "push.tag != \"\"" }, { "code": "b" }], "table": { "inner": { "yes": true } },
    });
    for name in ["rules.toml", "RULES.TOML"] {
        assert_eq!(resolve(Some(&file(name, text)), &[], None).unwrap(), value);
    }
    assert_eq!(resolve(Some(&file("empty.toml", "")), &["a=b"], None).unwrap(), json!({ "a": "b" }));
    assert_eq!(message(Some(&file("rules.toml", "a = 1")), &["a=1"]), "the setting `a` is given twice");
    for (text, reason) in [
        ("a = ", "string values must be quoted, expected literal string at line 1, column 5"),
        ("a = 1\na = 2", "duplicate key at line 2, column 1"),
        (
            "[[rules]]\nfrom = 2026-12-24",
            "the setting `from` holds a date or time, which JSON does not have: write it as a string at line 2, column 8",
        ),
        ("a = inf", "the setting `a` holds a number that is not finite at line 1, column 5"),
        ("{\"a\": 1}", "invalid key-value pair, expected key at line 1, column 1"),
    ] {
        let argument = file("wrong.toml", text);
        let path = argument.trim_start_matches('@');
        assert_eq!(message(Some(&argument), &[]), format!("the settings file `{path}` is not valid TOML: {reason}"));
    }
    let argument = file("rules.txt", "a = 1");
    let error = SettingsArguments::parse(Some(&argument), &[] as &[&str]).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the settings file `{}` is not valid JSON: expected value at line 1 column 1", argument.trim_start_matches('@'))
    );
    assert_eq!(error.hint().as_deref(), Some("a file is read as TOML if its name ends in .toml"));
    let deep = format!("a = {}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert!(message(Some(&file("deep.toml", &deep)), &[]).contains("nested too deeply"));
    assert_eq!(
        message(Some(&file("large.toml", &format!("a = '{}'", "x".repeat(MAX_SETTINGS_BYTES)))), &[]),
        "the settings are larger than 256 KiB"
    );
    assert!(message(Some(&file("many.toml", &"\n".repeat(900_000))), &[]).contains("more than 500000 words"));
}
