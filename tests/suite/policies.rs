//! The policies that ship, through the command line: what their cases cannot show.

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry};

use crate::support::{Home, Ran, assert_whole};

fn check(home: &Home, flavor: &str, image: &str, more: &[&str]) -> Ran {
    let words = ["check", image, "--uri", "registry.example.com/team", "--flavor", flavor];
    home.run_words(words.iter().chain(more))
}

#[test]
fn immutable_tags() {
    let home = Home::new();
    let registry = Registry::start_blocking(Options::default()).expect("a registry");
    registry.put_image("team/app", "v1", &[]);
    let check = |tag: &str, more: &[&str]| {
        let (image, uri) = (format!("{}/team/app:{tag}", registry.host()), format!("{}/team", registry.host()));
        home.run_words(["check", &image, "--uri", &uri, "--flavor", "immutable-tags"].iter().chain(more))
    };
    const GRANT: [&str; 2] = ["--grant", "registry"];
    assert_whole!(home, check("v1", &GRANT));
    assert_whole!(home, check("v2", &GRANT));
    assert_whole!(home, check("v1", &["--grant", "registry", "--set", r#"except:=["v*"]"#]));
    assert_whole!(home, check("v1", &["--grant", "registry", "--set", r#"tags:=["v1"]"#, "--set", r#"except:=["v1"]"#]));
    assert_whole!(home, check("v1", &[]));
}

/// The image has these configs, which no tool would write.
fn layout_of(home: &Home, configs: &[(&str, &str)]) {
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    for (reference, execution) in configs {
        let mut config = Image::new().config();
        config["config"] = "EXECUTION".into();
        let config = config.to_string().replace(r#""EXECUTION""#, execution);
        let config = layout.blob(config.as_bytes(), "application/vnd.oci.image.config.v1+json").expect("a blob");
        let manifest = serde_json::json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": [],
        });
        let manifest = layout.blob(manifest.to_string().as_bytes(), "application/vnd.oci.image.manifest.v1+json").expect("a blob");
        layout.list(manifest, Some(*reference)).expect("an entry");
    }
}

/// Docker takes `user` for `User`, and the last of two: what it would run as root never passes for something else.
#[test]
fn non_root() {
    let home = Home::new();
    layout_of(
        &home,
        &[
            ("number", r#"{"User":"1000"}"#),
            ("nobody", r#"{"Env":["A=b"]}"#),
            ("twice", r#"{"User":"1000","User":"0"}"#),
            ("folded", r#"{"User":"1000","user":"0"}"#),
            ("long-s", r#"{"User":"1000","u\u017fer":"0"}"#),
            ("lower", r#"{"user":"1000"}"#),
            ("list", r#"{"User":["1000"]}"#),
        ],
    );
    let image = "registry.example.com/team/app:v1";
    for reference in ["number", "nobody", "twice", "folded", "long-s", "lower", "list"] {
        assert_whole!(home, check(&home, "non-root", image, &["--from", &format!("oci:image:{reference}")]));
    }
}

#[test]
fn platforms() {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let (amd, arm) = (Image::new(), Image::new().architecture("arm64", Some("v8")));
    layout.add_index(&[amd.clone(), arm], true, Some("both")).expect("an index");
    layout.add(&amd, Some("one")).expect("an image");
    let image = "registry.example.com/team/app:v1";
    let required = r#"required:=["linux/amd64", "linux/arm64"]"#;
    assert_whole!(home, check(&home, "platforms", image, &["--set", required, "--from", "oci:image:both"]));
    assert_whole!(home, check(&home, "platforms", image, &["--set", required, "--from", "oci:image:one"]));
    // One platform of the image is all that is pushed.
    assert_whole!(home, check(&home, "platforms", image, &["--set", required, "--from", "oci:image:both", "--platform", "linux/amd64"]));
    assert_whole!(
        home,
        check(&home, "platforms", image, &["--set", required, "--set", r#"allowed:=["linux/amd64"]"#, "--from", "oci:image:both"])
    );
}

#[test]
fn semver_tags() {
    let home = Home::new();
    assert_whole!(home, check(&home, "semver-tags", "registry.example.com/team/app:v1.4.2-rc.1", &[]));
    assert_whole!(
        home,
        check(&home, "semver-tags", "registry.example.com/team/app:v1.4.2-rc.1", &["--set", "prefix=", "--set", "prereleases:=false"])
    );
    assert_whole!(home, check(&home, "semver-tags", "registry.example.com/team/app", &[]));
}
