//! `pushgate wit`.

use crate::support::Home;

#[test]
fn the_contract_is_printed_whole() {
    let ran = Home::new().must("wit");
    assert_eq!(ran.stderr, "");
    for item in
        ["package pushgate:flavor@0.1.0;", "interface types", "interface prepare-image-push", "world flavor", "world configurable-flavor"]
    {
        assert!(ran.stdout.contains(item), "{item}");
    }
    let json = Home::new().must("wit --output json").json();
    assert_eq!(json["wit"], ran.stdout);
}
