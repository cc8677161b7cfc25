use hosted_registry::testing::{assert_schema_describes, misconfigured, outcome, outcome_with};

use super::*;

/// The names of <https://docs.digitalocean.com/reference/api/reference/container-registry/>.
#[test]
fn names_have_the_form_of_the_service() {
    let longest = format!("registry.digitalocean.com/{}/app", "a".repeat(63));
    let too_long = format!("registry.digitalocean.com/{}/app", "a".repeat(64));
    for (uri, image, expected) in [
        ("registry.digitalocean.com", "registry.digitalocean.com/mycompany/app", "ok"),
        ("registry.digitalocean.com/mycompany", "registry.digitalocean.com/mycompany/team/app", "ok"),
        ("registry.digitalocean.com/mycompany/team", "registry.digitalocean.com/mycompany/team/app", "ok"),
        ("registry.digitalocean.com", "registry.digitalocean.com/my-company/app", "ok"),
        ("registry.digitalocean.com", "registry.digitalocean.com/1company/app", "ok"),
        ("registry.digitalocean.com", &longest, "ok"),
        ("registry.digitalocean.com", &too_long, "registry.name"),
        ("registry.digitalocean.com", "registry.digitalocean.com/mycompany", "repository.form"),
        ("registry.digitalocean.com", "registry.digitalocean.com/my_company/app", "registry.name"),
        ("registry.digitalocean.com", "registry.digitalocean.com/my.company/app", "registry.name"),
        ("registry.digitalocean.com/my_company", "registry.digitalocean.com/my_company/app", "misconfigured"),
        ("registry.fra1.digitalocean.com", "registry.fra1.digitalocean.com/mycompany/app", "misconfigured"),
        ("ghcr.io", "ghcr.io/mycompany/app", "misconfigured"),
    ] {
        assert_eq!(outcome::<DigitalOcean>(uri, image), expected, "{uri} {image}");
    }
}

#[test]
fn settings_that_can_never_match_are_misconfigured() {
    for (settings, uri, expected) in [
        (r#"{"registries":["MyCompany"]}"#, "registry.digitalocean.com", "no registry `MyCompany`"),
        (r#"{"registries":["mycompany/app"]}"#, "registry.digitalocean.com", "no registry `mycompany/app`"),
        (
            r#"{"registries":["my_company"]}"#,
            "registry.digitalocean.com",
            "it takes registries of at most 63 lowercase letters, digits and `-`",
        ),
        (r#"{"registries":[]}"#, "registry.digitalocean.com", "`registries`: an empty list would allow no push"),
        (r#"{"registries":["another"]}"#, "registry.digitalocean.com/mycompany", "has the registry `another`"),
    ] {
        let text = misconfigured::<DigitalOcean>(settings, uri);
        assert!(text.contains(expected), "{settings} {uri}: {text}");
    }
    let shared = r#"{"registries":["mycompany","another"]}"#;
    let uri = "registry.digitalocean.com/mycompany";
    assert_eq!(outcome_with::<DigitalOcean>(shared, uri, "registry.digitalocean.com/mycompany/app"), "ok");
}

#[test]
fn the_schema_describes_these_settings() {
    assert_schema_describes::<Settings>(include_str!("../settings.schema.json"));
}
