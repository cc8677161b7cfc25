//! The flavor `aws` with an API that fails, through the command line. What a real one answers is in `real_ecr`.

use std::process::Command;

use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
use serde_json::json;

use crate::support::{Home, Ran, assert_whole};

const REGISTRY: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
const SECRET: &str = "S3CRET-CANARY-aws";

/// A server that answers everything in this way, in the place of the API.
fn api(switch: Switch) -> Registry {
    Registry::start_blocking(Options::default().misbehave(Rule::on(Step::Any, switch))).expect("a server")
}

fn reply(status: u16, body: &str) -> Switch {
    Switch::Reply { status, headers: vec![("content-type", "application/x-amz-json-1.1".to_owned())], body: body.to_owned().into() }
}

/// A check of an image that asks the API at `origin`.
fn command(home: &Home, origin: &str, settings: &serde_json::Value, more: &[&str]) -> Command {
    let mut settings = settings.clone();
    settings["endpoint"] = origin.into();
    let (image, settings) = (format!("{REGISTRY}/team/app:v1"), settings.to_string());
    let words = ["check", &image, "--uri", REGISTRY, "--flavor", "aws", "--settings", &settings];
    let mut command = home.command(words.iter().chain(more));
    command.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", SECRET);
    command
}

fn ran(mut command: Command) -> Ran {
    Ran::from(command.output().expect("the command runs"))
}

fn check(home: &Home, origin: &str, settings: &serde_json::Value) -> Ran {
    let (grant, credential) = (format!("http={origin}"), format!("{origin}=sigv4:service=ecr,region=eu-central-1"));
    ran(command(home, origin, settings, &["--grant", &grant, "--credential", &credential]))
}

/// Each is the operator's, with the action and the permission that it needs; nothing is pushed for want of an answer.
#[test]
fn an_api_that_does_not_answer_the_question_is_exit_7() {
    let home = Home::new();
    let denied = "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: ecr:DescribeRepositories";
    for (name, switch) in [
        ("access_denied", reply(400, &json!({ "__type": "AccessDeniedException", "Message": denied }).to_string())),
        ("throttled", reply(400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#)),
        ("too_many", reply(429, "")),
        ("server_fault", reply(500, r#"{"__type":"com.amazonaws.ecr#ServerException","message":"internal\u001b[31m error"}"#)),
        ("no_json", reply(200, "<html>\n<p>Please log in.</p>\n</html>")),
        ("other_json", reply(200, r#"{"repository":[]}"#)),
        ("moved", Switch::Redirect { status: 307, origin: "https://elsewhere.example".to_owned() }),
        ("cut", Switch::CutReplyAfter(0)),
        ("not_http", Switch::Raw("garbage".into())),
    ] {
        let server = api(switch);
        let ran = check(&home, &server.origin(), &json!({}));
        assert_eq!(ran.code, 7, "{name}: {ran:?}");
        let permission = "`ecr:DescribeRepositories` on `arn:aws:ecr:eu-central-1:123456789012:repository/team/app`";
        assert!(ran.stderr.contains(permission), "{name}: {ran:?}");
        insta::with_settings!({ snapshot_suffix => name }, { assert_whole!(home, ran) });
    }
    insta::with_settings!({ snapshot_suffix => "nobody" }, { assert_whole!(home, check(&home, "http://127.0.0.1:1", &json!({}))) });
}

/// The exact repository is asked for, so that no list comes in pages; with a signature for the service and the region.
#[test]
fn the_question_names_the_repository() {
    let home = Home::new();
    let server = api(reply(200, r#"{"repositories":[{"repositoryName":"team/app"}]}"#));
    let ran = check(&home, &server.origin(), &json!({ "missing_repository": "refuse" }));
    assert_eq!(ran.code, 0, "{ran:?}");
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    // The flavor's cases compare the text; that it is sent whole is seen here.
    let question = r#"{"registryId":"123456789012","repositoryNames":["team/app"]}"#;
    assert_eq!(request.body_length, question.len() as u64);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/"));
    assert_eq!(request.header("x-amz-target"), Some("AmazonEC2ContainerRegistry_V20150921.DescribeRepositories"));
    let authorization = request.header("authorization").expect("a signature");
    assert!(authorization.contains("/eu-central-1/ecr/aws4_request") && authorization.contains("x-amz-target"), "{authorization}");
}

/// A check creates nothing, whatever the settings are.
#[test]
fn a_check_only_asks() {
    let home = Home::new();
    let server = api(reply(400, r#"{"__type":"RepositoryNotFoundException","message":"no"}"#));
    let ran = check(&home, &server.origin(), &json!({ "create_repository": true }));
    assert_eq!(server.requests().len(), 1);
    assert_whole!(home, ran);
}

/// Settings that contradict each other, a registry of somebody else, a grant or credential that is missing.
#[test]
fn what_the_operator_has_to_mend_is_exit_8() {
    let home = Home::new();
    let server = api(reply(200, "{}"));
    let origin = server.origin();
    let (grant, credential) = (format!("http={origin}"), format!("{origin}=sigv4:service=ecr,region=eu-central-1"));
    let both = json!({ "create_repository": true, "missing_repository": "warn" });
    let mut no_keys = command(&home, &origin, &json!({}), &["--grant", &grant, "--credential", &credential]);
    no_keys.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    let elsewhere = home.run_words(["check", "ghcr.io/team/app:v1", "--uri", "ghcr.io", "--flavor", "aws", "--grant", &grant]);
    for (name, ran) in [
        ("contradiction", check(&home, &origin, &both)),
        ("no_grant", ran(command(&home, &origin, &json!({}), &[]))),
        ("another_grant", ran(command(&home, &origin, &json!({}), &["--grant", "http=https://api.ecr.eu-central-1.amazonaws.com"]))),
        ("no_credential", ran(command(&home, &origin, &json!({}), &["--grant", &grant]))),
        ("no_keys", ran(no_keys)),
        ("another_registry", elsewhere),
    ] {
        assert_eq!(ran.code, 8, "{name}: {ran:?}");
        insta::with_settings!({ snapshot_suffix => name }, { assert_whole!(home, ran) });
    }
    assert_eq!(server.requests().len(), 0);
}

/// A server that repeats what it was sent does not get it into what a person reads.
#[test]
fn no_credential_is_shown() {
    let home = Home::new();
    for status in [200, 403, 500] {
        let server = api(Switch::HtmlEcho { status, size: 2_000 });
        let ran = check(&home, &server.origin(), &json!({}));
        assert_eq!(ran.code, 7, "{ran:?}");
        let header = server.requests()[0].header("authorization").expect("a signature").to_owned();
        let signature = header.rsplit('=').next().expect("a signature");
        assert!(!ran.stderr.contains(SECRET) && !ran.stderr.contains(signature) && !ran.stderr.contains("AKIDEXAMPLE"), "{ran:?}");
        assert!(ran.stderr.contains("[redacted]") && ran.stderr.len() < 2_000, "{ran:?}");
    }
}
