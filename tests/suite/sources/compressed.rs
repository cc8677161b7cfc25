//! `--compress`, and what is left of it where it is interrupted.

use pushgate_test_images::{Image, Tar};
use serde_json::json;

use super::{image, manifests, registry};
use crate::support::{Home, Ran};

#[test]
fn layers_are_compressed_as_asked_and_a_temporary_folder_is_not_needed() {
    let home = Home::new();
    let image = image().raw_layer(vec![7; 1_000_000]);
    image.write_docker_archive(std::fs::File::create(home.join("image.tar")).expect("a file"), &["a:b"]).expect("an archive");
    let registry = registry();
    let host = registry.host();
    home.write("full/file", "");
    for (how, media_type, start) in [
        ("", "application/vnd.docker.image.rootfs.diff.tar.gzip", &[0x1f, 0x8b][..]),
        ("--compress gzip", "application/vnd.docker.image.rootfs.diff.tar.gzip", &[0x1f, 0x8b]),
        ("--compress zstd", "application/vnd.oci.image.layer.v1.tar+zstd", &[0x28, 0xb5, 0x2f, 0xfd]),
        ("--compress none", "application/vnd.oci.image.layer.v1.tar", b"hello.txt"),
    ] {
        let mut digests = Vec::new();
        // A folder that can be written, and two that cannot.
        for temporary in [home.path(), &home.join("nonexistent"), &home.join("full/file")] {
            let line = format!("push {host}/app:v1 --uri {host} --from docker-archive:image.tar {how}");
            let ran = Ran::from(home.command(line.split_whitespace()).env("TMPDIR", temporary).output().expect("the command runs"));
            assert_eq!(ran.code, 0, "{how}: {ran:?}");
            digests.push(registry.tag_digest("app", "v1").expect("a tag"));
            // So that the next push sends everything again.
            registry.set_tag("app", "v1", &format!("sha256:{}", "0".repeat(64)));
        }
        digests.dedup();
        let [digest] = digests.as_slice() else { panic!("{digests:?}") };
        let manifest = manifests(&registry, digest);
        assert_eq!(manifest["layers"][0]["mediaType"], media_type, "{how}");
        let layer = registry.blob("app", manifest["layers"][0]["digest"].as_str().expect("a digest")).expect("the layer");
        assert!(layer.starts_with(start), "{how}");
    }
}

/// What `docker save` writes, with one layer of zeros that takes half a minute to compress, and no space on the disk.
fn write_slow_archive(home: &Home) {
    let (config, size) = (Image::new().raw_layer(b"other".to_vec()).config().to_string(), 7 << 30);
    let mut tar = Tar::new(std::fs::File::create(home.join("slow.tar")).expect("a file"));
    tar.hole("layer.tar", size).expect("an entry");
    tar.file("config.json", config.as_bytes()).expect("an entry");
    let manifest = json!([{ "Config": "config.json", "RepoTags": ["a:b"], "Layers": ["layer.tar"] }]);
    tar.file("manifest.json", manifest.to_string().as_bytes()).expect("an entry");
    tar.finish().expect("an archive");
}

/// The unnamed files that a process has open in a folder.
fn unnamed_files(process: u32, folder: &std::path::Path) -> usize {
    let Ok(open) = std::fs::read_dir(format!("/proc/{process}/fd")) else { return 0 };
    let targets = open.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    targets.filter(|target| target.starts_with(folder) && target.to_string_lossy().ends_with("(deleted)")).count()
}

#[test]
fn compressing_ends_at_once_when_it_is_interrupted() {
    let home = Home::new();
    write_slow_archive(&home);
    std::fs::create_dir(home.join("temporary")).expect("a folder");
    let registry = registry();
    let line = format!("push {0}/app:v1 --uri {0} --from docker-archive:slow.tar", registry.host());
    let mut command = home.command(line.split_whitespace());
    let mut process = command.env("TMPDIR", home.join("temporary")).stderr(std::process::Stdio::null()).spawn().expect("the command runs");
    while unnamed_files(process.id(), &home.join("temporary")) == 0 {
        assert_eq!(process.try_wait().expect("a process"), None, "it compresses");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let interrupted = std::time::Instant::now();
    let id = i32::try_from(process.id()).ok().and_then(rustix::process::Pid::from_raw).expect("a process");
    rustix::process::kill_process(id, rustix::process::Signal::INT).expect("a signal");
    assert_eq!(process.wait().expect("an end").code(), Some(130));
    assert!(interrupted.elapsed() < std::time::Duration::from_secs(10));
    assert_eq!(std::fs::read_dir(home.join("temporary")).expect("a folder").count(), 0);
    assert_eq!(registry.open_uploads(), 0);
}
