//! Cases of `pushgate flavor test` that do not say what they seem to: what is wrong with them is told, and none of them passes for that.

use crate::flavor_test::{APPROVED, IMAGE, Project, outcome};
use crate::support::{Home, assert_whole, guest};

const DENIED: &str = "[expect]\nverdict = \"denied\"\nviolations = [{ code = \"a\" }]\n";

/// The faults of images: each names the member that was meant.
#[test]
fn what_a_flavor_would_not_see_of_an_image_is_told() {
    let home = Home::new();
    let probe = guest("probe").display();
    let told = |image: &str| {
        home.write("project/cases/case.toml", format!("{IMAGE}[[images]]\n{image}\n{APPROVED}"));
        let ran = home.run(&format!("flavor test project --component {probe}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{image}: {ran:?}");
        ran.stderr
    };
    home.write("project/cases/high.json", r#"{"architecture":"amd64","os":"linux","Env":["A=b"]}"#);
    home.write("project/cases/docker.json", r#"[{"Id":"sha256:0","Config":{"User":"0"}}]"#);
    let all: Vec<String> = [
        "config = { Env = [\"A=b\"] }",
        "config = { config = { user = \"0\" } }",
        "config = { config = { Labls = {} } }",
        "config = { config = { OnBuild = [\"RUN x\"] } }",
        "config = { config = { Zzz = 1 } }",
        "config = { config = { Env = \"A=b\" } }",
        "label = { a = \"b\" }",
        "User = \"0\"",
        "labels = { a = 1 }",
        "config-file = \"high.json\"",
        "config-file = \"docker.json\"",
    ]
    .into_iter()
    .map(told)
    .collect();
    insta::assert_snapshot!(all.concat());
}

/// A real config has more members than a flavor sees.
#[test]
fn a_config_that_a_tool_wrote_is_taken_as_it_is() {
    let project = Project::new();
    project.case(
        "image",
        "settings = { do = \"report\", look = [\"images\"] }\n[[images]]\nconfig-file = \"image.json\"\n[expect]\nverdict = \"denied\"\n",
    );
    project.home.write(
        "project/cases/image.json",
        r#"{"architecture":"amd64","os":"linux","container":"0a","container_config":{"Hostname":"x"},"docker_version":"20.10.0","id":"0","parent":"1",
        "comment":"buildkit.dockerfile.v0","history":[{"created_by":"x","empty_layer":true}],"moby.buildkit.buildinfo.v1":"e30=","os.features":["win32k"],
        "com.example.tool":{"Env":1},"config":{"Hostname":"","Domainname":"","AttachStdin":false,"Tty":false,"Env":["A=b"],"Image":"sha256:0","OnBuild":null,
        "Healthcheck":{"Test":["CMD","true"]},"Shell":["sh"],"StopTimeout":3,"ArgsEscaped":true,"User":"7"},
        "rootfs":{"type":"layers","diff_ids":["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]}}"#,
    );
    let seen = project.outcome();
    let config = seen["violations"][0]["details"].to_string();
    assert!(config.contains(r#"\"User\":\"7\""#) && config.contains("Healthcheck") && !config.contains("OnBuild"), "{seen:#}");
}

/// What the flavor makes of images that the case does not have is no answer.
#[test]
fn images_that_a_case_lacks_are_told_with_what_to_add() {
    let project = Project::new();
    project.case("looks", "settings = { do = \"inspect\" }\n[expect]\nverdict = \"approved\"\n");
    assert_whole!(project.home, project.test(""));
    let told = project.outcome();
    let path = project.home.join("project/cases/looks.toml");
    let case = std::fs::read_to_string(&path).expect("a case");
    let add = told["problems"][0]["add"].as_str().expect("what to add");
    std::fs::write(&path, case.replace("[expect]", &format!("{add}[expect]"))).expect("a case");
    assert_eq!(project.test("").code, 0, "{told:#}");
    // That there are none is an answer, if the case says so.
    project.case("looks", "settings = { do = \"inspect\" }\nimages-error = \"not-found\"\n[expect]\nverdict = \"approved\"\n");
    assert_eq!(project.outcome()["problems"][0]["message"], "not as expected: the verdict");
    // A flavor that would have to look, and does not, is told.
    project.case("looks", "[[images]]\n[expect]\nverdict = \"approved\"\n");
    assert_eq!(project.outcome()["unused"], serde_json::json!(["the images"]));
}

#[test]
fn a_time_is_a_date_or_seconds() {
    let asked_at = |time: &str| {
        let seen = outcome(&format!(
            "settings = {{ do = \"report\", look = [\"push\"] }}\nrequested-at = {time}\n[expect]\nverdict = \"denied\"\n"
        ));
        seen["violations"][0]["details"]["push.requested-at"].as_str().unwrap_or_default().to_owned()
    };
    for time in ["1767225600", "2026-01-01T00:00:00Z", "2026-01-01 01:00:00+01:00", "2025-12-31T23:59:60Z"] {
        assert_eq!(asked_at(time), "1767225600", "{time}");
    }
    let home = Home::new();
    let probe = guest("probe").display();
    let told: Vec<String> = [
        "2026-01-01T00:00:00",
        "2026-01-01",
        "10:00:00",
        "1969-12-31T23:00:00Z",
        "-1",
        "\"2026-01-01T00:00:00Z\"",
        "1.5",
        "{ a = 1 }",
        "true",
    ]
    .into_iter()
    .map(|time| {
        home.write("project/cases/case.toml", format!("{IMAGE}requested-at = {time}\n{APPROVED}"));
        let ran = home.run(&format!("flavor test project --component {probe}"));
        assert_eq!(ran.code, 2, "{time}: {ran:?}");
        ran.stderr
    })
    .collect();
    insta::assert_snapshot!(told.concat());
}

/// A case that nobody reads passes always.
#[test]
fn a_case_that_is_not_read_is_told() {
    let project = Project::new();
    project.case("read", APPROVED);
    project.home.write("project/cases/image.json", "{}");
    assert_eq!(project.test("").code, 0);
    project.home.write("project/cases/more.tml", format!("{IMAGE}{DENIED}"));
    assert_whole!(project.home, project.test(""));
    std::fs::remove_file(project.home.join("project/cases/more.tml")).expect("a file");
    project.home.write("project/cases/more/one.toml", format!("{IMAGE}{DENIED}"));
    assert_whole!(project.home, project.test(""));
}

/// Cases that any flavor passes.
#[test]
fn cases_that_find_nothing_are_doubted() {
    let project = Project::new();
    project.case("one", APPROVED).case("two", APPROVED);
    assert_whole!(project.home, project.test(""));
    assert_eq!(project.test("--output json").json()["warnings"][0]["code"], "cases.all-approved");
    assert_eq!(project.test("--case one").stderr, "", "one of them alone");
    assert_eq!(project.test("--quiet").stderr, "");
    project.case("two", "settings = { do = \"deny\" }\n[expect]\nverdict = \"denied\"\n");
    assert_whole!(project.home, project.test(""));
    project.case("two", "settings = { do = \"deny\" }\n[expect]\nverdict = \"denied\"\nviolations = [{ code = \"probe.deny\" }]\n");
    assert_eq!(project.test("").stderr, "");
}
