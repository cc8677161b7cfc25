//! Files that are no catalog, and entries that are invalid beside others that are not.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use pushgate_files::own::FileError;

use super::*;

/// Nothing may be changed in a file that is not a catalog.
fn refused(bytes: impl AsRef<[u8]>) -> CatalogError {
    let folder = Folder::with(&bytes);
    let error = folder.load().expect_err("not a catalog");
    let edited = folder.edit(|edit| edit.add_flavor(&name("new"), &digest("new"))).unwrap_err();
    assert_eq!(edited.to_string(), error.to_string());
    assert_eq!(fs::read(folder.path()).unwrap(), bytes.as_ref());
    error
}

#[test]
fn what_is_not_a_catalog_is_one_error_with_its_place() {
    let flavor = format!("[flavors.a]\ndigest = \"{}\"\n", digest("a"));
    let twice = format!("version = 1\n{flavor}{flavor}");
    let table: [(&[u8], &str, &str); 20] = [
        (b"", "line 1, column 1", "`version = 1` is missing"),
        (b"\n# nothing but a comment\n", "line 1, column 1", "`version = 1` is missing"),
        (b"[flavors.a]\n", "line 1, column 1", "`version = 1` is missing"),
        (b"version = 1\n[flavors.a", "line 2, column 11", "unclosed table"),
        (b"version = 1\n[flavors.a]\ndigest = \"sha256:", "line 3, column 18", "invalid basic string"),
        (b"version = ", "line 1, column 11", ""),
        (b"version = 1\n\0\0\0", "line 2, column 1", "it holds a NUL byte"),
        (b"\0", "line 1, column 1", "it holds a NUL byte"),
        (b"version = 1\nx = \"\xff\"", "line 2, column 6", "it is not UTF-8"),
        (b"not a catalog", "line 1, column 5", ""),
        (b"{\"version\": 1}", "line 1, column 1", ""),
        (b"version = 1\nversion = 1\n", "line 2, column 1", "duplicate key"),
        (b"version = \"1\"\n", "line 1, column 11", "`version` must be an integer, not a string"),
        (b"version = 1.0\n", "line 1, column 11", "`version` must be an integer, not a float"),
        (b"version = 1\ndefault_registry = \"prod\"\n", "line 2, column 1", "unknown field `default_registry`"),
        (b"version = 1\n\n[plugins.x]\n", "line 3, column 2", "unknown field `plugins`"),
        (b"version = 1\nflavors = 3\n", "line 2, column 11", "`flavors` must be a table, not an integer"),
        (b"version = 1\n[[registries]]\n", "line 2, column 1", "`registries` must be a table, not an array of tables"),
        ("version = 1\n\"ä\" = 1 ö".as_bytes(), "line 2, column 7", ""),
        (twice.as_bytes(), "line 4, column 10", "duplicate key"),
    ];
    for (bytes, place, reason) in table {
        let shown = String::from_utf8_lossy(bytes);
        let error = refused(bytes);
        let text = error.to_string();
        assert!(matches!(error, CatalogError::Damaged { .. }), "{shown:?}: {text}");
        assert!(text.contains(&format!("is damaged at {place}: ")), "{shown:?}: {text}");
        assert!(text.contains(reason), "{shown:?}: {text}");
        assert!(!text.contains('\n') && text.len() < 400, "{text}");
    }
}

#[test]
fn a_hook_that_is_cut_off_is_never_dropped() {
    let before = "version = 1\n[registries.r]\nuri = \"r.example/x\"\n";
    let hook = "[[registries.r.hooks]]\nflavor = \"a\"";
    for length in 1..hook.len() {
        let folder = Folder::with(format!("{before}{}", hook.get(..length).unwrap()));
        // Either it is no catalog any more, or the registry is unusable: it is never one without a hook.
        assert!(folder.load().and_then(|catalog| catalog.registry("r")).is_err(), "{length}");
    }
}

#[test]
fn a_catalog_from_the_future_is_left_alone() {
    let error = refused("version = 2\nanything = [1]\n[flavors]\nx = 3\n");
    assert!(matches!(error, CatalogError::Version { found: 2, .. }));
    assert!(error.to_string().contains("has version 2, and this pushgate knows version 1 only"), "{error}");
    assert!(matches!(refused("version = -1\n"), CatalogError::Version { found: -1, .. }));
}

#[test]
fn nesting_without_end_is_an_error_and_no_overflow() {
    for text in [
        format!("version = 1\nx = {}", "[".repeat(1_000_000)),
        format!("version = 1\nx = {}", "{a=".repeat(300_000)),
        format!("version = 1\n[{}a]", "a.".repeat(300_000)),
        format!("version = 1\n{}a = 1", "a.".repeat(300_000)),
    ] {
        assert!(matches!(refused(text), CatalogError::Damaged { .. }));
    }
}

#[test]
fn an_invalid_entry_is_unusable_alone() {
    let digest = digest("good");
    let long = "x".repeat(300);
    let bad_flavors = [
        ("../../x", format!("digest = \"{digest}\""), "only a-z"),
        (".", format!("digest = \"{digest}\""), "only a-z"),
        ("a/b", format!("digest = \"{digest}\""), "only a-z"),
        ("gооd", format!("digest = \"{digest}\""), "only a-z"), // two Cyrillic letters
        ("Good", format!("digest = \"{digest}\""), "only a-z"),
        ("", format!("digest = \"{digest}\""), "empty"),
        (long.as_str(), format!("digest = \"{digest}\""), "longer than 64"),
        ("none", String::new(), "the field `digest` is missing"),
        ("short", "digest = \"sha256:00\"".to_owned(), "`digest`: `sha256:00` is not a component digest"),
        ("typed", "digest = 7".to_owned(), "`digest`: it must be a string, not an integer"),
        ("more", format!("digest = \"{digest}\"\nurl = \"x\""), "unknown field `url`"),
        ("upper", format!("digest = \"{}\"", digest.to_string().to_uppercase()), "is not a component digest"),
    ];
    for (bad, body, reason) in bad_flavors {
        let folder = Folder::with(format!("version = 1\n\n[flavors.\"{bad}\"]\n{body}\n\n[flavors.good]\ndigest = \"{digest}\"\n"));
        let catalog = folder.catalog();
        assert_eq!(catalog.flavor("good").unwrap().digest, digest);
        let error = catalog.flavor(bad).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, CatalogError::Entry { .. }), "{text}");
        assert!(text.contains("is unusable: ") && text.contains(reason), "{bad}: {text}");
        assert!(
            text.contains("at line 3, column 10") || text.contains("at line 4, column") || text.contains("at line 5, column 1"),
            "{text}"
        );
        assert!(text.len() < 400, "{text}");
        assert_eq!(catalog.flavors().filter(|(_, entry)| entry.is_err()).count(), 1);

        // The entries beside it can be changed, it stays as it is, and it can be deleted.
        folder.edit(|edit| edit.add_flavor(&name("new"), &digest)).unwrap();
        assert!(folder.text().contains(&body));
        folder.edit(|edit| edit.remove_flavor(bad)).unwrap();
        assert_eq!(names(folder.catalog().flavors()), ["good", "new"]);
    }
}

#[test]
fn an_invalid_registry_is_unusable_alone() {
    let uri = "uri = \"r.example/team\"";
    let table = [
        ("", "the field `uri` is missing"),
        ("uri = \"https://r.example/team\"", "`uri`: "),
        ("uri = \"\"", "`uri`: "),
        ("uri = 3", "`uri`: it must be a string, not an integer"),
        (&format!("{uri}\nurl = \"x\""), "unknown field `url`"),
        (&format!("{uri}\ntransport = \"http\""), "`transport`: `http` is neither `plain-http` nor `tls`"),
        (&format!("{uri}\ntransport = true"), "`transport`: it must be a string, not a boolean"),
        (&format!("{uri}\nca-file = \"ca.pem\""), "`ca-file`: `ca.pem` is not an absolute path"),
        (&format!("{uri}\nclient-certificate = \"/me.pem\""), "`client-certificate` and `client-key` go together"),
        (&format!("{uri}\nclient-certificate = \"/me.pem\"\nclient-key = \"me.key\""), "`client-key`: `me.key` is not an absolute path"),
        (&format!("{uri}\ntoken-servers = \"https://a.example\""), "`token-servers` must be an array of strings"),
        (&format!("{uri}\ntoken-servers = [\"a.example\"]"), "the token server `a.example` is not an"),
        (&format!("{uri}\ntoken-servers = [\"https://a.example/token\"]"), "the token server `https://a.example/token` has a path"),
        (&format!("{uri}\nhooks = 3"), "`hooks` must be an array of tables, not an integer"),
        (&format!("{uri}\nhooks = [3]"), "`hooks` must be an array of tables, not an array"),
        (&format!("{uri}\nhooks = {{ flavor = \"good\" }}"), "`hooks` must be an array of tables, not a table"),
        (&format!("{uri}\nhooks = [{{}}]"), "the field `flavor` is missing"),
        (&format!("{uri}\nhooks = [{{ flavor = \"../x\" }}]"), "`flavor`: `../x` is not a name"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\" }}, {{ flavor = \"good\" }}]"), "the hook `good` stands twice"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", modus = \"off\" }}]"), "unknown field `modus`"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", mode = \"off\" }}]"), "`mode`: `off` is neither `enforce` nor `warn`"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", mode = true }}]"), "`mode`: it must be a string, not a boolean"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", limits = [] }}]"), "`limits` must be a table, not an array"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", limits = {{ speed = 1 }} }}]"), "`speed` is not a limit"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", limits = {{ memory = 1024 }} }}]"), "`1024`: it is a size with its unit"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", limits = {{ memory = \"2GiB\" }} }}]"), "it is at most 1GiB"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", limits = {{ calls = -1 }} }}]"), "`-1`: it is a number without a unit"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", limits = {{ compute = 1.5 }} }}]"), "must be a string or an integer, not a float"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", credentials = \"x\" }}]"), "`credentials` must be an array of strings"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", credentials = [\"https://a.example\"] }}]"), "it is not ORIGIN=FORM"),
        (
            &format!("{uri}\nhooks = [{{ flavor = \"good\", credentials = [\"https://a.example=bearer\"] }}]"),
            "a credential is bound to `https://a.example`, which no grant opens",
        ),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", grants = \"registry\" }}]"), "`grants` must be an array of strings"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", grants = [1] }}]"), "`grants` must be an array of strings"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", grants = [\"all\"] }}]"), "`all` is not a grant"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", grants = [\"http=https://*.x\"] }}]"), "a wildcard is not an origin"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", grants = [\"registry\", \"registry\"] }}]"), "`registry` is granted twice"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", settings = [] }}]"), "`settings` must be a table, not an array"),
        (&format!("{uri}\nhooks = [{{ flavor = \"good\", settings = {{ a = 2026-01-01 }} }}]"), "the setting `a` holds a date or time"),
        (
            &format!("{uri}\nhooks = [{{ flavor = \"good\", settings = {{ a = [{{ b = nan }}] }} }}]"),
            "the setting `b` holds a number that is not finite",
        ),
    ];
    for (body, reason) in table {
        let folder = Folder::with(format!(
            "version = 1\n[flavors.good]\ndigest = \"{}\"\n[registries.bad]\n{body}\n[registries.good]\nuri = \"r.example/team\"\n",
            digest("good")
        ));
        let catalog = folder.catalog();
        assert!(catalog.registry("good").is_ok());
        let text = catalog.registry("bad").unwrap_err().to_string();
        assert!(text.contains("`registries.bad` at line ") && text.contains(reason), "{body}: {text}");
        // It is not chosen for an image, but it does not stand in the way either.
        assert_eq!(catalog.select(&image("r.example/team/app"), None).unwrap().name, name("good"));
        if body.contains("flavor = \"good\"") && !body.contains("hooks = {") {
            let error = folder.edit(|edit| edit.remove_flavor("good")).unwrap_err();
            assert_eq!(error.to_string(), "the flavor `good` is in use by bad");
        }
        folder.edit(|edit| edit.remove_registry("bad")).unwrap();
        assert_eq!(names(folder.catalog().registries()), ["good"]);
    }
}

#[test]
fn a_default_that_is_no_name_matters_only_when_it_is_needed() {
    let folder = Folder::with("version = 1\ndefault-registry = 3\n[registries.r]\nuri = \"r.example\"\n");
    let catalog = folder.catalog();
    assert!(catalog.registry("r").is_ok());
    let error = catalog.select(&image("r.example/x"), None).unwrap_err();
    assert!(
        error.to_string().contains("`default-registry` at line 2, column 20 is unusable: it must be a string, not an integer"),
        "{error}"
    );
    folder.edit(|edit| edit.set_default("r")).unwrap();
    assert_eq!(folder.catalog().select(&image("r.example/x"), None).unwrap().name, name("r"));
}

#[test]
fn a_file_of_others_is_not_read() {
    let folder = Folder::with("version = 1\n");
    for mode in [0o666, 0o622, 0o664] {
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
        for error in [folder.load().unwrap_err(), folder.edit(|edit| edit.set_default("x")).unwrap_err()] {
            assert!(matches!(error, CatalogError::File(FileError::WritableByOthers { .. })), "{error}");
        }
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o600)).unwrap();
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(folder.path(), Some(4711), None).unwrap();
        let error = folder.load().unwrap_err();
        assert!(error.to_string().ends_with("belongs to user 4711, not to user 0"), "{error}");
    }
}

#[test]
fn a_gigantic_file_and_what_is_no_file() {
    let folder = Folder::with("version = 1\n");
    fs::File::options().write(true).open(folder.path()).unwrap().set_len(1 << 30).unwrap();
    assert!(folder.load().unwrap_err().to_string().ends_with("exceeds the limit of 16 MiB"));

    let folder = Folder::empty();
    fs::create_dir(folder.path()).unwrap();
    for error in [folder.load().unwrap_err(), folder.edit(|edit| edit.add_flavor(&name("a"), &digest("a"))).unwrap_err()] {
        assert!(error.to_string().ends_with(", not a regular file"), "{error}");
    }
    // A link that leads nowhere is not an empty catalog that an edit could put something in place of.
    let folder = Folder::empty();
    symlink(folder.path().with_extension("gone"), folder.path()).unwrap();
    assert!(folder.edit(|edit| edit.add_flavor(&name("a"), &digest("a"))).is_err());
    assert!(fs::symlink_metadata(folder.path()).unwrap().is_symlink());
}
