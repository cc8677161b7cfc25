//! The words of `pushgate flavor`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use pushgate_authoring::new_project::Language;
use pushgate_sandbox::Capability;

use super::transport::TransportArguments;

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
    /// Make a component of the core module that a compiler of any language made
    ///
    /// It gets the contract's types, an adapter that answers WASI with nothing, and the metadata.
    Component(ComponentArguments),
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
        /// Replace other bytes that have this name; asks first if a registry asks the flavor
        #[arg(long)]
        replace: bool,
        /// Register it without asking, also where registries ask the flavor of that name
        #[arg(long)]
        yes: bool,
    },
    /// List the flavors: those that are registered, and those that ship
    List,
    /// Describe a flavor: what it is, what it asks for, what settings it takes
    Describe {
        /// A flavor by its name, or a file: it holds a "/" or ends in .wasm
        #[arg(value_name = "NAME|FILE.wasm")]
        flavor: String,
    },
    /// Ask a flavor about the pushes of its project's cases
    ///
    /// Each file DIR/cases/NAME.toml is one push, with what the registry and HTTP servers answer and what the flavor is expected to say. Neither Docker nor a
    /// registry is needed. A component that was not built from the project's sources as they are is an error.
    Test(Box<TestArguments>),
    /// Forget a registered flavor that no registry uses
    Delete {
        /// The registered flavor
        name: String,
    },
}

/// What `flavor component` takes.
#[derive(Debug, Args)]
pub(crate) struct ComponentArguments {
    /// The core module
    #[arg(value_name = "MODULE.wasm")]
    pub(crate) module: PathBuf,
    /// Where the component goes
    #[arg(long, short, value_name = "FILE.wasm")]
    pub(crate) out: PathBuf,
    /// The folder with the project's world [default: everything that the contract has]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) wit: Option<PathBuf>,
    /// The world's name, where the folder has several
    #[arg(long, value_name = "NAME", requires = "wit")]
    pub(crate) world: Option<String>,
    /// The flavor's name, for the component's metadata
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The flavor's version, for the component's metadata
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<String>,
    /// What the flavor does, for the component's metadata
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
}

/// What `flavor test` takes.
#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    /// The project's folder: it holds flavor.toml and cases/
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,
    /// First run the build command that flavor.toml names
    #[arg(long, conflicts_with = "component")]
    pub(crate) build: bool,
    /// The flavor to ask: one that ships or is registered, or a component, whether or not it is up to date [default: the component that flavor.toml names]
    #[arg(long, value_name = "NAME|FILE.wasm")]
    pub(crate) component: Option<String>,
    /// Only this case; may be given more than once
    #[arg(long = "case", value_name = "NAME")]
    pub(crate) cases: Vec<String>,
    /// Write a report for CI to a file, in JUnit's XML
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Rewrite what failed cases expect to what the flavor answered; shows it and asks first
    #[arg(long)]
    pub(crate) accept: bool,
    /// Accept without asking
    #[arg(long, requires = "accept")]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) record: RecordArguments,
}

/// Whom to ask for the answers of the cases.
#[derive(Debug, Args)]
#[command(mut_group("TransportArguments", |group| group.requires("record")))]
pub(crate) struct RecordArguments {
    /// First ask the real registry and servers, and write their answers into the cases. Only GET and HEAD requests are sent
    #[arg(long, help_heading = "Recording")]
    pub(crate) record: bool,
    /// Send the flavor's other requests too, POST included; in a case without `dry-run` they may change something
    #[arg(long, requires = "record", help_heading = "Recording")]
    pub(crate) record_writes: bool,
    /// A registered registry; the grants and credentials are those of its hook for this very component, unless they are given here
    #[arg(long, value_name = "NAME", requires = "record", conflicts_with = "uri", help_heading = "Recording")]
    pub(crate) registry: Option<String>,
    /// A registry that is not registered, by its URI
    #[arg(long, value_name = "URI", requires = "record", help_heading = "Recording")]
    pub(crate) uri: Option<String>,
    /// What the flavor may use: registry, or http=ORIGIN[,private]
    #[arg(long = "grant", value_name = "GRANT", requires = "record", help_heading = "Recording")]
    pub(crate) grant: Vec<String>,
    /// A credential that pushgate adds to its requests: ORIGIN=basic|bearer|sigv4:service=…,region=…
    #[arg(long = "credential", value_name = "ORIGIN=FORM", requires = "record", help_heading = "Recording")]
    pub(crate) credential: Vec<String>,
    #[command(flatten)]
    pub(crate) transport: TransportArguments,
}

fn languages() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.map(Language::word)).try_map(|word| Language::from_word(&word).ok_or("not a language"))
}

fn capabilities() -> impl TypedValueParser<Value = Capability> {
    let of = |word: String| Capability::ALL.into_iter().find(|capability| capability.as_str() == word);
    PossibleValuesParser::new(Capability::ALL.map(Capability::as_str)).try_map(move |word| of(word).ok_or("not a capability"))
}
