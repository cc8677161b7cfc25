//! Asks every hook about a proposal.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use pushgate_reference::ScopedReference;
use pushgate_sandbox::Answer;

use super::approved::{Intent, Proposal, Unanimous};
use super::error::DecideError;
use super::host::{self, HookHost};
use super::images::Images;
use super::load::{LoadedHook, load};
use super::schema;
use super::verdict::{self, Refusal, Verdict};
use crate::decision::{Decision, HookReport, HookVerdict, Warning};
use crate::flavors::Flavors;

/// Asks every hook of the proposal's registry, in order, each in a fresh sandbox, so that a person sees all violations at once. The first without an
/// answer that counts ends it. `requested_at` is when the push was asked for: the only clock that hooks have.
///
/// # Errors
/// A hook refused, or gave no usable answer: `decision` says which, with its reasons.
pub async fn decide<I: Intent, S: Images + 'static>(
    flavors: &Flavors,
    proposal: Proposal<S>,
    intent: I,
    requested_at: SystemTime,
    decision: &mut Decision,
) -> Result<I::Approved<S>, DecideError> {
    let unanimous = ask_all(flavors, &proposal, I::DRY_RUN, requested_at, decision).await?;
    Ok(intent.approve(proposal, unanimous))
}

async fn ask_all<S: Images + 'static>(
    flavors: &Flavors,
    proposal: &Proposal<S>,
    dry_run: bool,
    requested_at: SystemTime,
    decision: &mut Decision,
) -> Result<Unanimous, DecideError> {
    let registry = proposal.access.registry();
    if registry.hooks.is_empty() {
        return Ok(Unanimous::new());
    }
    let started = Instant::now();
    // Every hook is loaded before the first is asked: with a configuration that cannot work, no flavor is asked.
    let mut loaded = Vec::new();
    for hook in &registry.hooks {
        loaded.push(load(hook, flavors, registry.name.as_deref(), &registry.uri, &mut decision.warnings).await?);
    }
    decision.hooks = loaded.iter().map(LoadedHook::not_asked).collect();
    let mut refused: Option<Refusal> = None;
    for (index, asked) in loaded.iter().enumerate() {
        let verdict = ask(flavors, asked, proposal, dry_run, requested_at, decision).await;
        if let Some(entry) = decision.hooks.get_mut(index) {
            entry.verdict = verdict.name();
            entry.violations = verdict.violations().to_vec();
        }
        decision.asking = Some(started.elapsed());
        match verdict {
            Verdict::Approved => {}
            // The violations stand with the hook; a reason without one stands nowhere else.
            Verdict::Warned(refusal) => {
                if refusal.violations.is_empty() {
                    let hook = Some(asked.hook.label.clone());
                    let message = refusal.into_error(vec![asked.hook.label.clone()]).to_string();
                    decision.warnings.push(Warning { hook, code: None, message, hint: None });
                }
            }
            Verdict::Refused(refusal) => refused = Some(refused.unwrap_or(refusal)),
            Verdict::Stopped(error) => return Err(error),
        }
    }
    match refused {
        Some(first) => Err(first.into_error(refusing(&decision.hooks))),
        None => Ok(Unanimous::new()),
    }
}

async fn ask<S: Images + 'static>(
    flavors: &Flavors,
    loaded: &LoadedHook<'_>,
    proposal: &Proposal<S>,
    dry_run: bool,
    requested_at: SystemTime,
    decision: &mut Decision,
) -> Verdict {
    let hook = loaded.hook;
    let images = Arc::clone(&proposal.source) as Arc<dyn Images>;
    let host = Arc::new(HookHost::new(hook, &proposal.access, images, dry_run));
    let push = described(&proposal.scoped, hook.settings.to_string(), requested_at, dry_run);
    let call = loaded.prepare(push, Arc::clone(&host) as Arc<_>).await;
    decision.messages.extend(host::messages(&hook.label, &call));
    decision.warnings.extend(host::warnings(&hook.label, &call));
    // What a flavor says of its settings in its own words is said in those of its schema, as when they are registered.
    if matches!(call.answer, Ok(Answer::Misconfigured(_)))
        && let Err(error) = schema::check(flavors, hook, &loaded.flavor).await
    {
        return Verdict::Stopped(error);
    }
    let before = host.before().clone();
    verdict::of(&hook.label, call.answer, before).in_mode(hook.mode)
}

/// The push as a flavor sees it.
fn described(scoped: &ScopedReference, settings: String, requested_at: SystemTime, dry_run: bool) -> pushgate_sandbox::Push {
    pushgate_sandbox::Push {
        reference: scoped.to_string(),
        registry: scoped.host().to_string(),
        repository: scoped.repository().to_owned(),
        tag: scoped.tag().map(str::to_owned),
        registry_uri: scoped.registry_uri().to_string(),
        settings,
        requested_at: requested_at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs()),
        dry_run,
    }
}

/// The flavors that refused.
fn refusing(hooks: &[HookReport]) -> Vec<String> {
    hooks.iter().filter(|hook| hook.verdict == HookVerdict::Refused).map(|hook| hook.flavor.clone()).collect()
}
