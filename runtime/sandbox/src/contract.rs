//! The names of the contract that this version speaks, and how a name of another line is told apart.

/// The package of the contract, with its version.
pub const PACKAGE: &str = "pushgate:flavor@0.1.2";
/// The interface whose export makes a component a flavor.
pub(crate) const HOOK: &str = "pushgate:flavor/prepare-image-push@0.1.2";
/// The function of [`HOOK`].
pub(crate) const HOOK_FUNCTION: &str = "prepare";
/// The optional export with the settings schema.
pub(crate) const SETTINGS: &str = "pushgate:flavor/settings@0.1.2";
/// The function of [`SETTINGS`].
pub(crate) const SETTINGS_FUNCTION: &str = "schema";
/// What a flavor may import, for messages.
pub(crate) const SUPPORTED_IMPORTS: &str = "`types`, `log`, `registry` and `http` of `pushgate:flavor@0.1.2`";

/// What the name of an import or export says about who may answer it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name<'a> {
    /// An interface of the line of the contract that this version speaks: `types`, `log`, …
    Ours {
        /// The interface without package and version.
        interface: &'a str,
    },
    /// An interface of the contract's package in a version that is not compatible with ours.
    OtherLine,
    /// An interface of WASI.
    Wasi,
    /// Anything else.
    Unknown,
}

impl<'a> Name<'a> {
    pub(crate) fn classify(name: &'a str) -> Self {
        if name.starts_with("wasi:") {
            return Self::Wasi;
        }
        let Some(rest) = name.strip_prefix("pushgate:flavor/") else {
            return Self::Unknown;
        };
        match rest.split_once('@') {
            Some((interface, version)) if is_compatible(version) => Self::Ours { interface },
            _ => Self::OtherLine,
        }
    }
}

/// Whether a version belongs to the line 0.1: `0.1.N` without a pre-release, as Semantic Versioning has it for major version 0.
fn is_compatible(version: &str) -> bool {
    let patch = version.strip_prefix("0.1.").map(|rest| rest.split_once('+').map_or(rest, |(patch, _)| patch));
    patch.is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_by_package_and_line() {
        let cases = [
            ("pushgate:flavor/types@0.1.0", Name::Ours { interface: "types" }),
            ("pushgate:flavor/log@0.1.7", Name::Ours { interface: "log" }),
            ("pushgate:flavor/log@0.1.7+build", Name::Ours { interface: "log" }),
            ("pushgate:flavor/types@0.2.0", Name::OtherLine),
            ("pushgate:flavor/types@0.10.0", Name::OtherLine),
            ("pushgate:flavor/types@0.1.0-rc.1", Name::OtherLine),
            ("pushgate:flavor/types@1.1.0", Name::OtherLine),
            ("pushgate:flavor/types@0.1.", Name::OtherLine),
            ("pushgate:flavor/types", Name::OtherLine),
            ("wasi:cli/environment@0.2.6", Name::Wasi),
            ("wasix:cli/environment@0.2.6", Name::Unknown),
            ("pushgate:flavors/types@0.1.0", Name::Unknown),
            ("env", Name::Unknown),
        ];
        for (name, expected) in cases {
            assert_eq!(Name::classify(name), expected, "{name}");
        }
    }
}
