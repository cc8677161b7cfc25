use hosted_registry::testing::{assert_schema_describes, outcome};

use super::*;

#[test]
fn names_have_the_form_of_the_service() {
    for (uri, image, expected) in [
        ("mycompany.azurecr.io", "mycompany.azurecr.io/app", "ok"),
        ("mycompany.azurecr.io/team", "mycompany.azurecr.io/team/a/b", "ok"),
        ("mycompany.azurecr.cn", "mycompany.azurecr.cn/app", "ok"),
        ("mycompany.azurecr.us", "mycompany.azurecr.us/app", "ok"),
        ("mycompany-abc123.azurecr.io", "mycompany-abc123.azurecr.io/app", "ok"),
        ("mycompany.eastus.geo.azurecr.io", "mycompany.eastus.geo.azurecr.io/app", "ok"),
        ("mycompany.eastus.data.azurecr.io", "mycompany.eastus.data.azurecr.io/app", "misconfigured"),
        ("abcd.azurecr.io", "abcd.azurecr.io/app", "misconfigured"),
        ("azurecr.io", "azurecr.io/app", "misconfigured"),
        ("mycompany.azurecr.io:443", "mycompany.azurecr.io:443/app", "misconfigured"),
        ("mycompany.azurecr.io.evil.example", "mycompany.azurecr.io.evil.example/app", "misconfigured"),
        ("mycompany.azurecr.de", "mycompany.azurecr.de/app", "misconfigured"),
    ] {
        assert_eq!(outcome::<Azure>(uri, image), expected, "{uri} {image}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    assert_schema_describes::<Settings>(include_str!("../settings.schema.json"));
}
