//! `pushgate flavor test`: asks a flavor about the pushes of its project's cases, in the sandbox of a push, with answers that were recorded. There is
//! neither Docker nor a registry.

mod project;
mod case;
mod document;
mod values;
mod images;
mod recorded;
mod sections;
mod replay;
mod judge;
mod outcome;
mod error;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use pushgate_sandbox::{Call, Flavor};
use serde_json::Value;

use crate::exit::{Failure, Kind};
use crate::gate::Gate;
use crate::hook_limits::HookLimits;
use crate::hooks::{self, Component};

pub use case::{Case, Verdict};
pub use error::ProjectError;
pub use outcome::{Found, Outcome, Problem};
pub use project::{NamedCase, Project};

use outcome::is_silent;
use replay::{Notes, Replay};

/// Runs every case.
///
/// # Errors
/// The component is not a flavor, or its settings schema cannot be had. What a flavor does wrong when it is asked is in the outcomes.
pub async fn run(gate: &Gate, project: &Project) -> Result<Vec<Outcome>, Failure> {
    let flavor = load(gate, &project.component).await?;
    let label = project.component.display().to_string();
    let schema = hooks::settings_schema(&label, &flavor, &HookLimits::default()).await?;
    let mut debug = None;
    let mut outcomes = Vec::new();
    for NamedCase { name, case, .. } in &project.cases {
        let (mut found, notes, silent) = match refused(gate, schema.as_ref(), case).await? {
            Some(found) => (found, None, false),
            None => {
                let (call, notes, time) = ask(&flavor, case, case.dry_run).await;
                let silent = is_silent(&call);
                (Found::answered(call, time), Some(notes), silent)
            }
        };
        let mut problems = judge::judge(&case.expected, &found);
        let mut unused = Vec::new();
        if let Some(notes) = notes {
            unused = notes.unused(case);
            problems.extend(conduct(&flavor, case, &notes).await);
        }
        let mut debugged = Vec::new();
        if silent
            && !problems.is_empty()
            && let Some(component) = &project.debug_component
        {
            let component = match &debug {
                Some(component) => component,
                None => debug.insert(load(gate, component).await?),
            };
            debugged = said(&ask(component, case, case.dry_run).await.0);
            if !debugged.is_empty() {
                found.hint = None;
            }
        }
        outcomes.push(Outcome { case: name.clone(), found, problems, unused, debugged });
    }
    Ok(outcomes)
}

async fn load(gate: &Gate, component: &Path) -> Result<Flavor, Failure> {
    let label = component.display().to_string();
    Ok(gate.flavor(&label, &Component::File(component.to_owned())).await?.1)
}

/// What comes of settings that the flavor's schema does not want: a push is refused before the flavor is asked.
async fn refused(gate: &Gate, schema: Option<&Value>, case: &Arc<Case>) -> Result<Option<Found>, Failure> {
    let Some(schema) = schema else { return Ok(None) };
    let (sandbox, schema, settings) = (gate.sandbox()?.clone(), schema.to_string(), case.settings.to_string());
    let checked = tokio::task::spawn_blocking(move || sandbox.check_settings(&schema, Some(&settings))).await;
    match checked.map_err(|error| Failure::new(Kind::Defect, format!("settings are not compared: {error}")))? {
        Ok(()) => Ok(None),
        Err(error) if error.blames_settings() => Ok(Some(Found::refused_by_schema(&error))),
        Err(error) => Err(error.into()),
    }
}

async fn ask(flavor: &Flavor, case: &Arc<Case>, dry_run: bool) -> (Call, Notes, std::time::Duration) {
    let replay = Arc::new(Replay::new(case, dry_run));
    let started = Instant::now();
    let call = flavor.prepare(case.push(dry_run), Arc::clone(&replay) as Arc<_>, &HookLimits::default().effective()).await;
    (call, replay.finish(), started.elapsed())
}

/// What a flavor may not do whatever it answers: ask for what the case does not know, and change something in a dry run.
async fn conduct(flavor: &Flavor, case: &Arc<Case>, notes: &Notes) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for missing in &notes.missing {
        let problem = Problem::new(format!("it asked for something that the case has no answer to: {}", missing.what));
        problems.push(Problem { add: Some(missing.section.clone()), ..problem });
    }
    if notes.writes.is_empty() {
        return problems;
    }
    let writes = if case.dry_run {
        notes.writes.clone()
    } else {
        // It changed something, as it may. A dry run of the same push must not.
        ask(flavor, case, true).await.1.writes
    };
    for write in writes {
        problems.push(Problem::new(format!("in a dry run it sent a request that does more than read: {write}")));
    }
    problems
}

/// What a call left in the log, and its last words.
fn said(call: &Call) -> Vec<String> {
    let mut lines: Vec<String> = call.log.iter().map(|record| record.message.clone()).collect();
    if let Err(error) = &call.answer {
        lines.push(error.to_string());
    }
    lines
}
