//! Files and folders that are not as they should be: of another owner, open to others, damaged, missing, in the way.
//!
//! The rows of family (j) that it holds are listed in the module `at_once`. Where the tests run as root, some commands run without what lets root write everywhere.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::support::{Home, Ran, guest};

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
}

/// Every path below a folder that is not a link.
fn below(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { [vec![path.clone()], below(&path)].concat() } else { vec![path] }).collect()
}

/// Runs a line as somebody whom modes hold: root is held by none unless it gives that up.
fn run_held_by_modes(home: &Home, line: &str) -> Ran {
    if !is_root() {
        return home.run(line);
    }
    let plain = home.command(line.split_whitespace());
    let mut command = Command::new("setpriv");
    for set in ["--bounding-set", "--inh-caps"] {
        command.args([set, "-dac_override,-dac_read_search"]);
    }
    command.arg(plain.get_program()).args(plain.get_args()).current_dir(home.path()).env_clear();
    command.envs(plain.get_envs().filter_map(|(key, value)| Some((key, value?))));
    Ran::from(command.output().expect("setpriv runs"))
}

#[track_caller]
fn refused(ran: &Ran, code: i32, text: &str) {
    assert_eq!(ran.code, code, "{ran:?}");
    assert!(ran.stderr.contains(text), "`{text}` is not in {ran:?}");
    assert!(!ran.stderr.contains("panicked"), "{ran:?}");
}

fn register(home: &Home) -> Ran {
    home.run(&format!("flavor register {}", guest("passthrough").display()))
}

#[test]
fn a_catalog_that_is_none_stops_every_command_and_is_left_alone() {
    let digest = "sha256:".to_owned() + &"0".repeat(64);
    for (text, place) in [
        (String::new(), "line 1, column 1: the line `version = 1` is missing"),
        ("version = 1\n[registries.r]\nuri = \"r.exam".to_owned(), "line 3"),
        ("version = 1\n\0\0\0".to_owned(), "line 2, column 1: it holds a NUL byte"),
        (format!("version = 1\n[flavors.a]\ndigest = \"{digest}\"\n[flavors.a]\n"), "line 4"),
        ("version = 7\n".to_owned(), "has version 7"),
        ("version = 1\nplugins = []\n".to_owned(), "line 2, column 1: unknown field `plugins`"),
    ] {
        let home = Home::new();
        home.write(".config/pushgate/catalog.toml", &text);
        for line in [
            "registry list",
            "flavor list",
            "check r.example/app",
            "registry register new --uri new.example",
            "registry update r --uri new.example",
            "registry delete r",
            "flavor delete a",
        ] {
            let ran = home.run(line);
            refused(&ran, 8, place);
            assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("error:")).count(), 1, "{ran:?}");
        }
        refused(&register(&home), 8, place);
        assert_eq!(std::fs::read_to_string(home.catalog()).expect("the catalog"), text);
    }
}

#[test]
fn a_gigantic_catalog_is_not_read() {
    let home = Home::new();
    let path = home.write(".config/pushgate/catalog.toml", "version = 1\n");
    std::fs::File::options().write(true).open(&path).expect("the catalog").set_len(1 << 30).expect("a length");
    refused(&home.run("registry list"), 8, "exceeds the limit of 16 MiB");
    assert_eq!(std::fs::metadata(path).expect("the catalog").len(), 1 << 30);
}

#[test]
fn an_entry_whose_name_is_a_path_names_no_file() {
    let home = Home::new();
    assert_eq!(register(&home).code, 0);
    let catalog = std::fs::read_to_string(home.catalog()).expect("the catalog");
    let digest = catalog.lines().find(|line| line.starts_with("digest")).expect("a digest").to_owned();
    for bad in ["../../x", "a/b", ".", "..", "Passthrough", "pаssthrough", &"x".repeat(300)] {
        std::fs::write(home.catalog(), format!("{catalog}\n[flavors.\"{bad}\"]\n{digest}\n")).expect("the catalog");
        let ran = home.must("flavor list --output json").json();
        let errors = ran["flavors"].as_array().expect("flavors").iter().filter(|entry| entry["error"].is_string()).count();
        assert_eq!(errors, 1, "{ran:#}");
        home.must("flavor describe passthrough");
        let ran = home.run_words(["check", "r.example/app", "--uri", "r.example", "--flavor", bad]);
        assert!(matches!(ran.code, 2 | 8), "{bad}: {ran:?}");
    }
}

#[test]
fn a_component_that_is_not_what_the_catalog_says_stops_the_push() {
    let home = Home::new();
    assert_eq!(register(&home).code, 0);
    home.must("registry register prod --uri r.example --flavor passthrough");
    let store = home.join(".local/share/pushgate/components/sha256");
    let [component] = below(&store).try_into().expect("one component");
    std::fs::copy(guest("probe"), &component).expect("other bytes");
    std::fs::remove_dir_all(home.join(".cache")).expect("the cache");
    refused(&home.run("check r.example/app"), 8, "passthrough");
    // Registering it again mends the store.
    assert_eq!(register(&home).code, 0);
    home.must("check r.example/app");
}

#[test]
fn folders_that_others_may_write_or_own_are_not_used() {
    let home = Home::new();
    assert_eq!(register(&home).code, 0);
    let data = home.join(".local/share/pushgate");
    let other = format!("flavor register {}", guest("probe").display());
    for open in ["", "components", "components/sha256"] {
        set_mode(&data.join(open), 0o777);
        refused(&home.run(&other), 8, "can be written by others (mode 0777)");
        set_mode(&data.join(open), 0o700);
        if is_root() {
            chown(data.join(open), Some(4711), None).expect("a new owner");
            refused(&home.run(&other), 8, "belongs to user 4711, not to user 0");
            chown(data.join(open), Some(0), None).expect("the old owner");
        }
    }
    home.must("flavor list");
    let listed = home.must("flavor list --output json").json()["flavors"].as_array().map(Vec::len);
    assert_eq!(listed, Some(1 + pushgate_builtin::BUILTINS.all().len()), "nothing was registered");
    home.must(&other);
}

#[test]
fn a_store_behind_a_link_is_refused_and_folders_above_it_may_be_links() {
    let home = Home::new();
    std::fs::create_dir(home.join("elsewhere")).expect("a folder");
    set_mode(&home.join("elsewhere"), 0o700);
    std::fs::create_dir_all(home.join(".local/share/pushgate")).expect("a folder");
    set_mode(&home.join(".local/share/pushgate"), 0o700);
    symlink(home.join("elsewhere"), home.join(".local/share/pushgate/components")).expect("a link");
    refused(&register(&home), 8, "is not a folder");
    assert!(below(&home.join("elsewhere")).is_empty());

    let home = Home::new();
    std::fs::create_dir_all(home.join("real")).expect("a folder");
    symlink(home.join("real"), home.join(".local")).expect("a link");
    assert_eq!(register(&home).code, 0);
}

#[test]
fn what_is_read_only_is_an_error_with_its_path() {
    for folder in
        [".local/share/pushgate/components/sha256", ".local/share/pushgate/components", ".local/share", ".config/pushgate", ".config"]
    {
        let home = Home::new();
        std::fs::create_dir_all(home.join(folder)).expect("folders");
        for path in below(home.path()) {
            set_mode(&path, 0o700);
        }
        set_mode(&home.join(folder), 0o500);
        let file = home.join("flavor.wasm");
        std::fs::copy(guest("passthrough"), &file).expect("a copy");
        let ran = run_held_by_modes(&home, "flavor register flavor.wasm");
        refused(&ran, 8, &home.path().display().to_string());
        assert!(ran.stderr.contains("Permission denied"), "{ran:?}");
        assert!(!home.catalog().exists(), "{folder}");
        set_mode(&home.join(folder), 0o700);
        let ran = run_held_by_modes(&home, "flavor register flavor.wasm");
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    // Reading needs no more than reading.
    let home = Home::new();
    home.must("registry register prod --uri r.example");
    set_mode(&home.catalog(), 0o400);
    set_mode(&home.join(".config/pushgate"), 0o500);
    assert_eq!(run_held_by_modes(&home, "check r.example/app").code, 0);
    set_mode(&home.join(".config/pushgate"), 0o700);
}

#[test]
fn parents_are_made_for_the_user_alone_whatever_the_umask() {
    for umask in ["000", "077"] {
        let home = Home::new();
        let shell = |line: &str| {
            let plain = home.command(line.split_whitespace());
            let mut command = Command::new("sh");
            command.args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")]).arg(plain.get_program()).args(plain.get_args());
            command.current_dir(home.path()).env_clear().envs(plain.get_envs().filter_map(|(key, value)| Some((key, value?))));
            command.env("PUSHGATE_DATA_DIR", home.join("deep/er/data")).env("PUSHGATE_CONFIG", home.join("deep/er/config/catalog.toml"));
            Ran::from(command.output().expect("a shell runs"))
        };
        for line in [
            format!("flavor register {}", guest("passthrough").display()),
            "registry register prod --uri r.example --flavor passthrough".to_owned(),
            "check r.example/app".to_owned(),
        ] {
            let ran = shell(&line);
            assert_eq!(ran.code, 0, "{ran:?}");
        }
        let paths = below(home.path());
        assert!(paths.iter().any(|path| path.extension().is_some_and(|extension| extension == "wasm")), "{paths:?}");
        for path in paths {
            let metadata = std::fs::symlink_metadata(&path).expect("an entry");
            let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(metadata.mode() & 0o7777, expected, "umask {umask}: {}", path.display());
        }
    }
}

#[test]
fn without_a_home_only_what_needs_one_fails_and_a_home_may_be_in_any_encoding() {
    let home = Home::new();
    let without = |line: &str| Ran::from(home.command(line.split_whitespace()).env_remove("HOME").output().expect("the command runs"));
    refused(&without("registry list"), 8, "no folder for the catalog: neither PUSHGATE_CONFIG, XDG_CONFIG_HOME nor HOME");
    refused(&without("flavor list --config here.toml --output json"), 0, "");
    let ran = without(&format!("flavor register {} --config here.toml", guest("passthrough").display()));
    refused(&ran, 8, "no folder for the data");
    assert!(!home.join("here.toml").exists());
    assert_eq!(without("check r.example/app --uri r.example").code, 0);

    let odd = home.join(OsString::from_vec(b"h\xff\n".to_vec()));
    std::fs::create_dir(&odd).expect("a folder");
    let there = |line: &str| Ran::from(home.command(line.split_whitespace()).env("HOME", &odd).output().expect("the command runs"));
    for line in [format!("flavor register {}", guest("passthrough").display()), "flavor describe passthrough".to_owned()] {
        let ran = there(&line);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    assert!(odd.join(".config/pushgate/catalog.toml").exists());
}

/// As with `sudo` that keeps the home of whoever typed it.
#[test]
fn root_does_not_touch_what_another_user_registered() {
    if !is_root() {
        return other_owners_need_root();
    }
    let home = Home::new();
    assert_eq!(register(&home).code, 0);
    home.must("registry register prod --uri r.example --flavor passthrough");
    for path in below(home.path()) {
        chown(path, Some(4711), Some(4711)).expect("a new owner");
    }
    let before = std::fs::read(home.catalog()).expect("the catalog");
    for line in ["check r.example/app", "registry list", "registry delete prod"] {
        refused(&home.run(line), 8, "belongs to user 4711, not to user 0");
    }
    refused(&home.run(&format!("flavor register {}", guest("probe").display())), 8, "belongs to user 4711");
    assert_eq!(std::fs::read(home.catalog()).expect("the catalog"), before);
    for path in below(home.path()) {
        assert_eq!(std::fs::symlink_metadata(&path).expect("an entry").uid(), 4711, "{} is new", path.display());
    }
}

/// Somebody else's file, without being root: the system has one that is root's.
fn other_owners_need_root() {
    let home = Home::new();
    refused(&home.run("registry list --config /etc/passwd"), 8, "belongs to user 0");
}

#[test]
fn a_catalog_named_on_the_command_line_is_held_to_the_same_rules() {
    let home = Home::new();
    let path = home.write("shared/catalog.toml", "version = 1\n[registries.prod]\nuri = \"r.example\"\n");
    let named = |line: &str| {
        let by_variable =
            Ran::from(home.command(line.split_whitespace()).env("PUSHGATE_CONFIG", &path).output().expect("the command runs"));
        let by_flag = home.run(&format!("{line} --config {}", path.display()));
        assert_eq!((by_flag.code, &by_flag.stderr), (by_variable.code, &by_variable.stderr));
        by_flag
    };
    assert_eq!(named("check r.example/app").code, 0);
    for mode in [0o666, 0o620, 0o602] {
        set_mode(&path, mode);
        let ran = named("check r.example/app");
        refused(&ran, 8, &format!("can be written by others (mode {mode:04o})"));
        assert!(ran.stderr.contains("hint: chmod go-w"), "{ran:?}");
        refused(&named("registry use prod"), 8, "can be written by others");
    }
    set_mode(&path, 0o600);
    if is_root() {
        chown(&path, Some(4711), None).expect("a new owner");
        refused(&named("check r.example/app"), 8, "belongs to user 4711, not to user 0");
        refused(&named("registry use prod"), 8, "belongs to user 4711, not to user 0");
    }
}

#[test]
fn nothing_beside_the_command_is_discovered() {
    let (home, folder) = (Home::new(), Home::new());
    let catalog = "version = 1\ndefault-registry = \"evil\"\n[registries.evil]\nuri = \"r.example\"\n";
    for name in ["catalog.toml", "pushgate/catalog.toml", ".config/pushgate/catalog.toml", "pushgate.toml", ".pushgate/catalog.toml"] {
        let path = folder.write(name, catalog);
        set_mode(&path, 0o600);
    }
    for name in ["probe", "probe.wasm", "components/probe.wasm"] {
        folder.write(name, std::fs::read(guest("probe")).expect("a component"));
    }
    folder.write(".docker/config.json", r#"{"auths":{"r.example":{"auth":"ZXZpbDpldmls"}}}"#);
    folder.write("config.json", r#"{"credsStore":"evil"}"#);
    let helper = folder.write("docker-credential-evil", "#!/bin/sh\ntouch helper-ran\n");
    set_mode(&helper, 0o755);
    home.write(".docker/config.json", r#"{"credsStore":"evil"}"#);
    set_mode(&home.join(".docker/config.json"), 0o600);
    let there = |line: &str| {
        let mut command = home.command(line.split_whitespace());
        Ran::from(command.current_dir(folder.path()).env("PATH", ":.:/usr/bin:/bin").output().expect("the command runs"))
    };
    assert_eq!(there("registry list --output json").json()["registries"], serde_json::json!([]));
    refused(&there("check r.example/app"), 8, "no registry is registered");
    refused(&there("check r.example/app --uri r.example --flavor probe"), 8, "no flavor is registered as `probe`");
    home.must("registry register prod --uri r.example");
    let ran = there("registry describe prod");
    assert!(ran.stdout.contains("docker-credential-evil") && ran.code == 0, "{ran:?}");
    assert!(!folder.join("helper-ran").exists(), "a helper of the working directory ran");
}

/// A name is lower-case, so two of them never differ in case alone, on whatever file system.
#[test]
fn names_that_differ_in_case_alone_are_refused() {
    let home = Home::new();
    home.must("registry register prod --uri r.example");
    for line in [
        "registry register Prod --uri other.example",
        "registry rename prod PROD",
        "registry copy prod proD",
        &format!("flavor register {} --name Passthrough", guest("passthrough").display()),
    ] {
        refused(&home.run(line), 2, "only a-z, 0-9 and `-` may stand in it");
    }
}

#[test]
fn ten_thousand_flavors_are_listed_and_one_more_is_one_file() {
    let home = Home::new();
    assert_eq!(register(&home).code, 0);
    let digest = pushgate_sandbox::ComponentDigest::of(&std::fs::read(guest("passthrough")).expect("a component"));
    let many: String = (0..10_000).map(|number| format!("\n[flavors.f{number}]\ndigest = \"{digest}\"\n")).collect();
    std::fs::write(home.catalog(), format!("version = 1\n{many}")).expect("the catalog");
    let begun = Instant::now();
    let listed = home.must("flavor list --output json").json();
    let listing = begun.elapsed();
    assert_eq!(listed["flavors"].as_array().map(Vec::len), Some(10_000 + pushgate_builtin::BUILTINS.all().len()));
    let before = below(home.path()).len();
    let begun = Instant::now();
    assert_eq!(register(&home).code, 0);
    let adding = begun.elapsed();
    assert_eq!(below(home.path()).len(), before, "the catalog and its lock are all the files that there are");
    eprintln!("10,000 flavors: listed in {listing:?}, one more in {adding:?}");
}
