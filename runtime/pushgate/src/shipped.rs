//! The flavors that ship: they are part of this program, and need not be registered.
//!
//! Each is a component like any other, asked in the same sandbox with the same grants. Which one has a name is decided by the program that runs: a newer
//! pushgate may bring a newer one.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};

use flate2::read::GzDecoder;
use pushgate_sandbox::ComponentDigest;

/// A flavor that ships.
#[derive(Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Its name, which no other flavor can be registered under.
    pub name: &'static str,
    /// What it does, in one line.
    pub description: &'static str,
    /// The digest of its component.
    pub digest: ComponentDigest,
    /// The size of its component, in bytes.
    pub size: u64,
    packed: &'static [u8],
}

/// All of them, sorted by name.
pub static ALL: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/shipped_flavors.rs"));

/// The one with this name.
pub fn named(name: &str) -> Option<&'static Shipped> {
    ALL.iter().find(|flavor| flavor.name == name)
}

/// The one whose component has this digest.
pub fn with_digest(digest: &ComponentDigest) -> Option<&'static Shipped> {
    ALL.iter().find(|flavor| flavor.digest == *digest)
}

impl Shipped {
    /// Its size in this program, packed, in bytes.
    pub fn packed_size(&self) -> usize {
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

    /// The component in a file without a name, for whoever takes an open file.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_what_the_table_says() {
        assert!(ALL.is_sorted_by_key(|flavor| flavor.name));
        for flavor in ALL {
            let component = flavor.component().unwrap();
            assert_eq!((ComponentDigest::of(&component), component.len() as u64), (flavor.digest, flavor.size), "{}", flavor.name);
            let mut copy = Vec::new();
            flavor.open().unwrap().read_to_end(&mut copy).unwrap();
            assert_eq!(copy, component);
            let described = pushgate_sandbox::describe(&component).unwrap();
            assert_eq!((described.name.as_deref(), described.description.as_deref()), (Some(flavor.name), Some(flavor.description)));
            assert_eq!((named(flavor.name), with_digest(&flavor.digest)), (Some(flavor), Some(flavor)));
        }
        assert_eq!(named("passthrough"), None);
    }

    /// A program with many flavors is still one that is copied in a moment.
    #[test]
    fn together_they_take_less_than_a_megabyte_and_a_half() {
        assert!(ALL.iter().map(Shipped::packed_size).sum::<usize>() < 3 << 19);
    }
}
