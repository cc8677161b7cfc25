//! What a core module imports and exports, by name.

use wasmparser::{Encoding, Parser, Payload};

use super::error::ComponentizeError;
use super::names::{LINE, SETTINGS, WASI};

/// The function that every flavor exports, as a module of today names it.
const HOOK: &str = "pushgate:flavor/prepare-image-push@0.1.2#prepare";
/// What stands before and after the version in it. A module may be of any version of the line.
const HOOK_PARTS: (&str, &str) = ("pushgate:flavor/prepare-image-push@", "#prepare");
/// What a program begins with. A library, whose runtime is made ready by `_initialize`, has none.
const START: &str = "_start";

/// The names at a core module's edge.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Where from, and what.
    imports: Vec<(String, String)>,
    exports: Vec<String>,
}

impl Outline {
    pub(super) fn read(module: &[u8]) -> Result<Self, ComponentizeError> {
        let not_a_module = |error: wasmparser::BinaryReaderError| ComponentizeError::NotAModule { cause: error.message().to_owned() };
        let mut outline = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload.map_err(not_a_module)? {
                Payload::Version { encoding: Encoding::Component, .. } => return Err(ComponentizeError::AlreadyAComponent),
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import.map_err(not_a_module)?;
                        outline.imports.push((import.module.to_owned(), import.name.to_owned()));
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        outline.exports.push(export.map_err(not_a_module)?.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(outline)
    }

    /// What a flavor must have, and what it cannot have.
    pub(super) fn check(&self) -> Result<(), ComponentizeError> {
        if self.version().is_none() {
            return Err(ComponentizeError::MissingExport { name: HOOK });
        }
        if self.exports(START) {
            return Err(ComponentizeError::Program);
        }
        let is_known = |from: &str| from == WASI || from.starts_with("pushgate:flavor/") || from.starts_with("[export]pushgate:flavor/");
        match self.imports.iter().find(|(from, _)| !is_known(from)) {
            Some((from, name)) => Err(ComponentizeError::UnknownImport { name: name.clone(), from: from.clone() }),
            None => Ok(()),
        }
    }

    pub(super) fn imports_from(&self, module: &str) -> bool {
        self.imports.iter().any(|(from, _)| from == module)
    }

    /// The version of the contract that the module was compiled against, if it is one of this line.
    pub(super) fn version(&self) -> Option<&str> {
        let (before, after) = HOOK_PARTS;
        let mut versions = self.exports.iter().filter_map(|name| name.strip_prefix(before)?.strip_suffix(after));
        versions.find(|version| version.starts_with(LINE))
    }

    /// Whether it says what settings it takes.
    pub(super) fn exports_settings(&self) -> bool {
        self.version().is_some_and(|version| self.exports(&format!("{SETTINGS}@{version}#schema")))
    }

    fn exports(&self, name: &str) -> bool {
        self.exports.iter().any(|exported| exported == name)
    }
}
