use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::*;
use crate::open::open_now;
use crate::problem::Size;

fn text(result: Result<Vec<u8>, FileProblem>) -> String {
    match result {
        Ok(bytes) => format!("{bytes:?}"),
        Err(problem) => problem.to_string(),
    }
}

/// A FIFO that has a name.
fn fifo(folder: &Path) -> PathBuf {
    let path = folder.join("fifo");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

#[test]
fn only_a_regular_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "abc").unwrap();
    File::create(at("sparse")).unwrap().set_len(1 << 40).unwrap();
    symlink(at("file"), at("link")).unwrap();
    symlink("/dev/zero", at("endless")).unwrap();
    let _socket = UnixListener::bind(at("socket")).unwrap();
    for (path, expected) in [
        (at("file"), "[97, 98, 99]"),
        (at("link"), "[97, 98, 99]"),
        (at("sparse"), "exceeds the limit of 3 bytes"),
        (at("endless"), "is a device, not a regular file"),
        ("/dev/zero".into(), "is a device, not a regular file"),
        ("/dev/null".into(), "is a device, not a regular file"),
        (at("socket"), "is a socket, not a regular file"),
        (folder.path().to_owned(), "is a folder, not a regular file"),
        (at("missing"), "cannot be read: No such file or directory (os error 2)"),
    ] {
        assert_eq!(text(read(&path, 3)), expected, "{path:?}");
        assert_eq!(text(read_or_pipe(&path, 3)), expected, "{path:?}");
    }
    assert_eq!(text(read(&fifo(folder.path()), 3)), "is a FIFO, not a regular file");
    assert!(read(&at("missing"), 3).unwrap_err().is_missing() && read(&at("file/x"), 3).unwrap_err().is_missing());
    assert!(!read(folder.path(), 3).unwrap_err().is_missing());
}

#[test]
fn links_are_refused_where_they_are_not_meant() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "abc").unwrap();
    symlink("file", folder.path().join("link")).unwrap();
    let problem = |name: &str| open(&folder.path().join(name), Links::Refused).map(|_| ()).map_err(|problem| problem.to_string());
    assert_eq!(problem("file"), Ok(()));
    assert_eq!(problem("link"), Err("is a symbolic link, not a regular file".to_owned()));
}

#[test]
fn a_file_that_grows_is_still_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "ab").unwrap();
    let opened = open(&path, Links::Followed).unwrap();
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"cdefg").unwrap();
    assert_eq!(text(opened.read(3)), "exceeds the limit of 3 bytes");
}

#[test]
fn limits_are_said_in_the_largest_unit() {
    for (limit, said) in [(0, "0 bytes"), (1000, "1000 bytes"), (256 << 10, "256 KiB"), (4 << 20, "4 MiB"), ((1 << 20) + 1024, "1025 KiB")]
    {
        assert_eq!(Size(limit).to_string(), said);
    }
}

#[test]
fn a_pipe_is_read_to_its_end() {
    let (reader, mut writer) = io::pipe().unwrap();
    let path = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
    let written = std::thread::spawn(move || {
        writer.write_all(b"ab").unwrap();
        writer.write_all(b"c").unwrap();
    });
    assert_eq!(text(read_or_pipe(&path, 3)), "[97, 98, 99]");
    written.join().unwrap();
    // Its writer is gone before it is opened.
    let (reader, mut writer) = io::pipe().unwrap();
    writer.write_all(b"abc").unwrap();
    drop(writer);
    let path = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
    assert_eq!(text(read_or_pipe(&path, 3)), "[97, 98, 99]");
    assert_eq!(text(read_or_pipe(&path, 3)), "[]", "a pipe is read once");
    assert_eq!(text(read(&path, 3)), "is a FIFO, not a regular file");
}

#[test]
fn a_pipe_without_an_end_is_given_up() {
    let wait = Duration::from_millis(50);
    let folder = tempfile::tempdir().unwrap();
    // Nobody writes.
    let file = open_now(&fifo(folder.path()), Links::Followed).unwrap();
    assert_eq!(text(pipe::read(&file, 3, wait)), "is a FIFO that did not end within 0 seconds");
    // Somebody writes a little, and stays.
    let (reader, mut writer) = io::pipe().unwrap();
    writer.write_all(b"ab").unwrap();
    let file = open_now(&PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd())), Links::Followed).unwrap();
    assert_eq!(text(pipe::read(&file, 3, wait)), "is a FIFO that did not end within 0 seconds");
    // Somebody writes without end.
    let mut endless = Command::new("cat").arg("/dev/zero").stdout(writer).spawn().unwrap();
    assert_eq!(text(pipe::read(&file, 1 << 20, Duration::from_secs(60))), "exceeds the limit of 1 MiB");
    endless.kill().unwrap();
    endless.wait().unwrap();
}

#[test]
fn the_pipe_of_a_shell_has_more_time_than_a_fifo_with_a_name() {
    assert!(pipe::wait(Path::new("/dev/fd/63")) > pipe::wait(Path::new("/tmp/fifo")));
    assert_eq!(pipe::wait(Path::new("/dev/stdin")), pipe::wait(Path::new("/proc/self/fd/0")));
}

#[test]
fn the_error_of_the_system_keeps_its_kind() {
    let kind = |problem: FileProblem| io::Error::from(problem).kind();
    assert_eq!(kind(FileProblem::System(io::ErrorKind::PermissionDenied.into())), io::ErrorKind::PermissionDenied);
    assert_eq!(kind(FileProblem::NotRegular(Kind::Device)), io::ErrorKind::InvalidInput);
    let error = io::Error::from(FileProblem::TooLarge { limit: 1 << 20 });
    assert_eq!((error.kind(), error.to_string()), (io::ErrorKind::FileTooLarge, "it exceeds the limit of 1 MiB".to_owned()));
}
