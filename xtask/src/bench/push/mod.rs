//! `cargo xtask bench push`: pushes without a daemon against what others need for the same, contenders taking turns within one run.
//!
//! Every push goes to a docker-registry of its own that has nothing yet (or what the case says), and what arrived is looked at before the figure
//! counts. On loopback, and over a slow line that is made of two network namespaces of this machine; nothing else is ever reached.

mod arguments;
mod case;
mod contender;
mod docker;
mod guard;
mod http;
mod images;
mod limit;
mod line;
mod part;
mod peers;
mod report;
mod scratch;
mod target;
mod turn;
mod usage;
mod verify;

use serde_json::{Value, json};

use self::contender::{Contender, Contenders};
use self::guard::TokenServer;
use self::images::Images;
use self::line::Line;
use self::turn::{Entry, Stage};
use crate::Outcome;

pub(crate) use arguments::PushArguments;
pub(crate) use part::PushPart;

/// Measures what the arguments name and prints figures and ratios as JSON.
pub(crate) fn run(arguments: &PushArguments) -> Outcome {
    scratch::sweep()?;
    line::sweep()?;
    let registry = peers::registry()?;
    let mut contenders = Contenders::find(arguments)?;
    let images = Images::open()?;
    let (mut lines, mut results, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    for name in arguments.lines() {
        let line = match Line::open(name) {
            Ok(line) => line,
            // What the other line showed is printed all the same.
            Err(reason) => {
                failures.push(format!("{name}: {reason}"));
                lines.push(json!({ "name": name.as_str(), "failed": reason }));
                continue;
            }
        };
        lines.push(line.described());
        let docker = contenders.start_docker(&line, &images, &arguments.cases());
        let present: Vec<&Contender> = contenders.list.iter().chain(&docker).collect();
        for case in arguments.cases().into_iter().filter(|case| case.is_for(name)) {
            let tokens = if case.is_guarded() { Some(TokenServer::start(&line)?) } else { None };
            let stage = Stage { line: &line, images: &images, case, tokens: tokens.as_ref() };
            let entries = measure(&stage, &present, arguments.rounds.get())?;
            failures.extend(entries.iter().filter_map(|entry| Some(format!("{}, {case}, {name}: {}", entry.name, entry.failed.as_ref()?))));
            results.push(report::result(&line, case, &images.of(case)?, &entries));
        }
    }
    if results.is_empty() && failures.is_empty() {
        return Err("none of these cases is measured on this line".to_owned());
    }
    let report = json!({
        "rounds": arguments.rounds,
        "contenders": contenders.versions(),
        "skipped": contenders.skipped(),
        "registry": { "version": registry.version, "data": scratch::registry_root().display().to_string(), "per_push": "a fresh one" },
        "settings": "every contender with its own defaults",
        "lines": lines,
        "not_reached": report::not_reached(&results),
        "results": results,
    });
    match &arguments.json {
        Some(file) => std::fs::write(file, format!("{report:#}\n")).map_err(|error| format!("cannot write {}: {error}", file.display()))?,
        None => println!("{report:#}"),
    }
    if failures.is_empty() { Ok(()) } else { Err(format!("not everything was measured: {}", failures.join("; "))) }
}

/// One case on one line: in each round everyone has a turn, and who begins changes.
fn measure(stage: &Stage<'_>, contenders: &[&Contender], rounds: usize) -> Outcome<Vec<Entry>> {
    stage.images.warm(stage.case)?;
    let contenders: Vec<&Contender> = contenders.iter().copied().filter(|contender| contender.can(stage.case)).collect();
    let mut entries: Vec<Entry> = contenders.iter().map(|contender| Entry::new(contender.name())).collect();
    for round in 0..rounds {
        eprintln!("xtask: {}, {}: round {} of {rounds}", stage.case, stage.line.name(), round + 1);
        let mut turns: Vec<(&Contender, &mut Entry)> = contenders.iter().copied().zip(&mut entries).collect();
        let first = round % turns.len().max(1);
        turns.rotate_left(first);
        for (contender, entry) in turns {
            entry.take_turn(stage, contender);
        }
    }
    Ok(entries)
}

/// A number of bytes in MiB, for people.
fn mebibytes(bytes: u64) -> Value {
    json!(super::measure::rounded(bytes as f64 / f64::from(1 << 20)))
}
