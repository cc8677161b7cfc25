//! The catalog, which people edit as well as the program.

use std::path::Path;

use pushgate_gate::builtin::Builtins;
use pushgate_gate::catalog::{Catalog, CatalogError, Connection, Edit, HookEntry, RegistryEntry};
use pushgate_gate::credential_binding::CredentialBinding;
use pushgate_gate::grant::Grant;
use pushgate_gate::hook_limits::HookLimits;
use pushgate_gate::hook_mode::HookMode;
use pushgate_gate::name::Name;
use pushgate_gate::settings::Settings;
use pushgate_reference::RegistryUri;
use pushgate_sandbox::ComponentDigest;

/// The longest text that is of interest.
const MAX_TEXT: usize = 8 << 10;

/// What is not a catalog is told in one line. What is one can be changed, and every entry that a change is not about stays what it was.
pub fn catalog(bytes: &[u8]) {
    if bytes.len() > MAX_TEXT {
        return;
    }
    let path = Path::new("catalog.toml");
    let catalog = match Catalog::parse(path, bytes, Builtins::default()) {
        Ok(catalog) => catalog,
        Err(error) => {
            assert!(!error.to_string().contains('\n'), "{error}");
            assert!(matches!(error, CatalogError::Damaged { .. } | CatalogError::Version { .. }), "{error}");
            return;
        }
    };
    for (_, entry) in catalog.registries() {
        match entry {
            Ok(entry) => entry.hooks.iter().for_each(prints),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    let text = std::str::from_utf8(bytes).expect("a catalog is UTF-8");
    changes(Edit::of_text(path, text, Builtins::default()).expect("it was one just now"));
}

/// What a hook is given is read from what it prints.
fn prints(hook: &HookEntry) {
    for grant in &hook.grants {
        assert_eq!(Grant::parse(&grant.to_string()).as_ref(), Ok(grant));
    }
    for binding in &hook.credentials {
        assert_eq!(CredentialBinding::parse(&binding.to_string()).as_ref(), Ok(binding));
    }
    let limits = hook.limits.to_string();
    assert_eq!(HookLimits::parse_all(limits.split_whitespace()).as_ref(), Ok(&hook.limits));
    assert_eq!(Settings::parse(&hook.settings.to_string()).expect("settings print settings"), hook.settings);
}

/// Every kind of change, one after the other.
fn changes(mut edit: Edit) {
    let name = |text: &str| Name::parse(text).expect("a name");
    let (flavor, registry, renamed) = (name("new-flavor"), name("new-registry"), name("renamed-registry"));
    let digest = ComponentDigest::of(b"new");
    let hook = HookEntry {
        flavor: flavor.clone(),
        settings: Settings::parse(r#"{"a": [1, {"b": "c"}]}"#).expect("settings"),
        grants: Grant::parse_all(["registry", "http=https://a.example"]).expect("grants"),
        credentials: CredentialBinding::parse_all(["https://a.example=bearer"]).expect("bindings"),
        limits: HookLimits::parse_all(["memory=128MiB", "calls=1"]).expect("limits"),
        mode: HookMode::Warn,
    };
    let plain = HookEntry { credentials: Vec::new(), limits: HookLimits::default(), mode: HookMode::Enforce, ..hook.clone() };
    let uri = RegistryUri::parse("new.example/team").expect("a URI");
    let connection = Connection { ca_file: Some("/ca.pem".into()), ..Connection::default() };
    let entry = RegistryEntry { name: registry.clone(), uri: uri.clone(), hooks: vec![hook.clone()], connection: Connection::default() };

    step(&mut edit, |edit| edit.replace_flavor(&flavor, &digest).map(drop));
    step(&mut edit, |edit| edit.add_registry(&entry).map(drop));
    step(&mut edit, |edit| edit.update_hook(registry.as_str(), &plain).map(drop));
    step(&mut edit, |edit| edit.update_registry(registry.as_str(), &uri, &connection).map(drop));
    step(&mut edit, |edit| edit.set_default(registry.as_str()).map(drop));
    step(&mut edit, |edit| edit.rename_registry(registry.as_str(), &renamed).map(drop));
    // What stood there before is changed too.
    let names: Vec<String> = edit.catalog().registries().map(|(name, _)| name.to_owned()).collect();
    for old in &names {
        step(&mut edit, |edit| edit.add_hook(old, &hook).map(drop));
        step(&mut edit, |edit| edit.update_hook(old, &plain).map(drop));
        step(&mut edit, |edit| edit.update_registry(old, &uri, &connection).map(drop));
        step(&mut edit, |edit| edit.remove_hook(old, flavor.as_str()));
        step(&mut edit, |edit| edit.copy_registry(old, &name("a-copy")).map(drop));
        step(&mut edit, |edit| edit.remove_registry("a-copy"));
        step(&mut edit, |edit| edit.rename_registry(old, &name("for-a-while")).map(drop));
        step(&mut edit, |edit| edit.remove_registry("for-a-while"));
    }
    let flavors: Vec<String> = edit.catalog().flavors().map(|(name, _)| name.to_owned()).collect();
    for old in &flavors {
        step(&mut edit, |edit| edit.remove_flavor(old));
    }
}

/// One change. It may be refused; then nothing has changed. It never ends in a text that is no catalog, and touches at most one registry.
fn step(edit: &mut Edit, change: impl FnOnce(&mut Edit) -> Result<(), CatalogError>) {
    let (before, text) = (edit.catalog().clone(), edit.text().to_owned());
    if let Err(error) = change(edit) {
        assert!(!matches!(error, CatalogError::Damaged { .. }), "{error} in\n{text}");
        assert_eq!(edit.text(), text, "{error}");
        return;
    }
    let after = Catalog::parse(before.path(), edit.text().as_bytes(), Builtins::default())
        .unwrap_or_else(|error| panic!("{error} after\n{text}\nin\n{}", edit.text()));
    let told = |catalog: &Catalog| -> Vec<(String, Option<RegistryEntry>)> {
        catalog.registries().map(|(name, entry)| (name.to_owned(), entry.ok().cloned())).collect()
    };
    let (before, after) = (told(&before), told(&after));
    let differ =
        before.iter().filter(|entry| !after.contains(entry)).count().max(after.iter().filter(|entry| !before.contains(entry)).count());
    assert!(differ <= 1, "{differ} registries differ between\n{text}\nand\n{}", edit.text());
}

#[cfg(test)]
mod tests {
    use pushgate_gate::catalog::Change;

    use super::*;
    use crate::run_seeded;

    fn examples() -> Vec<Vec<u8>> {
        let digest = ComponentDigest::of(b"x");
        let hand_written = format!(
            r#"# at the top
version = 1
default-registry = "prod" # the usual one

[flavors.labels]
digest = "{digest}"
[flavors]
tags.digest = "{digest}"

# above
[registries.prod] # behind
uri = "registry.example.com/team"
transport = "tls"
token-servers = ["https://auth.example.com"]

[[registries.prod.hooks]]
flavor = "labels"
settings = {{ labels = ["a",   "b"] }} # Kim wants both
grants = [
  "registry", # for the tags
  "http=https://api.example.com",
]
credentials = ["https://api.example.com=sigv4:service=ecr,region=eu-central-1"]
limits = {{ memory = "128MiB", calls = 100 }}
mode = "warn"

[[registries.prod.hooks]]
flavor = "tags"
[registries.prod.hooks.settings]
tags = ["latest"]

[registries."other"]
uri = 'localhost:5000'
"#
        );
        let inline = format!(
            "version = 1\nflavors = {{ a = {{ digest = \"{digest}\" }} }}\nregistries = {{ r = {{ uri = \"r.example\", hooks = [{{ flavor = \"a\" }}] }} }}\n"
        );
        let dotted = format!(
            "version = 1\nflavors.a.digest = \"{digest}\"\nregistries.r.uri = \"r.example\"\nregistries.r.hooks = [{{ flavor = \"a\", mode = \"warn\" }}]\r\n"
        );
        [hand_written, inline, dotted, "version = 1\n".to_owned()].map(String::into_bytes).into()
    }

    #[test]
    fn every_example_is_one_that_can_be_changed() {
        for example in examples() {
            let text = String::from_utf8(example).unwrap();
            let mut edit = Edit::of_text(Path::new("catalog.toml"), &text, Builtins::default()).unwrap();
            assert!(edit.catalog().registries().all(|(_, entry)| entry.is_ok()), "{text}");
            assert_eq!(edit.add_flavor(&Name::parse("new").unwrap(), &ComponentDigest::of(b"y")).unwrap(), Change::Made);
        }
    }

    #[test]
    fn the_catalog_holds_what_it_promises() {
        run_seeded(4_000, &examples(), catalog);
    }
}
