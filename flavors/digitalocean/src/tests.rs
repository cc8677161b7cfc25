use hosted_registry::testing::{assert_schema_describes, outcome};

use super::*;

#[test]
fn names_have_the_form_of_the_service() {
    for (uri, image, expected) in [
        ("registry.digitalocean.com", "registry.digitalocean.com/mycompany/app", "ok"),
        ("registry.digitalocean.com/mycompany", "registry.digitalocean.com/mycompany/team/app", "ok"),
        ("registry.digitalocean.com", "registry.digitalocean.com/mycompany", "repository.form"),
        ("registry.digitalocean.com", "registry.digitalocean.com/1company/app", "registry.name"),
        ("registry.digitalocean.com", "registry.digitalocean.com/my_company/app", "registry.name"),
        ("registry.digitalocean.com/my_company", "registry.digitalocean.com/my_company/app", "misconfigured"),
        ("ghcr.io", "ghcr.io/mycompany/app", "misconfigured"),
    ] {
        assert_eq!(outcome::<DigitalOcean>(uri, image), expected, "{uri} {image}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    assert_schema_describes::<Settings>(include_str!("../settings.schema.json"));
}
