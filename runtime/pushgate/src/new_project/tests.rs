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
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a/b/no-latest");
    project("no-latest", Language::Rust).write(&path).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&path), mode(&path.join("cases")));
    assert_eq!(fs::read_dir(home.path().join("a/b")).unwrap().count(), 1);
    assert!(path.join("sdk/Cargo.toml").is_file());
}

#[test]
fn a_missing_tool_is_named_with_where_it_comes_from() {
    let missing = Language::C.missing_tools(OsStr::new("/nonexistent"));
    assert_eq!(missing.len(), 3);
    assert!(missing[1].program.starts_with("clang") && missing[1].remedy.contains("clang-19"));
}

#[test]
fn a_name_that_go_has_a_package_of_is_no_package_of_go() {
    for name in ["log", "go"] {
        let contents = project(name, Language::Go).contents().unwrap();
        let (_, manifest) = contents.iter().find(|(path, _)| path == "go.mod").unwrap();
        assert!(manifest.lines().any(|line| line == format!("module example/{name}")), "{manifest}");
    }
}
