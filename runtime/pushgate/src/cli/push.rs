//! `pushgate push` and `pushgate check`.

use super::args::{DestinationArguments, PushArguments};
use super::context::Context;
use super::output::Verdict;
use super::{Stopped, hook, source};
use crate::destination::{Destination, Registry};
use crate::exit::Failure;
use crate::push::{Request, check as check_line, push as push_line};
use crate::report::Report;
use crate::trust::TrustedConnection;
use pushgate_reference::RegistryUri;

pub(super) fn push(context: &Context, arguments: PushArguments) -> Result<(), Stopped> {
    let mut report = Report::default();
    let progress = context.output.progress();
    let gate = &context.gate;
    let pushed =
        request(context, arguments).and_then(|request| context.wait_for(async { push_line(gate, &request, &progress, &mut report).await }));
    drop(progress);
    let pushed = pushed.map(|receipt| format!("{}@{}", receipt.repository, receipt.digest));
    tell(context, &mut report, pushed.as_deref().map(Verdict::Pushed))
}

pub(super) fn check(context: &Context, arguments: PushArguments) -> Result<(), Stopped> {
    let mut report = Report::default();
    let gate = &context.gate;
    let accepted =
        request(context, arguments).and_then(|request| context.wait_for(async { check_line(gate, &request, &mut report).await }));
    let accepted = accepted.map(|scoped| scoped.to_string());
    tell(context, &mut report, accepted.as_deref().map(Verdict::Accepted))
}

fn tell(context: &Context, report: &mut Report, ended: Result<Verdict<'_>, &Failure>) -> Result<(), Stopped> {
    report.warnings.extend(context.gate.take_warnings());
    match ended {
        Ok(verdict) => {
            context.output.report(verdict, report);
            Ok(())
        }
        Err(failure) => {
            context.output.report(Verdict::Failed(failure), report);
            Err(Stopped::Told(failure.kind))
        }
    }
}

fn request(context: &Context, arguments: PushArguments) -> Result<Request, Failure> {
    let destination = destination(context, arguments.destination)?;
    let source = source::requested(arguments.source)?;
    Ok(Request { image: arguments.image, destination, source })
}

fn destination(context: &Context, arguments: DestinationArguments) -> Result<Destination, Failure> {
    let given = arguments.transport.given()?;
    let Some(uri) = arguments.uri else {
        return Ok(Destination::Registered { name: arguments.registry, connection: given });
    };
    let uri = RegistryUri::parse(&uri)?;
    let hooks = match arguments.flavor {
        Some(flavor) => vec![hook::given(context, &flavor, &arguments.hook)?],
        None => Vec::new(),
    };
    let connection = TrustedConnection::of_command_line(given);
    Ok(Destination::Given(Box::new(Registry { name: None, uri, hooks, connection })))
}
