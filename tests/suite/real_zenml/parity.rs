//! What ZenML makes of registries and images, row by row, and what pushgate makes of them.
//!
//! The rows are in `tests/zenml/parity.toml`, and `tests/zenml/parity.py` asks ZenML. Here pushgate is asked, and each difference must have a reason,
//! and each reason a difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
use serde::Deserialize;
use serde_json::json;

use super::{ZenMl, must, root};
use crate::help::{assert_page, page};
use crate::support::{Home, Ran};

/// The words for what becomes of an image; `parity.py` says the first four.
const REFUSES_URI: &str = "refuses the URI";
const PUSHES: &str = "pushes";
const ASKS_AND_PUSHES: &str = "pushes, hook";
const UNCHECKED: &str = "pushes unchecked";
const REFUSES_IMAGE: &str = "refuses the image";

/// What is known of a row once ZenML was asked.
#[derive(Debug, Deserialize)]
struct Row {
    flavor: String,
    uri: String,
    default_repository: Option<String>,
    target_repository: Option<String>,
    image: String,
    zenml: String,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Table {
    reasons: BTreeMap<String, String>,
    rows: Vec<BTreeMap<String, String>>,
}

/// Amazon ECR as far as `DescribeRepositories` goes: it has every repository.
struct Ecr(Registry);

impl Ecr {
    fn start() -> Self {
        let body = json!({ "repositories": [{ "repositoryName": "any" }] }).to_string().into();
        let headers = vec![("Content-Type", "application/x-amz-json-1.1".to_owned())];
        let reply = Switch::Reply { status: 200, headers, body };
        Self(Registry::start_blocking(Options::default().misbehave(Rule::on(Step::Any, reply))).expect("a server"))
    }

    fn questions(&self) -> usize {
        self.0.requests().len()
    }
}

fn table() -> PathBuf {
    root().join("tests/zenml/parity.toml")
}

/// What pushgate makes of a row.
fn pushgate(home: &Home, ecr: &Ecr, row: &Row) -> &'static str {
    let mut words = vec!["check".to_owned(), "--output=json".to_owned(), format!("--uri={}", row.uri)];
    // ZenML's default is a registry without a hook.
    if row.flavor != "default" {
        words.push(format!("--flavor={}", row.flavor));
    }
    if row.flavor == "aws" {
        let origin = ecr.0.origin();
        words.push(format!("--set=endpoint={origin}"));
        words.push(format!("--grant=http={origin}"));
        words.push(format!("--credential={origin}=sigv4:service=ecr,region=us-east-1"));
    }
    words.extend(["--".to_owned(), row.image.clone()]);
    let before = ecr.questions();
    let mut command = home.command(&words);
    command.env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
    let ran = Ran::from(command.output().expect("the command runs"));
    let asked_ecr = ecr.questions() > before;
    let hook = ran.json()["hooks"][0]["verdict"].clone();
    match ran.code {
        0 if row.flavor == "default" || hook == "approved" => {
            if asked_ecr {
                ASKS_AND_PUSHES
            } else {
                PUSHES
            }
        }
        2 if ran.stderr.contains("registry URI") => REFUSES_URI,
        8 if hook == "misconfigured" && ran.stderr.contains("is misconfigured: the registry's URI") => REFUSES_URI,
        3 | 4 => REFUSES_IMAGE,
        6 if ran.stderr.contains("pushes to tags alone") => REFUSES_IMAGE,
        _ => panic!("{row:?}\n{ran:?}"),
    }
}

/// Whether pushgate does what ZenML does, or refuses what ZenML pushes unchecked.
fn equal(zenml: &str, pushgate: &str) -> bool {
    zenml == pushgate || (zenml == UNCHECKED && pushgate == REFUSES_IMAGE)
}

fn in_backticks(text: &str) -> String {
    if text.is_empty() { "*(empty)*".to_owned() } else { format!("`{text}`") }
}

/// The rows as a page shows them.
fn rendered(reasons: &BTreeMap<String, String>, rows: &[(Row, &str)]) -> String {
    let mut page = "| flavor | URI | image | ZenML | pushgate | why |\n|---|---|---|---|---|---|\n".to_owned();
    for (row, pushgate) in rows {
        let mut uri = in_backticks(&row.uri);
        for (name, value) in [("default", &row.default_repository), ("target", &row.target_repository)] {
            if let Some(value) = value {
                let _ = write!(uri, ", {name} repository `{value}`");
            }
        }
        let why = row.reason.as_deref().map_or_else(String::new, |reason| format!("[{reason}](#{reason})"));
        let _ = writeln!(page, "| {} | {uri} | {} | {} | {pushgate} | {why} |", row.flavor, in_backticks(&row.image), row.zenml);
    }
    for (name, reason) in reasons {
        let _ = write!(page, "\n<a id=\"{name}\"></a>**{name}**: {reason}\n");
    }
    page
}

/// The part of the page between its marks must say this.
fn assert_part(expected: &str) {
    const PAGE: &str = "../coming-from-zenml.md";
    const MARKS: [&str; 2] = ["<!-- parity: made by a test -->\n", "<!-- end of parity -->"];
    let page = std::fs::read_to_string(page(PAGE)).expect("the page");
    let (before, rest) = page.split_once(MARKS[0]).expect("the first mark");
    let (_, after) = rest.split_once(MARKS[1]).expect("the second mark");
    assert_page(PAGE, &format!("{before}{}{expected}{}{after}", MARKS[0], MARKS[1]));
}

#[test]
#[ignore = "needs ZenML: cargo xtask test"]
fn every_difference_has_a_reason_and_every_reason_a_difference() {
    let zenml = ZenMl::new();
    let mut command = zenml.python();
    command.arg(root().join("tests/zenml/parity.py")).arg(table()).env("ZENML_LOGGING_VERBOSITY", "ERROR");
    let ran = must(&mut command);
    let rows: Vec<Row> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect();
    let written: Table = toml_edit::de::from_str(&std::fs::read_to_string(table()).expect("the table")).expect("TOML");
    assert_eq!(rows.len(), written.rows.len());

    let (home, ecr) = (Home::new(), Ecr::start());
    let (mut wrong, mut used, mut compared) = (Vec::new(), BTreeSet::new(), Vec::new());
    for (row, written) in rows.into_iter().zip(&written.rows) {
        let pushgate = pushgate(&home, &ecr, &row);
        used.extend(row.reason.clone());
        if equal(&row.zenml, pushgate) == row.reason.is_some() {
            wrong.push(format!("{row:?}: pushgate {pushgate}"));
        }
        // What ZenML's image builder names so is accepted wherever the registry is.
        if !written.contains_key("image") && row.zenml != REFUSES_URI && pushgate == REFUSES_IMAGE {
            wrong.push(format!("ZenML's image builder makes this name: {row:?}"));
        }
        // Nothing that ZenML asks nobody about goes out because of that.
        assert_ne!(pushgate, UNCHECKED);
        compared.push((row, pushgate));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(used, written.reasons.keys().cloned().collect(), "the reasons that rows have, and those that are explained");
    assert_part(&rendered(&written.reasons, &compared));
}
