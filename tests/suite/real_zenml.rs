//! ZenML itself, with the plugin of `integrations/zenml` in it: a local stack, its engines, a real docker-registry.

mod docker_engine;
mod import;
mod parity;
mod plugin;
mod podman_engine;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{DockerRegistry, Home, Ran, built};

/// A ZenML with folders of its own, into which the plugin is installed as a person installs it.
struct ZenMl {
    home: Home,
    python: PathBuf,
}

impl ZenMl {
    fn new() -> Self {
        let zenml = Self { home: Home::new(), python: built("PUSHGATE_TEST_ZENML") };
        std::fs::create_dir(zenml.project()).expect("a folder");
        // setuptools builds beside the sources.
        let sources = zenml.home.join("sources");
        copy(&root().join("integrations/zenml"), &sources);
        let pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-index", "--no-deps"];
        let mut command = zenml.python();
        command.args(pip).args(["--no-build-isolation", "--target"]).arg(zenml.packages()).arg(&sources);
        must(&mut command);
        zenml
    }

    /// Where the plugin is.
    fn packages(&self) -> PathBuf {
        self.home.join("packages")
    }

    /// Where ZenML runs: it takes what lies below for somebody's sources, and not for packages.
    fn project(&self) -> PathBuf {
        self.home.join("project")
    }

    fn python(&self) -> Command {
        self.command(&self.python)
    }

    /// A program in ZenML's environment, about to run; with pushgate on its `PATH`.
    fn command(&self, program: &Path) -> Command {
        let pushgate = Path::new(env!("CARGO_BIN_EXE_pushgate")).parent().expect("a folder");
        let mut command = Command::new(program);
        command
            .current_dir(self.project())
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", pushgate.display()))
            .env("PYTHONPATH", self.packages())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("ZENML_CONFIG_PATH", self.home.join("zenml"))
            .env("ZENML_ANALYTICS_OPT_IN", "false")
            .env("ZENML_ENABLE_RICH_TRACEBACK", "false")
            .stdin(Stdio::null());
        command
    }

    /// Runs ZenML's own command.
    fn zenml(&self, words: &[&str]) -> Ran {
        Ran::of_another_program(self.command(&self.python.with_file_name("zenml")).args(words).output().expect("zenml runs"))
    }

    /// Does things with ZenML, as `tests/zenml/guarded_push.py` says, and returns what came of each.
    fn does(&self, things: &[&str], environment: &[(&str, &Path)]) -> Vec<Came> {
        let mut command = self.python();
        command.arg(root().join("tests/zenml/guarded_push.py")).args(things).envs(environment.iter().copied());
        let ran = must(&mut command);
        let came: Vec<Came> = ran.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).map(Came).collect();
        assert_eq!(came.len(), things.len(), "{ran:?}");
        came
    }
}

/// What came of one thing that was asked of ZenML.
#[derive(Debug)]
struct Came(Value);

impl Came {
    /// Whether it was an exception of this class, or of one below it.
    fn is(&self, class: &str) -> bool {
        self.0["error"].as_array().is_some_and(|classes| classes.iter().any(|name| name == class))
    }

    /// The exception's text.
    fn message(&self) -> &str {
        self.0["message"].as_str().unwrap_or_default()
    }

    #[track_caller]
    fn must_be_done(&self) -> &Value {
        self.0.get("done").unwrap_or_else(|| panic!("{self:?}"))
    }
}

/// The repositories that a registry has, as it prints them.
fn repositories(registry: &DockerRegistry) -> String {
    String::from_utf8(registry.get("/v2/_catalog")).expect("UTF-8").trim().to_owned()
}

/// The tags of a repository, sorted.
fn tags(registry: &DockerRegistry, repository: &str) -> Vec<String> {
    let answer: Value = serde_json::from_slice(&registry.get(&format!("/v2/{repository}/tags/list"))).expect("JSON");
    let mut tags: Vec<String> =
        answer["tags"].as_array().expect("tags").iter().map(|tag| tag.as_str().expect("a tag").to_owned()).collect();
    tags.sort();
    tags
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &copied);
        } else {
            std::fs::copy(&path, &copied).expect("a copy");
        }
    }
}

/// Runs what must succeed.
#[track_caller]
fn must(command: &mut Command) -> Ran {
    let ran = Ran::of_another_program(command.output().expect("the program runs"));
    assert_eq!(ran.code, 0, "{command:?}\n{ran:?}");
    ran
}
