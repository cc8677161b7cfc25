//! Questions to a catalog.

use super::*;

fn catalog(text: &str) -> Catalog {
    Folder::with(text).catalog()
}

fn several() -> Catalog {
    catalog(
        "version = 1\n[registries.prod]\nuri = \"r.example/team\"\n[registries.other]\nuri = \"r.example/other\"\n\
         [registries.all]\nuri = \"r.example\"\n[registries.local]\nuri = \"localhost:5000\"\n",
    )
}

#[test]
fn a_catalog_that_does_not_exist_is_empty() {
    let folder = Folder::empty();
    let catalog = folder.catalog();
    assert!(catalog.is_absent());
    assert_eq!((catalog.flavors().count(), catalog.registries().count()), (0, 0));
    assert_eq!(catalog.default_registry().unwrap(), None);
    let error = catalog.select(&image("r.example/x"), None).unwrap_err();
    assert_eq!(error.to_string(), "no registry is registered");
    assert!(matches!(&error, CatalogError::NothingRegistered { known } if known.absent_catalog() == Some(catalog.path())));
    let error = catalog.registry("prod").unwrap_err();
    assert_eq!(error.to_string(), "no registry is registered as `prod`");
    let known = |error: &CatalogError| match error {
        CatalogError::UnknownRegistry { known, .. } | CatalogError::UnknownFlavor { known, .. } | CatalogError::NoDefault { known } => {
            known.clone()
        }
        other => panic!("{other}"),
    };
    for error in [error, catalog.default_entry().unwrap_err(), catalog.flavor("x").unwrap_err()] {
        assert_eq!(known(&error).absent_catalog(), Some(catalog.path()), "{error}");
    }
    // One that ships is near, whatever is missing.
    assert_eq!(known(&catalog.flavor("forbid-tag").unwrap_err()).nearest(), Some("forbid-tags"));
    // An edit looks into the same file.
    assert_eq!(known(&folder.edit(|edit| edit.set_default("prod")).unwrap_err()).absent_catalog(), Some(catalog.path()));
}

#[test]
fn an_empty_catalog_is_no_missing_one() {
    let catalog = catalog("version = 1\n");
    assert!(!catalog.is_absent());
    for error in [catalog.registry("prod"), catalog.default_entry(), catalog.select(&image("r.example/x"), None)].map(Result::unwrap_err) {
        let (CatalogError::UnknownRegistry { known, .. } | CatalogError::NoDefault { known } | CatalogError::NothingRegistered { known }) =
            &error
        else {
            panic!("{error}")
        };
        assert_eq!((known.absent_catalog(), known.names()), (None, [].as_slice()), "{error}");
    }
}

#[test]
fn the_example_of_the_documentation() {
    let digest = digest("component");
    let catalog = catalog(&format!(
        r#"version = 1
default-registry = "prod"

[flavors.require-labels]
digest = "{digest}"                     # the component lies in the component store

[registries.prod]
uri = "Registry.Example.com/team/"
transport = "plain-http"                # or "tls"
ca-file = "/etc/ssl/registry.pem"

[[registries.prod.hooks]]
flavor = "require-labels"
settings = {{ labels = ["org.opencontainers.image.source"] }}
grants = ["registry", "http=https://api.example.com"]

[[registries.prod.hooks]]
flavor = "second"
"#
    ));
    let entry = catalog.select(&image("elsewhere.example/x"), None).unwrap();
    assert_eq!((entry.name.as_str(), entry.uri.to_string().as_str()), ("prod", "registry.example.com/team"));
    assert_eq!(
        (entry.connection.transport, entry.connection.ca_file.as_deref()),
        (TransportSetting::PlainHttp, Some(Path::new("/etc/ssl/registry.pem")))
    );
    let [first, second] = entry.hooks.as_slice() else { panic!("{:?}", entry.hooks) };
    let expected = r#"{"labels": ["org.opencontainers.image.source"]}"#;
    assert_eq!(*first, hook("require-labels", expected, &["registry", "http=https://api.example.com"]));
    assert_eq!(*second, hook("second", "{}", &[]));
    assert_eq!(catalog.hook_flavor(&entry, first).unwrap(), FlavorEntry { name: name("require-labels"), digest });
    assert_eq!(catalog.users_of("require-labels"), ["prod"]);
    assert!(catalog.users_of("prod").is_empty());

    let error = catalog.hook_flavor(&entry, second).unwrap_err();
    assert_eq!(error.to_string(), "no flavor is registered as `second`");
    assert!(matches!(error, CatalogError::UnknownFlavor { registry: Some(registry), .. } if registry == name("prod")));
}

#[test]
fn the_only_registry_that_contains_the_image() {
    let catalog = catalog("version = 1\n[registries.prod]\nuri = \"r.example/team\"\n[registries.hub]\nuri = \"docker.io/me\"\n");
    let chosen = |text: &str| catalog.select(&image(text), None).map(|entry| entry.name.to_string());
    assert_eq!(chosen("r.example/team/app:v1").unwrap(), "prod");
    assert_eq!(chosen("R.example/team").unwrap(), "prod");
    assert_eq!(chosen("me/app").unwrap(), "hub");
    for outside in ["r.example/team-evil/app", "r.example.evil.io/team/app", "ubuntu:22.04", "r.example:443/team/app"] {
        let error = chosen(outside).unwrap_err();
        assert_eq!(error.to_string(), format!("no registered registry contains the image `{}`", image(outside)));
        assert!(matches!(error, CatalogError::NoneContains { places, .. } if places == ["hub (docker.io/me)", "prod (r.example/team)"]));
    }
}

#[test]
fn a_single_registry_is_meant_even_if_the_image_lies_outside() {
    let single = catalog("version = 1\n[registries.prod]\nuri = \"r.example/team\"\n");
    assert_eq!(single.select(&image("elsewhere.example/app"), None).unwrap().name, name("prod"));
    let unusable = catalog("version = 1\n[registries.prod]\nuri = 3\n");
    assert!(matches!(unusable.select(&image("r.example/team/app"), None), Err(CatalogError::Entry { .. })));
}

#[test]
fn several_that_contain_it_are_for_the_caller_to_choose_from() {
    let catalog = several();
    assert_eq!(catalog.containing(&image("r.example/team/app")), ["all", "prod"]);
    let error = catalog.select(&image("r.example/team/app"), None).unwrap_err();
    assert_eq!(error.to_string(), "several registered registries contain the image `r.example/team/app:latest`: all, prod");
    assert!(matches!(error, CatalogError::SeveralContain { .. }));
    assert_eq!(catalog.select(&image("r.example/team/app"), Some("all")).unwrap().name, name("all"));
    // Whether it lies inside is checked by who pushes.
    assert_eq!(catalog.select(&image("r.example/team/app"), Some("local")).unwrap().name, name("local"));
}

#[test]
fn the_default_comes_before_the_only_one_and_must_exist() {
    let text = "version = 1\ndefault-registry = \"prd\"\n[registries.prod]\nuri = \"r.example\"\n";
    let error = catalog(text).select(&image("r.example/x"), None).unwrap_err();
    assert_eq!(error.to_string(), "the default registry `prd` is not registered");
    assert!(matches!(error, CatalogError::DanglingDefault { known, .. } if known.nearest() == Some("prod")));
    assert!(catalog(text).select(&image("r.example/x"), Some("prod")).is_ok());
}

#[test]
fn the_nearest_name_is_offered_or_the_list() {
    let catalog = several();
    let known = |name: &str| match catalog.registry(name) {
        Err(CatalogError::UnknownRegistry { known, .. }) => known,
        other => panic!("{other:?}"),
    };
    for (name, near) in [("prd", "prod"), ("Prod", "prod"), ("pord", "prod"), ("loacl", "local")] {
        assert_eq!(known(name).nearest(), Some(near), "{name}");
    }
    for name in ["x", "../../etc/passwd", ""] {
        assert_eq!((known(name).nearest(), known(name).names().join(" ").as_str()), (None, "all local other prod"), "{name}");
    }

    let long = "x".repeat(1_000_000);
    assert!(catalog.registry(&long).unwrap_err().to_string().len() < 300);
    assert!(catalog.flavor(&long).unwrap_err().to_string().len() < 300);
}

#[test]
fn ten_thousand_flavors() {
    let mut text = "version = 1\n".to_owned();
    for number in 0..10_000 {
        text.push_str(&format!("\n[flavors.f-{number}]\ndigest = \"{}\"\n", digest(&number.to_string())));
    }
    let folder = Folder::with(text);
    assert_eq!(folder.catalog().flavors().filter(|(_, entry)| entry.is_ok()).count(), 10_000);
    folder.edit(|edit| edit.add_flavor(&name("one-more"), &digest("x"))).unwrap();
    assert_eq!(folder.catalog().flavors().count(), 10_001);
    // The catalog and its lock, however many flavors there are.
    assert_eq!(fs::read_dir(folder.path().parent().unwrap()).unwrap().count(), 2);
}
