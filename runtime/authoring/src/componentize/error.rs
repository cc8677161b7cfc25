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
