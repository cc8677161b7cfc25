//! `pushgate man`.

use std::process::Command;

use pushgate_explain::Kind;

use crate::support::Home;

#[test]
fn the_page_of_pushgate_is_printed() {
    let home = Home::new();
    let ran = home.must("man");
    assert_eq!(ran.stderr, "");
    for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "SUBCOMMANDS", "\"EXIT STATUS\"", "ENVIRONMENT", "\"SEE ALSO\""] {
        assert!(ran.stdout.contains(&format!("\n.SH {section}\n")), "{section}\n{}", ran.stdout);
    }
    assert_eq!(home.must("man --output json").json()["page"], ran.stdout);
}

#[test]
fn each_command_has_a_page() {
    let home = Home::new();
    let ran = home.must("man --out pages/man1");
    let mut files: Vec<String> = std::fs::read_dir(home.join("pages/man1"))
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    files.sort();
    assert_eq!(ran.stdout, format!("made {} man pages in pages/man1\n", files.len()));
    let mut expected: Vec<String> = crate::help::COMMANDS
        .iter()
        .filter(|command| !command.starts_with("container-registry"))
        .map(|command| format!("{}.1", format!("pushgate {command}").trim().replace(' ', "-")))
        .collect();
    expected.sort();
    assert_eq!(files, expected);

    for file in &files {
        let page = std::fs::read_to_string(home.join("pages/man1").join(file)).expect("a page");
        for kind in Kind::ALL {
            assert!(page.contains(&format!("\n\\fB{}\\fR\n", kind.code())), "{file} says what {} means", kind.code());
        }
        assert!(page.contains("PUSHGATE_CONFIG"), "{file} says what the environment does");
        assert!(!page.contains(home.path().to_str().expect("UTF-8")), "{file} says nothing of this machine");
    }
}

/// What formats pages finds nothing to complain about.
#[test]
fn the_pages_are_sound() {
    let home = Home::new();
    home.must("man --out pages");
    let linters: [(&str, &[&str]); 2] =
        [("/usr/bin/man", &["--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z"]), ("/usr/bin/mandoc", &["-Tlint", "-Wwarning"])];
    for (program, arguments) in linters.into_iter().filter(|(program, _)| std::path::Path::new(program).exists()) {
        for page in std::fs::read_dir(home.join("pages")).expect("the folder").map(|entry| entry.expect("an entry").path()) {
            let output =
                Command::new(program).args(arguments).arg(&page).env("LC_ALL", "C.UTF-8").env("MANWIDTH", "100").output().expect("it runs");
            let complaints = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && complaints.trim().is_empty(), "{}: {complaints}", page.display());
        }
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    let home = Home::new();
    home.write("file", "");
    let ran = home.run("man --out file/pages");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("the man pages can't be written to `file/pages`: ") && ran.stderr.contains("hint: "), "{ran:?}");
}
