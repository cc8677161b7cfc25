//! The text of the contract between host and flavor.

/// The package `pushgate:flavor`, as `pushgate wit` prints it and projects hold it.
pub const CONTRACT: &str = include_str!("../../../wit/v0.1/flavor.wit");
