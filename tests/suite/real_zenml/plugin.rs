//! The plugin's own tests, in Python.

use super::{ZenMl, must, root};

#[test]
#[ignore = "needs ZenML: cargo xtask test"]
fn its_unit_tests_pass() {
    let zenml = ZenMl::new();
    let tests = root().join("integrations/zenml/tests");
    let ran = must(zenml.python().args(["-m", "unittest", "discover", "--start-directory"]).arg(tests));
    assert!(ran.stderr.contains("\nOK\n"), "{ran:?}");
}
