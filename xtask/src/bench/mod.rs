//! Measures, and prints figures and ratios as JSON. Contenders take turns within one run, so that a machine whose speed drifts is the same for both.

mod cold_check;
mod docker_push;
mod flavors;
mod measure;
mod push;
mod sandbox;
mod zenml;

use serde_json::json;

use crate::Outcome;
use crate::build::{embedded_flavors, ensure_wasm_target, programs};

pub(crate) use flavors::run as run_flavors;
pub(crate) use measure::memory_of;
pub(crate) use push::{PushArguments, PushPart, run as run_push};
pub(crate) use sandbox::{SandboxArguments, run as run_sandbox, run_languages};
pub(crate) use zenml::run as run_zenml;

pub(crate) fn run(rounds: usize) -> Outcome {
    ensure_wasm_target()?;
    let programs = programs(&["pushgate"], true)?;
    let pushgate = programs.join("pushgate");
    let components = embedded_flavors()?;
    let figures = json!({
        "rounds": rounds,
        "cold_check": cold_check::measure(&pushgate, &components.join("forbid-tags.wasm"), Some(3), rounds)?,
        "push_through_docker": docker_push::measure(&pushgate, rounds).unwrap_or_else(|reason| json!({ "skipped": reason })),
    });
    println!("{figures:#}");
    Ok(())
}
