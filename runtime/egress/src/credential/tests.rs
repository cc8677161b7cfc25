//! F-18 and E-21: a credential is added where it is bound, and nothing of it comes back.

use std::ffi::OsString;
use std::path::Path;
use std::time::SystemTime;

use pushgate_net::{HttpGrant, RequestBudget};
use pushgate_reference::Host;
use pushgate_test_registry::{Options, RecordedRequest, Registry, Rule, Step, Switch};
use serde_json::json;
use url::form_urlencoded;

use super::*;
use crate::aws::sigv4::{self, Scope};
use crate::{OutboundClient, OutboundRequest};

const CANARY: &str = "S3CRET-CANARY+/=\"\\ä?";
const LIMIT: usize = 16 << 20;

async fn start(switch: Switch) -> Registry {
    let options = Options::default().misbehave(Rule::on(Step::Any, switch));
    tokio::task::spawn_blocking(|| Registry::start_blocking(options).unwrap()).await.unwrap()
}

fn reply(headers: &[(&'static str, &str)], body: impl Into<String>) -> Switch {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Switch::Reply { status: 200, headers, body: body.into().into() }
}

/// The places of credentials in a home with these variables.
fn sources(home: &Path, variables: &[(&str, &str)]) -> CredentialSources {
    CredentialSources::from_environment(|name| {
        let other = variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| OsString::from(*value));
        if name == "HOME" { Some(home.into()) } else { other }
    })
}

/// A home that keeps a credential for an origin.
fn home(origin: &str, username: &str, secret: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let credentials = Credentials::from_input(username, Secret::new(secret.to_owned())).unwrap();
    sources(home.path(), &[]).docker().store(Server::origin(origin), &credentials).unwrap();
    home
}

fn client(server: &Registry, form: CredentialForm, sources: CredentialSources) -> OutboundClient {
    let origin = Origin::new(Scheme::Http, &Host::parse(&server.host()).unwrap());
    let bound = BoundCredential::new(origin.clone(), form);
    OutboundClient::new(vec![HttpGrant::new(origin, false)], vec![bound], sources)
}

fn request(server: &Registry) -> OutboundRequest {
    OutboundRequest { method: "GET".to_owned(), url: format!("{}/x?y=z", server.origin()), headers: Vec::new(), body: Vec::new() }
}

fn only(server: &Registry) -> RecordedRequest {
    let [request] = server.requests().try_into().unwrap();
    request
}

fn sigv4() -> CredentialForm {
    CredentialForm::SigV4 { service: "ecr".to_owned(), region: "eu-central-1".to_owned() }
}

#[tokio::test]
async fn a_credential_is_added_where_it_is_bound() {
    for (form, header) in [
        (CredentialForm::Basic, format!("Basic {}", STANDARD.encode("alice:secret"))),
        (CredentialForm::Bearer, "Bearer secret".to_owned()),
    ] {
        let server = start(reply(&[], "hello")).await;
        let home = home(&server.origin(), "alice", "secret");
        let bound = client(&server, form, sources(home.path(), &[]));
        assert_eq!(bound.send(request(&server), LIMIT).await.unwrap().body, b"hello");
        assert_eq!(only(&server).header("authorization"), Some(header.as_str()));
        assert_eq!(only(&server).header("accept-encoding"), Some("identity"));
        // Another origin that is granted gets nothing of it.
        let other = start(reply(&[], "hello")).await;
        let grants =
            [&server, &other].map(|server| HttpGrant::new(Origin::new(Scheme::Http, &Host::parse(&server.host()).unwrap()), false));
        let binding = BoundCredential::new(Origin::new(Scheme::Http, &Host::parse(&server.host()).unwrap()), CredentialForm::Bearer);
        let both = OutboundClient::new(grants.to_vec(), vec![binding], sources(home.path(), &[]));
        both.send(request(&other), LIMIT).await.unwrap();
        assert_eq!(only(&other).header("authorization"), None);
    }
}

#[tokio::test]
async fn what_is_bound_is_not_the_flavors_to_set_or_to_hide() {
    let server = start(reply(&[], "hello")).await;
    let home = home(&server.origin(), "alice", "secret");
    let keys = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let signing = client(&server, sigv4(), sources(home.path(), &keys));
    let bearing = client(&server, CredentialForm::Bearer, sources(home.path(), &[]));
    let with = |name: &str| OutboundRequest { headers: vec![(name.to_owned(), "x".to_owned())], ..request(&server) };
    for name in ["Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256", "Range", "If-Range", "Accept-Encoding"] {
        for client in [&signing, &bearing] {
            let error = client.send(with(name), LIMIT).await.unwrap_err();
            assert!(matches!(error, OutboundError::Invalid { .. }), "{name}: {error:?}");
        }
    }
    assert!(matches!(bearing.send(with("X-Amz-Target"), LIMIT).await, Err(OutboundError::Invalid { .. })));
    assert!(server.requests().is_empty());
    signing.send(with("X-Amz-Target"), LIMIT).await.unwrap();
    let sent = only(&server);
    assert!(sent.header("authorization").unwrap().contains("x-amz-target"), "{sent:?}");
}

/// However it is repeated.
#[tokio::test]
async fn nothing_of_a_credential_comes_back() {
    let pair = STANDARD.encode(format!("alice:{CANARY}"));
    let percent: String = form_urlencoded::byte_serialize(CANARY.as_bytes()).collect();
    let body = format!(
        "plain {CANARY} upper {} json {} header Basic {pair} percent {percent} base64 {} twice {CANARY}{CANARY} end",
        CANARY.to_ascii_uppercase(),
        json!(CANARY),
        STANDARD.encode(CANARY),
    );
    let echoed =
        [("x-echo", pair.as_str()), ("location", "http://127.0.0.1/?x=s3cret-canary"), ("x-percent", percent.as_str()), ("x-a", "b")];
    let told = [("set-cookie", "a=b"), ("www-authenticate", "Basic realm=\"x\""), ("authentication-info", "x")];
    let fields: Vec<_> = echoed.into_iter().chain(told).collect();
    let server = start(reply(&fields, body)).await;
    let home = home(&server.origin(), "alice", CANARY);
    let response = client(&server, CredentialForm::Basic, sources(home.path(), &[])).send(request(&server), LIMIT).await.unwrap();
    let text = String::from_utf8_lossy(&response.body).into_owned();
    assert!(!text.to_ascii_uppercase().contains("CANARY") && !text.contains(&STANDARD.encode("alice:S3C")), "{text}");
    assert!(text.starts_with("plain [redacted] upper [redacted] json ") && text.ends_with("twice [redacted] end"), "{text}");
    let names: Vec<_> = response.headers.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "date").collect();
    assert_eq!(names, ["location", "x-a", "content-length"], "{response:?}");

    // The server repeats its `Authorization` on a page of 100 KB.
    let server = start(Switch::HtmlEcho { status: 403, size: 100_000 }).await;
    let home = self::home(&server.origin(), "alice", "S3CRET-CANARY-echo");
    for form in [CredentialForm::Basic, CredentialForm::Bearer] {
        let response = client(&server, form, sources(home.path(), &[])).send(request(&server), LIMIT).await.unwrap();
        let text = String::from_utf8_lossy(&response.body).into_owned();
        assert!(
            text.contains("[redacted]") && !text.contains("CANARY") && !text.contains(&STANDARD.encode("S3CRET-CANARY-ec")),
            "{text:.200}"
        );
    }
    let keys = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "S3CRET-CANARY-key"), ("AWS_SESSION_TOKEN", "token")];
    let response = client(&server, sigv4(), sources(home.path(), &keys)).send(request(&server), LIMIT).await.unwrap();
    let text = String::from_utf8_lossy(&response.body).into_owned();
    let sent = server.requests().last().unwrap().header("authorization").unwrap().to_owned();
    let signature = sent.rsplit('=').next().unwrap();
    assert!(text.contains("[redacted]") && !text.contains("AKIDEXAMPLE") && !text.contains(signature), "{text:.400}");
}

/// The whole field, or a part of it, in whatever the server writes it into: values and names of fields, and bodies that
/// come in pieces.
#[tokio::test]
async fn nothing_of_a_credential_comes_back_in_any_encoding() {
    let hexadecimal = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let percent = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pair = STANDARD.encode(format!("robot-account:{CANARY}"));
    let header = format!("Basic {pair}");
    let whole: Vec<String> = ["", "a", "ab"].iter().map(|lead| STANDARD.encode(format!("{lead}Authorization: {header}\r\nx: y"))).collect();
    let unpadded = pair.trim_end_matches('=');
    let escaped: String = CANARY.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let spellings = [
        whole.concat(),
        whole.join(" "),
        header.clone(),
        hexadecimal(&header),
        hexadecimal(&pair).to_ascii_uppercase(),
        percent(&pair),
        escaped,
        CANARY.replace('/', "&#47;").replace('+', "&plus;"),
        "user=robot-account".to_owned(),
        json!({ CANARY: 1, "robot-account": { pair.as_str(): 2 } }).to_string(),
    ];
    let names =
        [format!("x-{}", hexadecimal(CANARY)), format!("x-{unpadded}"), "x-robot-account".to_owned(), format!("x{}", percent(CANARY))];
    let mut text = String::from("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nx-kept: kept\r\n");
    for name in names.iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-%".contains(&byte))) {
        text += &format!("{name}: x\r\n");
    }
    for (place, spelling) in spellings.iter().enumerate() {
        text += &format!("x-{place}: {}\r\n", spelling.replace(['\r', '\n'], " "));
    }
    let mut bytes = format!("{text}\r\n").into_bytes();
    // A piece of a few bytes cuts every secret.
    for piece in format!("<{}>", spellings.join("> <")).as_bytes().chunks(5) {
        bytes.extend([format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat());
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    let server = start(Switch::Raw(bytes.into())).await;
    let home = home(&server.origin(), "robot-account", CANARY);
    let response = client(&server, CredentialForm::Basic, sources(home.path(), &[])).send(request(&server), LIMIT).await.unwrap();
    assert_eq!(response.headers, [("x-kept".to_owned(), "kept".to_owned())]);
    let left = String::from_utf8(response.body).unwrap();
    assert_eq!(left.matches("[redacted]").count(), 16, "{left}");
    for secret in [CANARY, "robot", unpadded, &hexadecimal(CANARY), &STANDARD.encode(CANARY)] {
        assert!(!left.to_lowercase().contains(&secret.to_lowercase()), "{secret}: {left}");
    }
}

/// What a response is about is not taken out for being a short name.
#[tokio::test]
async fn a_short_name_is_no_secret() {
    let server = start(reply(&[("x-owner", "alice")], "alice owns it")).await;
    let home = home(&server.origin(), "alice", CANARY);
    let response = client(&server, CredentialForm::Basic, sources(home.path(), &[])).send(request(&server), LIMIT).await.unwrap();
    assert_eq!(response.body, b"alice owns it");
    assert!(response.headers.contains(&("x-owner".to_owned(), "alice".to_owned())), "{response:?}");
}

#[tokio::test]
async fn a_response_does_not_grow_beyond_its_limit() {
    let server = start(reply(&[], "a ".repeat(1 << 20))).await;
    let home = home(&server.origin(), "alice", "a");
    let error = client(&server, CredentialForm::Bearer, sources(home.path(), &[])).send(request(&server), LIMIT).await.unwrap_err();
    assert!(matches!(error, OutboundError::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn a_packed_response_is_not_given() {
    let server = start(reply(&[("content-encoding", "gzip")], "whatever")).await;
    let home = home(&server.origin(), "alice", "secret");
    let error = client(&server, CredentialForm::Bearer, sources(home.path(), &[])).send(request(&server), LIMIT).await.unwrap_err();
    assert!(matches!(error, OutboundError::Packed { .. }), "{error:?}");
}

#[tokio::test]
async fn a_missing_credential_is_told_with_its_form() {
    let server = start(reply(&[], "")).await;
    let empty = tempfile::tempdir().unwrap();
    let origin = server.origin();
    for form in [CredentialForm::Basic, CredentialForm::Bearer, sigv4()] {
        let error = client(&server, form.clone(), sources(empty.path(), &[])).send(request(&server), LIMIT).await.unwrap_err();
        assert_eq!(error.to_string(), format!("there is no credential for {origin}"));
        assert!(
            matches!(&error, OutboundError::NoCredential { origin: named, form: found } if *named == origin && *found == form),
            "{error:?}"
        );
    }
    // A credential of the host is not one of the origin.
    let home = tempfile::tempdir().unwrap();
    let credentials = Credentials::from_input("alice", Secret::new("secret".to_owned())).unwrap();
    sources(home.path(), &[]).docker().store(&Host::parse(&server.host()).unwrap(), &credentials).unwrap();
    let error = client(&server, CredentialForm::Bearer, sources(home.path(), &[])).send(request(&server), LIMIT).await.unwrap_err();
    assert!(matches!(error, OutboundError::NoCredential { .. }), "{error:?}");
    // A token is no password.
    let token = self::home(&origin, "<token>", "secret");
    let error = client(&server, CredentialForm::Basic, sources(token.path(), &[])).send(request(&server), LIMIT).await.unwrap_err();
    assert!(matches!(error, OutboundError::Credential { .. }), "{error:?}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn nothing_shows_a_secret() {
    let server = start(reply(&[], "")).await;
    let home = home(&server.origin(), "alice", "S3CRET-CANARY-debug");
    let variables = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "S3CRET-CANARY-debug")];
    for form in [CredentialForm::Basic, sigv4()] {
        let sources = sources(home.path(), &variables);
        let client = client(&server, form, sources.clone());
        client.send(request(&server), LIMIT).await.unwrap();
        assert!(!format!("{client:?} {sources:?} {:?}", client.credentials).contains("CANARY"));
    }
}

/// A signature can be made again from what arrived: what was signed are the bytes that were sent.
fn assert_signed(sent: &RecordedRequest, origin: &str, body: &[u8], secret: &str) {
    let scope = Scope { service: "ecr".to_owned(), region: "eu-central-1".to_owned() };
    let keys = reqsign_aws_core::Credential {
        access_key_id: "AKID".to_owned(),
        secret_access_key: secret.to_owned(),
        session_token: sent.header("x-amz-security-token").map(str::to_owned),
        expires_in: None,
    };
    let mut headers = sent.headers.clone();
    for added in ["authorization", "x-amz-date", "x-amz-security-token"] {
        headers.remove(added);
    }
    let url = format!("{origin}{}?{}", sent.path, sent.query);
    let made_again = (0..120).any(|ago| {
        let time = SystemTime::now() - std::time::Duration::from_secs(ago);
        let fields = sigv4::signature(&scope, scope.settings(), &keys, time, (sent.method.as_str(), &url, &headers, body)).unwrap();
        fields.iter().all(|(name, value)| sent.headers.get(name) == Some(value))
    });
    assert!(made_again, "{sent:?}");
}

#[tokio::test]
async fn keys_of_aws_come_from_where_its_tools_look() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".aws")).unwrap();
    let file = "[default]\naws_access_key_id = AKID\naws_secret_access_key = of-default\n\n\
        [other]\naws_access_key_id = AKID\naws_secret_access_key = of-other\naws_session_token = token\n";
    std::fs::write(folder.path().join(".aws/credentials"), file).unwrap();
    let named = folder.path().join("named");
    std::fs::write(&named, file.replace("of-default", "of-named")).unwrap();

    let document =
        json!({ "AccessKeyId": "AKID", "SecretAccessKey": "of-container", "Token": "token", "Expiration": "2999-01-01T00:00:00Z" });
    let container = start(reply(&[], document.to_string())).await;
    let container_uri = format!("{}/role", container.origin());
    let empty = tempfile::tempdir().unwrap();
    let environment = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "of-environment"), ("AWS_SESSION_TOKEN", "token")];
    type Case<'a> = (&'a Path, &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case<'_>; 5] = [
        (folder.path(), &environment, "of-environment"),
        (folder.path(), &[], "of-default"),
        (folder.path(), &[("AWS_PROFILE", "other")], "of-other"),
        (empty.path(), &[("AWS_SHARED_CREDENTIALS_FILE", named.to_str().unwrap())], "of-named"),
        (
            empty.path(),
            &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &container_uri), ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "S3CRET-CANARY-token")],
            "of-container",
        ),
    ];
    for (home, variables, secret) in cases {
        let server = start(reply(&[], "")).await;
        let client = client(&server, sigv4(), sources(home, variables));
        let mut request = OutboundRequest { method: "POST".to_owned(), body: b"{\"a\": 1}".to_vec(), ..request(&server) };
        request.url = format!("{}/a//b/../%2F?z=1&a=%20&a=", server.origin());
        client.send(request.clone(), LIMIT).await.unwrap();
        assert_signed(&only(&server), &server.origin(), &request.body, secret);
    }
    assert_eq!(only(&container).header("authorization"), Some("S3CRET-CANARY-token"));
}

#[tokio::test]
async fn keys_of_aws_are_not_asked_for_anywhere_and_not_read_from_anything() {
    let server = start(reply(&[], "")).await;
    let empty = tempfile::tempdir().unwrap();
    let fifo = empty.path().join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    let large = empty.path().join("large");
    std::fs::write(&large, vec![b' '; MAX + 1]).unwrap();
    for (variable, value) in [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://registry.example.com/role"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "file:///etc/passwd"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.169.254/role"),
        ("AWS_SHARED_CREDENTIALS_FILE", "relative"),
        ("AWS_SHARED_CREDENTIALS_FILE", fifo.to_str().unwrap()),
        ("AWS_SHARED_CREDENTIALS_FILE", large.to_str().unwrap()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/zero"),
    ] {
        let client = client(&server, sigv4(), sources(empty.path(), &[(variable, value)]));
        let error = client.send(request(&server), LIMIT).await.unwrap_err();
        let expected = matches!(error, OutboundError::NoCredential { .. } | OutboundError::Credential { .. });
        assert!(expected, "{variable}={value}: {error:?}");
    }
    // A service that answers nonsense, with a secret in it, is told by its name.
    let container = start(reply(&[], "S3CRET-CANARY-nonsense")).await;
    let uri = format!("{}/role", container.origin());
    let client = client(&server, sigv4(), sources(empty.path(), &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri)]));
    let error = client.send(request(&server), LIMIT).await.unwrap_err();
    assert!(error.to_string().ends_with("the container's service gave no keys of AWS"), "{error}");
    assert!(!format!("{error:?}").contains("CANARY"));
    assert!(server.requests().is_empty());
}

/// Keys that a service has to be asked for cost a request, and so does the request.
#[tokio::test]
async fn a_budget_pays_for_keys_and_for_the_request() {
    let document = json!({ "AccessKeyId": "AKID", "SecretAccessKey": "secret", "Token": "token", "Expiration": "2999-01-01T00:00:00Z" });
    for (requests, asked, sent) in [(0, 0, 0), (1, 1, 0), (2, 1, 1)] {
        let (server, container) = (start(reply(&[], "hello")).await, start(reply(&[], document.to_string())).await);
        let (empty, uri) = (tempfile::tempdir().unwrap(), format!("{}/role", container.origin()));
        let client = client(&server, sigv4(), sources(empty.path(), &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri)]));
        let budget = RequestBudget::new(requests);
        let response = budget.pay_for(client.send(request(&server), LIMIT)).await;
        match response {
            Ok(response) => assert_eq!((sent, response.body.as_slice()), (1, b"hello".as_slice())),
            Err(error) => assert!(sent == 0 && matches!(error, OutboundError::OutOfRequests { .. }), "{requests}: {error:?}"),
        }
        assert_eq!((container.requests().len(), server.requests().len()), (asked, sent), "{requests}");
    }
}

/// One byte more than a file with keys may have.
const MAX: usize = 1024 * 1024;
