//! From a file to a catalog.

use std::path::Path;

use pushgate_files::{Links, own};

use super::error::CatalogError;
use super::lookup::Catalog;
use super::parse;
use crate::builtin::Builtins;

/// The largest catalog, in bytes.
pub const MAX_CATALOG_BYTES: u64 = 16 << 20;

/// A catalog without an entry.
pub(super) const EMPTY: &str = "version = 1\n";

impl Catalog {
    /// Reads a catalog, in which the flavors that ship need no entry. One that does not exist is empty.
    ///
    /// # Errors
    /// A file that can't be read, is not a catalog, belongs to another user, or can be written by others.
    pub fn load(path: &Path, builtins: Builtins) -> Result<Self, CatalogError> {
        Ok(read(path, builtins)?.1)
    }

    /// Reads the bytes of a catalog. The path is for its messages alone.
    ///
    /// # Errors
    /// What is not a catalog.
    pub fn parse(path: &Path, bytes: &[u8], builtins: Builtins) -> Result<Self, CatalogError> {
        parse::catalog(path, bytes, builtins)
    }
}

/// Reads a catalog and its text; no text if the file does not exist.
pub(super) fn read(path: &Path, builtins: Builtins) -> Result<(Option<String>, Catalog), CatalogError> {
    let Some(file) = own::read(path, MAX_CATALOG_BYTES, Links::Followed)? else {
        let catalog = Catalog { absent: true, ..parse::catalog(path, EMPTY.as_bytes(), builtins)? };
        return Ok((None, catalog));
    };
    let bytes = file.only_ours(path)?.bytes;
    let catalog = parse::catalog(path, &bytes, builtins)?;
    // The parser has accepted it, so nothing is lost.
    Ok((Some(String::from_utf8_lossy(&bytes).into_owned()), catalog))
}
