use super::*;

fn pin_for(layout: &TestLayout, platform: &str) -> Result<PinnedContent, LayoutError> {
    OciLayout::open(layout.path())?.pin(None, Some(&platform.parse().unwrap()))
}

#[test]
fn one_platform_is_taken_out_of_an_index() {
    let layout = TestLayout::new();
    let variant = |mut descriptor: Value, variant: &str| {
        descriptor["platform"]["variant"] = json!(variant);
        descriptor
    };
    let amd = for_platform(layout.image("amd64", &[b"amd"]), "linux", "amd64");
    let arm = variant(for_platform(layout.image("arm64", &[b"arm"]), "linux", "arm64"), "v8");
    let old = variant(for_platform(layout.image("arm", &[b"old"]), "linux", "arm"), "v6");
    let silent = layout.image("riscv64", &[b"risc"]);
    let attestation = for_platform(about(&layout, &amd), "unknown", "unknown");
    layout.index(&[layout.nested(&[amd.clone(), layout.nested(&[arm.clone(), attestation]), old.clone(), silent.clone()])]);
    for (platform, expected) in [
        ("linux/amd64", &amd),
        ("linux/arm64", &arm),
        ("linux/arm64/v8", &arm),
        ("linux/aarch64", &arm),
        ("linux/arm/v6", &old),
        ("linux/riscv64", &silent),
    ] {
        let content = pin_for(&layout, platform).unwrap();
        assert_eq!(content.root().digest.as_str(), digest_of(expected), "{platform}");
        // No attestation, no index: this manifest alone, with its config and its layer.
        assert_eq!((content.children().len(), content.images().len(), content.blobs().len()), (0, 1, 2), "{platform}");
    }
    for platform in ["linux/arm/v7", "linux/arm", "windows/amd64", "linux/amd64/v2", "linux/arm64/v9", "unknown/unknown"] {
        let error = pin_for(&layout, platform).unwrap_err();
        let LayoutError::NoSuchPlatform { asked, platforms } = &error else { panic!("{platform}: {error}") };
        assert_eq!(asked, platform);
        assert_eq!(platforms.join(" "), "linux/amd64 linux/arm64/v8 linux/arm/v6 linux/riscv64");
        assert!(error.to_string().contains("linux/arm64/v8"), "{error}");
    }

    // The others need not be there, whole or at all.
    fs::remove_file(layout.blob_path(&digest_of(&amd))).unwrap();
    assert!(pin_for(&layout, "linux/arm64").is_ok());
    assert!(pin_for(&layout, "linux/amd64").is_err());
    assert!(layout.pin(None).is_err());
}

#[test]
fn a_platform_is_checked_where_there_is_nothing_to_choose() {
    let layout = TestLayout::with_image(&[b"one"]);
    assert_eq!(pin_for(&layout, "linux/amd64").unwrap().root(), layout.pin(None).unwrap().root());
    assert!(matches!(pin_for(&layout, "linux/arm64"), Err(LayoutError::NoSuchPlatform { .. })));
    // A list that lies about an image does not get it pushed, whatever it leaves out.
    let mut lied = for_platform(layout.image("amd64", &[b"one"]), "linux", "arm64");
    layout.index(&[layout.nested(&[lied.clone()])]);
    assert!(matches!(pin_for(&layout, "linux/arm64"), Err(LayoutError::NoSuchPlatform { .. })));
    lied["platform"]["variant"] = json!("v8");
    layout.index(&[layout.nested(&[lied])]);
    assert!(matches!(pin_for(&layout, "linux/arm64"), Err(LayoutError::PlatformDisagrees { .. })));
    layout.index(&[about(&layout, &layout.image("amd64", &[]))]);
    let error = pin_for(&layout, "linux/amd64").unwrap_err();
    assert_eq!(error.to_string(), "there is no image for linux/amd64; there is none for any platform");
    // Of two that match, the first.
    let (one, two) = (layout.image("amd64", &[b"1"]), layout.image("amd64", &[b"2"]));
    let entry = |image: &Value| for_platform(image.clone(), "linux", "amd64");
    layout.index(&[layout.nested(&[entry(&one), entry(&two)])]);
    assert_eq!(pin_for(&layout, "linux/amd64").unwrap().root().digest.as_str(), digest_of(&one));
    // Trees are as deep and as wide as without a platform.
    let mut deep = entry(&one);
    for _ in 0..3 {
        deep = layout.nested(&[deep]);
    }
    layout.index(&[deep]);
    assert!(matches!(pin_for(&layout, "linux/amd64"), Err(LayoutError::TooMuch { .. })));
}

/// Images of Windows are for one version of it each.
#[test]
fn versions_of_an_operating_system_are_not_each_others_substitute() {
    let layout = TestLayout::new();
    let windows = |layer: &[u8], listed: Option<&str>, configured: Option<&str>| {
        let diff_ids = [Digest::sha256(layer).to_string()];
        let mut config = json!({ "architecture": "amd64", "os": "windows", "rootfs": { "type": "layers", "diff_ids": diff_ids } });
        if let Some(version) = configured {
            config["os.version"] = json!(version);
        }
        let image = layout.manifest(&layout.document(OCI_CONFIG, &config), &[layout.blob(LAYER, layer)]);
        let mut entry = for_platform(image, "windows", "amd64");
        if let Some(version) = listed {
            entry["platform"]["os.version"] = json!(version);
        }
        entry
    };
    let (old, new) = (Some("10.0.17763.6414"), Some("10.0.20348.2700"));
    let linux = for_platform(layout.image("amd64", &[b"linux"]), "linux", "amd64");
    // Whether the list, the config or both say so.
    for (in_list, in_config) in [(true, false), (false, true), (true, true)] {
        let says = |version: Option<&'static str>, says: bool| version.filter(|_| says);
        let first = windows(b"old", says(old, in_list), says(old, in_config));
        let second = windows(b"new", says(new, in_list), says(new, in_config));
        layout.index(&[layout.nested(&[linux.clone(), first.clone(), second.clone()])]);
        let error = pin_for(&layout, "windows/amd64").unwrap_err();
        assert_eq!(error.to_string(), "there are 2 images for windows/amd64: windows/amd64:10.0.17763.6414, windows/amd64:10.0.20348.2700");
        let LayoutError::SeveralVersions { platforms, .. } = &error else { panic!("{error:?}") };
        assert_eq!(platforms.first().map(String::as_str), Some("windows/amd64:10.0.17763.6414"));
        for (asked, expected) in [
            ("windows/amd64:10.0.17763.6414", &first),
            ("windows/amd64:10.0.17763", &first),
            ("windows(10.0.20348)/amd64", &second),
            ("windows/amd64:10.0.20348.2700", &second),
        ] {
            assert_eq!(pin_for(&layout, asked).unwrap().root().digest.as_str(), digest_of(expected), "{asked}");
        }
        assert!(matches!(pin_for(&layout, "windows/amd64:10"), Err(LayoutError::SeveralVersions { .. })));
        let error = pin_for(&layout, "windows/amd64:10.0.14393").unwrap_err();
        assert!(error.to_string().contains("there is linux/amd64, windows/amd64:10.0.17763.6414"), "{error}");
        let LayoutError::NoSuchPlatform { asked, platforms } = &error else { panic!("{error:?}") };
        assert_eq!(asked, "windows/amd64:10.0.14393");
        assert!(platforms.contains(&"windows/amd64:10.0.17763.6414".to_owned()), "{platforms:?}");
        assert!(pin_for(&layout, "linux/amd64").is_ok());
        assert!(layout.pin(None).is_ok(), "all of them are pushed without a choice");
    }
    // Twice the same version: the first. One without a version is what is asked for without one.
    let (first, second) = (windows(b"1", old, old), windows(b"2", old, old));
    layout.index(&[layout.nested(&[first.clone(), second])]);
    assert_eq!(pin_for(&layout, "windows/amd64").unwrap().root().digest.as_str(), digest_of(&first));
    let bare = windows(b"3", None, None);
    layout.index(&[layout.nested(&[first.clone(), bare.clone()])]);
    assert_eq!(pin_for(&layout, "windows/amd64").unwrap().root().digest.as_str(), digest_of(&bare));
    assert_eq!(pin_for(&layout, "windows/amd64:10.0").unwrap().root().digest.as_str(), digest_of(&first));
}

#[test]
fn a_variant_that_is_there_is_named() {
    let layout = TestLayout::new();
    let mut arm = for_platform(layout.image("arm", &[b"arm"]), "linux", "arm");
    arm["platform"]["variant"] = json!("v6");
    let arm64 = for_platform(layout.image("arm64", &[b"arm64"]), "linux", "arm64");
    layout.index(&[layout.nested(&[arm64, arm])]);
    for asked in ["linux/arm", "linux/arm64/v9", "windows/amd64"] {
        let error = pin_for(&layout, asked).unwrap_err();
        let LayoutError::NoSuchPlatform { asked: named, platforms } = &error else { panic!("{error:?}") };
        assert_eq!((named.as_str(), platforms.as_slice()), (asked, ["linux/arm64".to_owned(), "linux/arm/v6".to_owned()].as_slice()));
    }
}

#[test]
fn a_variant_that_the_config_leaves_out_is_that_of_the_index() {
    let layout = TestLayout::new();
    let listed = |layer: &[u8], variant: Option<&str>| {
        let mut descriptor = for_platform(layout.image("arm", &[layer]), "linux", "arm");
        if let Some(variant) = variant {
            descriptor["platform"]["variant"] = json!(variant);
        }
        descriptor
    };
    let entries = [listed(b"5", Some("v5")), listed(b"6", Some("v6")), listed(b"none", None)];
    layout.index(&[layout.nested(&entries)]);
    let platforms = |content: &PinnedContent| content.images().iter().map(|image| image.platform.to_string()).collect::<Vec<_>>();
    assert_eq!(platforms(&layout.pin(None).unwrap()), ["linux/arm/v5", "linux/arm/v6", "linux/arm"]);
    assert_eq!(platforms(&pin_for(&layout, "linux/arm/v6").unwrap()), ["linux/arm/v6"]);
}
