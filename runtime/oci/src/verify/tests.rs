use std::fs;
use std::io::Write as _;
use std::slice;

use serde_json::{Value, json};

use super::*;
use crate::media_type::OCI_CONFIG;
use crate::testing::{LAYER, Pin, TestLayout, for_platform};

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// An image whose config names these contents, and whose layers are these bytes.
fn image(layout: &TestLayout, layers: &[(&[u8], &[u8])]) -> Value {
    let diff_ids: Vec<String> = layers.iter().map(|(content, _)| Digest::sha256(content).to_string()).collect();
    let config = json!({ "architecture": "amd64", "os": "linux", "rootfs": { "type": "layers", "diff_ids": diff_ids } });
    let config = layout.document(OCI_CONFIG, &config);
    let layers: Vec<Value> = layers.iter().map(|(_, bytes)| layout.blob(LAYER, bytes)).collect();
    layout.manifest(&config, &layers)
}

fn refused(layout: &TestLayout) -> (Digest, LayerError) {
    match layout.pin(None).unwrap().verify() {
        Err(VerifyError::Content { digest, source, .. }) => {
            (digest, source.get_ref().unwrap().downcast_ref::<LayerError>().unwrap().clone())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn honest_layers_of_every_encoding() {
    let layout = TestLayout::new();
    let zstd = zstd::encode_all(&b"third"[..], 3).unwrap();
    layout.index(&[image(&layout, &[(b"first", b"first"), (b"second", &gzipped(b"second")), (b"third", &zstd), (b"", b"")])]);
    let mut content = layout.pin(None).unwrap();
    assert_eq!(content.images()[0].uncompressed_size, None, "two layers are packed");
    content.verify().unwrap();
    assert_eq!(content.images()[0].uncompressed_size, Some(16));
    // Plain layers are known without looking; each counts as often as it is unpacked.
    layout.index(&[image(&layout, &[(b"first", b"first"), (b"second", b"second"), (b"first", b"first")])]);
    assert_eq!(layout.pin(None).unwrap().images()[0].uncompressed_size, Some(16));
}

#[test]
fn the_layer_and_both_digests_are_named() {
    let layout = TestLayout::new();
    let bytes = gzipped(b"other");
    layout.index(&[image(&layout, &[(b"first", b"first"), (b"second", &bytes)])]);
    let (digest, error) = refused(&layout);
    assert_eq!(digest, Digest::sha256(&bytes));
    assert_eq!(error, LayerError::DiffId { expected: Digest::sha256(b"second"), actual: Digest::sha256(b"other") });

    // Other bytes of the same length under the same name, in a layer and in a part of an artifact.
    let config = layout.blob("application/vnd.oci.empty.v1+json", b"{}");
    let artifact = layout.manifest(&config, &[layout.blob("a/b", b"first")]);
    for root in [image(&layout, &[(b"first", b"first")]), artifact] {
        let blob = layout.blob_path(Digest::sha256(b"first").as_str());
        fs::write(&blob, b"first").unwrap();
        layout.index(&[root]);
        layout.pin(None).unwrap().verify().unwrap();
        fs::write(&blob, b"FIRST").unwrap();
        let (_, error) = refused(&layout);
        assert_eq!(error, LayerError::Descriptor { expected: Digest::sha256(b"first"), actual: Digest::sha256(b"FIRST") });
    }
    let mut content = layout.pin(None).unwrap();
    fs::write(layout.blob_path(Digest::sha256(b"first").as_str()), b"longer").unwrap();
    assert!(matches!(content.verify(), Err(VerifyError::Blob(BlobError::WrongSize { .. }))));
    fs::remove_file(layout.blob_path(Digest::sha256(b"first").as_str())).unwrap();
    assert!(matches!(content.verify(), Err(VerifyError::Blob(BlobError::Unreadable { .. }))));
}

#[test]
fn every_image_of_an_index_is_looked_at() {
    let layout = TestLayout::new();
    let good = image(&layout, &[(b"same", b"same")]);
    // The same blob, of which the other image says something else.
    let bad = image(&layout, &[(b"different", b"same")]);
    let entry = |descriptor: &Value| for_platform(descriptor.clone(), "linux", "amd64");
    layout.index(&[layout.nested(&[entry(&good), entry(&bad)])]);
    let (digest, error) = refused(&layout);
    assert_eq!(digest, Digest::sha256(b"same"));
    assert!(matches!(error, LayerError::DiffId { .. }));
}

#[test]
fn what_cannot_be_looked_into_is_not_verified() {
    let layout = TestLayout::new();
    layout.index(&[image(&layout, &[(b"x", b"\xfd7zXZ\0...")])]);
    assert_eq!(refused(&layout).1, LayerError::Format { format: "xz" });
}

/// The first that differs is named, whatever the threads do.
#[test]
fn many_layers() {
    let layers: Vec<Vec<u8>> = (0..40_u32).map(|number| number.to_string().into_bytes().repeat(5000)).collect();
    let compressed: Vec<Vec<u8>> = layers.iter().map(|layer| gzipped(layer)).collect();
    let layout = TestLayout::new();
    let mut pairs: Vec<(&[u8], &[u8])> = layers.iter().zip(&compressed).map(|(content, bytes)| (&content[..], &bytes[..])).collect();
    layout.index(&[image(&layout, &pairs)]);
    layout.pin(None).unwrap().verify().unwrap();
    for place in [7, 30] {
        pairs[place].0 = b"other";
    }
    layout.index(&[image(&layout, &pairs)]);
    assert_eq!(refused(&layout).0, Digest::sha256(&compressed[7]));
}

/// A frame of zstd (RFC 8878, section 3.1.1) with a window of so many bits: raw, and so short that it could do with any
/// window.
fn with_window(content: &[u8], bits: u8) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap() << 3 | 1;
    [&[0x28, 0xb5, 0x2f, 0xfd, 0, (bits - 10) << 3][..], &length.to_le_bytes()[..3], content].concat()
}

#[test]
fn windows_beyond_what_every_decoder_has_are_looked_into() {
    let layout = TestLayout::new();
    let contents: Vec<Vec<u8>> = (0..12_u8).map(|number| vec![number; 1000]).collect();
    let layers: Vec<Vec<u8>> = contents.iter().map(|content| with_window(content, 27)).collect();
    let pairs: Vec<(&[u8], &[u8])> = contents.iter().zip(&layers).map(|(content, layer)| (&content[..], &layer[..])).collect();
    layout.index(&[image(&layout, &pairs)]);
    let mut content = layout.pin(None).unwrap();
    content.verify().unwrap();
    assert_eq!((content.unchecked(), content.images()[0].uncompressed_size), (&[][..], Some(12_000)));
}

#[test]
fn what_cannot_be_looked_into_is_read_and_named() {
    let layout = TestLayout::new();
    let large = with_window(b"large", 28);
    let (first, second) = (gzipped(b"first"), gzipped(b"second"));
    let honest = image(&layout, &[(b"first", &first), (b"large", &large), (b"second", &second)]);
    layout.index(slice::from_ref(&honest));
    let mut content = layout.pin(None).unwrap();
    content.verify().unwrap();
    let unchecked = UncheckedLayer { digest: Digest::sha256(&large), reason: Unchecked::Window };
    assert_eq!((content.unchecked(), content.images()[0].uncompressed_size), (&[unchecked][..], None));
    // Its bytes are compared all the same, and so are the other layers.
    let mut changed = large.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(layout.blob_path(Digest::sha256(&large).as_str()), &changed).unwrap();
    let expected = LayerError::Descriptor { expected: Digest::sha256(&large), actual: Digest::sha256(&changed) };
    assert_eq!(refused(&layout), (Digest::sha256(&large), expected));
    layout.index(&[image(&layout, &[(b"first", &first), (b"large", &large), (b"another", &second)])]);
    assert_eq!(refused(&layout).0, Digest::sha256(&second));
}

#[test]
fn encrypted_layers_are_read_and_named() {
    let layout = TestLayout::new();
    for media_type in [
        "application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
        "application/vnd.oci.image.layer.v1.tar+encrypted",
        "application/vnd.docker.image.rootfs.diff.tar.gzip+enc",
    ] {
        let (secret, plain) = (b"of the key alone".as_slice(), gzipped(b"plain"));
        let diff_ids = [Digest::sha256(b"secret").to_string(), Digest::sha256(b"plain").to_string()];
        let config = json!({ "architecture": "amd64", "os": "linux", "rootfs": { "type": "layers", "diff_ids": diff_ids } });
        let config = layout.document(OCI_CONFIG, &config);
        let layers = [layout.blob(media_type, secret), layout.blob(LAYER, &plain)];
        layout.index(&[layout.manifest(&config, &layers)]);
        let mut content = layout.pin(None).unwrap();
        content.verify().unwrap();
        let unchecked = UncheckedLayer { digest: Digest::sha256(secret), reason: Unchecked::Encrypted };
        assert_eq!((content.unchecked(), content.images()[0].uncompressed_size), (&[unchecked][..], None), "{media_type}");
        // That one image calls it encrypted does not hide it from the other.
        let other = image(&layout, &[(b"another content", secret)]);
        let entry = |descriptor: &Value| for_platform(descriptor.clone(), "linux", "amd64");
        layout.index(&[layout.nested(&[entry(&layout.manifest(&config, &layers)), entry(&other)])]);
        assert!(matches!(refused(&layout).1, LayerError::DiffId { .. }), "{media_type}");
        layout.index(&[layout.manifest(&config, &layers)]);
        fs::write(layout.blob_path(Digest::sha256(secret).as_str()), b"of the KEY alone").unwrap();
        assert!(matches!(refused(&layout).1, LayerError::Descriptor { .. }), "{media_type}");
    }
}

/// What is parsed as a config is a layer of another image.
#[test]
fn a_config_that_is_a_layer_is_looked_into() {
    let layout = TestLayout::new();
    let config = json!({ "architecture": "amd64", "os": "linux", "rootfs": { "type": "layers", "diff_ids": [] } });
    let bytes = config.to_string().into_bytes();
    let first = layout.manifest(&layout.document(OCI_CONFIG, &config), &[]);
    let entry = |descriptor: &Value| for_platform(descriptor.clone(), "linux", "amd64");
    let honest = image(&layout, &[(&bytes, &bytes)]);
    for images in [[&first, &honest], [&honest, &first]] {
        layout.index(&[layout.nested(&images.map(entry))]);
        layout.pin(None).unwrap().verify().unwrap();
    }
    let other = image(&layout, &[(b"other", &bytes)]);
    for images in [[&first, &other], [&other, &first]] {
        layout.index(&[layout.nested(&images.map(entry))]);
        let (digest, error) = refused(&layout);
        assert_eq!(digest, Digest::sha256(&bytes));
        assert_eq!(error, LayerError::DiffId { expected: Digest::sha256(b"other"), actual: Digest::sha256(&bytes) });
    }
}

#[test]
fn what_is_wrong_with_a_layer_is_told_from_what_cannot_be_read() {
    let content = |source| VerifyError::Content { what: "layer", digest: Digest::sha256(b""), source };
    let other = || Digest::sha256(b"");
    for error in [
        LayerError::Format { format: "xz" },
        LayerError::Bomb { limit: "256 GiB" },
        LayerError::DiffId { expected: other(), actual: other() },
    ] {
        assert_eq!(content(io::Error::new(io::ErrorKind::InvalidData, error.clone())).layer(), Some(&error));
    }
    assert_eq!(content(io::Error::other("the disk")).layer(), None);
}
