//! `pushgate flavor new`: what it says. What it writes is built and tested in [`crate::languages`].

use std::fs;

use crate::support::{Home, Ran, assert_whole};

/// On a machine without any program.
fn bare(home: &Home, line: &str) -> Ran {
    Ran::from(home.command(line.split_whitespace()).env("PATH", "/nonexistent").output().expect("the command runs"))
}

#[test]
fn each_language_says_what_builds_it_and_what_is_missing() {
    let home = Home::new();
    for language in ["rust", "python", "javascript", "typescript", "go", "c"] {
        assert_whole!(home, bare(&home, &format!("flavor new no-{language} --language {language}")));
        assert!(home.join(format!("no-{language}/flavor.toml")).is_file());
    }
}

#[test]
fn a_project_that_is_not_built_yet_says_how() {
    let home = Home::new();
    home.must("flavor new forbid-latest --language go --path here/it -q");
    assert_whole!(home, home.run("flavor test here/it"));
}

#[test]
fn nothing_is_written_over_and_no_language_is_guessed() {
    let home = Home::new();
    fs::create_dir(home.join("mine")).expect("a folder");
    assert_whole!(home, home.run("flavor new mine --language c"));
    assert_whole!(home, home.run("flavor new 9-lives --language c"));
    assert_whole!(home, home.run("flavor new Mine --language c"));
    assert_whole!(home, home.run("flavor new other --language cobol"));
    assert_whole!(home, home.run("flavor new other --language c --capability files"));
    assert_eq!(fs::read_dir(home.join("mine")).expect("the folder").count(), 0);
    assert!(!home.join("other").exists());
}
