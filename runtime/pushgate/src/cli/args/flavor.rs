//! The words of `pushgate flavor`.

use std::path::PathBuf;

use clap::Subcommand;

/// The commands of `pushgate flavor`.
#[derive(Debug, Subcommand)]
pub(crate) enum FlavorCommand {
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
    /// Forget a flavor that no registry uses
    Delete {
        /// The registered flavor
        name: String,
    },
}
