//! Embeds what `flavor new` and `flavor component` need: the SDKs, the templates of projects, and the adapter of core modules.

mod project_files;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

#[allow(clippy::print_stderr, reason = "what cargo shows of a build script that fails")]
fn main() -> ExitCode {
    if let Err(error) = embed() {
        eprintln!("pushgate cannot be built: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn embed() -> Result<(), Box<dyn std::error::Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let repository = fs::canonicalize(package.join("../.."))?;
    fs::write(out.join("project_files.rs"), project_files::tables(&repository.join("guest-sdk"))?)?;

    // The adapter of `flavor component`.
    let adapter = package.join("src/componentize/empty-wasi.wat");
    watch(&adapter);
    fs::write(out.join("empty-wasi.wasm"), wat::parse_file(adapter)?)?;

    watch(&package.join("build"));
    Ok(())
}

/// Has the build script run again when the file, or anything in the folder, changes.
#[allow(clippy::print_stdout, reason = "how a build script speaks to cargo")]
fn watch(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}
