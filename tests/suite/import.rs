//! `pushgate registry import --zenml`: files as ZenML 0.98 prints them.

use serde_json::{Value, json};

use crate::support::{Home, Ran, assert_whole};

fn described(name: &str, flavor: &str, configuration: &Value) -> String {
    let document = json!({
        "id": "82b6f0ed-9df2-40cb-bb51-c09e2a47f209", "name": name, "type": "container_registry", "flavor": flavor, "active": false,
        "owner": "default", "configuration": configuration, "labels": {}, "service_connector": null,
    });
    format!("{document:#}\n")
}

fn import(home: &Home, document: &str, more: &str) -> Ran {
    home.write("zenml.json", document);
    home.run(&format!("registry import --zenml zenml.json {more}"))
}

#[test]
fn a_registry_keeps_its_name_its_uri_and_its_checks() {
    let home = Home::new();
    let configuration = json!({ "uri": "registry.example.com/team", "default_repository": "app", "authentication_secret": "team" });
    assert_whole!(home, import(&home, &described("Team_Prod", "default", &configuration), ""));
    assert_whole!(home, home.must("registry describe team-prod"));
    assert_whole!(home, import(&home, &described("Team_Prod", "default", &configuration), "--output json"));
    home.must("check registry.example.com/team/app:v1");
    let named = import(
        &home,
        &described("prod", "default", &json!({ "uri": "r.example" })),
        "--name other --flavor forbid-tags --set tags:=[\"x\"]",
    );
    assert_eq!((named.code, named.stdout.as_str()), (0, "registered other r.example, which asks forbid-tags\n"), "{named:?}");
    let stdin = home
        .command(["registry", "import", "--zenml", "-"])
        .stdin(std::fs::File::open(home.join("zenml.json")).expect("the file"))
        .output();
    assert_eq!(Ran::from(stdin.expect("the command runs")).stdout, "registered prod r.example, which asks no flavor\n");
}

#[test]
fn a_flavor_in_python_is_asked_as_a_component_of_that_name() {
    let home = Home::new();
    let document = described("prod", "acme-policy", &json!({ "uri": "r.example" }));
    assert_whole!(home, import(&home, &document, ""));
    home.must(&format!("flavor register {} --name acme-policy", crate::support::guest("passthrough").display()));
    assert_eq!(import(&home, &document, "").stdout, "registered prod r.example, which asks acme-policy\n");
    let plugin = json!({ "uri": "s.example", "pushgate_flavor": "forbid-tags", "settings": { "tags": ["dev"] } });
    assert_eq!(import(&home, &described("two", "pushgate", &plugin), "").code, 0);
    assert_eq!(home.run("check s.example/app:dev").code, 4);
}

#[test]
fn what_is_no_container_registry_is_not_imported() {
    let home = Home::new();
    let store = described("minio", "s3", &json!({ "path": "s3://bucket" })).replace("container_registry", "artifact_store");
    assert_whole!(home, import(&home, &store, ""));
    assert_whole!(home, import(&home, "{\"items\": []}", ""));
    assert_whole!(home, import(&home, "not found\n", ""));
    assert_whole!(home, import(&home, &described("prod", "default", &json!({ "uri": "https://r.example" })), ""));
    assert_whole!(home, import(&home, &described("prod", "pushgate", &json!({ "uri": "r.example", "registry": "main" })), ""));
    assert_whole!(home, home.run("registry import --zenml missing.json"));
    assert_whole!(home, import(&home, &described("--", "default", &json!({ "uri": "r.example" })), ""));
    assert!(!home.catalog().exists());
}
