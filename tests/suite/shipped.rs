//! The flavors that ship, through the command line.

use std::path::Path;

use pushgate_test_images::{Image, Layout};

use crate::support::{Home, Ran, assert_whole, guest, shipped};

fn check(home: &Home, flavor: &str, image: &str, more: &[&str]) -> Ran {
    let words = ["check", image, "--uri", "registry.example.com/team", "--flavor", flavor];
    home.run_words(words.iter().chain(more))
}

#[test]
fn forbid_tags() {
    let home = Home::new();
    assert_whole!(home, check(&home, "forbid-tags", "registry.example.com/team/app:v1", &[]));
    assert_whole!(home, check(&home, "forbid-tags", "registry.example.com/team/app", &[]));
    assert_whole!(home, check(&home, "forbid-tags", "registry.example.com/team/app:v1-dev", &["--set", r#"tags:=["*-dev"]"#]));
    assert_whole!(home, check(&home, "forbid-tags", "registry.example.com/team/app:v1", &["--set", "tgas=x"]));
}

#[test]
fn require_labels() {
    let home = Home::new();
    let labelled = Image::new().label("org.opencontainers.image.source", "https://example.com");
    let bare = Image::new().architecture("arm64", Some("v8"));
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    layout.add(&labelled, Some("labelled")).expect("an image");
    layout.add_index(&[labelled, bare], true, Some("half")).expect("an index");
    layout.add_artifact("application/vnd.example.sbom", b"{}", Some("artifact")).expect("an artifact");
    let image = "registry.example.com/team/app:v1";
    let labels = r#"labels:=["org.opencontainers.image.source"]"#;
    assert_whole!(home, check(&home, "require-labels", image, &["--set", labels, "--from", "oci:image:labelled"]));
    assert_whole!(home, check(&home, "require-labels", image, &["--set", labels, "--from", "oci:image:half"]));
    assert_whole!(home, check(&home, "require-labels", image, &["--set", labels, "--from", "oci:image:artifact"]));
    assert_whole!(home, check(&home, "require-labels", image, &["--set", labels, "--from", "oci:missing"]));
}

/// Whatever `flavors/NAME/cases` says of a flavor holds for the component that ships.
#[test]
fn each_answers_its_cases() {
    let home = Home::new();
    for flavor in pushgate_builtin::BUILTINS.all() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../flavors").join(flavor.name);
        let file = shipped(&home, flavor.name);
        let words = ["flavor", "test", folder.to_str().expect("UTF-8"), "--component", file.to_str().expect("UTF-8")];
        let ran = home.run_words(words);
        assert_eq!(ran.code, 0, "{}: {ran:?}", flavor.name);
    }
}

#[test]
fn all_are_listed_with_what_they_do() {
    let home = Home::new();
    home.must("registry register prod --uri registry.example.com/team --flavor forbid-tags");
    assert_whole!(home, home.must("flavor list"));
    let listed = home.must("flavor list --output json").json();
    let flavors = listed["flavors"].as_array().expect("a list");
    assert_eq!(flavors.len(), pushgate_builtin::BUILTINS.all().len());
    assert!(flavors.iter().all(|flavor| flavor["ships"] == true && flavor["description"].as_str().is_some_and(|words| !words.is_empty())));
    assert_whole!(home, home.must("flavor describe forbid-tags"));
}

/// A-34: neither by a name that the component brings along nor by one that is given.
#[test]
fn a_name_that_ships_cannot_be_taken() {
    let home = Home::new();
    let same = shipped(&home, "forbid-tags");
    let other = guest("passthrough");
    assert_whole!(home, home.run(&format!("flavor register {} --name forbid-tags", other.display())));
    assert_eq!(home.run(&format!("flavor register {} --name forbid-tags --replace", other.display())).code, 8);
    assert_whole!(home, home.run("flavor delete forbid-tags"));
    assert!(home.must(&format!("flavor register {}", same.display())).stdout.starts_with("unchanged forbid-tags "));
    home.must("check registry.example.com/team/app:v1 --uri registry.example.com --flavor forbid-tags");
}

/// Whoever had a flavor of this name before it shipped goes on with what they registered.
#[test]
fn a_flavor_that_was_registered_before_it_shipped_is_the_one_that_is_asked() {
    let home = Home::new();
    home.must(&format!("flavor register {} --name own", guest("passthrough").display()));
    home.must("registry register prod --uri registry.example.com/team --flavor own");
    let catalog = std::fs::read_to_string(home.catalog()).expect("the catalog");
    std::fs::write(home.catalog(), catalog.replace("own", "forbid-tags")).expect("the catalog");
    home.must("check registry.example.com/team/app:latest");
    assert!(home.must("flavor list").stdout.starts_with("REGISTERED   ASKED BY  DIGEST\nforbid-tags  prod "));
    home.must("registry remove-hook prod forbid-tags");
    home.must("flavor delete forbid-tags");
    home.must("registry add-hook prod --flavor forbid-tags");
    assert_eq!(home.run("check registry.example.com/team/app:latest").code, 4);
}

/// What makes no sense is told when it is registered, and not at the first push.
#[test]
fn settings_and_uris_that_make_no_sense_are_not_registered() {
    let home = Home::new();
    assert_whole!(home, home.run("registry register prod --uri ghcr.io/acme --flavor gcp"));
    let aws = "registry register prod --uri 123456789012.dkr.ecr.eu-central-1.amazonaws.com --flavor aws --grant http=https://api.ecr.eu-central-1.amazonaws.com";
    assert_whole!(home, home.run(&format!("{aws} --set create_repository:=true --set missing_repository=refuse")));
    home.must("registry register prod --uri ghcr.io/acme --flavor github");
    assert_whole!(home, home.run("registry add-hook prod --flavor dockerhub"));
    assert_whole!(home, home.run("registry update prod --uri registry.example.com"));
    assert_eq!(home.run("registry update prod --flavor github --set owners:=[]").code, 8);
    home.must("registry update prod --uri ghcr.io/acme/team");
    assert_eq!(home.must("registry describe prod --output json").json()["registry"]["hooks"].as_array().map(Vec::len), Some(1));
}
