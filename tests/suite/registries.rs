//! Registries as they are: late, in other words, behind proxies. What they do is reported in public, and none of it is
//! the image's fault.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};

use pushgate_test_engine::{Endpoint, Engine, Image as EngineImage, Options as EngineOptions, Rule as EngineRule, Switch as EngineSwitch};
use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
use rustix::process::{Pid, Signal, kill_process};

use crate::progress::terminal;
use crate::support::{Home, Ran, assert_whole};

/// A home with an OCI layout of one image in `image`, and the digest of its manifest.
fn home_with_image() -> (Home, String) {
    let home = Home::new();
    let image = Image::new().layer([("hello.txt", b"hello\n".as_slice())]);
    let digest = Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
    (home, digest)
}

/// An index of two images in `image`.
fn home_with_index() -> (Home, String) {
    let home = Home::new();
    let images = [Image::new(), Image::new().architecture("arm64", Some("v8"))];
    let layout = Layout::create(&home.join("image"));
    let digest = layout.and_then(|mut layout| layout.add_index(&images, false, Some("v1"))).expect("a layout");
    (home, digest)
}

fn registry(rules: impl IntoIterator<Item = Rule>) -> Registry {
    let options = rules.into_iter().fold(Options::default(), Options::misbehave);
    Registry::start_blocking(options).expect("a registry")
}

fn push_line(registry: &Registry) -> String {
    format!("push {0}/app:v1 --uri {0} --from oci:image", registry.host())
}

/// A tag that is served late, as it was and as if it were not there: pushed straight and through an Engine.
#[test]
fn a_tag_that_is_served_late_is_waited_for_and_then_exit_9_says_how_it_was() {
    let late = |reads| registry([Rule::on(Step::ManifestPut, Switch::Late(reads)).containing("/manifests/v1")]);
    let (home, digest) = home_with_image();
    for (reads, old) in [(5, false), (5, true), (u64::MAX, false), (u64::MAX, true)] {
        let registry = late(reads);
        let before = old.then(|| registry.put_image("app", "v1", &[]));
        let ran = home.run(&format!("{} --output json", push_line(&registry)));
        outcome(&ran, reads, before.as_deref());
        if reads != u64::MAX {
            assert_eq!(ran.json()["digest"], digest.as_str());
        }

        let registry = late(reads);
        let before = old.then(|| registry.put_image("app", "v1", &[]));
        let engine = Engine::start_blocking(EngineOptions::default()).expect("an engine");
        engine.add_image(&EngineImage::default(), &[&format!("{}/app:v1", registry.host())]);
        let line = format!("push {0}/app:v1 --uri {0} --output json", registry.host());
        let mut command = home.command(line.split_whitespace());
        let ran = Ran::from(command.env("DOCKER_HOST", engine.docker_host()).output().expect("the command runs"));
        outcome(&ran, reads, before.as_deref());
    }
}

#[track_caller]
fn outcome(ran: &Ran, reads: u64, before: Option<&str>) {
    if reads != u64::MAX {
        assert_eq!((ran.code, &ran.json()["remote"]), (0, &"updated".into()), "{ran:?}");
        return;
    }
    assert_eq!((ran.code, &ran.json()["remote"]), (9, &"unknown".into()), "{ran:?}");
    let expected = match before {
        Some(before) => format!("and still serves the old {before} there after 1 s"),
        None => "and serves nothing there after 1 s".to_owned(),
    };
    assert!(ran.stderr.contains(&expected), "{expected}: {ran:?}");
    assert!(ran.stderr.contains("PUSHGATE_CONFIRM_TIMEOUT=60 waits longer"), "{ran:?}");
}

#[test]
fn an_engine_whose_last_words_are_lost_is_not_taken_for_one_that_pushed_nothing() {
    let registry = registry([Rule::on(Step::ManifestPut, Switch::Late(5))]);
    registry.put_image("app", "v1", &[]);
    let lost = [EngineSwitch::WithoutDigestText, EngineSwitch::WithoutAux].map(|switch| EngineRule::on(Endpoint::Push, switch));
    let engine = Engine::start_blocking(lost.into_iter().fold(EngineOptions::default(), EngineOptions::misbehave)).expect("an engine");
    engine.add_image(&EngineImage::default(), &[&format!("{}/app:v1", registry.host())]);
    let line = format!("push {0}/app:v1 --uri {0} --output json", registry.host());
    let home = Home::new();
    let mut command = home.command(line.split_whitespace());
    let ran = Ran::from(command.env("DOCKER_HOST", engine.docker_host()).output().expect("the command runs"));
    assert_eq!((ran.code, &ran.json()["remote"]), (9, &"unknown".into()), "{ran:?}");
}

#[test]
fn how_long_a_registry_may_take_is_a_number_of_seconds() {
    let (home, _) = home_with_image();
    let registry = registry([]);
    let run = |value: &str| {
        let mut command = home.command(push_line(&registry).split_whitespace());
        Ran::from(command.env("PUSHGATE_CONFIRM_TIMEOUT", value).output().expect("the command runs"))
    };
    for value in ["601", "-1", "1.5", "10s", "99999999999999999999"] {
        let ran = run(value);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains(&format!("PUSHGATE_CONFIRM_TIMEOUT is `{value}`")), "{ran:?}");
    }
    for value in ["", "0", "600"] {
        assert_eq!(run(value).code, 0, "{value}");
    }
}

#[test]
fn a_manifest_that_is_accepted_in_other_words_counts_if_it_is_served() {
    let (home, digest) = home_with_index();
    for status in [200, 202, 204] {
        let registry = registry([Rule::on(Step::ManifestPut, Switch::Answer(status))]);
        let ran = home.must(&push_line(&registry));
        assert_eq!(ran.stdout, format!("{}/app@{digest}\n", registry.host()));
    }
    let top = registry([Rule::on(Step::ManifestPut, Switch::Status(202)).containing("/manifests/v1")]);
    let ran = home.run(&push_line(&top));
    assert!(ran.code == 9 && ran.stderr.contains("and serves nothing there"), "{ran:?}");
    let child = registry([Rule::on(Step::ManifestPut, Switch::Status(202)).containing("sha256:")]);
    let ran = home.run(&push_line(&child));
    assert!(ran.code == 7 && ran.stderr.contains("answered 202 instead of 201, and does not serve the manifest"), "{ran:?}");
    assert_eq!(child.tag_digest("app", "v1"), None);
}

#[test]
fn a_registry_that_reads_the_first_line_of_what_is_accepted_serves_an_index() {
    let (home, digest) = home_with_index();
    let registry = registry([Rule::on(Step::ManifestGet, Switch::FirstAcceptLine)]);
    let line = push_line(&registry);
    home.must(&line);
    assert_eq!(home.must(&format!("{line} --output json")).json()["remote"], "unchanged");
    // A flavor that asks for the digest of a tag.
    let asks = format!("check {0}/app:v1 --uri {0} --flavor immutable-tags --grant registry", registry.host());
    let ran = home.run(&asks);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert_eq!(registry.tag_digest("app", "v1"), Some(digest));
}

#[test]
fn verifying_asks_for_what_was_sent() {
    let (home, _) = home_with_image();
    let registry = registry([Rule::on(Step::UploadFinish, Switch::Forget).times(1)]);
    let ran = home.run(&format!("{} --verify --output json", push_line(&registry)));
    assert_eq!((ran.code, &ran.json()["remote"]), (7, &"unchanged".into()), "{ran:?}");
    assert!(ran.stderr.contains("the registry acknowledged the blob and does not have it"), "{ran:?}");
    let asked = |registry: &Registry| registry.requests().iter().filter(|request| request.step == Step::BlobHead).count();
    registry.behave();
    registry.forget_requests();
    home.must(&format!("{} --verify", push_line(&registry)));
    assert!(asked(&registry) > 0);
}

#[test]
fn a_blob_that_is_taken_for_another_is_the_operators() {
    let (home, _) = home_with_image();
    let lie = Switch::Header("docker-content-digest", format!("sha256:{}", "0".repeat(64)));
    let registry = registry([Rule::on(Step::UploadFinish, lie)]);
    let ran = home.run(&push_line(&registry));
    assert!(ran.code == 7 && ran.stderr.contains("the registry took the blob"), "{ran:?}");
    assert_eq!(registry.tag_digest("app", "v1"), None);
}

#[test]
fn a_mount_that_fails_is_an_upload_and_where_it_was_asked_for_a_warning() {
    let (home, digest) = home_with_image();
    for switch in
        [Switch::Unauthorized, Switch::Status(500), Switch::Redirect { status: 307, origin: "https://new.example.com".to_owned() }]
    {
        let registry = registry([Rule::on(Step::UploadMount, switch)]);
        let ran = home.must(&push_line(&registry));
        assert!(!ran.stderr.contains("mount"), "{ran:?}");
        let ran = home.must(&format!("push {0}/other:v1 --uri {0} --from oci:image --mount-from app --output json", registry.host()));
        let json = ran.json();
        assert_eq!(json["digest"], digest.as_str());
        let warnings = json["warnings"].as_array().expect("warnings");
        assert!(matches!(&**warnings, [warning] if warning["code"] == "mount.failed"), "{warnings:?}");
        let message = warnings[0]["message"].as_str().expect("a message");
        assert!(message.starts_with("layers cannot be mounted from `app`, and are uploaded: "), "{message}");
    }
}

#[test]
fn what_stands_before_a_registry_is_named() {
    let (home, _) = home_with_image();
    let location = "https://u:S3CRET-CANARY@new.example.com/v2/%1b%5b31m?token=S3CRET-CANARY".to_owned();
    let moved = Switch::Reply { status: 301, headers: vec![("location", location)], body: bytes::Bytes::new() };
    let registry = registry([Rule::on(Step::ManifestGet, moved)]);
    let ran = home.run(&push_line(&registry));
    assert!(!ran.stderr.contains("S3CRET"), "{ran:?}");
    assert_whole!(home, ran);
    let limited = self::registry([Rule::on(Step::UploadFinish, Switch::Status(413))]);
    let ran = home.run(&push_line(&limited));
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(ran.stderr.contains("is too large for the registry, or for what stands before it"), "{ran:?}");
    assert!(ran.stderr.contains("client_max_body_size"), "{ran:?}");
}

/// Ends a push that hangs.
fn interrupt(process: &Child) {
    let id = i32::try_from(process.id()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(id, Signal::INT).expect("a signal");
}

/// The one test that waits for ten seconds, since that is what it is about: beside bars, as a line, and in the log, at
/// the same time.
#[test]
fn a_wait_of_ten_seconds_is_reported() {
    let home = Home::new();
    let image = Image::new().raw_layer(vec![7; 5 << 20]);
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
    let registry = registry([Rule::on(Step::UploadFinish, Switch::StallAfterRequest(1 << 20)).containing("digest=")]);
    let line = push_line(&registry);
    let plain = |more: &str| {
        let mut command = home.command(format!("{line} {more}").split_whitespace());
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the command runs")
    };
    let (outside, inside) = terminal();
    let mut command = home.command(line.split_whitespace());
    let on_terminal = command.env("TERM", "xterm").stdout(Stdio::null()).stderr(Stdio::from(inside)).spawn().expect("the command runs");
    drop(command);
    let (mut to_file, mut logged) = (plain(""), plain("-v"));

    let mut drawn = String::new();
    let mut terminal = File::from(outside);
    let mut piece = [0; 4096];
    while !drawn.contains("waiting   sending blob sha256:") {
        let read = terminal.read(&mut piece).expect("what is drawn");
        drawn.push_str(&String::from_utf8_lossy(&piece[..read]));
        // What is drawn comes before the bars, not between their parts.
        assert!(drawn.len() < 1 << 20, "{drawn:?}");
    }
    assert!(drawn.contains('━'), "{drawn:?}");
    for (process, expected) in [(&mut to_file, "waiting   sending blob sha256:"), (&mut logged, "sending blob sha256:")] {
        let lines = BufReader::new(process.stderr.take().expect("stderr")).lines();
        let mut lines = lines.map(|line| line.expect("a line"));
        let found = lines.find(|line| line.contains(expected)).expect("a line about the wait");
        assert!(found.contains("no answer for 10 seconds"), "{found}");
        interrupt(process);
    }
    interrupt(&on_terminal);
    // What is still drawn must go somewhere.
    std::thread::spawn(move || terminal.read_to_end(&mut Vec::new()));
    for mut process in [on_terminal, to_file, logged] {
        assert_eq!(process.wait().expect("an end").code(), Some(130));
    }
}
