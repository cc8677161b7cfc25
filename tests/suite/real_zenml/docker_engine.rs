//! With ZenML's Docker engine, and a real Docker Engine behind it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use serde_json::json;

use super::{Came, ZenMl, repositories, tags};
use crate::support::{DockerRegistry, User, guest};

fn does(zenml: &ZenMl, things: &[&str]) -> Vec<Came> {
    let host: PathBuf = std::env::var_os("PUSHGATE_TEST_DOCKER_HOST").expect("`cargo xtask test` starts a Docker Engine").into();
    zenml.does(things, &[("ZENML_CONTAINER_ENGINE", "docker".as_ref()), ("DOCKER_HOST", &host)])
}

fn must(zenml: &ZenMl, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let ran = zenml.zenml(&words);
    assert_eq!(ran.code, 0, "zenml {line}\n{ran:?}");
}

#[test]
#[ignore = "needs ZenML, a Docker Engine and docker-registry: cargo xtask test"]
fn what_is_refused_is_an_exception_and_never_a_push() {
    let zenml = ZenMl::new();
    let registry = DockerRegistry::start();
    let host = registry.host();
    zenml.home.must(&format!("registry register prod --uri {host}/team --flavor forbid-tags"));
    must(&zenml, "container-registry flavor register zenml_pushgate.flavors.PushgateContainerRegistryFlavor");
    must(&zenml, &format!("container-registry register guarded -f pushgate --uri={host}/team/ --registry=prod"));
    must(&zenml, "image-builder register builder -f local");
    must(&zenml, "stack register guarded -o default -a default -c guarded -i builder --set");

    let name = |rest: &str| format!("{host}/{rest}");
    let things = [
        format!("build={}", name("team/app:v1")),
        format!("push={}", name("team/app:v2")),
        format!("build={}", name("team/app:latest")),
        format!("push={}", name("team/app:latest")),
        format!("build={}", name("another/app:v1")),
        format!("push={}", name("another/app:v1")),
        format!("push={}", name("team-evil/app:v1")),
        // Docker would push every tag that there is.
        format!("push={}", name("team/app")),
        // Whoever only asks is answered.
        format!("digest={}", name("another/app:v1")),
        format!("digest={}", name("team/app:v1")),
    ];
    let came = does(&zenml, &things.each_ref().map(String::as_str));
    let [built, pushed, built_latest, pushed_latest, built_outside, pushed_outside, pushed_beside, without_tag, digest_outside, digest] =
        came.as_slice()
    else {
        panic!("{came:?}");
    };
    let digest = digest.must_be_done().as_str().expect("a digest");
    assert_eq!(built.must_be_done(), &json!(format!("{host}/team/app@sha256:{digest}")));
    pushed.must_be_done();
    for refused in [built_latest, pushed_latest] {
        assert!(refused.is("ImageRefusedError") && refused.is("RuntimeError"), "{refused:?}");
        assert!(refused.message().contains("[tag.latest]") && refused.message().contains("hint: push a tag that names"), "{refused:?}");
    }
    for outside in [built_outside, pushed_outside, pushed_beside] {
        assert!(outside.is("ImageOutsideRegistryError") && outside.is("ValueError"), "{outside:?}");
        assert!(outside.message().contains("does not belong to container registry"), "{outside:?}");
    }
    assert!(without_tag.is("ImageOutsideRegistryError") && without_tag.message().contains("every tag"), "{without_tag:?}");
    assert!(digest_outside.must_be_done().is_null());
    assert_eq!(repositories(&registry), r#"{"repositories":["team/app"]}"#);
    assert_eq!(tags(&registry, "team/app"), ["v1", "v2"]);
}

#[test]
#[ignore = "needs ZenML, a Docker Engine and docker-registry: cargo xtask test"]
fn a_flavor_sees_the_image_and_asks_the_registry_as_the_stacks_secret_says() {
    let zenml = ZenMl::new();
    let user = User::new("person", "p:a~s?s>w ör/d+=");
    let registry = DockerRegistry::with_user(&user);
    let host = registry.host();
    let seen = zenml.home.join("seen");
    let spy = format!(
        "#!/bin/sh\n{{ echo \"$@\"; test -z \"$REGISTRY_AUTH_FILE\" || stat --format '%a %n' \"$REGISTRY_AUTH_FILE\"; }} >>{}\nexec pushgate \"$@\"\n",
        seen.display()
    );
    let spy = zenml.home.write("spy", spy);
    std::fs::set_permissions(&spy, std::fs::Permissions::from_mode(0o700)).expect("a mode");
    let secret = json!({ "name": "login", "values": { "username": user.name, "password": user.password } });
    let configuration = |settings: serde_json::Value, secret: Option<&str>| {
        json!({
            "uri": host,
            "pushgate_flavor": guest("probe"),
            "settings": settings,
            "grants": ["registry", "http=https://api.example.com"],
            "authentication_secret": secret,
            "executable": spy,
        })
    };
    let asks = configuration(json!({ "do": "ask" }), Some("login"));
    let anonymous = configuration(json!({ "do": "ask" }), None);
    let looks = configuration(json!({ "do": "report", "look": ["images"] }), Some("login"));
    zenml.home.must(&format!("registry register prod --uri {host}/team"));
    let another = json!({ "uri": host, "registry": "prod" });
    let came = does(
        &zenml,
        &[
            &format!("secret={secret}"),
            &format!("setup={asks}"),
            &format!("build={host}/app:v1"),
            &format!("registry={anonymous}"),
            &format!("push={host}/app:v2"),
            &format!("registry={looks}"),
            &format!("push={host}/app:v3"),
            &format!("registry={another}"),
            &format!("push={host}/team/app:v4"),
        ],
    );
    came[2].must_be_done();
    // docker-registry wants a password, and there is none.
    assert!(came[4].is("RegistryFailedError"), "{came:?}");
    assert!(came[6].is("ImageRefusedError"), "{came:?}");
    assert!(came[8].is("PushgateConfigurationError"), "{came:?}");
    assert!(came[8].message().contains(&format!("`{host}`")) && came[8].message().contains(&format!("`{host}/team`")), "{came:?}");
    let shown = came.iter().map(|came| came.0.to_string()).collect::<String>();
    let arguments = std::fs::read_to_string(&seen).expect("what pushgate was run with");
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", user.name, user.password));
    for text in [&shown, &arguments] {
        assert!(!text.contains(&user.password) && !text.contains(&encoded), "{text}");
    }
    let files: Vec<&str> = arguments.lines().filter_map(|line| line.strip_prefix("600 ")).collect();
    assert_eq!(files.len(), 2, "a file of this user alone for each push with a secret: {arguments}");
    assert!(files.iter().all(|file| !Path::new(file).exists()), "{files:?}");
}
