use serde_json::{Map, Value};

use crate::document::MAX_WHOLE;
use crate::node::MAX_DEPTH;
use crate::{DocumentError, MAX_DOCUMENT, MAX_ELEMENTS, Object, Shape, Tree, parse_object};

fn parsed(text: &str) -> Result<Map<String, Value>, DocumentError> {
    parse_object(text.as_bytes(), MAX_DOCUMENT)
}

#[test]
fn ordinary_documents_are_read_as_they_are() {
    let text = r#"{"a":[1,-2,3.5,null,true,{"b":"c"}],"d":{}}"#;
    assert_eq!(Value::Object(parsed(text).unwrap()), serde_json::from_str::<Value>(text).unwrap());
}

#[test]
fn repeated_keys() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"User":"1000","user":"0"}"#,
        r#"{"x":[{"y":{"Env":[],"ENV":[]}}]}"#,
        r#"{"sha":1,"\u017fha":2}"#,
        r#"{"kind":1,"\u212aind":2}"#,
    ] {
        let error = parsed(text).unwrap_err();
        assert!(matches!(error, DocumentError::RepeatedKey { .. }), "{text}: {error}");
    }
    assert!(parsed(r#"{"x":{"a":1},"y":{"a":1}}"#).is_ok());
}

/// Labels of old base images differ in case only (`Name` and `name`): keys of maps are exact strings, and so is what nobody names.
#[test]
fn keys_of_maps_are_exact() {
    let text = r#"{"Labels":{"Name":"1","name":"2","n\u0061Me":"3","sha":"","\u017fha":"","user":""},"x":{"User":[{"a":1,"A":1}],"user":1},"history":[{"x":{"Labels":{"a":1,"A":2}}}]}"#;
    let labels = read(text, |object| object.string_map("Labels")).unwrap();
    assert_eq!((labels.len(), &*labels["Name"], &*labels["name"], &*labels["naMe"]), (6, "1", "2", "3"));
    for (text, key) in [
        (r#"{"Labels":{"Name":"1","name":"2","N\u0061me":"3"}}"#, "the key `Name` stands twice in one object, at line 1, column"),
        (r#"{"x":[{"y":{"z":1,"z":1}}]}"#, "the key `z` stands twice in one object, at line 1, column"),
        (r#"{"history":[{"x":1,"X":1}]}"#, "the key `X` stands twice in one object (case does not count), at line 1, column"),
        (r#"{"parts":[{"x":1,"X":1}]}"#, "the key `X` stands twice in one object (case does not count), at line 1, column"),
        (r#"{"User":"1000","user":"0"}"#, "the key `user` stands twice in one object (case does not count), at line 1, column"),
        (r#"{"x":1,"X":1}"#, "the key `X` stands twice in one object (case does not count), at line 1, column"),
    ] {
        let error = read(text, |_| Ok(())).unwrap_err();
        assert!(error.to_string().starts_with(key), "{text}: {error}");
    }
}

#[test]
fn malformed_documents_name_the_place_and_not_the_content() {
    let error = parsed("{\n\"password\": S3CRET-CANARY-json}").unwrap_err();
    assert_eq!(error.to_string(), "not valid JSON at line 2, column 13");
    for text in ["", "[]", "{} {}", "{\"a\":01}", "\u{feff}{}", "{\"a\":\"\u{0}\"}"] {
        assert!(parsed(text).is_err(), "{text:?}");
    }
}

#[test]
fn depth_and_size_are_bounded() {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert!(parsed(&nested(MAX_DEPTH)).is_ok());
    assert!(parsed(&nested(MAX_DEPTH + 1)).is_err());
    assert!(parsed(&nested(100_000)).is_err());
    assert_eq!(parse_object(b"{    }", 5), Err(DocumentError::TooLarge { size: 6, limit: 5 }));
}

/// Every kind of place.
static SHAPE: Shape = Shape::Members(&[
    ("User", Shape::Scalar),
    ("Labels", Shape::TEXTS),
    ("Env", Shape::List(2, &Shape::Scalar)),
    ("parts", Shape::List(usize::MAX, &Shape::Members(&[("size", Shape::Scalar)]))),
    ("history", Shape::Checked(&Shape::List(usize::MAX, &Shape::Members(&[])))),
]);

fn read<T>(text: &str, read: impl FnOnce(&Object<'_>) -> Result<T, DocumentError>) -> Result<T, DocumentError> {
    read(&Tree::parse(text.as_bytes(), MAX_DOCUMENT, "document", &SHAPE)?.object()?)
}

#[test]
fn members_must_be_spelled_as_specified() {
    for (text, expected) in [
        (r#"{"uSer":"0"}"#, "document: `uSer` must be spelled `User`"),
        (r#"{"parts":[{},{"SIZE":1}]}"#, "document.parts[1]: `SIZE` must be spelled `size`"),
    ] {
        assert_eq!(read(text, |_| Ok(())).unwrap_err().to_string(), expected);
    }
    assert!(read(r#"{"x":{"uSer":"0"},"Labels":{"uSer":"0"}}"#, |_| Ok(())).is_ok());
}

#[test]
fn what_a_shape_does_not_name_is_not_kept() {
    let text =
        r#"{"User":"a\nb","x":{"y":[1]},"Env":["A=b"],"Labels":{"b":"2","a":"1"},"parts":[{"size":7,"z":[]},{}],"history":[{"x":1}]}"#;
    let tree = Tree::parse(text.as_bytes(), MAX_DOCUMENT, "document", &SHAPE).unwrap();
    let object = tree.object().unwrap();
    assert_eq!(object.string("User"), Ok(Some("a\nb")));
    assert_eq!(object.strings("Env").unwrap(), ["A=b"]);
    assert_eq!(object.string_map("Labels").unwrap().into_iter().collect::<Vec<_>>(), [("a".into(), "1".into()), ("b".into(), "2".into())]);
    let sizes: Vec<_> = object.objects("parts").unwrap().unwrap().map(|part| part.unwrap().unsigned("size").unwrap()).collect();
    assert_eq!(sizes, [Some(7), None]);
    assert!(!object.has("x") && !object.has("history"));
}

#[test]
fn another_kind_than_the_shape_is_an_error() {
    let text = r#"{"User":["x"],"Labels":[["x"]],"Env":{"x":["y"]},"parts":["x"]}"#;
    let tree = Tree::parse(text.as_bytes(), MAX_DOCUMENT, "document", &SHAPE).unwrap();
    let object = tree.object().unwrap();
    assert_eq!(object.string("User").unwrap_err().to_string(), "document.User: not a string");
    assert_eq!(object.string_map("Labels").unwrap_err().to_string(), "document.Labels: not an object");
    assert_eq!(object.strings("Env").unwrap_err().to_string(), "document.Env: not an array");
    let part = object.objects("parts").unwrap().unwrap().next().unwrap();
    assert_eq!(part.unwrap_err().to_string(), "document.parts[0]: not an object");
    for text in ["[]", "7", "null", "\"x\""] {
        assert_eq!(read(text, |_| Ok(())).unwrap_err().to_string(), "document: not a JSON object", "{text}");
    }
}

#[test]
fn lists_and_elements_are_bounded() {
    assert!(read(r#"{"Env":["a","b"]}"#, |_| Ok(())).is_ok());
    let error = read(r#"{"Env":["a","b","c"]}"#, |_| Ok(())).unwrap_err();
    assert_eq!(error, DocumentError::TooMany { place: "document.Env".to_owned(), limit: 2 });
    let labels = |count: usize| {
        let labels: Vec<String> = (0..count).map(|label| format!("\"{label}\":\"\"")).collect();
        format!("{{\"Labels\":{{{}}}}}", labels.join(","))
    };
    assert_eq!(read(&labels(MAX_ELEMENTS - 1), |object| object.string_map("Labels")).unwrap().len(), MAX_ELEMENTS - 1);
    let error = read(&labels(MAX_ELEMENTS), |_| Ok(())).unwrap_err();
    assert_eq!(error.to_string(), "document.Labels: more than the 150000 elements allowed");
    // What is not kept does not count, but for the keys that are compared.
    let unread = |piece: &str| format!("{{\"x\":[{}]}}", vec![piece; MAX_ELEMENTS * 2].join(","));
    for piece in ["0", r#"{"a":0}"#, r#"[""]"#] {
        assert!(read(&unread(piece), |_| Ok(())).is_ok(), "{piece}");
    }
    assert!(read(&labels(MAX_ELEMENTS).replace("Labels", "x"), |_| Ok(())).is_err());
    // A document that is kept whole may hold less.
    let whole = |count: usize| format!("{{\"x\":[{}]}}", vec!["0"; count].join(","));
    assert!(parsed(&whole(MAX_WHOLE - 1)).is_ok());
    assert!(matches!(parsed(&whole(MAX_WHOLE)), Err(DocumentError::TooMany { .. })));
}

#[test]
fn sizes_are_exact() {
    for (text, expected) in [
        ("12", Some(12)),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551616", None),
        ("9007199254740993", Some(9_007_199_254_740_993)),
        ("-1", None),
        ("1e3", None),
        ("12.5", None),
        ("\"12\"", None),
        ("1e30", None),
    ] {
        let text = format!("{{\"User\":{text}}}");
        assert_eq!(read(&text, |object| object.unsigned("User")).ok().flatten(), expected, "{text}");
    }
}
