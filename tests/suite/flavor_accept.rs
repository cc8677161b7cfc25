//! `pushgate flavor test --accept`: what was found becomes what is expected, and everything else stays.

use crate::flavor_test::{APPROVED, IMAGE, Project};
use crate::support::{Ran, Terminal, assert_whole, guest};

fn read(project: &Project, case: &str) -> String {
    std::fs::read_to_string(project.home.join(format!("project/cases/{case}.toml"))).expect("a case")
}

/// A person at a terminal is asked, and answers.
fn asked(project: &Project, answer: &str) -> Ran {
    let line = format!("flavor test project --component {} --accept", guest("probe").display());
    Terminal::run(project.home.command(line.split_whitespace())).answer("[y/N] ", answer).end()
}

const DENIES: &str = "settings = { do = \"deny\", message = \"so\", count = 2 } # as it is\n";

#[test]
fn what_changes_is_shown_and_asked_and_comments_stay() {
    let project = Project::new();
    let case = format!(
        "# Why.\n{DENIES}\n[expect] # this\nverdict = \"approved\" # or so\nwarnings = []\n\n[[http]] # unused\nurl = \"https://a/\"\nstatus = 200\n"
    );
    project.case("one", &case).case("passes", APPROVED);
    let before = read(&project, "one");
    assert_whole!(project.home, project.test("--accept"));
    assert_eq!(read(&project, "one"), before, "nobody said yes");
    assert_eq!(asked(&project, "n").code, 5);
    assert_eq!(read(&project, "one"), before);
    let yes = asked(&project, "y");
    assert_eq!(yes.code, 0, "{yes:?}");
    insta::assert_snapshot!(read(&project, "one"));
    assert_eq!(read(&project, "passes"), format!("{IMAGE}{APPROVED}"));
    let again = project.test("--accept");
    assert!(again.code == 0 && again.stderr.contains("there is nothing to accept"), "{again:?}");
}

/// What a case did not compare is not compared after it either.
#[test]
fn only_what_was_compared_changes() {
    let cases = [
        (
            "tables",
            "[expect]\nverdict = \"denied\"\n\n# The first.\n[[expect.violations]]\ncode = \"old\" # a code\n\n[[expect.violations]]\nmessage = 'old'\nhint = \"old\"\n[expect.violations.details]\na = \"b\"\n",
        ),
        (
            "line",
            "[expect]\nverdict = \"denied\"\nviolations = [\n  { code = \"old\" }, # the first\n  { message = \"old\", details = { a = \"b\" } },\n]\n",
        ),
        ("fewer", "[expect]\nverdict = \"denied\"\nviolations = [{ code = \"probe.deny\" }]\n"),
        (
            "more",
            "[expect]\nverdict = \"denied\"\n[[expect.violations]]\ncode = \"probe.deny\"\n[[expect.violations]]\n[[expect.violations]]\nmessage = \"third\"\n",
        ),
        ("inline", "expect = { verdict = \"approved\", warnings = [\"x\"] }\n"),
        ("dotted", "expect.verdict = \"approved\"\n"),
        ("middle", "[expect]\nverdict = \"other\"\nmessage = \"old\"\n[[registry]]\nask = \"tags\"\nrepository = \"a\"\nanswer = []\n"),
    ];
    let project = Project::new();
    for (name, expect) in cases {
        project.case(name, &format!("{DENIES}{expect}"));
    }
    let ran = project.test("--accept --yes");
    assert_eq!(ran.code, 0, "{ran:?}");
    let written: Vec<String> = cases.map(|(name, _)| format!("--- {name}\n{}", read(&project, name))).into();
    insta::assert_snapshot!(written.concat());
    assert_eq!(project.test("").code, 0);
}

/// Another verdict takes its reasons with it.
#[test]
fn each_verdict_is_written_whole() {
    let project = Project::new();
    let violation = "[[expect.violations]]\ncode = \"a\"\n";
    for action in ["approve", "misconfigured", "unavailable", "other"] {
        project.case(
            action,
            &format!("settings = {{ do = \"{action}\", message = \"no \\u001b[2J\\n\\\"\" }}\n[expect]\nverdict = \"denied\"\n{violation}"),
        );
    }
    project.case("schema", &format!("settings = {{ doo = 1 }}\n[expect]\nverdict = \"denied\"\n{violation}"));
    project.case("logs", "settings = { do = \"log\", message = \"so\" }\n[expect]\nverdict = \"approved\"\nwarnings = []\n");
    let ran = project.test("--accept --yes --quiet");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_whole!(project.home, ran);
    let written: Vec<String> =
        ["approve", "misconfigured", "unavailable", "other", "schema", "logs"].map(|name| read(&project, name)).into();
    insta::assert_snapshot!(written.concat());
}

/// A flavor that broke has no answer, and what a case lacks is not to be accepted.
#[test]
fn what_is_no_answer_is_not_accepted() {
    let project = Project::new();
    project
        .case("broke", &format!("settings = {{ do = \"panic\" }}\n{APPROVED}"))
        .case("asks", &format!("settings = {{ do = \"ask\" }}\n{APPROVED}"))
        .case("looks", &format!("settings = {{ do = \"inspect\" }}\n{APPROVED}"))
        .case("writes", "dry-run = true\nsettings = { do = \"send\", method = \"PUT\" }\n[expect]\nverdict = \"denied\"\n");
    let before = ["broke", "asks", "looks", "writes"].map(|name| read(&project, name));
    let ran = project.test("--accept --yes");
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.stderr.contains("that failed: asks, broke, looks, writes"), "{ran:?}");
    assert_eq!(["broke", "asks", "looks", "writes"].map(|name| read(&project, name)), before);
    // One answer among them is.
    project.case("denied", &format!("{DENIES}{APPROVED}"));
    assert_eq!(project.test("--accept --yes").code, 5);
    assert!(read(&project, "denied").contains("verdict = \"denied\""));
    assert_eq!(project.test("--yes").code, 2);
}

/// With --case, the others are left alone.
#[test]
fn only_the_named_cases_are_accepted() {
    let project = Project::new();
    project.case("one", &format!("{DENIES}{APPROVED}")).case("two", &format!("{DENIES}{APPROVED}"));
    assert_eq!(project.test("--case two --accept --yes").code, 0);
    assert!(read(&project, "one").ends_with(APPROVED) && read(&project, "two").contains("probe.deny"));
}
