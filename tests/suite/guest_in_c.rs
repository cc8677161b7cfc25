//! The guest that is not Rust: what the contract promises does not depend on a language.

use crate::support::{Home, guest};

#[test]
#[ignore = "needs clang 19 for WebAssembly: cargo xtask test"]
fn it_approves_refuses_and_logs_as_any_other() {
    let home = Home::new();
    let component = guest("c-forbid-latest").display().to_string();
    home.must(&format!("flavor register {component}"));
    home.must("registry register prod --uri registry.example.com/team --flavor c-forbid-latest");
    let accepted = home.must("check registry.example.com/team/app:v1 --output json").json();
    assert_eq!((&accepted["hooks"][0]["verdict"], &accepted["warnings"]), (&"approved".into(), &serde_json::json!([])));

    let refused = home.run("check registry.example.com/team/app --output json");
    assert_eq!(refused.code, 4, "{refused:?}");
    let json = refused.json();
    assert_eq!(
        json["hooks"][0]["violations"],
        serde_json::json!([{
            "code": "tag.latest", "message": "the tag `latest` may move", "hint": "push a tag that names the version", "details": { "tag": "latest" },
        }])
    );
    assert_eq!(json["warnings"], serde_json::json!([{ "hook": "c-forbid-latest", "message": "somebody pushes `latest`" }]));
}
