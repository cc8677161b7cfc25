//! What is printed. Results go to stdout, alone; everything else goes to stderr.
//!
//! Every text that may come from a guest, a registry, a daemon, an archive, the environment or the command line passes [`printable`] on its way to
//! a terminal. What is written goes through [`stream`], which lets nothing through that a terminal acts on.

mod json;
mod json_line;
mod progress;
mod stream;
mod table;
mod text;
mod printable;
mod ending;
mod drawn;

use pushgate_explain::Failure;
use pushgate_gate::decision::Warning;
use pushgate_gate::flavors::CompileProgress;
use pushgate_net::WaitListener;

use super::args::{ColorChoice, GlobalArguments, OutputFormat};
use crate::report::Report;

pub(super) use ending::{Ending, Shown};
pub(super) use printable::printable;
pub(super) use stream::LogWriter;
use stream::Stream;
pub(super) use table::table;
pub(super) use text::{BAD, FAINT, GOOD};

/// Where and how a command prints.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(super) format: OutputFormat,
    pub(super) quiet: bool,
    color: stream::ColorChoice,
    /// Log lines go to stderr too.
    logs: bool,
}

impl Output {
    pub(super) fn new(arguments: &GlobalArguments) -> Self {
        let color = match arguments.color {
            ColorChoice::Auto => stream::ColorChoice::Auto,
            ColorChoice::Always => stream::ColorChoice::Always,
            ColorChoice::Never => stream::ColorChoice::Never,
        };
        Self { format: arguments.output, quiet: arguments.quiet, color, logs: arguments.verbose > 0 }
    }

    /// Before the command line was understood: for its errors.
    pub(super) fn plain(format: OutputFormat) -> Self {
        Self { format, quiet: false, color: stream::ColorChoice::Auto, logs: false }
    }

    /// Whether a flavor's messages are wanted.
    pub(super) fn shows_logs(self) -> bool {
        self.logs
    }

    /// Whether a person can read what goes to stderr.
    pub(super) fn is_on_terminal(self) -> bool {
        Stream::Stderr.is_terminal()
    }

    /// Whether what goes to stderr is coloured.
    pub(super) fn is_colored(self) -> bool {
        Stream::Stderr.is_colored(self.color)
    }

    /// The files that stdout and stderr are, by device and inode.
    pub(super) fn files(self) -> Vec<(u64, u64)> {
        [Stream::Stdout, Stream::Stderr].into_iter().filter_map(Stream::file).collect()
    }

    /// Where log lines go.
    pub(super) fn log_writer(self) -> LogWriter {
        LogWriter(self.color)
    }

    pub(super) fn is_json(self) -> bool {
        self.format == OutputFormat::Json
    }

    /// What the hooks of a push answered, and what deserves attention so far.
    fn hooks(self, report: &Report) {
        if !self.quiet {
            self.stderr(&text::report(report, self.logs));
        }
    }

    /// The outcome of a push or a check, without what was `shown` of it before.
    pub(super) fn report(self, verdict: Ending<'_>, report: &Report, shown: Option<Shown>) {
        if !self.quiet {
            self.stderr(&match shown {
                None => text::report(report, self.logs),
                Some(Shown { warnings }) => text::warnings(report.decision.warnings.get(warnings..).unwrap_or_default()),
            });
        } else if matches!(verdict, Ending::Failed(_)) {
            self.stderr(&text::violations(report));
        }
        match (self.format, verdict) {
            (OutputFormat::Text, Ending::Pushed(result) | Ending::Accepted(result)) => self.line(result),
            (OutputFormat::Json, _) => self.line(&json::report(verdict, report)),
            (OutputFormat::Text, Ending::Failed(_)) => {}
        }
        if let Ending::Failed(failure) = verdict {
            self.stderr(&text::failure(failure));
        }
    }

    /// The report as it stands in a file, with the line feed at its end.
    pub(super) fn document(self, verdict: Ending<'_>, report: &Report) -> String {
        format!("{}\n", json::report(verdict, report))
    }

    /// A failure of any other command.
    pub(super) fn failure(self, failure: &Failure) {
        if self.is_json() {
            self.json_failure(failure);
        }
        self.error(failure);
    }

    /// A failure that is not the outcome of the command.
    pub(super) fn error(self, failure: &Failure) {
        self.stderr(&text::failure(failure));
    }

    /// A failure that people were told of already.
    pub(super) fn json_failure(self, failure: &Failure) {
        self.line(&json::report(Ending::Failed(failure), &Report::default()));
    }

    /// The result of a command in both forms; only the wanted one is made.
    pub(super) fn result(self, text: impl FnOnce() -> String, json: impl FnOnce() -> serde_json::Value) {
        match self.format {
            OutputFormat::Text => self.stdout(&text()),
            OutputFormat::Json => self.line(&json_line::json_line(&json())),
        }
    }

    /// Something to know that is not the result.
    pub(super) fn note(self, message: &str) {
        if !self.quiet {
            self.stderr(&format!("{}\n", printable(message)));
        }
    }

    /// Lines that are shown even if little is wanted: a question or a failure follows them.
    pub(super) fn always(self, lines: &[String]) {
        lines.iter().for_each(|line| self.stderr(&format!("{}\n", printable(line))));
    }

    /// Something that deserves attention although the command succeeded.
    pub(super) fn warn(self, warning: &Warning) {
        if !self.quiet {
            let mut text = String::new();
            text::warning(&mut text, warning);
            self.stderr(&text);
        }
    }

    fn line(self, text: &str) {
        self.stdout(&format!("{text}\n"));
    }

    /// A question to whoever sits before the terminal; the cursor stays behind it.
    pub(super) fn prompt(self, question: &str) {
        self.stderr(&printable(question));
    }

    /// Ends a line that the terminal did not end, since it did not show what was typed.
    pub(super) fn end_line(self) {
        self.stderr("\n");
    }

    /// Text of several lines, in which everything of a stranger is [`printable`] already.
    pub(super) fn stdout(self, text: &str) {
        Stream::Stdout.write(self.color, text);
    }

    /// As [`Output::stdout`], for what is not the result.
    pub(super) fn stderr(self, text: &str) {
        Stream::Stderr.write(self.color, text);
    }
}

/// One line for whoever sits before a terminal and waits.
impl CompileProgress for Output {
    fn compiling(&self, flavor: &str, bytes: u64, once: bool) {
        if self.quiet || self.is_json() || !Stream::Stderr.is_terminal() {
            return;
        }
        let once = if once { "; this happens once" } else { "" };
        self.stderr(&format!("compiling {} ({}) for this machine{once}\n", printable(flavor), indicatif::HumanBytes(bytes)));
    }
}

/// One line for whoever wonders, where there is no log that has it.
impl WaitListener for Output {
    fn waiting(&self, text: &str) {
        if self.quiet || self.logs || self.is_json() && !self.is_on_terminal() {
            return;
        }
        drawn::beside_bars(|| self.stderr(&format!("waiting   {}\n", printable(text))));
    }
}
