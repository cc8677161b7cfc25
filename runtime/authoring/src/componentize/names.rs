//! Names at the edge of a core module.

/// The name that programs import it by.
pub(super) const WASI: &str = "wasi_snapshot_preview1";

/// What every version of the line begins with.
pub(super) const LINE: &str = "0.1.";

/// The interface by which a flavor says what settings it takes, without its version.
pub(super) const SETTINGS: &str = "pushgate:flavor/settings";
