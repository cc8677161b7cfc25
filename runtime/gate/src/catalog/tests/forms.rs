//! The same catalog in the other forms that TOML has. What a person may write, the program must be able to change.

use super::*;

pub(super) fn forms() -> [String; 4] {
    let digest = digest("a");
    [
        format!("version = 1\n[flavors]\na.digest = \"{digest}\"\n[registries.r]\nuri = \"r.example\"\nhooks = [{{ flavor = \"a\" }}]\n"),
        format!(
            "version = 1\nflavors.a.digest = \"{digest}\"\nregistries.r.uri = \"r.example\"\nregistries.r.hooks = [{{ flavor = \"a\" }}]\n"
        ),
        format!(
            "version = 1\nflavors = {{ a = {{ digest = \"{digest}\" }} }}\nregistries = {{ r = {{ uri = \"r.example\", hooks = [{{ flavor = \"a\" }}] }} }}\n"
        ),
        format!(
            "version = 1\n[registries]\n[registries.\"r\"]\n\"uri\" = 'r.example'\n[[registries.r.hooks]]\nflavor = \"\"\"a\"\"\"\n[flavors]\n[flavors.'a']\ndigest = \"{digest}\"\n"
        ),
    ]
}

#[test]
fn every_form_is_read_alike() {
    for form in forms() {
        let catalog = Folder::with(&form).catalog();
        assert_eq!(catalog.registry("r").unwrap(), registry("r", "r.example", vec![hook("a", "{}", &[])]), "{form}");
        assert_eq!(catalog.flavor("a").unwrap().digest, digest("a"));
        assert_eq!(catalog.users_of("a"), ["r"]);
    }
}

#[test]
fn every_form_can_be_changed() {
    for form in forms() {
        let folder = Folder::with(&form);
        let step = |change: &dyn Fn(&mut Edit)| folder.change(change);
        let settings = r#"{"x": {"y": [1, 2]}}"#;
        step(&|edit| assert_eq!(edit.add_flavor(&name("b"), &digest("b")).unwrap(), Change::Made));
        step(&|edit| assert_eq!(edit.add_hook("r", &hook("b", settings, &["registry"])).unwrap(), Change::Made));
        step(&|edit| assert_eq!(edit.set_default("r").unwrap(), Change::Made));
        step(&|edit| assert_eq!(edit.add_registry(&registry("s", "s.example", vec![hook("b", "{}", &[])])).unwrap(), Change::Made));
        step(&|edit| assert_eq!(edit.replace_flavor(&name("a"), &digest("c")).unwrap().previous, Some(digest("a"))));
        let catalog = folder.catalog();
        let expected = registry("r", "r.example", vec![hook("a", "{}", &[]), hook("b", settings, &["registry"])]);
        assert_eq!(catalog.registry("r").unwrap(), expected, "{}", folder.text());
        assert_eq!(catalog.registry("s").unwrap().hooks, [hook("b", "{}", &[])]);
        assert_eq!(catalog.flavor("a").unwrap().digest, digest("c"));

        step(&|edit| edit.remove_hook("r", "a").unwrap());
        assert_eq!(folder.catalog().registry("r").unwrap().hooks, [hook("b", settings, &["registry"])]);
        step(&|edit| edit.remove_hook("r", "b").unwrap());
        step(&|edit| edit.remove_registry("s").unwrap());
        step(&|edit| edit.remove_flavor("b").unwrap());
        step(&|edit| edit.remove_registry("r").unwrap());
        step(&|edit| edit.remove_flavor("a").unwrap());
        let catalog = folder.catalog();
        assert_eq!((catalog.flavors().count(), catalog.registries().count()), (0, 0), "{}", folder.text());
        assert_eq!(catalog.default_registry().unwrap(), None);
    }
}

#[test]
fn lines_may_end_as_on_windows() {
    let folder = Folder::with("version = 1\r\n\r\n# a comment\r\n[registries.r] # here\r\nuri = \"r.example\"\r\n");
    folder.edit(|edit| edit.set_default("r")).unwrap();
    assert!(folder.text().contains("# a comment") && folder.text().contains("# here"));
    assert_eq!(folder.catalog().default_registry().unwrap(), Some(&name("r")));
}
