use hosted_registry::testing::{assert_schema_describes, misconfigured, outcome, outcome_with};

use super::*;

/// Where the host of a registry keeps its images; none of Google's is "". `host.rs` names where Google says so.
#[test]
fn hosts_have_a_location() {
    for (host, location) in [
        ("gcr.io", "us"),
        ("us.gcr.io", "us"),
        ("eu.gcr.io", "europe"),
        ("asia.gcr.io", "asia"),
        ("us-docker.pkg.dev", "us"),
        ("europe-docker.pkg.dev", "europe"),
        ("europe-west3-docker.pkg.dev", "europe-west3"),
        ("northamerica-northeast1-docker.pkg.dev", "northamerica-northeast1"),
        ("docker.europe-west3.rep.pkg.dev", "europe-west3"),
        ("docker.me-central2.rep.pkg.dev", "me-central2"),
        ("docker.us-central1.rep.pkg.dev", "us-central1"),
        ("u-france-east1-docker.s3nsregistry.fr", "u-france-east1"),
        ("docker.s3nsregistry.fr", "u-france-east1"),
        ("u-germany-northeast1-docker.pkg-berlin-build0.goog", "u-germany-northeast1"),
        ("docker.pkg-berlin-build0.goog", "u-germany-northeast1"),
        // Pulled from alone, or none of Google's.
        ("marketplace.gcr.io", ""),
        ("k8s.gcr.io", ""),
        ("mirror.gcr.io", ""),
        ("docker.pkg.dev", ""),
        ("-docker.pkg.dev", ""),
        ("us-maven.pkg.dev", ""),
        ("europe-west3.docker.pkg.dev", ""),
        ("docker.rep.pkg.dev", ""),
        ("docker..rep.pkg.dev", ""),
        ("maven.europe-west3.rep.pkg.dev", ""),
        ("docker.europe.west3.rep.pkg.dev", ""),
        ("s3nsregistry.fr", ""),
        ("us-docker.evil-s3nsregistry.fr", ""),
        ("evils3nsregistry.fr", ""),
        ("us-docker.pkg.dev:443", ""),
        ("us-docker.pkg.dev.evil.example", ""),
        ("us-docker.evil.example", ""),
        ("ghcr.io", ""),
    ] {
        assert_eq!(Host::parse(host).map_or("", |host| host.location), location, "{host}");
    }
}

#[test]
fn names_have_the_form_of_the_service() {
    let longest = format!("us-docker.pkg.dev/my-project/{}/app", "a".repeat(63));
    let too_long = format!("us-docker.pkg.dev/my-project/{}/app", "a".repeat(64));
    for (uri, image, expected) in [
        ("gcr.io", "gcr.io/my-project/app", "ok"),
        ("gcr.io/my-project", "gcr.io/my-project/team/app", "ok"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/my-project/images/app", "ok"),
        ("us-docker.pkg.dev/my-project/images", "us-docker.pkg.dev/my-project/images/app", "ok"),
        ("europe-west3-docker.pkg.dev/my-project", "europe-west3-docker.pkg.dev/my-project/images/team/app", "ok"),
        ("docker.europe-west3.rep.pkg.dev", "docker.europe-west3.rep.pkg.dev/my-project/images/app", "ok"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/my-project/app", "repository.form"),
        ("gcr.io", "gcr.io/my-project", "repository.form"),
        ("gcr.io", "gcr.io/short/app", "project.name"),
        ("gcr.io", "gcr.io/1project/app", "project.name"),
        ("gcr.io", "gcr.io/my_project/app", "project.name"),
        ("us-docker.pkg.dev", &longest, "ok"),
        ("us-docker.pkg.dev", &too_long, "repository.name"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/my-project/my_images/app", "repository.name"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/my-project/1images/app", "repository.name"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/my-project/my.images/app", "repository.name"),
        // Repositories that are named after a host of Container Registry, each in its location.
        ("us-docker.pkg.dev", "us-docker.pkg.dev/my-project/gcr.io/app", "ok"),
        ("us-docker.pkg.dev/my-project/gcr.io", "us-docker.pkg.dev/my-project/gcr.io/team/app", "ok"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/my-project/us.gcr.io/app", "ok"),
        ("europe-docker.pkg.dev", "europe-docker.pkg.dev/my-project/eu.gcr.io/app", "ok"),
        ("asia-docker.pkg.dev", "asia-docker.pkg.dev/my-project/asia.gcr.io/app", "ok"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/example.com/my-project/gcr.io/app", "ok"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/my-project/eu.gcr.io/app", "repository.location"),
        ("europe-west3-docker.pkg.dev", "europe-west3-docker.pkg.dev/my-project/gcr.io/app", "repository.location"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/my-project/k8s.gcr.io/app", "repository.name"),
        ("us-docker.pkg.dev/my-project/eu.gcr.io", "us-docker.pkg.dev/my-project/eu.gcr.io/app", "misconfigured"),
        // Projects of a domain.
        ("eu.gcr.io", "eu.gcr.io/example.com/my-project/app", "ok"),
        ("gcr.io/example.com", "gcr.io/example.com/my-project/app", "ok"),
        ("gcr.io/example.com/my-project", "gcr.io/example.com/my-project/app", "ok"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/example.com/my-project/images/app", "ok"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/example.com/my-project/app", "repository.form"),
        ("gcr.io", "gcr.io/example.com/short/app", "project.name"),
        ("gcr.io", "gcr.io/example.com/my-project", "repository.form"),
        // Sovereign clouds, whose projects have a prefix in the place of a domain.
        ("u-france-east1-docker.s3nsregistry.fr", "u-france-east1-docker.s3nsregistry.fr/my-project/images/app", "ok"),
        ("docker.s3nsregistry.fr", "docker.s3nsregistry.fr/s3ns/my-project/images/app", "ok"),
        ("docker.s3nsregistry.fr/s3ns", "docker.s3nsregistry.fr/s3ns/my-project/images/app", "ok"),
        ("docker.s3nsregistry.fr", "docker.s3nsregistry.fr/s3ns-system/cos-cloud/toolbox", "ok"),
        ("docker.pkg-berlin-build0.goog", "docker.pkg-berlin-build0.goog/eu0/my-project/images/app", "ok"),
        ("docker.pkg-berlin-build0.goog", "docker.pkg-berlin-build0.goog/s3ns/my-project/images/app", "project.name"),
        ("us-docker.pkg.dev", "us-docker.pkg.dev/s3ns/my-project/images/app", "project.name"),
        ("gcr.io/short", "gcr.io/short/app", "misconfigured"),
        ("k8s.gcr.io", "k8s.gcr.io/my-project/app", "misconfigured"),
        ("ghcr.io", "ghcr.io/my-project/app", "misconfigured"),
    ] {
        assert_eq!(outcome::<Gcp>(uri, image), expected, "{uri} {image}");
    }
}

#[test]
fn settings_that_can_never_match_are_misconfigured() {
    for (settings, uri, expected) in [
        (
            r#"{"locations":["europe-west3","europe"]}"#,
            "us-docker.pkg.dev/my-project",
            "`locations`: no push under the registry's URI `us-docker.pkg.dev/my-project` has the location `europe-west3` or `europe`",
        ),
        (r#"{"locations":["us"]}"#, "eu.gcr.io", "has the location `us`"),
        (r#"{"locations":["us"]}"#, "us-central1-docker.pkg.dev", "has the location `us`"),
        (r#"{"locations":["Europe"]}"#, "europe-docker.pkg.dev", "has no location `Europe`"),
        (r#"{"locations":["europe","europe-docker.pkg.dev"]}"#, "europe-docker.pkg.dev", "has no location `europe-docker.pkg.dev`"),
        (r#"{"locations":[]}"#, "gcr.io", "`locations`: an empty list would allow no push"),
        (r#"{"projects":["another-project"]}"#, "gcr.io/my-project", "has the project `another-project`"),
        (r#"{"projects":["my-project"]}"#, "gcr.io/example.com", "has the project `my-project`"),
        (r#"{"projects":["example.com:my-project"]}"#, "gcr.io/example.org", "has the project `example.com:my-project`"),
        (r#"{"projects":["example.com/my-project"]}"#, "gcr.io", "has no project `example.com/my-project`"),
        (r#"{"projects":["My-Project"]}"#, "gcr.io", "write `my-project`"),
        (r#"{"projects":["short"]}"#, "gcr.io", "has no project `short`"),
        (r#"{"projects":[]}"#, "gcr.io", "`projects`: an empty list would allow no push"),
    ] {
        let text = misconfigured::<Gcp>(settings, uri);
        assert!(text.contains(expected), "{settings} {uri}: {text}");
    }
    for (settings, uri, image, expected) in [
        (r#"{"locations":["europe","us"]}"#, "gcr.io", "gcr.io/my-project/app", "ok"),
        (r#"{"locations":["u-france-east1"]}"#, "docker.s3nsregistry.fr", "docker.s3nsregistry.fr/my-project/images/app", "ok"),
        (r#"{"projects":["example.com:my-project"]}"#, "gcr.io/example.com", "gcr.io/example.com/my-project/app", "ok"),
        (r#"{"projects":["s3ns:my-project"]}"#, "docker.s3nsregistry.fr", "docker.s3nsregistry.fr/s3ns/my-project/images/app", "ok"),
        (r#"{"projects":["my-project"]}"#, "gcr.io", "gcr.io/example.com/my-project/app", "project.not-allowed"),
    ] {
        assert_eq!(outcome_with::<Gcp>(settings, uri, image), expected, "{settings} {uri} {image}");
    }
}

#[test]
fn the_schema_describes_these_settings() {
    assert_schema_describes::<Settings>(include_str!("../settings.schema.json"));
}
