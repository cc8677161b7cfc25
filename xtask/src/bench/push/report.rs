//! Figures and ratios of one case on one line, as JSON.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::case::Case;
use super::contender::{EARLIER, LIMIT, PUSHGATE};
use super::images::Image;
use super::line::Line;
use super::mebibytes;
use super::target::targets;
use super::turn::Entry;
use crate::bench::measure::{figures, median, rounded};

/// More requests than this say nothing one by one.
const LISTED: usize = 12;

/// The medians of everyone who has figures.
pub(super) struct Medians<'a> {
    entries: Vec<&'a Entry>,
}

impl<'a> Medians<'a> {
    fn new(entries: &'a [Entry]) -> Self {
        Self { entries: entries.iter().filter(|entry| entry.failed.is_none() && !entry.usages.is_empty()).collect() }
    }

    pub(super) fn entry(&self, name: &str) -> Option<&'a Entry> {
        self.entries.iter().copied().find(|entry| entry.name == name)
    }

    pub(super) fn peers(&self) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().copied().filter(|entry| ![PUSHGATE, EARLIER, LIMIT].contains(&entry.name))
    }

    /// The peer with the smallest median of the time.
    pub(super) fn fastest_peer(&self) -> Option<&'a Entry> {
        self.peers().min_by(|one, other| time(one).total_cmp(&time(other)))
    }
}

/// The median of the time, in milliseconds.
pub(super) fn time(entry: &Entry) -> f64 {
    median(&entry.usages.iter().map(|usage| usage.time).collect::<Vec<_>>())
}

/// The median of the CPU time, in milliseconds.
pub(super) fn cpu(entry: &Entry) -> f64 {
    median(&cpu_times(entry))
}

/// The largest of all turns, in bytes.
pub(super) fn peak_memory(entry: &Entry) -> u64 {
    entry.usages.iter().map(|usage| usage.peak_memory).max().unwrap_or(0)
}

fn cpu_times(entry: &Entry) -> Vec<Duration> {
    entry.usages.iter().map(|usage| usage.cpu).collect()
}

pub(super) fn result(line: &Line, case: Case, image: &Image, entries: &[Entry]) -> Value {
    let medians = Medians::new(entries);
    let ratios: Map<String, Value> = medians.entry(PUSHGATE).map_or_else(Map::new, |pushgate| {
        let others = medians.entries.iter().filter(|entry| entry.name != PUSHGATE);
        others.map(|other| (other.name.to_owned(), json!(rounded(time(pushgate) / time(other))))).collect()
    });
    json!({
        "case": case.as_str(),
        "line": line.name().as_str(),
        "image": { "layers": image.layers.len(), "mebibytes": mebibytes(image.bytes()) },
        "line_takes_ms": line.takes_ms(image.bytes()).filter(|_| case.before().is_none()).map(rounded),
        "contenders": entries.iter().map(|entry| (entry.name.to_owned(), figures_of(entry))).collect::<Map<_, _>>(),
        "fastest_peer": medians.fastest_peer().map(|peer| peer.name),
        "time_of_pushgate_to": ratios,
        "targets": targets(line, case, image, &medians),
    })
}

/// The targets of all results that were missed, each in a line.
pub(super) fn not_reached(results: &[Value]) -> Vec<String> {
    let missed = |result: &Value| {
        let targets = result.get("targets").and_then(Value::as_array).into_iter().flatten();
        let missed = targets.filter(|target| target.get("reached") == Some(&Value::Bool(false)));
        let word = |value: &Value, name: &str| value.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let line = |target: &Value| {
            let at_most = word(target, "at_most").map(|bound| format!("at most {bound}"));
            let bound = at_most.or_else(|| word(target, "below").map(|bound| format!("below {bound}")));
            Some(format!(
                "{}, {}: {} is {}, not {}",
                word(result, "case")?,
                word(result, "line")?,
                word(target, "what")?,
                word(target, "figure")?,
                bound?
            ))
        };
        missed.filter_map(line).collect::<Vec<_>>()
    };
    results.iter().flat_map(missed).collect()
}

fn figures_of(entry: &Entry) -> Value {
    if let Some(reason) = &entry.failed {
        return json!({ "failed": reason });
    }
    let mut figures = json!({
        "time": figures(&entry.usages.iter().map(|usage| usage.time).collect::<Vec<_>>()),
        "cpu": figures(&cpu_times(entry)),
        "peak_memory_mib": mebibytes(peak_memory(entry)),
        "requests": { "minimum": entry.requests.iter().min(), "maximum": entry.requests.iter().max() },
        "connections": { "minimum": entry.connections.iter().min(), "maximum": entry.connections.iter().max() },
    });
    if entry.last_requests.len() <= LISTED
        && let Some(members) = figures.as_object_mut()
    {
        members.insert("request_lines".to_owned(), json!(entry.last_requests.iter().map(|request| &request.line).collect::<Vec<_>>()));
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_missed_is_said_in_a_line_each() {
        let targets = json!([
            { "what": "requests", "figure": 2.0, "at_most": 1.0, "reached": false },
            { "what": "time", "figure": 0.9, "below": 1.0, "reached": true },
            { "what": "CPU time", "figure": 1.5, "below": 1.0, "reached": false },
            { "what": "memory", "figure": null, "at_most": 1.0, "reached": null },
        ]);
        let result = json!({ "case": "many", "line": "slow", "targets": targets });
        assert_eq!(not_reached(&[result]), ["many, slow: requests is 2.0, not at most 1.0", "many, slow: CPU time is 1.5, not below 1.0"]);
    }
}
