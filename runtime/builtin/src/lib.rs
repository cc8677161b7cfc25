//! The flavors that ship, embedded. This crate alone needs the wasm target to be built.

use pushgate_gate::builtin::{BuiltinFlavor, Builtins};
use pushgate_sandbox::ComponentDigest;

/// All of them, sorted by name.
pub const BUILTINS: Builtins = Builtins::new(FLAVORS);

static FLAVORS: &[BuiltinFlavor] = include!(concat!(env!("OUT_DIR"), "/builtin_flavors.rs"));

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn each_is_what_the_table_says() {
        assert!(!FLAVORS.is_empty() && FLAVORS.is_sorted_by_key(|flavor| flavor.name));
        for flavor in FLAVORS {
            let component = flavor.component().unwrap();
            assert_eq!((ComponentDigest::of(&component), component.len() as u64), (flavor.digest, flavor.size), "{}", flavor.name);
            let mut copy = Vec::new();
            flavor.open().unwrap().read_to_end(&mut copy).unwrap();
            assert_eq!(copy, component);
            let described = pushgate_sandbox::describe(&component).unwrap();
            assert_eq!((described.name.as_deref(), described.description.as_deref()), (Some(flavor.name), Some(flavor.description)));
            assert_eq!((BUILTINS.named(flavor.name), BUILTINS.with_digest(&flavor.digest)), (Some(flavor), Some(flavor)));
        }
        assert_eq!(BUILTINS.named("passthrough"), None);
    }

    /// A program with many flavors is still one that is copied in a moment.
    #[test]
    fn together_they_take_less_than_a_megabyte_and_a_half() {
        assert!(FLAVORS.iter().map(BuiltinFlavor::compressed_size).sum::<usize>() < 3 << 19);
    }
}
