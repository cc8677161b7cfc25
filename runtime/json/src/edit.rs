//! Changes to a JSON text that leave all the rest of it as it is, byte for byte: somebody else's configuration is not ours to reorder.
//!
//! The text has been parsed before, so that here it is known to be a valid object. `serde_json` with `preserve_order` keeps the order of the
//! members, but neither the spelling of numbers and texts nor the blanks (decision 0070).

use std::ops::Range;

/// One member of an object: where its key, and its value, stand.
struct Member {
    key: Range<usize>,
    value: Range<usize>,
}

/// Sets `text[outer][key]` to `value`, which is JSON. `outer` is an object, or missing. A key is found whatever its case.
pub fn set(text: &str, outer: &str, key: &str, value: &str) -> Option<String> {
    let pair = format!("{}: {value}", quoted(key));
    let Some(object) = find(text, 0, outer)? else {
        return insert(text, 0, &format!("{}: {{\n\t\t{pair}\n\t}}", quoted(outer)), "\t");
    };
    if text.get(object.clone())? == "null" {
        return replace(text, object, &format!("{{\n\t\t{pair}\n\t}}"));
    }
    match find(text, object.start, key)? {
        Some(old) => replace(text, old, value),
        None => insert(text, object.start, &pair, "\t\t"),
    }
}

/// Takes the members of `text[outer]` with these keys away.
pub fn remove(text: &str, outer: &str, keys: &[String]) -> Option<String> {
    let mut text = text.to_owned();
    for key in keys {
        while let Some(object) = find(&text, 0, outer)? {
            let members = members(&text, object.start)?;
            let Some(index) = position(&text, &members, key)? else { break };
            // With the comma after it, or, if it is the last one, that before it.
            let (start, end) =
                match (index.checked_sub(1).and_then(|before| members.get(before)), members.get(index), members.get(index + 1)) {
                    (_, Some(own), Some(next)) => (own.key.start, next.key.start),
                    (Some(previous), Some(own), None) => (previous.value.end, own.value.end),
                    (None, Some(own), None) => (own.key.start, own.value.end),
                    (_, None, _) => return None,
                };
            text = replace(&text, start..end, "")?;
        }
    }
    Some(text)
}

/// Puts an item, which is JSON, at the end of the array `text[outer]`. None if there is no such array.
pub fn push(text: &str, outer: &str, item: &str) -> Option<String> {
    let array = find(text, 0, outer)??;
    let items = text.get(array.clone())?.strip_prefix('[')?.strip_suffix(']')?;
    let end = array.start + 1 + items.trim_ascii_end().len();
    let comma = if items.trim_ascii().is_empty() { "" } else { "," };
    replace(text, end..end, &format!("{comma}{item}"))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn replace(text: &str, range: Range<usize>, with: &str) -> Option<String> {
    Some(format!("{}{with}{}", text.get(..range.start)?, text.get(range.end..)?))
}

/// Puts a member at the end of the object that begins at `start`.
fn insert(text: &str, start: usize, pair: &str, indent: &str) -> Option<String> {
    match members(text, start)?.last() {
        Some(last) => replace(text, last.value.end..last.value.end, &format!(",\n{indent}{pair}")),
        None => {
            let open = start + text.get(start..)?.find('{')? + 1;
            let close = open + text.get(open..)?.find('}')?;
            let outer = indent.get(1..).unwrap_or_default();
            replace(text, open..close, &format!("\n{indent}{pair}\n{outer}"))
        }
    }
}

/// The value of a member of the object that begins at `start`.
fn find(text: &str, start: usize, key: &str) -> Option<Option<Range<usize>>> {
    let members = members(text, start)?;
    let index = position(text, &members, key)?;
    Some(index.and_then(|index| members.into_iter().nth(index)).map(|member| member.value))
}

fn position(text: &str, members: &[Member], key: &str) -> Option<Option<usize>> {
    for (index, member) in members.iter().enumerate() {
        let found: String = serde_json::from_str(text.get(member.key.clone())?).ok()?;
        if found.eq_ignore_ascii_case(key) {
            return Some(Some(index));
        }
    }
    Some(None)
}

/// The members of the object that begins at `start`, perhaps after blanks.
fn members(text: &str, start: usize) -> Option<Vec<Member>> {
    let bytes = text.as_bytes();
    let mut at = blanks(bytes, start);
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    let mut members = Vec::new();
    at = blanks(bytes, at + 1);
    while bytes.get(at) != Some(&b'}') {
        let key = at..string_end(bytes, at)?;
        at = blanks(bytes, key.end);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        let value_start = blanks(bytes, at + 1);
        let value = value_start..value_end(bytes, value_start)?;
        at = blanks(bytes, value.end);
        members.push(Member { key, value });
        match bytes.get(at)? {
            b',' => at = blanks(bytes, at + 1),
            b'}' => {}
            _ => return None,
        }
    }
    Some(members)
}

fn blanks(bytes: &[u8], at: usize) -> usize {
    at + bytes.iter().skip(at).take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The end of the string that begins at `at`.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The end of the value that begins at `at`.
fn value_end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut depth) = (start, 0_u32);
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string_end(bytes, at)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            // The end of the object around a number or a word.
            b'}' | b']' | b',' if depth == 0 => break,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    let blank = bytes.get(start..at)?.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    Some(at - blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_stands_in_the_text_and_the_rest_is_as_it_was() {
        let before = "{\n  \"b\" : 1,\"x\":[{\"auths\":{}}, \"}{\\\"\", -1.5e3 ],\n\t\"Auths\":{ \"A.example\":{\"auth\":\"old\"} , \"b.example\" : {} }\n , \"a\": null }\n";
        let after = set(before, "auths", "a.example", "7").unwrap();
        assert_eq!(after, before.replace("{\"auth\":\"old\"}", "7"));
        let after = set(before, "auths", "c.example", "7").unwrap();
        assert_eq!(after, before.replace("\"b.example\" : {}", "\"b.example\" : {},\n\t\t\"c.example\": 7"));
        assert_eq!(set("{}", "auths", "a\"b", "7").unwrap(), "{\n\t\"auths\": {\n\t\t\"a\\\"b\": 7\n\t}\n}");
        assert_eq!(set(" { } ", "auths", "a", "7").unwrap(), " {\n\t\"auths\": {\n\t\t\"a\": 7\n\t}\n} ");
        assert_eq!(set("{\"x\":1 }", "auths", "a", "7").unwrap(), "{\"x\":1,\n\t\"auths\": {\n\t\t\"a\": 7\n\t} }");
        assert_eq!(set("{\"auths\":null,\"x\":1}", "auths", "a", "7").unwrap(), "{\"auths\":{\n\t\t\"a\": 7\n\t},\"x\":1}");
        assert_eq!(set("{\"auths\":{}}", "auths", "a", "7").unwrap(), "{\"auths\":{\n\t\t\"a\": 7\n\t}}");
    }

    #[test]
    fn an_item_is_put_at_the_end_of_an_array() {
        let before = "{ \"b\": [1], \"list\" : [ {\"list\":[]} , \"]\"\n] }\n";
        assert_eq!(push(before, "list", "7").unwrap(), before.replace("\"]\"", "\"]\",7"));
        assert_eq!(push(r#"{"l\u0069st":[]}"#, "list", "7").unwrap(), r#"{"l\u0069st":[7]}"#);
        assert_eq!(push("{\"list\":[ \n]}", "list", "7").unwrap(), "{\"list\":[7 \n]}");
        for text in ["{}", r#"{"list":{}}"#, r#"{"list":null}"#, "[]"] {
            assert_eq!(push(text, "list", "7"), None, "{text}");
        }
    }

    #[test]
    fn what_is_removed_takes_its_comma_with_it() {
        let remove =
            |text: &str, keys: &[&str]| remove(text, "auths", &keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>()).unwrap();
        let text = r#"{"z":1,"auths":{"a":{}, "b":[1,2],"c":"x"},"y":true}"#;
        assert_eq!(remove(text, &["a"]), r#"{"z":1,"auths":{"b":[1,2],"c":"x"},"y":true}"#);
        assert_eq!(remove(text, &["B"]), r#"{"z":1,"auths":{"a":{}, "c":"x"},"y":true}"#);
        assert_eq!(remove(text, &["c"]), r#"{"z":1,"auths":{"a":{}, "b":[1,2]},"y":true}"#);
        assert_eq!(remove(text, &["a", "b", "c", "d"]), r#"{"z":1,"auths":{},"y":true}"#);
        assert_eq!(remove(text, &["z"]), text);
        assert_eq!(remove("{}", &["z"]), "{}");
    }
}
