//! What ZenML itself prints of a container registry, taken over by `pushgate registry import`.

use super::ZenMl;

#[test]
#[ignore = "needs ZenML: cargo xtask test"]
fn what_zenml_describes_is_imported() {
    let zenml = ZenMl::new();
    let described = |kind: &str, name: &str| {
        let ran = zenml.zenml(&[kind, "describe", name, "--output", "json"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        zenml.home.write("described.json", &ran.stdout);
        zenml.home.run("registry import --zenml described.json --output json")
    };
    for (name, flavor, uri, asks) in [
        ("Team_Prod", "default", "registry.example.com/team/", None),
        ("google", "gcp", "europe-west1-docker.pkg.dev/project-1/repository", Some("gcp")),
    ] {
        let registered = zenml.zenml(&["container-registry", "register", name, "-f", flavor, &format!("--uri={uri}")]);
        assert_eq!(registered.code, 0, "{registered:?}");
        let ran = described("container-registry", name);
        assert_eq!(ran.code, 0, "{name}: {ran:?}");
        let imported = &ran.json()["registry"];
        assert_eq!(imported["uri"], uri.trim_end_matches('/'), "{name}");
        assert_eq!(imported["flavors"], asks.map_or_else(|| serde_json::json!([]), |flavor| serde_json::json!([flavor])), "{name}");
    }
    zenml.home.must("check registry.example.com/team/app:v1 --registry team-prod");

    let store = described("artifact-store", "default");
    assert_eq!(store.code, 2, "{store:?}");
    let error = store.json()["error"]["message"].to_string();
    assert!(
        error.contains("`default` is a ZenML component of the type `artifact_store`, and a `container_registry` was expected"),
        "{error}"
    );
}
