//! What flavors in compiled languages do by accident: each is caught, with its line and what to do instead.
//!
//! The flavors are those of `tests/faults`, which do what the tag of a push says.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::languages::Faults;
use crate::support::Home;

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs()
}

/// The message of the one violation that it denies with.
fn said(faults: &Faults, tag: &str) -> String {
    let ran = faults.check(tag, "--output json");
    assert_eq!(ran.code, 4, "{ran:?}");
    let report = ran.json();
    let violations = report["hooks"][0]["violations"].as_array().expect("violations");
    assert_eq!(violations.len(), 1, "{report}");
    violations[0]["message"].as_str().expect("a message").to_owned()
}

/// The language's own clock stands at the time of the push, or of the case; its random numbers are the same in every call.
fn the_clock_is_the_time_of_the_push(language: &str) {
    let faults = Faults::new(language);
    let before = now();
    let shown: u64 = said(&faults, "clock").parse().expect("seconds");
    assert!((before..=now()).contains(&shown), "{before} {shown}");
    assert_eq!(said(&faults, "random"), said(&faults, "random"));

    let home = Home::new();
    let times = [0_u64, 1, 1_772_150_400, 4_102_444_800];
    for time in times {
        let expected = format!("[expect]\nverdict = \"denied\"\n[[expect.violations]]\ncode = \"clock\"\nmessage = \"{time}\"\n");
        let case = format!("image = \"registry.example.com/app:clock\"\nrequested-at = {time}\n{expected}");
        home.write(&format!("cases/{time}.toml"), case);
    }
    let tested = home.must(&format!("flavor test . --component {} --output json", faults.component())).json();
    assert_eq!(tested["cases"].as_array().map(Vec::len), Some(times.len()));
}

macro_rules! in_each_language {
    ($($module:ident: $language:literal;)*) => {$(
        mod $module {
            #[test]
            #[ignore = "needs projects in every language: cargo xtask test"]
            fn the_clock_is_the_time_of_the_push() {
                super::the_clock_is_the_time_of_the_push($language);
            }
        }
    )*};
}

in_each_language! {
    in_rust: "rust";
    in_go: "go";
    in_c: "c";
}
