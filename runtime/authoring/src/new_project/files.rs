//! The files that are written into a project, embedded by the build script.

/// A file of a template or of an SDK.
pub(super) struct File {
    /// Its path below the template or the SDK.
    pub(super) path: &'static str,
    /// What stands in it.
    pub(super) contents: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/project_files.rs"));
