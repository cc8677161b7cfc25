use crate::{Host, ImageReference, OutOfScope, RegistryUri};

fn refused(uri: &str, image: &str) -> OutOfScope {
    RegistryUri::parse(uri).expect(uri).scope(&ImageReference::parse(image).expect(image)).expect_err(image)
}

#[test]
fn the_sentence_names_both_and_the_difference() {
    let error = refused("registry.example.com/team", "registry.example.com/team-evil/app:v1");
    assert_eq!(
        error.to_string(),
        "image `registry.example.com/team-evil/app:v1` does not belong to container registry `registry.example.com/team`: \
         its repository `team-evil/app` is not `team` and does not begin with `team/`"
    );
    assert_eq!(error.suggestion(), "registry.example.com/team/app:v1");

    let error = refused("registry.example.com", "registry.example.com");
    assert_eq!(
        error.to_string(),
        "image `docker.io/library/registry.example.com:latest` does not belong to container registry `registry.example.com`: \
         its registry host is `docker.io`, not `registry.example.com`"
    );
}

#[test]
fn what_is_suggested_is_inside() {
    for (uri, image) in
        [("registry.example.com/team", "ubuntu"), ("docker.io", "a.io/team/app:v1"), ("user", "other/app"), ("[::1]:1", "app")]
    {
        let error = refused(uri, image);
        let image = ImageReference::parse(&error.suggestion()).expect("a name");
        assert!(RegistryUri::parse(uri).expect(uri).scope(&image).is_ok(), "{}", error.suggestion());
    }
}

#[test]
fn a_scoped_reference_gives_what_was_proved() {
    let uri = RegistryUri::parse("a.io/team").expect("a URI");
    let image = ImageReference::parse("A.io/team/app").expect("a name");
    let scoped = uri.scope(&image).expect("inside");
    assert_eq!(scoped.image(), &image);
    assert_eq!(scoped.registry_uri(), &uri);
    assert_eq!((scoped.host().as_str(), scoped.repository(), scoped.tag(), scoped.digest()), ("a.io", "team/app", Some("latest"), None));
    assert_eq!((scoped.to_string().as_str(), scoped.engine_repository().as_str()), ("a.io/team/app:latest", "A.io/team/app"));
}

#[test]
fn an_image_that_is_named_by_its_digest_has_no_tag() {
    let digest = format!("sha256:{}", "0a".repeat(32));
    let image = ImageReference::parse(&format!("A.io/team/app@{digest}")).expect("a name");
    let scoped = RegistryUri::parse("a.io/team").expect("a URI").scope(&image).expect("inside");
    assert_eq!((scoped.tag(), scoped.digest(), scoped.identifier()), (None, Some(digest.as_str()), digest.as_str()));
    assert_eq!((scoped.to_string(), scoped.engine_name()), (format!("a.io/team/app@{digest}"), format!("A.io/team/app@{digest}")));
    let error = refused("a.io/other", &image.to_string());
    assert_eq!(error.suggestion(), format!("a.io/other/app@{digest}"));
}

/// Under whatever name of Docker Hub's registry, but under no other host that looks like one.
#[test]
fn the_names_of_docker_hub_are_one_registry() {
    for (uri, image, canonical) in [
        ("registry-1.docker.io/user", "user/app:v1", Some("docker.io/user/app:v1")),
        ("registry-1.docker.io/user", "registry-1.docker.io/user/app:v1", Some("docker.io/user/app:v1")),
        ("registry.hub.docker.com/user", "docker.io/user/app:v1", Some("docker.io/user/app:v1")),
        ("docker.io/user", "registry.hub.docker.com/user/app:v1", Some("docker.io/user/app:v1")),
        ("registry.hub.docker.com", "registry-1.docker.io/library/ubuntu:22.04", Some("docker.io/library/ubuntu:22.04")),
        ("registry-1.docker.io", "ubuntu:22.04", Some("docker.io/library/ubuntu:22.04")),
        ("docker.io/user", "registry-1.docker.io/user-evil/app:v1", None),
        ("docker.io/user", "registry-1.docker.io.evil.io/user/app:v1", None),
        ("docker.io/user", "registry-1.docker.io:443/user/app:v1", None),
        ("docker.io/user", "registry-2.docker.io/user/app:v1", None),
        ("docker.io/user", "hub.docker.com/user/app:v1", None),
    ] {
        let uri = RegistryUri::parse(uri).expect(uri);
        let scoped = uri.scope(&ImageReference::parse(image).expect(image)).ok();
        assert_eq!(scoped.map(|scoped| scoped.to_string()).as_deref(), canonical, "{uri} {image}");
    }
}

#[test]
fn a_repository_without_a_tag() {
    let uri = RegistryUri::parse("a.io/team").expect("a URI");
    let host = Host::parse("a.io").expect("a host");
    let other = Host::parse("a.io:443").expect("a host");
    for repository in ["team", "team/app", "team/app/x"] {
        assert!(uri.contains_repository(&host, repository), "{repository}");
        assert!(!uri.contains_repository(&other, repository), "{repository}");
    }
    for repository in
        ["", "tea", "team-evil", "other/team", "team/", "team//app", "team/../other", "team/./app", "team/App", "team/app:v1", "team/%2e"]
    {
        assert!(!uri.contains_repository(&host, repository), "{repository}");
    }
    let all = RegistryUri::parse("a.io").expect("a URI");
    assert!(all.contains_repository(&host, "any/thing"));
    assert!(!all.contains_repository(&host, "any/../thing") && !all.contains_repository(&host, ""));
}
