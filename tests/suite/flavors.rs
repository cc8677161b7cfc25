//! The flavors that ship, through the command line.

use pushgate_test_images::{Image, Layout};

use crate::support::{Home, assert_whole, guest};

fn check(home: &Home, name: &str, image: &str, more: &[&str]) -> crate::support::Ran {
    let flavor = guest(name).display().to_string();
    let words = ["check", image, "--uri", "registry.example.com/team", "--flavor", &flavor];
    home.run_words(words.iter().chain(more))
}

/// The path of the component differs from machine to machine.
macro_rules! assert_check {
    ($home:expr, $ran:expr) => {{
        let mut ran = $ran;
        let path = regex_free(&ran.stderr);
        ran.stderr = path;
        assert_whole!($home, ran);
    }};
}

/// Takes the folder out of the path of a component.
fn regex_free(text: &str) -> String {
    text.split(' ')
        .map(|word| word.rsplit_once('/').filter(|(_, file)| file.contains(".wasm")).map_or(word, |(_, file)| file))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn forbid_tags() {
    let home = Home::new();
    assert_check!(home, check(&home, "forbid-tags", "registry.example.com/team/app:v1", &[]));
    assert_check!(home, check(&home, "forbid-tags", "registry.example.com/team/app", &[]));
    assert_check!(home, check(&home, "forbid-tags", "registry.example.com/team/app:v1-dev", &["--set", r#"tags:=["*-dev"]"#]));
    assert_check!(home, check(&home, "forbid-tags", "registry.example.com/team/app:v1", &["--set", "tgas=x"]));
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
    assert_check!(home, check(&home, "require-labels", image, &["--set", labels, "--from", "oci:image:labelled"]));
    assert_check!(home, check(&home, "require-labels", image, &["--set", labels, "--from", "oci:image:half"]));
    assert_check!(home, check(&home, "require-labels", image, &["--set", labels, "--from", "oci:image:artifact"]));
    assert_check!(home, check(&home, "require-labels", image, &["--set", labels, "--from", "oci:missing"]));
}

#[test]
fn passthrough() {
    let home = Home::new();
    assert_check!(home, check(&home, "passthrough", "registry.example.com/team/app:v1", &[]));
}
