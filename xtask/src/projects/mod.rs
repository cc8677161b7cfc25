//! Projects of flavors in every language, as `pushgate flavor new` writes them, built by the commands that it prints.
//!
//! They lie in the target folder and are built again where they are older than what they are made of. What a language's tools install in a project is
//! kept, and lent to the other projects of that language.

mod example;
mod language;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime};

pub(crate) use example::Example;
pub(crate) use language::Language;
use serde_json::Value;

use crate::Outcome;
use crate::build::{ensure_wasm_target, programs, target};
use crate::command::{output, root, run as run_command};
use crate::parts::go_compiler;

/// A project that is made in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Project {
    /// What `flavor new` writes without any option.
    Plain,
    /// With settings.
    Settings,
    /// With settings and every capability.
    Everything,
    /// The conformance flavor: a project with everything, with the sources in `tests/conformance`.
    Conformance,
    /// A flavor that does what a flavor must not do, with the sources in `tests/faults`.
    Faults,
}

impl Project {
    /// Every project, beginning with the one in which tools are installed.
    pub(crate) const ALL: [Self; 5] = [Self::Plain, Self::Settings, Self::Everything, Self::Conformance, Self::Faults];

    /// The flavor's name.
    const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Settings => "settings",
            Self::Everything => "everything",
            Self::Conformance => "conformance",
            Self::Faults => "faults",
        }
    }

    const fn options(self) -> &'static [&'static str] {
        match self {
            Self::Plain | Self::Faults => &[],
            Self::Settings => &["--settings"],
            Self::Everything | Self::Conformance => &["--settings", "--capability", "registry", "--capability", "http"],
        }
    }

    /// Files, and folders of files, that take the place of what `flavor new` wrote.
    fn sources(self, language: Language) -> Vec<(PathBuf, &'static str)> {
        let tests = root().join("tests");
        match self {
            Self::Plain | Self::Settings | Self::Everything => Vec::new(),
            Self::Conformance => {
                let conformance = tests.join("conformance");
                let schema = "settings.schema.json";
                vec![(conformance.join(language.word()), "."), (conformance.join("cases"), "cases"), (conformance.join(schema), schema)]
            }
            Self::Faults => vec![(tests.join("faults").join(language.word()), ".")],
        }
    }
}

/// The folder with the projects of all languages.
pub(crate) fn folder() -> Outcome<PathBuf> {
    Ok(target()?.join("projects"))
}

/// Builds the projects of one language, or of all with the examples, and says where they are.
pub(crate) fn run(language: Option<&str>) -> Outcome {
    ensure_wasm_target()?;
    let pushgate = programs(&["pushgate"], false)?.join("pushgate");
    let wanted: Vec<Language> = Language::ALL.into_iter().filter(|each| language.is_none_or(|word| each.word() == word)).collect();
    let examples: Vec<Example> = Example::ALL.into_iter().filter(|each| language.is_none_or(|word| each.word() == word)).collect();
    if wanted.is_empty() && examples.is_empty() {
        let words: Vec<&str> = Language::ALL.map(Language::word).into_iter().chain(Example::ALL.map(Example::word)).collect();
        return Err(format!("no language `{}`: {}", language.unwrap_or_default(), words.join(", ")));
    }
    for language in wanted {
        language.build(&pushgate)?;
        println!("{}", folder()?.join(language.word()).display());
    }
    for example in examples {
        example.build(&pushgate)?;
        println!("{}", example.folder()?.display());
    }
    Ok(())
}

impl Language {
    /// Builds the projects of this language where that is needed, with this `pushgate`.
    pub(crate) fn build(self, pushgate: &Path) -> Outcome {
        Project::ALL.into_iter().try_for_each(|project| self.build_one(project, pushgate))
    }

    /// The component of a project that was built.
    pub(crate) fn component(self, project: Project) -> Outcome<PathBuf> {
        let folder = self.folder(project)?;
        let settings = folder.join("flavor.toml");
        let text = fs::read_to_string(&settings).map_err(|error| format!("cannot read {}: {error}", settings.display()))?;
        let line = text.lines().find_map(|line| line.strip_prefix("component = "));
        let component = line.ok_or_else(|| format!("{} names no component", settings.display()))?;
        Ok(folder.join(component.trim_matches('"')))
    }

    /// What `flavor test` prints of each case of a project that was built.
    pub(crate) fn tested(self, project: Project, pushgate: &Path) -> Outcome<Vec<Value>> {
        tested(Command::new(pushgate).args(["flavor", "test"]).arg(self.folder(project)?))
    }

    fn folder(self, project: Project) -> Outcome<PathBuf> {
        Ok(folder()?.join(self.word()).join(project.name()))
    }

    fn build_one(self, project: Project, pushgate: &Path) -> Outcome {
        let folder = self.folder(project)?;
        let complete = folder.join(".complete");
        if modified(&complete).is_some_and(|built| Some(built) > self.newest_ingredient(project)) {
            return Ok(());
        }
        let started = Instant::now();
        eprintln!("xtask: building the project `{}` in {}", project.name(), self.word());
        let lent = self.installed_in();
        let installs = project == Project::Plain;
        let aside = folder.with_extension("kept");
        if installs {
            // Left by somebody who was interrupted, it is the one to keep.
            let _ = fs::rename(folder.join(lent), &aside);
        }
        let _ = fs::remove_dir_all(&folder);
        let mut new = Command::new(pushgate);
        new.args(["flavor", "new", project.name(), "--language", self.word(), "--output", "json", "--path"]).arg(&folder);
        let made = output(new.args(project.options()))?;
        let sources = project.sources(self);
        if !sources.is_empty() {
            // The tests that `flavor new` wrote are about the hook that it wrote; the build checks their types, too.
            for test in ["flavor.test.js", "flavor.test.ts"] {
                let _ = fs::remove_file(folder.join(test));
            }
        }
        for (from, to) in sources {
            if from.is_dir() && to != "." {
                let _ = fs::remove_dir_all(folder.join(to));
            }
            copy(&from, &folder.join(to)).map_err(|error| format!("cannot copy {}: {error}", from.display()))?;
        }
        if installs {
            let _ = fs::rename(&aside, folder.join(lent));
        } else {
            let installed = self.folder(Project::Plain)?.join(lent);
            std::os::unix::fs::symlink(&installed, folder.join(lent))
                .map_err(|error| format!("cannot lend {}: {error}", installed.display()))?;
        }
        let commands = commands(&made)?;
        // The last one builds; those before it install what it needs.
        let needed = if installs { commands.as_slice() } else { commands.last().map(std::slice::from_ref).unwrap_or_default() };
        needed.iter().try_for_each(|line| self.type_in(line, &folder, pushgate))?;
        let component = self.component(project)?;
        if !component.is_file() {
            return Err(format!("the commands of the project `{}` in {} made no {}", project.name(), self.word(), component.display()));
        }
        fs::write(&complete, "").map_err(|error| format!("cannot write {}: {error}", complete.display()))?;
        eprintln!("xtask: built it in {} s", started.elapsed().as_secs());
        Ok(())
    }

    /// Runs a line as somebody would in a terminal, with `pushgate` on the path.
    fn type_in(self, line: &str, folder: &Path, pushgate: &Path) -> Outcome {
        let mut path = vec![pushgate.parent().unwrap_or(Path::new(".")).to_owned()];
        if self == Self::Go {
            path.extend(go_compiler()?.parent().map(Path::to_path_buf));
        }
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let path = std::env::join_paths(path).map_err(|error| format!("PATH: {error}"))?;
        // Where this workspace is built is not where the project is.
        run_command(
            Command::new("sh")
                .args(["-e", "-c", line])
                .current_dir(folder)
                .env("PATH", path)
                // The messages of panics name source files: those of a release should not name this machine's folders. These flags stand in for those of the
                // project's own configuration, which they repeat.
                .env(
                    "CARGO_ENCODED_RUSTFLAGS",
                    format!("-C\u{1f}link-arg=--compress-relocations\u{1f}--remap-path-prefix={}=", registry_sources().display()),
                )
                .env_remove("CARGO_TARGET_DIR")
                .stdin(Stdio::null())
                .stdout(Stdio::null()),
        )
    }

    fn newest_ingredient(self, project: Project) -> Option<SystemTime> {
        let pushgate = ["runtime/authoring/src/new_project", "runtime/authoring/src/componentize"];
        let folders = ["guest-sdk/template", self.sdk(), "wit/v0.1", "xtask/src/projects"].into_iter().chain(pushgate);
        let folders = folders.map(|folder| root().join(folder)).chain(project.sources(self).into_iter().map(|(folder, _)| folder));
        folders.filter_map(|folder| newest(&folder)).max()
    }
}

/// Where cargo keeps the sources of dependencies.
fn registry_sources() -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    home.unwrap_or_default().join("registry/src")
}

/// The commands that `flavor new` printed, without the last one, which tests the flavor.
fn commands(made: &str) -> Outcome<Vec<String>> {
    let made: Value = serde_json::from_str(made).map_err(|error| format!("flavor new printed {made:?}: {error}"))?;
    let lines = made.pointer("/project/commands").and_then(|lines| lines.as_array()).ok_or("flavor new printed no commands")?;
    let lines: Vec<String> = lines.iter().filter_map(|line| line.as_str()).map(str::to_owned).collect();
    Ok(lines.into_iter().filter(|line| !line.starts_with("pushgate ")).collect())
}

/// Copies a file, or what is in a folder, over what is there.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if from.is_file() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}

/// When a file, or something in a folder, was changed last.
fn newest(path: &Path) -> Option<SystemTime> {
    match fs::read_dir(path) {
        Ok(entries) => entries.filter_map(Result::ok).filter_map(|entry| newest(&entry.path())).max(),
        Err(_) => modified(path),
    }
}

/// What a `pushgate flavor test` prints of each case.
pub(crate) fn tested(test: &mut Command) -> Outcome<Vec<Value>> {
    let printed = output(test.args(["--output", "json"]))?;
    let printed: Value = serde_json::from_str(&printed).map_err(|error| format!("flavor test printed {printed:?}: {error}"))?;
    printed.get("cases").and_then(Value::as_array).cloned().ok_or_else(|| "flavor test printed no cases".to_owned())
}
