//! `--flavor`, which may be repeated: what is said of a flavor follows it.

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use super::shared::{HookArguments, ModeWord};

/// The heading of these flags in the help.
const HEADING: &str = "Flavor";

/// The flavors to ask, in order, each with its flags.
#[derive(Debug, Clone, Default)]
pub(crate) struct AskedFlavors(pub(crate) Vec<AskedFlavor>);

/// One flavor to ask.
#[derive(Debug, Clone)]
pub(crate) struct AskedFlavor {
    /// Its name, or the path of its component.
    pub(crate) flavor: String,
    /// What it is given.
    pub(crate) words: HookArguments,
}

/// A flag about a flavor, with its value.
enum Word {
    Flavor(String),
    Settings(String),
    Set(String),
    Grant(String),
    Credential(String),
    Limit(String),
    Mode(ModeWord),
}

impl Word {
    const fn flag(&self) -> &'static str {
        match self {
            Self::Flavor(_) => "--flavor",
            Self::Settings(_) => "--settings",
            Self::Set(_) => "--set",
            Self::Grant(_) => "--grant",
            Self::Credential(_) => "--credential",
            Self::Limit(_) => "--limit",
            Self::Mode(_) => "--mode",
        }
    }
}

impl Args for AskedFlavors {
    fn augment_args(command: Command) -> Command {
        let flavor = Arg::new("flavor")
            .long("flavor")
            .value_name("FLAVOR")
            .requires("uri")
            .action(ArgAction::Append)
            .help("With --uri: a flavor to ask, a name or a path to a .wasm file; repeat it for more, each before the flags about it")
            .help_heading(HEADING);
        let append = |arg: Arg| arg.action(ArgAction::Append);
        HookArguments::augment_args(command.arg(flavor)).mut_arg("settings", append).mut_arg("mode", append)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for AskedFlavors {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut words = Vec::new();
        collect(matches, "flavor", Word::Flavor, &mut words);
        collect(matches, "settings", Word::Settings, &mut words);
        collect(matches, "set", Word::Set, &mut words);
        collect(matches, "grant", Word::Grant, &mut words);
        collect(matches, "credential", Word::Credential, &mut words);
        collect(matches, "limit", Word::Limit, &mut words);
        collect(matches, "mode", Word::Mode, &mut words);
        words.sort_by_key(|(place, _)| *place);
        grouped(words.into_iter().map(|(_, word)| word).collect()).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The values of a flag, each with its place on the command line.
fn collect<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str, word: fn(T) -> Word, words: &mut Vec<(usize, Word)>) {
    let places = matches.indices_of(id).into_iter().flatten();
    let values = matches.get_many::<T>(id).into_iter().flatten().cloned();
    words.extend(places.zip(values.map(word)));
}

/// Each flag belongs to the flavor before it. Where there is only one flavor, it may stand anywhere.
fn grouped(words: Vec<Word>) -> Result<Vec<AskedFlavor>, Error> {
    let names_one = |word: &Word| matches!(word, Word::Flavor(_));
    let (first, rest): (Vec<Word>, Vec<Word>) = match words.iter().filter(|word| names_one(word)).count() {
        1 => words.into_iter().partition(names_one),
        _ => (words, Vec::new()),
    };
    let mut asked: Vec<AskedFlavor> = Vec::new();
    for word in first.into_iter().chain(rest) {
        match (word, asked.last_mut()) {
            (Word::Flavor(flavor), _) => {
                if asked.iter().any(|other| other.flavor == flavor) {
                    return Err(wrong(format!(
                        "the flavor `{flavor}` is named twice: a registry asks each flavor once, with all that it is to check in one --settings"
                    )));
                }
                asked.push(AskedFlavor { flavor, words: HookArguments::default() });
            }
            (word, Some(last)) => last.add(word)?,
            (word, None) => {
                let flag = word.flag();
                return Err(wrong(format!("`{flag}` stands before the first --flavor: with several, what is said of a flavor follows it")));
            }
        }
    }
    Ok(asked)
}

impl AskedFlavor {
    fn add(&mut self, word: Word) -> Result<(), Error> {
        let flag = word.flag();
        let twice = || wrong(format!("`{flag}` is given twice for the flavor `{}`", self.flavor));
        match word {
            Word::Settings(_) if self.words.settings.is_some() => return Err(twice()),
            Word::Mode(_) if self.words.mode.is_some() => return Err(twice()),
            Word::Settings(text) => self.words.settings = Some(text),
            Word::Mode(mode) => self.words.mode = Some(mode),
            Word::Set(text) => self.words.set.push(text),
            Word::Grant(text) => self.words.grant.push(text),
            Word::Credential(text) => self.words.credential.push(text),
            Word::Limit(text) => self.words.limit.push(text),
            // A flavor begins another one.
            Word::Flavor(_) => {}
        }
        Ok(())
    }
}

fn wrong(message: String) -> Error {
    Error::raw(ErrorKind::ArgumentConflict, message)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[arg(long)]
        uri: Option<String>,
        #[command(flatten)]
        asked: AskedFlavors,
    }

    fn asked(line: &str) -> Result<Vec<String>, String> {
        let parsed =
            Line::try_parse_from(line.split(' ')).map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned())?;
        assert!(parsed.uri.is_some());
        Ok(parsed.asked.0.iter().map(|AskedFlavor { flavor, words }| format!("{flavor} {}", told(words))).collect())
    }

    fn told(words: &HookArguments) -> String {
        let HookArguments { settings, set, grant, credential, limit, mode } = words;
        let lists = [set, grant, credential, limit].map(|list| list.join(","));
        format!("{} {} {}", settings.as_deref().unwrap_or("-"), lists.join(" "), mode.map_or("-".to_owned(), |mode| format!("{mode:?}")))
    }

    #[test]
    fn what_is_said_of_a_flavor_follows_it() {
        for (line, expected) in [
            ("x --uri a.io", &[][..]),
            ("x --uri a.io --flavor a", &["a -     -"]),
            ("x --set k=v --mode=warn --flavor a --grant registry --uri a.io", &["a - k=v registry   Warn"]),
            (
                "x --flavor a --set k=1 --set l=2 --flavor=b --set k=3 --mode warn --uri a.io --limit calls=1 --flavor c --settings {}",
                &["a - k=1,l=2    -", "b - k=3   calls=1 Warn", "c {}     -"],
            ),
            (
                "x --flavor a --settings {} --credential o=basic --uri a.io --flavor b --settings [] --grant http=o --grant registry",
                &["a {}   o=basic  -", "b []  http=o,registry   -"],
            ),
        ] {
            assert_eq!(asked(line).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn what_belongs_to_none_or_stands_twice_is_refused() {
        for (line, expected) in [
            ("x --uri a.io --set k=v", "error: the following required arguments were not provided:"),
            ("x --flavor a", "error: the following required arguments were not provided:"),
            (
                "x --uri a.io --set k=v --flavor a --flavor b",
                "error: `--set` stands before the first --flavor: with several, what is said of a flavor follows it",
            ),
            (
                "x --uri a.io --mode warn --flavor a --flavor b",
                "error: `--mode` stands before the first --flavor: with several, what is said of a flavor follows it",
            ),
            (
                "x --uri a.io --flavor a --flavor b --flavor a",
                "error: the flavor `a` is named twice: a registry asks each flavor once, with all that it is to check in one --settings",
            ),
            ("x --uri a.io --flavor a --settings {} --settings {}", "error: `--settings` is given twice for the flavor `a`"),
            ("x --uri a.io --flavor a --flavor b --mode warn --mode enforce", "error: `--mode` is given twice for the flavor `b`"),
        ] {
            assert_eq!(asked(line).unwrap_err(), expected, "{line}");
        }
    }
}
