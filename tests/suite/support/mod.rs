//! What the tests share: a home of their own, the command, and snapshots of what it prints.

mod docker_registry;
mod inert;
mod meddler;
mod moto;
mod terminal;

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use pushgate_test_fixtures::guests;
use serde_json::Value;

pub(crate) use docker_registry::{DockerRegistry, Settings, TokenServer, User};
pub(crate) use inert::assert_inert;
pub(crate) use meddler::Meddler;
pub(crate) use moto::{Keys, Moto};
pub(crate) use terminal::Terminal;

/// A person's machine: a home folder in which nothing is, and nothing in the environment.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn catalog(&self) -> PathBuf {
        self.join(".config/pushgate/catalog.toml")
    }

    /// Writes a file below the home folder and returns its path.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, content).expect("a file");
        path
    }

    /// The Docker config file with one credential.
    pub(crate) fn log_in(&self, server: &str, user: &User) {
        use base64::Engine as _;
        let auth = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", user.name, user.password));
        let config = serde_json::json!({ "auths": { server: { "auth": auth } } });
        let path = self.write(".docker/config.json", config.to_string());
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    }

    /// The command, about to run here.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pushgate"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("PATH", "/usr/bin:/bin")
            // Where a test waits for what never comes, it need not be ten seconds; the questions are as many.
            .env("PUSHGATE_CONFIRM_TIMEOUT", "1")
            .stdin(Stdio::null());
        command
    }

    /// Runs a line, its words separated by spaces.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_words(line.split_whitespace())
    }

    pub(crate) fn run_words<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ran {
        Ran::from(self.command(arguments).output().expect("the command runs"))
    }

    /// Runs a line that must succeed.
    #[track_caller]
    pub(crate) fn must(&self, line: &str) -> Ran {
        let ran = self.run(line);
        assert_eq!(ran.code, 0, "pushgate {line}\n{ran:?}");
        ran
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let ran = Self::of_another_program(output);
        // Whatever a test does: what is printed is inert.
        assert_inert(&ran.stdout);
        assert_inert(&ran.stderr);
        ran
    }
}

impl Ran {
    /// What a program that is not pushgate's printed, which may colour it.
    pub(crate) fn of_another_program(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.stdout.lines().count(), 1, "one line: {self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Everything that was printed, for a snapshot.
    pub(crate) fn whole(&self) -> String {
        let section = |name: &str, text: &str| if text.is_empty() { String::new() } else { format!("----- {name}\n{text}") };
        format!("exit code {}\n{}{}", self.code, section("stdout", &self.stdout), section("stderr", &self.stderr))
    }
}

/// Runs a line in a terminal, as an author of flavors does.
pub(crate) fn type_in(folder: &Path, line: &str) -> Ran {
    let mut path = vec![PathBuf::from("/usr/local/go/bin")];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").expect("PATH")));
    let mut shell = Command::new("sh");
    shell
        .args(["-e", "-c", line])
        .current_dir(folder)
        .env("PATH", std::env::join_paths(path).expect("PATH"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("CARGO_TARGET_DIR");
    Ran::of_another_program(shell.stdin(Stdio::null()).output().expect("sh"))
}

/// Compares everything that a command printed with the snapshot, after what differs from run to run is replaced.
macro_rules! assert_whole {
    ($home:expr, $ran:expr) => {{
        let mut settings = insta::Settings::clone_current();
        for (pattern, replacement) in $crate::support::filters($home.path()) {
            settings.add_filter(&pattern, replacement);
        }
        let whole = $ran.whole();
        settings.bind(|| insta::assert_snapshot!(whole));
    }};
}
pub(crate) use assert_whole;

/// What differs from run to run: folders, ports, digests, sizes of guests, times.
pub(crate) fn filters(home: &Path) -> Vec<(String, &'static str)> {
    vec![
        (home.to_str().expect("UTF-8").replace('.', "\\."), "[HOME]"),
        (r"/[^\s`]*/pushgate-test-fixtures-[0-9a-f]+/out/".to_owned(), "[GUESTS]/"),
        (r"127\.0\.0\.1:\d+".to_owned(), "127.0.0.1:[PORT]"),
        (r"sha256:[0-9a-f]{64}".to_owned(), "sha256:[DIGEST]"),
        (r#""(check|hooks|push)":[0-9.]+"#.to_owned(), r#""$1":[MS]"#),
        (r" +\d+\.\d{2} ms +[\d.]+ (KiB|MiB)".to_owned(), "  [TIME]  [MEMORY]"),
        (r#""memory_bytes":[0-9]+,"message""#.to_owned(), r#""memory_bytes":[NUMBER],"message""#),
        (r#""time_ms":[0-9.]+"#.to_owned(), r#""time_ms":[MS]"#),
        (r"\b\d+(\.\d+)? (bytes|B|KiB|MiB)".to_owned(), "[SIZE]"),
    ]
}

/// A program that `cargo xtask test` builds, and tells of in this variable.
pub(crate) fn built(variable: &str) -> PathBuf {
    std::env::var_os(variable).unwrap_or_else(|| panic!("`cargo xtask test` builds it and sets {variable}")).into()
}

/// The path of a guest, built to a component.
pub(crate) fn guest(name: &str) -> &'static Path {
    guests::ALL.iter().find(|guest| guest.name == name).unwrap_or_else(|| panic!("a guest named {name}")).path()
}

/// The component of a flavor that ships as a file, as somebody's own.
pub(crate) fn shipped(home: &Home, name: &str) -> PathBuf {
    let flavor = pushgate_builtin::BUILTINS.named(name).unwrap_or_else(|| panic!("a flavor that ships named {name}"));
    home.write(&format!("{name}.wasm"), flavor.component().expect("a component"))
}
