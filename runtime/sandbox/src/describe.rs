//! What a component says about itself, read without running it.

use wasmparser::{
    ComponentExternalKind, ComponentType, ComponentTypeDeclaration, ComponentTypeRef, InstanceTypeDeclaration, Parser, Payload,
};

use crate::metadata::{Metadata, TEXT_BYTES};
use crate::outline::{COLLECTED, Kind, Outline};
use crate::text::cut;
use crate::{Capability, LoadError, sniff};

/// How deep components may be nested in one another. Toolchains need three levels.
const MAX_DEPTH: usize = 100;

/// The most types of the component model in a component, those in it counted. A large one has some hundreds; whoever links it looks at each.
const MAX_TYPES: usize = 50_000;

/// What a component says about itself. Texts are the component's: cut at 1 KiB, not escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The name in its metadata.
    pub name: Option<String>,
    /// The version in its metadata.
    pub version: Option<String>,
    /// The description in its metadata.
    pub description: Option<String>,
    /// The package whose hook it exports, for example `pushgate:flavor@0.1.2`.
    pub contract: String,
    /// What it asks for, sorted.
    pub capabilities: Vec<Capability>,
    /// Whether it says which settings it takes.
    pub has_settings_schema: bool,
    /// The language it was written in, for example `Rust`.
    pub language: Option<String>,
    /// What it was made with, for example `rustc 1.95.0`.
    pub tool: Option<String>,
    /// Bytes.
    pub size: u64,
}

/// Reads what a component says about itself. No code of it runs, and it is not compiled.
///
/// # Errors
/// A [`LoadError`] when the bytes are not a flavor, as far as names tell: types are checked by [`Sandbox::load`](crate::Sandbox::load).
pub fn describe(bytes: &[u8]) -> Result<Description, LoadError> {
    let (outline, metadata) = read(bytes)?;
    let checked = outline.check()?;
    let Metadata { outside, inside, language, tool } = metadata;
    let (language, tool) = match checked.toolchain.names() {
        Some((language, tool)) => (Some(language.to_owned()), Some(tool.to_owned())),
        None => (language, tool),
    };
    Ok(Description {
        name: outside.name.or(inside.name),
        version: outside.version.or(inside.version),
        description: outside.description.or(inside.description),
        contract: checked.contract(),
        has_settings_schema: checked.settings.is_some(),
        capabilities: checked.capabilities,
        language,
        tool,
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
    })
}

/// The names on the outside of a component.
pub(crate) fn outline(bytes: &[u8]) -> Result<Outline, LoadError> {
    read(bytes).map(|(outline, _)| outline)
}

/// Whether a component has no more types than the process that links it can bear. The bytes are valid: this follows types into one another.
pub(crate) fn check_types(bytes: &[u8]) -> Result<(), LoadError> {
    let mut types = 0usize;
    for payload in Parser::new(0).parse_all(bytes) {
        if let Payload::ComponentTypeSection(section) = payload.map_err(unreadable)? {
            for kind in section {
                types += count(&kind.map_err(unreadable)?);
            }
        }
        if types > MAX_TYPES {
            return Err(LoadError::Invalid { message: format!("it has more than {MAX_TYPES} types") });
        }
    }
    Ok(())
}

fn count(kind: &ComponentType<'_>) -> usize {
    match kind {
        ComponentType::Component(declarations) => {
            let inner = declarations.iter().map(|declaration| match declaration {
                ComponentTypeDeclaration::Type(kind) => count(kind),
                _ => 1,
            });
            1 + inner.sum::<usize>()
        }
        ComponentType::Instance(declarations) => {
            let inner = declarations.iter().map(|declaration| match declaration {
                InstanceTypeDeclaration::Type(kind) => count(kind),
                _ => 1,
            });
            1 + inner.sum::<usize>()
        }
        _ => 1,
    }
}

fn read(bytes: &[u8]) -> Result<(Outline, Metadata), LoadError> {
    sniff::check(bytes)?;
    let (mut outline, mut metadata) = (Outline::default(), Metadata::default());
    // For each component or module that is not at its end: whether it is a module.
    let mut open = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(unreadable)? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } if open.len() == MAX_DEPTH => {
                return Err(LoadError::Invalid { message: format!("components are nested more than {MAX_DEPTH} deep in it") });
            }
            Payload::ModuleSection { .. } => open.push(true),
            Payload::ComponentSection { .. } => open.push(false),
            Payload::End(_) => drop(open.pop()),
            Payload::ComponentImportSection(section) if open.is_empty() => {
                // What is too much is not collected: `check` refuses it by the first that is too many.
                for import in section.into_iter().take(COLLECTED.saturating_sub(outline.imports.len())) {
                    let import = import.map_err(unreadable)?;
                    outline.imports.push((import.name.name.to_owned(), import_kind(import.ty)));
                }
            }
            Payload::ComponentExportSection(section) if open.is_empty() => {
                for export in section.into_iter().take(COLLECTED.saturating_sub(outline.exports.len())) {
                    let export = export.map_err(unreadable)?;
                    outline.exports.push((export.name.name.to_owned(), export_kind(export.kind)));
                }
            }
            // The inner modules say which language they were written in, the component often does not.
            Payload::CustomSection(section) => metadata.add(&section, open.last().copied()),
            _ => {}
        }
    }
    Ok((outline, metadata))
}

fn import_kind(kind: ComponentTypeRef) -> Kind {
    match kind {
        ComponentTypeRef::Instance(_) => Kind::Interface,
        ComponentTypeRef::Func(_) => Kind::Function,
        ComponentTypeRef::Type(wasmparser::TypeBounds::Eq(_)) => Kind::Type,
        ComponentTypeRef::Type(wasmparser::TypeBounds::SubResource) => Kind::Resource,
        ComponentTypeRef::Module(_) => Kind::Module,
        ComponentTypeRef::Component(_) => Kind::Component,
        ComponentTypeRef::Value(_) => Kind::Value,
    }
}

fn export_kind(kind: ComponentExternalKind) -> Kind {
    match kind {
        ComponentExternalKind::Instance => Kind::Interface,
        ComponentExternalKind::Func => Kind::Function,
        ComponentExternalKind::Type => Kind::Type,
        ComponentExternalKind::Module => Kind::Module,
        ComponentExternalKind::Component => Kind::Component,
        ComponentExternalKind::Value => Kind::Value,
    }
}

fn unreadable(error: wasmparser::BinaryReaderError) -> LoadError {
    LoadError::Invalid { message: cut(format!("{} at offset {:#x}", error.message(), error.offset()), TEXT_BYTES) }
}
