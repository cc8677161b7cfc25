//! The words of the command line. What each command does lies in the sibling modules; here is only what can be typed.

mod credential;
mod image;
mod registry;
mod asked;
mod flavor;
mod shared;
mod transport;
mod source;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use asked::{AskedFlavor, AskedFlavors};
pub(super) use credential::CredentialCommand;
pub(super) use flavor::{ComponentArguments, FlavorCommand, RecordArguments, TestArguments};
pub(super) use image::{ImageCommand, LayersArguments};
pub(super) use registry::{RegistryCommand, Reset};
pub(super) use shared::HookArguments;
pub(super) use source::{Compress, SourceArguments};
pub(super) use transport::TransportArguments;

/// The gate that every container image push passes through.
///
/// A push goes on only when the image's name lies inside the registry's URI and every flavor of that registry approves it.
#[derive(Debug, Parser)]
#[command(name = "pushgate", version, arg_required_else_help = true, disable_help_subcommand = true, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(super) global: GlobalArguments,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(super) struct GlobalArguments {
    /// How results are printed
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        env = "PUSHGATE_OUTPUT",
        hide_env_values = true,
        default_value = "text",
        help_heading = "Global options"
    )]
    pub(super) output: OutputFormat,
    /// Print results and errors only
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub(super) quiet: bool,
    /// Tell more: -v the flavors' messages and each step, -vv every request
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub(super) verbose: u8,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub(super) color: ColorChoice,
    /// The catalog of registries and flavors
    #[arg(long, global = true, value_name = "FILE", env = "PUSHGATE_CONFIG", hide_env_values = true, help_heading = "Global options")]
    pub(super) config: Option<PathBuf>,
    /// Let a catalog outside of your configuration folder decide how credentials travel: plain HTTP, certificates, token servers, bindings
    #[arg(
        long,
        global = true,
        env = "PUSHGATE_TRUST_CONFIG",
        hide_env_values = true,
        value_parser = yes_or_no,
        help_heading = "Global options"
    )]
    pub(super) trust_config: bool,
}

/// The value of a variable that switches something on. An empty one counts as unset.
fn yes_or_no(text: &str) -> Result<bool, &'static str> {
    match text {
        "1" | "true" | "yes" | "on" => Ok(true),
        "" | "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("neither 1 nor 0"),
    }
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check an image's name, ask the registry's flavors, and push
    ///
    /// Prints registry/repository@sha256:… of what the registry then serves.
    Push(PushArguments),
    /// Do the same without the push
    ///
    /// Prints the canonical reference. The source is read only when a flavor asks for the images, when the image is named by its digest, or with --verify: else no Docker is needed.
    Check(PushArguments),
    /// Flavors: the WebAssembly components that are asked before a push
    #[command(subcommand)]
    Flavor(FlavorCommand),
    /// Registries: where images may go, and which flavors are asked
    #[command(subcommand, alias = "container-registry")]
    Registry(RegistryCommand),
    /// Credentials of the origins that flavors send requests to
    #[command(subcommand)]
    Credential(CredentialCommand),
    /// Images: what they are made of
    #[command(subcommand)]
    Image(ImageCommand),
    /// Print the contract between pushgate and a flavor
    Wit,
    /// Print a script that completes pushgate's words in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man page, or write those of all commands
    Man {
        /// The folder to write pushgate.1, pushgate-push.1 and the rest to [default: print pushgate.1]
        #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
        out: Option<PathBuf>,
    },
}

/// A shell that words are completed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    /// GNU Bash
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
}

impl Shell {
    /// The word on the command line.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
        }
    }
}

/// What `push` and `check` take.
#[derive(Debug, Args)]
pub(super) struct PushArguments {
    /// The image's name as Docker knows it, for example registry.example.com/team/app:v1, or without a tag …/app@sha256:…
    pub(super) image: String,
    #[command(flatten)]
    pub(super) destination: DestinationArguments,
    #[command(flatten)]
    pub(super) source: SourceArguments,
    /// Also write the JSON report to this file, of a failure too; the exit code stays what it is
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(super) report: Option<PathBuf>,
}

/// Where a push may go.
#[derive(Debug, Args)]
pub(super) struct DestinationArguments {
    /// A registered registry [default: the one set by `registry use`, else the only one whose URI contains the image]
    #[arg(long, value_name = "NAME", conflicts_with = "uri", help_heading = "Destination")]
    pub(super) registry: Option<String>,
    /// A registry that is not registered, by its URI
    #[arg(long, value_name = "URI", help_heading = "Destination")]
    pub(super) uri: Option<String>,
    #[command(flatten)]
    pub(super) asked: AskedFlavors,
    #[command(flatten)]
    pub(super) transport: TransportArguments,
}
