//! `pushgate push` through the Docker Engine against `docker push` of the same image, in turn.
//!
//! Each push goes to a registry of its own that has nothing yet: Docker remembers which layers it has sent to a registry, and would leave out the
//! work that is measured.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use pushgate_test_images::Image;
use serde_json::{Value, json};

use super::measure::{figures, median, rounded, time};
use crate::Outcome;
use crate::command::{find, run};
use crate::parts::{DockerRegistry, Dockerd};

const LAYERS: u8 = 4;
const LAYER_BYTES: usize = 4 << 20;

pub(super) fn measure(pushgate: &Path, rounds: usize) -> Outcome<Value> {
    let docker = find("docker").ok_or("docker not found")?;
    let daemon = Dockerd::start()?;
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let with_engine = |program: &Path, words: &[&str]| {
        let mut command = Command::new(program);
        command.args(words).env("DOCKER_HOST", format!("unix://{}", daemon.socket().display())).env("HOME", folder.path());
        command
    };

    let archive = folder.path().join("image.tar");
    let written = std::fs::File::create(&archive).and_then(|file| image().write_docker_archive(file, &["bench:source"]));
    written.map_err(|error| format!("cannot write {}: {error}", archive.display()))?;
    run(with_engine(&docker, &["load", "--quiet", "--input"]).arg(&archive).stdout(Stdio::null()))?;

    let (mut with_docker, mut with_pushgate) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let docker_push = || {
            let registry = DockerRegistry::start()?;
            let name = format!("{}/bench/app:v1", registry.host());
            run(&mut with_engine(&docker, &["tag", "bench:source", &name]))?;
            time(&mut with_engine(&docker, &["push", &name]))
        };
        let pushgate_push = || {
            let registry = DockerRegistry::start()?;
            let name = format!("{}/bench/app:v1", registry.host());
            run(&mut with_engine(&docker, &["tag", "bench:source", &name]))?;
            let uri = format!("{}/bench", registry.host());
            time(&mut with_engine(pushgate, &["push", "--uri", &uri, &name]))
        };
        // Who goes first changes, and the first round only warms up.
        let (docker_time, pushgate_time): (Duration, Duration) = if round % 2 == 0 {
            let docker_time = docker_push()?;
            (docker_time, pushgate_push()?)
        } else {
            let pushgate_time = pushgate_push()?;
            (docker_push()?, pushgate_time)
        };
        if round > 0 {
            with_docker.push(docker_time);
            with_pushgate.push(pushgate_time);
        }
    }
    let (docker_median, pushgate_median) = (median(&with_docker), median(&with_pushgate));
    Ok(json!({
        "image": format!("{LAYERS} layers of {} MiB", LAYER_BYTES >> 20),
        "docker_push": figures(&with_docker),
        "pushgate_push": figures(&with_pushgate),
        "ratio": rounded(pushgate_median / docker_median),
        "difference_ms": rounded(pushgate_median - docker_median),
        "at_most": "a ratio of 1.03, or 15 ms more where that is larger",
    }))
}

/// Layers that do not compress, as those of real images hardly do.
fn image() -> Image {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..LAYERS).fold(Image::new(), |image, layer| {
        let bytes: Vec<u8> = (0..LAYER_BYTES / 8).flat_map(|_| noise()).collect();
        image.layer([(format!("layer-{layer}").as_str(), bytes.as_slice())])
    })
}
