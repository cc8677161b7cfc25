//! What the same flavor costs in each language: the one with settings that `flavor new` writes.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{SandboxArguments, cold_at_most, cold_check, compile, components, hook_calls};
use crate::Outcome;
use crate::build::{ensure_wasm_target, programs};
use crate::projects::{Language, Project};

/// The bytes that it may have.
fn size_at_most(language: &str) -> u64 {
    match language {
        "rust" => 100_000,
        "c" => 30_000,
        "go" => 3_500_000,
        "python" => 19_000_000,
        _ => 1_700_000,
    }
}

/// Prints a table.
pub(crate) fn run(arguments: &SandboxArguments) -> Outcome {
    ensure_wasm_target()?;
    let pushgate = programs(&["pushgate"], true)?.join("pushgate");
    let components = components(&pushgate)?;
    let calls = hook_calls(&components, arguments.seconds)?;
    let compiled = compile::measure(&pushgate, &components)?;
    println!(
        "| language | size, bytes (at most) | first registration, ms | memory to compile, MiB | cold check, cached, ms over a process | hook call, us | over bare | linear memory of a call, KiB |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (each, (language, component)) in Language::ALL.into_iter().zip(&components) {
        let bytes = fs::metadata(component).map_err(|error| format!("{}: {error}", component.display()))?.len();
        let cold = cold_check::measure(&pushgate, component, cold_at_most(language), arguments.rounds)?;
        let of = |figures: &Value, path: &str| figures.pointer(path).and_then(Value::as_f64).unwrap_or(f64::NAN);
        println!(
            "| {language} | {bytes} ({}) | {} | {} | {} | {:.1} | {} | {} |",
            size_at_most(language),
            of(&compiled, &format!("/{language}/register_ms")),
            of(&compiled, &format!("/{language}/peak_memory_of_children_mib")),
            of(&cold, "/over_floor_ms"),
            1_000_000.0 / of(&calls, &format!("/languages/{language}/calls_per_second")),
            of(&calls, &format!("/languages/{language}/time_over_bare")),
            linear_memory(each, &pushgate)? / 1024,
        );
    }
    Ok(())
}

/// The most linear memory of any case of the flavor's project, in bytes.
fn linear_memory(language: Language, pushgate: &Path) -> Outcome<u64> {
    let cases = language.tested(Project::Settings, pushgate)?;
    cases.iter().filter_map(|case| case.get("memory_bytes")?.as_u64()).max().ok_or_else(|| "no case has a figure of memory".to_owned())
}
