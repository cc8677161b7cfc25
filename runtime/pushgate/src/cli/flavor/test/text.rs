//! The outcome of the cases for people.

use std::fmt::Write;
use std::time::Duration;

use pushgate_authoring::flavor_test::{Outcome, Problem};
use pushgate_explain::hint_of_found;

use super::json::level;
use crate::cli::output::{BAD, FAINT, GOOD, printable};

/// One line for a case, and below it what is wrong with it.
pub(super) fn report(outcomes: &[Outcome], with_log: bool) -> String {
    let mut text = String::new();
    let width = outcomes.iter().map(|outcome| printable(&outcome.case).chars().count()).max().unwrap_or_default();
    for outcome in outcomes {
        case(&mut text, outcome, width, with_log);
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let cases = if outcomes.len() == 1 { "1 case".to_owned() } else { format!("{} cases", outcomes.len()) };
    let _ = match failed {
        0 => writeln!(text, "{GOOD}passed{GOOD:#}: {cases}"),
        _ => writeln!(text, "{BAD}failed{BAD:#}: {failed} of {cases}"),
    };
    text
}

fn case(text: &mut String, outcome: &Outcome, width: usize, with_log: bool) {
    let (style, word) = if outcome.passed() { (GOOD, "passed") } else { (BAD, "failed") };
    let (name, found) = (printable(&outcome.case), &outcome.found);
    let (time, memory) = (milliseconds(found.time), kibibytes(found.memory));
    let _ = writeln!(text, "{style}{word}{style:#}  {name:<width$}  {FAINT}{time:>10}  {memory:>10}{FAINT:#}");
    for problem in &outcome.problems {
        tell(text, problem);
    }
    if let (false, Some(hint)) = (outcome.passed(), hint_of_found(found)) {
        let _ = writeln!(text, "  {FAINT}hint:{FAINT:#} {}", printable(&hint));
    }
    if !outcome.debugged.is_empty() {
        let _ = writeln!(text, "  the debug component said:");
        lines(text, &outcome.debugged.join("\n"));
    }
    for unused in &outcome.unused {
        let _ = writeln!(text, "  {FAINT}recorded and not asked for:{FAINT:#} {}", printable(unused));
    }
    if with_log {
        for record in &found.log {
            let _ = writeln!(text, "  {FAINT}{:<5}{FAINT:#} {}", level(record.level), printable(&record.message));
        }
    }
}

fn tell(text: &mut String, problem: &Problem) {
    let _ = writeln!(text, "  {}", printable(&problem.message));
    for (word, value) in [("expected", &problem.expected), ("found", &problem.found)] {
        if let Some(value) = value {
            let _ = writeln!(text, "    {FAINT}{word:<8}{FAINT:#}  {}", printable(value));
        }
    }
    if let Some(section) = &problem.add {
        let _ = writeln!(text, "  add to the case, with the answer that it should have:");
        lines(text, section);
    }
}

/// Lines of somebody else, indented.
fn lines(text: &mut String, lines: &str) {
    for line in lines.trim_end().lines() {
        let _ = writeln!(text, "    {}", printable(line));
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

fn kibibytes(bytes: u64) -> String {
    match bytes {
        0..=1_048_575 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}
