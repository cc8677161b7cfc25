//! The page of each flavor that ships, `docs/reference/flavors/NAME.md`: made from its README, its schema, its component and its cases, and compared.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use pushgate_builtin::BUILTINS;
use pushgate_sandbox::{Capability, describe, is_given_up};
use serde_json::Value as Json;
use toml_edit::{DocumentMut, Item, TableLike, Value};

use crate::help::assert_page;
use crate::support::Home;

/// A flavor that ships.
struct Flavor {
    name: &'static str,
    component: Vec<u8>,
    folder: PathBuf,
}

impl Flavor {
    /// All of them, by name.
    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../flavors");
        let flavor = |shipped: &pushgate_gate::builtin::BuiltinFlavor| Self {
            name: shipped.name,
            component: shipped.component().expect("a component"),
            folder: folder.join(shipped.name),
        };
        BUILTINS.all().iter().map(flavor).collect()
    }

    fn read(&self, file: &str) -> String {
        let path = self.folder.join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn cases(&self) -> Vec<Case> {
        let entries = fs::read_dir(self.folder.join("cases")).unwrap_or_else(|error| panic!("{}/cases: {error}", self.name));
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        assert!(!paths.is_empty(), "{} has cases", self.name);
        paths.iter().map(|path| Case::read(path)).collect()
    }
}

/// One file of `cases/`.
struct Case {
    /// The sentence that the file begins with.
    about: String,
    /// What is asked, as it stands in the file.
    question: String,
    expect: DocumentMut,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a case");
        let comment: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("# ")).collect();
        assert!(!comment.is_empty(), "{} begins with a sentence about it", path.display());
        let (question, expect) = text.split_once("[expect]\n").unwrap_or_else(|| panic!("{} expects something", path.display()));
        let question = question.lines().skip(comment.len()).collect::<Vec<_>>().join("\n").trim().to_owned();
        Self { about: comment.join(" "), question, expect: expect.parse().expect("TOML") }
    }

    fn text(&self, key: &str) -> &str {
        self.expect.get(key).and_then(|item| item.as_str()).unwrap_or_default()
    }

    fn verdict(&self) -> &str {
        self.text("verdict")
    }

    /// The code, message and hint of each violation, in either way of writing an array of tables.
    fn violations(&self) -> Vec<[String; 3]> {
        let violations = self.expect.get("violations").or_else(|| self.expect.get("expect")?.get("violations"));
        let tables: Vec<&dyn TableLike> = match violations {
            Some(Item::ArrayOfTables(tables)) => tables.iter().map(|table| table as &dyn TableLike).collect(),
            Some(Item::Value(Value::Array(values))) => {
                values.iter().map(|value| value.as_inline_table().expect("a table") as &dyn TableLike).collect()
            }
            _ => Vec::new(),
        };
        let text = |table: &dyn TableLike, key: &str| table.get(key).and_then(Item::as_str).unwrap_or_default().to_owned();
        tables.into_iter().map(|table| ["code", "message", "hint"].map(|key| text(table, key))).collect()
    }

    /// The question and the answer.
    fn write(&self, page: &mut String) {
        write!(page, "\n{}\n\n```toml\n{}\n```\n", self.about, self.question).expect("text");
        let mut answer = String::new();
        for [code, message, hint] in self.violations() {
            writeln!(answer, "{code}: {message}").expect("text");
            if !hint.is_empty() {
                writeln!(answer, "hint: {hint}").expect("text");
            }
        }
        if !self.text("message").is_empty() {
            writeln!(answer, "{}", self.text("message")).expect("text");
        }
        if !answer.is_empty() {
            write!(page, "\n```text\n{answer}```\n").expect("text");
        }
    }
}

/// What a table cell holds: a line, its bars not those of the table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn code(value: &Json) -> String {
    format!("`{}`", cell(&value.to_string()))
}

fn codes(values: &Json) -> String {
    values.as_array().map(|values| values.iter().map(code).collect::<Vec<_>>().join(", ")).unwrap_or_default()
}

/// What a part of a schema accepts, in words. It may refer to another part of the whole.
fn type_in_words(schema: &Json, whole: &Json) -> String {
    if let Some(place) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        return type_in_words(whole.pointer(place).unwrap_or_else(|| panic!("the schema has no {place}")), whole);
    }
    if schema["enum"].is_array() {
        return format!("one of {}", codes(&schema["enum"]));
    }
    if let Some(value) = schema.get("const") {
        return code(value);
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[word].as_array() {
            return choices.iter().map(|choice| type_in_words(choice, whole)).collect::<Vec<_>>().join(", or ");
        }
    }
    if let Some(types) = schema["type"].as_array() {
        let one = |kind: &Json| {
            let mut schema = schema.clone();
            schema["type"] = kind.clone();
            type_in_words(&schema, whole)
        };
        return types.iter().map(one).collect::<Vec<_>>().join(", or ");
    }
    let range = |kind: &str| match (&schema["minimum"], &schema["maximum"]) {
        (Json::Null, Json::Null) => kind.to_owned(),
        (least, Json::Null) => format!("{kind}, {least} or more"),
        (Json::Null, most) => format!("{kind}, {most} or less"),
        (least, most) => format!("{kind} from {least} to {most}"),
    };
    match schema["type"].as_str() {
        Some("string") => "text".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("integer") => range("whole number"),
        Some("number") => range("number"),
        Some("array") => match schema["items"]["type"].as_str() {
            Some("string") if schema["items"]["enum"].is_null() => "list of texts".to_owned(),
            _ => format!("list, each {}", type_in_words(&schema["items"], whole)),
        },
        Some("object") => match &schema["additionalProperties"] {
            Json::Object(_) => format!("table, each value {}", type_in_words(&schema["additionalProperties"], whole)),
            _ => "table".to_owned(),
        },
        _ => panic!("a type that has no words yet: {schema}"),
    }
}

fn settings(page: &mut String, schema: &Json) {
    page.push_str("\n## Settings\n\n");
    let properties = schema["properties"].as_object().expect("properties");
    if properties.is_empty() {
        page.push_str("None.\n");
        return;
    }
    page.push_str("| setting | type | default | meaning | for example |\n|---|---|---|---|---|\n");
    settings_of(page, "", schema, schema);
    if schema["minProperties"] == 1 {
        page.push_str("\nAt least one of them must be set.\n");
    }
}

/// A row for each property of a table, and for those of the tables in a list: `rules[].code`.
fn settings_of(page: &mut String, place: &str, table: &Json, whole: &Json) {
    for (name, property) in table["properties"].as_object().into_iter().flatten() {
        if is_given_up(property) {
            continue;
        }
        let is_required = table["required"].as_array().is_some_and(|required| required.iter().any(|key| key == name));
        let default = match property.get("default") {
            Some(value) => code(value),
            None if is_required => "must be set".to_owned(),
            None => "not set".to_owned(),
        };
        let meaning = property["description"].as_str().unwrap_or_else(|| panic!("`{name}` has a description"));
        let name = format!("{place}{name}");
        let row = [format!("`{name}`"), type_in_words(property, whole), default, cell(meaning), codes(&property["examples"])];
        writeln!(page, "| {} |", row.join(" | ")).expect("text");
        if property["items"]["properties"].is_object() {
            settings_of(page, &format!("{name}[]."), &property["items"], whole);
        }
    }
}

fn capabilities(page: &mut String, flavor: &Flavor) {
    page.push_str("\n## What it asks for\n\n");
    let described = describe(&flavor.component).expect("a flavor");
    assert!(described.has_settings_schema, "{} says which settings it takes", flavor.name);
    if described.capabilities.is_empty() {
        page.push_str("Nothing: it looks at the push alone.\n");
    }
    for capability in described.capabilities {
        page.push_str(match capability {
            Capability::Registry => "- `--grant registry`: read-only questions to the registry that the image goes to\n",
            Capability::Http => "- `--grant http=ORIGIN`: requests to the servers that you name\n",
        });
    }
}

/// The answers, grouped by who has to act.
fn answers(page: &mut String, name: &str, cases: &[Case]) {
    let mut codes: Vec<(String, String)> = Vec::new();
    for [code, message, _] in cases.iter().flat_map(Case::violations) {
        if !codes.iter().any(|(known, _)| *known == code) {
            codes.push((code, message));
        }
    }
    codes.sort();
    page.push_str("\n## Codes\n\nThe `code` of a violation stays the same in all versions: people filter by it.\n\n| code | for example |\n|---|---|\n");
    for (code, message) in codes {
        writeln!(page, "| `{code}` | {} |", cell(&message)).expect("text");
    }

    page.push_str("\n## Cases\n\nEach is a test of the flavor: what is asked, and what it answers.\n");
    let way = "files such as these, with what they expect, in `DIR/cases/` try your own settings: see [Testing flavors](../../testing-flavors.md#a-rule-without-a-project)";
    writeln!(page, "With `pushgate flavor test DIR --component {name}`, {way}.").expect("text");
    for (verdict, title, about) in [
        ("denied", "What it refuses", "Exit code 4, and nothing is pushed."),
        ("approved", "What it lets pass", ""),
        (
            "misconfigured",
            "Settings that it does not take",
            "Exit code 8. Settings that the schema refuses are reported when they are given, before any push.",
        ),
        (
            "unavailable",
            "When it cannot tell",
            "Nothing is pushed: exit code 6 when the image cannot be read, 7 when a registry or a server does not answer.",
        ),
        ("other", "What else stops a push", ""),
    ] {
        let those: Vec<&Case> = cases.iter().filter(|case| case.verdict() == verdict).collect();
        if those.is_empty() {
            continue;
        }
        writeln!(page, "\n### {title}").expect("text");
        if !about.is_empty() {
            writeln!(page, "\n{about}").expect("text");
        }
        those.into_iter().for_each(|case| case.write(page));
    }
}

#[test]
fn the_reference_of_flavors_is_current() {
    let mut index = "# Flavors that ship\n\nEach is named with `--flavor NAME`. These pages are made from the flavors' own files, and a test compares them.\n\n| flavor | |\n|---|---|\n".to_owned();
    for flavor in Flavor::all() {
        let readme = flavor.read("README.md");
        let prose =
            readme.strip_prefix(&format!("# {}\n", flavor.name)).unwrap_or_else(|| panic!("{}: the title is the name", flavor.name));
        let first = prose.trim_start().split("\n\n").next().unwrap_or_default().replace('\n', " ");
        writeln!(index, "| [`{0}`]({0}.md) | {1} |", flavor.name, cell(&first)).expect("text");

        let schema: Json = serde_json::from_str(&flavor.read("settings.schema.json")).expect("a schema");
        let mut page = format!("# {}\n{prose}", flavor.name);
        settings(&mut page, &schema);
        capabilities(&mut page, &flavor);
        answers(&mut page, flavor.name, &flavor.cases());
        assert_page(&format!("flavors/{}.md", flavor.name), &page);
    }
    assert_page("flavors/README.md", &index);
}

/// Whoever copies the command of a page has a registry with the flavor.
#[test]
fn the_commands_of_the_pages_work() {
    for flavor in Flavor::all() {
        let readme = flavor.read("README.md");
        let commands: Vec<String> = readme
            .split("```console\n")
            .skip(1)
            .filter_map(|block| block.split("```").next())
            .map(|block| block.replace("\\\n", " "))
            .flat_map(|block| {
                block
                    .lines()
                    .filter_map(|line| line.strip_prefix("$ "))
                    .filter(|line| line.starts_with("pushgate registry "))
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .collect();
        assert!(commands.iter().any(|command| command.starts_with("pushgate registry register")), "{} says how it is used", flavor.name);
        for command in commands {
            let home = Home::new();
            let script = format!("pushgate() {{ {} \"$@\"; }}\n{command}", env!("CARGO_BIN_EXE_pushgate"));
            let mut shell = std::process::Command::new("/bin/sh");
            shell.args(["-ec", &script]).env_clear().env("HOME", home.path()).env("PATH", "/usr/bin:/bin").current_dir(home.path());
            let output = shell.output().expect("a shell");
            assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// A code that no case shows would not stand on the page.
#[test]
fn every_code_has_a_case() {
    for flavor in Flavor::all() {
        let shown: Vec<String> = flavor.cases().iter().flat_map(Case::violations).map(|[code, ..]| code).collect();
        let mut sources: Vec<PathBuf> =
            fs::read_dir(flavor.folder.join("src")).expect("sources").map(|entry| entry.expect("an entry").path()).collect();
        sources.retain(|path| path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs"));
        for source in sources {
            let text = fs::read_to_string(&source).expect("a source file");
            let codes = text.split("deny(").skip(1).filter_map(|call| call.trim_start().strip_prefix('"')?.split('"').next());
            for code in codes {
                assert!(shown.iter().any(|shown| shown == code), "{}: `{code}` has no case", flavor.name);
            }
        }
    }
}
