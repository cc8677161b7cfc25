//! The outcome of the cases in the XML that CI systems read: JUnit's, as far as all of them know it.

use std::io;
use std::path::Path;

use pushgate_authoring::flavor_test::{Outcome, Problem, Project};
use pushgate_sandbox::LogRecord;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::json::level;
use crate::cli::output::printable;

/// The document.
pub(super) fn report(project: &Project, outcomes: &[Outcome]) -> Vec<u8> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Into memory: there is nothing that could fail.
    let _ = document(&mut writer, project, outcomes);
    let mut document = writer.into_inner();
    document.push(b'\n');
    document
}

type Output = Writer<Vec<u8>>;

fn document(writer: &mut Output, project: &Project, outcomes: &[Outcome]) -> io::Result<()> {
    let suite = Path::new(&project.flavor.label).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let suite = clean(&suite);
    let total: f64 = outcomes.iter().map(|outcome| outcome.found.time.as_secs_f64()).sum();
    let counted = [
        ("name", suite.clone()),
        ("tests", outcomes.len().to_string()),
        ("failures", outcomes.iter().filter(|outcome| !outcome.passed()).count().to_string()),
        ("errors", "0".to_owned()),
        ("time", seconds(total)),
    ];
    let attributes = || counted.iter().map(|(name, value)| (*name, value.as_str()));
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.create_element("testsuites").with_attributes(attributes()).write_inner_content(|writer| {
        writer
            .create_element("testsuite")
            .with_attributes(attributes())
            .write_inner_content(|writer| outcomes.iter().try_for_each(|outcome| case(writer, &suite, outcome)))?;
        Ok(())
    })?;
    Ok(())
}

fn case(writer: &mut Output, suite: &str, outcome: &Outcome) -> io::Result<()> {
    let (name, time) = (clean(&outcome.case), seconds(outcome.found.time.as_secs_f64()));
    let attributes = [("name", name.as_str()), ("classname", suite), ("time", time.as_str())];
    writer.create_element("testcase").with_attributes(attributes).write_inner_content(|writer| {
        let memory = outcome.found.memory.to_string();
        writer.create_element("properties").write_inner_content(|writer| {
            writer.create_element("property").with_attributes([("name", "memory_bytes"), ("value", memory.as_str())]).write_empty()?;
            Ok(())
        })?;
        if let Some(first) = outcome.problems.first() {
            let text = clean(&outcome.problems.iter().map(in_words).chain(outcome.debugged.iter().cloned()).collect::<Vec<_>>().join("\n"));
            let failure = writer.create_element("failure").with_attribute(("message", clean(&first.message).as_str()));
            failure.write_text_content(BytesText::new(&text))?;
        }
        if !outcome.found.log.is_empty() {
            let log = clean(&outcome.found.log.iter().map(record).collect::<Vec<_>>().join("\n"));
            writer.create_element("system-out").write_text_content(BytesText::new(&log))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn in_words(problem: &Problem) -> String {
    let mut lines = vec![problem.message.clone()];
    lines.extend(problem.expected.iter().map(|expected| format!("expected: {expected}")));
    lines.extend(problem.found.iter().map(|found| format!("found:    {found}")));
    lines.extend(problem.add.iter().cloned());
    lines.join("\n")
}

fn record(record: &LogRecord) -> String {
    format!("{}: {}", level(record.level), record.message)
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.6}")
}

/// XML has no way to write most control characters, and what shows the report shows the rest of what a guest may say. Lines stay lines.
fn clean(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}
