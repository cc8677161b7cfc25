//! `pushgate credential`: secrets of the origins that flavors send requests to. They are kept where those of registries are, under the origin's
//! own name.

use pushgate_credentials::{Credentials, Kept, Secret, Server};
use pushgate_explain::{Failure, Kind};
use pushgate_gate::name::shorten;
use pushgate_reference::{Origin, Scheme};
use serde_json::json;

use super::args::CredentialCommand;
use super::context::Context;
use super::login::read_all;
use super::output::printable;

pub(super) fn run(context: &Context, command: CredentialCommand) -> Result<(), Failure> {
    let docker = context.process.credentials().docker();
    match command {
        CredentialCommand::Store { origin, username, password_stdin: _ } => {
            let origin = parse(&origin)?;
            let secret = Secret::new(read_all(std::io::stdin().lock())?);
            let credentials = Credentials::from_input(&username, secret).map_err(|error| Failure::from_error(Kind::Usage, &error))?;
            let kept = docker.store(Server::origin(&origin), &credentials)?;
            if kept.replaced {
                context.output.note("it replaces the credential of another user, which is no longer kept");
            }
            tell(context, &origin, "stored", &kept, &format!("kept the credential for {origin} in {}", kept.origin));
        }
        CredentialCommand::Erase { origin } => {
            let origin = parse(&origin)?;
            let kept = docker.erase(Server::origin(&origin))?;
            if kept.changed {
                tell(context, &origin, "erased", &kept, &format!("removed the credential for {origin} from {}", kept.origin));
            } else {
                tell(context, &origin, "unchanged", &kept, &format!("no credential for {origin} is kept in {}", kept.origin));
            }
        }
    }
    Ok(())
}

/// The canonical form of an origin to which a credential can be bound.
fn parse(text: &str) -> Result<String, Failure> {
    // What stands before an `@` may be a secret.
    let shown = text.rsplit('@').next().unwrap_or_default();
    let usage = |reason: String| {
        Failure::new(Kind::Usage, format!("`{}` is no origin of a credential: {reason}", shorten(shown)))
            .with_hint(Some("an origin is https://host[:port], without a path".to_owned()))
    };
    let origin = Origin::parse(text).map_err(|error| usage(error.to_string()))?;
    if origin.scheme() == Scheme::Http && !origin.is_loopback() {
        return Err(usage(format!("over http, it would be sent in clear to {}", origin.authority())));
    }
    Ok(origin.to_string())
}

fn tell(context: &Context, origin: &str, change: &str, kept: &Kept, text: &str) {
    let credential = json!({ "origin": origin, "change": change, "credentials": kept.origin });
    context.output.result(|| format!("{}\n", printable(text)), || json!({ "schema": 1, "credential": credential }));
}
