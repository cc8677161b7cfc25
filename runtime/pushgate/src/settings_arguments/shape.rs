//! What a value looks like that a schema wants, for hints: `[{"code": "…", "require": "…"}]`.

use serde_json::Value;

/// Deeper things are `…`.
const MAX_DEPTH: usize = 4;
/// More members are not shown.
const MAX_MEMBERS: usize = 8;
/// What stands for any text.
const ANY: &str = r#""…""#;

/// An array or an object of this schema, in JSON: with the members that it must have, or, where there are none, those of its example.
pub(super) fn shape(schema: Option<&Value>, expected: &str) -> String {
    match schema {
        Some(schema) if is(schema, expected.trim_start_matches("an ")) => of(schema, example(schema), 0),
        _ if expected == "an object" => object(&[("…".to_owned(), ANY.to_owned())]),
        _ => format!("[{ANY}]"),
    }
}

fn of(schema: &Value, example: Option<&Value>, depth: usize) -> String {
    if depth >= MAX_DEPTH {
        return ANY.to_owned();
    }
    if is(schema, "array") {
        let item = schema.get("items").map_or_else(|| ANY.to_owned(), |items| of(items, example.and_then(|list| list.get(0)), depth + 1));
        return format!("[{item}]");
    }
    if is(schema, "object") {
        let member = |name: &str| {
            let schema = schema.get("properties").and_then(|properties| properties.get(name));
            let example = example.and_then(|object| object.get(name));
            (name.to_owned(), schema.map_or_else(|| ANY.to_owned(), |schema| of(schema, example, depth + 1)))
        };
        let required = schema.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut members: Vec<_> =
            required.iter().filter_map(Value::as_str).filter(|name| fits(name)).take(MAX_MEMBERS).map(member).collect();
        if members.is_empty() && schema.get("properties").is_some() {
            let shown = example.and_then(Value::as_object);
            members = shown
                .into_iter()
                .flat_map(|object| object.keys())
                .filter(|name| fits(name))
                .take(MAX_MEMBERS)
                .map(|name| member(name))
                .collect();
        }
        if members.is_empty() {
            members.push(("…".to_owned(), ANY.to_owned()));
        }
        return object(&members);
    }
    let plain = [("integer", "1"), ("number", "1"), ("boolean", "true")];
    plain.iter().find(|(kind, _)| is(schema, kind)).map_or(ANY, |(_, text)| text).to_owned()
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
    format!("{{{}}}", members.join(", "))
}

/// The first example that a schema gives.
fn example(schema: &Value) -> Option<&Value> {
    schema.get("examples")?.get(0)
}

/// Whether a schema wants this type, and no other.
fn is(schema: &Value, kind: &str) -> bool {
    schema.get("type").and_then(Value::as_str) == Some(kind)
}

/// Whether a name can stand in a hint, between single quotes.
fn fits(name: &str) -> bool {
    name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_as_the_schema_wants_it() {
        for (schema, expected, shown) in [
            (json!({ "type": "array", "items": { "type": "string" } }), "an array", r#"["…"]"#),
            (json!({ "type": "array" }), "an array", r#"["…"]"#),
            (json!({ "type": "array", "items": { "type": "integer" } }), "an array", "[1]"),
            (
                json!({ "type": "array", "items": { "type": "object", "properties": { "code": { "type": "string" }, "when": {} , "least": { "type": "number" } }, "required": ["code", "least"] } }),
                "an array",
                r#"[{"code": "…", "least": 1}]"#,
            ),
            (
                json!({ "type": "array", "items": { "type": "object", "properties": { "a": {}, "b": { "type": "array" } } }, "examples": [[{ "b": ["x"] }]] }),
                "an array",
                r#"[{"b": ["…"]}]"#,
            ),
            (
                json!({ "type": "object", "additionalProperties": { "type": "string" }, "examples": [{ "a": "b" }] }),
                "an object",
                r#"{"…": "…"}"#,
            ),
            (json!({ "type": "object", "required": ["it's"] }), "an object", r#"{"…": "…"}"#),
            (json!({ "type": ["array", "object"] }), "an object", r#"{"…": "…"}"#),
            (json!(true), "an array", r#"["…"]"#),
        ] {
            assert_eq!(shape(Some(&schema), expected), shown, "{schema}");
        }
        let deep = (0..50).fold(json!({ "type": "string" }), |inner, _| json!({ "type": "array", "items": inner }));
        assert_eq!(shape(Some(&deep), "an array"), r#"[[[["…"]]]]"#);
        let endless: Vec<String> = (0..1_000).map(|number| format!("n{number}")).collect();
        assert!(shape(Some(&json!({ "type": "object", "required": endless })), "an object").len() < 200);
    }
}
