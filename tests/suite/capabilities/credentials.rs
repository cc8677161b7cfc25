//! The credentials that a hook binds to an origin.

use std::process::Stdio;

use pushgate_test_registry::{Options, Switch};
use serde_json::{Value, json};

use super::{ALICE, PASSWORD, SOME_ORIGIN, check, command, home_with_probe, registry, reply, seen, server};
use crate::support::{Home, Ran, User};

/// Runs a line with something on its standard input.
fn with_input(home: &Home, line: &str, input: &str) -> Ran {
    use std::io::Write as _;
    let mut command = home.command(line.split_whitespace());
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
    // A command that refuses its arguments does not read.
    let _ = process.stdin.take().expect("a pipe").write_all(input.as_bytes());
    Ran::from(process.wait_with_output().expect("an end"))
}

/// Keeps a secret for an origin.
fn keep(home: &Home, origin: &str) -> Ran {
    with_input(home, &format!("credential store {origin} --username alice --password-stdin"), PASSWORD)
}

#[test]
fn a_credential_is_kept_and_forgotten() {
    let home = Home::new();
    for (text, origin) in [("https://API.example.com:443", "https://api.example.com"), ("http://localhost:9000", "http://localhost:9000")] {
        let ran = keep(&home, text);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
        assert!(ran.stdout.starts_with(&format!("kept the credential for {origin} in ")), "{ran:?}");
    }
    let config: Value = serde_json::from_slice(&std::fs::read(home.join(".docker/config.json")).expect("a file")).expect("JSON");
    assert_eq!(config["auths"].as_object().expect("an object").len(), 2, "{config:#}");
    let erase = |code, change: &str| {
        let ran = home.run("credential erase https://api.example.com --output json");
        assert_eq!((ran.code, &ran.json()["credential"]["change"]), (code, &change.into()), "{ran:?}");
    };
    erase(0, "erased");
    erase(0, "unchanged");
    for origin in
        ["api.example.com", "http://api.example.com", "https://api.example.com/x", "https://u:S3CRET-CANARY@api.example.com", "https://*"]
    {
        let ran = keep(&home, origin);
        assert!(ran.code == 2 && !ran.stderr.contains("CANARY"), "{origin}: {ran:?}");
    }
    let ran = home.run("credential store https://api.example.com");
    assert_eq!(ran.code, 2, "{ran:?}");
}

/// F-17, F-18, E-21: what a flavor, and whoever reads along, sees of it.
#[test]
fn a_credential_is_sent_and_never_seen() {
    let home = home_with_probe();
    let server = server(Switch::HtmlEcho { status: 200, size: 4_000 });
    let origin = server.origin();
    let settings = json!({ "do": "report", "look": ["push", "http"], "url": origin });
    for (form, sent) in [("basic", "Basic "), ("bearer", "Bearer "), ("sigv4:service=ecr,region=eu-central-1", "AWS4-HMAC-SHA256 ")] {
        keep(&home, &origin);
        server.forget_requests();
        let (grant, credential) = (format!("http={origin}"), format!("{origin}={form}"));
        let more = ["--grant", &grant, "--credential", &credential, "-vvv"];
        let mut command = command(&home, "check", "127.0.0.1:1", &settings, &more);
        command.env("AWS_ACCESS_KEY_ID", "S3CRET-CANARY-id").env("AWS_SECRET_ACCESS_KEY", "S3CRET-CANARY-key");
        let ran = Ran::from(command.env("AWS_SESSION_TOKEN", "S3CRET-CANARY-token").output().expect("the command runs"));
        let seen = seen(&ran);
        let body = seen["http.body"].as_str().expect("a body");
        assert!(
            body.contains(&format!("{sent}[redacted]")) || form.starts_with("sigv4") && body.contains("[redacted]"),
            "{form}: {seen:#}"
        );
        let header = server.requests()[0].header("authorization").expect("a credential").to_owned();
        assert!(header.starts_with(sent), "{header}");
        let secret = header.rsplit([' ', '=']).find(|part| part.len() > 8).expect("a secret");
        for text in [&ran.stdout, &ran.stderr] {
            assert!(!text.contains("CANARY") && !text.contains(secret), "{form}: {text}");
        }
    }
    // Nor is it left in the catalog, the store or the cache.
    let mut folders = [".config", ".local", ".cache"].map(|name| home.join(name)).to_vec();
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).expect("a file");
            assert!(!bytes.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes()), "{}", path.display());
        }
    }
    assert!(files >= 3, "{files}");
}

#[test]
fn a_credential_that_is_missing_is_the_operators() {
    let home = home_with_probe();
    let server = server(reply(200, &[], "hello"));
    let origin = server.origin();
    let settings = json!({ "do": "send", "url": origin });
    let (grant, credential) = (format!("http={origin}"), format!("{origin}=bearer"));
    let more = ["--grant", &grant, "--credential", &credential];
    let ran = check(&home, "127.0.0.1:1", &settings, &more);
    let json = ran.json();
    assert_eq!((ran.code, &json["error"]["kind"]), (8, &"configuration".into()), "{ran:?}");
    let hint = format!("keep it with `pushgate credential store {origin} --password-stdin`");
    assert_eq!(json["error"]["hint"], hint);
    let message = json["error"]["message"].as_str().expect("a message");
    assert!(message.ends_with("; the flavor says: other: the host has no credential for this origin"), "{message}");
    assert!(server.requests().is_empty());
    keep(&home, &origin);
    assert_eq!(check(&home, "127.0.0.1:1", &settings, &more).code, 0);
    assert_eq!(server.requests()[0].header("authorization"), Some(format!("Bearer {PASSWORD}").as_str()));
}

/// J-15: a catalog that somebody brought along must not say where a credential goes.
#[test]
fn credentials_are_bound_in_ones_own_folder_only() {
    let home = home_with_probe();
    let server = server(reply(200, &[], "hello"));
    let origin = server.origin();
    keep(&home, &origin);
    let settings = json!({ "do": "send", "url": origin }).to_string();
    let (grant, credential) = (format!("http={origin}"), format!("{origin}=bearer"));
    let register = ["registry", "register", "prod", "--uri", "127.0.0.1:1", "--flavor", "probe", "--settings", &settings];
    let words = register.into_iter().chain(["--grant", "registry", "--grant", &grant, "--credential", &credential]);
    let ran = home.run_words(words.clone());
    assert_eq!(ran.code, 0, "{ran:?}");
    home.must("check 127.0.0.1:1/app");
    assert_eq!(server.requests().len(), 1);
    // The same catalog elsewhere, by either way of naming it.
    let elsewhere = home.write("work/catalog.toml", std::fs::read(home.catalog()).expect("a catalog"));
    let refused = |ran: Ran| {
        assert_eq!(ran.code, 8, "{ran:?}");
        assert!(ran.stderr.contains("binds a credential, and lies outside of your configuration folder"), "{ran:?}");
    };
    refused(home.run("check 127.0.0.1:1/app --config work/catalog.toml"));
    refused(Ran::from(home.command(["check", "127.0.0.1:1/app"]).env("PUSHGATE_CONFIG", &elsewhere).output().expect("it runs")));
    refused(home.run_words(words.chain(["--config", "work/catalog.toml"]).map(|word| if word == "prod" { "more" } else { word })));
    assert_eq!(server.requests().len(), 1);
    // One's own by its path is one's own.
    let own = home.catalog();
    home.must(&format!("check 127.0.0.1:1/app --config {}", own.display()));
    // A catalog that is trusted may.
    home.must("check 127.0.0.1:1/app --config work/catalog.toml --trust-config");
    let sent = server.requests();
    assert!(sent.len() == 3 && sent.iter().all(|request| request.header("authorization").is_some()));
    // Without the binding, the other may be used.
    let text = std::fs::read_to_string(&elsewhere).expect("a catalog");
    let without: Vec<_> = text.lines().filter(|line| !line.starts_with("credentials")).collect();
    std::fs::write(&elsewhere, without.join("\n")).expect("written");
    home.must("check 127.0.0.1:1/app --config work/catalog.toml");
    // Nor is one put into it later.
    refused(home.run(&format!("registry update prod --flavor probe --credential {credential} --config work/catalog.toml")));
    assert_eq!(server.requests().last().expect("a request").header("authorization"), None);
}

/// What is answered must not tell whether a credential is there, or good: only how long it takes could.
#[test]
fn the_answers_do_not_tell_whether_there_is_a_credential() {
    let home = home_with_probe();
    for options in [Options::default().token(ALICE, PASSWORD), Options::default().basic(ALICE, PASSWORD)] {
        let registry = registry(options);
        registry.put_image("team/app", "v1", &[]);
        let uri = format!("{}/team", registry.host());
        let answers = [None, Some((ALICE, "S3CRET-CANARY-wrong")), Some(("mallory", PASSWORD)), Some((ALICE, ""))].map(|user| {
            let _ = std::fs::remove_file(home.join(".docker/config.json"));
            if let Some((name, password)) = user {
                home.log_in(&registry.host(), &User { name: name.to_owned(), password: password.to_owned() });
            }
            seen(&check(&home, &uri, &json!({ "do": "report", "look": ["registry"], "repository": "team/app" }), &SOME_ORIGIN))
        });
        let [first, others @ ..] = &answers;
        assert!(first["registry.tags"].is_string(), "{first:#}");
        assert!(others.iter().all(|other| other == first), "{answers:#?}");
    }
}
