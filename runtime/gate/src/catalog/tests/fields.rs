//! What the reference says of the fields is what the parser does with them.

use toml_edit::{ArrayOfTables, DocumentMut, Item, TableLike, value};

use super::*;
use crate::catalog::fields::{FLAVOR, HOOK, REGISTRY, ROOT, TABLES, Table};

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A catalog with everything that has to be set and nothing else.
fn least() -> DocumentMut {
    let text = format!(
        "version = 1\n[flavors.f]\ndigest = \"{DIGEST}\"\n[registries.r]\nuri = \"registry.example.com\"\n[[registries.r.hooks]]\nflavor = \"f\"\n"
    );
    text.parse().unwrap()
}

/// The table of such a catalog that has these fields.
fn find<'a>(document: &'a mut DocumentMut, table: &Table) -> &'a mut dyn TableLike {
    let root = document.as_table_mut();
    match table.title {
        "" => root,
        "[flavors.NAME]" => root["flavors"]["f"].as_table_like_mut().unwrap(),
        "[registries.NAME]" => root["registries"]["r"].as_table_like_mut().unwrap(),
        _ => root["registries"]["r"]["hooks"].as_array_of_tables_mut().and_then(|hooks: &mut ArrayOfTables| hooks.get_mut(0)).unwrap(),
    }
}

/// What is wrong with a catalog, wherever it is told.
fn complaint(document: &DocumentMut) -> Option<String> {
    let catalog = match Catalog::parse(Path::new("catalog.toml"), document.to_string().as_bytes(), BUILTINS) {
        Ok(catalog) => catalog,
        Err(error) => return Some(error.to_string()),
    };
    let flavors = catalog.flavors().filter_map(|(_, entry)| entry.err().map(ToString::to_string));
    let registries = catalog.registries().filter_map(|(_, entry)| entry.err().map(ToString::to_string));
    let default = catalog.default_registry().err().map(|error| error.to_string());
    flavors.chain(registries).chain(default).next()
}

#[test]
fn the_least_catalog_is_one() {
    assert_eq!(complaint(&least()), None);
}

/// No field holds a date: one that accepts it is not read, and should not be known.
#[test]
fn every_known_field_is_read() {
    for table in TABLES {
        for field in table.fields {
            let mut document = least();
            let date: toml_edit::Datetime = "2026-01-01".parse().unwrap();
            find(&mut document, &table).insert(field.name, value(date));
            let complaint = complaint(&document);
            assert!(complaint.is_some_and(|text| text.contains(field.name)), "{} {}", table.title, field.name);
        }
    }
}

#[test]
fn what_must_be_set_must_and_the_rest_need_not() {
    for table in TABLES {
        for field in table.fields {
            let mut document = least();
            let removed: Option<Item> = find(&mut document, &table).remove(field.name);
            match field.default {
                "must be set" => {
                    assert!(removed.is_some(), "{} {}", table.title, field.name);
                    let complaint = complaint(&document);
                    assert!(complaint.is_some_and(|text| text.contains(field.name)), "{} {}", table.title, field.name);
                }
                _ => assert_eq!(complaint(&document), None, "{} {}", table.title, field.name),
            }
        }
    }
}

#[test]
fn a_field_that_is_not_known_is_an_error() {
    for table in [ROOT, FLAVOR, REGISTRY, HOOK] {
        let mut document = least();
        find(&mut document, &table).insert("colour", value("red"));
        assert!(complaint(&document).is_some_and(|text| text.contains("unknown field `colour`")), "{}", table.title);
    }
}
