//! The bindings that the SDK of C wraps.

use std::path::{Path, PathBuf};

use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;

use super::Generated;
use crate::Outcome;
use crate::command::root;

/// All that a flavor may import; the linker drops what it does not use. The settings' schema is exported by a macro of the SDK, in the flavors that have one.
const WORLD: &str = "package pushgate:sdk;

world flavor {
  include pushgate:flavor/flavor@0.1.2;
  import pushgate:flavor/registry@0.1.2;
  import pushgate:flavor/http@0.1.2;
}
";

/// What follows makes the linker want an object with the world's types. `pushgate flavor component` embeds those of the project.
const TYPES: &str = "\n// Ensure that the *_component_type.o object is linked in\n";

pub(super) fn files() -> Outcome<Generated> {
    let mut resolve = Resolve::default();
    resolve.push_path(root().join("wit/v0.1")).map_err(|error| format!("the contract: {error:#}"))?;
    let package = resolve.push_str("sdk.wit", WORLD).map_err(|error| format!("the world of the SDK of C: {error:#}"))?;
    let world = resolve.select_world(&[package], Some("flavor")).map_err(|error| format!("the world of the SDK of C: {error:#}"))?;
    let mut files = Files::default();
    wit_bindgen_c::Opts::default()
        .build()
        .generate(&mut resolve, world, &mut files)
        .map_err(|error| format!("wit-bindgen for C: {error:#}"))?;
    let sources = files.iter().filter(|(name, _)| Path::new(name).extension().is_some_and(|extension| extension != "o"));
    Ok(sources.map(|(name, contents)| (PathBuf::from("guest-sdk/c/bindings").join(name), without_types(contents))).collect())
}

fn without_types(source: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(source);
    text.split_once(TYPES).map_or_else(|| source.to_vec(), |(bindings, _)| bindings.as_bytes().to_vec())
}
