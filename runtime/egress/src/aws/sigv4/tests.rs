use std::fs;
use std::path::Path;
use std::time::Duration;

use aws_sigv4::http_request::SessionTokenMode;
use serde_json::Value;

use super::*;

/// Method, path, header and body of a request as the vectors write it. A field on several lines is one with spaces.
fn parse(text: &str) -> (String, String, HeaderMap, String) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
    let mut lines = head.lines();
    let request = lines.next().unwrap();
    let (method, rest) = request.split_once(' ').unwrap();
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in lines {
        match line.split_once(':') {
            Some((name, value)) if !line.starts_with(' ') => fields.push((name.to_owned(), value.trim().to_owned())),
            _ => {
                let value = &mut fields.last_mut().unwrap().1;
                value.push(' ');
                value.push_str(line.trim());
            }
        }
    }
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
    }
    (method.to_owned(), rest.trim_end_matches(" HTTP/1.1").to_owned(), headers, body.to_owned())
}

/// F-19: AWS's own vectors.
#[test]
fn published_vectors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/aws-signing-test-suite");
    let mut count = 0;
    for case in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let read = |file: &str| fs::read_to_string(case.join(file)).unwrap();
        let context: Value = serde_json::from_str(&read("context.json")).unwrap();
        let text = |pointer: &str| context.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        assert_eq!(text("/timestamp").as_deref(), Some("2015-08-30T12:36:00Z"), "{name}");
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
        let keys = Credential {
            access_key_id: text("/credentials/access_key_id").unwrap(),
            secret_access_key: text("/credentials/secret_access_key").unwrap(),
            session_token: text("/credentials/token"),
            expires_in: None,
        };
        let scope = Scope { service: text("/service").unwrap(), region: text("/region").unwrap() };
        let mut settings = scope.settings();
        settings.uri_path_normalization_mode = context["normalize"].as_bool().unwrap().into();
        if context["omit_session_token"] == true {
            settings.session_token_mode = SessionTokenMode::Exclude;
        }
        if context["sign_body"] == true {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let (method, path, headers, body) = parse(&read("request.txt"));
        let url = format!("https://{}{path}", headers["host"].to_str().unwrap());
        let signed = signature(&scope, settings, &keys, time, (&method, &url, &headers, body.as_bytes())).unwrap();
        let (_, _, expected, _) = parse(&read("header-signed-request.txt"));
        for field in ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"] {
            let found = signed.iter().find(|(name, _)| name == field).map(|(_, value)| value.to_str().unwrap());
            let found = found.or_else(|| headers.get(field)?.to_str().ok());
            assert_eq!(found, expected.get(field).map(|value| value.to_str().unwrap()), "{name}: {field}");
        }
        assert!(signed.iter().all(|(_, value)| value.is_sensitive()));
        count += 1;
    }
    assert!(count > 30, "{count}");
}

/// What S3 wants differs: the path as it stands, and the digest of the body.
#[test]
fn s3_takes_paths_as_they_are() {
    let keys = Credential { access_key_id: "a".to_owned(), secret_access_key: "b".to_owned(), session_token: None, expires_in: None };
    let of = |service: &str, path: &str| {
        let scope = Scope { service: service.to_owned(), region: "r".to_owned() };
        let url = format!("https://bucket.example.com{path}");
        let request = ("GET", url.as_str(), &HeaderMap::new(), b"".as_slice());
        signature(&scope, scope.settings(), &keys, SystemTime::UNIX_EPOCH, request).unwrap()
    };
    let value = |fields: &[(HeaderName, HeaderValue)], name: &str| {
        fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.to_str().unwrap().to_owned())
    };
    assert!(value(&of("s3", "/a"), "x-amz-content-sha256").is_some());
    assert_eq!(value(&of("ecr", "/a"), "x-amz-content-sha256"), None);
    let authorization = |service, path| value(&of(service, path), "authorization").unwrap();
    assert_ne!(authorization("s3", "/a/../b"), authorization("s3", "/b"));
    assert_eq!(authorization("ecr", "/a/../b"), authorization("ecr", "/b"));
    assert_ne!(authorization("s3", "/a%2Fb"), authorization("s3", "/a/b"));
    assert_eq!(authorization("ecr", "/?b=2&a=1"), authorization("ecr", "/?a=1&b=2"));
}
