//! `pushgate flavor` and `pushgate registry`: what is registered, and what of it people are told.

use crate::support::{Home, assert_whole, guest, shipped};

fn home_with_flavors() -> Home {
    let home = Home::new();
    home.must(&format!("flavor register {}", guest("passthrough").display()));
    home
}

/// `forbid-tags` as somebody's own.
fn home_with_tags() -> Home {
    let home = Home::new();
    home.must(&format!("flavor register {} --name tags", shipped(&home, "forbid-tags").display()));
    home
}

#[test]
fn a_flavor_is_registered_listed_described_and_deleted() {
    let home = Home::new();
    let file = guest("passthrough");
    assert_whole!(home, home.run(&format!("flavor register {}", file.display())));
    assert_whole!(home, home.run(&format!("flavor register {}", file.display())));
    assert_whole!(home, registered(&home));
    assert_whole!(home, home.run("flavor describe passthrough"));
    assert_whole!(home, home.run("flavor delete passthrough"));
    assert_whole!(home, home.run("flavor delete passthrough"));
    assert!(home.must("flavor list").stdout.starts_with("SHIPS "));
}

/// `flavor list` without those that ship.
fn registered(home: &Home) -> crate::support::Ran {
    let mut ran = home.must("flavor list");
    ran.stdout = ran.stdout.split_once("\nSHIPS ").map(|(registered, _)| registered.to_owned()).unwrap_or_default();
    ran
}

#[test]
fn a_file_is_described_before_it_is_registered() {
    let home = Home::new();
    std::fs::copy(guest("probe"), home.join("probe.wasm")).expect("a copy");
    assert_whole!(home, home.run("flavor describe probe.wasm"));
    assert!(!home.catalog().exists());
}

#[test]
fn other_bytes_under_a_taken_name_need_replace() {
    let home = home_with_tags();
    home.must("registry register prod --uri registry.example.com/team --flavor tags");
    let other = guest("passthrough");
    assert_whole!(home, home.run(&format!("flavor register {} --name tags", other.display())));
    assert_whole!(home, home.run(&format!("flavor register {} --name tags --replace --yes", other.display())));
}

#[test]
fn a_replaced_flavor_that_wants_more_says_which_registries_no_longer_work() {
    let home = home_with_tags();
    home.must("registry register prod --uri registry.example.com/team --flavor tags --grant registry");
    home.must("registry register open --uri registry.example.com/open --flavor tags --grant registry --grant http=https://a.example");
    let replace = format!("flavor register {} --name tags --replace --yes", guest("probe").display());
    assert_whole!(home, home.must(&replace));
    assert_eq!(home.run("check registry.example.com/team/app --registry prod").code, 8);
    home.must("registry update prod --flavor tags --grant registry --grant http=https://b.example");
    let json = home.must(&format!("{replace} --output json")).json();
    assert_eq!((&json["flavor"]["change"], &json["flavor"]["warnings"]), (&"unchanged".into(), &serde_json::json!([])));
    // Settings that the new bytes do not take are told too.
    home.must("registry update prod --flavor tags --set do=approve");
    let ran = home.must(&format!("flavor register {} --name tags --replace --yes", shipped(&home, "require-labels").display()));
    assert!(ran.stderr.contains("warning: no push to prod is possible any more: the flavor tags"), "{ran:?}");
    assert!(ran.stderr.contains("hint: `pushgate registry update prod --flavor tags --settings JSON`"), "{ran:?}");
    assert_eq!(home.run("check registry.example.com/team/app --registry prod").code, 8);
}

#[test]
fn a_registry_is_registered_used_described_and_deleted() {
    let home = home_with_flavors();
    assert_whole!(home, home.run("registry register prod --uri registry.example.com/team/ --flavor forbid-tags --set tags:=[\"latest\"]"));
    assert_whole!(home, home.run("registry register open --uri localhost:5000"));
    assert_whole!(home, home.run("registry add-hook prod --flavor require-labels --set labels:=[\"a\"]"));
    assert_whole!(home, home.run("registry use prod"));
    assert_whole!(home, home.run("registry list"));
    assert_whole!(home, home.run("registry describe prod"));
    assert_whole!(home, home.run("registry describe open"));
    home.must("registry add-hook prod --flavor passthrough");
    assert_whole!(home, home.run("flavor delete passthrough"));
    assert_whole!(home, home.run("registry remove-hook prod require-labels"));
    assert_whole!(home, home.run("registry delete prod"));
}

#[test]
fn the_catalog_is_what_a_person_would_write() {
    let home = home_with_flavors();
    home.must("registry register prod --uri registry.example.com/team --flavor forbid-tags --set tags:=[\"latest\"]");
    home.must("registry use prod");
    let catalog = std::fs::read_to_string(home.catalog()).expect("the catalog");
    let catalog = crate::support::Ran { code: 0, stdout: catalog, stderr: String::new() };
    assert_whole!(home, catalog);
}

#[test]
fn comments_survive_what_the_program_edits() {
    let home = home_with_flavors();
    let catalog = std::fs::read_to_string(home.catalog()).expect("the catalog");
    std::fs::write(home.catalog(), format!("# Ask Kim before changing this.\n{catalog}")).expect("the catalog");
    home.must("registry register prod --uri registry.example.com/team");
    assert!(std::fs::read_to_string(home.catalog()).expect("the catalog").starts_with("# Ask Kim before changing this.\n"));
}

#[test]
fn an_unknown_registry_is_answered_with_the_nearest_name() {
    let home = home_with_flavors();
    home.must("registry register production --uri registry.example.com/team");
    assert_whole!(home, home.run("check registry.example.com/team/app --registry prodution"));
    assert_whole!(home, home.run("registry add-hook production --flavor forbid-tgas"));
}

#[test]
fn the_registry_is_found_by_its_uri_where_none_is_named() {
    let home = Home::new();
    home.must("registry register one --uri registry.example.com/one");
    home.must("registry register two --uri registry.example.com/two");
    assert_eq!(home.must("check registry.example.com/two/app --output json").json()["registry"]["name"], "two");
    assert_whole!(home, home.run("check registry.example.com/three/app"));
    home.must("registry register all --uri registry.example.com");
    assert_whole!(home, home.run("check registry.example.com/two/app"));
    home.must("registry use one");
    assert_eq!(home.run("check registry.example.com/two/app").code, 3, "the default registry is meant, whatever lies in another");
    assert_eq!(home.must("check registry.example.com/two/app --registry two").stderr, "");
}

#[test]
fn a_uri_beside_a_registered_registry_warns() {
    let home = home_with_flavors();
    home.must("registry register prod --uri registry.example.com/team --flavor forbid-tags");
    assert_whole!(home, home.run("check registry.example.com/team/app --uri registry.example.com"));
}

#[test]
fn a_damaged_catalog_is_one_error_with_its_place_and_is_left_alone() {
    let home = Home::new();
    home.must("registry register prod --uri registry.example.com/team");
    let damaged = "version = 1\n[registries.prod\nuri = 3\n";
    std::fs::write(home.catalog(), damaged).expect("the catalog");
    assert_whole!(home, home.run("check registry.example.com/team/app"));
    assert_eq!(home.run("registry register other --uri registry.example.com/other").code, 8);
    assert_eq!(std::fs::read_to_string(home.catalog()).expect("the catalog"), damaged);
}

#[test]
fn an_invalid_entry_disables_itself_alone() {
    let home = Home::new();
    home.must("registry register good --uri registry.example.com/good");
    let catalog = std::fs::read_to_string(home.catalog()).expect("the catalog");
    std::fs::write(home.catalog(), format!("{catalog}\n[registries.bad]\nuri = \"https://registry.example.com\"\n")).expect("the catalog");
    home.must("check registry.example.com/good/app --registry good");
    assert_whole!(home, home.run("check registry.example.com/app --registry bad"));
    assert_whole!(home, home.run("registry list"));
}

#[test]
fn a_flavor_whose_component_is_gone_stops_the_push() {
    let home = home_with_flavors();
    home.must("registry register prod --uri registry.example.com/team --flavor passthrough");
    std::fs::remove_dir_all(home.join(".local/share/pushgate/components")).expect("the store");
    std::fs::remove_dir_all(home.join(".cache/pushgate")).expect("the cache");
    let ran = home.run("check registry.example.com/team/app");
    assert_eq!(ran.code, 8, "{ran:?}");
}

#[test]
fn what_is_malformed_on_the_command_line_is_exit_2() {
    let home = home_with_flavors();
    for line in [
        "flavor register x.wasm --name Not_A_Name",
        "registry register ../x --uri registry.example.com",
        "registry register x --uri https://registry.example.com",
        "registry register x --uri registry.example.com --flavor passthrough --grant http=*",
        "registry register x --uri registry.example.com --flavor passthrough --set a=1 --set a=2",
        "registry register x --uri registry.example.com --flavor passthrough --settings [1]",
        "registry register x --uri registry.example.com --set a=1",
    ] {
        let ran = home.run(line);
        let code = if line.starts_with("flavor register") { 5 } else { 2 };
        assert!(ran.code == 2 || ran.code == code, "{line}: {ran:?}");
    }
}

#[test]
fn a_registry_is_updated_renamed_copied_and_got() {
    let home = home_with_flavors();
    home.must("registry register prod --uri registry.example.com/team --flavor forbid-tags --set tags:=[\"latest\"] --tls");
    let catalog = std::fs::read_to_string(home.catalog()).expect("the catalog");
    std::fs::write(home.catalog(), catalog.replace("transport = \"tls\"", "transport = \"tls\" # Kim says so")).expect("the catalog");
    assert_whole!(home, home.run("registry get"));
    home.must("registry use prod");
    assert_whole!(home, home.run("registry update prod --uri registry.example.com/new --ca-file ca.pem"));
    assert_whole!(home, home.run("registry update prod --uri registry.example.com/new"));
    assert_whole!(
        home,
        home.run("registry update prod --flavor forbid-tags --set tags:=[\"edge\",\"latest\"] --limit compute=5s --mode warn")
    );
    assert_whole!(
        home,
        home.run("registry update prod --flavor forbid-tags --set tags:=[\"edge\"] --reset limits --mode enforce --output json")
    );
    assert_whole!(home, home.run("registry update prod --reset ca-file --output json"));
    assert_whole!(home, home.run("registry rename prod production"));
    assert_whole!(home, home.run("registry copy production staging --output json"));
    assert_whole!(home, home.run("registry copy production staging"));
    assert_whole!(home, home.run("registry get"));
    assert_whole!(home, home.run("container-registry get --output json"));
    let catalog = std::fs::read_to_string(home.catalog()).expect("the catalog");
    assert_whole!(home, crate::support::Ran { code: 0, stdout: catalog, stderr: String::new() });
}

#[test]
fn an_update_is_checked_as_a_new_hook_is() {
    let home = home_with_flavors();
    home.must(&format!("flavor register {}", guest("probe").display()));
    home.must("registry register prod --uri registry.example.com/team --flavor probe --grant registry --grant http=https://a.example");
    let before = std::fs::read_to_string(home.catalog()).expect("the catalog");
    for (line, code) in [
        ("registry update prod", 2),
        ("registry update prod --flavor probe", 2),
        ("registry update prod --reset grants", 2),
        ("registry update prod --reset everything", 2),
        ("registry update prod --mode warn", 2),
        ("registry update prod --uri https://x", 2),
        ("registry update prod --flavor probe --limit memory=2GiB", 2),
        ("registry update prod --flavor probe --credential http://a.example=basic", 2),
        ("registry update prdo --uri registry.example.com", 8),
        ("registry update prod --flavor porbe --mode warn", 8),
        ("registry update prod --flavor probe --reset grants", 8),
        ("registry update prod --flavor probe --grant registry", 8),
        ("registry update prod --flavor probe --credential https://b.example=basic", 8),
        ("registry rename prod Prod", 2),
        ("registry rename prdo new", 8),
        ("registry copy prdo new", 8),
        ("registry copy prod ../x", 2),
    ] {
        let ran = home.run(line);
        assert_eq!(ran.code, code, "{line}: {ran:?}");
        assert!(ran.stderr.contains("hint:") || ran.stderr.contains("For more information"), "{line}: {ran:?}");
    }
    assert_eq!(std::fs::read_to_string(home.catalog()).expect("the catalog"), before);
    home.must("registry update prod --flavor probe --grant registry --grant http=https://b.example --credential https://b.example=bearer");
    home.must("registry update prod --flavor probe --reset credentials --grant registry --grant http=https://a.example");
    assert_eq!(std::fs::read_to_string(home.catalog()).expect("the catalog"), before, "there and back again");
    // Single settings and limits are changed, lists as a whole.
    let settings = || home.must("registry describe prod --output json").json()["registry"]["hooks"][0]["settings"].clone();
    home.must("registry update prod --flavor probe --set do=approve --set message=one");
    home.must("registry update prod --flavor probe --set message=two");
    assert_eq!(settings(), serde_json::json!({ "do": "approve", "message": "two" }));
    home.must(r#"registry update prod --flavor probe --settings {"do":"log"}"#);
    assert_eq!(settings(), serde_json::json!({ "do": "log" }));
    home.must("registry update prod --flavor probe --reset settings");
    assert_eq!(std::fs::read_to_string(home.catalog()).expect("the catalog"), before);
}
