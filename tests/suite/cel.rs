//! The flavor `cel`, through the command line: what its cases cannot show.

use pushgate_json::Shape;
use pushgate_oci::ImageConfig;
use pushgate_test_images::Layout;
use serde_json::{Value, json};

use crate::support::{Home, Ran, assert_whole};

const IMAGE: &str = "registry.example.com/team/app:v1";

fn rules(rules: &Value) -> String {
    format!("rules:={rules}")
}

fn rule(require: &str) -> String {
    rules(&json!([{ "code": "rule", "require": require }]))
}

fn check(home: &Home, set: &str, more: &[&str]) -> Ran {
    home.run_words(["check", IMAGE, "--uri", "registry.example.com/team", "--flavor", "cel", "--set", set].iter().chain(more))
}

/// A layout `image` of an index with images of these execution configs.
fn layout_of(home: &Home, configs: impl IntoIterator<Item = Value>) {
    let mut layout = Layout::create(&home.join("image")).expect("a layout");
    let mut manifests = Vec::new();
    for (index, execution) in configs.into_iter().enumerate() {
        let variant = format!("v{index}");
        let platform = json!({ "os": "linux", "architecture": "arm64", "variant": variant });
        let mut config = platform.clone();
        config["rootfs"] = json!({ "type": "layers", "diff_ids": [] });
        config["config"] = execution;
        let config = layout.blob(config.to_string().as_bytes(), "application/vnd.oci.image.config.v1+json").expect("a blob");
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        let manifest = json!({ "schemaVersion": 2, "mediaType": media_type, "config": config, "layers": [] });
        let mut manifest = layout.blob(manifest.to_string().as_bytes(), media_type).expect("a blob");
        manifest["platform"] = platform;
        manifests.push(manifest);
    }
    let media_type = "application/vnd.oci.image.index.v1+json";
    let index = json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": manifests });
    let index = layout.blob(index.to_string().as_bytes(), media_type).expect("a blob");
    layout.list(index, Some("v1")).expect("an entry");
}

#[test]
fn a_rule_is_one_line() {
    let home = Home::new();
    home.must("registry register prod --uri registry.example.com/team");
    let set = r#"rules:=[{"code":"tag.format","require":"push.tag.matches(\"^v[0-9]+$\")"}]"#;
    let ran = home.run_words(["registry", "add-hook", "prod", "--flavor", "cel", "--set", set]);
    assert_eq!(ran.code, 0, "{ran:?}");
    home.must(&format!("check {IMAGE}"));
    assert_whole!(home, home.run("check registry.example.com/team/app:latest"));
    assert_whole!(home, home.must("registry describe prod"));
    assert_whole!(home, home.must("flavor describe cel"));
}

#[test]
fn rules_are_kept_in_a_file() {
    let home = Home::new();
    home.write(
        "rules.toml",
        "[[rules]]\ncode = \"tag.format\"\nrequire = \"push.tag.matches('^v[0-9]+$')\"\nmessage = \"`{{ push.tag }}` is no version\"\n",
    );
    let check = "--uri registry.example.com/team --flavor cel --settings @rules.toml";
    home.must(&format!("check {IMAGE} {check}"));
    assert_whole!(home, home.run(&format!("check registry.example.com/team/app:latest {check}")));
    home.must("registry register prod --uri registry.example.com/team --flavor cel --settings @rules.toml");
    assert_eq!(home.run("check registry.example.com/team/app:latest").code, 4);

    home.write("rules.toml", "[[rules]]\ncode = \"tag.format\"\nrequire = \"push.tag.matches('^w[0-9]+$')\"\n");
    home.must(&format!("check {IMAGE}"));
    home.must("registry update prod --flavor cel --settings @rules.toml");
    assert_eq!(home.run(&format!("check {IMAGE}")).code, 4);

    home.write("rules.toml", "[[rules]]\ncode = \"tag.format\"\nrequire = \n");
    assert_whole!(home, home.run("registry update prod --flavor cel --settings @rules.toml"));
}

/// What is wrong with a rule is told when it is registered, and nothing is changed then.
#[test]
fn a_wrong_rule_is_not_registered() {
    let home = Home::new();
    home.must("registry register prod --uri registry.example.com/team");
    let refused = |set: &str| {
        let ran = home.run_words(["registry", "add-hook", "prod", "--flavor", "cel", "--set", set]);
        assert_eq!(ran.code, 8, "{set}: {ran:?}");
        ran
    };
    assert_whole!(home, refused(&rule("push.tag.startswith('v')")));
    assert_whole!(home, refused(&rule("push.tga == 'v1'")));
    assert_whole!(home, refused(&rule("image.layers > '1'")));
    assert_whole!(home, refused(&rules(&json!([{ "code": "Rule", "require": "true", "unless": "true" }]))));
    assert_whole!(home, refused(&rules(&json!([]))));
    assert!(!std::fs::read_to_string(home.catalog()).expect("the catalog").contains("cel"));
    assert_eq!(check(&home, &rule("push.tga == 'v1'"), &[]).code, 8, "a check tells it as well");
}

/// Values of variables reach no output, whatever goes wrong with them.
#[test]
fn no_value_reaches_an_output() {
    let home = Home::new();
    layout_of(&home, [json!({ "Env": ["KEY=S3CRET-CANARY"], "User": "S3CRET-CANARY" })]);
    for require in
        ["int(image.env['KEY']) == 1", "image.labels[image.env['KEY']] == ''", "image.env['KEY'].charAt(99) == ''", "image.user == ''"]
    {
        for more in [&[][..], &["--output", "json"], &["-vv"]] {
            let more: Vec<&str> = ["--from", "oci:image"].iter().chain(more).copied().collect();
            let ran = check(&home, &rule(require), &more);
            assert_eq!(ran.code, 4, "{ran:?}");
            assert!(!ran.stdout.contains("S3CRET-CANARY") && !ran.stderr.contains("S3CRET-CANARY"), "{ran:?}");
        }
    }
}

/// A member that the host shows and the flavor does not know could not be used in a rule, and one that it does not show would be a rule about nothing.
#[test]
fn the_members_of_a_config_are_those_of_the_host() {
    fn compare(home: &Home, owner: &str, shape: &Shape) {
        let Shape::Members(members) = shape else { return };
        let shown = members.iter().filter(|(_, shape)| !matches!(shape, Shape::Unread | Shape::Checked(_)));
        let mut names: Vec<&str> = shown.clone().map(|(name, _)| *name).collect();
        let ran = check(home, &rule(&format!("has({owner}.QQQQQQQQQQQQQQQQQQQQ)")), &["--from", "oci:image"]);
        let (_, listed) = ran.stderr.split_once("; it has ").unwrap_or_else(|| panic!("{owner}: {ran:?}"));
        let listed = listed.lines().next().expect("a line");
        let mut listed: Vec<&str> = listed.split('`').skip(1).step_by(2).collect();
        names.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, names, "{owner}");
        for (name, shape) in shown {
            for require in [format!("has({owner}.`{name}`)"), format!("{owner}[?'{name}'].hasValue()"), format!("'{name}' in {owner}")] {
                let ran = check(home, &rule(&require), &["--from", "oci:image"]);
                assert!([0, 4].contains(&ran.code), "{require}: {ran:?}");
            }
            compare(home, &format!("{owner}.{name}"), shape);
        }
    }
    let home = Home::new();
    layout_of(&home, [json!({ "Healthcheck": { "Test": ["NONE"] } })]);
    compare(&home, "image.config", &ImageConfig::SHAPE);
}

/// A rule that approves whatever is pushed is not registered, and says in which rule of the file it stands.
#[test]
fn a_rule_that_never_fires_is_not_registered() {
    let home = Home::new();
    home.must("registry register prod --uri registry.example.com/team");
    let rules = rules(&json!([
        { "code": "tag.latest", "require": "push.tag != 'latest'" },
        { "code": "user.root", "when": "image.os != 1", "require": "image.user != 0" },
        { "code": "team.evil", "require": "image.labels[?'team'] != 'evil'", "hint": "ask {{ push.owner }}" },
        { "code": "tag.latest", "require": "!(push.repository in ['registry.example.com/team/app'])" },
    ]));
    let ran = home.run_words(["registry", "add-hook", "prod", "--flavor", "cel", "--set", &rules]);
    assert_eq!(ran.code, 8, "{ran:?}");
    assert_whole!(home, ran);
}

/// Twenty images with thousands of labels and variables: one at a time is converted, and of it what the rules name.
#[test]
fn large_images_take_the_memory_of_one() {
    let home = Home::new();
    let names = |prefix: &str| (0..2_000).map(|number| format!("{prefix}.{number}.{}", "x".repeat(20))).collect::<Vec<_>>();
    let labels: serde_json::Map<String, Value> = names("label").into_iter().map(|name| (name, json!("y".repeat(30)))).collect();
    let variables: Vec<String> = names("VARIABLE").into_iter().map(|name| format!("{name}={}", "z".repeat(30))).collect();
    layout_of(&home, (0..20).map(|_| json!({ "Labels": labels, "Env": variables })));
    let each = json!([
        { "code": "a", "require": "image.labels.all(k, image.labels[k].startsWith('y'))" },
        { "code": "b", "require": "image.env.all(n, image.env[n].matches('^z+$'))" },
        { "code": "c", "require": "image.config.config.Env.size() == 2000" },
        { "code": "d", "require": "images.map(i, i.platform).distinct().size() == 20" },
    ]);
    // What is tested is the default limit of memory; the time depends on the machine.
    let ran = check(&home, &rules(&each), &["--from", "oci:image", "--limit", "compute=60s", "--limit", "wall=120s"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// What takes too long, or too much memory, ends by the limits that every flavor has: nothing is pushed, and the message says which limit it was.
#[test]
fn bombs_end_by_the_limits() {
    let home = Home::new();
    let nested = (0..5).fold("true".to_owned(), |inner, depth| format!("lists.range(1000).all(x{depth}, {inner})"));
    let doubled = format!("'aaaaaaaaaaaaaaaa'{}.size() > 0", ".replace('a', 'aaaaaaaaaaaaaaaa')".repeat(20));
    let lists = "lists.range(1000000).map(x, lists.range(1000000)).size() > 0";
    let sum = "lists.range(100000).map(x, string(x)).join('').split('').map(c, c.replace(c, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')).join('').split('').size() > 0";
    let pattern = format!("lists.range(100000).all(x, '{}'.matches('(a|aa|a*)*(a|b)*c') || true)", "a".repeat(2_000));
    let sizes = "lists.range(1000000).all(x, 'a{1,200}{1,200}'.matches('(x{1,100}){1,100}' + string(x)) || true)";
    for require in [nested.as_str(), &doubled, lists, sum, &pattern, sizes] {
        let ran = check(&home, &rule(require), &[]);
        assert_eq!(ran.code, 5, "{require}: {ran:?}");
        println!("{}", ran.stderr);
    }
}

/// The deepest expressions that are accepted do not reach the end of the stack.
#[test]
fn deep_expressions_have_stack_enough() {
    let home = Home::new();
    let all = (0..22).fold("true".to_owned(), |inner, depth| format!("[1].all(x{depth}, {inner})"));
    let lists = format!("{0}{1} == {0}{1}", "[".repeat(90), "]".repeat(90));
    let maps = format!("{}1{} != {{}}", "{'a': ".repeat(90), "}".repeat(90));
    let chosen = format!("{}true", "false ? false : ".repeat(90));
    let sum = format!("1{} > 0", " + 1".repeat(97));
    for require in [all, lists, maps, chosen, sum] {
        let ran = check(&home, &rule(&require), &[]);
        assert_eq!(ran.code, 0, "{require}: {ran:?}");
    }
}

/// One file holds all rules: a second hook is answered with that, and with the command that changes the first.
#[test]
fn a_registry_asks_it_once() {
    let home = Home::new();
    home.write("rules.toml", "[[rules]]\ncode = \"tag.format\"\nrequire = \"push.tag != 'latest'\"\n");
    home.must("registry register prod --uri registry.example.com/team --flavor cel --settings @rules.toml");
    let set = rule("push.tag != 'v0'");
    assert_whole!(home, home.run_words(["registry", "add-hook", "prod", "--flavor", "cel", "--set", &set]));
    let twice = "--flavor cel --settings @rules.toml --flavor cel --settings @rules.toml";
    assert_whole!(home, home.run(&format!("check {IMAGE} --uri registry.example.com/team {twice}")));
}

/// What was probably meant where settings are none.
#[test]
fn settings_that_are_none() {
    let home = Home::new();
    home.write("rules.toml", "[[rules]]\ncode = \"tag.format\"\nrequire = \"push.tag != 'latest'\"\n");
    let check = |more: &str| home.run(&format!("check {IMAGE} --uri registry.example.com/team --flavor cel {more}"));
    assert_whole!(home, check("--settings rules.toml"));
    assert_whole!(home, check("--set rules:=@rules.toml"));
    assert_whole!(home, check("--set rules=tag"));
    let mode = json!([{ "code": "a", "require": "true", "mode": "warn" }]);
    assert_whole!(home, home.run_words(["check", IMAGE, "--uri", "registry.example.com/team", "--flavor", "cel", "--set", &rules(&mode)]));
}
