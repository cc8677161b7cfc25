//! What is wrong with a command line, without what a terminal would act on in it.

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::{ContextValue, ErrorKind};

use super::args::Arguments;
use super::output::printable;

/// The error with which these arguments were refused, its words of theirs escaped.
///
/// clap puts them into its sentences, tips and styles as they are, and its errors cannot be taken apart again. So the same line is refused once
/// more, escaped.
pub(super) fn shown(arguments: &[OsString], error: clap::Error) -> clap::Error {
    // It repeats no argument.
    if error.kind() == ErrorKind::InvalidUtf8 {
        return error;
    }
    let escaped: Vec<OsString> = arguments.iter().map(|argument| printable(&argument.to_string_lossy()).into()).collect();
    let mut error = if escaped == arguments { error } else { Arguments::try_parse_from(&escaped).err().unwrap_or_else(|| plainer(&error)) };
    // A value of a variable is none of the arguments.
    let context: Vec<_> = error.context().map(|(kind, value)| (kind, value.clone())).collect();
    for (kind, value) in context {
        match value {
            ContextValue::String(text) => error.insert(kind, ContextValue::String(printable(&text))),
            ContextValue::Strings(texts) => error.insert(kind, ContextValue::Strings(texts.iter().map(|text| printable(text)).collect())),
            _ => None,
        };
    }
    error
}

/// The same, in one line and without styles.
fn plainer(error: &clap::Error) -> clap::Error {
    let text = error.render().to_string();
    let message = text.trim();
    clap::Error::raw(error.kind(), format!("{}\n", printable(message.strip_prefix("error: ").unwrap_or(message))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &[&str]) -> String {
        let arguments: Vec<OsString> = std::iter::once("pushgate").chain(line.iter().copied()).map(OsString::from).collect();
        shown(&arguments, Arguments::try_parse_from(&arguments).unwrap_err()).render().to_string()
    }

    #[test]
    fn an_argument_is_repeated_escaped() {
        let hostile = "a\u{1b}[31m\u{202e}\nerror: b\u{9b}2J\r\u{fe0f}";
        let escaped = "a\\u{1b}[31m\\u{202e}\\nerror: b\\u{9b}2J\\r\\u{fe0f}";
        for line in [
            vec![hostile],
            vec!["push", "image", hostile],
            vec!["--output", hostile, "wit"],
            vec!["push", &format!("--{hostile}"), "image"],
            vec!["flavor", hostile],
            vec!["completions", hostile],
            vec!["flavor", "new", "x", "--language", hostile],
            vec!["registry", "update", "x", "--reset", hostile],
            vec!["push", "image", &format!("--quiet={hostile}")],
        ] {
            let text = refused(&line);
            assert!(text.contains(escaped), "{line:?}: {text:?}");
            assert!(text.starts_with("error: ") && !text.contains("\nerror: "), "{line:?}: {text:?}");
            assert!(!text.chars().any(|character| character != '\n' && printable(&character.to_string()).len() > 4), "{text:?}");
        }
    }

    #[test]
    fn others_are_as_they_were() {
        let line = ["pushgate", "pusch"].map(OsString::from);
        let before = Arguments::try_parse_from(&line).unwrap_err().render().to_string();
        assert!(before.contains("similar subcommand"), "{before}");
        assert_eq!(refused(&["pusch"]), before);
    }

    #[test]
    fn what_is_refused_only_unescaped_is_told_in_one_line() {
        let error = clap::Error::raw(ErrorKind::InvalidValue, "bad \u{202e}\nerror: forged\n");
        assert_eq!(plainer(&error).render().to_string(), "error: bad \\u{202e}\\nerror: forged\n");
    }
}
