//! A real Docker Engine that pushes to a real docker-registry.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use pushgate_test_images::Image;
use serde_json::Value;

use crate::support::{DockerRegistry, Home, Meddler, Ran, User, guest, shipped};

fn docker_host() -> String {
    std::env::var("PUSHGATE_TEST_DOCKER_HOST").expect("`cargo xtask test` starts a Docker Engine and says where it is")
}

/// Runs the Docker client, which must succeed, and returns what it printed.
fn docker(words: &[&str]) -> String {
    let output = Command::new("docker").args(words).env("DOCKER_HOST", docker_host()).stdin(Stdio::null()).output().expect("docker runs");
    assert!(output.status.success(), "docker {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

/// Loads an image of its own under these names, so that tests that run at once share nothing.
fn load(home: &Home, names: &[&str]) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed).to_string();
    let image = Image::new()
        .label("org.opencontainers.image.source", "https://example.com")
        .layer([("number", format!("{number} {}", std::process::id()).as_bytes())]);
    let archive = home.join("image.tar");
    image.write_docker_archive(std::fs::File::create(&archive).expect("a file"), names).expect("an archive");
    docker(&["load", "--quiet", "--input", archive.to_str().expect("UTF-8")]);
    docker(&["image", "inspect", "--format", "{{.Id}}", names[0]])
}

fn run(home: &Home, line: &str) -> Ran {
    let mut command = home.command(line.split_whitespace());
    Ran::from(command.env("DOCKER_HOST", docker_host()).output().expect("the command runs"))
}

#[test]
#[ignore = "needs a Docker Engine: cargo xtask test"]
fn an_image_goes_through_ones_own_flavor_to_a_registry() {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let (accepted, refused) = (format!("{}/team/app:v1", registry.host()), format!("{}/team/app:latest", registry.host()));
    load(&home, &[&accepted, &refused]);
    home.must(&format!("flavor register {} --name own", shipped(&home, "forbid-tags").display()));
    home.must(&format!("registry register prod --uri {}/team --flavor own", registry.host()));

    let pushed = run(&home, &format!("push {accepted} --output json"));
    assert_eq!(pushed.code, 0, "{pushed:?}");
    let json = pushed.json();
    assert_eq!((&json["verdict"], &json["remote"]), (&"pushed".into(), &"updated".into()));
    docker(&["pull", "--quiet", &format!("{}/team/app@{}", registry.host(), json["digest"].as_str().expect("a digest"))]);

    let denied = run(&home, &format!("push {refused} --output json"));
    assert_eq!(denied.code, 4, "{denied:?}");
    assert_eq!(denied.json()["hooks"][0]["violations"][0]["code"], "tag.latest");
    assert_eq!(run(&home, &format!("push {accepted} --output json")).json()["remote"], "unchanged");
}

#[test]
#[ignore = "needs a Docker Engine: cargo xtask test"]
fn a_password_with_symbols_reaches_the_registry() {
    let home = Home::new();
    let user = User::new("person", "p:a~s?s>w ör/d+=");
    let registry = DockerRegistry::with_user(&user);
    let name = format!("{}/app:v1", registry.host());
    load(&home, &[&name]);
    let line = format!("push {name} --uri {}", registry.host());
    let anonymous = run(&home, &line);
    assert_eq!(anonymous.code, 7, "{anonymous:?}");
    home.log_in(registry.host(), &user);
    assert_eq!(run(&home, &line).code, 0);
}

#[test]
#[ignore = "needs a Docker Engine: cargo xtask test"]
fn an_image_under_another_name_or_by_its_id_is_tagged_and_pushed() {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let id = load(&home, &[&format!("local-{}:dev", std::process::id())]);
    for (number, source) in [format!("local-{}:dev", std::process::id()), id.clone()].iter().enumerate() {
        let name = format!("{}/app:v{number}", registry.host());
        let ran = run(&home, &format!("push {name} --uri {} --from docker-daemon:{source}", registry.host()));
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(docker(&["image", "inspect", "--format", "{{.Id}}", &name]), id);
    }
}

#[test]
#[ignore = "needs a Docker Engine: cargo xtask test"]
fn only_the_named_tag_is_pushed() {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let names = ["latest", "other"].map(|tag| format!("{}/app:{tag}", registry.host()));
    load(&home, &[&names[0], &names[1]]);
    assert_eq!(run(&home, &format!("push {0}/app --uri {0}", registry.host())).code, 0);
    let pull = |name: &str| {
        Command::new("docker").args(["pull", "--quiet", name]).env("DOCKER_HOST", docker_host()).output().expect("docker runs")
    };
    docker(&["image", "rm", &names[0], &names[1]]);
    assert!(pull(&names[0]).status.success());
    assert!(!pull(&names[1]).status.success(), "the other tag stays at home");
}

#[test]
#[ignore = "needs a Docker Engine: cargo xtask test"]
fn what_the_hook_sees_is_what_docker_knows() {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let name = format!("{}/app:v1", registry.host());
    load(&home, &[&name]);
    let words = |label: &str| {
        let set = format!(r#"labels:=["{label}"]"#);
        ["check", &name, "--uri", registry.host(), "--flavor", "require-labels", "--set", &set].map(str::to_owned)
    };
    let code = |label: &str| home.command(words(label)).env("DOCKER_HOST", docker_host()).output().expect("the command runs").status.code();
    assert_eq!(code("org.opencontainers.image.source"), Some(0));
    assert_eq!(code("org.opencontainers.image.missing"), Some(4));
}

#[test]
#[ignore = "needs a Docker Engine: cargo xtask test"]
fn an_image_that_docker_does_not_have_is_the_callers() {
    let home = Home::new();
    let ran = run(&home, "push registry.example.com/nobody/has-this:v1 --uri registry.example.com");
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.stderr.contains("registry.example.com/nobody/has-this:v1"), "{ran:?}");
}

#[test]
#[ignore = "needs a Docker Engine: cargo xtask test"]
fn a_registry_that_is_down_is_the_operators() {
    let home = Home::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let name = format!("127.0.0.1:{port}/app:v1");
    load(&home, &[&name]);
    let ran = run(&home, &format!("push {name} --uri 127.0.0.1:{port}"));
    assert_eq!(ran.code, 7, "{ran:?}");
}

#[test]
#[ignore = "needs a Docker Engine: cargo xtask test"]
fn what_docker_saved_is_pushed_without_docker_and_pulled_as_the_same_image() {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let id = load(&home, &[&format!("saved-{}:dev", std::process::id())]);
    let archive = home.join("saved.tar");
    docker(&["save", "--output", archive.to_str().expect("UTF-8"), &format!("saved-{}:dev", std::process::id())]);
    docker(&["image", "rm", "--force", &id]);
    let name = format!("{}/app:v1", registry.host());
    home.must(&format!("push {name} --uri {} --from docker-archive:saved.tar", registry.host()));
    docker(&["pull", "--quiet", &name]);
    assert_eq!(docker(&["image", "inspect", "--format", "{{.Id}}", &name]), id);
}

#[test]
#[ignore = "needs a Docker Engine: cargo xtask test"]
fn an_image_is_taken_out_of_docker_and_pulled_as_the_same_image() {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let local = format!("direct-{}:dev", std::process::id());
    let id = load(&home, &[&local]);
    let name = format!("{}/app:v1", registry.host());
    for (source, more) in [(local.clone(), "--verify --platform linux/amd64"), (id.clone(), "--compress none")] {
        let ran = run(&home, &format!("push {name} --uri {} --from docker-daemon:{source} --direct {more}", registry.host()));
        assert_eq!(ran.code, 0, "{ran:?}");
        docker(&["pull", "--quiet", &name]);
        assert_eq!(docker(&["image", "inspect", "--format", "{{.Id}}", &name]), id);
        docker(&["image", "rm", &name]);
    }
    let ran = run(&home, &format!("push {name} --uri {} --from docker-daemon:{local} --direct --platform linux/arm64", registry.host()));
    assert_eq!(ran.code, 6, "{ran:?}");
    let ran = run(&home, &format!("push {name} --uri {} --from docker-daemon:nobody/has-this:v1 --direct", registry.host()));
    assert_eq!(ran.code, 6, "{ran:?}");
}

/// Pushes an image whose tag is given to another one in the moment that a certain request comes.
fn push_while_the_tag_moves(wanted: impl FnMut(&str) -> bool + Send + 'static) -> Ran {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let name = format!("{}/app:v1", registry.host());
    let another = format!("another-{}:{}", std::process::id(), registry.host().replace([':', '.'], "-"));
    load(&home, &[&another]);
    load(&home, &[&name]);
    let engine = docker_host();
    let tag = name.clone();
    let moved = move || drop(docker(&["tag", &another, &tag]));
    let meddler = Meddler::before(engine.trim_start_matches("unix://").as_ref(), home.path(), wanted, moved);
    let mut command = home.command(["push", &name, "--uri", registry.host(), "--flavor", guest("passthrough").to_str().expect("UTF-8")]);
    Ran::from(command.env("DOCKER_HOST", meddler.address()).output().expect("the command runs"))
}

#[test]
#[ignore = "needs a Docker Engine: cargo xtask test"]
fn a_tag_that_moves_after_the_hooks_is_not_pushed() {
    let mut inspections = 0;
    let ran = push_while_the_tag_moves(move |line| {
        inspections += usize::from(line.starts_with("GET ") && line.contains("/images/") && line.contains("/json"));
        inspections == 2
    });
    assert_eq!(ran.code, 6, "{ran:?}");
}

#[test]
#[ignore = "needs a Docker Engine: cargo xtask test"]
fn a_tag_that_moves_in_the_moment_of_the_push_is_noticed() {
    let ran = push_while_the_tag_moves(|line| line.starts_with("POST ") && line.contains("/push"));
    assert_eq!(ran.code, 9, "{ran:?}");
}

#[test]
#[ignore = "needs a Docker Engine: cargo xtask test"]
fn what_docker_saved_is_the_same_image_for_docker_and_for_pushgate() {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let source = format!("differential-{}:dev", std::process::id());
    let id = load(&home, &[&source]);
    docker(&["save", "--output", home.join("saved.tar").to_str().expect("UTF-8"), &source]);
    let layers = docker(&["image", "inspect", "--format", "{{json .RootFS.Layers}}", &source]);
    let name = format!("{}/app:v1", registry.host());
    let pushed = home.must(&format!("push {name} --uri {} --from docker-archive:saved.tar --output json", registry.host())).json();
    // What Docker pushes of the same image has the same config; its layers it compresses itself.
    let by_docker = format!("{}/app:docker", registry.host());
    docker(&["tag", &source, &by_docker]);
    docker(&["push", "--quiet", &by_docker]);
    let configs = [pushed["digest"].as_str().expect("a digest"), "docker"].map(|reference| {
        let manifest: Value = serde_json::from_slice(&registry.get(&format!("/v2/app/manifests/{reference}"))).expect("JSON");
        let digest = manifest["config"]["digest"].as_str().expect("a digest").to_owned();
        let config: Value = serde_json::from_slice(&registry.get(&format!("/v2/app/blobs/{digest}"))).expect("JSON");
        (digest, config["rootfs"]["diff_ids"].to_string())
    });
    assert_eq!(configs, [(id.clone(), layers.clone()), (id, layers)]);
}

/// What the Engine counts is what the flavor sees, to the byte; a limit on what a registry will hold is decided by it where that is possible.
#[test]
#[ignore = "needs a Docker Engine: cargo xtask test"]
fn an_image_of_the_engine_that_is_too_large_is_not_pushed() {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let image = format!("{}/team/app:v1", registry.host());
    load(&home, &[&image]);
    let size: u64 = docker(&["image", "inspect", "--format", "{{.Size}}", &image]).parse().expect("a size");
    home.must(&format!("registry register prod --uri {}/team --flavor max-size --set uncompressed:={}", registry.host(), size - 1));

    let denied = run(&home, &format!("push {image} --output json"));
    assert_eq!(denied.code, 4, "{denied:?}");
    let violation = &denied.json()["hooks"][0]["violations"][0];
    assert_eq!((&violation["code"], &violation["details"]["size"]), (&"size.uncompressed".into(), &size.to_string().into()), "{denied:?}");
    home.must(&format!("registry update prod --flavor max-size --settings {{\"compressed\":{}}}", size - 1));
    assert_eq!(run(&home, &format!("push {image} --output json")).json()["hooks"][0]["violations"][0]["code"], "size.unknown");
    home.must("registry update prod --flavor max-size --settings {\"compressed\":\"1MB\"}");
    assert_eq!(run(&home, &format!("push {image} --output json")).json()["verdict"], "pushed");
}
