//! `pushgate flavor test` of a component that is older than its sources, and `--build`.

use serde_json::Value;

use crate::flavor_test::{APPROVED, IMAGE};
use crate::support::{Home, Ran, assert_whole, guest, type_in};
use crate::wat_guest::Guest;

const DENIED: &str = "[expect]\nverdict = \"denied\"\nviolations = [{ code = \"probe.deny\" }]\n";

/// A project with a flavor.toml, whose component is the probe, built after its source.
fn built(home: &Home, build: &str) {
    home.write("project/cases/case.toml", format!("{IMAGE}{APPROVED}"));
    home.write("project/cases/denied.toml", format!("{IMAGE}settings = {{ do = \"deny\" }}\n{DENIED}"));
    home.write("project/flavor.toml", format!("component = \"build/flavor.wasm\"\nbuild = \"{build}\"\n"));
    home.write("project/flavor.c", "int x;\n");
    home.write("project/build/flavor.wasm", std::fs::read(guest("probe")).expect("a component"));
    at(home, "project/flavor.c", 1);
    at(home, "project/build/flavor.wasm", 2);
}

/// Sets the minute in which a file was changed.
fn at(home: &Home, name: &str, minute: u64) {
    let file = std::fs::File::options().write(true).open(home.join(name)).expect("a file");
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(60 * minute)).expect("a time");
}

/// Whoever edits a flavor and does not build it, or whose build fails, is told, and not that its cases passed.
#[test]
fn a_component_that_is_older_than_its_sources_is_not_asked() {
    let home = Home::new();
    built(&home, "cc flavor.c");
    home.must("flavor test project");
    at(&home, "project/flavor.c", 2);
    home.must("flavor test project");
    home.write("project/flavor.c", "int y;\n");
    at(&home, "project/flavor.c", 3);
    assert_whole!(home, home.run("flavor test project"));
    assert_eq!(home.run("flavor test project --record --uri registry.example.com").code, 2);
    // What is named by hand is what is meant.
    home.must("flavor test project --component project/build/flavor.wasm");
    home.write("project/flavor.toml", "component = \"build/flavor.wasm\"\n");
    assert_whole!(home, home.run("flavor test project"));
    // Reports that are written beside the sources are none.
    built(&home, "cc flavor.c");
    home.must("flavor test project --junit project/report.xml");
    home.must("flavor test project");
    let result = std::fs::File::create(home.join("project/result.json")).expect("a file");
    let status =
        home.command(["flavor", "test", "project", "--output", "json"]).stdout(result).stderr(std::process::Stdio::null()).status();
    assert!(status.expect("the command runs").success());
}

#[test]
fn the_debug_component_is_not_asked_when_it_is_out_of_date() {
    let home = Home::new();
    built(&home, "cc flavor.c");
    home.write("project/cases/case.toml", format!("{IMAGE}settings = {{ do = \"panic\" }}\n{APPROVED}"));
    home.write("project/flavor.toml", "component = \"build/flavor.wasm\"\ndebug-component = \"build/debug.wasm\"\n");
    home.write("project/build/flavor.wasm", Guest::hook("unreachable").build());
    home.write("project/build/debug.wasm", std::fs::read(guest("probe")).expect("a component"));
    at(&home, "project/build/flavor.wasm", 2);
    at(&home, "project/build/debug.wasm", 0);
    let ran = home.run("flavor test project --case case");
    let hint = "the debug component `project/build/debug.wasm` is out of date, since `project/flavor.c` is newer: build it again";
    assert!(ran.stdout.contains(hint) && !ran.stdout.contains("said:"), "{ran:?}");
    at(&home, "project/build/debug.wasm", 1);
    let ran = home.run("flavor test project --case case");
    assert!(ran.stdout.contains("the debug component said:"), "{ran:?}");
}

#[test]
fn the_build_command_is_run_first() {
    let home = Home::new();
    built(&home, "cp ../next.wasm build/flavor.wasm && echo built && printf '\\\\tindented\\\\033[2J\\\\n' >&2");
    home.write("next.wasm", std::fs::read(guest("probe")).expect("a component"));
    at(&home, "project/flavor.c", 3);
    assert_whole!(home, home.run("flavor test project --build"));
    home.must("flavor test project");
    std::fs::remove_file(home.join("project/build/flavor.wasm")).expect("a file");
    let quiet = home.must("flavor test project --build --quiet --output json");
    assert_eq!((quiet.stderr.as_str(), &quiet.json()["passed"]), ("", &Value::from(true)));
}

/// A build that fails ends it: the component is of before.
#[test]
fn a_build_that_fails_asks_nobody() {
    let home = Home::new();
    built(&home, "echo it does not compile >&2; exit 3");
    let ran = home.run("flavor test project --build");
    assert_whole!(home, ran);
    let quiet = home.run("flavor test project --build --quiet");
    assert_eq!((quiet.code, quiet.stdout.as_str()), (2, ""));
    assert!(quiet.stderr.starts_with("it does not compile\nerror: "), "{quiet:?}");
    // One that makes nothing.
    built(&home, "rm build/flavor.wasm");
    assert_whole!(home, home.run("flavor test project --build"));
    home.write("project/flavor.toml", "component = \"build/flavor.wasm\"\n");
    assert_whole!(home, home.run("flavor test project --build"));
    assert_eq!(home.run("flavor test project --build --component x.wasm").code, 2);
    assert_eq!(home.run("flavor test nowhere --build").code, 2);
}

/// A build that finds nothing to do says that the component is up to date; and what was edited meanwhile is newer all the same.
#[test]
fn a_build_without_anything_to_do_settles_it() {
    let home = Home::new();
    built(&home, "true");
    home.write("project/notes.txt", "which no build reads");
    assert_eq!(home.run("flavor test project").code, 2);
    home.must("flavor test project --build");
    home.must("flavor test project");
    built(&home, "sleep 0.01; echo >> flavor.c");
    let ran = home.run("flavor test project --build");
    assert!(ran.code == 2 && ran.stderr.contains("is out of date: `project/flavor.c` is newer"), "{ran:?}");
}

/// A command whose server stays holds its output open.
#[test]
fn a_build_that_leaves_a_server_ends() {
    let home = Home::new();
    built(&home, "sleep 60 & echo $! > ../server; touch build/flavor.wasm");
    home.must("flavor test project --build");
    let server = std::fs::read_to_string(home.join("server")).expect("a number");
    assert!(std::process::Command::new("kill").arg(server.trim()).status().expect("kill").success(), "it runs still");
}

#[test]
fn the_project_is_here_unless_it_is_named() {
    let home = Home::new();
    built(&home, "make");
    let ran = home.command(["flavor", "test"]).current_dir(home.join("project")).output().expect("the command runs");
    assert_eq!(Ran::from(ran).code, 0);
    let ran = home.run("flavor test");
    assert!(ran.code == 2 && ran.stderr.contains("there is no `./flavor.toml`"), "{ran:?}");
}

/// A project in Rust as `flavor new` lays it out, whose component was built, and tested once.
fn tested() -> Home {
    let home = Home::new();
    let component = "target/wasm32-wasip2/release/flavor.wasm";
    home.write("project/flavor.toml", format!("component = \"{component}\"\nbuild = \"true\"\n"));
    home.write("project/cases/case.toml", format!("{IMAGE}{APPROVED}"));
    let sources = ["Cargo.toml", "Cargo.lock", "src/lib.rs", "src/license.rs", ".cargo/config.toml", "sdk/src/lib.rs"];
    for name in sources.into_iter().chain(["README.md", "tests/flavor.rs", "target/CACHEDIR.TAG"]) {
        home.write(&format!("project/{name}"), "// as it was built\n");
        at(&home, &format!("project/{name}"), 1);
    }
    home.write(&format!("project/{component}"), std::fs::read(guest("probe")).expect("a component"));
    at(&home, &format!("project/{component}"), 2);
    home.must("flavor test project");
    home
}

fn shell(home: &Home, line: &str) {
    let ran = type_in(&home.join("project"), line);
    assert_eq!(ran.code, 0, "{line}: {ran:?}");
}

/// Whatever becomes of a source, and whatever its time and its name are.
#[test]
fn what_changes_the_component_is_told_and_a_build_settles_it() {
    for (what, told) in [
        ("echo >> src/license.rs", "`project/src/license.rs` is newer"),
        ("echo > src/notice.rs", "`project/src/notice.rs` is newer"),
        ("echo > src/license_rules.rs", "`project/src/license_rules.rs` is newer"),
        ("mkdir src/target; echo > src/target/mod.rs", "`project/src/target/mod.rs` is newer"),
        ("mkdir src/venv; echo > src/venv/mod.rs", "`project/src/venv/mod.rs` is newer"),
        ("echo >> .cargo/config.toml", "`project/.cargo/config.toml` is newer"),
        ("echo x > x; touch -d @0 x; mv x src/lib.rs", "`project/src/lib.rs` has changed"),
        ("echo x > ../x; touch -d @0 ../x; cp -p ../x src/lib.rs", "`project/src/lib.rs` has changed"),
        (
            "echo x > ../lib.rs; touch -d @0 ../lib.rs; tar cf ../x.tar -C .. lib.rs; tar xf ../x.tar -C src",
            "`project/src/lib.rs` has changed",
        ),
        ("rm -rf sdk", "`project/sdk` is gone"),
        ("rm src/lib.rs", "`project/src/lib.rs` is gone"),
    ] {
        let home = tested();
        shell(&home, what);
        let ran = home.run("flavor test project");
        assert!(ran.code == 2 && ran.stderr.contains(&format!("is out of date: {told}\n")), "{what}: {ran:?}");
        assert!(ran.stderr.contains("or give --build"), "{what}: {ran:?}");
        home.must("flavor test project --build");
        home.must("flavor test project");
    }
}

/// What does not change the component is not told, so that what is told is believed.
#[test]
fn what_does_not_change_the_component_is_not_told() {
    let home = tested();
    for what in [
        "find . -type f -exec touch {} +",
        "echo x > x; cp src/lib.rs ../before; mv x src/lib.rs; cp ../before src/lib.rs",
        "echo >> README.md; echo > LICENSE; echo > sdk/README.md",
        "cp src/lib.rs src/lib.rs~; echo > src/.lib.rs.swp; echo > src/lib.rs.orig",
        "mkdir -p src/__pycache__ node_modules/x .venv/lib; echo > src/__pycache__/x.pyc; echo > node_modules/x/x.js; echo > .venv/lib/x.py",
        "mkdir -p .git .github; echo > .git/index; echo > .github/ci.yml; echo > .gitignore",
        "echo >> tests/flavor.rs; echo '<testsuites/>' > report.xml; echo >> flavor.toml; echo > target/x.d",
        "mkdir -p sdk/target; echo > sdk/target/x.rlib; echo > sdk/target/CACHEDIR.TAG",
    ] {
        shell(&home, what);
        let ran = home.run("flavor test project");
        assert_eq!(ran.code, 0, "{what}: {ran:?}");
    }
}

/// A CI job has the sources out of a checkout and the component out of a cache: neither's times say anything.
#[test]
fn a_checkout_with_a_component_from_a_cache_is_compared_by_content() {
    let home = tested();
    let copy = "rm -rf ../job; mkdir ../job; cp -r flavor.toml cases Cargo.* src .cargo sdk tests README.md ../job; cp -a target ../job";
    shell(&home, copy);
    home.must("flavor test job");
    shell(&home, &format!("{copy}; echo 'of another commit' > ../job/src/lib.rs; touch -d @0 ../job/src/lib.rs"));
    let ran = home.run("flavor test job");
    assert!(ran.code == 2 && ran.stderr.contains("is out of date: `job/src/lib.rs` has changed"), "{ran:?}");
    // Without the record, times are all there is.
    shell(&home, &format!("{copy}; rm -r ../job/target/wasm32-wasip2/release/.pushgate"));
    let ran = home.run("flavor test job");
    assert!(ran.code == 2 && ran.stderr.contains("is newer\n"), "{ran:?}");
    home.must("flavor test job --component job/target/wasm32-wasip2/release/flavor.wasm");
    // A project that belongs to somebody else is tested all the same.
    shell(&home, "rm -r target/wasm32-wasip2/release/.pushgate; touch target/wasm32-wasip2/release/.pushgate");
    home.must("flavor test project");
}
