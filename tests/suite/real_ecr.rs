//! The flavor `aws` with moto's Amazon ECR. What is pushed goes to the test registry under the host of an ECR registry, since moto takes no images.

use std::process::{Child, Command, Stdio};

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Proxy, Registry};
use serde_json::{Value, json};

use crate::support::{Home, Keys, Moto, Ran, assert_whole};

/// What is printed where the flavor made the repository.
const CREATED: &str = "approved  aws\ninfo: aws: created the repository `team/app` in the registry ";
const REGISTRY: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

/// A person who pushes to a registry in ECR.
struct Person {
    home: Home,
    moto: Moto,
    registry: Registry,
    proxy: Proxy,
    keys: Keys,
}

impl Person {
    fn new() -> Self {
        let home = Home::new();
        Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&Image::new(), None)).expect("a layout");
        let options = Options { tls_names: vec![REGISTRY.to_owned()], ..Options::default().tls() };
        let registry = Registry::start_blocking(options).expect("a registry");
        home.write("ca.pem", registry.ca_pem().expect("TLS"));
        let proxy = Proxy::start(registry.address()).expect("a proxy");
        let keys = Keys { id: "AKIDEXAMPLE".to_owned(), secret: "S3CRET-CANARY-aws".to_owned() };
        Self { home, moto: Moto::start(), registry, proxy, keys }
    }

    fn command(&self, verb: &str, repository: &str, settings: &Value) -> Command {
        let origin = self.moto.origin();
        let mut settings = settings.clone();
        settings["endpoint"] = origin.clone().into();
        let words = [
            verb,
            &format!("{REGISTRY}/{repository}:v1"),
            "--uri",
            REGISTRY,
            "--from",
            "oci:image",
            "--ca-file",
            "ca.pem",
            "--flavor",
            "aws",
            "--settings",
            &settings.to_string(),
            "--grant",
            &format!("http={origin}"),
            "--credential",
            &format!("{origin}=sigv4:service=ecr,region=eu-central-1"),
        ];
        let mut command = self.home.command(words);
        command
            .env("HTTPS_PROXY", format!("http://{}", self.proxy.host()))
            .env("AWS_ACCESS_KEY_ID", &self.keys.id)
            .env("AWS_SECRET_ACCESS_KEY", &self.keys.secret);
        command
    }

    fn run(&self, verb: &str, repository: &str, settings: &Value) -> Ran {
        Ran::from(self.command(verb, repository, settings).output().expect("the command runs"))
    }

    /// What ECR has of this repository.
    #[track_caller]
    fn repository(&self, name: &str, status: u16) -> Value {
        self.moto.ecr("DescribeRepositories", &json!({ "repositoryNames": [name] }), status)
    }
}

#[test]
#[ignore = "needs moto: cargo xtask test"]
fn a_repository_that_is_missing_is_told_refused_or_created() {
    let person = Person::new();
    assert_whole!(person.home, person.run("check", "team/app", &json!({})));
    let refused = person.run("push", "team/app", &json!({ "missing_repository": "refuse" }));
    assert_eq!(refused.code, 4, "{refused:?}");
    assert_whole!(person.home, refused);
    // A check creates nothing.
    let create = json!({ "create_repository": true, "image_tag_mutability": "IMMUTABLE" });
    assert_whole!(person.home, person.run("check", "team/app", &create));
    person.repository("team/app", 400);
    assert_eq!(person.registry.tags("team/app").len(), 0);
    // A push does, before it pushes.
    let pushed = person.run("push", "team/app", &create);
    assert_eq!(pushed.code, 0, "{pushed:?}");
    assert!(pushed.stderr.starts_with(CREATED), "{pushed:?}");
    let created = person.repository("team/app", 200)["repositories"][0].clone();
    assert_eq!((&created["repositoryUri"], &created["imageTagMutability"]), (&format!("{REGISTRY}/team/app").into(), &"IMMUTABLE".into()));
    assert!(person.registry.tag_digest("team/app", "v1").is_some());
    // From then on it is there.
    for settings in [json!({}), json!({ "missing_repository": "refuse" }), create] {
        let again = person.run("push", "team/app", &settings);
        assert_eq!((again.code, again.stderr.as_str()), (0, "approved  aws\n"), "{again:?}");
    }
}

/// Each setting of a repository that is created is one that ECR takes, and keeps.
#[test]
#[ignore = "needs moto: cargo xtask test"]
fn a_repository_is_created_as_the_settings_say() {
    let person = Person::new();
    let key = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012";
    let pushed = person.run(
        "push",
        "team/app",
        &json!({
            "create_repository": true,
            "image_tag_mutability": "IMMUTABLE_WITH_EXCLUSION",
            "image_tag_mutability_exclusion_filters": ["latest", "dev-*"],
            "encryption_type": "KMS",
            "kms_key": key,
            "scan_on_push": true,
            "tags": { "team": "platform", "says": "a \"b\" ä" },
        }),
    );
    assert_eq!(pushed.code, 0, "{pushed:?}");
    assert!(pushed.stderr.starts_with(CREATED), "{pushed:?}");
    let created = person.repository("team/app", 200)["repositories"][0].clone();
    assert_eq!(created["imageTagMutability"], "IMMUTABLE_WITH_EXCLUSION");
    let filters = json!([{ "filterType": "WILDCARD", "filter": "latest" }, { "filterType": "WILDCARD", "filter": "dev-*" }]);
    assert_eq!(created["imageTagMutabilityExclusionFilters"], filters);
    assert_eq!(created["imageScanningConfiguration"], json!({ "scanOnPush": true }));
    assert_eq!(created["encryptionConfiguration"], json!({ "encryptionType": "KMS", "kmsKey": key }));
    let tags = person.moto.ecr("ListTagsForResource", &json!({ "resourceArn": created["repositoryArn"] }), 200);
    assert_eq!(tags["tags"], json!([{ "Key": "says", "Value": "a \"b\" ä" }, { "Key": "team", "Value": "platform" }]));
}

/// ZenML's flavor asks for the first page of all, which has a hundred.
#[test]
#[ignore = "needs moto: cargo xtask test"]
fn the_last_of_many_repositories_is_found() {
    let person = Person::new();
    for number in 0..120 {
        person.moto.ecr("CreateRepository", &json!({ "repositoryName": format!("team/app-{number:03}") }), 200);
    }
    let settings = json!({ "missing_repository": "refuse" });
    assert_eq!(person.run("check", "team/app-119", &settings).code, 0);
    assert_eq!(person.run("check", "team/app-120", &settings).code, 4);
    assert_eq!(person.run("check", "team/app-11", &settings).code, 4);
}

#[test]
#[ignore = "needs moto: cargo xtask test"]
fn two_pushes_create_a_repository_at_once() {
    let person = Person::new();
    let start = |_| -> Child {
        let mut command = person.command("push", "team/app", &json!({ "create_repository": true }));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs")
    };
    let children: Vec<Child> = (0..6).map(start).collect();
    for child in children {
        let ran = Ran::from(child.wait_with_output().expect("an end"));
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    assert_eq!(person.repository("team/app", 200)["repositories"].as_array().map(Vec::len), Some(1));
}

/// moto checks our signatures as AWS does, and what its users may do.
#[test]
#[ignore = "needs moto: cargo xtask test"]
fn signatures_and_permissions_count() {
    let mut person = Person::new();
    let allow =
        |actions: &[&str]| json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }] });
    let reader = person.moto.user("reader", &allow(&["ecr:DescribeRepositories"]));
    let writer = person.moto.user("writer", &allow(&["ecr:DescribeRepositories", "ecr:CreateRepository"]));
    let nobody = person.moto.user("nobody", &allow(&["s3:ListBucket"]));
    person.moto.check_signatures(true);
    let create = json!({ "create_repository": true });
    let forged = Keys { id: writer.id.clone(), secret: "S3CRET-CANARY-wrong".to_owned() };
    let unknown = Keys { id: "AKIAUNKNOWN000000000".to_owned(), secret: "S3CRET-CANARY-wrong".to_owned() };
    for (keys, action) in [
        (nobody, "DescribeRepositories"),
        (forged, "DescribeRepositories"),
        (unknown, "DescribeRepositories"),
        (reader, "CreateRepository"),
    ] {
        person.keys = keys;
        let ran = person.run("push", "team/app", &create);
        assert_eq!(ran.code, 7, "{ran:?}");
        let needed = format!("it needs the IAM permission `ecr:{action}` on `arn:aws:ecr:eu-central-1:123456789012:repository/team/app`");
        assert!(ran.stderr.contains(&needed) && ran.stderr.contains("answered 403"), "{ran:?}");
        assert!(!ran.stderr.contains("CANARY") && !ran.stderr.contains(&person.keys.secret), "{ran:?}");
    }
    person.keys = writer;
    let ran = person.run("push", "team/app", &create);
    assert_eq!(ran.code, 0, "{ran:?}");
    person.moto.check_signatures(false);
    person.repository("team/app", 200);
}
