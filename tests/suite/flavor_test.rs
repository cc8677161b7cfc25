//! `pushgate flavor test`: cases as a flavor's author writes them, with the probe as the flavor.

use serde_json::Value;

use crate::support::{Home, Ran, assert_whole, guest};
use crate::wat_guest::Guest;

/// A project whose flavor is the probe.
pub(crate) struct Project {
    pub(crate) home: Home,
}

/// The end of a case that lets the push go on.
pub(crate) const APPROVED: &str = "[expect]\nverdict = \"approved\"\n";
/// The beginning of a case.
pub(crate) const IMAGE: &str = "image = \"registry.example.com/team/app:v1\"\nuri = \"registry.example.com/team\"\n";

impl Project {
    pub(crate) fn new() -> Self {
        Self { home: Home::new() }
    }

    /// Adds a case about the same image.
    pub(crate) fn case(&self, name: &str, rest: &str) -> &Self {
        self.home.write(&format!("project/cases/{name}.toml"), format!("{IMAGE}{rest}"));
        self
    }

    pub(crate) fn test(&self, more: &str) -> Ran {
        self.home.run(&format!("flavor test project --component {} {more}", guest("probe").display()))
    }

    /// The one case of the project.
    #[track_caller]
    pub(crate) fn outcome(&self) -> Value {
        self.test("--output json").json()["cases"][0].clone()
    }
}

/// One case alone.
#[track_caller]
pub(crate) fn outcome(case: &str) -> Value {
    Project::new().case("case", case).outcome()
}

#[track_caller]
fn problems(case: &str) -> Vec<String> {
    let problems = outcome(case)["problems"].as_array().expect("a list").clone();
    problems.iter().map(|problem| problem["message"].as_str().expect("a text").to_owned()).collect()
}

/// A failing case says what was expected and what came.
#[test]
fn cases_for_a_person_and_for_a_machine() {
    let project = Project::new();
    project
        .case("approved", "[expect]\nverdict = \"approved\"\nwarnings = []\n")
        .case("panics", "settings = { do = \"panic\" }\n[expect]\nverdict = \"broke\"\nmessage = \"the probe was told to\"\n")
        .case("denied", "settings = { do = \"deny\", message = \"\\u001b[31mno\" }\n[expect]\nverdict = \"denied\"\nviolations = [{ code = \"a\", message = \"yes\", hint = \"\", details = { b = \"c\" } }]\n")
        .case("logs", "settings = { do = \"log\" }\n[expect]\nverdict = \"approved\"\nwarnings = [\"no\"]\n")
        .case("other", "settings = { do = \"other\" }\n[expect]\nverdict = \"approved\"\n")
        .case("settings", "settings = { doo = 1 }\n[expect]\nverdict = \"approved\"\n");
    assert_whole!(project.home, project.test(""));
    assert_whole!(project.home, project.test("--output json"));
    assert_whole!(project.home, project.test("-v --case approved --case logs"));
    assert_whole!(project.home, project.test("--case approved --quiet"));
}

#[test]
fn a_question_without_an_answer_is_told_with_what_to_write() {
    let project = Project::new();
    project.case(
        "asks",
        "settings = { do = \"report\", look = [\"registry\", \"http\"], after = \"v0\", method = \"POST\", body = \"a\\nb\" }\n[[registry]]\nask = \
         \"repository-exists\"\nrepository = \"team/app\"\nanswer = true\n[[http]]\nurl = \"https://api.example.com/other\"\nerror = \"timed-out\"\n\
         [expect]\nverdict = \"denied\"\n",
    );
    assert_whole!(project.home, project.test(""));
    // What was told is what makes it pass.
    let told = project.outcome();
    let path = project.home.join("project/cases/asks.toml");
    let mut case = std::fs::read_to_string(&path).expect("a case");
    for problem in told["problems"].as_array().expect("a list") {
        case.push_str(problem["add"].as_str().unwrap_or_default());
    }
    std::fs::write(&path, case.replace("status = 200", "reads = true\nstatus = 200")).expect("a case");
    assert_eq!(project.test("").code, 0, "{told:#}");
}

/// Recorded answers come one after another, and the last one again.
#[test]
fn the_same_request_may_be_answered_in_several_ways() {
    let answers = "[[http]]\nurl = \"https://api.example.com/\"\nstatus = 200\n[[http]]\nurl = \"https://api.example.com/\"\nerror = { unreachable = \"gone\" }\n";
    let sends = |count: u32, verdict: &str| {
        format!("settings = {{ do = \"send\", count = {count} }}\n{answers}[expect]\nverdict = \"{verdict}\"\n")
    };
    assert_eq!(outcome(&sends(1, "approved"))["unused"], serde_json::json!(["GET https://api.example.com/"]));
    let second = outcome(&sends(2, "unavailable"));
    assert_eq!((&second["passed"], &second["message"]), (&true.into(), &"unreachable: gone".into()), "{second:#}");
}

#[test]
fn a_dry_run_only_reads() {
    let case = |method: &str, more: &str, dry_run: bool| {
        format!(
            "dry-run = {dry_run}\nsettings = {{ do = \"send\", method = \"{method}\" }}\n[[http]]\nmethod = \"{method}\"\nurl = \"https://api.example.com/\"\n\
             status = 200\n{more}\n[expect]\nverdict = \"approved\"\n"
        )
    };
    for dry_run in [false, true] {
        for method in ["GET", "HEAD"] {
            assert_eq!(problems(&case(method, "", dry_run)), [""; 0], "{method}");
        }
        assert_eq!(problems(&case("POST", "reads = true", dry_run)), [""; 0]);
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let told = problems(&case(method, "", dry_run));
            let expected = format!("in a dry run it sent a request that does more than read: {method} https://api.example.com/");
            assert!(told.iter().any(|problem| problem.starts_with(&expected)), "{method} {dry_run}: {told:?}");
        }
    }
}

/// The images of a case have the members that the host gives to those of a push.
#[test]
fn images_are_what_a_push_would_show() {
    let seen = outcome(
        "settings = { do = \"report\", look = [\"push\", \"images\"] }\nrequested-at = 7\ndry-run = true\n[[images]]\nlabels = { b = \"2\", a = \"1\" }\n\
         [[images]]\nplatform = \"linux/arm64/v8\"\nconfig = { created = \"2026-01-01T00:00:00Z\", config = { User = \"1\", \
         ExposedPorts = { \"80/tcp\" = {} } } }\n[expect]\nverdict = \"denied\"\n",
    );
    insta::assert_json_snapshot!(seen["violations"][0]["details"]);
}

#[test]
fn a_file_of_an_image_config_stands_beside_the_case() {
    let project = Project::new();
    project.case(
        "image",
        "settings = { do = \"report\", look = [\"images\"] }\n[[images]]\nconfig-file = \"image.json\"\n[expect]\nverdict = \"denied\"\n",
    );
    project.home.write("project/cases/image.json", r#"{"architecture":"s390x","os":"linux","config":{"User":"7"}}"#);
    let seen = project.outcome();
    assert!(seen["violations"][0]["details"].to_string().contains("linux/s390x"), "{seen:#}");
    project.home.write("project/cases/image.json", r#"{"architecture":"s390x","os":"linux","config":{"User":"7","User":"0"}}"#);
    let ran = project.test("");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("project/cases/image.json`: the key `User` stands twice"), "{ran:?}");
}

#[test]
fn what_cannot_be_used_is_told_with_its_place() {
    let home = Home::new();
    let probe = guest("probe").display();
    let run = |file: &str| {
        home.write("project/cases/case.toml", file);
        let ran = home.run(&format!("flavor test project --component {probe}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{file}");
        ran.stderr.lines().next().unwrap_or_default().to_owned()
    };
    let expect = APPROVED;
    let told: Vec<String> = [
        "image = 3\n".to_owned(),
        format!("image = \"Upper/Case\"\n{expect}"),
        format!("image = \"app:v1\"\nimgae = 1\n{expect}"),
        "image = \"app:v1\"\n[expect]\nverdict = \"yes\"\n".to_owned(),
        format!("image = \"app:v1\"\nsettings = {{ a = [2026-01-01] }}\n{expect}"),
        format!("image = \"app:v1\"\nuri = \"registry.example.com\"\n{expect}"),
        format!("image = \"app:v1\"\nimages-error = \"not-found\"\n[[images]]\n{expect}"),
        format!(
            "image = \"app:v1\"\n[[images]]\nplatform = \"linux/arm64\"\nconfig = {{ os = \"linux\", architecture = \"amd64\" }}\n{expect}"
        ),
        format!("image = \"app:v1\"\n[[registry]]\nask = \"repository-exists\"\nrepository = \"a\"\n{expect}"),
        format!("image = \"app:v1\"\n[[registry]]\nask = \"manifest-digest\"\nrepository = \"a\"\nlimit = 1\n{expect}"),
        format!("image = \"app:v1\"\n[[http]]\nmethod = \"PUT\"\nurl = \"https://a/\"\nreads = true\nstatus = 200\n{expect}"),
        format!("image = \"app:v1\"\n[[http]]\nurl = \"https://a/\"\nheaders = {{ a = 1 }}\nstatus = 200\n{expect}"),
        format!("image = \"app:v1\"\n[[http]]\nurl = \"https://a/\"\nbody = \"a\"\nerror = \"timed-out\"\n{expect}"),
        "image = \"app:v1\"\n[expect\n".to_owned(),
    ]
    .iter()
    .map(|file| run(file))
    .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_is_not_there_is_told_with_how_to_get_it() {
    let home = Home::new();
    assert_whole!(home, home.run("flavor test nowhere"));
    home.write("project/flavor.toml", "component = \"build/flavor.wasm\"\nbuild = \"make\"\n");
    assert_whole!(home, home.run("flavor test project"));
    home.write("project/flavor.toml", "component = \"build/flavor.wasm\"\nbild = \"make\"\n");
    assert_whole!(home, home.run("flavor test project"));
    home.write("project/flavor.toml", "component = \"build/flavor.wasm\"\n");
    home.write("project/build/flavor.wasm", "(component)");
    assert_whole!(home, home.run("flavor test project"));
    home.write("project/cases/one.toml", format!("{IMAGE}[expect]\nverdict = \"approved\"\n"));
    assert_whole!(home, home.run("flavor test project --case two"));
    assert_whole!(home, home.run("flavor test project"));
}

/// Where the small component cannot say a word, the one that was built to be debugged does.
#[test]
fn a_debug_component_speaks_for_one_that_cannot() {
    let home = Home::new();
    home.write("project/cases/case.toml", format!("{IMAGE}settings = {{ do = \"panic\" }}\n[expect]\nverdict = \"approved\"\n"));
    home.write("project/small.wasm", Guest::hook("unreachable").build());
    home.write("project/flavor.toml", "component = \"small.wasm\"\ndebug-component = \"debug.wasm\"\n");
    assert_whole!(home, home.run("flavor test project"));
    home.write("project/debug.wasm", std::fs::read(guest("probe")).expect("a component"));
    assert_whole!(home, home.run("flavor test project"));
    // Who can speak is not asked twice.
    home.write("project/small.wasm", std::fs::read(guest("probe")).expect("a component"));
    assert_whole!(home, home.run("flavor test project"));
}

/// Whatever a guest says, the report is XML.
#[test]
fn a_report_for_ci() {
    let project = Project::new();
    let said = r#"]]> <a href='b'>&amp;\u0000\u001b\u0085\uFFFF \"quoted\" 日本"#;
    project
        .case("approved", "[expect]\nverdict = \"approved\"\n")
        .case("denied", &format!("settings = {{ do = \"deny\", message = \"{said}\" }}\n[expect]\nverdict = \"approved\"\n"))
        .case("logs", "settings = { do = \"log\" }\n[expect]\nverdict = \"approved\"\n");
    assert_eq!(project.test("--junit report.xml").code, 5);
    let report = std::fs::read_to_string(project.home.join("report.xml")).expect("a report");
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r#"(time|value)="[0-9.]+""#, r#"$1="[NUMBER]""#);
    settings.bind(|| insta::assert_snapshot!(report));
    let mut reader = quick_xml::Reader::from_str(&report);
    while reader.read_event().expect("well-formed") != quick_xml::events::Event::Eof {}
    assert!(report.chars().all(|character| character == '\n' || !character.is_control()), "{report:?}");
    let ran = project.test("--junit no/such/folder/report.xml");
    assert_eq!(ran.code, 2, "{ran:?}");
}

/// A folder with cases tries a rule: of the page on testing flavors, at two times and for two tags, and one that is wrong.
#[test]
fn a_rule_is_tried_on_cases() {
    let home = Home::new();
    let page = std::fs::read_to_string(crate::help::page("../testing-flavors.md")).expect("a page");
    let blocks: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|block| block.split("```").next()).collect();
    let of_page = |text: &str| *blocks.iter().find(|block| block.contains(text)).expect("a case of the page");
    let friday = of_page("freeze.friday");
    let noon = of_page("12:59:59Z");
    let (time, approved) = noon.split_once("\n\n").expect("a time, and what is expected");
    let (question, _) = friday.split_once("[expect]").expect("a case");
    let earlier: Vec<&str> = question.lines().map(|line| if line.starts_with("requested-at") { time } else { line }).collect();
    home.write("rules/cases/friday.toml", friday);
    home.write("rules/cases/friday-noon.toml", format!("{}\n{approved}", earlier.join("\n")));
    home.write("rules/cases/hotfix.toml", format!("{}{approved}", question.replace("app:v1", "app:v1-hotfix")));
    let wrong = "[expect]\nverdict = \"misconfigured\"\n";
    home.write("rules/cases/wrong.toml", format!("{}{wrong}", question.replace("push.tag.contains", "push.tga.contains")));
    let tested = home.must("flavor test rules --component cel --output json").json();
    let verdicts: Vec<&Value> = tested["cases"].as_array().expect("cases").iter().map(|case| &case["verdict"]).collect();
    assert_eq!(verdicts, ["denied", "approved", "approved", "misconfigured"]);
    assert!(home.must("flavor test rules --component cel --junit report.xml").stdout.ends_with("passed: 4 cases\n"));
    assert!(std::fs::read_to_string(home.join("report.xml")).expect("a report").contains("<testsuite name=\"cel\""));
}

/// Settings decide, of a flavor that ships as of one that is registered; one that there is not is told.
#[test]
fn a_flavor_is_asked_by_its_name() {
    let home = Home::new();
    let case = |settings: &str, expect: &str| format!("{IMAGE}settings = {settings}\n[expect]\nverdict = \"{expect}\"\n");
    home.write("tags/cases/denied.toml", case("{ tags = [\"v*\"] }", "denied"));
    home.write("tags/cases/approved.toml", case("{ tags = [\"latest\"] }", "approved"));
    home.write("tags/cases/unknown.toml", case("{ tag = [\"latest\"] }", "misconfigured"));
    home.must("flavor test tags --component forbid-tags");
    home.write("probe/cases/case.toml", case("{ do = \"deny\" }", "denied"));
    home.must(&format!("flavor register {} --name mine", guest("probe").display()));
    home.must("flavor test probe --component mine");
    assert_whole!(home, home.run("flavor test probe --component other"));
    assert_eq!(home.run("flavor test probe --component No_Name").code, 2);
    assert_eq!(home.run("flavor test probe --component mine --build").code, 2);
}
