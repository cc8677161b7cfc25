//! The flavor of `docs/opa.md`, which asks an OPA server. The server here takes queries as OPA does, and answers what a test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use pushgate_test_images::{Image, Layout};
use serde_json::{Value, json};

use crate::help::page;
use crate::support::{Home, Ran, guest};

/// Answers one query with this status and document, and gives back its first line and its body.
fn answer_one(listener: &TcpListener, status: u16, document: &str) -> (String, Value) {
    let (stream, _) = listener.accept().expect("a connection");
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).expect("a request");
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a header");
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().expect("a length");
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let head =
        format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", document.len());
    reader.into_inner().write_all(format!("{head}{document}").as_bytes()).expect("an answer");
    (first.trim_end().to_owned(), serde_json::from_slice(&body).expect("JSON"))
}

/// What a check says where OPA answers this, and what OPA was asked.
fn check(status: u16, document: &'static str) -> (Ran, String, Value) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let server: JoinHandle<(String, Value)> = thread::spawn(move || answer_one(&listener, status, document));
    let home = Home::new();
    home.must(&format!("flavor register {}", guest("ask-opa").display()));
    Layout::create(&home.join("image")).expect("a layout").add(&Image::new().user("1000"), Some("v1")).expect("an image");
    let ran = home.run(&format!(
        "check registry.example.com/team/app:v1 --from oci:image --uri registry.example.com --flavor ask-opa --set url={origin}/v1/data/pushgate/deny --grant http={origin}"
    ));
    let (request, body) = server.join().expect("one query");
    (ran, request, body)
}

#[test]
fn an_empty_list_of_reasons_is_an_approval() {
    let (ran, request, body) = check(200, r#"{"result":[]}"#);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(request, "POST /v1/data/pushgate/deny HTTP/1.1");
    assert_eq!((&body["input"]["repository"], &body["input"]["tag"]), (&json!("team/app"), &json!("v1")));
    let image = &body["input"]["images"][0];
    assert_eq!((&image["platform"], &image["config"]["config"]["User"]), (&json!("linux/amd64"), &json!("1000")));
}

#[test]
fn a_reason_is_a_refusal() {
    let (ran, ..) = check(200, r#"{"result":["no Fridays","no root"]}"#);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stderr.contains("opa.denied: no Fridays") && ran.stderr.contains("opa.denied: no root"), "{ran:?}");
}

/// Undefined, of another type, an error: whatever is no list of reasons is no approval.
#[test]
fn anything_else_is_no_approval() {
    for (status, document) in [
        (200, "{}"),
        (200, r#"{"result":null}"#),
        (200, r#"{"result":true}"#),
        (200, r#"{"result":{"allow":true}}"#),
        (200, r#"{"result":[1]}"#),
        (200, "[]"),
        (200, ""),
        (404, r#"{"result":[]}"#),
        (500, r#"{"code":"internal_error","message":"x"}"#),
    ] {
        let (ran, ..) = check(status, document);
        assert_eq!(ran.code, 7, "{status} {document}: {ran:?}");
    }
}

#[test]
fn the_page_shows_the_flavor_that_is_tested() {
    let page = std::fs::read_to_string(page("../opa.md")).expect("the page");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/guests/ask-opa/src/lib.rs");
    let source = std::fs::read_to_string(source).expect("the source");
    assert!(page.contains(&format!("```rust\n{source}```\n")), "docs/opa.md has another flavor than tests/fixtures/guests/ask-opa");
}
