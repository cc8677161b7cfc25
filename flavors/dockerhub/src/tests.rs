use hosted_registry::testing::{assert_schema_describes, outcome};

use super::*;

#[test]
fn names_have_the_form_of_the_service() {
    for (uri, image, expected) in [
        ("docker.io", "docker.io/mycompany/app", "ok"),
        ("docker.io/mycompany", "docker.io/mycompany/app", "ok"),
        ("docker.io", "docker.io/library/app", "namespace.official"),
        ("docker.io", "docker.io/a/app", "namespace.name"),
        ("docker.io", "docker.io/my.company/app", "namespace.name"),
        ("docker.io", "docker.io/mycompany/a", "repository.name"),
        ("docker.io", "docker.io/mycompany/team/app", "repository.form"),
        ("docker.io/mycompany/team/more", "docker.io/mycompany/team/more/app", "misconfigured"),
        ("docker.io/a", "docker.io/a/app", "misconfigured"),
        ("ghcr.io", "ghcr.io/mycompany/app", "misconfigured"),
    ] {
        assert_eq!(outcome::<DockerHub>(uri, image), expected, "{uri} {image}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    assert_schema_describes::<Settings>(include_str!("../settings.schema.json"));
}
