use super::*;

#[test]
fn what_is_named_may_be_about_another_manifest() {
    let layout = TestLayout::new();
    let image = layout.image("amd64", &[b"one"]);
    // The subject is only named: it need not be there, and nobody looks for it.
    let elsewhere = json!({ "mediaType": OCI_MANIFEST, "digest": Digest::sha256(b"elsewhere").as_str(), "size": 9 });
    for subject in [&image, &elsewhere] {
        layout.index(&[about(&layout, subject)]);
        let content = layout.pin(None).unwrap();
        assert_eq!(content.artifact_type(), Some("application/vnd.example.sbom"));
        assert!(content.images().is_empty() && content.children().is_empty());
        let link = content.root.link.as_ref().unwrap();
        assert_eq!(link.subject.digest.as_str(), digest_of(subject));
        assert_eq!((link.artifact_type.as_deref(), link.annotations["a"].as_str()), (Some("application/vnd.example.sbom"), "b"));
    }

    // An image may have a subject too, and so may an index; the type is then the config's, and the index's own.
    let config = layout.document(OCI_CONFIG, &TestLayout::config("amd64", 0));
    let document = json!({ "schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": [], "subject": elsewhere });
    layout.index(&[layout.document(OCI_MANIFEST, &document)]);
    let content = layout.pin(None).unwrap();
    assert_eq!(content.images().len(), 1);
    assert_eq!(content.root.link.unwrap().artifact_type.as_deref(), Some(OCI_CONFIG));
    let document = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [image], "subject": elsewhere });
    layout.index(&[layout.document(OCI_INDEX, &document)]);
    let content = layout.pin(None).unwrap();
    assert_eq!(content.root.link.unwrap().artifact_type, None);
    layout.index(&[image]);
    assert!(layout.pin(None).unwrap().root.link.is_none());
}

#[test]
fn what_nobody_named_may_be_about_what_is_pushed_with_it_alone() {
    let layout = TestLayout::new();
    let image = for_platform(layout.image("amd64", &[b"one"]), "linux", "amd64");
    let attestation = for_platform(about(&layout, &layout.image("amd64", &[b"one"])), "unknown", "unknown");
    layout.index(&[layout.nested(&[image.clone(), attestation])]);
    let content = layout.pin(None).unwrap();
    assert_eq!(content.children()[1].link.as_ref().unwrap().subject.digest.as_str(), digest_of(&image));

    let elsewhere = json!({ "mediaType": OCI_MANIFEST, "digest": Digest::sha256(b"elsewhere").as_str(), "size": 9 });
    let hidden = for_platform(about(&layout, &elsewhere), "unknown", "unknown");
    refused(&layout, layout.nested(&[image, hidden]), "is not pushed with it");
}

#[test]
fn subjects_and_configs_that_registries_would_read_differently_are_refused() {
    let layout = TestLayout::new();
    let config = layout.document("application/vnd.docker.container.image.v1+json", &TestLayout::config("amd64", 0));
    let subject = json!({ "mediaType": OCI_MANIFEST, "digest": Digest::sha256(b"x").as_str(), "size": 1 });
    let docker = json!({ "schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": config, "layers": [], "subject": subject });
    refused(&layout, layout.document(DOCKER_MANIFEST, &docker), "only documents of the OCI formats have");
    for subject in [json!("sha256:x"), json!({}), json!({ "mediaType": OCI_MANIFEST, "digest": "sha256:../..", "size": 1 })] {
        let empty = layout.blob("application/vnd.oci.empty.v1+json", b"{}");
        let manifest = json!({ "schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": empty, "layers": [], "subject": subject });
        refused(&layout, layout.document(OCI_MANIFEST, &manifest), "subject");
    }
    let nothing = layout.blob("application/vnd.example.config.v1+json", b"");
    refused(&layout, layout.manifest(&nothing, &[layout.blob("a/b", b"x")]), "its config has no bytes");
    let empty = layout.blob("application/vnd.oci.empty.v1+json", b"{}");
    layout.index(&[layout.manifest(&empty, &[layout.blob("a/b", b"x")])]);
    assert!(layout.pin(None).is_ok());
}
