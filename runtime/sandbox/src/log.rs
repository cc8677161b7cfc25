//! What a guest says while it runs: its log, and what it writes to stdout and stderr.

use crate::text::{cut, excerpt};
use crate::{Limits, LogLevel, LogRecord};

/// The bytes of stderr that are kept to explain a trap.
const LAST_WORDS_BYTES: usize = 1024;
/// And the lines: where a Rust guest panicked, and why.
const LAST_WORDS_LINES: usize = 3;

/// The log of one call, within its limits.
#[derive(Debug)]
pub(crate) struct Log {
    records: Vec<LogRecord>,
    records_left: usize,
    bytes_left: usize,
    text_bytes: usize,
    suppressed: u64,
    /// The line that stdout and stderr have begun, each.
    lines: [Vec<u8>; 2],
    /// The end of what went to stderr: a guest's panic message is its last.
    stderr: Vec<u8>,
}

/// Which of the two outputs that WASI gives a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    Stdout = 0,
    Stderr = 1,
}

impl Log {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            records: Vec::new(),
            records_left: limits.log_records,
            bytes_left: limits.log_bytes,
            text_bytes: limits.text_bytes,
            suppressed: 0,
            lines: [Vec::new(), Vec::new()],
            stderr: Vec::new(),
        }
    }

    /// Keeps a message, or counts it when it is beyond the limits.
    pub(crate) fn push(&mut self, level: LogLevel, message: String) -> Option<&LogRecord> {
        let message = cut(message, self.text_bytes);
        let (Some(records_left), Some(bytes_left)) = (self.records_left.checked_sub(1), self.bytes_left.checked_sub(message.len())) else {
            self.suppressed = self.suppressed.saturating_add(1);
            return None;
        };
        self.records_left = records_left;
        self.bytes_left = bytes_left;
        self.records.push(LogRecord { level, message });
        self.records.last()
    }

    /// Takes bytes that the guest printed; each whole line becomes a debug message. Returns the new ones.
    pub(crate) fn print(&mut self, output: Output, bytes: &[u8]) -> &[LogRecord] {
        let before = self.records.len();
        if output == Output::Stderr {
            self.stderr.extend_from_slice(bytes);
            let surplus = self.stderr.len().saturating_sub(LAST_WORDS_BYTES);
            self.stderr.drain(..surplus);
        }
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let ends = part.last() == Some(&b'\n');
            let text_bytes = self.text_bytes;
            let line = self.line(output);
            let room = text_bytes.saturating_sub(line.len());
            line.extend(part.iter().take(room).filter(|byte| **byte != b'\n'));
            if ends {
                self.end_line(output);
            }
        }
        self.records.get(before..).unwrap_or_default()
    }

    fn line(&mut self, output: Output) -> &mut Vec<u8> {
        let [stdout, stderr] = &mut self.lines;
        match output {
            Output::Stdout => stdout,
            Output::Stderr => stderr,
        }
    }

    fn end_line(&mut self, output: Output) {
        let line = std::mem::take(self.line(output));
        if !line.is_empty() {
            self.push(LogLevel::Debug, String::from_utf8_lossy(&line).into_owned());
        }
    }

    /// What explains a trap best, in one line: the end of stderr, else the last message of level error.
    pub(crate) fn last_words(&self) -> Option<String> {
        let stderr = String::from_utf8_lossy(&self.stderr);
        // Rust's advice about backtraces means nothing here.
        let mut lines: Vec<_> =
            stderr.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("note: run with `RUST_BACKTRACE")).collect();
        let surplus = lines.len().saturating_sub(LAST_WORDS_LINES);
        lines.drain(..surplus);
        if !lines.is_empty() {
            return Some(lines.join(" "));
        }
        let error = self.records.iter().rev().find(|record| record.level == LogLevel::Error)?;
        Some(excerpt(&error.message, LAST_WORDS_BYTES))
    }

    /// Takes the lines that the guest began and did not end. Returns the new messages.
    pub(crate) fn end_lines(&mut self) -> &[LogRecord] {
        let before = self.records.len();
        self.end_line(Output::Stdout);
        self.end_line(Output::Stderr);
        self.records.get(before..).unwrap_or_default()
    }

    /// The messages, and how many were beyond the limits.
    pub(crate) fn finish(self) -> (Vec<LogRecord>, u64) {
        (self.records, self.suppressed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Log {
        Log::new(&Limits { log_bytes: 20, log_records: 3, text_bytes: 10, ..Limits::default() })
    }

    #[test]
    fn messages_are_cut_and_counted() {
        let mut log = log();
        log.push(LogLevel::Info, "x".repeat(100));
        log.push(LogLevel::Info, "y".repeat(11));
        log.push(LogLevel::Info, "z".to_owned());
        assert_eq!(
            log.finish(),
            (
                vec![
                    LogRecord { level: LogLevel::Info, message: "x".repeat(10) },
                    LogRecord { level: LogLevel::Info, message: "y".repeat(10) },
                ],
                1
            )
        );
    }

    #[test]
    fn empty_messages_are_bounded_by_number() {
        let mut log = log();
        for _ in 0..1000 {
            log.push(LogLevel::Trace, String::new());
        }
        let (records, suppressed) = log.finish();
        assert_eq!((records.len(), suppressed), (3, 997));
    }

    #[test]
    fn printed_lines_become_messages_and_last_words() {
        let mut log = log();
        log.print(Output::Stdout, b"on");
        log.print(Output::Stderr, b"panicked\n");
        log.print(Output::Stdout, b"e\n\n");
        log.print(Output::Stderr, b"at \xff");
        assert_eq!(log.end_lines().len(), 1);
        assert_eq!(log.last_words().as_deref(), Some("panicked at \u{fffd}"));
        let messages: Vec<_> = log.finish().0.into_iter().map(|record| record.message).collect();
        assert_eq!(messages, ["panicked", "one", "at \u{fffd}"]);
    }

    #[test]
    fn a_flood_on_stderr_keeps_its_end() {
        let mut log = log();
        for _ in 0..10_000 {
            log.print(Output::Stderr, b"flood\n");
        }
        log.print(Output::Stderr, b"the end");
        assert_eq!(log.last_words().as_deref(), Some("flood flood the end"));
    }

    #[test]
    fn a_panic_of_rust_is_one_line() {
        let mut log = log();
        log.print(
            Output::Stderr,
            b"starting\n\nthread 'main' panicked at src/lib.rs:1:2:\nno tag\nnote: run with `RUST_BACKTRACE=1` environment variable\n",
        );
        assert_eq!(log.last_words().as_deref(), Some("starting thread 'main' panicked at src/lib.rs:1:2: no tag"));
    }

    #[test]
    fn an_error_message_explains_a_trap() {
        let mut log = log();
        log.push(LogLevel::Error, "first".to_owned());
        log.push(LogLevel::Error, "second".to_owned());
        log.push(LogLevel::Info, "x".to_owned());
        assert_eq!(log.last_words().as_deref(), Some("second"));
    }
}
