//! What a component imports and exports, by name: enough to tell whether it is a flavor at all, before anything is compiled.

use crate::contract::{self, Name};
use crate::text::excerpt;
use crate::toolchain::Toolchain;
use crate::{Capability, LoadError};

/// The most imports, and the most exports. A language with all of WASI has 40.
const MAX_ITEMS: usize = 1_000;
/// How many it makes sense to collect: one too many is enough to refuse all.
pub(crate) const COLLECTED: usize = MAX_ITEMS + 1;

/// The longest name that is repeated in an error.
const NAME_BYTES: usize = 200;
/// How many names an error lists.
const LISTED: usize = 8;

/// What an import or an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Interface,
    Function,
    Type,
    Resource,
    Module,
    Component,
    Value,
}

impl Kind {
    fn with_article(self) -> &'static str {
        match self {
            Self::Interface => "the interface",
            Self::Function => "the function",
            Self::Type => "the type",
            Self::Resource => "the resource",
            Self::Module => "the core module",
            Self::Component => "the component",
            Self::Value => "the value",
        }
    }
}

/// The names on the outside of a component.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) imports: Vec<(String, Kind)>,
    pub(crate) exports: Vec<(String, Kind)>,
}

/// What the names of a flavor say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    /// The name under which the hook is exported: our version, or a compatible one.
    pub(crate) hook: String,
    /// The same of the settings schema, if there is one.
    pub(crate) settings: Option<String>,
    /// What the flavor asks for.
    pub(crate) capabilities: Vec<Capability>,
    /// What it was made with.
    pub(crate) toolchain: Toolchain,
}

impl Checked {
    /// The package whose hook the component exports, with its version.
    pub(crate) fn contract(&self) -> String {
        self.hook.replace("/prepare-image-push", "")
    }
}

impl Outline {
    /// Whether these are the imports and exports of a flavor. Their types are not looked at.
    ///
    /// # Errors
    /// [`LoadError::OtherContract`], [`LoadError::MissingExport`], [`LoadError::UnknownImport`].
    pub(crate) fn check(&self) -> Result<Checked, LoadError> {
        if self.imports.len() > MAX_ITEMS || self.exports.len() > MAX_ITEMS {
            return Err(LoadError::Invalid { message: format!("it has more than {MAX_ITEMS} imports or exports") });
        }
        let names = self.exports.iter().chain(&self.imports).map(|(name, _)| name);
        let other_line = names.clone().find(|name| Name::classify(name) == Name::OtherLine);
        let hook = self.exported(contract::HOOK, "prepare-image-push");
        if let Some(name) = other_line {
            return Err(LoadError::OtherContract { found: excerpt(name, NAME_BYTES) });
        }
        let mut capabilities = Vec::new();
        for (name, kind) in &self.imports {
            match Name::classify(name) {
                Name::Wasi => {}
                Name::Ours { interface: "types" | "log" } => {}
                Name::Ours { interface } if Capability::of_interface(interface).is_some() => {
                    capabilities.extend(Capability::of_interface(interface));
                }
                // A type that only gives another name to one of an interface.
                Name::Unknown if *kind == Kind::Type => {}
                Name::Ours { .. } | Name::OtherLine | Name::Unknown => {
                    return Err(LoadError::UnknownImport { name: excerpt(name, NAME_BYTES), kind: kind.with_article().into() });
                }
            }
        }
        let Some(hook) = hook else {
            return Err(LoadError::MissingExport { found: self.exports_in_words() });
        };
        capabilities.sort();
        capabilities.dedup();
        let exports = |wanted: &str| self.exports.iter().any(|(name, kind)| name == wanted && *kind != Kind::Type);
        Ok(Checked { hook, settings: self.exported(contract::SETTINGS, "settings"), capabilities, toolchain: Toolchain::of(exports) })
    }

    /// The name of an export: the exact one, or that of a compatible version.
    fn exported(&self, exact: &str, wanted: &str) -> Option<String> {
        let mut names = self.exports.iter().map(|(name, _)| name);
        let compatible = |name: &&String| Name::classify(name) == Name::Ours { interface: wanted };
        names.clone().find(|name| *name == exact).or_else(|| names.find(compatible)).cloned()
    }

    fn exports_in_words(&self) -> String {
        let mut names: Vec<_> = self.exports.iter().take(LISTED).map(|(name, _)| format!("`{}`", excerpt(name, NAME_BYTES))).collect();
        match self.exports.len().checked_sub(LISTED) {
            _ if names.is_empty() => return "it exports nothing".to_owned(),
            Some(more) if more > 0 => names.push(format!("{more} more")),
            _ => {}
        }
        format!("it exports {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(imports: &[&str], exports: &[&str]) -> Outline {
        let all = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), Kind::Interface)).collect();
        Outline { imports: all(imports), exports: all(exports) }
    }

    #[test]
    fn a_flavor_may_have_a_compatible_version_and_exports_of_its_own() {
        let checked = outline(
            &["pushgate:flavor/http@0.1.3", "wasi:cli/environment@0.2.6", "pushgate:flavor/types@0.1.0", "pushgate:flavor/registry@0.1.0"],
            &["exports", "pushgate:flavor/prepare-image-push@0.1.2", "pushgate:flavor/settings@0.1.0"],
        )
        .check()
        .unwrap();
        assert_eq!(checked.contract(), "pushgate:flavor@0.1.2");
        assert_eq!(checked.settings.as_deref(), Some("pushgate:flavor/settings@0.1.0"));
        assert_eq!(checked.capabilities, [Capability::Registry, Capability::Http]);
    }

    #[test]
    fn the_exact_version_is_preferred() {
        let checked = outline(&[], &["pushgate:flavor/prepare-image-push@0.1.2", contract::HOOK]).check().unwrap();
        assert_eq!(checked.hook, contract::HOOK);
    }

    #[test]
    fn what_is_not_a_flavor_is_named() {
        let cases = [
            (
                outline(&["pushgate:flavor/types@0.2.0"], &["pushgate:flavor/prepare-image-push@0.2.0"]),
                "the component speaks \
              `pushgate:flavor/prepare-image-push@0.2.0`, which this version of pushgate does not know: it supports `pushgate:flavor@0.1.2`",
            ),
            (outline(&[], &[]), "the component does not export `pushgate:flavor/prepare-image-push@0.1.2`: it exports nothing"),
            (outline(&[], &["a", "b"]), "the component does not export `pushgate:flavor/prepare-image-push@0.1.2`: it exports `a`, `b`"),
            (
                outline(&[], &["x"; 10]),
                "the component does not export `pushgate:flavor/prepare-image-push@0.1.2`: it exports `x`, `x`, \
              `x`, `x`, `x`, `x`, `x`, `x`, 2 more",
            ),
            (
                outline(&["evil:thing/x@1.0.0"], &[contract::HOOK]),
                "the component imports the interface `evil:thing/x@1.0.0`, which this \
              version of pushgate does not give: it supports `types`, `log`, `registry` and `http` of `pushgate:flavor@0.1.2`",
            ),
            (
                outline(&["pushgate:flavor/secrets@0.1.4"], &[contract::HOOK]),
                "the component imports the interface \
              `pushgate:flavor/secrets@0.1.4`, which this version of pushgate does not give: it supports `types`, `log`, `registry` and \
              `http` of `pushgate:flavor@0.1.2`",
            ),
        ];
        for (outline, message) in cases {
            let error = outline.check().unwrap_err();
            assert_eq!(error.to_string(), message);
            assert!(
                matches!(error, LoadError::OtherContract { .. } | LoadError::MissingExport { .. } | LoadError::UnknownImport { .. }),
                "{error:?}"
            );
        }
    }
}
