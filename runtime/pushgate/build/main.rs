//! Embeds what the one file that is installed carries besides the program: the flavors that ship, and what a new flavor's project is written from.

mod components;
mod project_files;
mod shipped;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use components::{Error, watch};

#[allow(clippy::print_stderr, reason = "what cargo shows of a build script that fails")]
fn main() -> ExitCode {
    if let Err(error) = embed() {
        eprintln!("pushgate cannot be built: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn embed() -> Result<(), Error> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let repository = fs::canonicalize(Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../.."))?;
    fs::write(out.join("project_files.rs"), project_files::tables(&repository.join("guest-sdk"))?)?;

    // The adapter of `flavor component`.
    let adapter = repository.join("runtime/pushgate/src/componentize/empty-wasi.wat");
    watch(&adapter);
    fs::write(out.join("empty-wasi.wasm"), wat::parse_file(adapter)?)?;

    watch(&repository.join("runtime/pushgate/build"));
    fs::write(out.join("shipped_flavors.rs"), shipped::table(&repository, &out)?)?;
    Ok(())
}
