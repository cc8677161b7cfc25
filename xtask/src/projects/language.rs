//! The languages that flavors are written in here.

/// A language with an SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    Python,
    JavaScript,
    TypeScript,
    Go,
    C,
}

impl Language {
    /// Every language, those with the smallest components first.
    pub(crate) const ALL: [Self; 6] = [Self::C, Self::Rust, Self::JavaScript, Self::TypeScript, Self::Go, Self::Python];

    /// The word on the command line, and in the names of folders.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Go => "go",
            Self::C => "c",
        }
    }

    /// The folder of its SDK.
    pub(super) const fn sdk(self) -> &'static str {
        match self {
            Self::Rust => "guest-sdk/rust",
            Self::Python => "guest-sdk/python",
            Self::JavaScript | Self::TypeScript => "guest-sdk/javascript",
            Self::Go => "guest-sdk/go",
            Self::C => "guest-sdk/c",
        }
    }

    /// What its tools install, or keep between builds, in a project's folder.
    pub(super) const fn installed_in(self) -> &'static str {
        match self {
            Self::Rust => "target",
            Self::Python => ".venv",
            Self::JavaScript | Self::TypeScript => "node_modules",
            // Go and make keep nothing in a project.
            Self::Go | Self::C => ".tools",
        }
    }
}
