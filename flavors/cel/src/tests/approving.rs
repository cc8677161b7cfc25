//! Rules that would approve every image, or none, whatever is in it: all of them were approved once, and are told when they are registered.

use super::*;

#[test]
fn types_that_are_never_equal_are_not_compared() {
    for (require, expected) in [
        ("image.user != 0", "`!=` compares (string, int), which are never equal: write `'0'`"),
        ("!(22 in image.ports)", "`in` compares (int, string), which are never equal: write `'22'`"),
        ("push.requested_at.getDayOfWeek() != 'Friday'", "`!=` compares (int, string), which are never equal: it is a number from 0 to 6"),
        ("image.layers != '12'", "`!=` compares (int, string), which are never equal: write `12`"),
        ("'12' != image.layers", "`!=` compares (string, int), which are never equal: write `12`"),
        ("image.ports.all(p, p != 22)", "`!=` compares (string, int), which are never equal: write `'22'`"),
        ("!sets.intersects(image.ports, [22, 80])", "`sets.intersects` compares (string, int), which are never equal: write `'22'`"),
        ("!sets.contains(image.ports, ['80/tcp', 22])", "`sets.contains` compares (string, int), which are never equal: write `'22'`"),
        ("!sets.equivalent([1], image.ports)", "`sets.equivalent` compares (string, int), which are never equal: write `'1'`"),
        ("!(image.user in [0, 1000])", "`in` compares (string, int), which are never equal: write `'0'`"),
        ("!(image.user in ['root', 0])", "`in` compares (string, int), which are never equal: write `'0'`"),
        ("image.entrypoint != ''", "`!=` compares (list(string), string), which are never equal: `in` looks for an element of a list"),
        (
            "image.cmd != null",
            "`!=` compares (list(string), null), which are never equal: nothing here is null; an empty value is `[]`, and `has(…)` tells whether a member is there",
        ),
        (
            "push.requested_at != '2026-12-24T00:00:00Z'",
            "`!=` compares (timestamp, string), which are never equal: write `timestamp('2026-12-24T00:00:00Z')`",
        ),
        ("push.dry_run != 'true'", "`!=` compares (bool, string), which are never equal: write `true`"),
        ("image.platform != ['x']", "`!=` compares (string, list(string)), which are never equal: `in` looks for an element of a list"),
        ("push.tag.split('.')[0] != 2", "`!=` compares (string, int), which are never equal: write `'2'`"),
        ("image.cmd != ['a', 1]", "`!=` compares (list(string), list), which are never equal"),
        ("image.ports.map(p, p.split('/')[0]) != [80]", "`!=` compares (list(string), list(int)), which are never equal"),
        ("image.ports.filter(p, p != '').exists(p, p == 1)", "`==` compares (string, int), which are never equal: write `'1'`"),
        ("images.map(i, i.user) != [0]", "`!=` compares (list(string), list(int)), which are never equal"),
        ("image.labels != {'a': 1}", "`!=` compares (map, map), which are never equal"),
        ("image.labels != []", "`!=` compares (map, list), which are never equal"),
        ("!(1 in image.labels)", "`in` compares (int, string), which are never equal: write `'1'`"),
        ("image.labels.all(k, image.labels[k] != 1)", "`!=` compares (string, int), which are never equal: write `'1'`"),
        ("image.env[?'A'].orValue('') != 1", "`!=` compares (string, int), which are never equal: write `'1'`"),
        ("(push.dry_run ? image.user : push.tag) != 1", "`!=` compares (string, int), which are never equal: write `'1'`"),
        (
            "push.requested_at - push.requested_at != '1h'",
            "`!=` compares (duration, string), which are never equal: write `duration('90m')`",
        ),
        ("semver(push.tag) != '1.0.0'", "`!=` compares (semver, string), which are never equal: write `semver('1.4.2')`"),
        ("type(push.tag) != 'string'", "`!=` compares (type, string), which are never equal"),
        (
            "int(push.tag) != string(push.tag)",
            "`!=` compares (int, string), which are never equal: convert one with `int(…)` or `string(…)`",
        ),
        ("image.config.config.User != 0", "`!=` compares (string, int), which are never equal: write `'0'`"),
        (
            "image.config.config.Healthcheck.Test != 'NONE'",
            "`!=` compares (list(string), string), which are never equal: `in` looks for an element of a list",
        ),
        ("!(22 in image.config.config.ExposedPorts)", "`in` compares (int, string), which are never equal: write `'22'`"),
        ("image.config.config.ExposedPorts != 22", "`!=` compares (map, int), which are never equal"),
        ("images.all(i, i == images[0])", "images are compared by their members, as in `image.platform`"),
        ("!(image in images)", "images are compared by their members, as in `image.platform`"),
        ("images.distinct().size() > 1", "`distinct` takes no image; name a member of it, as in `image.labels`"),
        ("'%s'.format([image]) != ''", "`format` takes no image; name a member of it, as in `image.labels`"),
    ] {
        assert_eq!(mistake(require), expected, "{require}");
        let when = json!([{ "code": "rule", "require": "true", "when": require, "message": format!("{{{{ {require} }}}}") }]);
        let message = misconfigured(push(&when));
        assert!(message.starts_with("rules[0] (rule).when: at column"), "{message}");
        assert!(message.contains("; rules[0] (rule).message: at column"), "{message}");
    }
    for require in [
        "image.layers != 12u && image.layers != 12.5 && 12 in [12.0]",
        "image.entrypoint != [] && image.labels != {} && {'a': 1} != {}",
        "dyn(image.user) != 0 && !(dyn(22) in image.ports) && [1, 'a'] != ['a', 1]",
        "[image.user, 1].exists(x, x == 1) && image.labels[?'a'] != optional.none() && image.labels[?'a'] != optional.of('b')",
    ] {
        assert!(!matches!(push_with(require).ask::<Cel>(), Err(Refusal::Misconfigured(_))), "{require}");
    }
}

#[test]
fn an_optional_value_is_unwrapped() {
    for (require, expected) in [
        ("image.labels[?'team'] != 'evil'", "the left side of `!=` is optional: add `.orValue('')`"),
        ("'evil' != image.labels.?team", "the right side of `!=` is optional: add `.orValue('')`"),
        ("image.labels[?'team'] != dyn('evil')", "the left side of `!=` is optional: add `.orValue('')`"),
        ("(push.dry_run ? image.labels[?'team'] : 'a') != 'evil'", "the left side of `!=` is optional: add `.orValue('')`"),
        ("!(image.labels[?'team'] in ['evil'])", "the left side of `in` is optional: add `.orValue('')`"),
        ("!('x' in image.?cmd)", "the right side of `in` is optional: add `.orValue([])`"),
        ("image.?compressed_size > 5", "the left side of `>` is optional: add `.orValue(0)`"),
        ("true && image.labels[?'a']", "the right side of `&&` is optional: add `.orValue('')`"),
        ("image.labels[?'a'] ? true : false", "the condition of `? :` is optional: add `.orValue('')`"),
        ("!image.labels[?'a']", "the operand of `!` is optional: add `.orValue('')`"),
        ("image.labels[?'a'] + 'b' == 'c'", "the left side of `+` is optional: add `.orValue('')`"),
        ("image.labels[?'a'].matches('b')", "what `matches` is called on is optional: add `.orValue('')`"),
        ("push.tag.contains(image.labels[?'a'])", "what `contains` gets is optional: add `.orValue('')`"),
        ("size(image.labels[?'a']) == 1", "what `size` gets is optional: add `.orValue('')`"),
        ("image.?cmd.all(c, c != '')", "this list is optional: add `.orValue([])`"),
        ("image.cmd.all(c, image.labels[?c])", "the condition is optional: add `.orValue('')`"),
        ("image.labels[?'a']", "is optional, and must be true or false: add `.hasValue()`, or compare its `.orValue(…)`"),
        ("optional.of(true)", "is optional, and must be true or false: add `.orValue(false)`"),
        ("image.labels[image.labels[?'a']] == ''", "what is looked up is optional: add `.orValue(…)`"),
        ("image.labels[?'a'].orValue(0) != 5", "`orValue` gives int where there is string"),
    ] {
        assert_eq!(mistake(require), expected, "{require}");
    }
    let message = json!([{ "code": "a", "require": "true", "message": "by {{ image.labels[?'a'] }}" }]);
    assert_eq!(
        misconfigured(push(&message)),
        "rules[0] (a).message: at column 7: a value that is shown must not be optional: add `.orValue('')`"
    );
}

#[test]
fn what_cannot_be_looked_up_is_not_absent() {
    for (require, expected) in [
        ("image.entrypoint[?'0'].orValue('') == ''", "`[]` does not take (list, string)"),
        ("image.user[?0].orValue('') == ''", "`[]` does not take (string, int)"),
        ("image.labels.a.?b.orValue('') == ''", "`.` does not take (string, string): a string has no members"),
        ("push.requested_at.?x.orValue('') == ''", "`.` does not take (timestamp, string): a timestamp has no members"),
        ("image.config.config.Env.?x.orValue('') == ''", "`.` does not take (list, string): a list has no members"),
        ("!has(image.user.x)", "`.` does not take (string, string): a string has no members"),
        ("image.labels[?1].orValue('') == ''", "`[]` does not take (map, int)"),
        ("image.cmd[?-1].orValue('') == ''", "a list has nothing before its first element, which is `[0]`; the last is `x[x.size() - 1]`"),
        ("image.?entrypoint['0'].orValue('') == ''", "`[]` does not take (list, string)"),
        ("image.?entrypoint.x.orValue('') == ''", "`.` does not take (list, string): a list has no members"),
    ] {
        assert_eq!(mistake(require), expected, "{require}");
    }
    // What is not known before is an error, and no absence.
    for require in [
        "dyn(image.entrypoint)[?'0'].orValue('') == ''",
        "dyn(image.user).?x.orValue('') == ''",
        "dyn(image.user)[?0].orValue('') == ''",
        "optional.of(dyn(image.entrypoint))['0'].orValue('') == ''",
        "optional.of(dyn(image.entrypoint)).x.orValue('') == ''",
        "optional.of(dyn(image.user)).x.orValue('') == ''",
    ] {
        let message = mistake(require);
        assert!(message.contains("does not take"), "{require}: {message}");
    }
}

#[test]
fn members_are_known_wherever_they_go() {
    for (require, expected) in [
        ("images.map(i, i.config).all(c, !has(c.histroy))", "`image.config` has no `histroy`"),
        ("[image.config].all(c, !has(c.histroy))", "`image.config` has no `histroy`"),
        ("(true ? image.config : image.config).?histroy.orValue('') == ''", "`image.config` has no `histroy`"),
        ("dyn(image).?usr.orValue('') == ''", "an image has no `usr` (did you mean `user`?)"),
        ("images.map(i, {'c': i})[0].c.?usr.orValue('') == ''", "an image has no `usr` (did you mean `user`?)"),
        ("images.map(i, {'c': i, 'n': 1}).all(m, m.c.?usr.orValue('') == '')", "an image has no `usr` (did you mean `user`?)"),
        ("images.map(i, {'c': i})[0].?d.hasValue()", "the map has no `d`; it has `c`"),
        ("images.map(i, {i.os: i}).all(m, m['linux'].?usr.orValue('') == '')", "an image has no `usr` (did you mean `user`?)"),
        ("optional.of(image).?usr.orValue('') == ''", "an image has no `usr` (did you mean `user`?)"),
        ("optional.of(image).value().?usr.orValue('') == ''", "an image has no `usr` (did you mean `user`?)"),
        ("image.?config.?config.?Usr.orValue('') == ''", "`image.config.config` has no `Usr` (did you mean `User`?)"),
        ("image.?config.orValue({}).?histroy.orValue('') == ''", "`image.config` has no `histroy`"),
        ("[[image]].flatten()[0].?usr.orValue('') == ''", "an image has no `usr` (did you mean `user`?)"),
        ("[image, {'usr': 1}].all(i, !has(i.uzr))", "an image has no `uzr`"),
        ("images.slice(0, 1).reverse().exists_one(i, has(i.usr))", "an image has no `usr` (did you mean `user`?)"),
        ("dyn([dyn(image.config)])[0].config.?Usr.hasValue()", "`image.config.config` has no `Usr` (did you mean `User`?)"),
        ("image.config.all(m, !has(image.config[m].Usr))", "`image.config.config` has no `Usr` (did you mean `User`?)"),
    ] {
        let message = mistake(require);
        assert!(message.starts_with(expected), "{require}: {message}");
    }
}

#[test]
fn literals_that_a_value_is_never_are_told() {
    for (require, expected) in [
        ("push.requested_at.getMonth() != 12", "`12` is compared with a number from 0 to 11"),
        ("push.requested_at.getDayOfWeek() != 7", "`7` is compared with a number from 0 to 6"),
        ("!(push.requested_at.getDayOfWeek('Europe/Berlin') in [6, 7])", "`7` is compared with a number from 0 to 6"),
        ("push.requested_at.getDayOfMonth() != 31", "`31` is compared with a number from 0 to 30"),
        ("push.requested_at.getDate() != 0", "`0` is compared with a number from 1 to 31"),
        ("push.requested_at.getHours() > 24", "`24` is compared with a number from 0 to 23"),
        ("24 < push.requested_at.getHours()", "`24` is compared with a number from 0 to 23"),
        ("push.requested_at.getMinutes() >= 60", "`60` is compared with a number from 0 to 59"),
        (
            "push.registry != 'https://registry.example.com'",
            "a registry is never `https://registry.example.com`: it is a host, such as `registry.example.com`",
        ),
        (
            "push.registry != 'registry.example.com/team'",
            "a registry is never `registry.example.com/team`: it is a host, such as `registry.example.com`",
        ),
        ("push.repository != 'registry.example.com/team/app'", "a repository has no host: write `team/app`"),
        ("!(push.repository in ['team/app', 'registry.example.com/team/job'])", "a repository has no host: write `team/job`"),
        ("!push.repository.startsWith('registry.example.com/team')", "a repository has no host"),
        (
            "push.repository != 'app'",
            "it is never `app`: every repository of this registry begins with `team/`, since its URI is `registry.example.com/team`",
        ),
        (
            "!push.repository.startsWith('app')",
            "every repository of this registry begins with `team/`, since its URI is `registry.example.com/team`",
        ),
        (
            "push.repository != 'team/App'",
            "a repository is never `team/App`: it is a path such as `team/app`, of small letters, and has no tag",
        ),
        (
            "push.repository != 'team/app:v1'",
            "a repository is never `team/app:v1`: it is a path such as `team/app`, of small letters, and has no tag",
        ),
        (
            "push.tag != 'app:latest'",
            "a tag is never `app:latest`: it has at most 128 letters, digits, `_`, `.` and `-`, and `push.repository` has what comes before",
        ),
        ("push.uri != 'https://registry.example.com/team'", "`https://registry.example.com/team` is never equal: there is no scheme in it"),
        ("!push.reference.startsWith('https://')", "it never begins with `https://`: there is no scheme in it"),
        ("image.platform != 'linux'", "a platform is never `linux`: it is written as in `linux/amd64`"),
        ("images.all(i, i.platform in ['linux/amd64', 'arm64'])", "a platform is never `arm64`: it is written as in `linux/amd64`"),
        (
            "!('22' in image.ports)",
            "a port has its protocol, as in `22/tcp`; for every protocol, write `image.ports.exists(p, p.split('/')[0] == '22')`",
        ),
        (
            "!sets.intersects(image.ports, ['22', '80/tcp'])",
            "a port has its protocol, as in `22/tcp`; for every protocol, write `image.ports.exists(p, p.split('/')[0] == '22')`",
        ),
        ("images.map(i, i.platform).sort() != ['amd64', 'arm64']", "a platform is never `amd64`: it is written as in `linux/amd64`"),
        (
            "image.ports.all(p, p != '22')",
            "a port has its protocol, as in `22/tcp`; for every protocol, write `image.ports.exists(p, p.split('/')[0] == '22')`",
        ),
    ] {
        assert_eq!(mistake(require), expected, "{require}");
    }
    for require in [
        "push.requested_at.getHours() >= 0 && push.requested_at.getHours() < 24 && duration('90m').getMinutes() != 90",
        "push.registry != 'localhost:5000' && push.repository != 'team/app' && push.repository != 'team' && push.tag != ''",
        "!(push.repository in ['ops/app', 'team/app']) && push.repository.startsWith('te') && push.repository.startsWith('team/app-')",
        "!('22' in image.ports || '22/tcp' in image.ports)",
        "push.tag.split('.')[0] != '12:1' && push.repository.split('/')[1] != 'App'",
    ] {
        assert!(!matches!(push_with(require).ask::<Cel>(), Err(Refusal::Misconfigured(_))), "{require}");
    }
    let bare = TestPush::new("registry.example.com", "app").registry_uri("registry.example.com").tag("v1");
    let rules = json!({"rules": [{"code": "a", "require": "push.repository == 'app' && !push.repository.startsWith('other/')"}]});
    assert_eq!(violations(bare.settings(rules.to_string())), []);
}

/// Which of two values counts depends on who reads them: whoever asks about variables then, in whatever way, gets no approval.
#[test]
fn variables_that_are_set_twice_are_not_absent() {
    let config = json!({ "os": "linux", "config": { "User": "app", "Env": ["GITHUB_TOKEN=x", "X=1", "X=2"] } });
    for require in [
        "image.env[?'GITHUB_TOKEN'].orValue('') == ''",
        "image.env.?DEBUG.orValue('') == ''",
        "image[?'env'][?'DEBUG'].orValue('') == ''",
        "image.?env.?DEBUG.orValue('') == ''",
        "image.env != {'A': 'b'}",
        "!has(image.env.DEBUG)",
        "dyn(image).env.map(n, n) == [] || true",
        "images.all(i, i.env.?DEBUG.orValue('') == '')",
        "images.map(i, {'e': i.env}).all(e, e.e != {})",
        "true || image.env == {}",
    ] {
        let found = violations(push_with(require).image(image(&config)));
        assert_eq!(found[0].detail_of("error"), Some("the image sets a variable twice, to different values"), "{require}");
        let rules = json!([{ "code": "rule", "require": "true", "when": require }]);
        let found = violations(push(&rules).image(image(&config)));
        assert_eq!(found[0].detail_of("error"), Some("`when`: the image sets a variable twice, to different values"), "{require}");
        // Another image of the same push is none the better for it.
        let plain = image(&json!({ "config": { "Env": ["A=1"] } }));
        assert!(!violations(push_with(require).image(image(&config)).image(plain)).is_empty(), "{require}");
    }
    // A rule that asks for something else has its answer, also where another rule names the variables.
    for rule in [
        json!({ "code": "rule", "require": "image.user == 'app' && push.tag != 'env'" }),
        json!({ "code": "rule", "require": "image.env != {}", "when": "image.os == 'windows'" }),
        json!({ "code": "rule", "require": "image.user == 'app'", "message": "{{ image.env.map(n, n) }}" }),
    ] {
        assert_eq!(violations(push(&json!([rule])).image(image(&config))), [], "{rule}");
    }
}
