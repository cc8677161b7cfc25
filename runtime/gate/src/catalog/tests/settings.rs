//! Settings survive the way into the catalog and back.

use serde_json::{Map, Value, json};

use super::*;
use crate::settings::{MAX_DEPTH, MAX_SETTINGS_BYTES, Settings};

fn round_trip(settings: &Settings) {
    let folder = Folder::with(format!("version = 1\n[flavors.a]\ndigest = \"{}\"\n", digest("a")));
    let hook = HookEntry { settings: settings.clone(), ..hook("a", "{}", &[]) };
    folder
        .edit(|edit| edit.add_registry(&registry("r", "r.example", vec![hook.clone()])))
        .unwrap_or_else(|error| panic!("{error}: {settings}"));
    let read = folder.catalog().registry("r").unwrap().hooks.remove(0);
    assert_eq!(read, hook, "{}", folder.text());
    assert_eq!(read.settings.to_string(), settings.to_string());
}

#[test]
fn what_is_awkward_in_toml() {
    let object = json!({
        "": "an empty key",
        "a b": 1, "a.b": 2, "\"": 3, "'": 4, "\\": 5, "\n": 6, "ключ": 7, "#": 8, "[x]": 9, "version": 10,
        "strings": ["", "'", "\"", "'''", "\"\"\"", "\\", "\n", "\r", "\r\n", "a\nb\n", "\t", "\u{0}", "\u{1b}[2J", "\u{7f}", "\u{202e}", "🦀", "#", " x "],
        "numbers": [0, -1, i64::MAX, i64::MIN, 0.5, -0.0, 1.0, 1e15, 9.2e18, 1e-300, f64::MIN_POSITIVE, 0.1 + 0.2],
        "booleans": [true, false],
        "empty": {"array": [], "object": {}},
        "mixed": [1, "a", 1.5, [], {}, {"x": [{"y": {"z": []}}]}],
    });
    let Value::Object(object) = object else { panic!() };
    round_trip(&Settings::from_object(object).unwrap());
}

#[test]
fn the_largest_and_the_deepest() {
    let text = format!(r#"{{"a":"{}"}}"#, "x".repeat(MAX_SETTINGS_BYTES - 8));
    round_trip(&Settings::parse(&text).unwrap());
    for (open, innermost, close) in [("[", "", "]"), (r#"{"k":"#, "1", "}")] {
        let levels = MAX_DEPTH - 1;
        let text = format!(r#"{{"a":{}{innermost}{}}}"#, open.repeat(levels), close.repeat(levels));
        round_trip(&Settings::parse(&text).unwrap());
    }
}

#[test]
fn random_settings() {
    let mut random = super::walks::Random::new(7);
    for _ in 0..60 {
        let object = (0..random.below(6)).map(|_| (text(&mut random), value(&mut random, 0))).collect::<Map<_, _>>();
        round_trip(&Settings::from_object(object).unwrap());
    }
}

fn value(random: &mut super::walks::Random, depth: u32) -> Value {
    match random.below(if depth < 5 { 7 } else { 5 }) {
        0 => json!(random.below(2) == 0),
        1 => json!(random.next().cast_signed() >> random.below(64)),
        2 => json!((random.next().cast_signed() >> random.below(64)) as f64 / 1000.0),
        3 | 4 => json!(text(random)),
        5 => (0..random.below(4)).map(|_| value(random, depth + 1)).collect(),
        _ => Value::Object((0..random.below(4)).map(|_| (text(random), value(random, depth + 1))).collect()),
    }
}

fn text(random: &mut super::walks::Random) -> String {
    let alphabet = [
        'a',
        'Z',
        '0',
        '-',
        '_',
        '.',
        ' ',
        '"',
        '\'',
        '\\',
        '\n',
        '\r',
        '\t',
        '\0',
        '\u{7f}',
        '\u{85}',
        '#',
        '=',
        '{',
        'é',
        '\u{feff}',
        '\u{10ffff}',
    ];
    (0..random.below(6)).map(|_| alphabet[random.below(alphabet.len() as u64) as usize]).collect()
}

#[test]
fn tables_of_their_own_are_settings_too() {
    let folder = Folder::with(
        "version = 1\n[registries.r]\nuri = \"r.example\"\n[[registries.r.hooks]]\nflavor = \"a\"\nsettings.x = 1\n\
         [[registries.r.hooks]]\nflavor = \"b\"\n[registries.r.hooks.settings]\nx = { y = 2 }\n[registries.r.hooks.settings.z]\nw = 3\n\
         [[registries.r.hooks.settings.list]]\nv = 4\n",
    );
    let hooks = folder.catalog().registry("r").unwrap().hooks;
    assert_eq!(hooks, [hook("a", r#"{"x": 1}"#, &[]), hook("b", r#"{"x": {"y": 2}, "z": {"w": 3}, "list": [{"v": 4}]}"#, &[])]);
}
