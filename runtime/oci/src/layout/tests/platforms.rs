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
