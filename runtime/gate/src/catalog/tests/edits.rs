//! Changes to a catalog: what they do, what they leave alone, what they refuse.

use std::os::unix::fs::{MetadataExt as _, symlink};

use pushgate_net::{ClientCertificate, TokenServer};

use super::*;
use crate::credential_binding::CredentialBinding;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn a_catalog_grows_from_nothing() {
    let folder = Folder::empty();
    let path = folder.0.path().join("config/pushgate/catalog.toml");
    let add = Catalog::edit(&path, BUILTINS, |edit| -> Result<_, CatalogError> {
        assert_eq!(edit.add_flavor(&name("own-labels"), &digest("labels"))?, Change::Made);
        edit.add_flavor(&name("own-tags"), &digest("tags"))?;
        let hooks = vec![hook("own-labels", r#"{"labels": ["a", "b"], "strict": true}"#, &["registry", "http=https://api.example.com"])];
        let mut entry = registry("prod", "r.example/team", hooks);
        entry.connection = Connection {
            transport: TransportSetting::Tls,
            ca_file: Some("/etc/ssl/ca.pem".into()),
            client_certificate: Some(ClientCertificate { certificate: "/etc/ssl/me.pem".into(), key: "/etc/ssl/me.key".into() }),
            token_servers: vec![TokenServer::parse("https://auth.example.com").unwrap()],
        };
        edit.add_registry(&entry)?;
        edit.add_registry(&registry("local", "localhost:5000", Vec::new()))?;
        let grants = ["http=https://api.example.com"];
        let tried = HookEntry {
            credentials: CredentialBinding::parse_all(["https://api.example.com=bearer"]).unwrap(),
            limits: HookLimits::parse_all(["memory=128MiB", "calls=100", "compute=1500ms"]).unwrap(),
            mode: HookMode::Warn,
            ..hook("own-tags", "{}", &grants)
        };
        edit.add_hook("prod", &tried)?;
        assert_eq!(edit.catalog().registry("prod")?.hooks[1], tried);
        edit.set_default("prod")
    });
    assert_eq!(add.unwrap(), Change::Made);
    let expected = format!(
        r#"version = 1
default-registry = "prod"

[flavors.own-labels]
digest = "{}"

[flavors.own-tags]
digest = "{}"

[registries.prod]
uri = "r.example/team"
transport = "tls"
ca-file = "/etc/ssl/ca.pem"
client-certificate = "/etc/ssl/me.pem"
client-key = "/etc/ssl/me.key"
token-servers = ["https://auth.example.com"]

[[registries.prod.hooks]]
flavor = "own-labels"
settings = {{ labels = ["a", "b"], strict = true }}
grants = ["registry", "http=https://api.example.com"]

[[registries.prod.hooks]]
flavor = "own-tags"
grants = ["http=https://api.example.com"]
credentials = ["https://api.example.com=bearer"]
limits = {{ memory = "128MiB", compute = "1500ms", calls = 100 }}
mode = "warn"

[registries.local]
uri = "localhost:5000"
"#,
        digest("labels"),
        digest("tags")
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    let catalog = Catalog::load(&path, BUILTINS).unwrap();
    assert_eq!(catalog.registry("prod").unwrap().hooks.len(), 2);
    assert_eq!(catalog.users_of("own-tags"), ["prod"]);
}

/// What a person wrote, with comments wherever they can stand.
fn by_hand() -> String {
    format!(
        r#"# The catalog of the platform team.
version = 1 # of the format

# Everybody pushes there.
default-registry = "prod" # since March

# --- flavors ---

# checked by security
[flavors.labels]
digest = "{}" # 1.2.0

    [flavors.tags] # indented
    digest = '{}'

# --- registries ---
[registries.prod]
# the load balancer
uri = "r.example/team"

# first the labels
[[registries.prod.hooks]]
flavor = "labels"
settings = {{ labels = [
    "a", # source
    "b",
] }}

# then the tags
[[registries.prod.hooks]]
flavor = "tags"
[registries.prod.hooks.settings]
tags = ["latest"] # never

[registries.stage] # for tests
uri = "s.example"
# the end
"#,
        digest("labels"),
        digest("tags")
    )
}

#[test]
fn comments_and_order_survive() {
    let folder = Folder::with(by_hand());
    let mut expected = by_hand();
    let mut step = |old: &str, new: &str, change: &dyn Fn(&mut Edit)| {
        assert_eq!(expected.matches(old).count(), 1, "{old}");
        expected = expected.replace(old, new);
        folder.change(change);
        assert_eq!(folder.text(), expected);
    };
    step(r#"default-registry = "prod" # since March"#, r#"default-registry = "stage" # since March"#, &|edit| {
        edit.set_default("stage").unwrap();
    });
    step(&digest("labels").to_string(), &digest("new labels").to_string(), &|edit| {
        let replacement = edit.replace_flavor(&name("labels"), &digest("new labels")).unwrap();
        assert_eq!(replacement, Replacement { previous: Some(digest("labels")), registries: vec!["prod".to_owned()] });
    });
    let third = format!("    digest = '{}'\n", digest("tags"));
    step(&third, &format!("{third}\n[flavors.third]\ndigest = \"{}\"\n", digest("third")), &|edit| {
        edit.add_flavor(&name("third"), &digest("third")).unwrap();
    });
    let last = "tags = [\"latest\"] # never\n";
    let added = "\n[[registries.prod.hooks]]\nflavor = \"third\"\nsettings = { x = 1.0 }\n";
    step(last, &format!("{last}{added}"), &|edit| {
        edit.add_hook("prod", &hook("third", r#"{"x": 1.0}"#, &[])).unwrap();
    });
    step("uri = \"s.example\"\n", "uri = \"s.example\"\n\n[registries.last]\nuri = \"l.example\"\n", &|edit| {
        edit.add_registry(&registry("last", "l.example", Vec::new())).unwrap();
    });
    step("\n[registries.last]\nuri = \"l.example\"\n", "", &|edit| edit.remove_registry("last").unwrap());
    step(added, "", &|edit| edit.remove_hook("prod", "third").unwrap());
    // A comment above an entry goes with the entry.
    step(
        "\n# then the tags\n[[registries.prod.hooks]]\nflavor = \"tags\"\n[registries.prod.hooks.settings]\ntags = [\"latest\"] # never\n",
        "",
        &|edit| edit.remove_hook("prod", "tags").unwrap(),
    );
    step(r#"default-registry = "stage" # since March"#, r#"default-registry = "prod" # since March"#, &|edit| {
        edit.set_default("prod").unwrap();
    });
    step("\n[registries.stage] # for tests\nuri = \"s.example\"\n", "", &|edit| edit.remove_registry("stage").unwrap());
}

#[test]
fn a_name_has_one_component() {
    let folder = Folder::empty();
    let add = |bytes: &str| folder.edit(|edit| edit.add_flavor(&name("a"), &digest(bytes)));
    assert_eq!(add("one").unwrap(), Change::Made);
    assert_eq!(add("one").unwrap(), Change::Unneeded);
    let error = add("two").unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the flavor `a` is registered already, with the component {} instead of {}", digest("one"), digest("two"))
    );
    assert!(matches!(error, CatalogError::FlavorExists { .. }));

    let replace = |bytes: &str| folder.edit(|edit| edit.replace_flavor(&name("a"), &digest(bytes))).unwrap();
    assert_eq!(replace("two"), Replacement { previous: Some(digest("one")), registries: Vec::new() });
    assert_eq!(replace("two"), Replacement { previous: Some(digest("two")), registries: Vec::new() });
    assert_eq!(folder.catalog().flavor("a").unwrap().digest, digest("two"));
    let new = folder.edit(|edit| edit.replace_flavor(&name("b"), &digest("b"))).unwrap();
    assert_eq!(new, Replacement { previous: None, registries: Vec::new() });
}

#[test]
fn a_replacement_mends_a_digest_and_nothing_else() {
    let folder = Folder::with("version = 1\n[flavors.a]\ndigest = \"sha256:bad\"\n[flavors.b]\nurl = \"x\"\n");
    assert!(matches!(folder.edit(|edit| edit.add_flavor(&name("a"), &digest("a"))), Err(CatalogError::Entry { .. })));
    assert_eq!(folder.edit(|edit| edit.replace_flavor(&name("a"), &digest("a"))).unwrap().previous, None);
    assert_eq!(folder.catalog().flavor("a").unwrap().digest, digest("a"));
    let before = folder.text();
    let error = folder.edit(|edit| edit.replace_flavor(&name("b"), &digest("b"))).unwrap_err();
    assert!(error.to_string().contains("unknown field `url`"), "{error}");
    assert_eq!(folder.text(), before);
}

#[test]
fn a_flavor_in_use_stays() {
    let folder = Folder::empty();
    folder
        .edit(|edit| {
            edit.add_flavor(&name("a"), &digest("a"))?;
            edit.add_registry(&registry("two", "two.example", vec![hook("a", "{}", &[])]))?;
            edit.add_registry(&registry("one", "one.example", vec![hook("a", "{}", &[])]))
        })
        .unwrap();
    let error = folder.edit(|edit| edit.remove_flavor("a")).unwrap_err();
    assert_eq!(error.to_string(), "the flavor `a` is in use by one, two");
    folder
        .edit(|edit| {
            edit.remove_hook("one", "a")?;
            edit.remove_registry("two")?;
            edit.remove_flavor("a")
        })
        .unwrap();
    assert_eq!(folder.text(), "version = 1\n\n[registries.one]\nuri = \"one.example\"\n");
    for error in [
        folder.edit(|edit| edit.remove_flavor("a")).unwrap_err(),
        folder.edit(|edit| edit.remove_registry("two")).unwrap_err(),
        folder.edit(|edit| edit.set_default("two")).unwrap_err(),
        folder.edit(|edit| edit.add_hook("one", &hook("a", "{}", &[]))).unwrap_err(),
        folder.edit(|edit| edit.remove_hook("one", "a")).unwrap_err(),
        folder.edit(|edit| edit.add_registry(&registry("three", "x.example", vec![hook("a", "{}", &[])]))).unwrap_err(),
    ] {
        assert!(error.to_string().starts_with("no ") || error.to_string().contains("has no hook `a`"), "{error}");
    }
}

#[test]
fn registering_again_is_nothing_to_do_only_if_nothing_differs() {
    let folder = Folder::empty();
    folder.edit(|edit| edit.add_flavor(&name("a"), &digest("a"))).unwrap();
    let same = || registry("prod", "r.example/team", vec![hook("a", r#"{"x": [1, {"y": "z"}]}"#, &["registry"])]);
    assert_eq!(folder.edit(|edit| edit.add_registry(&same())).unwrap(), Change::Made);
    let before = folder.text();
    assert_eq!(folder.edit(|edit| edit.add_registry(&same())).unwrap(), Change::Unneeded);
    assert_eq!(folder.edit(|edit| edit.add_hook("prod", &same().hooks[0])).unwrap(), Change::Unneeded);
    let with = |connection| RegistryEntry { connection, ..same() };
    for differs in [
        registry("prod", "r.example", same().hooks),
        registry("prod", "r.example/team", Vec::new()),
        registry("prod", "r.example/team", vec![hook("a", "{}", &["registry"])]),
        registry("prod", "r.example/team", vec![hook("a", r#"{"x": [1, {"y": "z"}]}"#, &[])]),
        with(Connection { transport: TransportSetting::PlainHttp, ..Connection::default() }),
        with(Connection { ca_file: Some("/ca.pem".into()), ..Connection::default() }),
        with(Connection { token_servers: vec![TokenServer::parse("https://auth.example.com").unwrap()], ..Connection::default() }),
        with(Connection {
            client_certificate: Some(ClientCertificate { certificate: "/me.pem".into(), key: "/me.key".into() }),
            ..Connection::default()
        }),
    ] {
        let error = folder.edit(|edit| edit.add_registry(&differs)).unwrap_err();
        assert_eq!(error.to_string(), "the registry `prod` is registered already, and differs");
    }
    let error = folder.edit(|edit| edit.add_hook("prod", &hook("a", "{}", &[]))).unwrap_err();
    assert_eq!(error.to_string(), "the registry `prod` has the hook `a` already, and it differs");
    assert_eq!(folder.text(), before);
}

#[test]
fn what_the_catalog_could_not_read_back_is_not_written() {
    let folder = Folder::empty();
    folder.edit(|edit| edit.add_flavor(&name("a"), &digest("a"))).unwrap();
    let before = folder.text();
    let twice = registry("r", "r.example", vec![hook("a", "{}", &[]), hook("a", r#"{"x": 1}"#, &[])]);
    let error = folder.edit(|edit| edit.add_registry(&twice)).unwrap_err();
    assert!(error.to_string().contains("the hook `a` stands twice"), "{error}");
    let with_file = |path: PathBuf| RegistryEntry {
        connection: Connection { ca_file: Some(path), ..Connection::default() },
        ..registry("r", "r.example", Vec::new())
    };
    let error = folder.edit(|edit| edit.add_registry(&with_file("ca.pem".into()))).unwrap_err();
    assert_eq!(error.to_string(), "the file `ca.pem` can't be registered: the path is not absolute");
    let strange = std::ffi::OsStr::new("/ca-\u{e4}.pem").to_owned();
    assert!(folder.edit(|edit| edit.add_registry(&with_file(strange.into()))).is_ok());
    let not_utf8 = <std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(b"/\xff".to_vec());
    folder.edit(|edit| edit.remove_registry("r")).unwrap();
    let error = folder.edit(|edit| edit.add_registry(&with_file(not_utf8.into()))).unwrap_err();
    assert!(error.to_string().ends_with("the path is not UTF-8"), "{error}");
    assert_eq!(folder.text(), before);

    // A catalog that grows too large stays as it is.
    let large = format!("version = 1\n# {}\n", "x".repeat(usize::try_from(MAX_CATALOG_BYTES).unwrap() - 20));
    let folder = Folder::with(&large);
    let error = folder.edit(|edit| edit.add_flavor(&name("a"), &digest("a"))).unwrap_err();
    assert!(error.to_string().ends_with("would be larger than 16 MiB"), "{error}");
    assert!(folder.text() == large);
}

#[test]
fn a_change_that_fails_or_panics_or_changes_nothing_writes_nothing() {
    let folder = Folder::empty();
    let failed = folder.edit(|edit| {
        edit.add_flavor(&name("a"), &digest("a"))?;
        edit.set_default("nothing")
    });
    assert!(failed.is_err() && !folder.path().exists());
    folder.change(|edit| assert_eq!(edit.catalog().flavors().count(), 0));
    assert!(!folder.path().exists());

    let path = folder.path();
    let panicked = std::panic::catch_unwind(|| {
        Catalog::edit(&path, BUILTINS, |edit| -> Result<(), CatalogError> {
            edit.add_flavor(&name("a"), &digest("a"))?;
            panic!("in the middle")
        })
    });
    assert!(panicked.is_err() && !folder.path().exists());

    // The lock is free again, and a file that nothing changes is not even written again.
    folder.edit(|edit| edit.add_flavor(&name("a"), &digest("a"))).unwrap();
    let inode = |folder: &Folder| fs::metadata(folder.path()).unwrap().ino();
    let before = inode(&folder);
    folder.edit(|edit| edit.add_flavor(&name("a"), &digest("a"))).unwrap();
    assert_eq!(inode(&folder), before);
    folder.edit(|edit| edit.add_flavor(&name("b"), &digest("b"))).unwrap();
    assert_ne!(inode(&folder), before);
}

#[test]
fn a_step_that_fails_leaves_the_steps_before_it() {
    let folder = Folder::empty();
    folder
        .edit(|edit| {
            edit.add_flavor(&name("a"), &digest("a"))?;
            assert!(edit.add_flavor(&name("a"), &digest("b")).is_err());
            assert!(edit.add_registry(&registry("r", "r.example", vec![hook("a", "{}", &[]), hook("a", "{}", &[])])).is_err());
            assert_eq!(edit.catalog().registries().count(), 0);
            edit.add_flavor(&name("c"), &digest("c"))
        })
        .unwrap();
    assert_eq!(names(folder.catalog().flavors()), ["a", "c"]);
}

#[test]
fn a_link_stays_a_link() {
    let folder = Folder::empty();
    let real = folder.0.path().join("dotfiles/gate.toml");
    fs::create_dir(real.parent().unwrap()).unwrap();
    fs::write(&real, "version = 1 # linked\n").unwrap();
    symlink("dotfiles/gate.toml", folder.path()).unwrap();
    folder.edit(|edit| edit.add_flavor(&name("a"), &digest("a"))).unwrap();
    assert!(fs::symlink_metadata(folder.path()).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().starts_with("version = 1 # linked\n\n[flavors.a]"));
    assert!(real.with_extension("toml.lock").exists());
}

#[test]
fn a_write_that_fails_leaves_the_catalog_as_it_was() {
    let folder = Folder::with("version = 1\n");
    fs::create_dir(folder.path().with_extension("toml.new")).unwrap();
    let error = folder.edit(|edit| edit.add_flavor(&name("a"), &digest("a"))).unwrap_err();
    assert!(matches!(error, CatalogError::File(_)), "{error}");
    assert_eq!(folder.text(), "version = 1\n");

    // A folder that can't be made, since a file stands there.
    let below = folder.path().join("sub/catalog.toml");
    assert!(Catalog::edit(&below, BUILTINS, |edit| edit.add_flavor(&name("a"), &digest("a"))).is_err());
    assert_eq!(folder.text(), "version = 1\n");
}
