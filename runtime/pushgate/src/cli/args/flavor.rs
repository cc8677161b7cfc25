//! The words of `pushgate flavor`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use pushgate_sandbox::Capability;

use crate::new_project::Language;

/// The commands of `pushgate flavor`.
#[derive(Debug, Subcommand)]
pub(crate) enum FlavorCommand {
    /// Write the project of a new flavor, in a language of yours
    ///
    /// The project is whole: the contract, the language's SDK, test cases and the commands that build it are in it.
    New {
        /// The flavor's name
        name: String,
        /// What it is written in
        #[arg(long, short, value_parser = languages())]
        language: Language,
        /// What it asks the host for besides the push; may be given twice
        #[arg(long = "capability", value_name = "CAPABILITY", value_parser = capabilities())]
        capabilities: Vec<Capability>,
        /// It takes settings
        #[arg(long)]
        settings: bool,
        /// Its folder, which must not exist [default: its name]
        #[arg(long, value_name = "FOLDER")]
        path: Option<PathBuf>,
    },
    /// Register a component under a name
    ///
    /// Registering the same bytes again changes nothing.
    Register {
        /// The component, a .wasm file
        #[arg(value_name = "FILE.wasm")]
        file: PathBuf,
        /// Its name here [default: the component's own, else the file's stem]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// Replace other bytes that have this name
        #[arg(long)]
        replace: bool,
    },
    /// List the registered flavors
    List,
    /// Describe a flavor: what it is, what it asks for, what settings it takes
    Describe {
        /// A registered flavor, or a file: it holds a "/" or ends in .wasm
        #[arg(value_name = "NAME|FILE.wasm")]
        flavor: String,
    },
    /// Ask a flavor about the pushes of its project's cases
    ///
    /// Each file DIR/cases/NAME.toml is one push, with what the registry and HTTP servers answer and what the flavor is expected to say. Neither Docker nor a
    /// registry is needed.
    Test(TestArguments),
    /// Forget a flavor that no registry uses
    Delete {
        /// The registered flavor
        name: String,
    },
}

/// What `flavor test` takes.
#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    /// The project's folder: it holds flavor.toml and cases/
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The component to ask [default: the one that flavor.toml names]
    #[arg(long, value_name = "FILE.wasm")]
    pub(crate) component: Option<PathBuf>,
    /// Only this case; may be given more than once
    #[arg(long = "case", value_name = "NAME")]
    pub(crate) cases: Vec<String>,
    /// Write a report for CI to a file, in JUnit's XML
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
}

fn languages() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.map(Language::word)).try_map(|word| Language::from_word(&word).ok_or("not a language"))
}

fn capabilities() -> impl TypedValueParser<Value = Capability> {
    let of = |word: String| Capability::ALL.into_iter().find(|capability| capability.as_str() == word);
    PossibleValuesParser::new(Capability::ALL.map(Capability::as_str)).try_map(move |word| of(word).ok_or("not a capability"))
}
