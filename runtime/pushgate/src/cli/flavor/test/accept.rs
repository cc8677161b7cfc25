//! `pushgate flavor test --accept`.

use pushgate_authoring::flavor_test::{Change, Outcome, Project, changes};
use pushgate_explain::{Failure, Kind};

use crate::cli::confirm::{Confirmation, confirm};
use crate::cli::context::Context;

/// Shows what would be expected, asks, and writes it into the cases' files. Returns whether a file was changed.
pub(super) fn accept(context: &Context, project: &Project, outcomes: &[Outcome], yes: bool) -> Result<bool, Failure> {
    let (changes, others) = changes(project, outcomes)?;
    if !others.is_empty() {
        context.output.note(&format!("not accepted, since it is no answer of the flavor that failed: {}", others.join(", ")));
    }
    if changes.is_empty() {
        context.output.note("there is nothing to accept");
        return Ok(false);
    }
    let shown: Vec<String> = changes.iter().flat_map(Change::lines).collect();
    let cases = if changes.len() == 1 { "1 case".to_owned() } else { format!("{} cases", changes.len()) };
    if yes {
        context.output.always(&shown);
    } else {
        match confirm(context, &shown, &format!("Let {cases} expect this?"))? {
            Confirmation::Yes => {}
            Confirmation::No => return Ok(false),
            Confirmation::NotAsked => {
                context.output.always(&shown);
                return Err(Failure::new(Kind::Usage, format!("nothing was accepted: {cases} would expect something else"))
                    .with_hint(Some("give --yes if this is what the flavor should answer".to_owned())));
            }
        }
    }
    changes.iter().try_for_each(Change::write)?;
    context.output.note(&format!("accepted the answers of {cases}"));
    Ok(true)
}
