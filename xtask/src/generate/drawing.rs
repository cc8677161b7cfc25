//! Who depends on whom among the crates of the runtime: drawn into ARCHITECTURE.md from what Cargo says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::Outcome;
use crate::command::{cargo, output, root};

const PAGE: &str = "ARCHITECTURE.md";
/// What stands before and after the drawing.
const BEGIN: &str = "<!-- drawn by `cargo xtask generate` -->\n```text\n";
const END: &str = "```\n<!-- end -->";

/// The page with the drawing in it.
pub(super) fn file() -> Outcome<(PathBuf, Vec<u8>)> {
    let page = fs::read_to_string(root().join(PAGE)).map_err(|error| format!("cannot read {PAGE}: {error}"))?;
    let (before, rest) = page.split_once(BEGIN).ok_or_else(|| format!("{PAGE} has no line {BEGIN:?}"))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| format!("{PAGE} has no line {END:?}"))?;
    Ok((PAGE.into(), format!("{before}{BEGIN}{}{END}{after}", draw(&crates()?)).into_bytes()))
}

/// Each crate of the runtime by its folder, with those that it depends on. What only tests depend on is left out.
type Crates = BTreeMap<String, BTreeSet<String>>;

fn crates() -> Outcome<Crates> {
    let metadata = output(cargo().args(["metadata", "--locked", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata.get("packages").and_then(Value::as_array).ok_or("cargo metadata names no packages")?;
    let folder = |package: &Value| {
        let manifest = package.get("manifest_path")?.as_str()?.strip_prefix(root().to_str()?)?;
        Some(manifest.strip_prefix("/runtime/")?.strip_suffix("/Cargo.toml")?.to_owned())
    };
    let folders: BTreeMap<&str, String> =
        packages.iter().filter_map(|package| Some((package.get("name")?.as_str()?, folder(package)?))).collect();
    let mut crates = Crates::new();
    for package in packages {
        let Some(folder) = package.get("name").and_then(Value::as_str).and_then(|name| folders.get(name)) else { continue };
        let dependencies = package.get("dependencies").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let of_code = dependencies.iter().filter(|dependency| dependency.get("kind").is_none_or(Value::is_null));
        let below = of_code.filter_map(|dependency| folders.get(dependency.get("name")?.as_str()?).cloned()).collect();
        crates.insert(folder.clone(), below);
    }
    Ok(crates)
}

/// One crate a line, each above those that it depends on. What it reaches through another is left out: the arrow is there already.
fn draw(crates: &Crates) -> String {
    let mut lines: Vec<&String> = crates.keys().collect();
    lines.sort_by_key(|name| (std::cmp::Reverse(floor(crates, name)), (*name).clone()));
    let width = lines.iter().map(|name| name.len()).max().unwrap_or_default();
    let mut drawn = String::new();
    for name in lines {
        let below = &crates[name];
        let is_reached = |other: &String| below.iter().any(|between| between != other && reaches(crates, between, other));
        let direct: Vec<&str> = below.iter().filter(|other| !is_reached(other)).map(String::as_str).collect();
        let line = if direct.is_empty() { name.clone() } else { format!("{name:<width$} ──▶ {}", direct.join(", ")) };
        let _ = writeln!(drawn, "{line}");
    }
    drawn
}

/// How many crates lie below each other under this one, at most.
fn floor(crates: &Crates, name: &str) -> usize {
    crates[name].iter().map(|below| floor(crates, below) + 1).max().unwrap_or(0)
}

fn reaches(crates: &Crates, from: &str, to: &str) -> bool {
    crates[from].iter().any(|below| below == to || reaches(crates, below, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_that_others_make_up_is_left_out() {
        let crates: Crates = [("top", &["middle", "bottom"][..]), ("middle", &["bottom"]), ("bottom", &[]), ("alone", &[])]
            .map(|(name, below)| (name.to_owned(), below.iter().map(|below| (*below).to_owned()).collect()))
            .into();
        assert_eq!(draw(&crates), "top    ──▶ middle\nmiddle ──▶ bottom\nalone\nbottom\n");
    }
}
