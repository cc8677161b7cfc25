use hosted_registry::testing::{assert_schema_describes, outcome};

use super::*;

#[test]
fn names_have_the_form_of_the_service() {
    for (uri, image, expected) in [
        ("gcr.io", "gcr.io/my-project/app", "ok"),
        ("gcr.io/my-project", "gcr.io/my-project/team/app", "ok"),
        ("eu.gcr.io", "eu.gcr.io/example.com/my-project/app", "ok"),
        ("gcr.io/example.com", "gcr.io/example.com/my-project/app", "ok"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/my-project/images/app", "ok"),
        ("europe-west3-docker.pkg.dev/my-project", "europe-west3-docker.pkg.dev/my-project/images/team/app", "ok"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/my-project/app", "repository.form"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/example.com/my-project/app", "repository.form"),
        ("gcr.io", "gcr.io/my-project", "repository.form"),
        ("gcr.io", "gcr.io/short/app", "project.name"),
        ("gcr.io", "gcr.io/1project/app", "project.name"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/my-project/my_images/app", "repository.name"),
        ("gcr.io/short", "gcr.io/short/app", "misconfigured"),
        ("k8s.gcr.io", "k8s.gcr.io/my-project/app", "misconfigured"),
        ("docker.pkg.dev", "docker.pkg.dev/my-project/images/app", "misconfigured"),
        ("ghcr.io", "ghcr.io/my-project/app", "misconfigured"),
        ("us-docker.pkg.dev.evil.example", "us-docker.pkg.dev.evil.example/my-project/images/app", "misconfigured"),
    ] {
        assert_eq!(outcome::<Gcp>(uri, image), expected, "{uri} {image}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    assert_schema_describes::<Settings>(include_str!("../settings.schema.json"));
}
