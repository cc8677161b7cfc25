//! What is kept of a document: its memory is bounded by what is kept, not by what a stranger wrote.

use crate::fold::fold;

/// What a place of a JSON document may hold, and how much of it is kept.
///
/// Two kinds of objects are told apart. Those with [`Shape::Members`] have the members that a specification names: no two keys may be equal
/// after case folding, since Docker's decoder takes them for one, and none may differ from the specification in case only. Everywhere else
/// keys are exact strings, and only a key that is there twice to the letter is an error.
#[derive(Debug)]
pub enum Shape {
    /// Of no interest: checked, and not kept.
    Unread,
    /// Checked as the shape says, and not kept.
    Checked(&'static Self),
    /// A text, a number, a boolean or `null`. An array or object in its place is kept empty.
    Scalar,
    /// An array of at most so many entries.
    List(usize, &'static Self),
    /// An object that maps keys of any kind to values.
    Map(&'static Self),
    /// An object whose members a specification names. Others are of no interest.
    Members(&'static [(&'static str, Self)]),
    /// All of it. Objects are as strict as those with members.
    Any,
}

impl Shape {
    /// An object of texts, such as labels and annotations.
    pub const TEXTS: Self = Self::Map(&Self::Scalar);
    /// An object whose values are of no interest, such as ports and volumes.
    pub const KEYS: Self = Self::Map(&Self::Scalar);
    /// An array of texts.
    pub const LIST: Self = Self::List(usize::MAX, &Self::Scalar);

    /// The shape of a member of an object with this shape.
    pub(crate) fn member(&'static self, key: &str) -> &'static Self {
        match self {
            Self::Members(members) => members.iter().find(|(name, _)| *name == key).map_or(&Self::Unread, |(_, shape)| shape),
            Self::Map(value) => value,
            Self::Any => self,
            Self::Unread | Self::Checked(_) | Self::Scalar | Self::List(..) => &Self::Unread,
        }
    }

    /// The name in the specification, of a member that is kept, that differs from this key in case only.
    pub(crate) fn respelled(&'static self, key: &str, folded: &str) -> Option<&'static str> {
        let Self::Members(members) = self else { return None };
        let differs = |(name, shape): &&(&'static str, Self)| {
            *name != key && !matches!(shape, Self::Unread | Self::Checked(_)) && fold(name) == folded
        };
        members.iter().find(differs).map(|(name, _)| *name)
    }

    /// Whether the keys of an object with this shape are compared without their case.
    pub(crate) const fn folds(&self) -> bool {
        matches!(self, Self::Members(_) | Self::Any)
    }
}
