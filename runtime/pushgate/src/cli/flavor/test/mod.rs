//! `pushgate flavor test`.

mod accept;
mod build;
mod junit;
mod record;
mod text;
mod json;

use pushgate_authoring::flavor_test::{self, Asked, Outcome, Project, Wanted};
use pushgate_explain::{Failure, Kind};

use crate::cli::args::TestArguments;
use crate::cli::context::Context;
use crate::cli::hook::Named;
use crate::cli::stopped::Stopped;
use crate::cli::written::WrittenFile;

/// A case that fails is for the flavor's author to mend, as a flavor that breaks is.
pub(super) fn run(context: &Context, arguments: TestArguments) -> Result<(), Stopped> {
    let TestArguments { folder, build, component, cases, junit, accept, yes, record } = arguments;
    if build {
        build::build(context, &folder)?;
    }
    let flavor = component.map(|flavor| asked(context, flavor)).transpose()?;
    let written = context.output.files();
    let wanted = Wanted { flavor: flavor.as_ref(), cases: &cases, written: &written };
    let mut project = Project::read(&folder, &wanted)?;
    if record.record {
        record::record(context, &project, &record)?;
        project = Project::read(&folder, &wanted)?;
    }
    let ask = |project: &Project| {
        let mut warnings = Vec::new();
        let outcomes = context.wait_for(flavor_test::run(&context.process.flavors, project, &mut warnings));
        context.warn(warnings);
        outcomes
    };
    let mut outcomes = ask(&project)?;
    if accept && accept::accept(context, &project, &outcomes, yes)? {
        project = Project::read(&folder, &wanted)?;
        outcomes = ask(&project)?;
    }
    let passed = outcomes.iter().all(Outcome::passed);
    let doubts = if passed { flavor_test::doubts(&project) } else { Vec::new() };
    context.output.result(|| text::report(&outcomes, context.output.shows_logs()), || json::report(&outcomes, &doubts));
    doubts.iter().for_each(|doubt| context.output.warn(doubt));
    if let Some(path) = junit {
        WrittenFile::begin(&path)
            .and_then(|file| file.write(junit::report(&project, &outcomes).as_ref()))
            .map_err(|error| Failure::new(Kind::Usage, format!("cannot write the report `{}`: {error}", path.display())))?;
    }
    if passed { Ok(()) } else { Err(Stopped::Told(Kind::FlavorBroke)) }
}

/// The flavor that stands beside `--component`: a file, or one that ships or is registered.
fn asked(context: &Context, label: String) -> Result<Asked, Failure> {
    let component = Named::parse(&label)?.component(context)?;
    Ok(Asked { label, component })
}
