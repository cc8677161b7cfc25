//! What is seen of a push on a terminal.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::support::Home;

/// A terminal of 100 columns: its two ends.
pub(crate) fn terminal() -> (OwnedFd, OwnedFd) {
    let outside = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&outside).and_then(|()| unlockpt(&outside)).expect("a terminal");
    tcsetwinsize(&outside, Winsize { ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 }).expect("its size");
    let name = ptsname(&outside, Vec::new()).expect("its name");
    let inside = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("its other end");
    (outside, inside)
}

/// Runs a push with stderr on a terminal: what came to stdout, and what was drawn.
fn drawn(more: &str) -> (String, String) {
    let home = Home::new();
    let image = (0..3).fold(Image::new(), |image, layer| image.raw_layer(vec![layer; 5 << 20]));
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
    let registry = Registry::start_blocking(Options::default()).expect("a registry");
    let (outside, inside) = terminal();
    let line = format!("push {0}/app:v1 --uri {0} --from oci:image {more}", registry.host());
    let mut command = home.command(line.split_whitespace());
    let process = command.env("TERM", "xterm").stdout(Stdio::piped()).stderr(Stdio::from(inside)).spawn().expect("the command runs");
    // The command holds the inner end open as long as this does.
    drop(command);
    let reader = std::thread::spawn(move || {
        let mut drawn = Vec::new();
        // Reading fails when the last inner end is closed; what was drawn is there.
        let _ = File::from(outside).read_to_end(&mut drawn);
        String::from_utf8(drawn).expect("UTF-8")
    });
    let output = process.wait_with_output().expect("an end");
    assert!(output.status.success());
    (String::from_utf8(output.stdout).expect("UTF-8"), reader.join().expect("what was drawn"))
}

#[test]
fn a_bar_for_each_layer_and_one_for_all() {
    for more in ["", "--output json"] {
        let (stdout, drawn) = drawn(more);
        assert_eq!(stdout.lines().count(), 1, "{stdout}");
        for part in ["5.00 MiB", "15.00 MiB", "/s, ", " left", "━"] {
            assert!(drawn.contains(part), "{part}: {drawn:?}");
        }
        // What was drawn last erases the rest.
        let end = drawn.trim_end_matches(['\r', '\n']);
        assert!(end.ends_with("\u{1b}[2K") || end.ends_with("\u{1b}[1A") || end.ends_with("\u{1b}[0m") || end.is_empty(), "{drawn:?}");
    }
}

#[test]
fn no_bars_for_who_wants_quiet() {
    assert_eq!(drawn("--quiet").1, "");
}

#[test]
fn lines_where_the_log_is_shown_too() {
    let (_, drawn) = drawn("-v");
    assert_eq!(drawn.lines().filter(|line| line.starts_with("pushed ")).count(), 3, "{drawn:?}");
    assert!(!drawn.contains('━'));
}
