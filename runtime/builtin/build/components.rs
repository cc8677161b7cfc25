//! Building a workspace of flavors to components, inside the build of something else.
//!
//! The build scripts of pushgate and of the tests' guests share this file, and the folder that it builds in.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

pub(crate) type Error = Box<dyn std::error::Error>;

/// A component that was built.
pub(crate) struct Component {
    /// `forbid-tags`.
    pub(crate) name: String,
    /// What its crate says that it does.
    #[allow(dead_code, reason = "guests of tests are not described")]
    pub(crate) description: String,
    /// Where it lies.
    pub(crate) file: PathBuf,
}

const TARGET: &str = "wasm32-wasip2";
/// What `.cargo/config.toml` gives the linker for this target; flags in the environment replace those.
const SMALLER: [&str; 2] = ["-C", "link-arg=--compress-relocations"];

/// Fails with the remedy when rustc has no standard library for the target.
pub(crate) fn require_target() -> Result<(), Error> {
    let rustc = env::var("RUSTC")?;
    let output = Command::new(&rustc).args(["--print", "target-libdir", "--target", TARGET]).stderr(Stdio::inherit()).output()?;
    let library = String::from_utf8(output.stdout)?;
    if !output.status.success() || !Path::new(library.trim()).is_dir() {
        return Err(format!(
            "the Rust target {TARGET}, which flavors are compiled for, is not installed\n\
             hint: `rustup target add {TARGET}`, or `cargo xtask test`, which adds it"
        )
        .into());
    }
    Ok(())
}

/// Builds the workspace in a folder of the repository; each dynamic library in it is a component.
pub(crate) fn build(repository: &Path, workspace: &str, out: &Path) -> Result<Vec<Component>, Error> {
    let manifest = repository.join(workspace).join("Cargo.toml");
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo
        .args(["build", "--release", "--locked", "--workspace", "--target", TARGET, "--message-format=json-render-diagnostics"])
        .arg("--manifest-path")
        .arg(&manifest)
        .arg("--target-dir")
        .arg(target_folder(out))
        .stderr(Stdio::inherit());
    forget_outer_build(&mut cargo);
    let flags: Vec<String> = without_paths(repository).into_iter().chain(SMALLER.map(str::to_owned)).collect();
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    let output = cargo.output()?;
    if !output.status.success() {
        return Err(format!("`cargo build --release --target {TARGET} --manifest-path {}` failed", manifest.display()).into());
    }
    let mut components = Vec::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let message: serde_json::Value = serde_json::from_str(line)?;
        if let Some((name, built)) = component(&message) {
            // A copy of its own: whoever builds in the folder at the same time may be about to replace it.
            let file = out.join(format!("{name}.wasm"));
            fs::copy(built, &file)?;
            components.push(Component { description: description(&message)?, name, file });
        }
    }
    for path in ["Cargo.toml", "guest-sdk/rust/Cargo.toml", "guest-sdk/rust/src", "wit/v0.1"] {
        watch(&repository.join(path));
    }
    // Not the whole folder: somebody may have built in it.
    for entry in fs::read_dir(repository.join(workspace))? {
        let entry = entry?;
        if entry.file_name() != "target" {
            watch(&entry.path());
        }
    }
    Ok(components)
}

/// Has the build script run again when the file, or anything in the folder, changes.
#[allow(clippy::print_stdout, reason = "how a build script speaks to cargo")]
pub(crate) fn watch(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}

/// `TARGET/PROFILE/flavors`, from `TARGET/PROFILE/build/PACKAGE/out`: what build scripts with other features, and of other packages, have built
/// there is not built again.
fn target_folder(out: &Path) -> PathBuf {
    out.ancestors().nth(3).unwrap_or(out).join("flavors")
}

/// Flags that keep the paths of this machine out of the components: the messages of panics name source files. The same folder gives the same digest;
/// another one may not, since the flags themselves are part of what rustc names symbols by.
fn without_paths(repository: &Path) -> Vec<String> {
    let registry = env::var_os("CARGO_HOME").map(|home| Path::new(&home).join("registry/src"));
    [Some(repository.to_owned()), registry].iter().flatten().map(|path| format!("--remap-path-prefix={}=", path.display())).collect()
}

/// The name and the file of the component that this message of cargo's reports, if it does.
fn component(message: &serde_json::Value) -> Option<(String, PathBuf)> {
    let crate_types = message.pointer("/target/crate_types")?.as_array()?;
    if message["reason"] != "compiler-artifact" || !crate_types.iter().any(|crate_type| crate_type == "cdylib") {
        return None;
    }
    let files = message["filenames"].as_array()?;
    let component =
        files.iter().filter_map(|file| file.as_str()).map(PathBuf::from).find(|file| file.extension().is_some_and(|e| e == "wasm"))?;
    let name = message.pointer("/target/name")?.as_str()?.replace('_', "-");
    Some((name, component))
}

/// What the manifest of the crate that this message reports says that it does.
fn description(message: &serde_json::Value) -> Result<String, Error> {
    let manifest = fs::read_to_string(message["manifest_path"].as_str().ok_or("cargo names the manifest")?)?;
    let line = manifest.lines().find_map(|line| line.strip_prefix("description = \""));
    Ok(line.map(|rest| rest.trim_end_matches('"').to_owned()).unwrap_or_default())
}

/// Removes what the outer cargo and its caller set for the outer build: flags, wrappers (clippy is one), profiles, target directories.
fn forget_outer_build(cargo: &mut Command) {
    const NAMES: [&str; 8] = [
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_INCREMENTAL",
        "CARGO_TARGET_DIR",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_WRAPPER",
        "RUSTDOC",
        "RUSTDOCFLAGS",
        "RUSTFLAGS",
    ];
    const PREFIXES: [&str; 4] = ["CARGO_BUILD_", "CARGO_PROFILE_", "CARGO_TARGET_", "CARGO_UNSTABLE_"];
    for (name, _) in env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if NAMES.contains(&text) || PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
            cargo.env_remove(&name);
        }
    }
}
