//! The outcome of a push for machines: one object on one line. Members may be added; none is renamed.

use std::collections::BTreeMap;
use std::time::Duration;

use pushgate_explain::Failure;
use pushgate_gate::decision::{HookReport, HookVerdict, Warning};
use pushgate_oci::UncheckedLayer;
use serde::Serialize;

use super::ending::Ending;
use super::json_line::json_line;
use crate::report::Report;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registry: Option<RegistryMember<'a>>,
    hooks: Vec<Hook<'a>>,
    messages: Vec<MessageEntry<'a>>,
    warnings: Vec<WarningEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_looked_into: Vec<NotLookedInto<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Error<'a>>,
    timings_ms: Timings,
}

#[derive(Serialize)]
struct RegistryMember<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    uri: &'a str,
}

#[derive(Serialize)]
struct Hook<'a> {
    flavor: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
    verdict: &'static str,
    violations: Vec<Violation<'a>>,
}

#[derive(Serialize)]
struct Violation<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    details: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct MessageEntry<'a> {
    hook: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct WarningEntry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    hook: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

/// A layer that `--verify` did not look into.
#[derive(Serialize)]
struct NotLookedInto<'a> {
    layer: &'a str,
    reason: &'static str,
    message: String,
}

#[derive(Serialize)]
struct Error<'a> {
    code: u8,
    kind: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

#[derive(Serialize)]
struct Timings {
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hooks: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push: Option<f64>,
}

/// The object, without a line feed.
pub(super) fn report(verdict: Ending<'_>, report: &Report) -> String {
    let document = Document {
        schema: 1,
        verdict: match verdict {
            Ending::Pushed(_) => "pushed",
            Ending::Accepted(_) => "accepted",
            Ending::Failed(failure) if failure.kind.is_refusal() => "refused",
            Ending::Failed(_) => "failed",
        },
        remote: report.remote.map(crate::report::Remote::name),
        image: report.image.as_deref(),
        digest: report.digest.as_ref().map(ToString::to_string),
        registry: report.registry.as_ref().map(|registry| RegistryMember { name: registry.name.as_deref(), uri: &registry.uri }),
        hooks: report.decision.hooks.iter().map(hook).collect(),
        messages: report.decision.messages.iter().map(|entry| MessageEntry { hook: &entry.hook, message: &entry.message }).collect(),
        warnings: report
            .decision
            .hooks
            .iter()
            .flat_map(violations_as_warnings)
            .chain(report.decision.warnings.iter().map(warning))
            .collect(),
        not_looked_into: report.unchecked.iter().map(not_looked_into).collect(),
        error: match verdict {
            Ending::Failed(failure) => Some(error(failure)),
            Ending::Pushed(_) | Ending::Accepted(_) => None,
        },
        timings_ms: Timings {
            check: milliseconds(report.check),
            hooks: milliseconds(report.decision.asking),
            push: milliseconds(report.pushing),
        },
    };
    json_line(&document)
}

fn hook(entry: &HookReport) -> Hook<'_> {
    Hook {
        flavor: &entry.flavor,
        digest: entry.digest.as_deref(),
        verdict: entry.verdict.name(),
        violations: entry
            .violations
            .iter()
            .map(|violation| Violation {
                code: &violation.code,
                message: &violation.message,
                hint: violation.hint.as_deref(),
                details: &violation.details,
            })
            .collect(),
    }
}

/// Whoever reads the warnings alone finds what a hook that only warns has against the image.
fn violations_as_warnings(entry: &HookReport) -> impl Iterator<Item = WarningEntry<'_>> {
    let violations = entry.violations.iter().filter(|_| entry.verdict == HookVerdict::Warned);
    violations.map(|violation| WarningEntry {
        hook: Some(&entry.flavor),
        code: Some(&violation.code),
        message: &violation.message,
        hint: violation.hint.as_deref(),
    })
}

fn warning(entry: &Warning) -> WarningEntry<'_> {
    WarningEntry { hook: entry.hook.as_deref(), code: entry.code.as_deref(), message: &entry.message, hint: entry.hint.as_deref() }
}

fn not_looked_into(layer: &UncheckedLayer) -> NotLookedInto<'_> {
    NotLookedInto { layer: layer.digest.as_str(), reason: layer.reason.name(), message: layer.reason.to_string() }
}

fn error(failure: &Failure) -> Error<'_> {
    Error { code: failure.kind.code(), kind: failure.kind.name(), message: &failure.message, hint: failure.hint.as_deref() }
}

/// Microseconds are enough, and a short number reads better.
fn milliseconds(duration: Option<Duration>) -> Option<f64> {
    duration.map(|duration| (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::report::fields::FIELDS;
    use crate::report::{RegistryReport, Remote};
    use pushgate_explain::Kind;
    use pushgate_gate::decision::{Decision, Message};

    /// The path of every member.
    fn paths(value: &Value, path: &str, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    let key = if path.ends_with("details") { "KEY" } else { key.as_str() };
                    let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                    paths(value, &path, found);
                    found.insert(path);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| paths(item, &format!("{path}[]"), found)),
            _ => {}
        }
    }

    fn kind_of(value: &Value) -> &'static str {
        match value {
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            _ => "object",
        }
    }

    #[test]
    fn every_member_is_in_the_reference() {
        let violation = pushgate_sandbox::Violation {
            code: "a.b".to_owned(),
            message: "m".to_owned(),
            hint: Some("h".to_owned()),
            details: BTreeMap::from([("k".to_owned(), "v".to_owned())]),
        };
        let hook = |verdict| HookReport {
            flavor: "f".to_owned(),
            digest: Some("sha256:0".to_owned()),
            verdict,
            violations: vec![violation.clone()],
        };
        let full = Report {
            image: Some("i".to_owned()),
            registry: Some(RegistryReport { name: Some("n".to_owned()), uri: "u".to_owned() }),
            decision: Decision {
                hooks: HookVerdict::ALL.map(hook).to_vec(),
                messages: vec![Message { hook: "f".to_owned(), message: "m".to_owned() }],
                warnings: vec![Warning { hook: None, code: Some("c".to_owned()), message: "m".to_owned(), hint: Some("h".to_owned()) }],
                asking: Some(Duration::from_millis(1)),
            },
            unchecked: vec![pushgate_oci::UncheckedLayer {
                digest: pushgate_oci::Digest::sha256(b""),
                reason: pushgate_oci::Unchecked::Encrypted,
            }],
            remote: Some(Remote::Unknown),
            digest: Some(pushgate_oci::Digest::sha256(b"")),
            check: Some(Duration::from_millis(1)),
            pushing: Some(Duration::from_millis(1)),
        };
        let failure = Failure::new(Kind::Usage, "m").with_hint(Some("h".to_owned()));
        let text = super::report(Ending::Failed(&failure), &full);
        let document: Value = serde_json::from_str(&text).unwrap();
        let mut found = BTreeSet::new();
        paths(&document, "", &mut found);
        let listed: BTreeSet<String> = FIELDS.iter().map(|field| field.path.to_owned()).collect();
        assert_eq!(found, listed);
        for field in FIELDS {
            let pointer = format!("/{}", field.path.replace("[].", ".0.").replace("KEY", "k").replace('.', "/"));
            let value = document.pointer(&pointer).unwrap_or_else(|| panic!("{pointer}"));
            assert_eq!(kind_of(value), field.kind, "{}", field.path);
        }
        // They stand in the order of the text.
        let top: Vec<usize> = FIELDS
            .iter()
            .filter(|field| !field.path.contains(['.', '[']))
            .map(|field| text.find(&format!("\"{}\":", field.path)).unwrap())
            .collect();
        assert!(top.is_sorted(), "{top:?}");
    }

    #[test]
    fn what_is_always_there_is_there_when_nothing_is_known() {
        let failure = Failure::new(Kind::Usage, "m");
        let document: Value = serde_json::from_str(&super::report(Ending::Failed(&failure), &Report::default())).unwrap();
        let mut found = BTreeSet::new();
        paths(&document, "", &mut found);
        let always = |field: &&crate::report::fields::Field| field.when == "always" && !field.path.contains("[]");
        for field in FIELDS.iter().filter(always) {
            assert!(found.contains(field.path), "{}", field.path);
        }
        let also = ["error", "error.code", "error.kind", "error.message"];
        assert_eq!(found.len(), FIELDS.iter().filter(always).count() + also.len(), "{found:?}");
    }
}
