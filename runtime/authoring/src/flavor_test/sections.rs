//! Questions and requests as they stand in a case's file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pushgate_sandbox::{HttpError, QueryError};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

use super::recorded::{RecordedQuestion, RecordedRequest};

/// The table of a question.
pub(super) fn question(recorded: &RecordedQuestion) -> Table {
    let mut table = Table::new();
    let mut put = |key: &str, value: Value| drop(table.insert(key, Item::Value(value)));
    let (ask, answer) = match recorded {
        RecordedQuestion::Exists { answer, .. } => ("repository-exists", answer.as_ref().map(|exists| Some(Value::from(*exists)))),
        RecordedQuestion::Tags { answer, .. } => {
            ("tags", answer.as_ref().map(|tags| Some(Value::from(tags.iter().map(|tag| text(tag)).collect::<Array>()))))
        }
        RecordedQuestion::Digest { answer, .. } => ("manifest-digest", answer.as_ref().map(|digest| digest.as_deref().map(text))),
    };
    put("ask", ask.into());
    match recorded {
        RecordedQuestion::Exists { repository, .. } => put("repository", text(repository)),
        RecordedQuestion::Tags { repository, after, limit, .. } => {
            put("repository", text(repository));
            if let Some(after) = after {
                put("after", text(after));
            }
            if let Some(limit) = limit {
                put("limit", i64::from(*limit).into());
            }
        }
        RecordedQuestion::Digest { repository, tag, .. } => {
            put("repository", text(repository));
            put("tag", text(tag));
        }
    }
    match answer {
        Ok(Some(answer)) => put("answer", answer),
        Ok(None) => {}
        Err(error) => put("error", query_error(error)),
    }
    table
}

/// The table of a request.
pub(super) fn request(recorded: &RecordedRequest) -> Table {
    let mut table = Table::new();
    let mut put = |key: &str, value: Value| drop(table.insert(key, Item::Value(value)));
    let RecordedRequest { method, url, body, reads, answer } = recorded;
    if method != "GET" {
        put("method", text(method));
    }
    put("url", text(url));
    if let Some(body) = body {
        put("request-body", text(body));
    }
    if *reads {
        put("reads", true.into());
    }
    match answer {
        Ok(response) => {
            put("status", i64::from(response.status).into());
            if !response.headers.is_empty() {
                put("headers", headers(&response.headers).into());
            }
            match std::str::from_utf8(&response.body) {
                Ok("") => {}
                Ok(body) => put("body", text(body)),
                Err(_) => put("body-base64", STANDARD.encode(&response.body).into()),
            }
        }
        Err(error) => put("error", http_error(error)),
    }
    table
}

/// A text on one line: what is told is indented, and a string of several lines would take that in.
pub(super) fn text(text: &str) -> Value {
    // What JSON writes is a basic string of TOML, but for one character.
    let basic = serde_json::to_string(text).unwrap_or_default().replace('\u{7f}', "\\u007f");
    basic.parse().unwrap_or_else(|_| text.into())
}

/// One table under its heading, as it would stand in a file.
pub(super) fn written(heading: &str, table: Table) -> String {
    let mut tables = ArrayOfTables::new();
    tables.push(table);
    let mut document = DocumentMut::new();
    document.insert(heading, Item::ArrayOfTables(tables));
    document.to_string()
}

/// A name that comes more than once has a list of values.
fn headers(fields: &[(String, String)]) -> InlineTable {
    let mut table = InlineTable::new();
    for (name, _) in fields {
        let values: Vec<&str> = fields.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect();
        let value = match values.as_slice() {
            [value] => text(value),
            values => Value::from(values.iter().map(|value| text(value)).collect::<Array>()),
        };
        table.insert(name, value);
    }
    table
}

fn query_error(error: &QueryError) -> Value {
    match error {
        QueryError::NotGranted => "not-granted".into(),
        QueryError::LimitExceeded => "limit-exceeded".into(),
        QueryError::Unauthorized => "unauthorized".into(),
        QueryError::Unavailable(reason) => with_text("unavailable", reason),
        QueryError::Other(reason) => with_text("other", reason),
    }
}

fn http_error(error: &HttpError) -> Value {
    match error {
        HttpError::NotGranted(reason) => with_text("not-granted", reason),
        HttpError::InvalidRequest(reason) => with_text("invalid-request", reason),
        HttpError::LimitExceeded => "limit-exceeded".into(),
        HttpError::TimedOut => "timed-out".into(),
        HttpError::TooLarge => "too-large".into(),
        HttpError::Unreachable(reason) => with_text("unreachable", reason),
        HttpError::Other(reason) => with_text("other", reason),
    }
}

fn with_text(case: &str, reason: &str) -> Value {
    InlineTable::from_iter([(case, text(reason))]).into()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pushgate_sandbox::HttpResponse;
    use serde::Deserialize;

    use super::*;
    use crate::flavor_test::document;

    #[derive(Deserialize)]
    struct File {
        #[serde(default)]
        registry: Vec<RecordedQuestion>,
        #[serde(default)]
        http: Vec<RecordedRequest>,
    }

    /// Texts that need care in TOML.
    const TEXTS: [&str; 8] = ["", "a", "\"\"\"", "'''", "a\nb\r\n", "\\u0041\\", "\u{0}\u{1b}\u{7f}\u{85}\u{feff}", "日本 🦀"];

    fn read(text: &str) -> File {
        document::parse(Path::new("case.toml"), text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        for word in TEXTS {
            let owned = || word.to_owned();
            let questions = [
                RecordedQuestion::Exists { repository: owned(), answer: Ok(false) },
                RecordedQuestion::Exists { repository: owned(), answer: Err(QueryError::Unavailable(owned())) },
                RecordedQuestion::Tags {
                    repository: owned(),
                    after: Some(owned()),
                    limit: Some(u32::MAX),
                    answer: Ok(vec![owned(), owned()]),
                },
                RecordedQuestion::Tags { repository: owned(), after: None, limit: None, answer: Err(QueryError::Unauthorized) },
                RecordedQuestion::Digest { repository: owned(), tag: owned(), answer: Ok(None) },
                RecordedQuestion::Digest { repository: owned(), tag: owned(), answer: Ok(Some(owned())) },
                RecordedQuestion::Digest { repository: owned(), tag: owned(), answer: Err(QueryError::NotGranted) },
            ];
            for recorded in questions {
                assert_eq!(read(&written("registry", question(&recorded))).registry, [recorded]);
            }
            let response = |body: &[u8]| {
                let headers = vec![("a".to_owned(), owned()), ("a".to_owned(), "2".to_owned()), ("b".to_owned(), owned())];
                Ok(HttpResponse { status: 404, headers, body: body.to_vec() })
            };
            for answer in [response(word.as_bytes()), response(b"\xff\0"), Err(HttpError::TimedOut), Err(HttpError::Unreachable(owned()))] {
                let recorded = RecordedRequest { method: "POST".to_owned(), url: owned(), body: Some(owned()), reads: true, answer };
                assert_eq!(read(&written("http", request(&recorded))).http, [recorded]);
            }
        }
    }
}
