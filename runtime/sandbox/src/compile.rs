//! What is compiled and what is not: the same for this process and for a worker.

use crate::text::excerpt;
use crate::{LoadError, describe};

/// The longest message of the compiler that is passed on.
const MESSAGE_BYTES: usize = 500;

/// Compiles a component with `compiler`, after its names have shown that it is worth it, and refuses one that nobody could link.
///
/// # Errors
/// [`LoadError`] when the bytes are not a flavor, or the compiler refuses them.
pub(crate) fn checked<T>(bytes: &[u8], compiler: impl FnOnce(&[u8]) -> wasmtime::Result<T>) -> Result<T, LoadError> {
    describe::outline(bytes)?.check()?;
    let compiled = compiler(bytes).map_err(|error| LoadError::Invalid { message: excerpt(&format!("{error:#}"), MESSAGE_BYTES) })?;
    // Only what the compiler found valid can be followed into its types.
    describe::check_types(bytes)?;
    Ok(compiled)
}
