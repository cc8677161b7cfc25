//! The page "From nothing to a guarded push" and the README's second screen, run as they stand: by a shell, with a real Docker Engine and a real docker-registry.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::help::{assert_page, page};
use crate::support::{DockerRegistry, Home};

/// The page, from `docs/reference`.
const PAGE: &str = "../from-nothing.md";
/// The README, from `docs/reference`.
const README: &str = "../../README.md";
/// The heading of its section that is run.
const RULE: &str = "## A rule of your own\n";
/// What the page calls the registry.
const SHOWN: &str = "localhost:5000";
/// Printed between the blocks.
const NEXT: &str = "-----next-----";

/// What differs from run to run and from machine to machine, as the page shows it.
fn as_shown(output: &str, host: &str) -> String {
    let text = output.replace(host, SHOWN).replace("linux/arm64/v8", "linux/amd64");
    ["sha256:", "pushed    "].into_iter().fold(text, |text, before| shorten(&text, before))
}

/// Puts `…` for the hexadecimal digits after each of these words. Layers differ by the time of the file in them.
fn shorten(text: &str, before: &str) -> String {
    let mut parts = text.split(before);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shown, part| {
        let rest = part.trim_start_matches(|character: char| character.is_ascii_hexdigit());
        let digits = if rest.len() < part.len() { "…" } else { "" };
        format!("{shown}{before}{digits}{rest}")
    })
}

/// A page, or a part of one, with the answers that its blocks of commands have now.
fn run(page: &str) -> String {
    let (home, registry) = (Home::new(), DockerRegistry::start());
    let host = registry.host();
    // Between two fences is a block, or what stands between blocks.
    let parts: Vec<&str> = page.split("```").collect();
    let commands: Vec<&str> = parts.iter().filter_map(|part| part.strip_prefix("sh\n")).collect();
    let script = commands.join(&format!("echo {NEXT}\n")).replace(SHOWN, host);
    let docker = std::env::var("PUSHGATE_TEST_DOCKER_HOST").expect("`cargo xtask test` starts a Docker Engine and says where it is");
    let programs = PathBuf::from(env!("CARGO_BIN_EXE_pushgate"));
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &format!("exec 2>&1\n{script}")])
        .current_dir(home.path())
        .env_clear()
        .env("HOME", home.path())
        .env("DOCKER_HOST", docker)
        .env("PATH", format!("{}:/usr/bin:/bin", programs.parent().expect("a folder").display()))
        .stdin(Stdio::null())
        .output()
        .expect("bash runs");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{}: {printed}", output.status);

    let next = format!("{NEXT}\n");
    let mut answers = printed.split(&next);
    let mut answer = "";
    let expected: Vec<String> = parts
        .iter()
        .map(|part| {
            if part.starts_with("sh\n") {
                answer = answers.next().expect("each block has an answer");
            }
            if part.starts_with("text\n") { format!("text\n{}", as_shown(answer, host)) } else { (*part).to_owned() }
        })
        .collect();
    expected.join("```")
}

#[test]
#[ignore = "needs a Docker Engine and docker-registry: cargo xtask test"]
fn the_page_is_what_happens() {
    let page = std::fs::read_to_string(page(PAGE)).expect("the page");
    assert_page(PAGE, &run(&page));
}

/// The README's second screen: a rule of one's own, without a compiler.
#[test]
#[ignore = "needs a Docker Engine and docker-registry: cargo xtask test"]
fn the_readme_refuses_a_push_by_a_rule_of_ones_own() {
    let readme = std::fs::read_to_string(page(README)).expect("the README");
    let (before, rest) = readme.split_once(RULE).expect("the section");
    let (section, after) = rest.split_once("\n## ").expect("another section");
    assert_page(README, &format!("{before}{RULE}{}\n## {after}", run(section)));
}
