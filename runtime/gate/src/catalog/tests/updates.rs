//! Registries and hooks that are changed in place, renamed and copied: what is not changed keeps its form.

use super::*;
use crate::credential_binding::CredentialBinding;
use crate::hook_limits::HookLimits;

const HAND_WRITTEN: &str = r#"# at the top
version = 1
default-registry = "prod" # the usual one

# above the registry
[registries.prod] # behind its header
uri = "r.example/team" # behind the URI
transport = "tls" # because
# above the file
ca-file = "/ca.pem"

# above the first hook
[[registries.prod.hooks]] # behind the first
flavor = "labels"
settings = { labels = [ "a",   "b" ] } # Kim wants both
grants = [
  "registry", # for the tags
]

[[registries.prod.hooks]]
flavor = "tags"
mode = "warn" # until May

[registries.prod.hooks.settings] # as a table of its own
tags = ["latest"]

[registries.other] # the last
uri = "other.example"
"#;

fn hand_written() -> Folder {
    let flavors = format!("\n[flavors]\nlabels.digest = \"{0}\"\ntags.digest = \"{0}\"\n", digest("x"));
    Folder::with(format!("{HAND_WRITTEN}{flavors}"))
}

/// The lines that an edit took out, and those that it put in.
fn difference(folder: &Folder, change: impl FnOnce(&mut Edit)) -> (Vec<String>, Vec<String>) {
    let before = folder.text();
    folder.change(change);
    let after = folder.text();
    let without =
        |text: &str, other: &str| text.lines().filter(|line| !other.lines().any(|other| other == *line)).map(str::to_owned).collect();
    (without(&before, &after), without(&after, &before))
}

#[test]
fn an_update_touches_only_what_it_changes() {
    let folder = hand_written();
    let uri = |text: &str| pushgate_reference::RegistryUri::parse(text).unwrap();
    let entry = folder.catalog().registry("prod").unwrap();
    let unchanged = difference(&folder, |edit| {
        assert_eq!(edit.update_registry("prod", &entry.uri, &entry.connection).unwrap(), Change::Unneeded);
        assert_eq!(edit.update_hook("prod", &entry.hooks[0]).unwrap(), Change::Unneeded);
    });
    assert_eq!(unchanged, (vec![], vec![]));

    let (gone, new) = difference(&folder, |edit| {
        assert_eq!(edit.update_registry("prod", &uri("r.example/new"), &entry.connection).unwrap(), Change::Made);
    });
    assert_eq!(
        (gone, new),
        (vec![r#"uri = "r.example/team" # behind the URI"#.into()], vec![r#"uri = "r.example/new" # behind the URI"#.into()])
    );

    let connection = Connection { transport: TransportSetting::PlainHttp, ca_file: None, ..entry.connection.clone() };
    let (gone, new) = difference(&folder, |edit| {
        edit.update_registry("prod", &uri("r.example/new"), &connection).unwrap();
    });
    assert_eq!(gone, [r#"transport = "tls" # because"#, "# above the file", r#"ca-file = "/ca.pem""#]);
    assert_eq!(new, [r#"transport = "plain-http" # because"#]);
    assert_eq!(folder.catalog().registry("prod").unwrap().connection, connection);

    let hook = HookEntry { mode: HookMode::Enforce, limits: HookLimits::parse_all(["calls=1"]).unwrap(), ..entry.hooks[1].clone() };
    let (gone, new) = difference(&folder, |edit| {
        assert_eq!(edit.update_hook("prod", &hook).unwrap(), Change::Made);
    });
    assert_eq!((gone, new), (vec![r#"mode = "warn" # until May"#.into()], vec!["limits = { calls = 1 }".to_owned()]));
    assert_eq!(folder.catalog().registry("prod").unwrap().hooks[1], hook);
}

#[test]
fn every_field_of_a_hook_can_be_changed_and_taken_back_in_every_form() {
    let full = |flavor: &str| HookEntry {
        credentials: CredentialBinding::parse_all(["https://a.example=basic"]).unwrap(),
        limits: HookLimits::parse_all(["memory=1GiB", "wall=1s"]).unwrap(),
        mode: HookMode::Warn,
        ..hook(flavor, r#"{"x": {"y": [1]}}"#, &["http=https://a.example"])
    };
    let bare = |flavor: &str| hook(flavor, "{}", &[]);
    let mut texts: Vec<String> = super::forms::forms().into();
    texts.push(hand_written().text().replace("prod", "r").replace("labels", "a"));
    for text in texts {
        let folder = Folder::with(&text);
        let before = folder.catalog().registry("r").unwrap().hooks;
        for wanted in [full("a"), bare("a"), full("a")] {
            folder.change(|edit| {
                edit.update_hook("r", &wanted).unwrap();
            });
            let hooks = folder.catalog().registry("r").unwrap().hooks;
            assert_eq!((&hooks[0], &hooks[1..]), (&wanted, &before[1..]), "{}", folder.text());
        }
        if before.len() > 1 {
            for wanted in [full("tags"), bare("tags")] {
                folder.change(|edit| {
                    edit.update_hook("r", &wanted).unwrap();
                });
                assert_eq!(folder.catalog().registry("r").unwrap().hooks[1], wanted, "{}", folder.text());
            }
        }
    }
}

#[test]
fn a_renamed_registry_keeps_its_place_its_comments_and_its_rank() {
    let folder = hand_written();
    let before = folder.catalog().registry("prod").unwrap();
    let expected = folder.text().replace("prod", "production");
    folder.change(|edit| assert_eq!(edit.rename_registry("prod", &name("production")).unwrap(), Change::Made));
    assert_eq!(folder.text(), expected);
    let catalog = folder.catalog();
    assert_eq!(catalog.default_entry().unwrap(), RegistryEntry { name: name("production"), ..before });
    // Another one than the default, and its own name.
    folder.change(|edit| {
        edit.rename_registry("other", &name("another")).unwrap();
        assert_eq!(edit.rename_registry("another", &name("another")).unwrap(), Change::Unneeded);
    });
    assert_eq!(folder.text(), expected.replace("registries.other", "registries.another"));

    let error = folder.edit(|edit| edit.rename_registry("another", &name("production"))).unwrap_err();
    assert_eq!(error.to_string(), "the registry `production` is registered already");
    let error = folder.edit(|edit| edit.rename_registry("anothr", &name("x"))).unwrap_err();
    assert!(matches!(error, CatalogError::UnknownRegistry { known, .. } if known.nearest() == Some("another")));
}

#[test]
fn registries_of_every_form_are_renamed_and_updated() {
    for form in super::forms::forms() {
        let folder = Folder::with(&form);
        folder.change(|edit| {
            edit.rename_registry("r", &name("s")).unwrap();
            let uri = pushgate_reference::RegistryUri::parse("s.example").unwrap();
            let connection = Connection { transport: TransportSetting::Tls, ca_file: Some("/ca.pem".into()), ..Connection::default() };
            edit.update_registry("s", &uri, &connection).unwrap();
            edit.update_registry("s", &uri, &Connection::default()).unwrap();
        });
        let expected = registry("s", "s.example", vec![hook("a", "{}", &[])]);
        let catalog = folder.catalog();
        assert_eq!((catalog.registry("s").unwrap(), catalog.registries().count()), (expected, 1), "{}", folder.text());
    }
}

/// Two names that differ in case alone can't both be valid, so a case-insensitive file system has nothing to confuse.
#[test]
fn a_name_in_upper_case_is_none_and_renaming_mends_it() {
    let folder = Folder::with("version = 1\ndefault-registry = \"prod\"\n[registries.Prod] # by hand\nuri = \"r.example\"\n");
    assert!(folder.catalog().registry("Prod").unwrap_err().to_string().contains("only a-z"));
    folder.change(|edit| assert_eq!(edit.rename_registry("Prod", &name("prod")).unwrap(), Change::Made));
    assert_eq!(folder.catalog().default_entry().unwrap(), registry("prod", "r.example", Vec::new()));
    assert!(folder.text().contains("[registries.prod] # by hand\n"));
    // What is invalid for another reason stays as it is.
    let folder = Folder::with("version = 1\n[registries.r]\nuri = 3\n");
    let before = folder.text();
    folder.edit(|edit| edit.rename_registry("r", &name("s"))).unwrap_err();
    assert_eq!(folder.text(), before);
}

#[test]
fn a_copy_differs_in_its_name_alone() {
    let folder = hand_written();
    let original = folder.catalog().registry("prod").unwrap();
    let (gone, _) = difference(&folder, |edit| {
        assert_eq!(edit.copy_registry("prod", &name("staging")).unwrap(), Change::Made);
        assert_eq!(edit.copy_registry("prod", &name("staging")).unwrap(), Change::Unneeded);
        let error = edit.copy_registry("prod", &name("other")).unwrap_err();
        assert!(matches!(error, CatalogError::RegistryTaken { .. }), "{error}");
        edit.copy_registry("prdo", &name("x")).unwrap_err();
    });
    assert!(gone.is_empty(), "{gone:?}");
    let catalog = folder.catalog();
    assert_eq!(catalog.registry("staging").unwrap(), RegistryEntry { name: name("staging"), ..original });
    assert_eq!(catalog.default_entry().unwrap().name, name("prod"));
}

#[test]
fn the_default_registry_or_why_there_is_none() {
    let folder = Folder::with("version = 1\n[registries.prod]\nuri = \"r.example\"\n");
    let error = folder.catalog().default_entry().unwrap_err();
    assert_eq!(error.to_string(), "no registry is the default one");
    assert!(matches!(error, CatalogError::NoDefault { known } if known.names() == ["prod"]));
    let folder = Folder::with("version = 1\ndefault-registry = \"gone\"\n");
    assert!(matches!(folder.catalog().default_entry().unwrap_err(), CatalogError::DanglingDefault { .. }));
}
