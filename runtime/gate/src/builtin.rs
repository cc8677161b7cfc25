//! Flavors that ship: part of the program, so that they need not be registered.
//!
//! Each is a component like any other, asked in the same sandbox with the same grants. Which one has a name is decided by the program that runs: a newer
//! pushgate may bring a newer one. The program hands them in: the gate itself embeds none, and needs no wasm toolchain to be built.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};

use flate2::read::GzDecoder;
use pushgate_sandbox::ComponentDigest;

/// A flavor that ships.
#[derive(Debug, PartialEq, Eq)]
pub struct BuiltinFlavor {
    /// Its name, which no other flavor can be registered under.
    pub name: &'static str,
    /// What it does, in one line.
    pub description: &'static str,
    /// The digest of its component.
    pub digest: ComponentDigest,
    /// The size of its component, in bytes.
    pub size: u64,
    /// Its component, as gzip.
    pub packed: &'static [u8],
}

/// The flavors that ship with a program, sorted by name; the default is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Builtins(&'static [BuiltinFlavor]);

impl Builtins {
    /// These flavors, which are sorted by name.
    pub const fn new(flavors: &'static [BuiltinFlavor]) -> Self {
        Self(flavors)
    }

    /// All of them, sorted by name.
    pub const fn all(self) -> &'static [BuiltinFlavor] {
        self.0
    }

    /// The one with this name.
    pub fn named(self, name: &str) -> Option<&'static BuiltinFlavor> {
        self.0.iter().find(|flavor| flavor.name == name)
    }

    /// The one whose component has this digest.
    pub fn with_digest(self, digest: &ComponentDigest) -> Option<&'static BuiltinFlavor> {
        self.0.iter().find(|flavor| flavor.digest == *digest)
    }
}

impl BuiltinFlavor {
    /// Its size in this program, packed, in bytes.
    pub const fn compressed_size(&self) -> usize {
        self.packed.len()
    }

    /// The component.
    ///
    /// # Errors
    /// This program is damaged.
    pub fn component(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        GzDecoder::new(self.packed).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The component in a file without a name, for a reader that takes an open file.
    ///
    /// # Errors
    /// No file can be written on this machine.
    pub fn open(&self) -> io::Result<File> {
        let mut file = tempfile::tempfile()?;
        io::copy(&mut GzDecoder::new(self.packed), &mut file)?;
        file.rewind()?;
        Ok(file)
    }
}
