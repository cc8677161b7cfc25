//! The outcome of a push for people.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use pushgate_explain::Failure;
use pushgate_gate::decision::{HookReport, HookVerdict, Message, Warning};
use pushgate_sandbox::Violation;

use super::printable;
use crate::report::Report;

pub(in crate::cli) const GOOD: Style = AnsiColor::Green.on_default();
pub(in crate::cli) const BAD: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default();
const MESSAGE: Style = AnsiColor::Blue.on_default();
pub(in crate::cli) const FAINT: Style = Style::new().dimmed();

/// The width of the words before layers, below which those before flavors stand.
const PROGRESS_WIDTH: usize = 9;

/// So many messages of a hook are shown: a flavor that says something about each of a hundred labels leaves room for the rest.
const MESSAGES: usize = 10;

/// What the hooks answered and said, and what deserves attention. What they said is left out where the log has shown it.
pub(super) fn report(report: &Report, in_log: bool) -> String {
    let mut text = String::new();
    hooks(&mut text, report.decision.hooks.iter());
    if !in_log {
        messages(&mut text, &report.decision.messages);
    }
    text + &warnings(&report.decision.warnings)
}

fn messages(text: &mut String, messages: &[Message]) {
    for of_hook in messages.chunk_by(|one, next| one.hook == next.hook) {
        let mut line = |entry: &Message, message: &str| {
            let _ = writeln!(text, "{MESSAGE}info:{MESSAGE:#} {}: {}", printable(&entry.hook), printable(message));
        };
        of_hook.iter().take(MESSAGES).for_each(|entry| line(entry, &entry.message));
        if let Some(first) = of_hook.get(MESSAGES) {
            line(first, &format!("{} more messages; -v shows all", of_hook.len() - MESSAGES));
        }
    }
}

/// What deserves attention.
pub(super) fn warnings(warnings: &[Warning]) -> String {
    let mut text = String::new();
    for entry in warnings {
        warning(&mut text, entry);
    }
    text
}

/// Only what was refused, and why.
pub(super) fn violations(report: &Report) -> String {
    let mut text = String::new();
    hooks(&mut text, report.decision.hooks.iter().filter(|entry| entry.verdict == HookVerdict::Refused));
    text
}

/// What went wrong, and the remedy.
pub(super) fn failure(failure: &Failure) -> String {
    let mut text = format!("{BAD}error:{BAD:#} {}\n", printable(&failure.message));
    push_hint(&mut text, "", failure.hint.as_deref());
    text
}

/// One line for each hook, the names below each other.
fn hooks<'a>(text: &mut String, entries: impl Iterator<Item = &'a HookReport> + Clone) {
    let width = entries.clone().map(|entry| word(entry.verdict).1.len()).max().unwrap_or_default().max(PROGRESS_WIDTH);
    for entry in entries {
        hook(text, entry, width);
    }
}

fn word(verdict: HookVerdict) -> (Style, &'static str) {
    match verdict {
        HookVerdict::Approved => (GOOD, "approved"),
        HookVerdict::Refused => (BAD, "refused"),
        HookVerdict::Warned => (WARNING, "warned"),
        HookVerdict::Misconfigured => (BAD, "misconfigured"),
        HookVerdict::Unavailable => (BAD, "unavailable"),
        HookVerdict::Broke => (BAD, "broke"),
        HookVerdict::NotAsked => (FAINT, "not asked"),
    }
}

fn hook(text: &mut String, entry: &HookReport, width: usize) {
    let (style, word) = word(entry.verdict);
    let _ = writeln!(text, "{style}{word:<width$}{style:#} {}", printable(&entry.flavor));
    for violation in &entry.violations {
        reason(text, violation);
    }
}

/// A reason of a flavor stands indented below the flavor's name, so that it cannot pass for a message of pushgate.
fn reason(text: &mut String, violation: &Violation) {
    let _ = writeln!(text, "  {FAINT}{}:{FAINT:#} {}", printable(&violation.code), printable(&violation.message));
    for (key, value) in &violation.details {
        let _ = writeln!(text, "    {FAINT}{}:{FAINT:#} {}", printable(key), printable(value));
    }
    push_hint(text, "    ", violation.hint.as_deref());
}

pub(super) fn warning(text: &mut String, entry: &Warning) {
    let who = entry.hook.as_deref().map(|flavor| format!("{}: ", printable(flavor))).unwrap_or_default();
    let _ = writeln!(text, "{WARNING}warning:{WARNING:#} {who}{}", printable(&entry.message));
    push_hint(text, "", entry.hint.as_deref());
}

fn push_hint(text: &mut String, indent: &str, hint: Option<&str>) {
    if let Some(hint) = hint {
        let _ = writeln!(text, "{indent}{FAINT}hint:{FAINT:#} {}", printable(hint));
    }
}
