//! Every `--help`, whole; and the reference pages, which repeat what the program says.

use std::path::{Path, PathBuf};

use pushgate::exit::Kind;

use crate::support::Home;

/// Every command, in the order of the help.
const COMMANDS: [&str; 30] = [
    "",
    "push",
    "check",
    "flavor",
    "flavor register",
    "flavor list",
    "flavor describe",
    "flavor test",
    "flavor delete",
    "registry",
    "registry register",
    "registry list",
    "registry describe",
    "registry update",
    "registry rename",
    "registry copy",
    "registry get",
    "registry use",
    "registry delete",
    "registry add-hook",
    "registry remove-hook",
    "registry login",
    "registry logout",
    "credential",
    "credential store",
    "credential erase",
    "wit",
    "container-registry flavor register",
    "container-registry register",
    "container-registry list",
];

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name)
}

/// The page must say what the program says; with `PUSHGATE_UPDATE_REFERENCE` set it is made to.
#[track_caller]
pub(crate) fn assert_page(name: &str, expected: &str) {
    let path = page(name);
    if std::env::var_os("PUSHGATE_UPDATE_REFERENCE").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, expected).expect("the page can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{} is out of date: PUSHGATE_UPDATE_REFERENCE=1 cargo xtask test reference", path.display());
}

#[test]
fn the_reference_of_commands_is_current() {
    let home = Home::new();
    let mut text = "# Commands\n\nMade from what `--help` prints; a test compares them.\n".to_owned();
    for command in COMMANDS.iter().filter(|command| !command.starts_with("container-registry")) {
        let ran = home.must(&format!("{command} --help"));
        assert_eq!(ran.stderr, "");
        text.push_str(
            &format!("\n## pushgate {command}\n\n```text\n{}\n```\n", ran.stdout.trim_end()).replace("pushgate \n", "pushgate\n"),
        );
    }
    assert_page("commands.md", &text);
}

#[test]
fn the_reference_of_exit_codes_is_current() {
    let mut text = "# Exit codes\n\nEach kind of failure has another owner, so each has a code of its own. A test compares this page with the program.\n\n".to_owned();
    text.push_str("| code | `kind` | meaning | who acts |\n|---|---|---|---|\n| 0 | - | pushed, or would be | - |\n");
    for kind in Kind::ALL {
        text.push_str(&format!("| {} | {} | {} | {} |\n", kind.code(), kind.name(), kind.meaning(), kind.owner()));
    }
    assert_page("exit-codes.md", &text);
}

#[test]
fn zenmls_words_work_with_pushgate_in_front() {
    let home = Home::new();
    for command in COMMANDS.iter().filter(|command| command.starts_with("container-registry")) {
        let ours = command.replacen("container-registry flavor", "flavor", 1).replacen("container-registry", "registry", 1);
        let (theirs, ours) = (home.must(&format!("{command} --help")), home.must(&format!("{ours} --help")));
        let arguments = |help: &str| help.split_once("Usage: ").map(|(_, rest)| rest.split_once('\n').map(|(_, rest)| rest.to_owned()));
        assert_eq!(arguments(&theirs.stdout), arguments(&ours.stdout), "{command}");
    }
}

#[test]
fn the_version_is_the_packages() {
    assert_eq!(Home::new().must("--version").stdout, format!("pushgate {}\n", env!("CARGO_PKG_VERSION")));
}
