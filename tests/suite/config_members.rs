//! The members of an image config: what the host shows is what every SDK, the flavor `cel` and the documents name, neither more nor less.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pushgate_json::Shape;
use pushgate_oci::ImageConfig;

type Names = BTreeSet<String>;

/// The members of the config, of `config` in it, of `Healthcheck` in that, and of `rootfs`.
type Parts = [Names; 4];

fn source(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What the host shows.
fn shown() -> Parts {
    fn members(shape: &'static Shape) -> &'static [(&'static str, Shape)] {
        let Shape::Members(members) = shape else { panic!("no members: {shape:?}") };
        members
    }
    let part = |path: &[&str]| {
        let shape = path
            .iter()
            .fold(&ImageConfig::SHAPE, |shape, name| &members(shape).iter().find(|(known, _)| known == name).expect("a member").1);
        let seen = members(shape).iter().filter(|(_, shape)| !matches!(shape, Shape::Unread | Shape::Checked(_)));
        seen.map(|(name, _)| (*name).to_owned()).collect()
    };
    [part(&[]), part(&["config"]), part(&["config", "Healthcheck"]), part(&["rootfs"])]
}

/// The names in the lines from one that begins in this way to one that ends the block.
fn names(source: &str, first: &str, end: &str, name: impl Fn(&str) -> Option<String>) -> Names {
    let (_, block) = source.split_once(first).unwrap_or_else(|| panic!("no `{first}`"));
    let (block, _) = block.split_once(end).unwrap_or_else(|| panic!("no end of `{first}`"));
    block.lines().filter_map(name).collect()
}

/// The texts in quotes that follow one that begins in this way.
fn quoted(source: &str, first: &str, end: &str, quote: char) -> Names {
    let (_, block) = source.split_once(first).unwrap_or_else(|| panic!("no `{first}`"));
    let block = block.split(end).next().unwrap_or_default();
    block.split(quote).skip(1).step_by(2).map(str::to_owned).collect()
}

/// A word with a capital.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[test]
fn in_python() {
    let source = source("guest-sdk/python/src/pushgate_flavor/_config.py");
    let member = |line: &str| {
        let name = line.strip_prefix("    ")?.split_once(": ")?.0.trim().trim_matches('"');
        name.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '_').then(|| name.to_owned())
    };
    let class = |name: &str| names(&source, &format!("class {name}("), "\n\n\n", member);
    let mut top = class("ImageConfig");
    top.extend(quoted(&source, "TypedDict(\"_OfSystem\", {", ":", '"'));
    let execution = names(&source, "ExecutionConfig = TypedDict(", ")", member);
    assert_eq!([top, execution, class("Healthcheck"), class("RootFilesystem")], shown());
}

#[test]
fn in_javascript_and_its_types() {
    let list = source("guest-sdk/javascript/src/config.js");
    let part = |name: &str| quoted(&list, &format!("['{name}', ["), "]", '\'');
    let parts = ["image.config", "image.config.config", "image.config.config.Healthcheck", "image.config.rootfs"].map(part);
    assert_eq!(parts, shown());

    let types = source("guest-sdk/javascript/src/index.d.ts");
    let member = |line: &str| {
        let (name, _) = line.strip_prefix("  ")?.split_once(": ")?;
        (!name.starts_with(['/', ' '])).then(|| name.trim_end_matches('?').trim_matches('\'').to_owned())
    };
    let interface = |name: &str| names(&types, &format!("export interface {name} {{"), "\n}", member);
    let rootfs = |text: &str| text.split("; ").map(|member| member.split(':').next().unwrap_or_default().trim().to_owned()).collect();
    let of_rootfs = types.split_once("rootfs: {").and_then(|(_, rest)| rest.split('}').next()).map(rootfs).expect("rootfs");
    assert_eq!([interface("ImageConfig"), interface("ExecutionConfig"), interface("Healthcheck"), of_rootfs], shown());
}

#[test]
fn in_go() {
    let source = source("guest-sdk/go/image.go");
    let tag = |line: &str| Some(line.split_once("`json:\"")?.1.split_once('"')?.0.to_owned());
    let part = |name: &str| names(&source, &format!("type {name} struct {{"), "\n}", tag);
    assert_eq!(["ImageConfig", "ExecutionConfig", "Healthcheck", "RootFilesystem"].map(part), shown());
}

#[test]
fn in_rust() {
    let source = source("guest-sdk/rust/src/image_config.rs");
    let renamed = source.replace("#[serde(rename = \"os.version\")]\n    pub os_version:", "pub os.version:");
    let field = |line: &str| Some(line.trim().strip_prefix("pub ")?.split_once(':')?.0.to_owned());
    let part = |name: &str| names(&renamed, &format!("pub struct {name} {{"), "\n}", field);
    // `rename_all = "PascalCase"`.
    let pascal = |name: &String| name.split('_').map(capitalised).collect::<String>();
    let mut rootfs = part("RootFilesystem");
    // The type is always `layers`.
    rootfs.insert("type".to_owned());
    let inner = ["ExecutionConfig", "Healthcheck"].map(|name| part(name).iter().map(pascal).collect::<Names>());
    let [execution, healthcheck] = inner;
    assert_eq!([part("ImageConfig"), execution, healthcheck, rootfs], shown());
}

#[test]
fn in_cel() {
    let source = source("flavors/cel/src/objects.rs");
    let (_, members) = source.split_once("fn members(").expect("the lists");
    let part = |name: &str| quoted(members, &format!("Self::{name} => "), "]", '"');
    assert_eq!(["Config", "Execution", "Healthcheck", "RootFilesystem"].map(part), shown());
}

#[test]
fn in_the_page_about_cases() {
    let page = source("docs/testing-flavors.md");
    let (top, execution) =
        page.split_once("sees the same members: ").and_then(|(_, rest)| rest.split_once(", and in `config` ")).expect("the list");
    let [all, of_config, ..] = shown();
    assert_eq!(quoted(top, "", "\0", '`').into_iter().chain(["config".to_owned()]).collect::<Names>(), all);
    assert_eq!(quoted(execution, "", ". ", '`'), of_config);
}
