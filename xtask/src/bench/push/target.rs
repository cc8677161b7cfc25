//! What pushgate is to reach, and whether it did.

use serde_json::{Value, json};

use super::arguments::LineName;
use super::case::Case;
use super::contender::{LIMIT, PUSHGATE};
use super::images::Image;
use super::line::Line;
use super::report::{Medians, cpu, peak_memory, time};
use crate::bench::measure::rounded;

/// Whatever the image is.
const MOST_MEMORY: f64 = 24e6;

/// The targets of one case on one line; those that cannot be told, because somebody has no figures, have no `reached`.
pub(super) fn targets(line: &Line, case: Case, image: &Image, medians: &Medians<'_>) -> Vec<Value> {
    let pushgate = medians.entry(PUSHGATE);
    let pushgate_time = pushgate.map(time);
    let fastest = medians.fastest_peer().map(time);
    let to = |other: Option<f64>| pushgate_time.zip(other).map(|(pushgate, other)| pushgate / other);
    let time_to = |name: &str| to(medians.entry(name).map(time));

    let mut targets = match (case, line.name()) {
        (Case::Medium | Case::SharedBase, LineName::Loopback) => vec![at_most("time to that of the fastest peer", to(fastest), 1.05)],
        (Case::Many, LineName::Loopback) => vec![at_most("time to that of crane", time_to("crane"), 0.6)],
        (Case::Large, LineName::Loopback) => {
            vec![at_most("time to that of the fastest peer", to(fastest), 1.05), at_most("time to that of the limit", time_to(LIMIT), 1.1)]
        }
        (Case::Medium | Case::TlsAndTokens, LineName::Slow) | (Case::NothingToDo | Case::TlsAndTokens, LineName::Loopback) => {
            vec![below("time to that of the fastest peer", to(fastest), 1.0)]
        }
        (Case::Many, LineName::Slow) => vec![at_most("time to that of the fastest peer", to(fastest), 0.2)],
        (Case::Large, LineName::Slow) => vec![at_most("time to what the line takes", to(line.takes_ms(image.bytes())), 1.05)],
        (Case::SharedBase, LineName::Slow) => vec![at_most("time to that of the fastest peer", to(fastest), 0.7)],
        (Case::NothingToDo, LineName::Slow) => {
            let most = |counts: &[usize]| counts.iter().max().map(|count| *count as f64);
            let requests = pushgate.and_then(|entry| most(&entry.requests));
            let connections = pushgate.and_then(|entry| most(&entry.connections));
            vec![at_most("requests", requests, 1.0), at_most("connections", connections, 1.0)]
        }
    };
    targets.push(at_most("largest resident set in bytes", pushgate.map(|entry| peak_memory(entry) as f64), MOST_MEMORY));
    let least = medians.peers().map(cpu).min_by(f64::total_cmp);
    let ratio = pushgate.map(cpu).zip(least).map(|(pushgate, least)| pushgate / least);
    targets.push(below("CPU time to that of the peer with the least", ratio, 1.0));
    targets
}

fn at_most(what: &str, figure: Option<f64>, bound: f64) -> Value {
    json!({ "what": what, "figure": figure.map(rounded), "at_most": bound, "reached": figure.map(|figure| figure <= bound) })
}

fn below(what: &str, figure: Option<f64>, bound: f64) -> Value {
    json!({ "what": what, "figure": figure.map(rounded), "below": bound, "reached": figure.map(|figure| figure < bound) })
}
