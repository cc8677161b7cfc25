//! The flavors for registries of a service: what cannot be registered, and what a push is told. Their own tests have the tables of names.

use pushgate_test_images::{Image, Layout};

use crate::support::{Home, assert_whole};

/// Registers a registry with a flavor, or adds nothing.
fn register(home: &Home, uri: &str, flavor: &str, setting: Option<&str>) -> crate::support::Ran {
    let words = ["registry", "register", "prod", "--uri", uri, "--flavor", flavor];
    let ran = home.run_words(words.into_iter().chain(setting.iter().flat_map(|setting| ["--set", setting])));
    if ran.code == 0 {
        home.must("registry delete prod");
    }
    ran
}

/// The words for the operator: which setting or which URI, and not that the settings are wrong where the URI is.
#[test]
fn what_no_push_can_satisfy_is_not_registered() {
    let home = Home::new();
    for (flavor, uri, setting, told) in [
        ("azure", "mycompany.azurecr.io", Some(r#"namespaces:=["marketing/web"]"#), "no namespace `marketing/web`"),
        ("azure", "mycompany.azurecr.io/marketing", Some(r#"namespaces:=["product"]"#), "has the namespace `product`"),
        ("dockerhub", "docker.io", Some(r#"namespaces:=["MyCompany"]"#), "write `mycompany`"),
        ("dockerhub", "registry-1.docker.io/mycompany", Some(r#"namespaces:=["somebody"]"#), "`docker.io/mycompany` has the namespace"),
        ("dockerhub", "docker.io/library", None, "`official_images`"),
        ("github", "ghcr.io/mycompany", Some(r#"owners:=["somebody"]"#), "has the owner `somebody`"),
        ("gcp", "us-docker.pkg.dev", Some(r#"locations:=["europe"]"#), "has the location `europe`"),
        ("gcp", "gcr.io/my-project", Some(r#"projects:=["another-project"]"#), "has the project `another-project`"),
        ("digitalocean", "registry.digitalocean.com/mycompany", Some(r#"registries:=["somebody"]"#), "has the registry `somebody`"),
        // The URI alone.
        ("azure", "mycompany-prod.azurecr.io", None, "the registry's URI `mycompany-prod.azurecr.io` is not in Azure Container Registry"),
        ("dockerhub", "docker.io/my-company", None, "the registry's URI `docker.io/my-company` has the namespace `my-company`"),
        ("dockerhub", "hub.docker.com/mycompany", None, "the registry's URI `hub.docker.com/mycompany` is not in Docker Hub"),
        ("github", "ghcr.io/my_big_company", None, "the registry's URI `ghcr.io/my_big_company` has the owner"),
        ("gcp", "us-docker.pkg.dev/my-project/eu.gcr.io", None, "the repository `eu.gcr.io`, which is in `europe`"),
        ("digitalocean", "ghcr.io/mycompany", None, "the registry's URI `ghcr.io/mycompany` is not in DigitalOcean's container registry"),
        // What it lacks comes after what cannot work.
        ("aws", "public.ecr.aws/a1b2c3d4", None, "the registry's URI `public.ecr.aws/a1b2c3d4` is in Amazon ECR Public"),
        ("aws", "ghcr.io/mycompany", None, "the registry's URI `ghcr.io/mycompany` is not in Amazon ECR"),
    ] {
        let ran = register(&home, uri, flavor, setting);
        assert_eq!(ran.code, 8, "{flavor} {uri} {setting:?}: {ran:?}");
        assert!(ran.stderr.contains(&format!("error: the flavor {flavor} is misconfigured: ")), "{ran:?}");
        assert!(ran.stderr.contains(told) && !ran.stderr.contains("does not accept its settings"), "{told}: {ran:?}");
    }
    for (flavor, uri, setting) in [
        ("azure", "mycompany.eastus.geo.azurecr.microsoft.scloud", Some(r#"namespaces:=["marketing"]"#)),
        ("dockerhub", "registry.hub.docker.com/mycompany", Some(r#"namespaces:=["mycompany", "another"]"#)),
        ("github", "ghcr.io/mycompany", Some(r#"owners:=["MyCompany"]"#)),
        ("gcp", "docker.europe-west3.rep.pkg.dev", Some(r#"locations:=["europe-west3"]"#)),
        ("gcp", "us-docker.pkg.dev/my-project/gcr.io", None),
        ("gcp", "docker.s3nsregistry.fr/s3ns/my-project", None),
        ("digitalocean", "registry.digitalocean.com/1company", None),
    ] {
        let ran = register(&home, uri, flavor, setting);
        assert_eq!(ran.code, 0, "{flavor} {uri} {setting:?}: {ran:?}");
    }
}

/// The host knows what the flavor would ask, since it was asked ahead.
#[test]
fn a_missing_grant_names_its_origin() {
    let home = Home::new();
    let uri = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
    assert_whole!(home, register(&home, uri, "aws", None));
    let ran = register(&home, uri, "aws", Some("endpoint=https://vpce-1.api.ecr.eu-central-1.vpce.amazonaws.com"));
    assert!(ran.stderr.contains("--grant http=https://vpce-1.api.ecr.eu-central-1.vpce.amazonaws.com\n"), "{ran:?}");
    let ran = home.run_words(["check", &format!("{uri}/app:v1"), "--uri", uri, "--flavor", "aws"]);
    assert!(ran.code == 8 && ran.stderr.contains("--grant http=https://api.ecr.eu-central-1.amazonaws.com\n"), "{ran:?}");
}

/// The names of Docker Hub, for the registry that a name belongs to.
#[test]
fn docker_hub_has_several_names() {
    let home = Home::new();
    home.must("registry register hub --uri registry-1.docker.io/mycompany --flavor dockerhub");
    for image in [
        "mycompany/app:v1",
        "docker.io/mycompany/app:v1",
        "registry-1.docker.io/mycompany/app:v1",
        "registry.hub.docker.com/mycompany/app:v1",
    ] {
        home.must(&format!("check {image}"));
    }
    assert_eq!(home.run("check registry-1.docker.io/somebody/app:v1 --registry hub").code, 3);
    assert_whole!(home, home.run("check registry-1.docker.io/app:v1"));
}

/// Whoever pulls an image chooses it by the index: so do the flavors.
#[test]
fn a_variant_that_only_the_index_names_counts() {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let arm = Image::new().architecture("arm", None);
    layout.add_index(&[Image::new(), arm.clone().listed_variant("v6")], false, Some("v6")).expect("an index");
    layout.add_index(&[Image::new(), arm], false, Some("silent")).expect("an index");
    let check = |setting: &str, source: &str| {
        let words = ["check", "registry.example.com/team/app:v1", "--uri", "registry.example.com", "--flavor", "platforms"];
        home.run_words(words.into_iter().chain(["--set", setting, "--from", source]))
    };
    for (setting, source, code) in [
        (r#"required:=["linux/arm/v6"]"#, "oci:image:v6", 0),
        (r#"required:=["linux/arm/v7"]"#, "oci:image:v6", 4),
        (r#"allowed:=["linux/amd64", "linux/arm/v7"]"#, "oci:image:v6", 4),
        (r#"allowed:=["linux/amd64", "linux/arm/v6"]"#, "oci:image:v6", 0),
        // Nothing says which: that is v7, as everywhere.
        (r#"required:=["linux/arm/v7"]"#, "oci:image:silent", 0),
    ] {
        let ran = check(setting, source);
        assert_eq!(ran.code, code, "{setting} {source}: {ran:?}");
    }
}
