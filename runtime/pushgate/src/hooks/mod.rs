//! Asks the hooks of a registry. All must approve; a registry without hooks approves by itself, as ZenML's does. A hook in the mode `warn` is
//! asked like the others, and its refusal is told without stopping the push.

mod ahead;
mod dry_run;
mod host;
mod load;
mod questions;
mod requests;
mod schema;
mod verdict;

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use pushgate_reference::ScopedReference;
use pushgate_sandbox::{Answer, Push};

use crate::exit::Failure;
use crate::gate::Gate;
use crate::registry_access::RegistryAccess;
use crate::report::{HookReport, HookVerdict, Report, Warning};
use crate::source::Images;

pub use ahead::Ahead;
pub(crate) use dry_run::refused_in_a_dry_run;
pub use load::{Component, Hook, LoadedHook, MissingGrants, capability_in_words, update_grants};
pub use schema::settings_schema;

pub(crate) use host::{HookHost, NoImages};
use verdict::Verdict;

/// Every hook approved, or only warns. Only [`ask`] makes one.
#[derive(Debug)]
pub struct Approval {
    _only_ask_makes_one: (),
}

/// Asks every hook, in order, each in a fresh sandbox, so that a person sees all violations at once. The first without an answer that counts ends it.
///
/// # Errors
/// A hook refused, or gave no usable answer: `report` says which, with its reasons.
pub async fn ask(
    gate: &Gate,
    access: &Arc<RegistryAccess>,
    scoped: &ScopedReference,
    dry_run: bool,
    images: Arc<dyn Images>,
    report: &mut Report,
) -> Result<Approval, Failure> {
    let hooks = &access.registry().hooks;
    if hooks.is_empty() {
        return Ok(Approval { _only_ask_makes_one: () });
    }
    let started = Instant::now();
    // Every hook is loaded before the first is asked: a configuration that cannot work asks nobody.
    let mut loaded = Vec::new();
    for hook in hooks {
        loaded.push(hook.load(gate, access.registry().name.as_deref(), &access.registry().uri).await?);
    }
    report.hooks = loaded.iter().map(LoadedHook::not_asked).collect();
    let mut refused: Option<Failure> = None;
    for (index, asked) in loaded.iter().enumerate() {
        let verdict = ask_one(gate, asked, access, scoped, dry_run, &images, report).await;
        if let Some(entry) = report.hooks.get_mut(index) {
            entry.verdict = verdict.name();
            entry.violations = verdict.violations().to_vec();
        }
        report.asking = Some(started.elapsed());
        match verdict {
            Verdict::Approved => {}
            // The violations stand with the hook; a reason without one stands nowhere else.
            Verdict::Warned { failure, violations } => {
                if violations.is_empty() {
                    report.warnings.push(Warning {
                        hook: Some(asked.hook.label.clone()),
                        code: None,
                        message: failure.message,
                        hint: None,
                    });
                }
            }
            Verdict::Refused { failure, .. } => refused = Some(refused.unwrap_or(failure)),
            Verdict::Stopped(failure) => return Err(failure),
        }
    }
    match refused {
        Some(failure) => Err(summary(failure, &report.hooks)),
        None => Ok(Approval { _only_ask_makes_one: () }),
    }
}

async fn ask_one(
    gate: &Gate,
    loaded: &LoadedHook<'_>,
    access: &Arc<RegistryAccess>,
    scoped: &ScopedReference,
    dry_run: bool,
    images: &Arc<dyn Images>,
    report: &mut Report,
) -> Verdict {
    let hook = loaded.hook;
    let host = Arc::new(HookHost::new(gate, hook, access, Arc::clone(images), dry_run));
    let push = Push {
        reference: scoped.to_string(),
        registry: scoped.host().to_string(),
        repository: scoped.repository().to_owned(),
        tag: Some(scoped.tag().to_owned()),
        registry_uri: scoped.registry_uri().to_string(),
        settings: hook.settings.to_string(),
        requested_at: seconds_since_the_epoch(gate.requested_at()),
        dry_run,
    };
    let call = loaded.prepare(push, Arc::clone(&host) as Arc<_>).await;
    report.messages.extend(host::messages(&hook.label, &call));
    report.warnings.extend(host::warnings(&hook.label, &call));
    // What a flavor says of its settings in its own words is said in those of its schema, as when they are registered.
    if matches!(call.answer, Ok(Answer::Misconfigured(_)))
        && let Err(failure) = schema::check(gate, hook, &loaded.flavor).await
    {
        return Verdict::Stopped(failure);
    }
    let before = host.before().clone();
    verdict::of(&hook.label, call.answer, before).in_mode(hook.mode)
}

fn seconds_since_the_epoch(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

/// Where several hooks refused, the error says so; their reasons stand in the report.
fn summary(first: Failure, hooks: &[HookReport]) -> Failure {
    let refusing: Vec<&str> = hooks.iter().filter(|hook| hook.verdict == HookVerdict::Refused).map(|hook| hook.flavor.as_str()).collect();
    match refusing.len() {
        0 | 1 => first,
        _ => Failure { message: format!("refused by the flavors {}", refusing.join(", ")), ..first },
    }
}
