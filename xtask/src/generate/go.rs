//! The bindings that the SDK of Go wraps.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_go::{Format, Opts};

use crate::Outcome;
use crate::command::root;
use crate::parts::go_compiler;

/// What the SDK's packages import and export. A component exports what the packages do that it is made of, so the schema of the settings is a world of its own.
const WORLDS: &str = "package pushgate:sdk;

world hook {
  import pushgate:flavor/types@0.1.2;
  import pushgate:flavor/log@0.1.2;
  import pushgate:flavor/registry@0.1.2;
  import pushgate:flavor/http@0.1.2;
  export pushgate:flavor/prepare-image-push@0.1.2;
}

world schema {
  export pushgate:flavor/settings@0.1.2;
}
";

/// The files of all worlds, each a folder of the SDK's internal packages.
pub(super) fn files() -> Outcome<Vec<(PathBuf, Vec<u8>)>> {
    let mut files = Vec::new();
    for world in ["hook", "schema"] {
        let folder = PathBuf::from("guest-sdk/go/internal").join(world);
        for (name, contents) in bindings(world)?.iter() {
            // The rest is other names for the types, which nothing uses, and empty files for the assembler, which a file for one platform alone does not need.
            let Some(name) = name.strip_suffix(".go").filter(|name| !name.contains("/pushgate_flavor_prepare_image_push/")) else {
                continue;
            };
            // The end of the name says what they are compiled for: elsewhere the SDK has the host of a test.
            files.push((folder.join(format!("{name}_wasip1.go")), formatted(contents)?));
        }
    }
    Ok(files)
}

fn bindings(world: &str) -> Outcome<Files> {
    let mut resolve = Resolve::default();
    resolve.push_path(root().join("wit/v0.1")).map_err(|error| format!("the contract: {error:#}"))?;
    let package = resolve.push_str("sdk.wit", WORLDS).map_err(|error| format!("the worlds of the SDK of Go: {error:#}"))?;
    let world_id = resolve.select_world(&[package], Some(world)).map_err(|error| format!("the world {world}: {error:#}"))?;
    let mut files = Files::default();
    let options = Opts { format: Format::False, pkg_name: Some(format!("pushgate/flavor/internal/{world}")), ..Opts::default() };
    options.build().generate(&mut resolve, world_id, &mut files).map_err(|error| format!("wit-bindgen for Go: {error:#}"))?;
    Ok(files)
}

/// As Go's own formatter, which lies beside its compiler, would have it.
fn formatted(source: &[u8]) -> Outcome<Vec<u8>> {
    let gofmt = go_compiler()?.with_file_name("gofmt");
    let named = |error: std::io::Error| format!("cannot run {}: {error}", gofmt.display());
    let mut process = Command::new(&gofmt).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(named)?;
    // It reads all of its input before it writes.
    if let Some(mut input) = process.stdin.take() {
        input.write_all(source).map_err(named)?;
    }
    let output = process.wait_with_output().map_err(named)?;
    if output.status.success() { Ok(output.stdout) } else { Err(format!("{} ended with {}", gofmt.display(), output.status)) }
}
