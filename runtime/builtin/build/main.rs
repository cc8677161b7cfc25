//! Builds and embeds the flavors that ship.

mod components;
mod table;

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
    watch(&repository.join("runtime/builtin/build"));
    fs::write(out.join("builtin_flavors.rs"), table::table(&repository, &out)?)?;
    Ok(())
}
