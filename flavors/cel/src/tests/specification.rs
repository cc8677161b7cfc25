//! What expressions mean, after the specification of CEL: <https://github.com/google/cel-spec/blob/master/doc/langdef.md>. The interpreter is below 1.0, and has
//! changed what expressions mean with every minor version. This table decides whether a new version may be taken: rules that were registered must go on meaning the
//! same.

use std::sync::Arc;

use interpreter::common::types::CelBool;
use interpreter::{Context, Value};

use super::*;
use crate::expression::Expression;

/// `Some` of what an expression is, or `None` if it is an error.
fn evaluate(source: &str) -> Option<bool> {
    let environment = functions::environment().unwrap();
    let expression = Expression::parse(source).unwrap_or_else(|problem| panic!("{source}: {problem}"));
    let context = Context::with_env(Arc::clone(&environment));
    let value = Value::resolve_val(&expression.evaluated, &context).ok()?;
    Some(*value.downcast_ref::<CelBool>().unwrap_or_else(|| panic!("{source} is {value:?}")).inner())
}

#[test]
fn what_is_true() {
    for source in [
        // Numbers: the types do not mix in arithmetic, and do in comparisons.
        "1 + 2 * 3 - 4 == 3",
        "7 / 2 == 3 && -7 / 2 == -3 && -7 % 2 == -1 && 7 % -2 == 1",
        "7.0 / 2.0 == 3.5 && 1.0 / 0.0 > 1.0e300",
        "1u + 2u == 3u && 0x10 == 16 && 0xFu == 15u",
        "1 == 1u && 1u == 1.0 && 1 < 1.5 && 2u > 1.5 && 1 != 2u",
        "9007199254740993 > 9007199254740992.0 || 9007199254740993 == 9007199254740992.0",
        "-(-9223372036854775807) == 9223372036854775807",
        "int('-7') == -7 && int(7.9) == 7 && int(-7.9) == -7 && int(7u) == 7 && uint(7) == 7u && double('1.5') == 1.5",
        "string(1) == '1' && string(1u) == '1' && string(1.5) == '1.5' && string(true) == 'true' && bool('true')",
        "type(1) == int && type(1u) == uint && type(1.0) == double && type('') == string && type(b'') == bytes && type([]) == list && type({}) == map",
        "type(null) == null_type && type(type(1)) == type && type(true) == bool && dyn(1) == 1",
        // Logic: what decides a result decides it whatever else is an error.
        "true || 1 / 0 == 1",
        "1 / 0 == 1 || true",
        "!(false && 1 / 0 == 1)",
        "!(1 / 0 == 1 && false)",
        "true ? true : 1 / 0 == 1",
        "false ? 1 / 0 == 1 : true",
        "true || false && false",
        "!false == true",
        // Texts are of code points.
        "'a' + 'b' == 'ab' && 'a' < 'b' && 'a' < 'aa' && 'Z' < 'a'",
        "size('ä€😀') == 3 && 'ä€😀'.size() == 3 && size(b'ä') == 2",
        r"'\u00e4' == 'ä' && '\x41' == 'A' && '\101' == 'A' && '\n' != 'n' && r'\n' == '\\n'",
        "'abc'.contains('b') && 'abc'.startsWith('ab') && 'abc'.endsWith('bc') && 'abc'.contains('') && ''.startsWith('')",
        "!'abc'.contains('B') && !'abc'.startsWith('b')",
        // A pattern matches a part of the text.
        "'abc'.matches('b') && matches('abc', '^a.c$') && !'abc'.matches('^b')",
        "'ABC'.matches('(?i)abc') && 'a\\nb'.matches('(?s)a.b') && !'a\\nb'.matches('a.b') && 'v1.2'.matches(r'^v\\d+\\.\\d+$')",
        "!'v1\\n'.matches('^v1$') && 'ä'.matches('^.$')",
        // Lists and maps.
        "[1, 2] + [3] == [1, 2, 3] && [] == [] && [1] != [1, 2] && [1, 'a', true][1] == 'a' && size([1, 2]) == 2",
        "1 in [1, 2] && !(3 in [1, 2]) && 1.0 in [1] && 'a' in ['a'] && !('a' in []) && 'a' in {'a': 1} && !('b' in {'a': 1})",
        "{'a': 1, 'b': 2}.a == 1 && {'a': 1}['a'] == 1 && {1: 'a'}[1] == 'a' && {true: 1}[true] == 1 && size({'a': 1}) == 1",
        "{'a': 1, 'b': 2} == {'b': 2, 'a': 1} && {'a': 1} != {'a': 2} && {'a': 1} != {'b': 1}",
        "has({'a': 1}.a) && !has({'a': 1}.b)",
        "[[1], [2]][1][0] == 2 && {'a': {'b': 1}}.a.b == 1",
        "null == null && null != 0 && '1' != 1 && [1] != {1: 1}",
        // Macros.
        "[1, 2].all(x, x > 0) && ![1, 2].all(x, x > 1) && [].all(x, false)",
        "[1, 2].exists(x, x > 1) && ![1, 2].exists(x, x > 2) && ![].exists(x, true)",
        "[1, 2].exists_one(x, x > 1) && ![1, 2].exists_one(x, x > 0) && ![].exists_one(x, true)",
        "[1, 2, 3].filter(x, x > 1) == [2, 3] && [1, 2].map(x, x * 2) == [2, 4] && [1, 2, 3].map(x, x > 1, x * 2) == [4, 6]",
        "{'a': 1, 'b': 2}.all(k, k in ['a', 'b']) && {'a': 1}.exists(k, k == 'a') && {'a': 1}.map(k, k) == ['a']",
        "[1, 2].all(x, [3, 4].all(y, x < y)) && [1, 2].exists(x, [1, 2].filter(x, x == 2)[0] == 2)",
        "[0, 1].exists(x, 1 / x == 1) && ![0, 2].all(x, 1 / x == 1)",
        // Times and durations.
        "timestamp('2026-12-04T13:30:00Z') == timestamp('2026-12-04T14:30:00+01:00') && timestamp(0) == timestamp('1970-01-01T00:00:00Z')",
        "timestamp('2026-12-04T13:30:00Z') + duration('24h') == timestamp('2026-12-05T13:30:00Z')",
        "timestamp('2026-12-05T00:00:00Z') - timestamp('2026-12-04T00:00:00Z') == duration('24h') && int(timestamp(7)) == 7",
        "duration('1h') == duration('60m') && duration('90m') > duration('1h') && duration('1h30m').getMinutes() == 90 && duration('1m').getSeconds() == 60",
        "timestamp('2026-12-06T13:30:09Z').getDayOfWeek() == 0 && timestamp('2026-12-04T13:30:09Z').getDayOfWeek() == 5",
        "timestamp('2026-12-04T13:30:09Z').getDate() == 4 && timestamp('2026-12-04T13:30:09Z').getDayOfMonth() == 3",
        "timestamp('2026-12-04T13:30:09Z').getMonth() == 11 && timestamp('2026-12-04T13:30:09Z').getFullYear() == 2026",
        "timestamp('2026-12-04T13:30:09Z').getHours() == 13 && timestamp('2026-12-04T13:30:09Z').getMinutes() == 30 && timestamp(9).getSeconds() == 9",
        "timestamp('2026-02-01T00:00:00Z').getDayOfYear() == 31 && string(timestamp(0)) == '1970-01-01T00:00:00Z'",
        // A time is one in UTC, whatever the offset that it is written with.
        "timestamp('2026-12-01T00:30:00+02:00').getHours() == 22 && timestamp('2026-12-01T00:30:00+02:00').getDate() == 30",
        "timestamp('2026-12-01T00:30:00+02:00').getMonth() == 10 && string(timestamp('2026-12-01T00:30:00+02:00')) == '2026-11-30T22:30:00Z'",
        "(timestamp('2026-12-01T00:30:00+02:00') + duration('1h')).getHours() == 23 && timestamp(timestamp('2026-12-01T00:30:00-02:00')).getHours() == 2",
        "timestamp('0001-01-01T00:00:00Z') < timestamp('9999-12-31T23:59:59.999999999Z') && timestamp('2026-12-01T00:30:00.5Z').getMilliseconds() == 500",
        // Durations are Go's.
        "duration('-1.5h') == duration('-90m') && duration('+1s') == duration('1s') && duration('.5s') == duration('500ms') && duration('1.s') == duration('1s')",
        "duration('0') == duration('0s') && duration('-0') == duration('0s') && duration('1h2m3s4ms5us6ns') == duration('3723004005006ns')",
        "duration('1µs') == duration('1us') && duration('1.5ns') == duration('1ns') && duration('0.3333333333333333333333h') == duration('1199999999999ns')",
        "duration('-9223372036854775808ns') < duration('9223372036854775807ns') && duration(duration('1s')) == duration('1s')",
        // Zones by name, with summer time, and by offset.
        "timestamp('2026-12-04T23:30:00Z').getDayOfWeek('Europe/Berlin') == 6 && timestamp('2026-07-01T12:00:00Z').getHours('Europe/Berlin') == 14",
        "timestamp('2026-12-04T13:30:00Z').getHours('+05:30') == 19 && timestamp('2026-12-04T13:30:00Z').getMinutes('-00:45') == 45",
        // Optional values.
        "{'a': 1}[?'a'].orValue(2) == 1 && {'a': 1}[?'b'].orValue(2) == 2 && {'a': 1}.?b.orValue(2) == 2 && [1][?3].orValue(2) == 2",
        "{'a': 1}[?'a'].hasValue() && !{'a': 1}.?b.hasValue() && {'a': {'b': 1}}.?a.b.orValue(2) == 1 && {'a': {}}.?a.?b.orValue(2) == 2",
        "optional.of(1) == {'a': 1}.?a && optional.none().or(optional.of(1)).value() == 1 && [?optional.none(), 1] == [1]",
        // The extension for strings.
        "' a '.trim() == 'a' && 'aB'.lowerAscii() == 'ab' && 'aB'.upperAscii() == 'AB' && 'a,b'.split(',') == ['a', 'b'] && ['a', 'b'].join('-') == 'a-b'",
        "'abc'.substring(1) == 'bc' && 'abc'.substring(0, 1) == 'a' && 'abc'.charAt(1) == 'b' && 'abc'.indexOf('c') == 2 && 'abc'.indexOf('x') == -1",
        "'aba'.replace('a', 'c') == 'cbc' && 'aba'.replace('a', 'c', 1) == 'cba' && 'aba'.lastIndexOf('a') == 2 && '%s: %d'.format(['a', 1]) == 'a: 1'",
        "'abc'.reverse() == 'cba' && strings.quote('a') == '\"a\"'",
        // The extension for lists.
        "[2, 1].sort() == [1, 2] && [1, 1].distinct() == [1] && [1, 2, 3].slice(1, 2) == [2] && [[1], [2]].flatten() == [1, 2] && [1, 2].reverse() == [2, 1]",
        "lists.range(3) == [0, 1, 2]",
        // The extension for sets.
        "sets.contains([1, 2], [2]) && sets.contains([1], []) && !sets.contains([1], [2]) && sets.contains([1], [1.0, 1u])",
        "sets.equivalent([1, 2], [2, 1, 1]) && !sets.equivalent([1], [1, 2]) && !sets.equivalent([1, 2], [1]) && sets.equivalent([], [])",
        "sets.intersects([1, 2], [2, 3]) && !sets.intersects([1], [2]) && !sets.intersects([], [1]) && !sets.intersects([1], [])",
        // Versions, as Kubernetes has them.
        "semver('1.2.10') > semver('1.2.9') && semver('1.0.0-rc.1') < semver('1.0.0') && semver('1.0.0+a') == semver('1.0.0+b')",
        "semver('1.2.3').major() == 1 && semver('1.2.3').minor() == 2 && semver('1.2.3').patch() == 3 && isSemver('1.2.3') && !isSemver('v1.2.3')",
        "semver('1.2.3').compareTo(semver('1.2.4')) == -1 && semver('1.2.3').isLessThan(semver('2.0.0')) && !semver('1.2.3').isGreaterThan(semver('2.0.0'))",
    ] {
        assert_eq!(evaluate(source), Some(true), "{source}");
    }
}

#[test]
fn what_is_an_error() {
    for source in [
        "1 / 0 == 1",
        "1 % 0 == 1",
        "9223372036854775807 + 1 > 0",
        "-9223372036854775808 - 1 < 0",
        "9223372036854775807 * 2 > 0",
        "18446744073709551615u + 1u > 0u",
        "0u - 1u > 0u",
        "1 + 1.0 == 2.0",
        "1 + 1u == 2",
        "1 + '1' == 2",
        "'1' < 1",
        "true < 'a'",
        "[1] < [2]",
        "null < null",
        "!1",
        "-'a' == 'a'",
        "1 && true",
        "'a' || false",
        "1 ? true : false",
        "1 / 0 == 1 || false",
        "true && 1 / 0 == 1",
        "[1][1] == 1",
        "[1][-1] == 1",
        "['a']['a'] == 'a'",
        "{'a': 1}.b == 1",
        "{'a': 1}['b'] == 1",
        "{'a': 1, 'a': 2} == {'a': 1}",
        "'a'.b == 1",
        "'a' in 'abc'",
        "unknown == 1",
        "unknown(1) == 1",
        "'a'.unknown() == 1",
        "[0, 1].all(x, 1 / x == 1)",
        "[1, 2].map(x, x / 0) == []",
        "int('a') == 1",
        "int('') == 1",
        "uint(-1) == 1u",
        "int(1e99) == 1",
        "bool('yes')",
        "timestamp('yesterday') == timestamp(0)",
        "timestamp('2026-02-30T00:00:00Z') == timestamp(0)",
        "duration('1 hour') == duration('1h')",
        "duration('--1s') == duration('1s')",
        "duration('1') == duration('1s')",
        "duration('s') == duration('1s')",
        "duration('+') == duration('0s')",
        "duration('') == duration('0s')",
        "duration('1 s') == duration('1s')",
        "duration(' 1s') == duration('1s')",
        "duration('1s ') == duration('1s')",
        "duration('.s') == duration('1s')",
        "duration('.') == duration('0s')",
        "duration('1e3s') == duration('1000s')",
        "duration('infs') == duration('1s')",
        "duration('nans') == duration('1s')",
        "duration('1d') == duration('24h')",
        "duration('1h-1m') == duration('59m')",
        "duration('1S') == duration('1s')",
        "duration('9223372036854775808ns') > duration('0s')",
        "duration('99999999999999999999999999999999999999999h') > duration('0s')",
        "duration(1) == duration('1s')",
        "timestamp('2026-12-01 00:30:00Z') == timestamp(0)",
        "timestamp('2026-12-01t00:30:00z') == timestamp(0)",
        "timestamp('2026-12-01T00:30:00') == timestamp(0)",
        "timestamp('2026-12-31T23:59:60Z') == timestamp(0)",
        "timestamp('0000-12-31T23:59:59Z') == timestamp(0)",
        "timestamp('9999-12-31T23:59:59-01:00') == timestamp(0)",
        "timestamp(253402300800) == timestamp(0)",
        "timestamp(true) == timestamp(0)",
        // What is no key and no index is not absent.
        "['a'][?'0'].hasValue()",
        "'a'[?0].hasValue()",
        "'a'.?b.hasValue()",
        "timestamp(0).?b.hasValue()",
        "optional.of(['a'])['0'].hasValue()",
        "optional.of(['a']).x.hasValue()",
        "{'a': 1}[?[]].hasValue()",
        "timestamp(0).getHours('Mars/Olympus') == 0",
        "'abc'.matches('(')",
        "'abc'.charAt(9) == ''",
        "'abc'.substring(9) == ''",
        "[1, 'a'].sort() == []",
        "optional.none().value() == 1",
        "semver('1.2') == semver('1.2.0')",
    ] {
        assert_eq!(evaluate(source), None, "{source}");
    }
}
