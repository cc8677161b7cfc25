use hosted_registry::testing::{assert_schema_describes, misconfigured, outcome, outcome_with};

use super::*;

/// Whether this is the host of a registry. `lib.rs` names where Azure says so.
#[test]
fn hosts_are_those_of_the_service() {
    let (longest, too_long) = (format!("{}.azurecr.io", "a".repeat(50)), format!("{}.azurecr.io", "a".repeat(51)));
    for (host, expected) in [
        ("mycompany.azurecr.io", true),
        ("12345.azurecr.io", true),
        (&longest, true),
        (&too_long, false),
        ("abcd.azurecr.io", false),
        ("my_company.azurecr.io", false),
        // The other clouds.
        ("mycompany.azurecr.cn", true),
        ("mycompany.azurecr.us", true),
        ("mycompany.azurecr.eaglex.ic.gov", true),
        ("mycompany.azurecr.microsoft.scloud", true),
        ("mycompany.azurecr.sovcloud-azure.de", true),
        ("mycompany.azurecr.sovcloud-azure.fr", true),
        ("mycompany.azurecr.sovcloud-azure.it", false),
        ("mycompany.azurecr.de", false),
        ("mycompany.azurecr.scloud", false),
        ("mycompany.azurecr.ic.gov", false),
        // The endpoints of regions.
        ("mycompany.eastus.geo.azurecr.io", true),
        ("mycompany.eastus2.geo.azurecr.io", true),
        ("mycompany.chinaeast2.geo.azurecr.cn", true),
        ("mycompany.usgovvirginia.geo.azurecr.us", true),
        ("mycompany.usnateast.geo.azurecr.eaglex.ic.gov", true),
        ("mycompany.ussecwest.geo.azurecr.microsoft.scloud", true),
        ("mycompany.deloscloudgermanycentral.geo.azurecr.sovcloud-azure.de", true),
        ("mycompany.francecentral.geo.azurecr.sovcloud-azure.fr", true),
        ("mycompany-d7ezgzevdwfvc8ht.deloscloudgermanycentral.geo.azurecr.sovcloud-azure.de", true),
        ("mycompany.eastus.notgeo.azurecr.io", false),
        ("mycompany.eastus.data.azurecr.io", false),
        ("mycompany.east-us.geo.azurecr.io", false),
        ("mycompany.geo.azurecr.io", false),
        ("mycompany..geo.azurecr.io", false),
        ("mycompany.eastus.extra.geo.azurecr.io", false),
        // Domain name labels.
        ("mycompany-d7ezgzevdwfvc8ht.azurecr.io", true),
        ("mycompany-abcdefghabcdefgh.azurecr.io", true),
        ("mycompany-abc123.azurecr.io", true),
        ("mycompany-abc123.eastus.geo.azurecr.io", true),
        ("mycompany-a.azurecr.io", false),
        ("mycompany-dev.azurecr.io", false),
        ("mycompany-prod.azurecr.io", false),
        ("mycompany-docker.azurecr.io", false),
        ("mycompany-staging.azurecr.io", false),
        ("mycompany-123456.azurecr.io", false),
        ("mycompany-d7ezgzevdwfvc8h.azurecr.io", false),
        ("mycompany-d7ezgzevdwfvc8hta.azurecr.io", false),
        ("mycompany-prod-abc123.azurecr.io", false),
        ("mycompany-.azurecr.io", false),
        ("abcd-d7ezgzevdwfvc8ht.azurecr.io", false),
        // What only looks like one.
        ("azurecr.io", false),
        ("mycompany.azurecr.io:443", false),
        ("mycompany.azurecr.io.evil.example", false),
        ("mycompanyazurecr.io", false),
        ("mycompany.evil-azurecr.io", false),
    ] {
        assert_eq!(is_registry(host), expected, "{host}");
    }
}

#[test]
fn names_have_the_form_of_the_service() {
    for (uri, image, expected) in [
        ("mycompany.azurecr.io", "mycompany.azurecr.io/app", "ok"),
        ("mycompany.azurecr.io/team", "mycompany.azurecr.io/team/a/b", "ok"),
        ("mycompany.azurecr.io/team/a", "mycompany.azurecr.io/team/a/b", "ok"),
        ("abcd.azurecr.io", "abcd.azurecr.io/app", "misconfigured"),
    ] {
        assert_eq!(outcome::<Azure>(uri, image), expected, "{uri} {image}");
    }
}

#[test]
fn settings_that_can_never_match_are_misconfigured() {
    for (settings, uri, expected) in [
        (
            r#"{"namespaces":["marketing/web"]}"#,
            "mycompany.azurecr.io",
            "`namespaces`: Azure Container Registry has no namespace `marketing/web`: it takes namespaces of one segment",
        ),
        (r#"{"namespaces":["Marketing"]}"#, "mycompany.azurecr.io", "write `marketing`"),
        (r#"{"namespaces":["marketing/"]}"#, "mycompany.azurecr.io", "no namespace `marketing/`"),
        (r#"{"namespaces":["marketing*"]}"#, "mycompany.azurecr.io", "no namespace `marketing*`"),
        (r#"{"namespaces":[]}"#, "mycompany.azurecr.io", "`namespaces`: an empty list would allow no push"),
        (
            r#"{"namespaces":["product"]}"#,
            "mycompany.azurecr.io/marketing",
            "`namespaces`: no push under the registry's URI `mycompany.azurecr.io/marketing` has the namespace `product`",
        ),
    ] {
        let text = misconfigured::<Azure>(settings, uri);
        assert!(text.contains(expected), "{settings} {uri}: {text}");
    }
    let shared = r#"{"namespaces":["marketing","product"]}"#;
    assert_eq!(outcome_with::<Azure>(shared, "mycompany.azurecr.io/marketing", "mycompany.azurecr.io/marketing/web"), "ok");
    assert_eq!(outcome_with::<Azure>(shared, "mycompany.azurecr.io", "mycompany.azurecr.io/marketing"), "ok");
    assert_eq!(outcome_with::<Azure>(shared, "mycompany.azurecr.io", "mycompany.azurecr.io/sales/web"), "namespace.not-allowed");
}

#[test]
fn the_schema_describes_these_settings() {
    assert_schema_describes::<Settings>(include_str!("../settings.schema.json"));
}
