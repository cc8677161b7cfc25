//! Why a component cannot be used as a flavor.

use std::borrow::Cow;
use std::io;

use serde::{Deserialize, Serialize};

use crate::exceeded::Exceeded;
use crate::{ComponentDigest, contract};

/// Why a component cannot be used as a flavor. Texts out of the component are cut; whoever prints them escapes them.
///
/// It can be written down and read again, since a worker process says it.
#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum LoadError {
    /// The bytes could not be read.
    #[error("cannot read the component {digest}")]
    #[serde(skip)]
    Read {
        /// The component asked for.
        digest: ComponentDigest,
        /// The cause.
        source: io::Error,
    },
    /// The bytes that were read are not those that were asked for.
    #[error("the component {expected} is damaged: what was read has the digest {found}")]
    DigestMismatch {
        /// The component asked for.
        expected: ComponentDigest,
        /// The digest of what was read.
        found: ComponentDigest,
    },
    /// More bytes than [`MAX_COMPONENT_BYTES`](crate::MAX_COMPONENT_BYTES).
    #[error("the component has {size} bytes, more than the {limit} that are allowed")]
    TooLarge {
        /// Bytes found.
        size: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// Not WebAssembly at all.
    #[error("not a WebAssembly component but {found}")]
    NotWasm {
        /// What the bytes look like, for example `an ELF file`.
        found: Cow<'static, str>,
    },
    /// The text format of WebAssembly.
    #[error("not a WebAssembly component but WebAssembly text")]
    Text,
    /// Machine code that was compiled ahead of time.
    #[error("not a WebAssembly component but machine code that was compiled from one")]
    Precompiled,
    /// A core module.
    #[error("not a WebAssembly component but a core module{}", compiled_from(language.as_deref()))]
    CoreModule {
        /// What it was compiled from, if it says so.
        language: Option<String>,
    },
    /// The bytes end too early.
    #[error("the component is truncated: it has only {size} bytes, and {message}")]
    Truncated {
        /// Bytes found.
        size: u64,
        /// Where it ends.
        message: String,
    },
    /// Not valid, or it uses a feature of WebAssembly that is switched off.
    #[error("not a valid WebAssembly component: {message}")]
    Invalid {
        /// What the validation says.
        message: String,
    },
    /// It speaks another line of the contract.
    #[error("the component speaks `{found}`, which this version of pushgate does not know: it supports `{supported}`", supported = contract::PACKAGE)]
    OtherContract {
        /// An import or export of the other line.
        found: String,
    },
    /// It does not export the hook.
    #[error("the component does not export `{expected}`: {found}", expected = contract::HOOK)]
    MissingExport {
        /// What it exports instead.
        found: String,
    },
    /// An export of the contract has another type.
    #[error("the export `{item}` has the wrong type: expected `{expected}`, found `{found}`")]
    WrongType {
        /// Interface and function.
        item: String,
        /// The contract's type.
        expected: String,
        /// The component's type.
        found: String,
    },
    /// An import of the contract is used with another type, or a function of it is not known.
    #[error("the import `{item}` does not fit `{supported}`: {message}", supported = contract::PACKAGE)]
    WrongImport {
        /// The interface.
        item: String,
        /// What does not fit.
        message: String,
    },
    /// It asks for something that no version of the contract gives.
    #[error("the component imports {kind} `{name}`, which this version of pushgate does not give: it supports {supported}", supported = contract::SUPPORTED_IMPORTS)]
    UnknownImport {
        /// The import's name.
        name: String,
        /// `an interface`, `a function`, …
        kind: Cow<'static, str>,
    },
    /// Compiling it takes more than a component of its size needs.
    #[error("compiling the component takes {exceeded}, which is the limit for its {bytes} bytes")]
    #[serde(skip)]
    CompileLimit {
        /// What it takes too much of.
        exceeded: Exceeded,
        /// Bytes of the component.
        bytes: u64,
    },
    /// A defect of pushgate or of the machine: nothing that the component is to blame for.
    #[error("the WebAssembly runtime failed: {message}")]
    Runtime {
        /// What it says.
        message: String,
    },
}

fn compiled_from(language: Option<&str>) -> String {
    language.map(|language| format!(", compiled from {language}")).unwrap_or_default()
}
