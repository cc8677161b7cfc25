//! Guests in languages whose components are large: they are compiled within the limits, asked, and taken from the cache afterwards.

use std::fs;

use crate::support::{Home, built};

/// The same flavor in each language, built by `cargo xtask test`.
fn refuses_latest(variable: &str, language: &str) {
    let home = Home::new();
    let component = home.join(format!("{language}.wasm"));
    fs::copy(built(variable), &component).expect("the component");
    let described = home.must(&format!("flavor describe {} --output json", component.display())).json();
    assert_eq!(described["flavor"]["capabilities"], serde_json::json!([]));

    home.must(&format!("flavor register {}", component.display()));
    home.must(&format!("registry register prod --uri registry.example.com/team --flavor {language}"));
    let accepted = home.must("check registry.example.com/team/app:v1 --output json").json();
    assert_eq!((&accepted["hooks"][0]["verdict"], &accepted["warnings"]), (&"approved".into(), &serde_json::json!([])));

    let refused = home.run("check registry.example.com/team/app --output json");
    assert_eq!(refused.code, 4, "{refused:?}");
    assert_eq!(
        refused.json()["hooks"][0]["violations"],
        serde_json::json!([{
            "code": "tag.latest", "message": "the tag `latest` is forbidden", "hint": "push a tag that names the version", "details": {},
        }])
    );
}

mod guest_in_python {
    #[test]
    #[ignore = "needs the guest in Python: cargo xtask test"]
    fn it_approves_and_refuses() {
        super::refuses_latest("PUSHGATE_TEST_GUEST_PYTHON", "python");
    }
}

mod guest_in_javascript {
    #[test]
    #[ignore = "needs the guest in JavaScript: cargo xtask test"]
    fn it_approves_and_refuses() {
        super::refuses_latest("PUSHGATE_TEST_GUEST_JAVASCRIPT", "javascript");
    }
}

mod guest_in_go {
    #[test]
    #[ignore = "needs the guest in Go: cargo xtask test"]
    fn it_approves_and_refuses() {
        super::refuses_latest("PUSHGATE_TEST_GUEST_GO", "go");
    }
}
