//! `pushgate push` and `pushgate check`.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use pushgate_explain::{Failure, Kind};
use pushgate_gate::registry::ResolvedRegistry;
use pushgate_gate::trust::TrustedConnection;
use pushgate_reference::RegistryUri;

use super::args::{AskedFlavor, DestinationArguments, OutputFormat, PushArguments};
use super::context::Context;
use super::output::{Ending, Output, Shown};
use super::stopped::Stopped;
use super::written::WrittenFile;
use super::{hook, source};
use crate::destination::Destination;
use crate::push::{Request, check as check_line, push as push_line};
use crate::report::Report;

pub(super) fn push(context: &Context, arguments: PushArguments) -> Result<(), Stopped> {
    let file = arguments.report.as_deref().map(ReportFile::begin).transpose()?;
    let mut report = Report::default();
    let progress = context.output.progress();
    let process = &context.process;
    let pushed = request(context, arguments)
        .and_then(|request| context.wait_for(async { push_line(process, &request, &context.uploads, &progress, &mut report).await }));
    let shown = progress.shown();
    drop(progress);
    let pushed = pushed.map(|pushed| format!("{}@{}", pushed.repository, pushed.digest));
    tell(context, file, &mut report, shown, pushed.as_deref().map(Ending::Pushed))
}

pub(super) fn check(context: &Context, arguments: PushArguments) -> Result<(), Stopped> {
    let file = arguments.report.as_deref().map(ReportFile::begin).transpose()?;
    let mut report = Report::default();
    let process = &context.process;
    let accepted =
        request(context, arguments).and_then(|request| context.wait_for(async { check_line(process, &request, &mut report).await }));
    let accepted = accepted.map(|scoped| scoped.to_string());
    tell(context, file, &mut report, None, accepted.as_deref().map(Ending::Accepted))
}

/// Prints the report, and writes it to its file. The exit code is that of the push, whatever becomes of the file.
fn tell(
    context: &Context,
    file: Option<ReportFile>,
    report: &mut Report,
    shown: Option<Shown>,
    ended: Result<Ending<'_>, &Failure>,
) -> Result<(), Stopped> {
    report.decision.warnings.extend(context.take_warnings());
    let verdict = ended.unwrap_or_else(Ending::Failed);
    context.output.report(verdict, report, shown);
    if let Some(file) = file {
        file.write(context.output, verdict, report);
    }
    match ended {
        Ok(_) => Ok(()),
        Err(failure) => Err(Stopped::Told(failure.kind)),
    }
}

/// The file of `--report`.
pub(super) struct ReportFile {
    path: PathBuf,
    file: WrittenFile,
}

impl ReportFile {
    /// A push whose report cannot be kept does not begin.
    ///
    /// # Errors
    /// Exit 2: the file cannot be written.
    pub(super) fn begin(path: &Path) -> Result<Self, Failure> {
        match WrittenFile::begin(path).and_then(|file| file.remove_old().map(|()| file)) {
            Ok(file) => Ok(Self { path: path.to_owned(), file }),
            Err(error) => Err(unwritten(path, &error).with_hint(Some("name a file in a folder that you may write to".to_owned()))),
        }
    }

    /// Writes what `--output json` prints. A disk that is full by now changes nothing about the push, and is an error on stderr alone.
    pub(super) fn write(self, output: Output, verdict: Ending<'_>, report: &Report) {
        if let Err(error) = self.file.write(output.document(verdict, report).as_bytes()) {
            output.error(&unwritten(&self.path, &error));
        }
    }
}

/// The report of a push that did not get as far as one of its own: its command line was not understood, or pushgate has a defect.
pub(super) fn write_failure(path: &Path, failure: &Failure) {
    let output = Output::plain(OutputFormat::Text);
    match ReportFile::begin(path) {
        Ok(file) => file.write(output, Ending::Failed(failure), &Report::default()),
        Err(unwritten) => output.error(&unwritten),
    }
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Kind::Usage, format!("cannot write the report `{}`: {error}", path.display()))
}

fn request(context: &Context, arguments: PushArguments) -> Result<Request, Failure> {
    let destination = destination(context, arguments.destination)?;
    let source = source::requested(arguments.source)?;
    Ok(Request { image: arguments.image, destination, source, requested_at: SystemTime::now() })
}

fn destination(context: &Context, arguments: DestinationArguments) -> Result<Destination, Failure> {
    let given = arguments.transport.given()?;
    let Some(uri) = arguments.uri else {
        return Ok(Destination::Registered { name: arguments.registry, connection: given });
    };
    let uri = RegistryUri::parse(&uri)?;
    let hook_of = |asked: &AskedFlavor| hook::given(context, &asked.flavor, &asked.words);
    let hooks = arguments.asked.0.iter().map(hook_of).collect::<Result<_, _>>()?;
    let connection = TrustedConnection::of_user(given);
    Ok(Destination::Given(Box::new(ResolvedRegistry { name: None, uri, hooks, connection })))
}
