use pushgate_sandbox::Capability;

use super::*;

fn project(name: &str, language: Language) -> Project {
    Project { name: Name::parse(name).unwrap(), language, capabilities: vec![Capability::Registry, Capability::Http], settings: true }
}

#[test]
fn nothing_that_is_there_is_touched() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("no-latest");
    fs::write(&path, "mine").unwrap();
    assert!(matches!(project("no-latest", Language::Rust).write(&path), Err(NewProjectError::Exists { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    assert!(matches!(project("9-lives", Language::Rust).write(&home.path().join("x")), Err(NewProjectError::Name { .. })));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn a_project_is_an_ordinary_folder_and_nothing_else_is_left() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a/b/no-latest");
    project("no-latest", Language::Rust).write(&path).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&path), mode(&path.join("cases")));
    assert_eq!(fs::read_dir(home.path().join("a/b")).unwrap().count(), 1);
    assert!(path.join("sdk/Cargo.toml").is_file());
    let program = home.path().join("javascript");
    project("no-latest", Language::JavaScript).write(&program).unwrap();
    assert_eq!((mode(&program.join("sdk/src/tool/command.js")) & 0o100, mode(&program.join("package.json")) & 0o100), (0o100, 0));
}

#[test]
fn a_missing_tool_is_named_with_where_it_comes_from() {
    let missing = Language::C.missing_tools(OsStr::new("/nonexistent"));
    assert_eq!(missing.len(), 3);
    assert!(missing[1].program.starts_with("clang") && missing[1].remedy.contains("clang-19"));
}
#[test]
fn every_combination_of_every_language_renders() {
    for language in Language::ALL {
        for settings in [false, true] {
            for capabilities in [vec![], vec![Capability::Registry], vec![Capability::Http], vec![Capability::Registry, Capability::Http]] {
                let project = Project { settings, capabilities, ..project("no-latest", language) };
                let contents = project.contents().unwrap();
                let of = |name: &str| contents.iter().find(|(path, _)| path == name).map(|(_, contents)| contents.as_str());
                for name in [
                    "README.md",
                    "flavor.toml",
                    ".gitignore",
                    ".github/workflows/flavor.yml",
                    "cases/latest.toml",
                    "wit/deps/pushgate-flavor/flavor.wit",
                ] {
                    assert!(of(name).is_some(), "{language:?} has no {name}");
                }
                assert_eq!(of("settings.schema.json").is_some(), settings, "{language:?}");
                let world = of("wit/world.wit").unwrap();
                for capability in [Capability::Registry, Capability::Http] {
                    let import = format!("  import pushgate:flavor/{}@0.1.2;\n", capability.as_str());
                    assert_eq!(world.contains(&import), project.capabilities.contains(&capability), "{world}");
                }
                assert!(contents.iter().any(|(path, _)| path.starts_with("sdk/")), "{language:?} has no SDK");
                let templates = contents.iter().filter(|(path, _)| !path.starts_with("sdk/") && !path.ends_with(".yml"));
                for (path, contents) in templates {
                    assert!(
                        !contents.contains("{%") && (path.ends_with(".py") || !contents.contains("\n\n\n")),
                        "{language:?} {path}:\n{contents}"
                    );
                }
            }
        }
    }
}

/// `docs/writing-flavors.md` shows what is written, word for word.
#[test]
fn the_guide_shows_the_files_of_the_templates() {
    let guide = include_str!("../../../../docs/writing-flavors.md");
    for (language, path) in [
        (Language::Rust, "src/lib.rs"),
        (Language::Python, "flavor.py"),
        (Language::JavaScript, "flavor.js"),
        (Language::TypeScript, "flavor.ts"),
        (Language::Go, "main.go"),
        (Language::C, "flavor.c"),
    ] {
        let project = Project { settings: false, capabilities: Vec::new(), ..project("forbid-latest", language) };
        let contents = project.contents().unwrap();
        let (_, file) = contents.iter().find(|(name, _)| name == path).unwrap();
        let hook = file.split("\n#[cfg(test)]").next().unwrap().trim_end();
        assert!(guide.contains(hook), "{language:?}: docs/writing-flavors.md does not show this {path}:\n{hook}");
    }
}

#[test]
fn a_name_that_go_has_a_package_of_is_no_package_of_go() {
    for name in ["log", "go"] {
        let contents = project(name, Language::Go).contents().unwrap();
        let (_, manifest) = contents.iter().find(|(path, _)| path == "go.mod").unwrap();
        assert!(manifest.lines().any(|line| line == format!("module example/{name}")), "{manifest}");
    }
}
