//! The languages that a flavor's project can be written in.

use std::ffi::OsStr;

use super::files::{self, File};

/// A language with an SDK and a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Rust.
    Rust,
    /// Python.
    Python,
    /// JavaScript.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// Go.
    Go,
    /// C.
    C,
}

/// A program that a project is built with, and that is not to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissingTool {
    /// The program's name.
    pub program: &'static str,
    /// How one gets it.
    pub remedy: &'static str,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 6] = [Self::Rust, Self::Python, Self::JavaScript, Self::TypeScript, Self::Go, Self::C];

    /// The word on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Go => "go",
            Self::C => "c",
        }
    }

    /// The language with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.word() == word)
    }

    /// The tools that are in none of the folders of `path`, the variable PATH.
    #[must_use]
    pub fn missing_tools(self, path: &OsStr) -> Vec<MissingTool> {
        let there = |program: &str| std::env::split_paths(path).any(|folder| folder.join(program).is_file());
        self.tools()
            .iter()
            .filter(|(program, _)| !program.split('|').any(there))
            .map(|(program, remedy)| MissingTool { program, remedy })
            .collect()
    }

    /// What a project is built with. Alternatives are separated by `|`.
    const fn tools(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Rust => &[("cargo", "install Rust with rustup, https://rustup.rs")],
            Self::Python => &[("python3", "install Python 3.11 or later; on Debian: apt-get install python3-venv")],
            Self::JavaScript | Self::TypeScript => &[
                ("node", "install Node.js 20 or later, https://nodejs.org"),
                ("npm", "it comes with Node.js, https://nodejs.org; on Debian: apt-get install npm"),
            ],
            Self::Go => &[("go", "install Go 1.25 or later, https://go.dev/dl")],
            Self::C => &[
                ("make", "on Debian: apt-get install make"),
                ("clang|clang-19|clang-20|clang-21", "on Debian: apt-get install clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32"),
                ("wasm-ld|wasm-ld-19|wasm-ld-20|wasm-ld-21", "on Debian: apt-get install lld-19"),
            ],
        }
    }

    /// The commands that build a project, one a line, to be typed in its folder.
    pub(super) const fn build_commands(self) -> &'static str {
        match self {
            Self::Rust => "rustup target add wasm32-wasip2\ncargo build --release --target wasm32-wasip2",
            Self::Python => "python3 -m venv .venv\n.venv/bin/pip install -r requirements.txt\n.venv/bin/python -m pushgate_flavor build",
            Self::JavaScript | Self::TypeScript => "npm install\nnpm run build",
            Self::Go | Self::C => "make",
        }
    }

    pub(super) const fn template(self) -> &'static [File] {
        match self {
            Self::Rust => files::RUST,
            Self::Python => files::PYTHON,
            Self::JavaScript => files::JAVASCRIPT,
            Self::TypeScript => files::TYPESCRIPT,
            Self::Go => files::GO,
            Self::C => files::C,
        }
    }

    pub(super) const fn sdk(self) -> &'static [File] {
        match self {
            Self::Rust => files::RUST_SDK,
            Self::Python => files::PYTHON_SDK,
            Self::JavaScript | Self::TypeScript => files::JAVASCRIPT_SDK,
            Self::Go => files::GO_SDK,
            Self::C => files::C_SDK,
        }
    }
}
