//! The first registration of a flavor in each language, which compiles it.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::command;
use super::processes::watch;
use crate::Outcome;
use crate::bench::measure::{mebibytes, rounded};

pub(super) fn measure(pushgate: &Path, components: &[(&'static str, PathBuf)]) -> Outcome<Value> {
    let mut figures = Map::new();
    for (language, component) in components {
        let home = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let watched = watch(command(pushgate, home.path(), &["flavor", "register", "--name", "bench"]).arg(component))?;
        if !watched.status.success() {
            return Err(format!("registering {} ended with {}", component.display(), watched.status));
        }
        let bytes = std::fs::metadata(component).map_or(0, |metadata| metadata.len());
        figures.insert(
            (*language).to_owned(),
            json!({
                "component_mib": mebibytes(bytes), "register_ms": rounded(watched.taken.as_secs_f64() * 1000.0),
                "peak_memory_mib": mebibytes(watched.peak), "peak_memory_of_children_mib": mebibytes(watched.children_peak),
            }),
        );
    }
    Ok(Value::Object(figures))
}
