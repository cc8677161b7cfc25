//! The sandbox, and the components in it.

use pushgate_sandbox::{
    Absent, CallError, LoadError, MAX_POOLED_CALLS, ParseDigestError, SandboxError, SettingsError, Toolchain, TrapCause,
};

use super::Explain;
use crate::Kind;

impl Explain for SandboxError {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::PoolSize { .. } => Some(format!("from 1 to {MAX_POOLED_CALLS} calls have room in a pool")),
            Self::RelativePath { .. } => Some("give a path that begins with `/`".to_owned()),
            Self::KeyInCache { .. } => Some("keep it in a folder of its own: whoever copies the cache must not copy the key".to_owned()),
            _ => None,
        }
    }
}

impl Explain for LoadError {
    fn kind(&self) -> Kind {
        match self {
            // A component that the store has lost or that was damaged there is not its author's fault.
            Self::Read { .. } | Self::DigestMismatch { .. } => Kind::Configuration,
            _ => Kind::FlavorBroke,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Read { .. } | Self::DigestMismatch { .. } => "register the flavor again from its .wasm file",
            Self::NotWasm { .. } => "a flavor is a WebAssembly component in the binary format: a .wasm file that begins with `\\0asm`",
            Self::Text => "turn it into the binary format with `wasm-tools parse flavor.wat -o flavor.wasm`",
            Self::Precompiled => "use the .wasm file that it was compiled from: pushgate runs only what it has compiled itself",
            Self::CoreModule { language: Some(language) } if language.starts_with("Rust") => {
                "build it for another target: `cargo build --release --target wasm32-wasip2` makes a component"
            }
            Self::CoreModule { .. } => "make a component of it: `pushgate flavor component MODULE.wasm -o FLAVOR.wasm`",
            Self::Truncated { .. } => "copy or build the file again",
            Self::OtherContract { .. } | Self::WrongType { .. } | Self::WrongImport { .. } => {
                "build the flavor against the contract that `pushgate wit` prints"
            }
            Self::MissingExport { .. } => "build the flavor for the world `pushgate:flavor/flavor@0.1.2` that `pushgate wit` prints",
            Self::UnknownImport { .. } => "build the flavor for a world that imports nothing else: `pushgate wit` prints what there is",
            Self::CompileLimit { .. } => {
                "a component that a compiler made needs far less: build it again from its source, and leave out data that it makes \
                 itself as well"
            }
            Self::Invalid { message } if message.contains("component model async") => {
                "it is built for asynchronous functions, which a flavor does not have: with jco, say `--backend-qjs-disable-async`"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl Explain for SettingsError {
    fn kind(&self) -> Kind {
        if self.blames_settings() { Kind::Configuration } else { Kind::FlavorBroke }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Mismatch { .. } => Some("`pushgate flavor describe FLAVOR` shows the settings that a flavor takes".to_owned()),
            Self::Schema { .. } => {
                Some("a schema is self-contained JSON Schema 2020-12, with patterns that match in linear time".to_owned())
            }
            Self::Limit { .. } => Some("make the schema simpler: definitions that refer to each other twice multiply".to_owned()),
            _ => None,
        }
    }
}

impl Explain for CallError {
    fn kind(&self) -> Kind {
        Kind::FlavorBroke
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Trap { cause: Some(cause), .. } => of_cause(*cause),
            Self::BadValue { .. } => {
                "its answer, or what it passed to a function, has the wrong shape: build it against the contract that \
                 `pushgate wit` prints, and run it with its language's checks on"
            }
            Self::ComputeLimit { .. } => "a hook answers within milliseconds: look for a loop without an end",
            Self::WallLimit { .. } => "look for what it waits for",
            Self::MemoryLimit { .. } => "look for what it keeps that it does not need",
            Self::HostCallLimit { .. } => "say less: fewer violations, shorter texts",
            Self::BadAnswer { .. } => "a denial gives at least one violation, and each detail of it once",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// What the author of a flavor can look for.
fn of_cause(cause: TrapCause) -> &'static str {
    match cause {
        TrapCause::Silence(Toolchain::Python) => {
            "it left no message. In Python without WASI that is an exception that nothing caught, a module that is imported inside a function (import at the top of \
             the module), `print`, or an answer of the wrong shape: a refusal that is returned instead of raised, nothing returned, a violation without \
             `details`. The SDK says which; so does a build with WASI, as the `debug-component` of `flavor.toml`"
        }
        TrapCause::Silence(Toolchain::JavaScript) => {
            "it left no message. In JavaScript that is an `async` hook, an error that is no refusal, or an answer of the wrong shape: a refusal that is returned \
             instead of thrown, nothing returned, a violation without `details`, a number where a text belongs. The SDK says which"
        }
        TrapCause::Silence(Toolchain::Other) => "it left no message: log with level `error` before giving up",
        TrapCause::AsyncHook => "the hook is `async`: a flavor's hook answers before it returns: remove `async` and `await`",
        TrapCause::JavaScriptResult => {
            "the hook returned something else than `approved`: throw a refusal, and return `approved` where there is none"
        }
        TrapCause::PythonResult => {
            "the hook returned something else than `Approval.APPROVED`: raise a refusal, and return that where there is none"
        }
        TrapCause::ImportInFunction => {
            "a module that is imported inside a function is not in the component: import it at the top of the module"
        }
        TrapCause::FileOrImport => "a file is read, or a module is imported inside a function: import at the top of the module",
        TrapCause::Absent(absent) => instead(absent),
        TrapCause::GoWaits => {
            "the runtime of Go waits, where the component has the usual adapter: make the component with `pushgate flavor component`, whose \
             adapter has a clock for it"
        }
        TrapCause::OtherWasi => "a flavor decides by what `image-push` says and by the capabilities of the contract",
    }
}

/// What a flavor has instead.
fn instead(absent: Absent) -> &'static str {
    match absent {
        Absent::Network => "a flavor has no network: it asks a server through the capability `http`, which the operator grants",
        Absent::Files => "a flavor has no files: what it needs is compiled in, or in its settings",
        Absent::Environment => "a flavor has no environment: what differs from one registry to the next is in its settings",
        Absent::Waiting => "a flavor cannot wait: it decides by the time of the push, `requested-at`",
        Absent::Threads => "a flavor has no threads: the hook answers before it returns",
        Absent::Programs => "a flavor runs no programs: it decides by the push, its settings and its capabilities",
    }
}

impl Explain for ParseDigestError {
    fn kind(&self) -> Kind {
        // Digests of components stand in the catalog.
        Kind::Configuration
    }

    fn hint(&self) -> Option<String> {
        Some("a component digest is `sha256:` and 64 lower-case hexadecimal digits".to_owned())
    }
}

#[cfg(test)]
mod tests;
