//! Every `--help`, whole; and the reference pages, which repeat what the program says.

use std::path::{Path, PathBuf};

use pushgate_builtin::BUILTINS;
use pushgate_explain::Kind;
use pushgate_gate::catalog::{Catalog, fields};

use crate::support::Home;

/// Every command, in the order of the help.
pub(crate) const COMMANDS: [&str; 37] = [
    "",
    "push",
    "check",
    "flavor",
    "flavor register",
    "flavor list",
    "flavor describe",
    "flavor test",
    "flavor new",
    "flavor component",
    "flavor delete",
    "registry",
    "registry register",
    "registry import",
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
    "image",
    "image layers",
    "wit",
    "completions",
    "man",
    "container-registry flavor register",
    "container-registry register",
    "container-registry list",
];

pub(crate) fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name)
}

/// The page, by its path from `docs/reference`, must say what the program says; with `PUSHGATE_UPDATE_REFERENCE` set it is made to.
#[track_caller]
pub(crate) fn assert_page(name: &str, expected: &str) {
    let path = page(name);
    if std::env::var_os("PUSHGATE_UPDATE_REFERENCE").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, expected).expect("the page can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{} is out of date: PUSHGATE_UPDATE_REFERENCE=1 cargo xtask test", path.display());
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

/// A catalog with every field, which the page begins with.
const CATALOG: &str = r#"version = 1
default-registry = "prod"

[flavors.tag-policy]
digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

[registries.prod]
uri = "registry.example.com/team"
transport = "tls"
ca-file = "/etc/ssl/registry.pem"
client-certificate = "/etc/ssl/me.pem"
client-key = "/etc/ssl/me.key"
token-servers = ["https://auth.example.com"]

[[registries.prod.hooks]]
flavor = "tag-policy"
settings = { tags = ["latest"] }
grants = ["registry", "http=https://api.example.com"]
credentials = ["https://api.example.com=bearer"]
limits = { memory = "128MiB", calls = 100 }
mode = "warn"
"#;

#[test]
fn the_reference_of_the_catalog_is_current() {
    let catalog = Catalog::parse(Path::new("catalog.toml"), CATALOG.as_bytes(), BUILTINS).expect("a catalog");
    assert!(catalog.registry("prod").is_ok() && catalog.flavor("tag-policy").is_ok());

    let mut text = "# The catalog\n\nWhich flavors and registries are registered. `pushgate flavor` and `pushgate registry` write it; a person may as well: comments and \
        order\nsurvive what the program edits. Where it lies, [the environment](environment.md) and `--config` say. Made from what the program reads; a test compares them.\n\n"
        .to_owned();
    text.push_str(&format!("```toml\n{CATALOG}```\n"));
    for table in fields::TABLES {
        let title = if table.title.is_empty() { "The file".to_owned() } else { format!("`{}`", table.title) };
        text.push_str(&format!("\n## {title}\n\n{}\n\n| field | type | default | meaning |\n|---|---|---|---|\n", table.about));
        for field in table.fields {
            assert!(CATALOG.contains(field.name), "the example has `{}`", field.name);
            text.push_str(&format!("| `{}` | {} | {} | {} |\n", field.name, field.kind, field.default, field.meaning));
        }
    }
    text.push_str(
        "\n## What is wrong with one\n\nA file that is not TOML, is of another version or has an unknown field at its top is an error with line and column (exit 8), and is never changed. In an\n\
         entry, a field that is unknown, missing or wrong makes this entry unusable and no other. A file that does not exist is an empty catalog; one that belongs to\n\
         another user, or that others may write, is not read. A write replaces the whole file or nothing of it.\n\n\
         ## A catalog outside of your folder\n\nA catalog that `--config` or `PUSHGATE_CONFIG` names outside of your configuration folder does not decide where your\n\
         credentials go, or how. `transport = \"plain-http\"` to an address that is not loopback, `ca-file`, `client-certificate`,\n\
         `token-servers` and the `credentials` of a hook are exit 8 in it when they are used, unless the command line repeats them\n\
         (`credentials` cannot be repeated), or `--trust-config` or `PUSHGATE_TRUST_CONFIG=1` trusts the catalog. `registry list` and\n\
         `describe` show what would be refused.\n",
    );
    assert_page("catalog.md", &text);
}

/// A command that is missing here would be missing in the reference.
#[test]
fn every_command_is_in_the_reference() {
    let home = Home::new();
    let mut found = vec![String::new()];
    let mut place = 0;
    while let Some(command) = found.get(place).cloned() {
        let help = home.must(&format!("{command} --help")).stdout;
        let commands = help.split("Commands:\n").nth(1).into_iter().flat_map(|rest| rest.lines().take_while(|line| !line.is_empty()));
        // A line that begins further in goes on with what the one before says.
        let names = commands.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
        found.extend(names.map(|name| format!("{command} {name}").trim().to_owned()));
        place += 1;
    }
    found.sort();
    let mut listed: Vec<&str> = COMMANDS.into_iter().filter(|command| !command.starts_with("container-registry")).collect();
    listed.sort_unstable();
    assert_eq!(found, listed);
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
