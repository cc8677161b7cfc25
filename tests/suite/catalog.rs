//! `pushgate flavor` and `pushgate registry`: what is registered, and what of it people are told.

use crate::support::{Home, assert_whole, guest};

fn home_with_flavors() -> Home {
    let home = Home::new();
    for name in ["forbid-tags", "require-labels", "passthrough"] {
        home.must(&format!("flavor register {}", guest(name).display()));
    }
    home
}

#[test]
fn a_flavor_is_registered_listed_described_and_deleted() {
    let home = Home::new();
    let file = guest("forbid-tags");
    assert_whole!(home, home.run(&format!("flavor register {}", file.display())));
    assert_whole!(home, home.run(&format!("flavor register {}", file.display())));
    assert_whole!(home, home.run("flavor list"));
    assert_whole!(home, home.run("flavor describe forbid-tags"));
    assert_whole!(home, home.run("flavor delete forbid-tags"));
    assert_whole!(home, home.run("flavor delete forbid-tags"));
    assert_whole!(home, home.run("flavor list"));
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
    let home = home_with_flavors();
    home.must("registry register prod --uri registry.example.com/team --flavor forbid-tags");
    let other = guest("passthrough");
    assert_whole!(home, home.run(&format!("flavor register {} --name forbid-tags", other.display())));
    assert_whole!(home, home.run(&format!("flavor register {} --name forbid-tags --replace", other.display())));
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
    assert_whole!(home, home.run("flavor delete require-labels"));
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
