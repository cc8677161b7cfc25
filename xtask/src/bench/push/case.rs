//! The cases: which image, and what the registry has of it beforehand.

use std::fmt;

use clap::ValueEnum;

use super::arguments::LineName;

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Case {
    /// 8 layers of 7.5 MiB
    Medium,
    /// 61 layers of 64 KiB
    Many,
    /// 4 layers of 256 MiB
    Large,
    /// The medium image; the registry has all but its top layer, from an older image in the same repository
    SharedBase,
    /// The medium image; the same push went before
    NothingToDo,
    /// The medium image, over TLS and with tokens from a token server; on the slow line only
    TlsAndTokens,
}

/// An image that a case pushes, or pushes beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ImageName {
    Medium,
    /// The medium image without its top layer.
    MediumBase,
    Many,
    Large,
}

impl ImageName {
    pub(super) const ALL: [Self; 4] = [Self::Medium, Self::MediumBase, Self::Many, Self::Large];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Medium => "medium",
            Self::MediumBase => "medium-base",
            Self::Many => "many",
            Self::Large => "large",
        }
    }

    /// How many layers it has, and how many bytes each of them holds.
    pub(super) const fn layers(self) -> (usize, usize) {
        match self {
            Self::Medium => (8, (15 << 20) / 2),
            Self::MediumBase => (7, (15 << 20) / 2),
            Self::Many => (61, 64 << 10),
            Self::Large => (4, 256 << 20),
        }
    }
}

impl Case {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Medium => "medium",
            Self::Many => "many",
            Self::Large => "large",
            Self::SharedBase => "shared-base",
            Self::NothingToDo => "nothing-to-do",
            Self::TlsAndTokens => "tls-and-tokens",
        }
    }

    /// Whether the registry speaks TLS and wants tokens.
    pub(super) const fn is_guarded(self) -> bool {
        matches!(self, Self::TlsAndTokens)
    }

    /// Whether it is measured on a line.
    pub(super) const fn is_for(self, line: LineName) -> bool {
        !self.is_guarded() || matches!(line, LineName::Slow)
    }

    /// What is pushed.
    pub(super) const fn image(self) -> ImageName {
        match self {
            Self::Medium | Self::SharedBase | Self::NothingToDo | Self::TlsAndTokens => ImageName::Medium,
            Self::Many => ImageName::Many,
            Self::Large => ImageName::Large,
        }
    }

    /// What the same contender pushes beforehand, untimed, and under which tag.
    pub(super) const fn before(self) -> Option<(ImageName, &'static str)> {
        match self {
            Self::Medium | Self::Many | Self::Large | Self::TlsAndTokens => None,
            Self::SharedBase => Some((ImageName::MediumBase, "base")),
            Self::NothingToDo => Some((ImageName::Medium, "v1")),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
