//! The policies that ship, through the command line: what their cases cannot show.

use pushgate_builtin::BUILTINS;
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

/// A job that is run again pushes what it pushed before.
#[test]
fn the_same_image_goes_to_an_immutable_tag_again() {
    let home = Home::new();
    let registry = Registry::start_blocking(Options::default()).expect("a registry");
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let image = Image::new().layer([("app", &b"one"[..])]);
    layout.add(&image, Some("one")).expect("an image");
    layout.add(&Image::new().layer([("app", &b"two"[..])]), Some("two")).expect("an image");
    layout.add_index(&[image.clone(), Image::new().architecture("arm64", None)], false, Some("both")).expect("an index");
    image.write_docker_archive(std::fs::File::create(home.join("image.tar")).expect("a file"), &["a:b"]).expect("an archive");
    let push = |command: &str, tag: &str, from: &str| {
        let (image, uri) = (format!("{}/team/app:{tag}", registry.host()), registry.host());
        home.run(&format!("{command} {image} --uri {uri} --flavor immutable-tags --grant registry --from {from}"))
    };
    for (tag, first, again, other) in
        [("v1", "oci:image:one", "oci:image:one", "oci:image:two"), ("v2", "oci:image:both", "oci:image:both", "oci:image:one")]
    {
        assert_eq!(push("push", tag, first).code, 0, "{first}");
        let before = registry.tag_digest("team/app", tag);
        assert_eq!(push("check", tag, again).code, 0, "{again}");
        assert_eq!(push("push", tag, again).code, 0, "{again}");
        assert_eq!(push("push", tag, other).code, 4, "{other}");
        assert_eq!(registry.tag_digest("team/app", tag), before);
    }
    // One platform of an index is another manifest; of an archive nobody can tell; of what is not there neither.
    assert_eq!(push("check", "v2", "oci:image:both --platform linux/amd64").code, 4);
    assert_eq!(push("check", "v1", "oci:image:both --platform linux/amd64").code, 0);
    assert_eq!(push("check", "v1", "docker-archive:image.tar").code, 4);
    assert_eq!(push("check", "v1", "oci:missing").code, 4);
    assert_whole!(home, push("push", "v1", "docker-archive:image.tar"));
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

/// What no image could ever fit is found when the registry is registered, and not by the first person who pushes.
#[test]
fn settings_that_can_never_match_are_not_registered() {
    let home = Home::new();
    let never = [
        ("forbid-tags", r#"{"tags":["v1/*"]}"#),
        ("forbid-tags", r#"{"tags":["-dev"]}"#),
        ("forbid-tags", r#"{"tags":["*"]}"#),
        ("forbid-tags", r#"{"tags":["v*"],"allowed":["v1*"]}"#),
        ("forbid-tags", r#"{"exempt_repositories":["sandbox/*"]}"#),
        ("immutable-tags", r#"{"tags":["v1*"],"except":["v*"]}"#),
        ("immutable-tags", r#"{"tags":[".hidden"]}"#),
        ("semver-tags", r#"{"prefix":"app/"}"#),
        ("semver-tags", r#"{"versions":["MAJOR.MINOR"]}"#),
        ("semver-tags", r#"{"suffixes":["a/b"]}"#),
        ("require-labels", r#"{"labels":["org.opencontainers.image.source=https://*"]}"#),
        ("require-labels", r#"{"labels":["org.opencontainers.image.*"]}"#),
        ("require-labels", r#"{"labels":["two words"]}"#),
        ("require-labels", r#"{"formats":{"a":{"regex":"("}}}"#),
        ("require-labels", r#"{"formats":{"a":"link"}}"#),
        ("non-root", r#"{"uids":[{"min":2000,"max":1000}]}"#),
        ("non-root", r#"{"uids":[{"min":0,"max":0}]}"#),
        ("non-root", r#"{"names":["root"]}"#),
        ("non-root", r#"{"groups":["0"]}"#),
        ("platforms", r#"{"required":["amd64/linux"]}"#),
        ("platforms", r#"{"required":["linux/x64"]}"#),
        ("platforms", r#"{"required":["linux/arm64/v7"]}"#),
        ("platforms", r#"{"required":["linux/amd64:22.04"]}"#),
        ("platforms", r#"{"runs_on":["linux/arm/v6"],"allowed":["linux/arm/v7"]}"#),
        ("max-size", r#"{"compressed":"0 MB"}"#),
        ("max-size", r#"{"compressed":"5 mb"}"#),
        ("max-size", r#"{"compressed":"2Gi","total":"1Gi"}"#),
        ("base-images", r#"{"allowed":[{"diff_ids":["sha256:abc"]}]}"#),
        ("base-images", r#"{"allowed":[{"title":"debian"}]}"#),
        ("names", r#"{"allowed":["app-*"]}"#),
        ("names", r#"{"allowed":["registry.example.com/team/app"]}"#),
        ("fresh", r#"{"max_days":0}"#),
    ];
    for (flavor, settings) in never {
        let grant: &[&str] = if flavor == "immutable-tags" { &["--grant", "registry"] } else { &[] };
        let words = ["registry", "register", "prod", "--uri", "registry.example.com/team", "--flavor", flavor, "--settings", settings];
        let ran = home.run_words(words.iter().chain(grant));
        assert_eq!(ran.code, 8, "{flavor} {settings}: {ran:?}");
        assert!(ran.stderr.contains(flavor) && !ran.stderr.contains(" does not match \"^"), "{flavor} {settings}: {ran:?}");
    }
    assert!(!home.catalog().exists());
}

/// What a shell or a YAML file makes a number of, is told how a text is written.
#[test]
fn a_number_where_a_text_is_wanted() {
    let home = Home::new();
    assert_whole!(home, check(&home, "forbid-tags", "registry.example.com/team/app:v1", &["--set", "tags:=[20240115]"]));
    assert_whole!(home, check(&home, "semver-tags", "registry.example.com/team/app:20240115", &[]));
    assert_whole!(home, check(&home, "max-size", "registry.example.com/team/app:v1", &["--set", "compressed=2 gigabytes"]));
}

#[test]
fn a_setting_that_got_another_name_is_refused_with_it() {
    let home = Home::new();
    for (old, new) in [("packed", "compressed"), ("unpacked", "uncompressed")] {
        let setting = format!("{old}=1GB");
        let words = ["registry", "register", "prod", "--uri", "registry.example.com", "--flavor", "max-size", "--set", &setting];
        let ran = home.run_words(words);
        assert_eq!(ran.code, 8, "{ran:?}");
        assert!(ran.stderr.contains(&format!("there is no setting `{old}` any more: it is `{new}` now")), "{ran:?}");
    }
    let described = home.must("flavor describe max-size");
    assert!(!described.stdout.contains("packed "), "{}", described.stdout);
}

#[test]
fn fresh() {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    for (reference, created) in [("old", "2001-01-01T00:00:00Z"), ("future", "2901-01-01T00:00:00Z")] {
        let mut config = Image::new().config();
        config["created"] = created.into();
        let config = layout.blob(config.to_string().as_bytes(), "application/vnd.oci.image.config.v1+json").expect("a blob");
        let manifest = serde_json::json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": [],
        });
        let manifest = layout.blob(manifest.to_string().as_bytes(), "application/vnd.oci.image.manifest.v1+json").expect("a blob");
        layout.list(manifest, Some(reference)).expect("an entry");
    }
    let image = "registry.example.com/team/app:v1";
    for reference in ["old", "future"] {
        let ran = check(&home, "fresh", image, &["--set", "max_days:=30", "--from", &format!("oci:image:{reference}")]);
        assert_eq!(ran.code, 4, "{ran:?}");
        assert!(ran.stderr.contains(if reference == "old" { "created.too-old" } else { "created.future" }), "{ran:?}");
    }
    assert_eq!(check(&home, "fresh", image, &["--set", "max_days:=36500", "--from", "oci:image:old"]).code, 0);
}

/// Of the two images for one architecture the version of the system tells which is which.
#[test]
fn versions_of_windows() {
    let home = Home::new();
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    for (reference, version) in [("2019", "10.0.17763.6414"), ("2022", "10.0.20348.2762")] {
        let mut config = Image::new().config();
        (config["os"], config["os.version"]) = ("windows".into(), version.into());
        let config = layout.blob(config.to_string().as_bytes(), "application/vnd.oci.image.config.v1+json").expect("a blob");
        let manifest = serde_json::json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": [],
        });
        let manifest = layout.blob(manifest.to_string().as_bytes(), "application/vnd.oci.image.manifest.v1+json").expect("a blob");
        layout.list(manifest, Some(reference)).expect("an entry");
    }
    let image = "registry.example.com/team/app:v1";
    let required = r#"required:=["windows/amd64:10.0.20348"]"#;
    assert_eq!(check(&home, "platforms", image, &["--set", required, "--from", "oci:image:2022"]).code, 0);
    assert_whole!(home, check(&home, "platforms", image, &["--set", required, "--from", "oci:image:2019"]));
}

/// A mistake in settings is told in the same words when a registry is registered, and in a check.
#[test]
fn a_check_says_what_registering_says() {
    let home = Home::new();
    let mut refused = 0;
    let flavors = BUILTINS.all().iter().map(|flavor| (flavor.name, "{}"));
    let mistakes = [
        ("base-images", r#"{"allowed":[{"nmae":"debian"}]}"#),
        ("base-images", r#"{"allowed":[{"name":"***"}]}"#),
        ("cel", r#"{"rule":[]}"#),
        ("cel", r#"{"rules":[{"code":"a","require":"tag"}]}"#),
        ("require-labels", r#"{"formats":{"a":"ulr"}}"#),
        ("require-labels", r#"{"formats":{"a":{"regx":"b"}}}"#),
        ("require-labels", r#"{"labels":{"a":"url"}}"#),
        ("names", r#"{"allowed":["team/**"]}"#),
        ("semver-tags", r#"{"prefix":"none"}"#),
    ];
    for (flavor, settings) in flavors.chain(mistakes) {
        let told = |words: &[&str]| {
            let about = ["--uri", "registry.example.com/team", "--flavor", flavor, "--settings", settings];
            let about = if settings == "{}" { about.get(..4) } else { Some(&about[..]) };
            let ran = home.run_words(words.iter().chain(about.expect("words")));
            let lines = ran.stderr.lines().filter(|line| line.starts_with("error: ") || line.starts_with("hint: "));
            (ran.code, lines.map(str::to_owned).collect::<Vec<_>>())
        };
        let registered = told(&["registry", "register", "prod"]);
        if registered.0 == 0 {
            home.must("registry delete prod");
            assert_eq!(settings, "{}", "{flavor}: a mistake is registered");
            continue;
        }
        refused += 1;
        assert_eq!(told(&["check", "registry.example.com/team/app:v1"]), registered, "{flavor} {settings}");
    }
    assert!(refused > 15, "{refused}");
}
