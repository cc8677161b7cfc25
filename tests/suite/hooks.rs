//! The hooks of a registry, through the command line, with the guest that does as its settings say.

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry};
use serde_json::{Value, json};

use crate::support::{Home, Ran, assert_whole, guest};

const IMAGE: &str = "registry.example.com/team/app:v1";
const GRANTS: [&str; 4] = ["--grant", "registry", "--grant", "http=https://api.example.com"];

/// A home in which registries may ask the probe.
fn home_with_probe() -> Home {
    let home = Home::new();
    home.must(&format!("flavor register {}", guest("probe").display()));
    home
}

/// Checks an image by a probe with these settings.
fn probe(home: &Home, settings: &Value, more: &[&str]) -> Ran {
    let settings = settings.to_string();
    let words = ["check", IMAGE, "--uri", "registry.example.com", "--flavor", "probe", "--settings", &settings];
    home.run_words(words.iter().chain(&GRANTS).chain(more))
}

/// A registry that asks passthrough and the probe, the latter with these settings.
fn register_both(home: &Home, settings: &Value) {
    home.must(&format!("flavor register {}", guest("passthrough").display()));
    home.must("registry register prod --uri registry.example.com/team");
    let settings = settings.to_string();
    let words = ["registry", "add-hook", "prod", "--flavor", "probe", "--settings", &settings];
    let ran = home.run_words(words.iter().chain(&GRANTS));
    assert_eq!(ran.code, 0, "{ran:?}");
    home.must("registry add-hook prod --flavor passthrough");
}

#[test]
fn each_answer_has_its_exit_code() {
    let home = home_with_probe();
    for (action, code, verdict) in [
        ("approve", 0, "approved"),
        ("deny", 4, "refused"),
        ("other", 4, "refused"),
        ("misconfigured", 8, "misconfigured"),
        ("unavailable", 5, "broke"),
        ("panic", 5, "broke"),
        ("loop", 5, "broke"),
        ("recurse", 5, "broke"),
        ("eat-memory", 5, "broke"),
        ("log", 0, "approved"),
        ("flood-log", 0, "approved"),
    ] {
        let ran = probe(&home, &json!({ "do": action, "count": 2000 }), &["--output", "json"]);
        assert_eq!(ran.code, code, "{action}: {ran:?}");
        assert_eq!(ran.json()["hooks"][0]["verdict"], verdict, "{action}");
    }
}

#[test]
fn what_a_person_reads_when_a_flavor_refuses_or_breaks() {
    let home = home_with_probe();
    for action in ["deny", "other", "misconfigured", "unavailable", "panic", "loop", "eat-memory"] {
        let ran = probe(&home, &json!({ "do": action }), &[]);
        insta::with_settings!({ snapshot_suffix => action, filters => crate::support::filters(home.path()).iter().map(|(pattern, with)| (pattern.as_str(), *with)).collect::<Vec<_>>() }, {
            insta::assert_snapshot!("refusal", ran.whole());
        });
    }
}

#[test]
fn every_item_of_the_contract_is_answered() {
    let home = home_with_probe();
    let registry = Registry::start_blocking(Options::default()).expect("a registry");
    registry.put_image("team/app", "v1", &[]);
    let image = Image::new().label("a", "1").label("b", "2").user("app").architecture("arm64", Some("v8"));
    Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
    let settings = json!({ "do": "report", "message": "all", "url": format!("{}/v2/", registry.origin()) });
    let (name, host, origin) = (format!("{}/team/app:v1", registry.host()), registry.host(), format!("http={}", registry.origin()));
    let line =
        format!("check {name} --uri {host} --flavor probe --grant registry --grant {origin} --from oci:image --output json --settings");
    let ran = home.run_words(line.split(' ').map(str::to_owned).chain([settings.to_string()]));
    assert_eq!(ran.code, 4, "{ran:?}");
    let json = ran.json();
    let seen = &json["hooks"][0]["violations"][0]["details"];
    for (item, expected) in [
        ("push.reference", name.as_str()),
        ("push.registry", &host),
        ("push.repository", "team/app"),
        ("push.tag", "v1"),
        ("push.registry-uri", &host),
        ("push.dry-run", "true"),
        ("images", "1"),
        ("image.0.platform", "linux/arm64/v8"),
        ("image.0.labels", "a=1\nb=2"),
        ("registry.repository-exists", "true"),
        ("registry.tags", "v1"),
        ("registry.manifest-digest", &registry.tag_digest("team/app", "v1").expect("a digest")),
        ("http.send", "200"),
    ] {
        assert_eq!(seen[item], expected, "{item}: {seen:#}");
    }
    let told: Value = serde_json::from_str(seen["push.settings"].as_str().expect("settings")).expect("JSON");
    assert_eq!(told, settings);
    let config: Value = serde_json::from_str(seen["image.0.config"].as_str().expect("a config")).expect("JSON");
    assert_eq!((&config["config"]["User"], &config["config"]["Labels"]["b"]), (&"app".into(), &"2".into()));
    assert!(config.get("history").is_none());
}

#[test]
fn all_hooks_are_asked_and_all_must_approve() {
    let home = home_with_probe();
    register_both(&home, &json!({ "do": "deny", "message": "no" }));
    let ran = home.run(&format!("check {IMAGE} --output json"));
    assert_eq!(ran.code, 4, "{ran:?}");
    let json = ran.json();
    let verdicts: Vec<&Value> = json["hooks"].as_array().expect("hooks").iter().map(|hook| &hook["verdict"]).collect();
    assert_eq!(verdicts, ["refused", "approved"], "a person sees everything at once");
    assert_whole!(home, home.run(&format!("check {IMAGE}")));
}

#[test]
fn the_first_hook_that_breaks_ends_it() {
    let home = home_with_probe();
    register_both(&home, &json!({ "do": "panic" }));
    let json = home.run(&format!("check {IMAGE} --output json")).json();
    let verdicts: Vec<&Value> = json["hooks"].as_array().expect("hooks").iter().map(|hook| &hook["verdict"]).collect();
    assert_eq!(verdicts, ["broke", "not_asked"]);
}

#[test]
fn images_that_cannot_be_read_are_the_callers_and_not_the_flavors() {
    let home = home_with_probe();
    let ran = probe(&home, &json!({ "do": "inspect" }), &["--from", "oci:missing", "--output", "json"]);
    assert_eq!((ran.code, &ran.json()["hooks"][0]["verdict"]), (6, &"unavailable".into()), "{ran:?}");
    Layout::create(&home.join("artifact"))
        .and_then(|mut layout| layout.add_artifact("application/vnd.example", b"{}", None))
        .expect("an artifact");
    let ran = probe(&home, &json!({ "do": "inspect" }), &["--from", "oci:artifact"]);
    assert_eq!(ran.code, 4, "{ran:?}");
}

#[test]
fn a_missing_grant_is_told_with_the_flag_that_gives_it() {
    let home = home_with_probe();
    assert_whole!(home, home.run(&format!("check {IMAGE} --uri registry.example.com --flavor probe")));
    assert_whole!(home, home.run("registry register prod --uri registry.example.com --flavor probe --grant registry"));
    assert!(!std::fs::read_to_string(home.catalog()).expect("the catalog").contains("prod"));
}

#[test]
fn a_flavor_cannot_act_on_the_terminal_or_pass_for_pushgate() {
    let home = home_with_probe();
    let message = "\u{1b}]0;pwn\u{7}\u{1b}[2J\r\nerror: pushgate\u{202e}\u{2028}\0";
    let ran = probe(&home, &json!({ "do": "deny", "message": message }), &[]);
    assert_whole!(home, ran);
    let ran = probe(&home, &json!({ "do": "deny", "message": message }), &["--output", "json"]);
    assert_eq!(ran.json()["hooks"][0]["violations"][0]["message"], message);
    assert!(!ran.stdout.contains('\u{1b}'));
    assert_whole!(home, probe(&home, &json!({ "do": "log", "message": message }), &["--output", "text"]));
}

#[test]
fn a_compiled_flavor_is_cached_and_a_damaged_entry_is_compiled_again() {
    let home = home_with_probe();
    let compiled = home.join(".cache/pushgate/compiled");
    let entries = || {
        let mut entries: Vec<_> = std::fs::read_dir(&compiled).expect("the cache").map(|entry| entry.expect("an entry").path()).collect();
        entries.sort();
        entries
    };
    assert_eq!(probe(&home, &json!({}), &[]).code, 0);
    let before = entries();
    assert!(!before.is_empty());
    for entry in &before {
        let mut bytes = std::fs::read(entry).expect("an entry");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(entry, bytes).expect("an entry");
    }
    let ran = probe(&home, &json!({}), &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("compiled again"), "one warning: {ran:?}");
    assert_eq!(probe(&home, &json!({}), &[]).stderr.matches("compiled again").count(), 0);
    assert_eq!(entries(), before);
}

#[test]
fn what_is_not_a_flavor_says_what_was_found_and_what_was_expected() {
    let home = Home::new();
    let component = std::fs::read(guest("passthrough")).expect("a component");
    home.write("text.wasm", "(component)");
    home.write("module.wasm", wat::parse_str("(module (func (export \"prepare\")))").expect("a module"));
    home.write("empty-component.wasm", wat::parse_str("(component)").expect("a component"));
    home.write("truncated.wasm", &component[..component.len() / 2]);
    home.write("empty.wasm", "");
    home.write("image.wasm", b"\x89PNG\r\n\x1a\n");
    home.write(
        "unknown-import.wasm",
        wat::parse_str(r#"(component (import "example:other/thing@1.0.0" (instance)))"#).expect("a component"),
    );
    for name in ["text", "module", "empty-component", "truncated", "empty", "image", "unknown-import"] {
        let ran = home.run(&format!("flavor register {name}.wasm"));
        assert_eq!(ran.code, 5, "{name}: {ran:?}");
        insta::with_settings!({ snapshot_suffix => name, filters => crate::support::filters(home.path()).iter().map(|(pattern, with)| (pattern.as_str(), *with)).collect::<Vec<_>>() }, {
            insta::assert_snapshot!("not_a_flavor", ran.whole());
        });
    }
    let missing = home.run("flavor register missing.wasm");
    assert_whole!(home, missing);
    assert!(!home.catalog().exists(), "nothing was registered");
}

#[test]
fn a_flood_of_messages_is_one_warning() {
    let home = home_with_probe();
    let spoof = "\nERROR pushgate: pushed\r\u{1b}[2J";
    let flood = json!({ "do": "flood-log", "count": 2000, "message": spoof });
    let json = probe(&home, &flood, &["--output", "json"]).json();
    let warnings = json["warnings"].as_array().expect("warnings");
    assert_eq!(
        (warnings.len(), &warnings[0]["hook"], &warnings[0]["message"]),
        (1, &"probe".into(), &"1000 more messages suppressed".into())
    );
    // Name and level are the host's, and what the flavor wrote is one line behind them.
    let ran = probe(&home, &flood, &["-v"]);
    let lines: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("ERROR")).collect();
    assert_eq!(lines.len(), 1000, "{ran:?}");
    assert!(lines.iter().all(|line| line.starts_with(" INFO hooks: probe: \\nERROR pushgate: pushed")), "{}", lines[0]);
    assert!(!ran.stderr.contains('\u{1b}'), "{}", lines[0]);
    // A line of 100 KB is cut.
    let ran = probe(&home, &json!({ "do": "log", "message": "x".repeat(100_000) }), &["-vv"]);
    assert!(ran.code == 0 && ran.stderr.lines().all(|line| line.len() < 9_000), "{}", ran.stderr.len());
}

#[test]
fn a_hook_that_only_warns_stops_no_push_by_a_refusal() {
    let home = home_with_probe();
    let warn = ["--mode", "warn"];
    for (action, code, verdict) in [
        ("approve", 0, "approved"),
        ("deny", 0, "warned"),
        ("other", 0, "warned"),
        ("misconfigured", 8, "misconfigured"),
        ("unavailable", 5, "broke"),
        ("panic", 5, "broke"),
    ] {
        let ran = probe(&home, &json!({ "do": action, "message": "mind this" }), &[&warn[..], &["--output", "json"]].concat());
        assert_eq!(ran.code, code, "{action}: {ran:?}");
        let json = ran.json();
        assert_eq!(json["hooks"][0]["verdict"], verdict, "{action}");
        if verdict == "warned" {
            assert_eq!((&json["verdict"], &json["warnings"][0]["hook"]), (&"accepted".into(), &"probe".into()), "{json:#}");
            assert!(json["warnings"][0]["message"].as_str().expect("a message").contains("mind this"), "{json:#}");
            assert_eq!(json["warnings"][0]["code"], json["hooks"][0]["violations"][0]["code"], "{json:#}");
        }
    }
    assert_whole!(home, probe(&home, &json!({ "do": "deny", "message": "mind this" }), &warn));
    // A name outside the registry is no rule of a flavor.
    let words = ["check", "elsewhere.example/app:v1", "--uri", "registry.example.com", "--flavor", "probe"];
    assert_eq!(home.run_words(words.iter().chain(&GRANTS).chain(&warn)).code, 3);
}

#[test]
fn the_hooks_after_one_that_warns_are_asked_and_can_refuse() {
    let home = home_with_probe();
    home.must(&format!("flavor register {} --name second", guest("probe").display()));
    home.must("registry register prod --uri registry.example.com/team");
    for (flavor, mode) in [("probe", "warn"), ("second", "enforce")] {
        let words = ["registry", "add-hook", "prod", "--flavor", flavor, "--mode", mode, "--settings", r#"{"do":"deny"}"#];
        let ran = home.run_words(words.iter().chain(&GRANTS));
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let ran = home.run(&format!("check {IMAGE} --output json"));
    assert_eq!(ran.code, 4, "{ran:?}");
    let json = ran.json();
    assert_eq!((&json["hooks"][0]["verdict"], &json["hooks"][1]["verdict"]), (&"warned".into(), &"refused".into()));
    assert_eq!(json["error"]["message"], "refused by the flavor second");
}

#[test]
fn limits_are_changed_for_one_hook_up_to_a_cap() {
    let home = home_with_probe();
    let eat = json!({ "do": "eat-memory" });
    let ran = probe(&home, &eat, &["--limit", "memory=8MiB", "--output", "json"]);
    assert_eq!((ran.code, ran.json()["error"]["message"].to_string().contains("8388608 bytes of memory")), (5, true), "{ran:?}");
    let ran = probe(&home, &json!({ "do": "loop" }), &["--limit", "compute=100ms", "--output", "json"]);
    assert!(ran.json()["error"]["message"].to_string().contains("its code ran for 100ms"), "{ran:?}");
    for limit in ["memory=2GiB", "memory=5", "speed=1", "memory"] {
        let ran = probe(&home, &eat, &["--limit", limit]);
        assert_eq!(ran.code, 2, "{ran:?}");
        insta::with_settings!({ snapshot_suffix => limit.replace('=', "-") }, {
            insta::assert_snapshot!("limit", ran.whole());
        });
    }
}

#[test]
fn what_a_hook_is_given_is_kept_and_described() {
    let home = home_with_probe();
    home.must("registry register prod --uri registry.example.com/team");
    let words = [
        "registry",
        "add-hook",
        "prod",
        "--flavor",
        "probe",
        "--limit",
        "memory=128MiB",
        "--limit",
        "calls=100",
        "--mode",
        "warn",
        "--credential",
        "https://api.example.com=sigv4:region=eu-central-1,service=execute-api",
    ];
    let ran = home.run_words(words.iter().chain(&GRANTS));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_whole!(home, home.run("registry describe prod"));
    assert_whole!(home, home.run("registry describe prod --output json"));
    // The origin that is bound has to be granted, and a secret is never sent in clear.
    let add = |credential: &str| {
        let words = ["registry", "register", "other", "--uri", "other.example", "--flavor", "probe", "--credential", credential];
        home.run_words(words.iter().chain(&GRANTS))
    };
    let ran = add("https://elsewhere.example=basic");
    assert_eq!(ran.code, 8, "{ran:?}");
    assert_whole!(home, ran);
    let ran = add("http://api.example.com=basic");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_whole!(home, ran);
}
