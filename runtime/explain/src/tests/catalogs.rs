//! Of catalogs, and of files that are the user's.

use std::path::Path;

use pushgate_files::own::FileError;
use pushgate_gate::builtin::{BuiltinFlavor, Builtins};
use pushgate_gate::catalog::{Catalog, CatalogError};
use pushgate_gate::flavors::StoreError;
use pushgate_gate::name::Name;
use pushgate_gate::paths::PathsError;
use pushgate_reference::ImageReference;
use pushgate_sandbox::ComponentDigest;

use crate::Explain as _;

/// One flavor that ships: its name is what counts here.
const BUILTINS: Builtins = Builtins::new(&[BuiltinFlavor {
    name: "forbid-tags",
    description: "refuses tags",
    digest: ComponentDigest::from_bytes([7; 32]),
    size: 0,
    packed: &[],
}]);

const REGISTER: &str = "register a registry with `pushgate registry register NAME --uri URI`";

fn catalog(text: &str) -> Catalog {
    Catalog::parse(Path::new("catalog.toml"), text.as_bytes(), BUILTINS).unwrap()
}

fn image(text: &str) -> ImageReference {
    ImageReference::parse(text).unwrap()
}

fn several() -> Catalog {
    catalog(
        "version = 1\n[registries.prod]\nuri = \"r.example/team\"\n[registries.other]\nuri = \"r.example/other\"\n\
         [registries.all]\nuri = \"r.example\"\n[registries.local]\nuri = \"localhost:5000\"\n",
    )
}

#[test]
fn of_a_catalog_that_does_not_exist() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.toml");
    let catalog = Catalog::load(&path, BUILTINS).unwrap();
    let absent = format!("the catalog `{}` does not exist; ", path.display());
    let error = catalog.select(&image("r.example/x"), None).unwrap_err();
    assert_eq!(error.hint().unwrap(), format!("{absent}{REGISTER}, or give --uri URI"));
    assert_eq!(catalog.registry("prod").unwrap_err().hint().unwrap(), format!("{absent}{REGISTER}"));
    assert_eq!(catalog.default_entry().unwrap_err().hint().unwrap(), format!("{absent}{REGISTER}"));
    let hint = catalog.flavor("x").unwrap_err().hint().unwrap();
    assert!(hint.starts_with(&absent) && hint.contains("pushgate flavor register"), "{hint}");
    // One that ships is near, whatever is missing.
    assert_eq!(catalog.flavor("forbid-tag").unwrap_err().hint().unwrap(), "did you mean `forbid-tags`?");
    let edited = Catalog::edit(&path, BUILTINS, |edit| edit.set_default("prod"));
    assert!(edited.unwrap_err().hint().unwrap().starts_with("the catalog `"));
}

#[test]
fn of_an_empty_catalog() {
    let catalog = catalog("version = 1\n");
    assert_eq!(catalog.registry("prod").unwrap_err().hint().unwrap(), REGISTER);
    assert_eq!(catalog.default_entry().unwrap_err().hint().unwrap(), REGISTER);
    let error = catalog.select(&image("r.example/x"), None).unwrap_err();
    assert_eq!(error.hint().unwrap(), format!("{REGISTER}, or give --uri URI"));
}

#[test]
fn of_a_name_that_is_not_registered() {
    let catalog = several();
    let hint = |name: &str| catalog.registry(name).unwrap_err().hint().unwrap();
    for (name, near) in [("prd", "prod"), ("Prod", "prod"), ("pord", "prod"), ("loacl", "local")] {
        assert_eq!(hint(name), format!("did you mean `{near}`?"));
    }
    for name in ["x", "../../etc/passwd", ""] {
        assert_eq!(hint(name), "registered: all, local, other, prod");
    }
    let mut text = "version = 1\n".to_owned();
    for number in 100..200 {
        text.push_str(&format!("[registries.r{number}]\nuri = \"r{number}.example\"\n"));
    }
    let many = self::catalog(&text);
    assert_eq!(many.registry("zzzz").unwrap_err().hint().unwrap(), "`pushgate registry list` shows the 100 that are registered");
}

#[test]
fn of_an_image_that_is_in_none_or_in_several() {
    let two = catalog("version = 1\n[registries.prod]\nuri = \"r.example/team\"\n[registries.hub]\nuri = \"docker.io/me\"\n");
    let error = two.select(&image("r.example/team-evil/app"), None).unwrap_err();
    assert_eq!(
        error.hint().unwrap(),
        "name the image inside one of them: hub (docker.io/me), prod (r.example/team); or register a registry with \
         `pushgate registry register NAME --uri URI`, or give --uri URI"
    );
    let error = several().select(&image("r.example/team/app"), None).unwrap_err();
    assert!(error.hint().unwrap().contains("--registry NAME"));
}

#[test]
fn of_a_default_registry() {
    let dangling = catalog("version = 1\ndefault-registry = \"prd\"\n[registries.prod]\nuri = \"r.example\"\n");
    let error = dangling.select(&image("r.example/x"), None).unwrap_err();
    assert_eq!(error.hint().unwrap(), "choose another with `pushgate registry use NAME`; did you mean `prod`?");
    let none = catalog("version = 1\n[registries.prod]\nuri = \"r.example\"\n");
    assert_eq!(none.default_entry().unwrap_err().hint().unwrap(), "choose one with `pushgate registry use NAME`; registered: prod");
}

#[test]
fn of_a_hook_whose_flavor_is_gone() {
    let catalog = catalog("version = 1\n[registries.prod]\nuri = \"r.example\"\nhooks = [{ flavor = \"second\" }]\n");
    let entry = catalog.registry("prod").unwrap();
    let error = catalog.hook_flavor(&entry, &entry.hooks[0]).unwrap_err();
    assert_eq!(
        error.hint().unwrap(),
        "register it with `pushgate flavor register FILE.wasm --name second`, or drop it with `pushgate registry remove-hook prod second`"
    );
}

#[test]
fn of_what_cannot_be_changed() {
    let name = |text: &str| Name::parse(text).unwrap();
    let digest = |text: &str| ComponentDigest::of(text.as_bytes());
    let exists = CatalogError::FlavorExists { name: name("a"), registered: digest("one"), offered: digest("two") };
    assert!(exists.hint().unwrap().contains("--replace"));
    let damaged = Catalog::parse(Path::new("catalog.toml"), b"version = 1\n[[registries]]\n", BUILTINS).unwrap_err();
    assert!(damaged.hint().unwrap().contains("nothing was changed"));
}

#[test]
fn of_files() {
    let writable = FileError::WritableByOthers { path: "/a b".into(), mode: 0o666 };
    assert_eq!(writable.hint().unwrap(), "chmod go-w '/a b'");
    assert_eq!(CatalogError::from(writable).hint().unwrap(), "chmod go-w '/a b'");
    let missing = StoreError::Missing { digest: ComponentDigest::of(b"gone"), folder: "/data".into() };
    assert!(missing.hint().unwrap().contains("pushgate flavor register"));
    let paths = PathsError::NoFolder { what: "data", variable: "PUSHGATE_DATA_DIR", xdg: "XDG_DATA_HOME" };
    assert_eq!(paths.hint().unwrap(), "set PUSHGATE_DATA_DIR to an absolute path");
}
