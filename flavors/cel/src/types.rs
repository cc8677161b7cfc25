//! What is known of the type of an expression before anything is evaluated.

use std::collections::BTreeMap;

use crate::objects::Object;

/// A type, as the check of CEL's own implementations has it, with what this flavor knows beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    /// Not known.
    Dyn,
    /// The elements of an empty list.
    Nothing,
    Null,
    Bool,
    Int(Numbers),
    Uint,
    Double,
    Text(Texts),
    Bytes,
    Timestamp,
    Duration,
    Version,
    /// A type as a value, such as `int`.
    Kind,
    List(Box<Type>),
    Map(Box<Type>, Box<Type>),
    Optional(Box<Type>),
    /// A value whose members this flavor knows.
    Object(Object),
    /// A map that is written down, with texts for keys.
    Record(BTreeMap<String, Type>),
    /// One of several.
    Either(Vec<Type>),
}

/// Which numbers an int may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    Any,
    /// From the first to the last.
    Between(i64, i64),
}

/// What a text is, so that one that it can never be comes to light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Texts {
    Any,
    Reference,
    Registry,
    Repository,
    Tag,
    Uri,
    Platform,
    Port,
    /// The value of an environment variable.
    Variable,
}

impl Type {
    pub(crate) const TEXT: Self = Self::Text(Texts::Any);
    pub(crate) const INT: Self = Self::Int(Numbers::Any);

    pub(crate) fn list(of: Self) -> Self {
        Self::List(Box::new(of))
    }

    pub(crate) fn optional(of: Self) -> Self {
        Self::Optional(Box::new(of))
    }

    /// The type of a value that is of one type or of the other.
    pub(crate) fn join(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Nothing, one) | (one, Self::Nothing) => one,
            (Self::Text(_), Self::Text(_)) => Self::TEXT,
            (Self::Int(_), Self::Int(_)) => Self::INT,
            (Self::List(one), Self::List(other)) => Self::list(one.join(*other)),
            (Self::Optional(one), Self::Optional(other)) => Self::optional(one.join(*other)),
            (Self::Map(key, value), Self::Map(other_key, other_value)) => {
                Self::Map(Box::new(key.join(*other_key)), Box::new(value.join(*other_value)))
            }
            (one, other) => {
                let mut all = Vec::new();
                for part in one.into_parts().into_iter().chain(other.into_parts()) {
                    if !all.contains(&part) {
                        all.push(part);
                    }
                }
                Self::Either(all)
            }
        }
    }

    fn into_parts(self) -> Vec<Self> {
        match self {
            Self::Either(parts) => parts,
            other => vec![other],
        }
    }

    /// The types that a value may have: one, or several.
    pub(crate) fn parts(&self) -> &[Self] {
        match self {
            Self::Either(parts) => parts,
            other => std::slice::from_ref(other),
        }
    }

    /// What comes out of a walk over the value: the elements of a list, the keys of a map. None where it is neither.
    pub(crate) fn elements(&self) -> Option<Self> {
        match self {
            Self::Dyn => Some(Self::Dyn),
            Self::Nothing => Some(Self::Nothing),
            Self::List(of) => Some((**of).clone()),
            Self::Map(key, _) => Some((**key).clone()),
            Self::Record(_) | Self::Object(_) => Some(Self::TEXT),
            Self::Either(parts) => parts.iter().filter_map(Self::elements).reduce(Self::join),
            _ => None,
        }
    }

    /// The values of a map, whatever the key.
    pub(crate) fn values(&self) -> Option<Self> {
        match self {
            Self::Map(_, value) => Some((**value).clone()),
            Self::Record(members) => members.values().cloned().reduce(Self::join).or(Some(Self::Nothing)),
            _ => None,
        }
    }

    /// Whether a value of this type may equal one of the other.
    pub(crate) fn may_equal(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dyn | Self::Nothing, _) | (_, Self::Dyn | Self::Nothing) => true,
            (Self::Either(parts), other) | (other, Self::Either(parts)) => parts.iter().any(|part| part.may_equal(other)),
            (Self::Int(_) | Self::Uint | Self::Double, Self::Int(_) | Self::Uint | Self::Double) | (Self::Text(_), Self::Text(_)) => true,
            (Self::List(one), Self::List(other)) | (Self::Optional(one), Self::Optional(other)) => one.may_equal(other),
            (Self::Map(key, value), Self::Map(other_key, other_value)) => key.may_equal(other_key) && value.may_equal(other_value),
            (Self::Record(members), Self::Map(key, value)) | (Self::Map(key, value), Self::Record(members)) => {
                members.is_empty() || (key.may_equal(&Self::TEXT) && members.values().all(|member| member.may_equal(value)))
            }
            (Self::Record(one), Self::Record(other)) => {
                one.iter().all(|(name, member)| other.get(name).is_none_or(|other| member.may_equal(other)))
            }
            (Self::Object(_), Self::Map(key, _)) | (Self::Map(key, _), Self::Object(_)) => key.may_equal(&Self::TEXT),
            (Self::Object(object), Self::Record(members)) | (Self::Record(members), Self::Object(object)) => {
                members.keys().all(|name| object.members().contains(&name.as_str()))
            }
            (one, other) => one == other,
        }
    }

    /// Whether it is, or holds, something of which this is true.
    pub(crate) fn holds(&self, is: &impl Fn(&Self) -> bool) -> bool {
        is(self)
            || match self {
                Self::List(of) | Self::Optional(of) => of.holds(is),
                Self::Map(key, value) => key.holds(is) || value.holds(is),
                Self::Record(members) => members.values().any(|member| member.holds(is)),
                Self::Either(parts) => parts.iter().any(|part| part.holds(is)),
                _ => false,
            }
    }

    /// Whether images are in it.
    pub(crate) fn holds_image(&self) -> bool {
        self.holds(&|part| *part == Self::Object(Object::Image))
    }

    /// The value of this type that stands for none, as it is written.
    pub(crate) const fn empty(&self) -> &'static str {
        match self {
            Self::Text(_) => "''",
            Self::Bool => "false",
            Self::Int(_) => "0",
            Self::List(_) => "[]",
            Self::Map(..) | Self::Object(_) | Self::Record(_) => "{}",
            _ => "…",
        }
    }

    /// Its name, with the type of what it holds.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::List(of) if !matches!(**of, Self::Dyn | Self::Nothing | Self::Either(_)) => format!("list({})", of.shown()),
            _ => self.name().to_owned(),
        }
    }

    /// Its name, as the interpreter has it for the type of a value.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Dyn | Self::Nothing | Self::Either(_) => "dyn",
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Int(_) => "int",
            Self::Uint => "uint",
            Self::Double => "double",
            Self::Text(_) => "string",
            Self::Bytes => "bytes",
            Self::Timestamp => "timestamp",
            Self::Duration => "duration",
            Self::Version => "semver",
            Self::Kind => "type",
            Self::List(_) => "list",
            Self::Map(..) | Self::Object(_) | Self::Record(_) => "map",
            Self::Optional(_) => "optional",
        }
    }
}
