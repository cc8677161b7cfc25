//! Why a core module cannot be made a component.

/// Why a core module cannot be made a component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComponentizeError {
    /// Not WebAssembly.
    #[error("it is not a WebAssembly module: {cause}")]
    NotAModule {
        /// What is wrong.
        cause: String,
    },
    /// Nothing is left to do.
    #[error("it is a component already")]
    AlreadyAComponent,
    /// It has no hook.
    #[error("the module does not export `{name}`")]
    MissingExport {
        /// The function's name.
        name: &'static str,
    },
    /// It is started where a flavor is called.
    #[error("the module is a program: it exports `_start`, which nobody calls")]
    Program,
    /// The world promises the schema of the settings, and nothing gives it.
    #[error("the world exports `{interface}`, and the module has no schema")]
    MissingSchema {
        /// The interface's name.
        interface: &'static str,
    },
    /// The module has a schema of its settings that nobody would ever ask for.
    #[error("the module has a schema of its settings, and the world does not export `{interface}`")]
    HiddenSchema {
        /// The interface's name.
        interface: &'static str,
    },
    /// It wants something that neither the contract nor WASI has.
    #[error("the module imports `{name}` from `{from}`, which no flavor has")]
    UnknownImport {
        /// What it imports.
        name: String,
        /// The module that it imports it from.
        from: String,
    },
    /// The world cannot be read.
    #[error("the world cannot be read: {cause}")]
    World {
        /// What is wrong.
        cause: String,
    },
    /// The module does not fit the world.
    #[error("the module does not fit its world: {cause}")]
    Encode {
        /// What is wrong.
        cause: String,
    },
}

impl ComponentizeError {
    /// What the flavor's author can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotAModule { .. } => {
                Some("give the file that the compiler made: for Go with GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared")
            }
            Self::AlreadyAComponent => Some("register it as it is: pushgate flavor register FILE.wasm"),
            Self::MissingExport { .. } => Some(
                "Go: build with -buildmode=c-shared, and import the SDK in the package main; C: link the SDK's pushgate_flavor.c and bindings",
            ),
            Self::Program => Some("Go: build with -buildmode=c-shared; C: link with -nostartfiles -Wl,--no-entry"),
            Self::MissingSchema { .. } => Some(
                "Go: schema.Register(text) in an init function; C: PUSHGATE_SETTINGS_SCHEMA(text); \
                 or include pushgate:flavor/flavor@0.1.2 in the world instead of configurable-flavor",
            ),
            Self::HiddenSchema { .. } => Some(
                "include pushgate:flavor/configurable-flavor@0.1.2 in the world instead of flavor, or leave the schema out of the module",
            ),
            Self::UnknownImport { from, .. } if from == "env" => {
                Some("a function that was declared and never defined: link the file or library that defines it")
            }
            Self::UnknownImport { .. } => Some("a flavor imports what the contract has: `pushgate wit` prints it"),
            Self::World { .. } => Some("--wit names the folder with world.wit and deps; --world the world, where there are several"),
            Self::Encode { .. } => Some("a capability that the module uses must be imported by the world in --wit"),
        }
    }
}
