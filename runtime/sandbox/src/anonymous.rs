//! Files without a name: nobody else can open them, and they are gone when the last descriptor is closed.

use std::fs::File;
use std::io;

/// A new file without a name. On Linux it takes memory and no disk, so that neither a full disk nor a missing folder stops a compile.
///
/// # Errors
/// The system has no memory, or no disk, left.
pub(crate) fn anonymous_file() -> io::Result<File> {
    #[cfg(target_os = "linux")]
    {
        let flags = rustix::fs::MemfdFlags::CLOEXEC;
        Ok(rustix::fs::memfd_create("pushgate", flags)?.into())
    }
    #[cfg(not(target_os = "linux"))]
    tempfile::tempfile()
}
