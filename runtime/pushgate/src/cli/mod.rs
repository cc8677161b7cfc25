//! The command line. Only here are arguments parsed, the environment read, and anything printed.

mod completions;
mod credential;
mod image;
mod manual;
mod environment;
mod panics;
mod push;
mod source;
mod registry;
mod flavor;
mod confirm;
mod hook;
mod login;
mod new_project;
mod context;
mod interrupt;
mod stopped;
mod tips;
mod usage;
mod output;
mod args;
mod written;

use std::ffi::OsString;

use args::{Arguments, Command, OutputFormat};
use clap::Parser;
use clap::error::ErrorKind;
use context::Context;
use output::Output;
use pushgate_authoring::CONTRACT;
use pushgate_explain::Kind;
use stopped::Stopped;

/// Runs one command line, its first word being the program's name, and returns the exit code. The process ends afterwards.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    panics::print();
    let code = panics::caught(|| run_line(&arguments)).unwrap_or_else(|failure| {
        // People were shown it when it happened.
        if wants_json(&arguments) {
            Output::plain(OutputFormat::Json).json_failure(&failure);
        }
        if let Some(path) = tips::report_file(&arguments) {
            push::write_failure(&path, &failure);
        }
        failure.kind.code()
    });
    // What others still wait for ends with the process. A credential helper is another process, and would not.
    pushgate_credentials::end_helpers();
    code
}

fn run_line(arguments: &[OsString]) -> u8 {
    match Arguments::try_parse_from(arguments) {
        Ok(parsed) => {
            let output = Output::new(&parsed.global);
            match dispatch(parsed, output) {
                Ok(()) => 0,
                Err(Stopped::Told(kind)) => kind.code(),
                Err(Stopped::Failed(failure)) => {
                    output.failure(&failure);
                    failure.kind.code()
                }
            }
        }
        Err(error) => not_understood(arguments, &tips::with_tips(usage::shown(arguments, error), arguments)),
    }
}

fn dispatch(arguments: Arguments, output: Output) -> Result<(), Stopped> {
    let context = Context::new(&arguments.global, output)?;
    let done = command(&context, arguments.command);
    // A push has them in its report.
    for warning in context.take_warnings() {
        output.warn(&warning);
    }
    done
}

fn command(context: &Context, command: Command) -> Result<(), Stopped> {
    match command {
        Command::Push(arguments) => push::push(context, arguments),
        Command::Check(arguments) => push::check(context, arguments),
        Command::Flavor(command) => flavor::run(context, command),
        Command::Registry(command) => registry::run(context, command),
        Command::Credential(command) => Ok(credential::run(context, command)?),
        Command::Image(command) => Ok(image::run(context, command)?),
        Command::Completions { shell } => {
            completions::run(context, shell);
            Ok(())
        }
        Command::Man { out } => Ok(manual::run(context, out.as_deref())?),
        Command::Wit => {
            context.output.result(|| CONTRACT.to_owned(), || serde_json::json!({ "schema": 1, "wit": CONTRACT }));
            Ok(())
        }
    }
}

/// Help and the version are results; anything else is a wrong command line, in JSON too where JSON was asked for.
fn not_understood(arguments: &[OsString], error: &clap::Error) -> u8 {
    let rendered = error.render();
    let output = Output::plain(OutputFormat::Json);
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            output.stdout(&rendered.ansi().to_string());
            0
        }
        _ => {
            let failure = tips::failure(error);
            if wants_json(arguments) {
                output.failure(&failure);
            } else {
                output.stderr(&rendered.ansi().to_string());
            }
            if let Some(path) = tips::report_file(arguments) {
                push::write_failure(&path, &failure);
            }
            Kind::Usage.code()
        }
    }
}

/// The command line could not be parsed, so what it says of the output is looked for word by word.
fn wants_json(arguments: &[OsString]) -> bool {
    let words: Vec<&str> = arguments.iter().map_while(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let flag = words.iter().enumerate().rev().find_map(|(index, word)| match word.strip_prefix("--output") {
        Some("") => words.get(index + 1).copied(),
        Some(value) => value.strip_prefix('='),
        None => None,
    });
    match flag {
        Some(value) => value == "json",
        None => std::env::var_os("PUSHGATE_OUTPUT").is_some_and(|value| value == "json"),
    }
}
