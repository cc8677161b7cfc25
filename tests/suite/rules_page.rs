//! The page "Rules that people ask for": the flavor `cel` is asked about each line of its tables.

use std::fmt::Write as _;

use crate::help::page;
use crate::support::{Home, shipped};

/// One push of the page: what its cells say about it.
#[derive(Default)]
struct Push {
    image: Option<String>,
    requested_at: Option<String>,
    images: Vec<String>,
    /// What the violation says, where the cell has it in quotes.
    message: Option<String>,
}

impl Push {
    /// Reads a cell: a list of code spans, and perhaps a message. None for an empty one.
    fn read(cell: &str) -> Option<Self> {
        let message = cell.split('`').step_by(2).find_map(|text| text.split('"').nth(1));
        let mut push = Self { message: message.map(str::to_owned), ..Self::default() };
        let spans: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        for span in &spans {
            let text = span.replace("\\|", "|");
            if text.contains(" = ") {
                push.images.push(text);
            } else if text.ends_with('Z') {
                push.requested_at = Some(text);
            } else {
                push.image = Some(text);
            }
        }
        (!spans.is_empty()).then_some(push)
    }

    /// The push as a case with this rule.
    fn case(&self, rule: &str, expect: &str) -> String {
        let image = self.image.as_deref().unwrap_or("team/app:v1.4.2");
        let mut case = format!("image = \"registry.example.com/{image}\"\nuri = \"registry.example.com/team\"\n");
        if let Some(time) = &self.requested_at {
            writeln!(case, "requested-at = {}", seconds(time)).expect("text");
        }
        writeln!(case, "\n{}", rule.replace("[[rules]]", "[[settings.rules]]")).expect("text");
        for image in &self.images {
            writeln!(case, "[[images]]\n{image}\n").expect("text");
        }
        write!(case, "[expect]\n{expect}").expect("text");
        case
    }
}

/// The seconds since 1970 of a time such as `2026-12-04T13:30:00Z`.
fn seconds(time: &str) -> i64 {
    let numbers: Vec<i64> = time.trim_end_matches('Z').split(['-', 'T', ':']).map(|number| number.parse().expect("a number")).collect();
    let [year, month, day, hour, minute, second] = numbers[..] else { panic!("{time} is a time") };
    // Years begin in March here, so that the day that is added to some is the last.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468;
    ((days * 24 + hour) * 60 + minute) * 60 + second
}

#[test]
fn seconds_since_1970() {
    assert_eq!(
        [seconds("1970-01-01T00:00:00Z"), seconds("2000-02-29T12:00:00Z"), seconds("2026-12-04T13:30:00Z")],
        [0, 951_825_600, 1_796_391_000]
    );
}

#[test]
fn each_rule_approves_and_denies_what_the_page_says() {
    let text = std::fs::read_to_string(page("../rules.md")).expect("the page");
    let home = Home::new();
    let component = shipped(&home, "cel");
    home.write("project/flavor.toml", "component = \"cel.wasm\"\n");
    let mut rules = 0;
    for section in text.split("```toml\n").skip(1) {
        let (rule, rest) = section.split_once("```\n").expect("a fence");
        let code = rule.split("code = \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a code");
        let rows = rest.lines().skip_while(|line| !line.starts_with("|---")).skip(1).take_while(|line| line.starts_with('|'));
        let (mut approved, mut denied) = (0, 0);
        for row in rows {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
            let [approves, denies] = cells[..] else { panic!("{code}: a row has two cells: {row}") };
            if let Some(push) = Push::read(approves) {
                approved += 1;
                home.write(&format!("project/cases/{code}-approved-{approved}.toml"), push.case(rule, "verdict = \"approved\"\n"));
            }
            if let Some(push) = Push::read(denies) {
                denied += 1;
                let mut expect = format!("verdict = \"denied\"\n\n[[expect.violations]]\ncode = \"{code}\"\n");
                if let Some(message) = &push.message {
                    writeln!(expect, "message = {message:?}").expect("text");
                }
                home.write(&format!("project/cases/{code}-denied-{denied}.toml"), push.case(rule, &expect));
            }
        }
        assert!(approved > 0 && denied > 0, "{code} is shown to approve and to deny");
        rules += 1;
    }
    assert!(rules > 20, "{rules} rules");
    let words = ["flavor", "test", "project", "--component", component.to_str().expect("UTF-8")];
    let ran = home.run_words(words);
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
}
