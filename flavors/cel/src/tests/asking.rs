//! What rules answer about pushes and images.

use super::*;

/// 2026-12-04 is a Friday; 13:30 in UTC is 14:30 in Berlin.
const FRIDAY: u64 = 1_796_391_000;

fn codes(push: TestPush) -> Vec<String> {
    violations(push).into_iter().map(|violation| violation.code).collect()
}

#[test]
fn the_push_is_described() {
    for require in [
        "push.reference == 'registry.example.com/team/app:v1'",
        "push.registry == 'registry.example.com'",
        "push.repository == 'team/app'",
        "push.tag == 'v1'",
        "push.uri == 'registry.example.com/team'",
        "!push.dry_run",
        "push.requested_at == timestamp('2026-12-04T13:30:00Z')",
        "push == push",
    ] {
        assert_eq!(violations(push_with(require).requested_at(FRIDAY)), [], "{require}");
    }
    assert_eq!(violations(push_with("push.dry_run").dry_run()), []);
    let untagged =
        TestPush::new("registry.example.com", "app").settings(json!({"rules": [{"code": "a", "require": "push.tag == ''"}]}).to_string());
    assert_eq!(violations(untagged), []);
}

#[test]
fn an_image_is_described() {
    let config = json!({
        "os": "linux", "architecture": "arm64", "variant": "v8", "rootfs": { "type": "layers", "diff_ids": ["sha256:1", "sha256:2"] },
        "config": {
            "User": "1000:1000", "Env": ["A=1", "B=x=y", "C", "A=1"], "Entrypoint": ["/app"], "Cmd": ["run"], "ExposedPorts": { "8080/tcp": {} },
            "Volumes": { "/data": {} }, "Healthcheck": { "Test": ["NONE"] }, "Labels": { "a": "1" },
        },
    });
    let image = || TestImage::new("linux/arm64/v8").config(config.to_string()).label("a", "1").compressed_size(3).uncompressed_size(7);
    for require in [
        "image.platform == 'linux/arm64/v8' && image.os == 'linux' && image.architecture == 'arm64' && image.variant == 'v8'",
        "image.user == '1000:1000'",
        "image.env == {'A': '1', 'B': 'x=y', 'C': ''} && {'A': '1', 'B': 'x=y', 'C': ''} == image.env",
        "image.entrypoint == ['/app'] && image.cmd == ['run'] && image.entrypoint + image.cmd == ['/app', 'run']",
        "image.ports == ['8080/tcp'] && image.volumes == ['/data'] && image.layers == 2",
        "image.labels == {'a': '1'} && image.labels.a == '1' && 'a' in image.labels && !('b' in image.labels)",
        "image.compressed_size == 3 && image.uncompressed_size == 7",
        "image.config.config.Healthcheck.Test == ['NONE'] && image.config.rootfs.diff_ids[1] == 'sha256:2'",
        "size(images) == 1 && images[0].platform == image.platform && images[0].labels.a == '1'",
        "image['platform'] == 'linux/arm64/v8' && image.?platform.orValue('') == 'linux/arm64/v8' && has(image.compressed_size)",
    ] {
        assert_eq!(violations(push_with(require).image(image())), [], "{require}");
    }
    for (require, problem) in [
        ("image.compressed_size < 5", "`compressed_size` is not known"),
        ("image.config.config.Healthcheck.Test[0] == 'NONE'", "there is no `config`"),
        ("image.labels['a'] == ''", "there is no label `a`; if it may be missing, write `image.labels[?'a'].orValue('')`"),
        ("image.labels.a == ''", "there is no label `a`; if it may be missing, write `image.labels[?'a'].orValue('')`"),
        ("images.all(i, i.labels['a'] == '')", "there is no label `a`; if it may be missing, write `i.labels[?'a'].orValue('')`"),
        ("image.env['A'] == ''", "there is no variable `A`; if it may be missing, write `image.env[?'A'].orValue('')`"),
    ] {
        let found = violations(push_with(require).image(TestImage::new("linux/amd64")));
        assert_eq!(found[0].detail_of("error"), Some(problem), "{require}");
    }
    assert_eq!(
        violations(push_with("!has(image.compressed_size) && image.?compressed_size.orValue(1) == 1").image(TestImage::new("linux/amd64"))),
        []
    );
}

#[test]
fn a_rule_that_names_image_is_asked_about_each() {
    let rules = json!([
        { "code": "os", "require": "image.os == 'linux'", "message": "{{ image.os }} on {{ image.platform }}", "hint": "build for Linux" },
        { "code": "count", "require": "images.size() == 1" },
        { "code": "tag", "require": "push.tag == 'v2'" },
    ]);
    let windows = || TestImage::new("windows/amd64").config(r#"{"os":"windows"}"#);
    let found = violations(push(&rules).image(image(&json!({ "os": "linux" }))).image(windows()).image(windows()));
    let shown: Vec<_> =
        found.iter().map(|it| (it.code.as_str(), it.message.as_str(), it.detail_of("platform"), it.hint.as_deref())).collect();
    assert_eq!(
        shown,
        [
            ("os", "windows on windows/amd64", Some("windows/amd64"), Some("build for Linux")),
            ("os", "windows on windows/amd64", Some("windows/amd64"), Some("build for Linux")),
            ("count", "the push does not meet the rule `images.size() == 1`", None, None),
            ("tag", "the push does not meet the rule `push.tag == 'v2'`", None, None),
        ]
    );
}

#[test]
fn when_selects() {
    let rule = |when: &str| push(&json!([{ "code": "rule", "require": "image.os == 'linux'", "when": when }]));
    // Where it does not count, the images are not even read.
    assert_eq!(violations(rule("push.tag == 'v2'").no_images(InspectError::NotAnImage("a/b".to_owned()))), []);
    assert_eq!(codes(rule("push.tag == 'v1'").no_images(InspectError::NotAnImage("a/b".to_owned()))), ["not-an-image"]);
    let windows = || image(&json!({ "os": "windows" }));
    assert_eq!(codes(rule("image.os == 'windows'").image(windows())), ["rule"]);
    assert_eq!(violations(rule("image.os == 'aix'").image(windows())), []);
    // What cannot be evaluated is a violation, and no way around the rule.
    let found = violations(rule("image.labels['a'] == '1'").image(windows()));
    assert_eq!(
        found[0].detail_of("error"),
        Some("`when`: there is no label `a`; if it may be missing, write `image.labels[?'a'].orValue('')`")
    );
    let found = violations(push(&json!([{ "code": "rule", "require": "true", "when": "[1][size(push.tag)] == 1" }])));
    assert_eq!(found[0].detail_of("error"), Some("`when`: a list has fewer elements"));
}

#[test]
fn images_that_cannot_be_read_are_unavailable() {
    let answer = push_with("image.os == 'linux'").no_images(InspectError::Unavailable("no daemon".to_owned())).ask::<Cel>();
    assert_eq!(answer, Err(Refusal::unavailable("the images cannot be read: no daemon".to_owned())));
    assert_eq!(violations(push_with("push.tag == 'v1'").no_images(InspectError::NotFound)), [], "no rule names an image");
}

#[test]
fn a_message_shows_values() {
    let message = |message: &str| {
        let rules = json!([{ "code": "rule", "require": "images == []", "message": message }]);
        let config = json!({ "config": { "Env": ["A=1", "B=2"], "Cmd": ["a", "b"] } });
        violations(push(&rules).requested_at(FRIDAY).image(image(&config))).remove(0).message
    };
    for (text, shown) in [
        ("plain", "plain"),
        ("{{push.tag}}", "v1"),
        ("a {{ push.tag }} b {{ 1 + 1 }} c", "a v1 b 2 c"),
        ("{{ push.dry_run }} {{ 1.5 }} {{ 2u }} {{ push.requested_at }} {{ duration('90s') }}", "false 1.5 2 2026-12-04T13:30:00Z 90s"),
        ("{{ image.cmd }} {{ [] }}", "a, b "),
        ("{{ image.env.filter(n, n == 'A') }}", "A"),
        ("{{ image.labels['none'] }}", "?"),
        ("{{ image.labels }} {{ {'b': [1, 2.5], 'a': {'c': null} } }} {{ [[1], ['a']] }}", r#"{} {"a":{"c":null},"b":[1,2.5]} [1], ["a"]"#),
        ("{{ image.env.map(n, n).sort() }} {{ image.config.config.?Healthcheck.hasValue() }}", "A, B false"),
        ("{{ semver('1.2.3') }} {{ [optional.of(1), optional.none()] }} {{ null }} {{ '{{' }}", "1.2.3 1, null null {{"),
        ("{{ image.labels[?'none'].orValue('unknown') }}", "unknown"),
    ] {
        assert_eq!(message(text), shown);
    }
    let long = message("{{ lists.range(1000) }}");
    assert!(long.ends_with('…') && long.chars().count() == 201, "{long}");
}

/// A hint is a text as a message is.
#[test]
fn a_hint_shows_values() {
    let rules = json!([{
        "code": "rule", "require": "image.user != 'a'", "hint": "push to `{{ push.registry }}/test`, as `{{ '{{' }}` or {{ image.labels['none'] }}",
    }]);
    let found = violations(push(&rules).image(image(&json!({ "config": { "User": "a" } }))));
    assert_eq!(found[0].hint.as_deref(), Some("push to `registry.example.com/test`, as `{{` or ?"));
}

/// What a rule is not met for is told once: by the message, or by the detail.
#[test]
fn an_error_is_told_once() {
    let found = violations(push_with("image.labels['a'] == 'b'").image(image(&json!({}))));
    assert_eq!(found[0].message, "the image for linux/amd64 does not meet the rule `image.labels['a'] == 'b'`, which cannot be evaluated");
    assert_eq!(found[0].detail_of("error"), Some("there is no label `a`; if it may be missing, write `image.labels[?'a'].orValue('')`"));
}

/// An error of the interpreter prints the values that it is about. None of its texts is shown.
#[test]
fn no_error_shows_a_value() {
    let config = json!({
        "config": { "Env": ["KEY=hunter2", "OTHER=hunter2"], "Cmd": ["hunter2"], "Healthcheck": { "Interval": "hunter2", "Test": "hunter2" } },
    });
    for require in [
        "image.labels[SECRET] == ''",
        "int(SECRET) == 1",
        "timestamp(SECRET) == push.requested_at",
        "duration(SECRET) == duration('1s')",
        "push.tag.matches('(' + SECRET)",
        "semver(SECRET).major() == 1",
        "push.requested_at.getHours(SECRET) == 1",
        "SECRET.charAt(100) == ''",
        "SECRET.substring(100) == ''",
        "image.cmd[5] == SECRET",
        "{SECRET: 1, image.cmd[0]: 2} == {}",
        "size(SECRET) / (size(SECRET) - 7) == 1",
        "'%d'.format([SECRET]) == ''",
        "[SECRET].map(x, image.labels[x]) == []",
        "bool(SECRET)",
        "double(SECRET) == 1.0",
        "9223372036854775807 + size(SECRET) == 0",
        "SECRET == ''",
        // The sample has a number here, and a list there, so that what is wrong with the type comes to light now.
        "NUMBER + 1 == 1",
        "NUMBER - 1 == 1",
        "NUMBER * 2 / 2 % 2 == 1",
        "NUMBER > 1",
        "-NUMBER == 1",
        "[1][NUMBER] == 1",
        "{1: 2}[NUMBER] == 1",
        "lists.range(NUMBER) == []",
        "LIST.all(x, true)",
        "LIST.size() + 1 > 100",
        "LIST + [1] == []",
        "LIST[0] == ''",
        "dyn(1) in LIST",
    ] {
        let require = require.replace("SECRET", "image.env['KEY']");
        let require =
            require.replace("NUMBER", "image.config.config.Healthcheck.Interval").replace("LIST", "image.config.config.Healthcheck.Test");
        let found = violations(push_with(&require).image(image(&config)));
        assert_eq!(found.len(), 1, "{require}");
        let shown = format!("{found:?}");
        assert!(!shown.contains("hunter2"), "{require}: {shown}");
    }
}

/// A member whose name has a dot is read like any other.
#[test]
fn the_version_of_a_windows_is_a_member() {
    let config = json!({ "os.version": "10.0.17763.6414" });
    assert_eq!(violations(push_with("image.config['os.version'].startsWith('10.0.17763.')").image(image(&config))), []);
    assert_eq!(violations(push_with("image.config[?'os.version'].orValue('') == ''").image(image(&config))).len(), 1);
}

/// Which of two values counts depends on who reads them, so that no rule passes because of one.
#[test]
fn a_variable_that_is_set_twice_meets_no_rule() {
    let config = json!({ "config": { "Env": ["PASSWORD=hunter2", "PASSWORD="] } });
    for require in
        ["image.env.all(n, image.env[n] == '')", "image.env['PASSWORD'] == ''", "!('PASSWORD' in image.env)", "size(image.env) < 9"]
    {
        let found = violations(push_with(require).image(image(&config)));
        assert_eq!(found[0].detail_of("error"), Some("the image sets a variable twice, to different values"), "{require}");
    }
}

#[test]
fn what_a_rule_gives_is_true_or_no_approval() {
    // The lists of the sample have one element, so that the second one comes to light now.
    let image = || image(&json!({ "config": { "Cmd": ["true", "true"] } }));
    let found = violations(push_with("image.cmd[1]").image(image()));
    assert_eq!(found[0].detail_of("error"), Some("it is of type string, and must be true or false"));
    let rules = json!([{ "code": "rule", "require": "true", "when": "image.cmd[1]" }]);
    let found = violations(push(&rules).image(image()));
    assert_eq!(found[0].detail_of("error"), Some("`when`: it is of type string, and must be true or false"));
}

/// Only what rules name is converted, so that a large image does not take the memory of a flavor.
#[test]
fn members_that_no_rule_names_are_not_converted() {
    // A config that is no config of an image is an error for whoever reads it.
    let odd = || TestImage::new("linux/amd64").config(r#"{"config":{"Env":7}}"#).label("a", "1");
    assert_eq!(violations(push_with("image.labels['a'] == '1' && image.platform == 'linux/amd64'").image(odd())), []);
    assert!(matches!(push_with("image.labels['a'] == '1' && image.user == ''").image(odd()).ask::<Cel>(), Err(Refusal::Other(_))));
}
