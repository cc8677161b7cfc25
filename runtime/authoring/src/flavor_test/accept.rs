//! `--accept`: makes what was found what a case expects. What the case does not compare stays so, and whatever else stands in its file stays as it is.

use std::path::PathBuf;

use pushgate_sandbox::Violation;
use similar::{ChangeTag, TextDiff};
use toml_edit::{Array, ArrayOfTables, InlineTable, Item, Table, TableLike, Value};

use super::case::{Case, ExpectedViolation};
use super::error::ProjectError;
use super::outcome::{Found, Outcome};
use super::project::Project;
use super::sections::text;
use super::{document, judge, rewrite};

/// What is to be written into the file of a case.
#[derive(Debug)]
pub struct Change {
    /// The case's name.
    pub case: String,
    path: PathBuf,
    before: String,
    after: String,
}

impl Change {
    /// The file's lines that change, after the file's name. Texts of the flavor are among them.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{}:", self.path.display())];
        let diff = TextDiff::from_lines(&self.before, &self.after);
        for change in diff.iter_all_changes() {
            let sign = match change.tag() {
                ChangeTag::Equal => continue,
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            lines.push(format!("{sign} {}", change.value()).trim_end().to_owned());
        }
        lines
    }

    /// Writes it.
    ///
    /// # Errors
    /// The file is not what was looked at any more, or cannot be written.
    pub fn write(&self) -> Result<(), ProjectError> {
        if document::text(&self.path)? != self.before {
            return Err(ProjectError::Unusable {
                path: self.path.clone(),
                reason: "it was changed meanwhile, and is left as it is".to_owned(),
                hint: Some("run it again".to_owned()),
            });
        }
        rewrite::write(&self.path, &self.after)
    }
}

/// What has to change in the cases' files, and the failed cases for which that is no remedy: their flavor broke, asked for something that they have no
/// answer to, or did what it must not.
///
/// # Errors
/// A case's file cannot be read again.
pub fn changes(project: &Project, outcomes: &[Outcome]) -> Result<(Vec<Change>, Vec<String>), ProjectError> {
    let (mut changes, mut others) = (Vec::new(), Vec::new());
    for outcome in outcomes.iter().filter(|outcome| !outcome.passed()) {
        let named = project.cases.iter().find(|named| named.name == outcome.case).filter(|_| outcome.is_acceptable);
        let Some(named) = named else {
            others.push(outcome.case.clone());
            continue;
        };
        let before = document::text(&named.path)?;
        let mut document = rewrite::parse(&named.path, &before)?;
        if let Some(expect) = document.get_mut("expect").and_then(Item::as_table_like_mut) {
            accept(expect, &named.case, &outcome.found);
        }
        let after = document.to_string();
        // What is written is read as it is meant, whatever form the case has.
        if judge::judge(&Case::parse(&named.path, &after)?.expected, &outcome.found).is_empty() {
            changes.push(Change { case: outcome.case.clone(), path: named.path.clone(), before, after });
        } else {
            others.push(outcome.case.clone());
        }
    }
    Ok((changes, others))
}

fn accept(expect: &mut dyn TableLike, case: &Case, found: &Found) {
    let expected = &case.expected;
    let is_another = expected.verdict != found.verdict;
    if is_another {
        set(expect, "verdict", found.verdict.name().into());
    }
    // Another verdict is written down whole. The same one is compared in what was compared before.
    if is_another || expected.message.is_some() {
        match &found.message {
            Some(message) => set(expect, "message", text(message)),
            None => drop(expect.remove("message")),
        }
    }
    if is_another && found.violations.is_empty() {
        expect.remove("violations");
    } else if is_another || expected.violations.is_some() {
        violations(expect, expected.violations.as_deref().unwrap_or_default(), &found.violations);
    }
    if expected.warnings.as_ref().is_some_and(|warnings| *warnings != found.warnings) {
        set(expect, "warnings", found.warnings.iter().map(|warning| text(warning)).collect::<Array>().into());
    }
}

/// Writes violations into the list that is there, in its form; without one, as tables of their own, or in a line where `expect` is one.
fn violations(expect: &mut dyn TableLike, expected: &[ExpectedViolation], found: &[Violation]) {
    match expect.get_mut("violations") {
        Some(Item::ArrayOfTables(tables)) => {
            for (index, violation) in found.iter().enumerate() {
                match (tables.get_mut(index), expected.get(index)) {
                    (Some(table), Some(expected)) => update(table, expected, violation),
                    _ => tables.push(whole(violation)),
                }
            }
            while tables.len() > found.len() {
                tables.remove(tables.len() - 1);
            }
        }
        Some(Item::Value(Value::Array(array))) => {
            for (index, violation) in found.iter().enumerate() {
                match (array.get_mut(index).and_then(Value::as_inline_table_mut), expected.get(index)) {
                    (Some(table), Some(expected)) => update(table, expected, violation),
                    _ => array.push(whole(violation).into_inline_table()),
                }
            }
            while array.len() > found.len() {
                array.remove(array.len() - 1);
            }
        }
        _ => {
            let mut tables: ArrayOfTables = found.iter().map(whole).collect();
            tables.iter_mut().for_each(|table| table.decor_mut().set_prefix("\n"));
            expect.insert("violations", Item::ArrayOfTables(tables));
        }
    }
}

/// All that a violation says.
fn whole(violation: &Violation) -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    table.insert("code", Item::Value(text(&violation.code)));
    table.insert("message", Item::Value(text(&violation.message)));
    if let Some(hint) = &violation.hint {
        table.insert("hint", Item::Value(text(hint)));
    }
    if !violation.details.is_empty() {
        table.insert("details", Item::Value(details(violation).into()));
    }
    table
}

fn details(violation: &Violation) -> InlineTable {
    violation.details.iter().map(|(key, value)| (key.as_str(), text(value))).collect()
}

/// Changes what is compared and differs.
fn update(table: &mut dyn TableLike, expected: &ExpectedViolation, found: &Violation) {
    let mut compare = |key: &str, expected: Option<&str>, found: &str| {
        if expected.is_some_and(|expected| expected != found) {
            set(table, key, text(found));
        }
    };
    compare("code", expected.code.as_deref(), &found.code);
    compare("message", expected.message.as_deref(), &found.message);
    compare("hint", expected.hint.as_deref(), found.hint.as_deref().unwrap_or_default());
    let Some(expected) = expected.details.as_ref().filter(|expected| **expected != found.details) else { return };
    let Some(present) = table.get_mut("details").and_then(Item::as_table_like_mut) else { return };
    for key in expected.keys().filter(|key| !found.details.contains_key(*key)) {
        present.remove(key);
    }
    for (key, value) in found.details.iter().filter(|(key, value)| expected.get(*key) != Some(*value)) {
        set(present, key, text(value));
    }
}

/// Sets a value. One that was there keeps the blanks and the comment around it.
fn set(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key) {
        Some(Item::Value(present)) => {
            *value.decor_mut() = present.decor().clone();
            *present = value;
        }
        _ => drop(table.insert(key, Item::Value(value))),
    }
}
