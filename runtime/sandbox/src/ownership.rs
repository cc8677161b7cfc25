//! Whether a file or folder belongs to this user alone, proven on an open descriptor.

use std::fs::File;
use std::io;

use rustix::fs::{FileType, Mode, OFlags};

/// Fails for a path that is a symbolic link, and waits for no FIFO.
pub(crate) const NO_FOLLOW: i32 = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).bits().cast_signed();
/// Read and written by its owner, nobody else.
pub(crate) const PRIVATE_FILE: u32 = 0o600;
/// The same of a folder.
pub(crate) const PRIVATE_DIRECTORY: u32 = 0o700;

/// A regular file of this user that others can neither read nor write.
///
/// # Errors
/// What is wrong with it, as [`io::ErrorKind::PermissionDenied`].
pub(crate) fn prove_private_file(file: &File) -> io::Result<()> {
    prove(file, FileType::RegularFile, "a regular file")
}

/// A folder of this user that others can neither list nor change.
///
/// # Errors
/// What is wrong with it, as [`io::ErrorKind::PermissionDenied`].
pub(crate) fn prove_private_directory(directory: &File) -> io::Result<()> {
    prove(directory, FileType::Directory, "a folder")
}

fn prove(file: &File, kind: FileType, kind_name: &str) -> io::Result<()> {
    let status = rustix::fs::fstat(file)?;
    let refuse = |message: String| Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    if FileType::from_raw_mode(status.st_mode) != kind {
        return refuse(format!("it is not {kind_name}"));
    }
    if status.st_uid != rustix::process::geteuid().as_raw() {
        return refuse("it belongs to another user".to_owned());
    }
    let mode = Mode::from_raw_mode(status.st_mode);
    if mode.intersects(Mode::RWXG | Mode::RWXO) {
        return refuse(format!("its mode {:04o} lets others in", mode.bits() & 0o7777));
    }
    Ok(())
}
