//! Which files of a project are no sources, by their names, their places and the marks that tools leave. All others are, in any language: a list of what counts
//! would miss the next one.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use pushgate_files::Links;

/// Folders, wherever they are, in which a language's tools keep what they make and install. No language has modules of these names.
const OUTPUTS: [&str; 3] = ["node_modules", "__pycache__", "zig-out"];

/// Files that mark a folder as one whose content can be made again: those of Cargo and of many caches, and those of Python's environments.
const MARKS: [&str; 2] = ["CACHEDIR.TAG", "pyvenv.cfg"];

/// Folders at the top of a project that are its build's, where the component lies in one.
const BUILDS: [&str; 4] = ["build", "dist", "out", "bin"];

/// Folders at the top of a project that do not go into its component.
const BESIDE: [&str; 6] = ["cases", "docs", "tests", "test", "benches", "examples"];

/// Endings of what compilers and editors leave beside their sources.
const LEFT_BEHIND: [&str; 7] = ["o", "pyc", "bak", "orig", "rej", "swp", "tmp"];

/// Endings, at the top, of texts for people, of logs and of what is built.
const ENDINGS: [&str; 4] = ["md", "log", "out", "wasm"];

/// Names of texts for people, at the top. A README is one everywhere.
const TEXTS: [&str; 8] = ["README", "LICENSE", "LICENCE", "COPYING", "CHANGELOG", "NOTICE", "AUTHORS", "CONTRIBUTING"];

/// Endings that such a text has. Any other is a module that has its name, such as `license.rs`.
const TEXT_ENDINGS: [&str; 6] = ["", "md", "txt", "rst", "adoc", "html"];

/// What the reports of test runs have in their first bytes, which end in `.xml` beside the sources.
const REPORTS: [&[u8]; 2] = [b"<testsuite", b"<coverage"];

/// Folders whose names begin with a dot, and that builds read.
const DOT_FOLDERS: [&str; 1] = [".cargo"];

/// Files at the top, their names beginning with a dot, that builds read.
const DOT_FILES: [&str; 8] =
    [".babelrc", ".go-version", ".node-version", ".npmrc", ".nvmrc", ".python-version", ".swcrc", ".tool-versions"];

/// Whether what is in a folder does not go into a component. `components` are where they are built, within the project.
pub(super) fn is_beside_folder(folder: &Path, name: &str, is_top: bool, components: &[PathBuf]) -> bool {
    let holds_component = || components.iter().any(|component| component.starts_with(name));
    let is_marked = || MARKS.iter().any(|mark| folder.join(mark).is_file());
    // Without the mark it was there before Cargo was, as where a cache was restored.
    let is_cargos = || name == "target" && folder.with_file_name("Cargo.toml").is_file();
    name.starts_with('.') && !DOT_FOLDERS.contains(&name)
        || name.ends_with(".egg-info")
        || OUTPUTS.contains(&name)
        || is_top && (BESIDE.contains(&name) || BUILDS.contains(&name) && holds_component())
        || is_cargos()
        || is_marked()
}

/// Whether a file does not go into a component.
pub(super) fn is_beside_file(file: &Path, name: &str, is_top: bool) -> bool {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let has = |endings: &[&str]| endings.iter().any(|known| ending.eq_ignore_ascii_case(known));
    name.ends_with('~')
        || has(&LEFT_BEHIND)
        || is_beside_dot_file(name, is_top)
        || is_text(name, ending, is_top)
        || is_test(stem, ending)
        || is_top && (name == "flavor.toml" || has(&ENDINGS) || ending == "xml" && is_report(file))
}

/// Below the top, a file whose name begins with a dot may be embedded as any other, unless a tool put it there.
fn is_beside_dot_file(name: &str, is_top: bool) -> bool {
    let is_of_a_tool = || [".git", ".#", ".DS_Store", ".nfs"].iter().any(|tool| name.starts_with(tool));
    name.starts_with('.') && if is_top { !DOT_FILES.contains(&name) } else { is_of_a_tool() }
}

fn is_text(name: &str, ending: &str, is_top: bool) -> bool {
    let word = name.split(['.', '-', '_']).next().unwrap_or_default();
    let is_named_so = |text: &str| word.eq_ignore_ascii_case(text) && (is_top || text == "README");
    // `LICENSE-2.0` and the like have no ending that means something.
    let ending = if ending.bytes().all(|byte| byte.is_ascii_digit()) { "" } else { ending };
    TEXT_ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)) && TEXTS.into_iter().any(is_named_so)
}

/// What the languages' own tests are called: a component is not built again for them.
fn is_test(stem: &str, ending: &str) -> bool {
    match ending {
        "go" => stem.ends_with("_test"),
        "py" => stem.starts_with("test_") || stem.ends_with("_test"),
        "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" => stem.ends_with(".test") || stem.ends_with(".spec"),
        _ => false,
    }
}

fn is_report(file: &Path) -> bool {
    let mut start = Vec::new();
    let read = pushgate_files::open(file, Links::Followed).map(|opened| opened.file.take(1 << 10).read_to_end(&mut start));
    read.is_ok() && REPORTS.iter().any(|report| start.windows(report.len()).any(|bytes| bytes == *report))
}

#[cfg(test)]
mod tests {
    use super::super::sources::tests::project;
    use super::super::sources::{Apart, Sources};
    use super::*;

    /// The files of a project that count, its component in `build/` and its debug component at the top.
    #[track_caller]
    fn sources(files: &[&str]) -> Vec<String> {
        let folder = project(files);
        let components = [PathBuf::from("build/flavor.wasm"), PathBuf::from("flavor.debug.component")];
        let found = Sources::read(folder.path(), &Apart { components: &components, outputs: &[] }).unwrap();
        found.files.keys().map(|path| path.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn what_a_component_is_built_from() {
        for file in [
            "flavor.py",
            "src/lib.rs",
            "main.go",
            "flavor.ts",
            "flavor.c",
            "flavor.h",
            "rules.zig",
            "rules/cases/list.txt",
            "settings.schema.json",
            "Cargo.toml",
            "Cargo.lock",
            "package.json",
            "package-lock.json",
            "pyproject.toml",
            "requirements.txt",
            "go.sum",
            "Makefile",
            "wit/world.wit",
            "sdk/src/pushgate_flavor/_push.py",
            "sdk/flavor.toml",
            "sdk/build/bundle.js",
            // What is called as a text for people, and is none.
            "src/license.rs",
            "src/notice.rs",
            "src/license_rules.rs",
            "src/license.txt",
            "license.py",
            "notice.c",
            "readme.go",
            "licenses.txt",
            "rules/help.md",
            // What is called as an output, and is none.
            "src/target/mod.rs",
            "target/__init__.py",
            "venv/rules.go",
            "src/venv/mod.rs",
            "src/build/mod.rs",
            "dist/dist.go",
            "out/rules.go",
            // What is embedded, or linked.
            "src/policy.wasm",
            "rules.xml",
            "table.gz",
            "lib/libpolicy.a",
            "src/.rules",
            // What build tools read.
            ".cargo/config.toml",
            "sdk/.cargo/config.toml",
            ".npmrc",
            ".python-version",
        ] {
            assert_eq!(sources(&["first.c", file]).len(), 2, "{file}");
        }
    }

    #[test]
    fn what_is_beside_it() {
        for file in [
            "cases/latest.toml",
            "cases/image.json",
            "build/core.wasm",
            "build/flavor.test.mjs",
            "build/.pushgate/flavor.wasm.json",
            "flavor.debug.component",
            "node_modules/typescript/lib/tsc.js",
            ".venv/bin/python",
            "__pycache__/flavor.cpython-312.pyc",
            "rules/__pycache__/rules.cpython-312.pyc",
            "sdk/src/pushgate_flavor.egg-info/PKG-INFO",
            ".git/index",
            ".github/workflows/flavor.yml",
            ".gitignore",
            ".DS_Store",
            "src/.gitignore",
            "src/.#lib.rs",
            "README.md",
            "LICENSE",
            "LICENSE-MIT",
            "LICENSE-2.0",
            "license.txt",
            "sdk/README.md",
            "NOTICE",
            "notes.md",
            "flavor.toml",
            "flavor.wasm",
            "flavor.py~",
            "src/lib.rs~",
            "src/lib.rs.orig",
            "src/.lib.rs.swp",
            "main_test.go",
            "test_flavor.py",
            "flavor.test.ts",
            "tests/cases.rs",
        ] {
            assert_eq!(sources(&["first.c", file]), ["first.c"], "{file}");
        }
        assert!(sources(&[]).is_empty());
    }

    /// A folder that a tool marks, or Cargo has, is an output whatever it is called.
    #[test]
    fn what_a_tool_marks() {
        for (file, mark) in [
            ("target/wasm32-wasip2/release/f.d", "target/CACHEDIR.TAG"),
            ("sdk/target/debug/x.rlib", "sdk/target/CACHEDIR.TAG"),
            ("made/debug/x.rlib", "made/CACHEDIR.TAG"),
            ("venv/lib/x.py", "venv/pyvenv.cfg"),
            ("environment/lib/x.py", "environment/pyvenv.cfg"),
        ] {
            assert_eq!(sources(&["first.c", mark, file]), ["first.c"], "{file}");
        }
        assert_eq!(sources(&["Cargo.toml", "target/debug/x.d", "sdk/Cargo.toml", "sdk/target/x.d"]), ["Cargo.toml", "sdk/Cargo.toml"]);
    }

    #[test]
    fn a_report_of_a_test_run_is_none() {
        let folder = project(&["first.c", "report.xml", "coverage.xml", "rules.xml"]);
        for (name, text) in [
            ("report.xml", "<?xml version=\"1.0\"?>\n<testsuites></testsuites>"),
            ("coverage.xml", "<coverage/>"),
            ("rules.xml", "<rules/>"),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let found = Sources::read(folder.path(), &Apart::default()).unwrap();
        assert!(found.files.keys().eq([Path::new("first.c"), Path::new("rules.xml")]));
    }
}
