use hosted_registry::testing::{assert_schema_describes, misconfigured, outcome, outcome_with};

use super::*;

/// The names of <https://docs.docker.com/docker-hub/repos/create/> and the namespaces of the issues that `lib.rs` names.
#[test]
fn names_have_the_form_of_the_service() {
    let longest = format!("docker.io/{}/app", "a".repeat(30));
    let too_long = format!("docker.io/{}/app", "a".repeat(31));
    for (uri, image, expected) in [
        ("docker.io", "docker.io/mycompany/app", "ok"),
        ("docker.io/mycompany", "docker.io/mycompany/app", "ok"),
        ("docker.io/mycompany/app", "docker.io/mycompany/app", "ok"),
        ("docker.io", "docker.io/library/app", "namespace.official"),
        // New namespaces have 4 characters at least, and early ones fewer.
        ("docker.io", "docker.io/abc/app", "ok"),
        ("docker.io", "docker.io/ab/app", "ok"),
        ("docker.io", "docker.io/a/app", "namespace.name"),
        ("docker.io", "docker.io/4chan/app", "ok"),
        ("docker.io", &longest, "ok"),
        ("docker.io", &too_long, "namespace.name"),
        ("docker.io", "docker.io/my.company/app", "namespace.name"),
        // docker/hub-feedback#373, docker/for-linux#626.
        ("docker.io", "docker.io/my-company/app", "namespace.name"),
        ("docker.io", "docker.io/aidan-fitz/benji-soda", "namespace.name"),
        ("docker.io", "docker.io/my_company/app", "namespace.name"),
        ("docker.io", "docker.io/mycompany/a", "repository.name"),
        ("docker.io", "docker.io/mycompany/ab", "ok"),
        ("docker.io", "docker.io/mycompany/my-app_1", "ok"),
        ("docker.io", "docker.io/rocm/dev-ubuntu-22.04", "ok"),
        ("docker.io", "docker.io/mycompany/team/app", "repository.form"),
        ("docker.io/mycompany/team/more", "docker.io/mycompany/team/more/app", "misconfigured"),
        ("docker.io/a", "docker.io/a/app", "misconfigured"),
        ("docker.io/my-company", "docker.io/my-company/app", "misconfigured"),
        ("docker.io/library", "docker.io/library/app", "misconfigured"),
        ("docker.io:443", "docker.io:443/mycompany/app", "misconfigured"),
        ("hub.docker.com", "hub.docker.com/mycompany/app", "misconfigured"),
        ("ghcr.io", "ghcr.io/mycompany/app", "misconfigured"),
    ] {
        assert_eq!(outcome::<DockerHub>(uri, image), expected, "{uri} {image}");
    }
    let official = r#"{"official_images":true}"#;
    assert_eq!(outcome_with::<DockerHub>(official, "docker.io/library", "docker.io/library/app"), "ok");
}

#[test]
fn settings_that_can_never_match_are_misconfigured() {
    for (settings, uri, expected) in [
        (r#"{"namespaces":["MyCompany"]}"#, "docker.io", "it takes namespaces of 2 to 30 lowercase letters and digits; write `mycompany`"),
        (r#"{"namespaces":["mycompany","my-company"]}"#, "docker.io", "`namespaces`: Docker Hub has no namespace `my-company`"),
        (r#"{"namespaces":["mycompany/app"]}"#, "docker.io", "Docker Hub has no namespace `mycompany/app`"),
        (r#"{"namespaces":[""]}"#, "docker.io", "Docker Hub has no namespace ``"),
        (r#"{"namespaces":[]}"#, "docker.io", "`namespaces`: an empty list would allow no push"),
        (
            r#"{"namespaces":["somebody","someone"]}"#,
            "docker.io/mycompany",
            "`namespaces`: no push under the registry's URI `docker.io/mycompany` has the namespace `somebody` or `someone`",
        ),
        (r#"{"namespaces":["library"]}"#, "docker.io", "`namespaces` and `official_images`"),
        (r#"{"namespaces":["mycompany"],"official_images":true}"#, "docker.io", "`namespaces` and `official_images`"),
        ("{}", "docker.io/library", "`official_images`: the registry's URI is that of Docker's official images"),
    ] {
        let text = misconfigured::<DockerHub>(settings, uri);
        assert!(text.contains(expected), "{settings} {uri}: {text}");
    }
    let shared = r#"{"namespaces":["mycompany","another"]}"#;
    assert_eq!(outcome_with::<DockerHub>(shared, "docker.io/mycompany", "docker.io/mycompany/app"), "ok");
    assert_eq!(outcome_with::<DockerHub>(shared, "docker.io", "docker.io/somebody/app"), "namespace.not-allowed");
}

#[test]
fn the_schema_describes_these_settings() {
    assert_schema_describes::<Settings>(include_str!("../settings.schema.json"));
}
