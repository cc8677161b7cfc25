//! What to write instead of a name that does not exist.

use interpreter::common::ast::IdedExpr;

use crate::functions::KNOWN_FUNCTIONS;
use crate::objects::Object;
use crate::tree;

/// What other languages call the functions of this one.
const OTHER_NAMES: [(&str, &str); 40] = [
    ("any", "exists"),
    ("count", "size"),
    ("every", "all"),
    ("float", "double"),
    ("getday", "getDayOfWeek"),
    ("gethour", "getHours"),
    ("getminute", "getMinutes"),
    ("getsecond", "getSeconds"),
    ("getyear", "getFullYear"),
    ("has_prefix", "startsWith"),
    ("has_suffix", "endsWith"),
    ("hasprefix", "startsWith"),
    ("hassuffix", "endsWith"),
    ("includes", "contains"),
    ("len", "size"),
    ("length", "size"),
    ("lower", "lowerAscii"),
    ("lowercase", "lowerAscii"),
    ("match", "matches"),
    ("matches_regex", "matches"),
    ("parseint", "int"),
    ("prefix", "startsWith"),
    ("regex", "matches"),
    ("some", "exists"),
    ("str", "string"),
    ("strip", "trim"),
    ("substr", "substring"),
    ("suffix", "endsWith"),
    ("test", "matches"),
    ("tolower", "lowerAscii"),
    ("tolowercase", "lowerAscii"),
    ("toint", "int"),
    ("tostring", "string"),
    ("toupper", "upperAscii"),
    ("touppercase", "upperAscii"),
    ("unique", "distinct"),
    ("upper", "upperAscii"),
    ("uppercase", "upperAscii"),
    ("where", "filter"),
    ("select", "map"),
];

/// What is written instead of a variable that other languages have.
const OTHER_VARIABLES: [(&str, &str); 8] = [
    ("True", "true"),
    ("False", "false"),
    ("TRUE", "true"),
    ("FALSE", "false"),
    ("None", "null"),
    ("nil", "null"),
    ("now", "push.requested_at"),
    ("undefined", "null"),
];

/// There is no such function, and what there is.
pub(crate) fn no_function(name: &str, target: Option<&IdedExpr>) -> String {
    let lower = name.to_lowercase();
    let on = |text: &str| target.map_or_else(|| "x".to_owned(), |target| tree::spelled(target).unwrap_or_else(|| "x".to_owned())) + text;
    let instead = match lower.as_str() {
        "get" => Some(format!("; write `{}`", on("[?'name'].orValue('')"))),
        "now" => Some("; the time of the push is `push.requested_at`".to_owned()),
        "isempty" | "is_empty" => Some(format!("; write `{}`", on(".size() == 0"))),
        "keys" => Some(format!("; write `{}`", on(".map(k, k)"))),
        "values" => Some(format!("; write `{0}.map(k, {0}[k])`", on(""))),
        _ => None,
    };
    let near = || {
        let other = OTHER_NAMES.iter().find(|(other, _)| *other == lower).map(|(_, known)| *known);
        other.or_else(|| near(name, &KNOWN_FUNCTIONS)).map(|near| format!(" (did you mean `{near}`?)"))
    };
    format!("there is no function `{name}`{}", instead.or_else(near).unwrap_or_default())
}

/// What to write instead of a variable that does not exist.
pub(crate) fn variable(name: &str, known: &[&str]) -> String {
    if let Some((_, instead)) = OTHER_VARIABLES.iter().find(|(other, _)| *other == name) {
        return format!("; write `{instead}`");
    }
    if near(name, known).is_none() {
        let owner = [("push", Object::Push), ("image", Object::Image)].into_iter().find(|(_, object)| object.members().contains(&name));
        if let Some((owner, _)) = owner {
            return format!(" (did you mean `{owner}.{name}`?)");
        }
    }
    nearest(name, known, "there are")
}

/// What to write instead of a name that does not exist, of those that do.
pub(crate) fn nearest(name: &str, known: &[&str], introduction: &str) -> String {
    if known.is_empty() {
        return String::new();
    }
    near(name, known).map_or_else(|| format!("; {introduction} `{}`", known.join("`, `")), |near| format!(" (did you mean `{near}`?)"))
}

/// The known name that is near, or nothing.
fn near<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let distance = |known: &str| strsim::osa_distance(&name.to_lowercase(), &known.to_lowercase());
    let near = known
        .iter()
        .map(|known| (distance(known), *known))
        .filter(|(distance, known)| *distance <= known.len().max(name.len()).div_ceil(4) && *distance < name.len());
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}
