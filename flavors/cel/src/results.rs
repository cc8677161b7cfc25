//! The types that members have, and that functions and operators give.

use crate::objects::Object;
use crate::types::{Numbers, Texts, Type};

/// The type of a member of an object. The host builds the config, so that its types are as certain as those of the push.
pub(crate) fn of_member(object: Object, name: &str) -> Option<Type> {
    let texts = |of| Type::list(Type::Text(of));
    let by_name = |value| Type::Map(Box::new(Type::TEXT), Box::new(value));
    object.members().contains(&name).then(|| match (object, name) {
        (Object::Push, "dry_run") => Type::Bool,
        (Object::Push, "requested_at") => Type::Timestamp,
        (Object::Push, "reference") => Type::Text(Texts::Reference),
        (Object::Push, "registry") => Type::Text(Texts::Registry),
        (Object::Push, "repository") => Type::Text(Texts::Repository),
        (Object::Push, "tag") => Type::Text(Texts::Tag),
        (Object::Push, "uri") => Type::Text(Texts::Uri),
        (Object::Image, "platform") => Type::Text(Texts::Platform),
        (Object::Image, "env") => by_name(Type::Text(Texts::Variable)),
        (Object::Image, "labels") | (Object::Execution, "Labels") => by_name(Type::TEXT),
        (Object::Image, "ports") => texts(Texts::Port),
        (Object::Image, "entrypoint" | "cmd" | "volumes")
        | (Object::Execution, "Env" | "Entrypoint" | "Cmd")
        | (Object::Healthcheck, "Test")
        | (Object::RootFilesystem, "diff_ids") => texts(Texts::Any),
        (Object::Image, "layers" | "compressed_size" | "uncompressed_size") | (Object::Healthcheck, _) => Type::INT,
        (Object::Image, "config") => Type::Object(Object::Config),
        (Object::Config, "config") => Type::Object(Object::Execution),
        (Object::Config, "rootfs") => Type::Object(Object::RootFilesystem),
        (Object::Execution, "Healthcheck") => Type::Object(Object::Healthcheck),
        // The keys of an object whose values are empty objects.
        (Object::Execution, "ExposedPorts") => Type::Map(Box::new(Type::Text(Texts::Port)), Box::new(by_name(Type::Dyn))),
        (Object::Execution, "Volumes") => by_name(by_name(Type::Dyn)),
        _ => Type::TEXT,
    })
}

/// The type that a call gives, of the types of its target and its arguments. What the arguments must be comes to light with the sample.
pub(crate) fn of_function(name: &str, target: Option<&Type>, arguments: &[Type]) -> Type {
    let of = || target.or(arguments.first()).cloned().unwrap_or(Type::Dyn);
    match name {
        "string" | "charAt" | "lowerAscii" | "upperAscii" | "trim" | "replace" | "substring" | "join" | "format" | "strings.quote" => {
            Type::TEXT
        }
        "indexOf" | "lastIndexOf" | "size" | "int" | "major" | "minor" | "patch" | "compareTo" => Type::INT,
        "contains" | "startsWith" | "endsWith" | "matches" | "isSemver" | "isLessThan" | "isGreaterThan" | "hasValue" | "bool"
        | "sets.contains" | "sets.equivalent" | "sets.intersects" => Type::Bool,
        "split" => Type::list(Type::TEXT),
        "lists.range" => Type::list(Type::INT),
        "uint" => Type::Uint,
        "double" => Type::Double,
        "bytes" => Type::Bytes,
        "timestamp" => Type::Timestamp,
        "duration" => Type::Duration,
        "semver" => Type::Version,
        "type" => Type::Kind,
        // Members that are known stay so: whether a name exists does not depend on what its value is taken for.
        "dyn" => Some(of()).filter(|of| of.holds(&|part| matches!(part, Type::Object(_) | Type::Record(_)))).unwrap_or(Type::Dyn),
        "reverse" if matches!(of(), Type::Text(_)) => Type::TEXT,
        "reverse" | "distinct" | "slice" | "sort" => of(),
        "flatten" => flat(of(), arguments.is_empty()),
        "optional.of" | "optional.ofNonZeroValue" => Type::optional(of()),
        "optional.none" => Type::optional(Type::Nothing),
        "value" => match of() {
            Type::Optional(of) => *of,
            _ => Type::Dyn,
        },
        "orValue" => match (of(), arguments.first()) {
            (Type::Optional(of), Some(other)) => of.join(other.clone()),
            _ => Type::Dyn,
        },
        "or" => arguments.first().map_or(Type::Dyn, |other| of().join(other.clone())),
        _ => numbers(name, &of()).map_or(Type::Dyn, Type::Int),
    }
}

/// The numbers of a time; those of a duration have no end.
fn numbers(name: &str, of: &Type) -> Option<Numbers> {
    let (first, last) = match name {
        "getMonth" => (0, 11),
        "getDayOfWeek" => (0, 6),
        "getDayOfMonth" => (0, 30),
        "getDate" => (1, 31),
        "getDayOfYear" => (0, 365),
        "getHours" => (0, 23),
        "getMinutes" | "getSeconds" => (0, 59),
        "getMilliseconds" => (0, 999),
        "getFullYear" => (1, 9999),
        _ => return None,
    };
    Some(if *of == Type::Timestamp { Numbers::Between(first, last) } else { Numbers::Any })
}

/// A list without the lists in it: of the first level, or of all.
fn flat(of: Type, once: bool) -> Type {
    match of {
        Type::List(of) => match *of {
            Type::List(inner) if once => Type::List(inner),
            Type::List(inner) => flat(Type::List(inner), false),
            Type::Either(parts) => {
                let flat_parts = parts.into_iter().map(|part| if let Type::List(of) = part { *of } else { part });
                Type::list(flat_parts.reduce(Type::join).unwrap_or(Type::Nothing))
            }
            other => Type::list(other),
        },
        _ => Type::Dyn,
    }
}

/// The type that an operator gives.
pub(crate) fn of_operator(name: &str, arguments: &[Type]) -> Type {
    match (name, arguments) {
        ("_?_:_", [_, one, other]) => one.clone().join(other.clone()),
        ("_+_", [Type::List(one), Type::List(other)]) => Type::list((**one).clone().join((**other).clone())),
        ("_+_", [Type::Text(_), Type::Text(_)]) => Type::Text(Texts::Any),
        ("_+_" | "_-_", [Type::Timestamp, Type::Duration]) | ("_+_", [Type::Duration, Type::Timestamp]) => Type::Timestamp,
        ("_-_", [Type::Timestamp, Type::Timestamp]) => Type::Duration,
        ("_+_" | "_-_" | "_*_" | "_/_" | "_%_", [Type::Int(_), Type::Int(_)]) | ("-_", [Type::Int(_)]) => Type::INT,
        ("_+_" | "_-_" | "_*_" | "_/_" | "_%_", [one, other]) if one == other => one.clone(),
        ("-_", [one]) => one.clone(),
        ("_+_" | "_-_" | "_*_" | "_/_" | "_%_", _) => Type::Dyn,
        _ => Type::Bool,
    }
}
