//! What a hook's refusal does: stop the push, or warn.

/// What becomes of a refusal of the flavor. Nothing else is softened: a name outside the registry, a hook that breaks, settings that it does not
/// accept and a missing grant stop every push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HookMode {
    /// It stops the push.
    #[default]
    Enforce,
    /// It is told as a warning, and the push goes on: for a rule that is being tried.
    Warn,
}

impl HookMode {
    /// The word in the catalog and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Warn => "warn",
        }
    }

    /// The mode that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Enforce, Self::Warn].into_iter().find(|mode| mode.word() == word)
    }
}
