use hosted_registry::testing::{assert_schema_describes, outcome};

use super::*;

#[test]
fn names_have_the_form_of_the_service() {
    for (uri, image, expected) in [
        ("ghcr.io", "ghcr.io/mycompany/app", "ok"),
        ("ghcr.io/mycompany", "ghcr.io/mycompany/repository/app", "ok"),
        ("containers.github.example.com", "containers.github.example.com/mycompany/app", "ok"),
        ("containers.mycompany.ghe.com", "containers.mycompany.ghe.com/mycompany/app", "ok"),
        ("ghcr.io", "ghcr.io/person_corp/app", "ok"),
        ("ghcr.io", "ghcr.io/mycompany", "repository.form"),
        ("ghcr.io", "ghcr.io/my.company/app", "owner.name"),
        ("ghcr.io", "ghcr.io/my--company/app", "owner.name"),
        ("ghcr.io/my.company", "ghcr.io/my.company/app", "misconfigured"),
        ("docker.io", "docker.io/mycompany/app", "misconfigured"),
        ("ghcr.io.evil.example", "ghcr.io.evil.example/mycompany/app", "misconfigured"),
        ("containers", "containers/mycompany/app", "misconfigured"),
    ] {
        assert_eq!(outcome::<GitHub>(uri, image), expected, "{uri} {image}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    assert_schema_describes::<Settings>(include_str!("../settings.schema.json"));
}
