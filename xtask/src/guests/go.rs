//! Go: bindings by wit-bindgen, a core module by Go's own compiler, a component by wit-component with an adapter for an empty WASI.

use std::fs;
use std::path::Path;
use std::process::Command;

use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use super::{contract, folder, quietly};
use crate::Outcome;
use crate::parts::go_compiler;

/// The Go package that the generated code calls, and that the guest is.
const PACKAGE: &str = "export_pushgate_flavor_prepare_image_push";
/// The module with the types of the component model. The version that the generator names has no entry in the checksum database.
const RUNTIME: &str = "go.bytecodealliance.org/pkg v0.2.1";

pub(super) fn build(sources: &Path, component: &Path) -> Outcome {
    let project = folder("guests/go")?;
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(contract()).map_err(named("the contract"))?;
    let world = resolve.select_world(&[package], Some("flavor")).map_err(named("the contract"))?;

    let mut files = Files::default();
    wit_bindgen_go::Opts::default().build().generate(&mut resolve, world, &mut files).map_err(named("wit-bindgen for Go"))?;
    for (name, contents) in files.iter() {
        write(&project.join(name), contents)?;
    }
    write(&project.join(PACKAGE).join("prepare.go"), &read(&sources.join("prepare.go"))?)?;
    write(&project.join("go.mod"), format!("module wit_component\n\ngo 1.25\n\nrequire {RUNTIME}\n").as_bytes())?;

    let go = |words: &[&str]| -> Outcome {
        let mut command = Command::new(go_compiler()?);
        command.args(words).current_dir(&project);
        quietly(command.env("GOFLAGS", "-mod=mod").env("GOTOOLCHAIN", "auto").env("GOOS", "wasip1").env("GOARCH", "wasm"))
    };
    // The runtime module calls into Go's collector by a name that the linker would refuse.
    go(&["build", "-buildmode=c-shared", "-ldflags=-s -w -checklinkname=0", "-o", "core.wasm", "."])?;

    let mut module = read(&project.join("core.wasm"))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).map_err(named("wit-component"))?;
    let adapter = wat::parse_file(sources.join("empty-wasi.wat")).map_err(|error| error.to_string())?;
    let encoded = ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .and_then(|encoder| encoder.adapter("wasi_snapshot_preview1", &adapter))
        .and_then(|encoder| encoder.encode())
        .map_err(named("wit-component"))?;
    write(component, &encoded)
}

/// Puts a name before an error.
fn named<E: std::fmt::Display>(what: &'static str) -> impl FnOnce(E) -> String {
    move |error| format!("{what}: {error:#}")
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn write(path: &Path, contents: &[u8]) -> Outcome {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).and_then(|()| fs::write(path, contents)).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
