//! `pushgate man`: one page for each command, made from what `--help` knows.

use std::fs;
use std::io::Write;
use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use pushgate_explain::{Failure, Kind};
use pushgate_gate::paths::known::KNOWN;
use serde_json::json;

use super::args::Arguments;
use super::context::Context;
use super::environment::VARIABLES;
use super::output::printable;

/// A page and the name of its file: `pushgate-registry-login.1`.
struct Page {
    file: String,
    text: Vec<u8>,
}

/// Prints the page of `pushgate` itself, or writes all of them into a folder.
pub(super) fn run(context: &Context, out: Option<&Path>) -> Result<(), Failure> {
    let pages = pages().map_err(|error| Failure::new(Kind::Defect, format!("a man page can't be made: {error}")))?;
    let Some(folder) = out else {
        let text = pages.first().map(|page| String::from_utf8_lossy(&page.text).into_owned()).unwrap_or_default();
        context.output.result(|| text.clone(), || json!({ "schema": 1, "page": text }));
        return Ok(());
    };
    let shown = folder.display().to_string();
    write(folder, &pages).map_err(|error| {
        Failure::new(Kind::Usage, format!("the man pages can't be written to `{shown}`: {error}"))
            .with_hint(Some("give --out a folder that you may write to".to_owned()))
    })?;
    let files: Vec<&str> = pages.iter().map(|page| page.file.as_str()).collect();
    context.output.result(
        || format!("made {} man pages in {}\n", files.len(), printable(&shown)),
        || json!({ "schema": 1, "man": { "path": shown, "files": files } }),
    );
    Ok(())
}

fn write(folder: &Path, pages: &[Page]) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    pages.iter().try_for_each(|page| fs::write(folder.join(&page.file), &page.text))
}

/// The page of `pushgate`, then those of its commands, each before its own commands.
fn pages() -> std::io::Result<Vec<Page>> {
    let mut root = Arguments::command();
    root.build();
    let mut pages = Vec::new();
    add(&root, None, &mut pages)?;
    Ok(pages)
}

fn add(command: &clap::Command, above: Option<&str>, pages: &mut Vec<Page>) -> std::io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    pages.push(Page { file: format!("{name}.1"), text: page(command, above)? });
    command.get_subcommands().filter(|command| !command.is_hide_set()).try_for_each(|command| add(command, Some(&name), pages))
}

fn page(command: &clap::Command, above: Option<&str>) -> std::io::Result<Vec<u8>> {
    let source = concat!("pushgate ", env!("CARGO_PKG_VERSION"));
    // Without a date, so that the same program gives the same pages.
    let man = Man::new(command.clone()).source(source).manual("pushgate");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    exit_status().to_writer(&mut text)?;
    environment().to_writer(&mut text)?;
    files().to_writer(&mut text)?;
    see_also(above).to_writer(&mut text)?;
    text.flush()?;
    Ok(text)
}

fn exit_status() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    let success = (0, "-", "done: pushed, or would be");
    for (code, name, meaning) in std::iter::once(success).chain(Kind::ALL.map(|kind| (kind.code(), kind.name(), kind.meaning()))) {
        let kind = if name == "-" { String::new() } else { format!(" ({name})") };
        roff.control("TP", []).text([bold(code.to_string())]).text([roman(format!("{meaning}{kind}"))]);
    }
    roff
}

fn environment() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["ENVIRONMENT"]);
    roff.text([roman("An empty variable counts as unset.")]);
    for variables in VARIABLES {
        roff.control("TP", []).text([bold(variables.names.join(", "))]).text([roman(variables.meaning)]);
    }
    roff
}

fn files() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["FILES"]);
    roff.text([roman("Where no variable names another place, besides what is given on the command line and in the catalog.")]);
    for known in KNOWN {
        roff.control("TP", []).text([bold(known.paths.join(", "))]).text([roman(format!("{} ({}).", known.meaning, known.access))]);
    }
    roff
}

fn see_also(above: Option<&str>) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    match above {
        Some(name) => roff.text([bold(name), roman("(1), "), bold("docker-push"), roman("(1)")]),
        None => roff.text([bold("docker-push"), roman("(1)")]),
    };
    roff
}
