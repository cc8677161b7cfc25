//! From a core module to a component: `pushgate flavor component`.
//!
//! The compilers of Go and C make core modules. What such a module lacks to be a flavor is here, so that their authors need no tool besides their compiler and
//! pushgate: the types of the contract, an adapter that answers WASI 0.1 with the time of the push and nothing else, and the metadata.

mod outline;
mod wit_folder;
mod names;
mod metadata;
mod error;

use std::fmt::Display;
use std::path::Path;

use pushgate_sandbox::PACKAGE;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

pub use error::ComponentizeError;
pub use metadata::Metadata;

use crate::contract::CONTRACT;

use names::{SETTINGS, WASI};
use outline::Outline;

/// WASI 0.1 with nothing in it but the time: `empty-wasi.wat`, assembled by the build script.
const EMPTY_WASI: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/empty-wasi.wasm"));
/// The version that the adapter is made with. Every later one has what it asks for, and the encoder makes one import of both.
const OLDEST: &str = "0.1.0";
/// What the adapter asks the host for the time by: an interface of WASI that every host of flavors answers, whatever the contract's version.
const WALL_CLOCK: &str =
    "package wasi:clocks@0.2.0; interface wall-clock { record datetime { seconds: u64, nanoseconds: u32 } now: func() -> datetime; }";
/// The world that a module is a flavor of.
#[derive(Debug, Clone, Copy)]
pub enum World<'a> {
    /// Everything that the contract has; what the module does not import is left out.
    Contract,
    /// A world in a folder of WIT, by its name; without one, the only world of the folder's package.
    Project {
        /// The folder.
        folder: &'a Path,
        /// The world's name.
        name: Option<&'a str>,
    },
}

/// Makes a component of a core module.
///
/// # Errors
/// What the module is instead, or what it lacks; a world that cannot be read.
pub fn componentize(module: &[u8], world: World<'_>, metadata: &Metadata) -> Result<Vec<u8>, ComponentizeError> {
    let outline = Outline::read(module)?;
    outline.check()?;
    let (resolve, world) = resolve(world, &outline)?;
    let mut module = module.to_vec();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).map_err(encode)?;
    // The names of inner parts are for debuggers, and take a twentieth of a small component.
    let mut encoder = ComponentEncoder::default().validate(true).debug_names(false).module(&module).map_err(encode)?;
    if outline.imports_from(WASI) {
        encoder = encoder.adapter(WASI, &empty_wasi()?).map_err(encode)?;
    }
    let component = encoder.encode().map_err(encode)?;
    Ok(metadata.append_to(component))
}

fn resolve(world: World<'_>, outline: &Outline) -> Result<(Resolve, WorldId), ComponentizeError> {
    let mut resolve = Resolve::default();
    let (package, name) = match world {
        World::Contract => {
            let version = outline.version().unwrap_or(OLDEST);
            resolve.push_str("flavor.wit", &contract(version)).map_err(no_world)?;
            let base = if outline.exports_settings() { "configurable-flavor" } else { "flavor" };
            let text = format!(
                "package project:flavor; world project {{ include pushgate:flavor/{base}@{version}; \
                 import pushgate:flavor/registry@{version}; import pushgate:flavor/http@{version}; }}"
            );
            (resolve.push_str("world.wit", &text).map_err(no_world)?, None)
        }
        World::Project { folder, name } => {
            wit_folder::check(folder).map_err(no_world)?;
            (resolve.push_dir(folder).map_err(no_world)?.0, name)
        }
    };
    let world = resolve.select_world(&[package], name).map_err(no_world)?;
    match (exports_settings(&resolve, world), outline.exports_settings()) {
        (true, false) => Err(ComponentizeError::MissingSchema { interface: SETTINGS }),
        // The encoder would leave it out without a word, and settings would never be held against it.
        (false, true) => Err(ComponentizeError::HiddenSchema { interface: SETTINGS }),
        _ => Ok((resolve, world)),
    }
}

fn exports_settings(resolve: &Resolve, world: WorldId) -> bool {
    let world = resolve.worlds.get(world);
    world.is_some_and(|world| world.exports.keys().any(|key| resolve.name_world_key(key).split('@').next() == Some(SETTINGS)))
}

/// The contract under the version that a module was compiled against: each version has all of the ones before it, and what a module does not use is left
/// out of its component.
fn contract(version: &str) -> String {
    CONTRACT.replacen(&format!("package {PACKAGE};"), &format!("package pushgate:flavor@{version};"), 1)
}

/// The adapter, with the types of what it imports.
fn empty_wasi() -> Result<Vec<u8>, ComponentizeError> {
    let mut resolve = Resolve::default();
    let text = "package project:wasi; world wasi { import pushgate:flavor/log@0.1.0; import wasi:clocks/wall-clock@0.2.0; }";
    let package = resolve
        .push_str("flavor.wit", &contract(OLDEST))
        .and_then(|_| resolve.push_str("clocks.wit", WALL_CLOCK))
        .and_then(|_| resolve.push_str("wasi.wit", text));
    let world = resolve.select_world(&[package.map_err(encode)?], None).map_err(encode)?;
    let mut adapter = EMPTY_WASI.to_vec();
    embed_component_metadata(&mut adapter, &resolve, world, StringEncoding::UTF8).map_err(encode)?;
    Ok(adapter)
}

/// The alternate form tells the causes too.
fn encode(error: impl Display) -> ComponentizeError {
    ComponentizeError::Encode { cause: format!("{error:#}") }
}

fn no_world(error: impl Display) -> ComponentizeError {
    ComponentizeError::World { cause: format!("{error:#}") }
}

#[cfg(test)]
mod tests;
