//! `pushgate flavor component`.

use std::fs;

use pushgate_authoring::componentize::{Metadata, World, componentize};
use pushgate_explain::{Failure, Kind};
use pushgate_gate::flavors::component_file;
use serde_json::json;

use crate::cli::args::ComponentArguments;
use crate::cli::context::Context;
use crate::cli::output::printable;
use crate::cli::written::{self, WrittenFile};

pub(super) fn run(context: &Context, arguments: ComponentArguments) -> Result<(), Failure> {
    let ComponentArguments { module: file, out, wit, world, name, version, description } = arguments;
    let module = component_file::open(&file)?.read()?;
    let world = wit.as_deref().map_or(World::Contract, |folder| World::Project { folder, name: world.as_deref() });
    let metadata = Metadata { name, version, description };
    let component = componentize(&module, world, &metadata).map_err(|error| Failure::from(error).in_file(&file))?;
    fs::create_dir_all(written::folder(&out))
        .and_then(|()| WrittenFile::begin(&out))
        .and_then(|file| file.write(&component))
        .map_err(|error| Failure::new(Kind::Usage, format!("cannot write {}: {error}", out.display())))?;
    let shown = out.display().to_string();
    context.output.result(
        || format!("made {}, {} bytes\n", printable(&shown), component.len()),
        || json!({ "schema": 1, "component": { "path": shown, "size": component.len(), "name": metadata.name, "version": metadata.version } }),
    );
    Ok(())
}
