//! Freezes a release of the contract: its text, and the conformance flavor of every language as it is built today.
//!
//! What is frozen is never edited: every later host must load it, and answer as it was answered then.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::Outcome;
use crate::build::{ensure_wasm_target, programs};
use crate::command::root;
use crate::projects::{Language, Project};

/// The line of the contract that is being edited, and the conformance flavor's cases.
const WORKING: &str = "wit/v0.1/flavor.wit";
const CASES: &str = "tests/conformance/cases";

pub(crate) fn run() -> Outcome {
    ensure_wasm_target()?;
    let pushgate = programs(&["pushgate"], false)?.join("pushgate");
    let contract = read(&root().join(WORKING))?;
    let version = contract.lines().find_map(|line| line.strip_prefix("package pushgate:flavor@")?.strip_suffix(';'));
    let version = version.ok_or_else(|| format!("{WORKING} names no version"))?.to_owned();
    let released = root().join("wit/released").join(&version);
    let frozen = root().join("tests/conformance/released").join(&version);
    for folder in [&released, &frozen] {
        if folder.exists() {
            return Err(format!("{} is frozen: change the version in {WORKING}", folder.display()));
        }
    }
    let mut answers = None;
    let mut components = Vec::new();
    for language in Language::ALL {
        language.build(&pushgate)?;
        let component = language.component(Project::Conformance)?;
        let given = language.answers(&pushgate)?;
        if answers.get_or_insert_with(|| given.clone()) != &given {
            return Err(format!("the conformance flavor in {} answers differently from the others", language.word()));
        }
        components.push((language, component));
    }
    write(&released.join("flavor.wit"), contract.as_bytes())?;
    for (language, component) in components {
        let bytes = fs::read(&component).map_err(|error| format!("cannot read {}: {error}", component.display()))?;
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        let packed = packed.write_all(&bytes).and_then(|()| packed.finish()).map_err(|error| format!("cannot pack: {error}"))?;
        write(&frozen.join(format!("{}.wasm.gz", language.word())), &packed)?;
    }
    let cases = root().join(CASES);
    for entry in fs::read_dir(&cases).map_err(|error| format!("cannot read {}: {error}", cases.display()))?.filter_map(Result::ok) {
        write(&frozen.join("cases").join(entry.file_name()), read(&entry.path())?.as_bytes())?;
    }
    let answers = answers.unwrap_or_default();
    write(&frozen.join("answers.json"), format!("{answers:#}\n").as_bytes())?;
    println!("froze {version}");
    Ok(())
}

impl Language {
    /// What its conformance flavor answers in every case, without what differs from run to run.
    fn answers(self, pushgate: &Path) -> Outcome<Value> {
        let mut cases = self.tested(Project::Conformance, pushgate)?;
        for case in cases.iter_mut().filter_map(Value::as_object_mut) {
            case.retain(|member, _| !matches!(member.as_str(), "time_ms" | "memory_bytes"));
        }
        Ok(Value::Array(cases))
    }
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn write(path: &Path, contents: &[u8]) -> Outcome {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).and_then(|()| fs::write(path, contents)).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
