//! A disk that is full, over quota or broken, at each step of a write: row J-03 of what may be done to us.
//!
//! strace makes one system call after the other fail, in the real command, until no call is left that could; so every write, flush and rename is
//! tried, also those that nobody thought of. What really is full is a small file system in memory.

use std::path::{Path, PathBuf};
use std::process::Command;

use pushgate_builtin::BUILTINS;
use pushgate_gate::catalog::Catalog;

use crate::support::{Home, Ran, guest};

const OLD: &str = "# kept\nversion = 1\n";

/// The command behind another one, in the home's environment.
fn behind(home: &Home, program: &str, words: &[&str], line: &str) -> Ran {
    let plain = home.command(line.split_whitespace());
    let mut command = Command::new(program);
    command.args(words).arg(plain.get_program()).args(plain.get_args()).current_dir(home.path()).env_clear();
    command.envs(plain.get_envs().filter_map(|(key, value)| Some((key, value?))));
    Ran::from(command.output().unwrap_or_else(|error| panic!("{program}: {error}")))
}

/// Whether the catalog is whole: the old one or the new one, and whatever it names lies in the store.
fn is_new(home: &Home) -> bool {
    let text = std::fs::read_to_string(home.catalog()).expect("the catalog");
    if text == OLD {
        return false;
    }
    let catalog = Catalog::load(&home.catalog(), BUILTINS).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    let entry = catalog.flavor("passthrough").unwrap_or_else(|error| panic!("{error}:\n{text}"));
    let path = home.join(".local/share/pushgate/components/sha256").join(format!("{}.wasm", entry.digest.hex()));
    let bytes = std::fs::read(path).expect("the component");
    assert_eq!(pushgate_sandbox::ComponentDigest::of(&bytes), entry.digest);
    assert!(text.starts_with("# kept\nversion = 1\n\n[flavors.passthrough]\n"), "{text}");
    true
}

/// Every file and folder that the store and the catalog write.
fn written(home: &Home) -> Vec<PathBuf> {
    let digest = pushgate_sandbox::ComponentDigest::of(&std::fs::read(guest("passthrough")).expect("a component"));
    let data = home.join(".local/share/pushgate");
    let component = data.join("components/sha256").join(format!("{}.wasm", digest.hex()));
    let mut paths = vec![component.with_extension("wasm.new"), component, data.join("components/lock"), data.join("components/sha256")];
    paths.extend([data.join("components"), data.clone(), home.join(".local/share"), home.join(".local")]);
    let config = home.join(".config/pushgate");
    paths.extend(["catalog.toml", "catalog.toml.new", "catalog.toml.lock", ""].map(|name| config.join(name)));
    // A folder is opened without the slash that an empty name leaves.
    paths.into_iter().map(|path| path.components().collect()).collect()
}

/// Lets the `n`th call of `calls` fail, for every `n`, and returns how often the old catalog was left and how often the new one.
fn fail_each(calls: &str, error: &str) -> [u32; 2] {
    let line = format!("flavor register {}", guest("passthrough").display());
    let mut outcomes = [0, 0];
    for nth in 1..1000 {
        let home = Home::new();
        home.write(".config/pushgate/catalog.toml", OLD);
        let trace = home.join("trace");
        let inject = format!("inject={calls}:error={error}:when={nth}");
        let mut options = vec!["--follow-forks".to_owned(), "-qq".to_owned(), format!("--output={}", trace.display())];
        options.extend(["-e".to_owned(), inject, "-e".to_owned(), format!("trace={calls}")]);
        options.extend(written(&home).iter().flat_map(|path| ["-P".to_owned(), path.display().to_string()]));
        let ran = behind(&home, "strace", &options.iter().map(String::as_str).collect::<Vec<_>>(), &line);
        let failed = std::fs::read_to_string(trace).expect("a trace");
        let Some(failed) = failed.lines().find(|line| line.contains("(INJECTED)")) else {
            assert_eq!(ran.code, 0, "{ran:?}");
            return outcomes;
        };
        assert!(!ran.stderr.contains("panicked"), "{failed}: {ran:?}");
        let new = is_new(&home);
        outcomes[usize::from(new)] += 1;
        // Somebody is told, even if what failed was the flush after the last rename: whether it survives a power cut is not known then.
        let told = ran.code == 8 && ran.stderr.starts_with("error: can't ");
        // The key of the cache lies in the same folder. Without a cache everything works.
        let without_cache = ran.code == 0 && new && ran.stderr.contains("compiled flavors are not cached");
        assert!(told || without_cache, "{failed}: {ran:?}");
        // The next attempt finds nothing in its way, and cleans up.
        home.must(&line);
        assert!(is_new(&home), "{failed}");
        let left = Command::new("find").arg(home.path()).args(["-name", "*.new"]).output().expect("find runs").stdout;
        assert_eq!(String::from_utf8_lossy(&left), "", "{failed}");
    }
    panic!("there is no end of calls that fail");
}

#[test]
#[ignore = "needs strace and unshare: cargo xtask test"]
fn every_write_flush_and_rename_may_fail() {
    for (calls, error) in [
        ("write", "ENOSPC"),
        ("write", "EDQUOT"),
        ("fsync,fdatasync", "EIO"),
        ("/^rename", "EIO"),
        ("/^f?chmod", "EPERM"),
        ("mkdir", "ENOSPC"),
    ] {
        let [old, new] = fail_each(calls, error);
        assert!(old > 0, "{calls}: nothing failed that matters");
        eprintln!("{calls} with {error}: {old} times the old catalog, {new} times the new one");
    }
}

/// In a namespace of its own, a small file system lies where the data or the catalog would go.
#[test]
#[ignore = "needs strace and unshare: cargo xtask test"]
fn a_full_file_system_leaves_the_old_catalog() {
    let line = format!("flavor register {}", guest("passthrough").display());
    for (folder, size) in [(".local/share/pushgate", "32k"), (".config/pushgate", "4k")] {
        let home = Home::new();
        std::fs::create_dir_all(home.join(folder)).expect("a folder");
        let kept = home.join("kept.toml");
        std::fs::write(&kept, OLD).expect("a catalog");
        // A catalog of one page fills the small file system.
        let catalog = if folder.starts_with(".config") { format!("{OLD}#{}\n", "x".repeat(3_000)) } else { OLD.to_owned() };
        home.write("filled.toml", &catalog);
        let script = r#"
            mount -t tmpfs -o "size=$2,mode=0700" none "$1" && mkdir -p .config/pushgate && cp filled.toml .config/pushgate/catalog.toml || exit 99
            shift 2
            "$@"
            code=$?
            cmp -s filled.toml .config/pushgate/catalog.toml || exit 98
            find . -name '*.new' | grep -q . && exit 97
            exit $code
        "#;
        let mount = home.join(folder);
        let words = ["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", path(&mount), size];
        let ran = behind(&home, "unshare", &words, &line);
        assert_eq!(ran.code, 8, "{folder}: {ran:?}");
        assert!(ran.stderr.contains("No space left on device") && ran.stderr.contains(folder), "{ran:?}");
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
