//! The stream's interpreter, without a daemon: each case in pieces of every size.

use std::sync::Mutex;

use pushgate_credentials::{Credentials, Secret};

use super::*;

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const OTHER: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const HEADLINE: &str = "{\"status\":\"The push refers to repository [127.0.0.1:5000/app]\"}\r\n";

fn last() -> String {
    format!("{{\"status\":\"v1: digest: {DIGEST} size: 528\"}}\r\n")
}

#[derive(Default)]
struct Seen(Mutex<Vec<(String, LayerState)>>);

impl EngineProgress for Seen {
    fn layer(&self, layer: &str, state: LayerState) {
        self.0.lock().unwrap().push((layer.to_owned(), state));
    }
}

fn authentication() -> Authentication {
    let credentials = Credentials::Basic { username: "me".to_owned(), password: Secret::new("S3CRET-CANARY".to_owned()) };
    Authentication::new(&credentials, "127.0.0.1:5000")
}

fn read_in_pieces(stream: &[u8], size: usize, progress: &dyn EngineProgress) -> Result<Option<String>, EngineError> {
    let name = EngineName::new("127.0.0.1:5000/app", "v1").unwrap();
    let authentication = authentication();
    let mut report = Report { name: &name, authentication: &authentication, progress, digest: None };
    let mut values = Values::default();
    let mut outcome = Ok(());
    for piece in stream.chunks(size) {
        outcome = outcome.and_then(|()| values.take_in(piece, &mut |message| report.message(message)));
    }
    outcome.and_then(|()| values.finish(&mut |message| report.message(message))).map_err(|failure| match failure {
        Failure::Told(error) => *error,
        Failure::Lost(fault) => EngineError::PushLost { name: name.to_string(), problem: RequestProblem(fault) },
    })?;
    Ok(report.digest.map(|digest| digest.to_string()))
}

/// The outcome, which must be the same however the stream is cut.
fn read(stream: &str) -> Result<Option<String>, String> {
    let mut outcomes = [1, 2, 3, 7, 64, usize::MAX]
        .map(|size| {
            read_in_pieces(stream.as_bytes(), size, &()).map_err(|error| format!("{error:?}\n{error}\n{}", error.blames_registry()))
        })
        .into_iter();
    let first = outcomes.next().unwrap();
    for outcome in outcomes {
        assert_eq!(outcome, first, "{stream}");
    }
    first
}

#[test]
fn the_digest_is_in_the_status_text() {
    assert_eq!(read(&format!("{HEADLINE}{}", last())), Ok(Some(DIGEST.to_owned())));
    assert_eq!(read(last().trim_end()), Ok(Some(DIGEST.to_owned())), "without a line's end");
    let podman = format!("{{\"status\":\"v1: digest: {DIGEST} size: 1\\n\"}}\n");
    assert_eq!(read(&podman), Ok(Some(DIGEST.to_owned())));
    let aux =
        format!("{HEADLINE}{}{{\"progressDetail\":{{}},\"aux\":{{\"Tag\":\"v1\",\"Digest\":\"{DIGEST}\",\"Size\":528}}}}\r\n", last());
    assert_eq!(read(&aux), Ok(Some(DIGEST.to_owned())));
}

#[test]
fn a_stream_without_a_digest_has_none() {
    for stream in [
        "",
        "\r\n \n",
        HEADLINE,
        "{}",
        "{\"status\":\"Pushing\",\"id\":\"aaa\",\"progressDetail\":{\"current\":1,\"total\":2}}\n",
        // Another tag's, a layer's, and a text that only mentions one.
        &format!("{{\"status\":\"v2: digest: {DIGEST} size: 528\"}}\n"),
        &format!("{{\"status\":\"v1: digest: {DIGEST} size: 528\",\"id\":\"aaa\"}}\n"),
        &format!("{{\"status\":\"see v1: digest: {DIGEST} size: 528\"}}\n"),
        &format!("{{\"status\":\"v1: digest: {DIGEST}\"}}\n"),
        &format!("{{\"aux\":{{\"Tag\":\"v2\",\"Digest\":\"{DIGEST}\"}}}}\n"),
    ] {
        assert_eq!(read(stream), Ok(None), "{stream}");
    }
}

#[test]
fn a_failure_in_any_form_and_place_is_a_failure() {
    for (failure, words) in [
        (r#"{"errorDetail":{"message":"denied: no"},"error":"denied: no"}"#, "denied: no"),
        (r#"{"error":"denied: no"}"#, "denied: no"),
        (r#"{"errorDetail":{"message":"denied: no"}}"#, "denied: no"),
        (r#"{"errorDetail":{"code":7}}"#, "failure 7 without a message"),
        (r#"{"errorDetail":{},"error":"denied: no"}"#, "denied: no"),
        (r#"{"errorDetail":{"message":""},"error":"denied: no"}"#, "denied: no"),
        (r#"{"errorDetail":null,"error":"denied: no"}"#, "denied: no"),
        (r#"{"errorDetail":{}}"#, "without a message"),
        (r#"{"errorDetail":"denied: no"}"#, "denied: no"),
        (r#"{"errorDetail":[1]}"#, "without a message"),
        (r#"{"error":""}"#, "without a message"),
        (r#"{"error":{"x":1}}"#, "without a message"),
        (r#"{"error":false}"#, "without a message"),
        (r#"{"status":"Pushed","id":"aaa","progressDetail":{},"error":"denied: no"}"#, "denied: no"),
        ("{\n  \"error\":\n \"denied: no\"\n}", "denied: no"),
    ] {
        let (head, last) = (HEADLINE, last());
        for stream in [
            format!("{failure}\r\n{head}{last}"),
            format!("{head}{failure}\r\n{last}"),
            format!("{head}{last}{failure}\r\n"),
            format!("{head}{last}{failure}"),
        ] {
            let error = read(&stream).unwrap_err();
            assert!(error.starts_with("Push {") && error.contains(words), "{stream}\n{error}");
            assert!(error.ends_with("true"), "the registry is blamed: {error}");
        }
    }
}

#[test]
fn null_is_no_failure() {
    for nothing in
        [r#"{"errorDetail":null}"#, r#"{"errorDetail":null,"error":null,"status":"x"}"#, r#"{"aux":null,"id":null,"progressDetail":null}"#]
    {
        assert_eq!(read(&format!("{HEADLINE}{nothing}\r\n{}", last())), Ok(Some(DIGEST.to_owned())), "{nothing}");
    }
}

#[test]
fn what_is_the_engines_own_is_not_blamed_on_the_registry() {
    let error = read("{\"errorDetail\":{\"message\":\"tag does not exist: 127.0.0.1:5000/denied:v1\"},\"error\":\"x\"}\n").unwrap_err();
    assert!(error.ends_with("false"), "{error}");
}

#[test]
fn values_may_share_a_line_or_have_lines_of_their_own() {
    let one = format!("{}{}", HEADLINE.trim_end(), last().trim_end());
    assert_eq!(read(&one), Ok(Some(DIGEST.to_owned())));
    let several = format!("{HEADLINE}{{\r\n\r\n\"status\" :\r\n\"v1: digest: {DIGEST} size: 528\"\r\n\r\n}}{HEADLINE}");
    assert_eq!(read(&several), Ok(Some(DIGEST.to_owned())));
}

#[test]
fn what_is_no_message_is_lost() {
    for stream in [
        "<html>502 Bad Gateway</html>".to_owned(),
        "[]\n".to_owned(),
        "\"x\"\n".to_owned(),
        "{\"status\":7}\n".to_owned(),
        "{\"status\":\"a\",\"status\":\"b\"}\n".to_owned(),
        "{\"status\":\"\u{1}\"}\n".to_owned(),
        format!("{}{{\"status\":", last()),
        format!("{}{{", last()),
        format!("{{\"status\":\"v1: digest: {DIGEST} size: 1\"}}\n{{\"status\":\"v1: digest: {OTHER} size: 1\"}}\n"),
        format!("{{\"status\":\"v1: digest: {DIGEST} size: 1\"}}\n{{\"aux\":{{\"Tag\":\"v1\",\"Digest\":\"{OTHER}\"}}}}\n"),
        "{\"status\":\"v1: digest: sha256:../../x size: 1\"}\n".to_owned(),
        "{\"status\":\"v1: digest:  size: 1\"}\n".to_owned(),
        "{\"aux\":{\"manifestPushedInsteadOfIndex\":true,\"originalIndex\":{},\"selectedManifest\":{}}}\n".to_owned(),
    ] {
        let error = read(&stream).unwrap_err();
        assert!(error.starts_with("PushLost {") && error.ends_with("false"), "{stream}\n{error}");
    }
}

#[test]
fn no_value_is_gathered_without_end() {
    let endless = vec![b'a'; VALUE_LIMIT + 1];
    let long_string = [b"{\"status\":\"".as_slice(), &endless].concat();
    let many_lines = b"{\n".iter().copied().chain(std::iter::repeat_n(b'\n', VALUE_LIMIT / 2)).collect::<Vec<_>>();
    for (stream, words) in [(long_string, "longer than"), (many_lines, "lines")] {
        let error = read_in_pieces(&stream, 8192, &()).unwrap_err();
        assert!(error.to_string().contains(words) && error.leaves_registry_unknown(), "{error}");
    }
    let many_values = format!("{HEADLINE}\n\n\n").repeat(50_000) + &last();
    assert_eq!(read_in_pieces(many_values.as_bytes(), 8192, &()).unwrap().as_deref(), Some(DIGEST));
    let deep = "[".repeat(100_000);
    assert!(read_in_pieces(format!("{{\"aux\":{deep}\n").as_bytes(), 8192, &()).is_err());
}

#[test]
fn words_are_cut_and_freed_of_secrets() {
    // The secret lies across the place where the text is cut.
    let words = format!("{}S3CRET-CANARY{}", "x".repeat(MESSAGE_LIMIT - 5), "y".repeat(100_000));
    let error = read_in_pieces(format!("{{\"error\":\"{words}\"}}").as_bytes(), 4096, &()).unwrap_err();
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("S3CR") && text.len() < 2 * MESSAGE_LIMIT, "{text}");
    }
    let header = String::from_utf8(authentication().header().as_bytes().to_vec()).unwrap();
    let error = read_in_pieces(format!("{{\"errorDetail\":{{\"message\":\"bad header {header}, S3CRET-CANARY\"}}}}").as_bytes(), 4096, &())
        .unwrap_err();
    assert_eq!(error.to_string(), "pushing 127.0.0.1:5000/app:v1: bad header ***, ***");
}

#[test]
fn layers_are_reported() {
    let stream = concat!(
        "{\"status\":\"Preparing\",\"progressDetail\":{},\"id\":\"5f70bf18a086\"}\r\n",
        "{\"status\":\"Waiting\",\"progressDetail\":{},\"id\":\"5f70bf18a086\"}\r\n",
        "{\"status\":\"Pushing\",\"progressDetail\":{\"current\":512,\"total\":1024},\"progress\":\"[=>]\",\"id\":\"5f70bf18a086\"}\r\n",
        "{\"status\":\"Pushing\",\"progressDetail\":{\"current\":-1,\"total\":-5},\"id\":\"5f70bf18a086\"}\r\n",
        "{\"status\":\"Retrying in 5 seconds\",\"progressDetail\":{},\"id\":\"5f70bf18a086\"}\r\n",
        "{\"status\":\"Pushed\",\"progressDetail\":{},\"id\":\"5f70bf18a086\"}\r\n",
        "{\"status\":\"Layer already exists\",\"progressDetail\":{},\"id\":\"b\"}\r\n",
        "{\"status\":\"Mounted from library/x\",\"progressDetail\":{},\"id\":\"c\"}\r\n",
        "{\"status\":\"Pushed\",\"id\":\"\\u001b[2J\"}\r\n",
        "{\"status\":\"Pushed\",\"id\":\"\"}\r\n",
        "{\"status\":\"something new\",\"id\":\"d\"}\r\n",
    );
    let seen = Seen::default();
    read_in_pieces(stream.as_bytes(), 50, &seen).unwrap();
    let first = |state| ("5f70bf18a086".to_owned(), state);
    assert_eq!(
        *seen.0.lock().unwrap(),
        [
            first(LayerState::Waiting),
            first(LayerState::Waiting),
            first(LayerState::Pushing { current: 512, total: Some(1024) }),
            first(LayerState::Pushing { current: 0, total: None }),
            first(LayerState::Retrying),
            first(LayerState::Pushed),
            ("b".to_owned(), LayerState::AlreadyThere),
            ("c".to_owned(), LayerState::Mounted),
        ]
    );
}

#[test]
fn a_message_costs_at_most_eight_times_its_size() {
    for place in [r#"{"x":…}"#, r#"{"error":…}"#, r#"{"errorDetail":{"message":"no","x":…}}"#, r#"{"aux":…}"#, r#"{"status":…}"#]
    {
        for piece in [r#"{"a":0}"#, r#""""#] {
            let size = VALUE_LIMIT - 64;
            let message = place.replace('…', &format!("[{}]", vec![piece; size / (piece.len() + 1)].join(",")));
            let (_read, held) = pushgate_test_memory::peak(|| read_in_pieces(message.as_bytes(), usize::MAX, &()));
            assert!(held < 8 * message.len(), "{piece} in {place}: {held} bytes for {}", message.len());
        }
    }
}
