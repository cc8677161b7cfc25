//! `pushgate completions SHELL`: the scripts, and what they complete.

use std::process::{Command, Stdio};

use crate::support::Home;

const SHELLS: [&str; 4] = ["bash", "zsh", "fish", "powershell"];

/// Commands and flags, of which each script has all.
const WORDS: [&str; 12] =
    ["push", "check", "flavor", "registry", "credential", "completions", "add-hook", "describe", "grant", "platform", "uri", "output"];

#[test]
fn each_script_has_the_words() {
    let home = Home::new();
    for shell in SHELLS {
        let ran = home.must(&format!("completions {shell}"));
        assert_eq!(ran.stderr, "");
        for word in WORDS {
            assert!(ran.stdout.contains(word), "{shell} completes `{word}`");
        }
        let json = home.must(&format!("completions {shell} --output json")).json();
        assert_eq!((&json["completions"]["shell"], &json["completions"]["script"]), (&shell.into(), &ran.stdout.into()));
    }
}

#[test]
fn another_shell_is_a_wrong_command_line() {
    let ran = Home::new().run("completions elvish");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("bash, zsh, fish, powershell"), "{ran:?}");
}

/// What bash offers for the last of these words, as after a press of the tabulator.
fn offered(home: &Home, words: &[&str]) -> Vec<String> {
    let script = home.must("completions bash").stdout;
    home.write("pushgate.bash", script);
    let program = r#"
        source pushgate.bash
        # The function that `complete` was told of.
        function=$(complete -p pushgate | sed -E 's/.*-F ([^ ]+).*/\1/')
        COMP_WORDS=("$@")
        COMP_CWORD=$(( $# - 1 ))
        "$function" pushgate "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-c", program, "bash", "pushgate"]).args(words);
    bash.current_dir(home.path()).env_clear().env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    let output = bash.output().expect("bash runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes() {
    let home = Home::new();
    home.write("image.tar", "");
    assert_eq!(offered(&home, &["re"]), ["registry"]);
    assert_eq!(offered(&home, &["registry", "add"]), ["add-hook"]);
    assert_eq!(offered(&home, &["container-registry", "add"]), [""], "the alias is for lines that are copied");
    assert_eq!(offered(&home, &["flavor", "de"]), ["delete", "describe"].map(str::to_owned).iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(offered(&home, &["push", "app", "--plat"]), ["--platform"]);
    assert_eq!(offered(&home, &["push", "--output", "j"]), ["json"]);
    assert_eq!(offered(&home, &["completions", "f"]), ["fish"]);
    assert_eq!(offered(&home, &["push", "--from", "im"]), ["image.tar"]);
}

/// The other shells read their scripts, where they are on this machine.
#[test]
fn other_shells_read_theirs() {
    let home = Home::new();
    for (shell, program, arguments) in [("zsh", "/usr/bin/zsh", vec!["-n"]), ("fish", "/usr/bin/fish", vec!["--no-execute"])] {
        let path = home.write(&format!("pushgate.{shell}"), home.must(&format!("completions {shell}")).stdout);
        if std::path::Path::new(program).exists() {
            let output = Command::new(program).args(arguments).arg(path).output().expect("it runs");
            assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}
