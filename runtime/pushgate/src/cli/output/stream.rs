//! Where stdout and stderr are written: here, and nowhere else (`architecture.rs` looks for others).
//!
//! Texts of strangers are escaped where they are put into a sentence, by [`printable`](super::printable), so that a line stays a line. What passes
//! that by all the same meets [`inert`] here: no character reaches a terminal that it acts on, but line ends, tabs and the styles of our own.

use std::fmt::Debug;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anstream::AutoStream;
pub(super) use anstream::ColorChoice;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, TermLike};
use rustix::termios::{Winsize, tcgetwinsize};
use tracing_subscriber::fmt::MakeWriter;

use super::printable::push;

/// One of the two.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    /// Writes a text at once, its styles as far as `color` wants them. A closed pipe ends the output, not the command: what was pushed is pushed.
    pub(super) fn write(self, color: ColorChoice, text: &str) {
        let text = inert(text);
        let _ = match self {
            Self::Stdout => AutoStream::new(io::stdout(), color).write_all(text.as_bytes()),
            Self::Stderr => AutoStream::new(io::stderr(), color).write_all(text.as_bytes()),
        };
    }

    /// Whether a person sits before it.
    pub(super) fn is_terminal(self) -> bool {
        match self {
            Self::Stdout => io::stdout().is_terminal(),
            Self::Stderr => io::stderr().is_terminal(),
        }
    }

    /// The file that it is, by device and inode.
    pub(super) fn file(self) -> Option<(u64, u64)> {
        let stat = match self {
            Self::Stdout => rustix::fs::fstat(io::stdout()),
            Self::Stderr => rustix::fs::fstat(io::stderr()),
        };
        stat.ok().map(|stat| (stat.st_dev, stat.st_ino))
    }

    /// Whether styles are shown on it.
    pub(super) fn is_colored(self, color: ColorChoice) -> bool {
        let choice = match (self, color) {
            (Self::Stdout, ColorChoice::Auto) => AutoStream::choice(&io::stdout()),
            (Self::Stderr, ColorChoice::Auto) => AutoStream::choice(&io::stderr()),
            (_, chosen) => chosen,
        };
        choice != ColorChoice::Never
    }
}

/// `text` with everything escaped but what is drawn, line ends, tabs, and styles.
fn inert(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        if let Some((style, behind)) = split_style(rest) {
            shown.push_str(style);
            rest = behind;
            continue;
        }
        let mut characters = rest.chars();
        match characters.next() {
            None => return shown,
            Some(allowed @ ('\n' | '\t')) => shown.push(allowed),
            Some(character) => push(&mut shown, character),
        }
        rest = characters.as_str();
    }
}

/// The style at the beginning of `text`, and what is behind it: bold, faint, italic, underlined, a colour that can be read, or the end of it.
/// None that hides or moves anything.
fn split_style(text: &str) -> Option<(&str, &str)> {
    let (parameters, behind) = text.strip_prefix("\u{1b}[")?.split_once('m')?;
    let is_ours = |parameter: &str| matches!(parameter, "" | "0" | "1" | "2" | "3" | "4" | "31" | "32" | "33" | "34" | "35" | "36");
    let style = text.strip_suffix(behind)?;
    (style.len() <= 16 && parameters.split(';').all(is_ours)).then_some((style, behind))
}

/// Takes log lines to stderr.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct LogWriter(pub(super) ColorChoice);

impl io::Write for LogWriter {
    /// The subscriber writes a line at once.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Stream::Stderr.write(self.0, &String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for LogWriter {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

/// Bars on stderr, drawn ten times a second at most.
pub(super) fn bars() -> MultiProgress {
    MultiProgress::with_draw_target(ProgressDrawTarget::term_like_with_hz(Box::new(Screen::default()), 10))
}

/// A bar that is drawn once it belongs to [`bars`].
pub(super) fn bar(length: u64) -> ProgressBar {
    ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::hidden())
}

/// stderr as a terminal whose cursor moves. What one drawing consists of is written at once.
#[derive(Debug, Default)]
struct Screen(Mutex<String>);

impl Screen {
    fn drawing(&self) -> MutexGuard<'_, String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moves(&self, count: usize, direction: char) -> io::Result<()> {
        if count > 0 {
            self.drawing().push_str(&format!("\u{1b}[{count}{direction}"));
        }
        Ok(())
    }
}

/// How large the terminal is, where it says so.
fn size() -> Option<Winsize> {
    tcgetwinsize(io::stderr()).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0)
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        size().map_or(80, |size| size.ws_col)
    }

    fn height(&self) -> u16 {
        size().map_or(24, |size| size.ws_row)
    }

    fn move_cursor_up(&self, count: usize) -> io::Result<()> {
        self.moves(count, 'A')
    }

    fn move_cursor_down(&self, count: usize) -> io::Result<()> {
        self.moves(count, 'B')
    }

    fn move_cursor_right(&self, count: usize) -> io::Result<()> {
        self.moves(count, 'C')
    }

    fn move_cursor_left(&self, count: usize) -> io::Result<()> {
        self.moves(count, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)?;
        self.drawing().push('\n');
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        // How a bar goes back to the start of its line.
        self.drawing().push_str(&if text == "\r" { text.to_owned() } else { inert(text) });
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.drawing().push_str("\r\u{1b}[2K");
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let drawn = std::mem::take(&mut *self.drawing());
        io::stderr().write_all(drawn.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::printable::is_concealed;
    use super::*;

    #[test]
    fn nothing_passes_but_lines_and_our_styles() {
        for (text, shown) in [
            ("a line\n\tand one\n", "a line\n\tand one\n"),
            ("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m x", "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m x"),
            ("\u{1b}[1;31mx\u{1b}[m", "\u{1b}[1;31mx\u{1b}[m"),
            ("\u{1b}[8mhidden", "\\u{1b}[8mhidden"),
            ("\u{1b}[30;40mblack on black", "\\u{1b}[30;40mblack on black"),
            ("\u{1b}[7m\u{1b}[38;5;1m\u{1b}[2J\u{1b}[1A", "\\u{1b}[7m\\u{1b}[38;5;1m\\u{1b}[2J\\u{1b}[1A"),
            ("\u{1b}]8;;http://evil\u{1b}\\m\u{7}", "\\u{1b}]8;;http://evil\\u{1b}\\m\\u{7}"),
            ("\u{1b}", "\\u{1b}"),
            ("\u{1b}[0", "\\u{1b}[0"),
            ("over\rwritten\u{8}\u{202e}\u{9b}2J", "over\\rwritten\\u{8}\\u{202e}\\u{9b}2J"),
        ] {
            assert_eq!(inert(text), shown);
        }
    }

    #[test]
    fn a_bar_goes_back_and_its_text_does_not() {
        let screen = Screen::default();
        screen.move_cursor_up(2).unwrap();
        screen.move_cursor_down(0).unwrap();
        screen.write_str("\r").unwrap();
        screen.write_line("layer\r\u{1b}[2J").unwrap();
        assert_eq!(*screen.drawing(), "\u{1b}[2A\rlayer\\r\\u{1b}[2J\n");
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_inert(text in "(?s)(\\PC|.|\u{1b}\\[[0-9;]{0,4}[a-zA-Z]|\u{1b}){0,40}") {
            let shown = inert(&text);
            let mut rest = shown.as_str();
            while let Some(character) = rest.chars().next() {
                let style = split_style(rest);
                prop_assert!(style.is_some() || matches!(character, '\n' | '\t') || !is_concealed(character), "{:?}", shown);
                rest = style.map_or_else(|| rest.strip_prefix(character).unwrap(), |(_, behind)| behind);
            }
            prop_assert_eq!(inert(&shown), shown);
        }
    }
}
