//! A file that a command writes for its caller: whole or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

/// How long the reader of a pipe may take. The command has done its work by then.
const READER: Duration = Duration::from_secs(10);

/// Where it is written.
#[derive(Debug)]
pub(super) struct WrittenFile(Place);

#[derive(Debug)]
enum Place {
    /// A file with this path, replaced whole.
    File(PathBuf),
    /// A pipe or a device, which cannot be replaced: `>(…)`, `/dev/stdout`.
    Stream(File),
}

impl WrittenFile {
    /// Finds out whether the file can be written, before the work whose outcome it is to hold. What is there stays.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        // Behind a symbolic link lies the file that is meant.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match fs::metadata(&target) {
            Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) if !found.is_file() => return stream(path).map(|file| Self(Place::Stream(file))),
            _ if target.file_name().is_none() => return Err(io::ErrorKind::InvalidFilename.into()),
            _ => {}
        }
        new_file(folder(&target))?.close()?;
        Ok(Self(Place::File(target)))
    }

    /// Removes what an earlier run left: whoever finds the file has the one of this run.
    ///
    /// # Errors
    /// It cannot be removed.
    pub(super) fn remove_old(&self) -> io::Result<()> {
        let Place::File(path) = &self.0 else { return Ok(()) };
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// It cannot be written. There is no part of it then, unless it is a pipe.
    pub(super) fn write(self, bytes: &[u8]) -> io::Result<()> {
        match self.0 {
            Place::File(path) => {
                let mut file = new_file(folder(&path))?;
                file.write_all(bytes)?;
                file.as_file().sync_all()?;
                file.persist(&path)?;
                Ok(())
            }
            Place::Stream(mut file) => {
                let (sender, receiver) = mpsc::channel();
                let bytes = bytes.to_vec();
                // Nothing interrupts a write to a pipe that is full.
                std::thread::spawn(move || {
                    let written = file.write_all(&bytes);
                    drop(file);
                    let _ = sender.send(written);
                });
                receiver.recv_timeout(READER).unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

/// The folder of a file. It has to be there: one that was mistyped is not made.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file without its name yet, with the mode of a new file, less the user's mask.
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(".pushgate-").permissions(Permissions::from_mode(0o666)).tempfile_in(folder)
}

/// Opens a pipe or a device without waiting for a reader: where there is none, that is an error.
fn stream(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new().write(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::symlink;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn it_is_the_old_one_or_none_until_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reports/report.json");
        assert_eq!(WrittenFile::begin(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
        fs::create_dir(folder.path().join("reports")).unwrap();
        let file = WrittenFile::begin(&path).unwrap();
        assert!(names(path.parent().unwrap()).is_empty());
        file.write(b"one").unwrap();
        let file = WrittenFile::begin(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        file.remove_old().unwrap();
        file.remove_old().unwrap();
        assert!(names(path.parent().unwrap()).is_empty());
        file.write(b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(path.parent().unwrap()), ["report.json"]);
        let plain = folder.path().join("plain");
        fs::write(&plain, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path), mode(&plain));
    }

    #[test]
    fn a_link_leads_to_the_file_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (link, path) = (folder.path().join("link"), folder.path().join("report.json"));
        fs::write(&path, "old").unwrap();
        symlink("report.json", &link).unwrap();
        WrittenFile::begin(&link).unwrap().write(b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_device_is_written_to_and_stays() {
        WrittenFile::begin(Path::new("/dev/null")).unwrap().write(b"x").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn a_pipe_needs_a_reader() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR, 0)
            .unwrap();
        assert!(WrittenFile::begin(&path).is_err());
        let mut reader = OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(&path).unwrap();
        WrittenFile::begin(&path).unwrap().write(b"report").unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "report");
    }

    #[test]
    fn what_cannot_be_written_is_known_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "x").unwrap();
        for path in [folder.path().to_owned(), file.join("report.json"), PathBuf::from("/proc/report.json"), PathBuf::new()] {
            assert!(WrittenFile::begin(&path).is_err(), "{}", path.display());
        }
        assert_eq!(fs::read(&file).unwrap(), b"x");
    }
}
