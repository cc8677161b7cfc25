use hosted_registry::testing::{assert_schema_describes, misconfigured, outcome, outcome_with};

use super::*;

/// The names of GitHub's page on usernames, which `lib.rs` names.
#[test]
fn names_have_the_form_of_the_service() {
    let longest = format!("ghcr.io/{}/app", "a".repeat(39));
    let too_long = format!("ghcr.io/{}/app", "a".repeat(40));
    let managed = format!("ghcr.io/{}_octo/app", "a".repeat(34));
    let managed_too_long = format!("ghcr.io/{}_octo/app", "a".repeat(35));
    for (uri, image, expected) in [
        ("ghcr.io", "ghcr.io/mycompany/app", "ok"),
        ("ghcr.io", "ghcr.io/my-company/app", "ok"),
        ("ghcr.io", "ghcr.io/1company/app", "ok"),
        ("ghcr.io", "ghcr.io/a/app", "ok"),
        ("ghcr.io", &longest, "ok"),
        ("ghcr.io", &too_long, "owner.name"),
        ("ghcr.io/mycompany", "ghcr.io/mycompany/repository/app", "ok"),
        ("ghcr.io/mycompany/repository", "ghcr.io/mycompany/repository/app", "ok"),
        ("containers.github.example.com", "containers.github.example.com/mycompany/app", "ok"),
        ("containers.mycompany.ghe.com", "containers.mycompany.ghe.com/mycompany/app", "ok"),
        // Managed users: a short code of 3 to 8 letters and digits, and the one who sets up the enterprise.
        ("ghcr.io", "ghcr.io/person_corp/app", "ok"),
        ("ghcr.io", "ghcr.io/mona-cat_octo/app", "ok"),
        ("ghcr.io", "ghcr.io/person_abc/app", "ok"),
        ("ghcr.io", "ghcr.io/person_12345678/app", "ok"),
        ("ghcr.io", "ghcr.io/2abvd19d_admin/app", "ok"),
        ("ghcr.io", &managed, "ok"),
        ("ghcr.io", &managed_too_long, "owner.name"),
        ("ghcr.io", "ghcr.io/person_ab/app", "owner.name"),
        ("ghcr.io", "ghcr.io/person_123456789/app", "owner.name"),
        ("ghcr.io", "ghcr.io/my_big_corp/app", "owner.name"),
        ("ghcr.io", "ghcr.io/my__corp/app", "owner.name"),
        ("ghcr.io", "ghcr.io/person_my-corp/app", "owner.name"),
        ("ghcr.io", "ghcr.io/mycompany", "repository.form"),
        ("ghcr.io", "ghcr.io/my.company/app", "owner.name"),
        ("ghcr.io", "ghcr.io/my--company/app", "owner.name"),
        ("ghcr.io/my.company", "ghcr.io/my.company/app", "misconfigured"),
        ("ghcr.io/my_company_1", "ghcr.io/my_company_1/app", "misconfigured"),
        ("docker.io", "docker.io/mycompany/app", "misconfigured"),
        ("docker.pkg.github.com", "docker.pkg.github.com/mycompany/repository/app", "misconfigured"),
        ("ghcr.io.evil.example", "ghcr.io.evil.example/mycompany/app", "misconfigured"),
        ("containers", "containers/mycompany/app", "misconfigured"),
    ] {
        assert_eq!(outcome::<GitHub>(uri, image), expected, "{uri} {image}");
    }
}

#[test]
fn the_case_of_an_owner_does_not_count() {
    let owners = r#"{"owners":["MyCompany"]}"#;
    assert_eq!(outcome_with::<GitHub>(owners, "ghcr.io", "ghcr.io/mycompany/app"), "ok");
    assert_eq!(outcome_with::<GitHub>(owners, "ghcr.io/mycompany", "ghcr.io/mycompany/app"), "ok");
    assert_eq!(outcome_with::<GitHub>(owners, "ghcr.io", "ghcr.io/somebody/app"), "owner.not-allowed");
}

#[test]
fn settings_that_can_never_match_are_misconfigured() {
    for (settings, uri, expected) in [
        (
            r#"{"owners":["somebody"]}"#,
            "ghcr.io/mycompany",
            "no push under the registry's URI `ghcr.io/mycompany` has the owner `somebody`",
        ),
        (r#"{"owners":["my.company"]}"#, "ghcr.io", "`owners`: GitHub's container registry has no owner `my.company`"),
        (r#"{"owners":["mycompany/app"]}"#, "ghcr.io", "has no owner `mycompany/app`"),
        (r#"{"owners":["@mycompany"]}"#, "ghcr.io", "has no owner `@mycompany`"),
        (r#"{"owners":["mycompany","-x"]}"#, "ghcr.io", "has no owner `-x`"),
        (r#"{"owners":[]}"#, "ghcr.io", "`owners`: an empty list would allow no push"),
    ] {
        let text = misconfigured::<GitHub>(settings, uri);
        assert!(text.contains(expected), "{settings} {uri}: {text}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    assert_schema_describes::<Settings>(include_str!("../settings.schema.json"));
}
