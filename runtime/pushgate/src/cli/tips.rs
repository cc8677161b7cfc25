//! What a wrong command line is told: the suggestions of clap go by likeness alone, and so lead astray where a word is right elsewhere.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory, Error};
use pushgate_explain::{Failure, Kind};
use pushgate_gate::name::nearest;

use super::args::Arguments;

/// More commands than these are not named.
const LISTED: usize = 4;

/// Words that other programs use for our commands.
const SYNONYMS: [(&str, &str); 11] = [
    ("add", "register"),
    ("create", "register"),
    ("edit", "update"),
    ("inspect", "describe"),
    ("ls", "list"),
    ("remove", "delete"),
    ("rm", "delete"),
    ("set", "update"),
    ("show", "describe"),
    ("unregister", "delete"),
    ("validate", "check"),
];

/// The same error with tips that fit.
pub(super) fn with_tips(mut error: Error, words: &[OsString]) -> Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let mut root = Arguments::command();
    root.build();
    let tips = match error.kind() {
        ErrorKind::UnknownArgument => text(ContextKind::InvalidArg).map(|argument| argument_tips(&root, words, &argument)),
        ErrorKind::InvalidSubcommand => text(ContextKind::InvalidSubcommand).map(|command| command_tips(&root, words, &command)),
        ErrorKind::MissingRequiredArgument => Some(missing_tips(&root, words)),
        _ => None,
    };
    if let Some(tips) = tips {
        // It shows the argument that was suggested.
        if error.get(ContextKind::SuggestedArg).is_some() {
            let usage = command(&root, words).0.clone().render_usage();
            error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
        }
        for kind in [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::Suggested] {
            error.remove(kind);
        }
        if !tips.is_empty() {
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips.into_iter().map(Into::into).collect()));
        }
    }
    error
}

/// The error as a failure: what is wrong on one line, the tips as its hint.
pub(super) fn failure(error: &Error) -> Failure {
    let rendered = error.render().to_string();
    let text = rendered.trim();
    let first = text.strip_prefix("error: ").unwrap_or(text).split("\n\n").next().unwrap_or_default();
    let message: Vec<&str> = first.lines().map(str::trim).collect();
    let tips: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("tip: ")).collect();
    Failure::new(Kind::Usage, message.join(" ")).with_hint((!tips.is_empty()).then(|| tips.join("; ")))
}

/// What `--report` names, of a push or a check whose words were not understood.
pub(super) fn report_file(words: &[OsString]) -> Option<PathBuf> {
    let mut root = Arguments::command();
    root.build();
    let (command, _) = command(&root, words);
    command.get_arguments().find(|argument| argument.get_long() == Some("report"))?;
    let mut words = words.iter().take_while(|word| *word != "--");
    words
        .find_map(|word| match word.to_str()?.strip_prefix("--report") {
            Some("") => Some(None),
            Some(value) => value.strip_prefix('=').map(|path| Some(PathBuf::from(path))),
            None => None,
        })?
        .or_else(|| words.next().map(PathBuf::from))
}

/// The command that the words name, and those on the way to it, without the program.
fn command<'a>(root: &'a Command, words: &[OsString]) -> (&'a Command, Vec<&'a str>) {
    let (mut command, mut path) = (root, Vec::new());
    for word in words.iter().skip(1).map_while(|word| word.to_str()).take_while(|word| *word != "--") {
        if let Some(found) = command.find_subcommand(word) {
            command = found;
            path.push(found.get_name());
        }
    }
    (command, path)
}

fn argument_tips(root: &Command, words: &[OsString], argument: &str) -> Vec<String> {
    let (command, path) = command(root, words);
    let Some(flag) = argument.strip_prefix("--") else {
        return quoting_tip(words, argument).into_iter().collect();
    };
    let flag = flag.split('=').next().unwrap_or(flag);
    if let Some(positional) = command.get_positionals().find(|positional| is_named(positional, flag)) {
        let all: Vec<String> = command.get_positionals().map(|positional| format!("<{}>", placeholder(positional))).collect();
        let line = ["pushgate"].into_iter().chain(path).collect::<Vec<_>>().join(" ");
        return vec![format!("<{}> has no flag here: {line} {}", placeholder(positional), all.join(" "))];
    }
    if let Some(near) = nearest(flag, command.get_arguments().filter_map(Arg::get_long)) {
        return vec![format!("a similar argument exists: --{near}")];
    }
    let mut having = Vec::new();
    with_argument(root, flag, "pushgate", &mut having);
    elsewhere(&format!("--{flag}"), having)
}

fn command_tips(root: &Command, words: &[OsString], name: &str) -> Vec<String> {
    let (command, _) = command(root, words);
    let known = || command.get_subcommands().filter(|known| !known.is_hide_set()).map(Command::get_name);
    let synonym = SYNONYMS.iter().find(|(other, ours)| *other == name && known().any(|known| known == *ours)).map(|(_, ours)| *ours);
    if let Some(near) = synonym.or_else(|| nearest(name, known())) {
        return vec![format!("a similar command exists: {near}")];
    }
    let mut having = Vec::new();
    with_subcommand(root, name, "pushgate", &mut having);
    elsewhere(name, having)
}

/// What is said of a flavor or a connection goes with `--uri`; a registered registry has it in the catalog.
fn missing_tips(root: &Command, words: &[OsString]) -> Vec<String> {
    let (command, path) = command(root, words);
    let is_given = |flag: &str| {
        let flag = format!("--{flag}");
        words.iter().filter_map(|word| word.to_str()).any(|word| word.split('=').next() == Some(flag.as_str()))
    };
    let about = ["Flavor", "Transport"];
    let headed = |argument: &&Arg| argument.get_help_heading().is_some_and(|heading| about.contains(&heading));
    let is_about_a_registry = command.get_arguments().filter(headed).filter_map(Arg::get_long).any(is_given);
    if matches!(path.as_slice(), ["push" | "check"]) && is_about_a_registry && !is_given("uri") {
        return vec!["these flags go with --uri; a registered registry is changed with `pushgate registry update`".to_owned()];
    }
    Vec::new()
}

/// A blank in a value that is not quoted ends the word.
fn quoting_tip(words: &[OsString], argument: &str) -> Option<String> {
    let before = words.iter().take_while(|word| *word != argument);
    let is_cut = |text: &str| text.contains([':', '=']) && text.contains(['[', '{']) && !text.ends_with([']', '}']);
    before
        .filter_map(|word| word.to_str())
        .any(is_cut)
        .then(|| "a shell parts words at blanks: put JSON into single quotes, as in --set 'KEY:=[\"a\", \"b\"]'".to_owned())
}

fn elsewhere(word: &str, having: Vec<String>) -> Vec<String> {
    match having.len() {
        0 => Vec::new(),
        count if count <= LISTED => vec![format!("{word} belongs to {}", having.join(", "))],
        count => vec![format!("{word} belongs to {}, and {} more", having.get(..LISTED).unwrap_or_default().join(", "), count - LISTED)],
    }
}

/// The commands that take a flag.
fn with_argument(command: &Command, flag: &str, path: &str, having: &mut Vec<String>) {
    if command.get_arguments().any(|argument| argument.get_long() == Some(flag)) {
        having.push(format!("`{path}`"));
    }
    for (below, path) in below(command, path) {
        with_argument(below, flag, &path, having);
    }
}

/// The commands that have a subcommand of this name.
fn with_subcommand(command: &Command, name: &str, path: &str, having: &mut Vec<String>) {
    for (below, path) in below(command, path) {
        if below.get_name() == name {
            having.push(format!("`{path}`"));
        }
        with_subcommand(below, name, &path, having);
    }
}

fn below<'a>(command: &'a Command, path: &str) -> impl Iterator<Item = (&'a Command, String)> {
    command.get_subcommands().filter(|below| !below.is_hide_set()).map(move |below| (below, format!("{path} {}", below.get_name())))
}

fn is_named(positional: &Arg, flag: &str) -> bool {
    positional.get_id().as_str().replace('_', "-") == flag || placeholder(positional).eq_ignore_ascii_case(flag)
}

fn placeholder(positional: &Arg) -> String {
    let names = positional.get_value_names().unwrap_or_default();
    names.first().map_or_else(|| positional.get_id().as_str().to_uppercase(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn told(line: &str) -> (String, Option<String>) {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let error = with_tips(Arguments::try_parse_from(&words).unwrap_err(), &words);
        let Failure { message, hint, .. } = failure(&error);
        (message, hint)
    }

    #[test]
    fn the_tip_is_what_was_meant_or_there_is_none() {
        for (line, hint) in [
            (
                "pushgate registry remove-hook prod --flavor x",
                Some("<FLAVOR> has no flag here: pushgate registry remove-hook <NAME> <FLAVOR>"),
            ),
            ("pushgate registry describe --name prod", Some("<NAME> has no flag here: pushgate registry describe <NAME>")),
            ("pushgate push --image a", Some("<IMAGE> has no flag here: pushgate push <IMAGE>")),
            ("pushgate --config c registry rename --old a", Some("<OLD> has no flag here: pushgate registry rename <OLD> <NEW>")),
            ("pushgate push a --registri prod", Some("a similar argument exists: --registry")),
            ("pushgate push a --outptu=json", Some("a similar argument exists: --output")),
            (
                "pushgate registry list --uri a",
                Some(
                    "--uri belongs to `pushgate push`, `pushgate check`, `pushgate flavor test`, `pushgate registry register`, and 1 more",
                ),
            ),
            ("pushgate registry use prod --replace", Some("--replace belongs to `pushgate flavor register`")),
            ("pushgate push a --no-such-flag", None),
            ("pushgate push a -x", None),
            ("pushgate push a b", None),
            (
                "pushgate push a --uri a.io --flavor f --set labels:=[a, b]",
                Some("a shell parts words at blanks: put JSON into single quotes, as in --set 'KEY:=[\"a\", \"b\"]'"),
            ),
            ("pushgate registry remove prod", Some("a similar command exists: delete")),
            ("pushgate registry add prod", Some("a similar command exists: register")),
            ("pushgate registry regsiter prod", Some("a similar command exists: register")),
            ("pushgate login prod", Some("login belongs to `pushgate registry login`")),
            ("pushgate zzzzzz", None),
            (
                "pushgate push a --set k=v",
                Some("these flags go with --uri; a registered registry is changed with `pushgate registry update`"),
            ),
            ("pushgate check a --uri a.io --set k=v", None),
            ("pushgate check", None),
        ] {
            assert_eq!(told(line).1.as_deref(), hint, "{line}");
        }
    }

    #[test]
    fn the_report_of_a_push_that_was_not_understood() {
        for (line, path) in [
            ("pushgate push a --report r.json --no-such-flag", Some("r.json")),
            ("pushgate --config x check --report=r.json", Some("r.json")),
            ("pushgate push --report", None),
            ("pushgate push a -- --report r.json", None),
            ("pushgate registry list --report r.json", None),
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(report_file(&words), path.map(PathBuf::from), "{line}");
        }
    }

    #[test]
    fn the_usage_is_the_commands() {
        let words: Vec<OsString> = "pushgate registry remove-hook prod --flavor x".split(' ').map(OsString::from).collect();
        let error = with_tips(Arguments::try_parse_from(&words).unwrap_err(), &words).to_string();
        assert!(error.contains("\n\nUsage: pushgate registry remove-hook [OPTIONS] <NAME> <FLAVOR>\n"), "{error}");
    }

    #[test]
    fn the_message_is_whole() {
        assert_eq!(told("pushgate registry add-hook prod").0, "the following required arguments were not provided: --flavor <FLAVOR>");
        assert_eq!(told("pushgate push a --no-such-flag").0, "unexpected argument '--no-such-flag' found");
        assert_eq!(
            told("pushgate check a --output text --uri a.io --registry b").0,
            "the argument '--uri <URI>' cannot be used with '--registry <NAME>'"
        );
    }
}
