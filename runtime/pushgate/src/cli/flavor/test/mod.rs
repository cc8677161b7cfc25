//! `pushgate flavor test`.

mod json;
mod junit;
mod record;
mod text;

use crate::cli::Stopped;
use crate::cli::args::TestArguments;
use crate::cli::context::Context;
use crate::cli::written::WrittenFile;
use crate::exit::{Failure, Kind};
use crate::flavor_test::{self, Outcome, Project};

/// A case that fails is for the flavor's author to mend, as a flavor that breaks is.
pub(super) fn run(context: &Context, arguments: TestArguments) -> Result<(), Stopped> {
    let TestArguments { folder, component, cases, junit, record } = arguments;
    let mut project = Project::read(&folder, component.clone(), &cases)?;
    if record.record {
        record::record(context, &project, &record)?;
        project = Project::read(&folder, component, &cases)?;
    }
    let outcomes = context.wait_for(flavor_test::run(&context.gate, &project))?;
    context.output.result(|| text::report(&outcomes, context.output.shows_logs()), || json::report(&outcomes));
    if let Some(path) = junit {
        WrittenFile::begin(&path)
            .and_then(|file| file.write(junit::report(&project, &outcomes).as_ref()))
            .map_err(|error| Failure::new(Kind::Usage, format!("cannot write the report `{}`: {error}", path.display())))?;
    }
    if outcomes.iter().all(Outcome::passed) { Ok(()) } else { Err(Stopped::Told(Kind::FlavorBroke)) }
}
