//! `pushgate registry import`.

use std::io::{self, Read as _};
use std::path::Path;

use pushgate_explain::{Failure, Kind};
use pushgate_files::FileProblem;
use pushgate_gate::catalog::{CatalogError, Connection, RegistryEntry};
use pushgate_gate::name::Name;
use serde_json::json;

use super::brought::Brought;
use super::told::{warn_if_untrusted, word};
use crate::cli::args::{HookArguments, TransportArguments};
use crate::cli::context::Context;
use crate::cli::hook;
use crate::zenml::ZenmlRegistry;

/// The largest file. ZenML prints some hundred bytes.
const MAX_BYTES: u64 = 1 << 20;

/// What was typed beside the file.
pub(super) struct Words {
    pub(super) name: Option<String>,
    pub(super) flavor: Option<String>,
    pub(super) grants: bool,
    pub(super) hook: HookArguments,
    pub(super) transport: TransportArguments,
}

pub(super) fn import(context: &Context, file: &Path, words: Words) -> Result<(), Failure> {
    let Words { name, flavor, grants: take, hook: words, transport } = words;
    let mut imported = ZenmlRegistry::parse(&read(file)?, flavor.as_deref()).map_err(|error| Failure::from(error).in_file(file))?;
    let name = choose_name(name.as_deref(), &imported.name)?;
    let mut left_some = false;
    let hook = match imported.hook.take() {
        None => None,
        Some(hook) => {
            if flavor.is_none() {
                require_known(context, &hook.flavor)?;
            }
            let brought = Brought::of(&hook).map_err(|failure| failure.in_file(file))?;
            let (taken, left) = brought.take(context, &hook.flavor, take)?;
            left_some = !left.is_empty();
            imported.left_out.extend(left);
            // The command line adds to what the file says, and its settings count instead. With `--flavor` the file says nothing.
            let words = HookArguments {
                settings: words.settings.or(hook.settings),
                grant: taken.grants.into_iter().chain(words.grant).collect(),
                credential: taken.credentials.into_iter().chain(words.credential).collect(),
                ..words
            };
            Some((hook.flavor, words))
        }
    };
    // The flavor may be refused for the lack of something.
    imported.left_out.iter().for_each(|thing| context.output.note(&format!("left out: {thing}")));
    let hooks = match hook {
        None => Vec::new(),
        Some((flavor, words)) => {
            let entry = hook::entry(context, &imported.uri, &flavor, &words);
            vec![entry.map_err(|failure| if left_some { or_take_them(failure) } else { failure })?]
        }
    };
    let asks: Vec<String> = hooks.iter().map(|hook| hook.flavor.to_string()).collect();
    let [grants, credentials] = [
        hooks.iter().flat_map(|hook| &hook.grants).map(ToString::to_string).collect::<Vec<_>>(),
        hooks.iter().flat_map(|hook| &hook.credentials).map(ToString::to_string).collect(),
    ];
    let connection = transport.connection(Connection::default())?;
    let entry = RegistryEntry { name, uri: imported.uri, hooks, connection };
    let change = context.process.catalogs.edit(|edit| edit.add_registry(&entry))?;
    let change = word("registered", change);
    context.output.result(
        || {
            let asked = if asks.is_empty() { "asks no flavor".to_owned() } else { format!("asks {}", asks.join(", ")) };
            format!("{change} {} {}, which {asked}\n", entry.name, entry.uri)
        },
        || {
            json!({ "schema": 1, "registry": {
                "name": entry.name.as_str(), "uri": entry.uri.to_string(), "change": change, "flavors": asks,
                "grants": grants, "credentials": credentials, "left_out": imported.left_out,
            } })
        },
    );
    warn_if_untrusted(context, &entry);
    Ok(())
}

/// A flavor that lacks a grant may lack one of those that were left out.
fn or_take_them(failure: Failure) -> Failure {
    if !failure.hint.as_ref().is_some_and(|hint| hint.starts_with("grant it with")) {
        return failure;
    }
    failure.with_hint(Some("--grants takes over what the file grants".to_owned()))
}

fn read(file: &Path) -> Result<String, Failure> {
    let failed = |problem: &str| Failure::new(Kind::Usage, format!("cannot read the ZenML file {}: {problem}", file.display()));
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failed(&error.to_string()))?;
        if bytes.len() as u64 > MAX_BYTES { Err(FileProblem::TooLarge { limit: MAX_BYTES }) } else { Ok(bytes) }
    } else {
        pushgate_files::read_or_pipe(file, MAX_BYTES)
    };
    let bytes = bytes.map_err(|problem| failed(&io::Error::from(problem).to_string()))?;
    String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8"))
}

/// `--name`, else ZenML's name, fitted to pushgate's rule.
fn choose_name(name: Option<&str>, zenml: &str) -> Result<Name, Failure> {
    if let Some(name) = name {
        return Ok(Name::parse(name)?);
    }
    Name::fitted(zenml).map_err(|error| Failure::from(error).with_hint(Some("give it another name here: --name NAME".to_owned())))
}

/// A flavor that is unknown here was a Python class there.
fn require_known(context: &Context, flavor: &str) -> Result<(), Failure> {
    match context.catalog()?.flavor(flavor) {
        Err(error @ CatalogError::UnknownFlavor { .. }) => Err(Failure::from(error).with_hint(Some(format!(
            "in ZenML it is Python code: write it as a component (`pushgate flavor new {flavor} --language python`) and register that, or name another \
             flavor with --flavor"
        )))),
        _ => Ok(()),
    }
}
