//! `pushgate registry login` and `logout`.
//!
//! A password comes from stdin or from the keyboard, never from an argument, which every user of the machine could read. It is shown to the
//! registry before it is kept.

use std::io::{IsTerminal as _, Read as _};

use pushgate_credentials::{Credentials, Secret};
use pushgate_explain::{Failure, Kind};
use pushgate_gate::catalog::RegistryEntry;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use serde_json::json;

use super::args::TransportArguments;
use super::context::Context;

/// The most bytes that are read from stdin: 64 KiB.
const MAX_INPUT: u64 = 64 * 1024;

pub(super) fn login(
    context: &Context,
    name: &str,
    username: Option<String>,
    from_stdin: bool,
    transport: &TransportArguments,
) -> Result<(), Failure> {
    let entry = context.catalog()?.registry(name)?;
    let host = entry.uri.host();
    // Before a password is typed.
    let connection = context.process.catalogs.trusted_connection(&entry, &transport.given()?)?;
    if !context.process.catalogs.is_trusted() {
        context.output.note(&format!("in the catalog `{}`, {} is {host}", context.process.catalogs.path()?.display(), entry.name));
    }
    let (username, password) = if from_stdin {
        let username = username.ok_or_else(|| Failure::new(Kind::Usage, "--password-stdin needs --username"))?;
        (username, read_all(std::io::stdin().lock())?)
    } else {
        ask(context, username)?
    };
    let credentials =
        Credentials::from_input(&username, Secret::new(password)).map_err(|error| Failure::from_error(Kind::Usage, &error))?;

    let client = context.process.clients.client(Some(entry.name.as_str()), host, &connection, Ok(credentials.clone()))?;
    context.wait_for(client.verify_credentials()).map_err(|failure| {
        // It was just done.
        let hint = failure.hint.filter(|hint| !hint.starts_with("log in with"));
        Failure { hint, ..failure }
    })?;
    let kept = context.process.credentials().docker().store(host, &credentials)?;

    if kept.replaced {
        context.output.note("it replaces the credential of another user, which is no longer kept");
    }
    // Another place may come before the one where they are now.
    let part = Some(entry.uri.path()).filter(|path| !path.is_empty());
    match context.process.credentials().credentials(host, part) {
        Ok(found) if found.origin == kept.origin => {}
        Ok(found) => context.output.note(&format!("a push still uses {}, which is looked at first", found.origin)),
        Err(error) => {
            context.output.note(&format!("a push cannot use what was kept, which cannot be read again: {}", Failure::from(error).message))
        }
    }
    tell(context, &entry, "logged-in", &kept.origin, &format!("logged in to {host} as {username}; kept in {}", kept.origin));
    Ok(())
}

pub(super) fn logout(context: &Context, name: &str) -> Result<(), Failure> {
    let entry = context.catalog()?.registry(name)?;
    let host = entry.uri.host();
    let kept = context.process.credentials().docker().erase(host)?;
    let part = Some(entry.uri.path()).filter(|path| !path.is_empty());
    if let Ok(found) = context.process.credentials().credentials(host, part)
        && !found.credentials.is_anonymous()
    {
        context.output.note(&format!("a push still uses {}, which pushgate does not write", found.origin));
    }
    if kept.changed {
        tell(context, &entry, "logged-out", &kept.origin, &format!("logged out of {host}; removed from {}", kept.origin));
    } else {
        tell(context, &entry, "unchanged", &kept.origin, &format!("no credentials for {host} are kept in {}", kept.origin));
    }
    Ok(())
}

fn tell(context: &Context, entry: &RegistryEntry, change: &str, credentials: &str, text: &str) {
    let registry = json!({
        "name": entry.name.as_str(), "uri": entry.uri.to_string(), "change": change, "credentials": credentials,
    });
    context.output.result(|| format!("{}\n", super::output::printable(text)), || json!({ "schema": 1, "registry": registry }));
}

/// Asks a person for what is missing.
fn ask(context: &Context, username: Option<String>) -> Result<(String, String), Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(Kind::Usage, "there is no terminal to ask for a password on")
            .with_hint(Some("pipe it in: … | pushgate registry login NAME --username USER --password-stdin".to_owned())));
    }
    let username = match username {
        Some(username) => username,
        None => prompt(context, "Username: ")?,
    };
    let quiet = Quiet::begin()?;
    let password = prompt(context, "Password: ");
    drop(quiet);
    // The line's end was not echoed either.
    context.output.end_line();
    Ok((username, password?))
}

/// One line from the terminal. Ctrl-C ends it, and the terminal is as it was.
pub(super) fn prompt(context: &Context, text: &str) -> Result<String, Failure> {
    context.output.prompt(text);
    context.wait_for(async {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        // A thread of its own, which nobody waits for: reading from a terminal cannot be given up.
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = std::io::stdin().read_line(&mut line).map(|_| line);
            let _ = sender.send(read);
        });
        match receiver.await {
            Ok(Ok(line)) => Ok(line.trim_end_matches(['\n', '\r']).to_owned()),
            Ok(Err(error)) => Err(Failure::new(Kind::Usage, format!("the terminal cannot be read: {error}"))),
            Err(_) => Err(Failure::new(Kind::Defect, "the terminal is not read")),
        }
    })
}

/// All of stdin, without one line end at its end.
pub(super) fn read_all(stdin: impl std::io::Read) -> Result<String, Failure> {
    let usage = |problem: String| Failure::new(Kind::Usage, format!("the password on stdin {problem}"));
    let mut bytes = Vec::new();
    stdin.take(MAX_INPUT + 1).read_to_end(&mut bytes).map_err(|error| usage(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > MAX_INPUT {
        return Err(usage("has more than 64 KiB".to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|_| usage("is not UTF-8".to_owned()))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

/// A terminal that does not show what is typed, until this is dropped.
struct Quiet(Termios);

impl Quiet {
    fn begin() -> Result<Self, Failure> {
        let failed = |error: rustix::io::Errno| Failure::new(Kind::Usage, format!("the terminal cannot be made quiet: {error}"));
        let before = tcgetattr(std::io::stdin()).map_err(failed)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &quiet).map_err(failed)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &self.0);
    }
}
