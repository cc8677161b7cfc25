//! `pushgate flavor test`: asks a flavor about the pushes of its project's cases, in the sandbox of a push, with answers that were recorded. There is
//! neither Docker nor a registry.

mod accept;
mod build;
mod doubts;
mod judge;
mod outcome;
mod record;
mod project;
mod build_record;
mod case_files;
mod manifest;
mod replay;
mod case;
mod images;
mod rewrite;
mod document;
mod parser_message;
mod members;
mod sections;
mod recorded;
mod sources;
mod error;
mod run_error;
mod file_names;
mod suggestion;
mod values;

use std::sync::Arc;
use std::time::Instant;

use pushgate_gate::decide;
use pushgate_gate::decision::Warning;
use pushgate_gate::flavors::Flavors;
use pushgate_gate::hook_limits::HookLimits;
use pushgate_sandbox::{Call, Flavor};
use serde_json::Value;

pub use accept::{Change, changes};
pub use build::Build;
pub use case::{Case, CaseVerdict};
pub use doubts::doubts;
pub use error::{CaseFault, Difference, ProjectError};
pub use outcome::{Found, Outcome, Problem, Remedy};
pub use project::{Asked, NamedCase, Project, Wanted};
pub use record::{RecordError, Recording, record};
pub use run_error::RunError;

use outcome::is_silent;
use replay::{Notes, Replay};

/// Runs every case. What went wrong with what is only kept to be faster becomes a warning.
///
/// # Errors
/// The component is not a flavor, or its settings schema cannot be had. What a flavor does wrong when it is asked is in the outcomes.
pub async fn run(flavors: &Flavors, project: &Project, warnings: &mut Vec<Warning>) -> Result<Vec<Outcome>, RunError> {
    let flavor = load(flavors, &project.flavor, warnings).await?;
    let label = &project.flavor.label;
    let schema = decide::settings_schema(label, &flavor, &HookLimits::default()).await?;
    let mut debug = Debug { project, loaded: None };
    let mut outcomes = Vec::new();
    for NamedCase { name, case, .. } in &project.cases {
        if let Some(found) = refused(flavors, label, schema.as_ref(), case).await? {
            let problems = judge::judge(&case.expected, &found);
            let is_acceptable = !problems.is_empty();
            outcomes.push(Outcome { case: name.clone(), found, problems, is_acceptable, unused: Vec::new(), debugged: Vec::new() });
            continue;
        }
        let (call, notes, time) = ask(&flavor, case, case.dry_run).await;
        let silent = is_silent(&call);
        let mut found = Found::answered(call, time);
        let conduct = conduct(&flavor, case, &notes).await;
        // What a flavor makes of a question that the case does not answer says nothing about the flavor.
        let mut problems = if notes.missing.is_empty() { judge::judge(&case.expected, &found) } else { Vec::new() };
        let is_acceptable = !problems.is_empty() && conduct.is_empty() && found.verdict != CaseVerdict::Broke;
        problems.extend(conduct);
        let debugged = if silent && !problems.is_empty() { debug.ask(flavors, case, &mut found, warnings).await? } else { Vec::new() };
        outcomes.push(Outcome { case: name.clone(), found, problems, is_acceptable, unused: notes.unused(case), debugged });
    }
    Ok(outcomes)
}

/// The component of a project that says more, loaded when it is first needed.
struct Debug<'a> {
    project: &'a Project,
    loaded: Option<Flavor>,
}

impl Debug<'_> {
    /// What it says of a case about which the other one said nothing; the remedy is then about that.
    async fn ask(
        &mut self,
        flavors: &Flavors,
        case: &Arc<Case>,
        found: &mut Found,
        warnings: &mut Vec<Warning>,
    ) -> Result<Vec<String>, RunError> {
        let Some(component) = &self.project.debug_component else { return Ok(Vec::new()) };
        if let Some(problem) = self.project.unusable_debug_component() {
            found.debug_problem = Some(problem);
            return Ok(Vec::new());
        }
        let flavor = match &self.loaded {
            Some(flavor) => flavor,
            None => self.loaded.insert(load(flavors, &Asked::file(component.clone()), warnings).await?),
        };
        let (call, ..) = ask(flavor, case, case.dry_run).await;
        let said = said(&call);
        found.remedy = call.answer.err().map(Remedy::OfCall);
        Ok(said)
    }
}

async fn load(flavors: &Flavors, flavor: &Asked, warnings: &mut Vec<Warning>) -> Result<Flavor, RunError> {
    Ok(flavors.get(&flavor.label, &flavor.component, warnings).await?.1)
}

/// What comes of settings that the flavor's schema does not want: a push is refused before the flavor is asked.
async fn refused(flavors: &Flavors, label: &str, schema: Option<&Value>, case: &Arc<Case>) -> Result<Option<Found>, RunError> {
    let Some(schema) = schema else { return Ok(None) };
    match decide::compare(flavors, schema, Some(case.settings.to_string())).await {
        Ok(()) => Ok(None),
        Err(error) if error.blames_settings() => Ok(Some(Found::refused_by_schema(&error, label))),
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
        let only_asks = if write.starts_with("POST ") { "; if it only asks, say `reads = true` beside its answer" } else { "" };
        problems.push(Problem::new(format!("in a dry run it sent a request that does more than read: {write}{only_asks}")));
    }
    problems
}

/// What a call left in the log; how it broke where it left nothing.
fn said(call: &Call) -> Vec<String> {
    match &call.answer {
        Err(error) if call.log.is_empty() => vec![error.to_string()],
        _ => call.log.iter().map(|record| record.message.clone()).collect(),
    }
}
