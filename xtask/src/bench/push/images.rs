//! The images that are pushed: OCI layouts that are built once and kept in the target folder.
//!
//! Layers are archives with one file of noise, gzipped without compression: nothing could make them smaller, and nobody has to compress them.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use pushgate_test_images::{Layout, Tar, sha256};
use serde_json::{Value, json};

use super::case::{Case, ImageName};
use crate::Outcome;
use crate::build::target;

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The reference of the image in its layout.
pub(super) const REFERENCE: &str = "v1";

/// One image in a layout of its own.
pub(super) struct Image {
    pub(super) folder: PathBuf,
    /// The digest of the manifest.
    pub(super) manifest: String,
    /// The bytes of the manifest.
    pub(super) document: Vec<u8>,
    pub(super) config: Blob,
    pub(super) layers: Vec<Blob>,
}

/// A digest and a size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) digest: String,
    pub(super) size: u64,
}

/// The layouts in the target folder.
pub(super) struct Images {
    folder: PathBuf,
}

impl Images {
    pub(super) fn open() -> Outcome<Self> {
        let folder = target()?.join("bench").join("images");
        fs::create_dir_all(&folder).map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
        Ok(Self { folder })
    }

    /// The image that a case pushes.
    pub(super) fn of(&self, case: Case) -> Outcome<Image> {
        self.get(case.image())
    }

    /// Opens the image, after building it where it is not there yet.
    pub(super) fn get(&self, name: ImageName) -> Outcome<Image> {
        let folder = self.folder.join(name.as_str());
        if !folder.exists() {
            eprintln!("xtask: building the image {}", name.as_str());
            // Renamed when it is whole, so that a layout whose building was cut short is never taken for one.
            let partial = self.folder.join(format!("{}.partial", name.as_str()));
            let built = remove(&partial).and_then(|()| build(name, &partial)).and_then(|()| fs::rename(&partial, &folder));
            built.map_err(|error| format!("cannot build {}: {error}", folder.display()))?;
        }
        Image::open(&folder)
    }

    /// Reads what a case pushes, so that the page cache has it for whoever is first.
    pub(super) fn warm(&self, case: Case) -> Outcome {
        let image = self.of(case)?;
        image.blobs().try_for_each(|blob| {
            let path = image.path(&blob.digest);
            let read = File::open(&path).and_then(|mut file| io::copy(&mut file, &mut io::sink()));
            read.map(drop).map_err(|error| format!("cannot read {}: {error}", path.display()))
        })
    }
}

impl Image {
    /// Reads a layout that has one image.
    pub(super) fn open(folder: &Path) -> Outcome<Self> {
        let read = |path: PathBuf| fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()));
        let parse = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).map_err(|error| format!("{}: {error}", folder.display()));
        let index = parse(&read(folder.join("index.json"))?)?;
        let manifest = blob(index.pointer("/manifests/0"))?.digest;
        let document = read(path(folder, &manifest))?;
        let parsed = parse(&document)?;
        let layers = parsed.get("layers").and_then(Value::as_array).into_iter().flatten();
        let layers = layers.map(|layer| blob(Some(layer))).collect::<Outcome<Vec<_>>>()?;
        Ok(Self { folder: folder.to_owned(), manifest, config: blob(parsed.get("config"))?, layers, document })
    }

    /// The layers, then the config.
    pub(super) fn blobs(&self) -> impl Iterator<Item = &Blob> {
        self.layers.iter().chain([&self.config])
    }

    /// How many bytes a registry that has nothing needs.
    pub(super) fn bytes(&self) -> u64 {
        self.blobs().map(|blob| blob.size).sum::<u64>() + self.document.len() as u64
    }

    /// Where a blob lies.
    pub(super) fn path(&self, digest: &str) -> PathBuf {
        path(&self.folder, digest)
    }

    /// Writes the image as `docker save` does, under a name, for `docker load`.
    pub(super) fn write_docker_archive(&self, name: ImageName, file: File, docker_name: &str) -> Outcome {
        let (count, size) = name.layers();
        let failed = |error: io::Error| format!("cannot write an archive for docker: {error}");
        let config = fs::read(self.path(&self.config.digest)).map_err(failed)?;
        let mut tar = Tar::new(io::BufWriter::new(file));
        let names: Vec<String> = (0..count).map(|layer| format!("layer-{layer}/layer.tar")).collect();
        for (layer, name) in names.iter().enumerate() {
            tar.file(name, &layer_archive(layer, size).map_err(failed)?).map_err(failed)?;
        }
        let manifest = json!([{ "Config": "config.json", "RepoTags": [docker_name], "Layers": names }]);
        tar.file("config.json", &config).and_then(|()| tar.file("manifest.json", manifest.to_string().as_bytes())).map_err(failed)?;
        tar.finish().and_then(|mut writer| writer.flush()).map_err(failed)
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    if folder.exists() { fs::remove_dir_all(folder) } else { Ok(()) }
}

fn path(folder: &Path, digest: &str) -> PathBuf {
    folder.join("blobs").join(digest.replace(':', "/"))
}

fn blob(descriptor: Option<&Value>) -> Outcome<Blob> {
    let digest = descriptor.and_then(|descriptor| descriptor.get("digest")?.as_str()).map(str::to_owned);
    let size = descriptor.and_then(|descriptor| descriptor.get("size")?.as_u64());
    digest.zip(size).map(|(digest, size)| Blob { digest, size }).ok_or_else(|| format!("not a descriptor: {descriptor:?}"))
}

fn build(name: ImageName, folder: &Path) -> io::Result<()> {
    let (count, size) = name.layers();
    let mut layout = Layout::create(folder)?;
    let (mut layers, mut diff_ids) = (Vec::new(), Vec::new());
    for layer in 0..count {
        let archive = layer_archive(layer, size)?;
        diff_ids.push(sha256(&archive));
        let mut gzip = GzEncoder::new(Vec::with_capacity(archive.len() + (1 << 20)), Compression::none());
        gzip.write_all(&archive)?;
        layers.push(layout.blob(&gzip.finish()?, LAYER)?);
    }
    let config = json!({
        "created": "2026-01-02T03:04:05Z",
        "architecture": "amd64",
        "os": "linux",
        "config": { "Env": ["PATH=/bin"], "Cmd": ["/noise"] },
        "rootfs": { "type": "layers", "diff_ids": diff_ids },
        "history": vec![json!({ "created": "2026-01-02T03:04:05Z", "created_by": "xtask" }); count],
    });
    let config = layout.blob(config.to_string().as_bytes(), CONFIG)?;
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
    let manifest = layout.blob(manifest.to_string().as_bytes(), MANIFEST)?;
    layout.list(manifest, Some(REFERENCE)).map(drop)
}

/// A layer is the same in every image where it has the same place and size.
fn layer_archive(layer: usize, size: usize) -> io::Result<Vec<u8>> {
    let mut tar = Tar::new(Vec::with_capacity(size + 4096));
    tar.file(&format!("noise-{layer}"), &noise(layer as u64 + 1, size))?;
    tar.finish()
}

/// Bytes that do not compress (xorshift64), the same for the same seed.
fn noise(seed: u64, size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed);
    let mut bytes = vec![0; size];
    for word in bytes.chunks_exact_mut(8) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        word.copy_from_slice(&state.to_le_bytes());
    }
    bytes
}
