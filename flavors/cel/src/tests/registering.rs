//! What is found when a rule is registered.

use super::*;

#[test]
fn a_wrong_expression_is_misconfigured_with_its_place() {
    for (require, expected) in [
        ("push.tag ==", "at column 12: expected an expression and found the end"),
        ("push.tag == 'a", "at column 13: unterminated string literal"),
        ("push.tag = 'a'", "at column 10: `=` is no operator: write `==`"),
        ("push.tag == 'a' && ", "at column 20: expected an expression and found the end"),
        ("push.tag == 'a')", "at column 16: expected the end and found `)`"),
        ("(push.tag == 'a'", "at column 17: expected `)`"),
        ("push.tag.matches('v1\\.0')", "at column 18: a string has no such escape; write a pattern as r'\\.' or with [.]"),
        ("", "at column 1: expected an expression and found the end"),
        ("pushh.tag == 'a'", "there is no variable `pushh` (did you mean `push`?)"),
        ("x.y == 1", "there is no variable `x`; there are `push`, `image`, `images`"),
        ("push.tga == 'a'", "`push` has no `tga` (did you mean `tag`?)"),
        ("push['tga'] == 'a'", "`push` has no `tga` (did you mean `tag`?)"),
        ("push.?tga.orValue('') == 'a'", "`push` has no `tga` (did you mean `tag`?)"),
        ("push[?'tga'].orValue('') == 'a'", "`push` has no `tga` (did you mean `tag`?)"),
        ("has(push.tga)", "`push` has no `tga` (did you mean `tag`?)"),
        ("image.lables['a'] == 'a'", "an image has no `lables` (did you mean `labels`?)"),
        ("images.all(i, i.lables['a'] == 'a')", "an image has no `lables` (did you mean `labels`?)"),
        ("images.filter(i, i.os == 'linux').all(i, i.lables['a'] == 'a')", "an image has no `lables` (did you mean `labels`?)"),
        ("images.map(i, i).exists(i, i.lables['a'] == 'a')", "an image has no `lables` (did you mean `labels`?)"),
        ("images[0].lables['a'] == 'a'", "an image has no `lables` (did you mean `labels`?)"),
        ("images.reverse()[0].lables['a'] == 'a'", "an image has no `lables` (did you mean `labels`?)"),
        ("(images + images)[0].lables['a'] == 'a'", "an image has no `lables` (did you mean `labels`?)"),
        (
            "!has(image.config.history)",
            "`image.config` has no `history`; it has `created`, `author`, `architecture`, `os`, `os.version`, `variant`, `config`, `rootfs`",
        ),
        ("image.config.config.user == ''", "`image.config.config` has no `user` (did you mean `User`?)"),
        ("image.config.config.?HealthCheck.hasValue()", "`image.config.config` has no `HealthCheck` (did you mean `Healthcheck`?)"),
        ("image.config.config.Healthcheck.test[0] == ''", "`Healthcheck` has no `test` (did you mean `Test`?)"),
        ("images.all(i, i.config.rootfs.diff_id == [])", "`rootfs` has no `diff_id` (did you mean `diff_ids`?)"),
        ("!('Enw' in image.config.config)", "`image.config.config` has no `Enw` (did you mean `Env`?)"),
        ("!('lables' in image)", "an image has no `lables` (did you mean `labels`?)"),
        ("push.tag in image", "a member of `push` or of an image is named, as in `image.labels`"),
        ("images.labels['a'] == 'a'", "`images` is a list and has no `labels`; name it of each, as in `images.all(i, i.labels …)`"),
        ("image[push.tag] == 'a'", "a member of `push` or of an image is named, as in `image.labels`"),
        ("push.tag.startswith('a')", "there is no function `startswith` (did you mean `startsWith`?)"),
        ("startsWith(push.tag, 'a')", "`startsWith` is called on a value; write `x.startsWith(…)`"),
        ("foo(push.tag)", "there is no function `foo`"),
        ("sets.contain(['a'], ['a'])", "there is no function `sets.contain` (did you mean `sets.contains`?)"),
        ("set.contains(['a'], ['a'])", "there is no variable `set`; there are `push`, `image`, `images`"),
        ("image.env.all(k, v, v != '')", "`all` is written `list.all(x, condition)`"),
        ("image.env.all('k', true)", "at column 15: expected the name of an element, as in `list.all(x, condition)`"),
        ("has(push)", "at column 5: `has` takes a member, as in `has(image.labels.name)`"),
        ("image.labels.all(l, lable != '')", "there is no variable `lable`; there are `push`, `image`, `images`, `l`"),
        ("push.tag.matches('(')", "`(` is not a pattern: found open group without closing ')'"),
        ("push.tag.matches('[a')", "`[a` is not a pattern: non-empty character class has no closing bracket"),
        ("push.tag.matches('\\\\p{L}')", "`\\p{L}` is not a pattern: Unicode character classes are not supported"),
        ("push.tag.matches('(a{1000}){1000}')", "`(a{1000}){1000}` is not a pattern: compiled regex exceeded size limit"),
        ("push.tag.matches(push.repository) && 'a'.matches('[')", "`[` is not a pattern: found unclosed character class"),
        ("push.requested_at < timestamp('2026-13-01')", "`2026-13-01` is not a time, such as `2026-12-24T00:00:00Z`"),
        ("push.requested_at - push.requested_at < duration('1 day')", "`1 day` is not a duration, such as `90m`"),
        ("push.requested_at.getHours('Europe/Berlim') > 1", "`Europe/Berlim` is not a time zone, such as `Europe/Berlin` or `+02:00`"),
        ("semver('1.2') < semver('1.3.0')", "`1.2` is not a semantic version, such as `1.4.2`"),
        ("push.tag", "is of type string, and must be true or false"),
        ("image.labels", "is of type map, and must be true or false"),
        ("images.map(i, i.os)", "is of type list, and must be true or false"),
        ("image.labels['a']", "is of type string, and must be true or false"),
        ("push.tag + 1 == 'a'", "`+` does not take (string, int)"),
        ("push.tag > 1", "`>` does not take (string, int)"),
        ("push.tag.size() > '1'", "`>` does not take (int, string)"),
        ("push.tag.contains(1)", "`contains` cannot be called on a string with (int)"),
        ("image.labels['a'] > 1", "`>` does not take (string, int)"),
        ("image.labels[1] == 'a'", "`[]` does not take (map, int)"),
        ("image.user == 'a' || image.user > 1", "`>` does not take (string, int)"),
        ("image.user == 'a' ? true : image.user > 1", "`>` does not take (string, int)"),
        ("image.env.all(n, image.env[n] > 1)", "`>` does not take (string, int)"),
        ("image.layers.matches('a')", "`matches` cannot be called on an int with (string)"),
        ("image.config.rootfs.diff_ids > 1", "`>` does not take (list, int)"),
        ("push.requested_at > 1", "`>` does not take (timestamp, int)"),
        ("push.requested_at.getHours(1) > 1", "`getHours` cannot be called on a timestamp with (int)"),
        ("!push.tag", "`!` does not take (string)"),
        ("-push.tag == 'a'", "`-` does not take (string)"),
        ("push.tag in push.repository", "`in` does not take (string, string)"),
        ("push.tag && true", "`&&` does not take (string, bool)"),
        ("push.tag ? true : false", "`? :` does not take (string, bool, bool)"),
        ("image.size() == 1", "`size` cannot be called on `push` or an image; name a member"),
        ("image.all(m, true)", "`push` and an image are not lists; name their members"),
        ("push.all(m, true)", "`push` and an image are not lists; name their members"),
        ("Foo{a: 1} == 1", "there is no type `Foo` to make a value of"),
        ("[1].sortBy(x, x) == [1]", "there is no function `sortBy` (did you mean `sort`?)"),
        ("true ? 1 : 2", "is of type int, and must be true or false"),
        ("1", "is of type int, and must be true or false"),
    ] {
        if expected.starts_with("at column") {
            assert_eq!(misconfigured(push_with(require)), format!("rules[0] (rule).require: {expected}"), "{require}");
        } else {
            assert_eq!(mistake(require), expected, "{require}");
        }
    }
}

/// Where in the text it is wrong, for what the parser, the check and the sample find.
#[test]
fn a_mistake_has_its_column() {
    for (require, expected) in [
        ("  pushh.tag == 'a'", "at column 3: there is no variable `pushh` (did you mean `push`?)"),
        ("push.tag == '' || push.tga == ''", "at column 24: `push` has no `tga` (did you mean `tag`?)"),
        ("push.tag == '' || push.?tga.hasValue()", "at column 25: `push` has no `tga` (did you mean `tag`?)"),
        ("push.tag == '' || push['tga'] == ''", "at column 25: `push` has no `tga` (did you mean `tag`?)"),
        ("has(push.tga)", "at column 10: `push` has no `tga` (did you mean `tag`?)"),
        ("'ä' == image.user && push.tag.startswith('a')", "at column 31: there is no function `startswith` (did you mean `startsWith`?)"),
        ("true && foo('a')", "at column 9: there is no function `foo`"),
        ("push.tag.matches('(')", "at column 18: `(` is not a pattern: found open group without closing ')'"),
        ("true &&\n push.tag.size() > '1'", "at column 18 of line 2: `>` does not take (int, string)"),
        ("image.user == '' || image.user != 0", "at column 32: `!=` compares (string, int), which are never equal: write `'0'`"),
        ("image.user in ['a', 0]", "at column 21: `in` compares (string, int), which are never equal: write `'0'`"),
        ("image.user == '' || image.labels[?'a'] != 'b'", "at column 21: the left side of `!=` is optional: add `.orValue('')`"),
        ("image.cmd.all(c, c.size() + 'a' == 'b')", "at column 27: `+` does not take (int, string)"),
        ("push.tag.contains(1)", "at column 10: `contains` cannot be called on a string with (int)"),
        ("push.tag // why\n== 1 // not", "at column 1 of line 2: `==` compares (string, int), which are never equal: write `'1'`"),
    ] {
        assert_eq!(misconfigured(push_with(require)), format!("rules[0] (rule).require: {expected}"), "{require}");
    }
    let rules = json!([{ "code": "a", "require": "true", "hint": "see {{ push.tag }} and {{ push.uri + 1 }}" }]);
    assert_eq!(misconfigured(push(&rules)), "rules[0] (a).hint: at column 36: `+` does not take (string, int)");
}

/// What other languages have, with what there is instead.
#[test]
fn habits_of_other_languages_are_answered() {
    for (require, expected) in [
        ("push.tag = 'a'", "at column 10: `=` is no operator: write `==`"),
        ("push.tag === 'a'", "at column 12: two values are compared by `==` and `!=`"),
        ("push.tag !== 'a'", "at column 12: two values are compared by `==` and `!=`"),
        ("push.tag =~ '^v'", "at column 10: `=~` is no operator: write `.matches('…')`"),
        ("push.tag ~ '^v'", "at column 10: unexpected `~`: write `.matches('…')`"),
        ("push.tag <> 'a'", "at column 11: `<>` is no operator: write `!=`"),
        ("push.dry_run and true", "at column 14: `and` is no operator: write `&&`"),
        ("push.dry_run OR true", "at column 14: `OR` is no operator: write `||`"),
        ("not push.dry_run", "at column 5: `not` is no operator: write `!`"),
        ("true && not push.dry_run", "at column 13: `not` is no operator: write `!`"),
        ("push.tag not in ['a']", "at column 10: `not` is no operator: write `!(x in list)`"),
        ("push.tag is 'a'", "at column 10: `is` is no operator: write `==`"),
        ("push.tag like 'v%'", "at column 10: `like` is no operator: write `.matches('…')`"),
        ("push.tag matches '^v'", "at column 10: `matches` is a function: write `x.matches(…)`"),
        ("push.tag startsWith 'v'", "at column 10: `startsWith` is a function: write `x.startsWith(…)`"),
        ("push.dry_run & true", "at column 14: unexpected single `&`, expected `&&`"),
        ("push.tag == “a”", "at column 13: unexpected `“`: a text is in straight quotes, `'` or `\"`"),
        ("push.tag == ‘a’", "at column 13: unexpected `‘`: a text is in straight quotes, `'` or `\"`"),
        ("# a tag\ntrue", "at column 1 of line 1: unexpected `#`: a comment begins with `//`"),
        ("push.tag == $tag", "at column 13: unexpected `$`: a variable is its name alone, and a pattern is in quotes"),
        ("true;", "at column 5: unexpected `;`: a rule is one expression"),
        ("push.tag == @a", "at column 13: unexpected `@`"),
        ("push.tag ≠ 'a'", "at column 10: unexpected `≠`: write `!=`"),
        ("push.tag\u{a0}== 'a'", "at column 9: unexpected character U+00A0"),
        (
            "image.compressed_size < 500MB",
            "at column 25: a number has digits alone: write `500 * 1000 * 1000` for 500 MB, and `500000` for 500_000",
        ),
        (
            "image.layers < 500_000",
            "at column 16: a number has digits alone: write `500 * 1000 * 1000` for 500 MB, and `500000` for 500_000",
        ),
        ("push.tag.match('^v')", "at column 10: there is no function `match` (did you mean `matches`?)"),
        ("push.tag.toLowerCase() == 'a'", "at column 10: there is no function `toLowerCase` (did you mean `lowerAscii`?)"),
        ("push.tag.length() == 1", "at column 10: there is no function `length` (did you mean `size`?)"),
        ("len(push.tag) == 1", "at column 1: there is no function `len` (did you mean `size`?)"),
        ("image.labels.get('a') == 'b'", "at column 14: there is no function `get`; write `image.labels[?'name'].orValue('')`"),
        ("image.labels.keys() == []", "at column 14: there is no function `keys`; write `image.labels.map(k, k)`"),
        ("image.cmd.isEmpty()", "at column 11: there is no function `isEmpty`; write `image.cmd.size() == 0`"),
        ("now() > push.requested_at", "at column 1: there is no function `now`; the time of the push is `push.requested_at`"),
        ("now > push.requested_at", "at column 1: there is no variable `now`; write `push.requested_at`"),
        ("image.cmd.any(c, c == '')", "at column 11: there is no function `any` (did you mean `exists`?)"),
        ("tag == 'a'", "at column 1: there is no variable `tag` (did you mean `push.tag`?)"),
        ("labels['a'] == 'a'", "at column 1: there is no variable `labels` (did you mean `image.labels`?)"),
        ("push.dry_run == True", "at column 17: there is no variable `True`; write `true`"),
        ("push.tag.size > 1", "at column 10: `size` is a function of a string: write `push.tag.size()`"),
        ("image.ports.size > 1", "at column 13: `size` is a function of a list: write `image.ports.size()`"),
        ("images.size > 1", "at column 8: `size` is a function of a list: write `images.size()`"),
        ("image.labels.team.size > 1", "at column 19: `size` is a function of a string: write `image.labels.team.size()`"),
        (
            "image.labels.org.opencontainers.image.source != ''",
            "at column 14: a name with dots is written in brackets: `image.labels['org.opencontainers.image.source']`",
        ),
        (
            "has(image.labels.org.opencontainers.image.source)",
            "at column 18: a name with dots is written in brackets: `'org.opencontainers.image.source' in image.labels`",
        ),
        (
            "image.labels.org.opencontainers.image.source.startsWith('https:')",
            "at column 14: a name with dots is written in brackets: `image.labels['org.opencontainers.image.source']`",
        ),
        ("images.all(i, i.labels.a.b == '')", "at column 24: a name with dots is written in brackets: `i.labels['a.b']`"),
    ] {
        assert_eq!(misconfigured(push_with(require)), format!("rules[0] (rule).require: {expected}"), "{require}");
    }
}

#[test]
fn a_code_names_one_rule() {
    let rules = json!([
        { "code": "a", "require": "true" },
        { "code": "b", "require": "true" },
        { "code": "a", "require": "true" },
    ]);
    assert_eq!(misconfigured(push(&rules)), "rules[2] (a).code: `rules[0]` has this code already; give each rule its own");
}

#[test]
fn what_must_not_be_shown_is_refused() {
    for (shown, expected) in [
        (
            "{{ image.env }}",
            "at column 4: shows the value of every variable, and some may be secret; `image.env.map(n, n)` shows the names",
        ),
        (
            "{{ images.map(i, i.env) }}",
            "at column 4: shows the value of every variable, and some may be secret; `image.env.map(n, n)` shows the names",
        ),
        ("{{ image }}", "at column 4: shows a whole image or config; name a member of it"),
        ("{{ [image.config.config] }}", "at column 4: shows a whole image or config; name a member of it"),
    ] {
        for member in ["message", "hint"] {
            let rules = json!([{ "code": "a", "require": "true", member: shown }]);
            assert_eq!(misconfigured(push(&rules)), format!("rules[0] (a).{member}: {expected}"), "{shown}");
        }
    }
}

#[test]
fn everything_that_is_wrong_is_reported_with_its_place() {
    let rules = json!([
        { "code": "a", "require": "push.tga == ''", "when": "push.tag ==", "message": "{{ push.tga }}" },
        { "code": "b", "require": "true" },
        { "code": "c", "require": "true", "message": "{{ push.tag" },
        { "code": "d", "require": "true", "message": "{{ }}" },
    ]);
    assert_eq!(
        misconfigured(push(&rules)),
        "rules[0] (a).when: at column 12: expected an expression and found the end; \
         rules[0] (a).require: at column 6: `push` has no `tga` (did you mean `tag`?); \
         rules[0] (a).message: at column 9: `push` has no `tga` (did you mean `tag`?); \
         rules[2] (c).message: `{{` without `}}`; \
         rules[3] (d).message: at column 4: expected an expression and found the end"
    );
    let rules = json!([
        { "code": "a", "require": "true", "when": "push.tag" },
        { "code": "b", "require": "true", "message": "{{ push.tag + 1 }}" },
    ]);
    assert_eq!(
        misconfigured(push(&rules)),
        "rules[0] (a).when: at column 1: is of type string, and must be true or false; \
         rules[1] (b).message: at column 13: `+` does not take (string, int)"
    );
    assert_eq!(
        misconfigured(push_with("push.tag == 'a' &&\n  push.tga == 1 &&")),
        "rules[0] (rule).require: at column 19 of line 2: expected an expression and found the end"
    );
}

#[test]
fn there_is_a_rule_and_not_too_many() {
    assert_eq!(misconfigured(push(&json!([]))), "rules: from 1 to 100 rules");
    let many = |count: usize| push(&(0..count).map(|index| json!({ "code": format!("a{index}"), "require": "true" })).collect());
    assert_eq!(violations(many(100)), []);
    assert_eq!(misconfigured(many(101)), "rules: from 1 to 100 rules");
    assert_eq!(misconfigured(push_with(&format!("{}true", " ".repeat(4093)))), "rules[0] (rule).require: longer than 4096 characters");
    assert_eq!(misconfigured(push(&json!([{ "code": "a" }]))), "rules[0]: missing field `require`");
    assert_eq!(
        misconfigured(push(&json!([{ "code": "a", "require": "true", "unless": "true" }]))),
        "rules[0].unless: unknown field `unless`, expected one of `code`, `require`, `when`, `message`, `hint`"
    );
}

/// The stack is not what ends an evaluation. A build for tests takes many times the stack of a flavor, and gets it.
#[test]
fn deep_expressions_are_refused() {
    std::thread::Builder::new().stack_size(64 << 20).spawn(refuse_deep_expressions).unwrap().join().unwrap();
}

fn refuse_deep_expressions() {
    let nested = |levels: usize| format!("{}true{}", "[".repeat(levels), "]".repeat(levels));
    for expression in [
        nested(1500),
        nested(120),
        "(".repeat(1500),
        "1".to_owned() + &" + 1".repeat(1000) + " == 1",
        "push".to_owned() + &".tag".repeat(900) + " == ''",
        "push.tag".to_owned() + &".trim()".repeat(500) + " == ''",
        "false ? false : ".repeat(250) + "true",
        "[1].all(x, ".repeat(300) + "true" + &")".repeat(300),
        "push.tag".to_owned() + &"[0]".repeat(1000) + " == ''",
    ] {
        let message = misconfigured(push_with(&expression));
        assert_eq!(
            message,
            "rules[0] (rule).require: nested more than 100 levels deep; split it into several rules",
            "{}…",
            &expression[..20]
        );
    }
    assert_eq!(violations(push_with(&format!("{} == {}", nested(90), nested(90)))), []);
    // The parser counts signs, and balances what `&&` and `||` join.
    for expression in ["!".repeat(4000) + "true", "true".to_owned() + &" && true".repeat(500)] {
        assert_eq!(violations(push_with(&expression)), [], "{}…", &expression[..20]);
    }
}

/// What may be right for some push is no mistake.
#[test]
fn what_depends_on_values_is_registered() {
    for require in [
        "image.labels['org.opencontainers.image.source'].startsWith('https://')",
        "image.labels.team in ['a', 'b']",
        "int(image.labels['com.example.level']) > 3",
        "image.config.config.Healthcheck.Test[0] != 'NONE'",
        "'Env' in image.config.config && image.config.all(m, m != 'x') && image.config['os'] == 'linux'",
        "type(image.config.config.Healthcheck) == string && image.config.config.Healthcheck + 1 == 2",
        "timestamp(image.config.created) > push.requested_at - duration('720h')",
        "image.env.all(n, !n.matches('(?i)secret') || image.env[n] == '')",
        "image.entrypoint.size() > 0 ? image.entrypoint[0] == '/app' : image.cmd[0] == '/app'",
        "image.cmd[17] == ''",
        "images.map(i, i.platform).sort() == ['linux/amd64', 'linux/arm64']",
        "images.exists_one(i, i.os == 'linux') && images.map(i, i.os == 'linux', i.platform).size() > 0",
        "semver(push.tag).major() >= 1 && isSemver(push.tag) && semver(push.tag) > semver('0.9.0')",
        "sets.contains(['a', 'b'], image.ports) || sets.intersects(image.volumes, ['/data']) || sets.equivalent([1], [1, 1])",
        "push.tag.split('-')[1].matches('^[0-9]+$')",
        "!(push.requested_at.getDayOfWeek('Europe/Berlin') in [0, 6])",
        "has(image.labels.a) && image.labels.a != '' || image.labels[?'b'].hasValue()",
        "image.labels.`org.opencontainers.image.source` != ''",
        "'%s-%d'.format([push.tag, 3]) == 'v1-3'",
        "string(push.dry_run) == 'true' && push.tag.lowerAscii() == push.tag && [1, 2].reverse() == [2, 1]",
        "optional.of(1).value() == 1 && dyn(push.tag) == 'a' && type(push.requested_at) == google.protobuf.Timestamp",
    ] {
        let answer = push_with(require).ask::<Cel>();
        assert!(!matches!(answer, Err(Refusal::Misconfigured(_) | Refusal::Other(_))), "{require}: {answer:?}");
    }
}

/// What is suggested exists.
#[test]
fn every_known_function_is_one() {
    for name in functions::KNOWN_FUNCTIONS.iter().filter(|name| functions::MACROS.iter().all(|(known, _)| known != *name)) {
        for require in [format!("push.tag.{name}() == 1"), format!("{name}() == 1")] {
            if name.contains('.') && require.starts_with("push") {
                continue;
            }
            if let Err(Refusal::Misconfigured(message)) = push_with(&require).ask::<Cel>() {
                assert!(!message.contains("there is no"), "{require}: {message}");
            }
        }
    }
}
