//! Literals that a value can never be.

use interpreter::common::ast::{Expr, IdedExpr, LiteralValue};

use crate::tree;
use crate::types::{Numbers, Texts, Type};

/// Where the pushes go: known when the rules are checked, since they belong to a registry.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    registry: String,
    /// The path of the registry's URI, which every repository begins with; empty if there is none.
    path: String,
}

impl Destination {
    pub(crate) fn new(registry: &str, uri: &str) -> Self {
        let path = uri.strip_prefix(registry).and_then(|rest| rest.strip_prefix('/')).unwrap_or_default();
        Self { registry: registry.to_owned(), path: path.to_owned() }
    }

    /// Whether a repository that begins with this text can lie below the URI.
    fn may_begin(&self, text: &str) -> bool {
        let below = format!("{}/", self.path);
        self.path.is_empty() || below.starts_with(text) || text.starts_with(&below)
    }

    fn below(&self) -> String {
        format!("every repository of this registry begins with `{0}/`, since its URI is `{1}/{0}`", self.path, self.registry)
    }
}

/// How a value is held against a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held<'o> {
    /// By `==` or `!=`.
    Equal,
    /// As one of several.
    OneOf,
    /// By an operator that orders, the value on the left.
    Ordered(&'o str),
}

/// Why a value of this type is never the literal, or always on one side of it.
pub(super) fn never(of: &Type, literal: &IdedExpr, held: Held<'_>, destination: &Destination, root: &IdedExpr) -> Option<String> {
    match (of, &literal.expr) {
        (Type::Int(Numbers::Between(first, last)), Expr::Literal(LiteralValue::Int(number))) => {
            let number = *number.inner();
            // The end of a day may be written `< 24`.
            let end = matches!(held, Held::Ordered("<")) && number == last + 1;
            let outside = number < *first || number > *last;
            (outside && !end).then(|| format!("`{number}` is compared with a number from {first} to {last}"))
        }
        (Type::Text(texts), Expr::Literal(LiteralValue::String(text))) if !matches!(held, Held::Ordered(_)) => {
            never_text(*texts, text.inner(), held, destination, root)
        }
        _ => None,
    }
}

fn never_text(texts: Texts, text: &str, held: Held<'_>, destination: &Destination, root: &IdedExpr) -> Option<String> {
    let registry = &destination.registry;
    match texts {
        Texts::Any | Texts::Variable => None,
        Texts::Reference | Texts::Uri if text.contains("://") => Some(format!("`{text}` is never equal: there is no scheme in it")),
        Texts::Reference | Texts::Uri => None,
        Texts::Registry => {
            let host = !text.is_empty() && !text.contains(|it: char| it == '/' || it.is_whitespace() || it.is_ascii_uppercase());
            (!host).then(|| format!("a registry is never `{text}`: it is a host, such as `{registry}`"))
        }
        Texts::Repository => {
            if let Some(rest) = text.strip_prefix(registry.as_str()).and_then(|rest| rest.strip_prefix('/')) {
                return Some(format!("a repository has no host: write `{rest}`"));
            }
            if text.is_empty() || text.starts_with('/') || text.ends_with('/') || !text.chars().all(is_of_repository) {
                return Some(format!("a repository is never `{text}`: it is a path such as `team/app`, of small letters, and has no tag"));
            }
            let outside = held == Held::Equal && text != destination.path && !text.starts_with(&format!("{}/", destination.path));
            (outside && !destination.path.is_empty()).then(|| format!("it is never `{text}`: {}", destination.below()))
        }
        Texts::Tag => {
            let tag = text.len() <= 128 && text.chars().all(|it| it.is_ascii_alphanumeric() || "_.-".contains(it));
            (!tag).then(|| format!("a tag is never `{text}`: it has at most 128 letters, digits, `_`, `.` and `-`, and `push.repository` has what comes before"))
        }
        Texts::Platform => (!text.contains('/')).then(|| format!("a platform is never `{text}`: it is written as in `linux/amd64`")),
        Texts::Port => {
            let number = !text.is_empty() && text.chars().all(|it| it.is_ascii_digit());
            let with_protocol = || {
                let begins = format!("{text}/");
                tree::any(root, &|part| matches!(part, Expr::Literal(LiteralValue::String(other)) if other.inner().starts_with(&begins)))
            };
            (number && !with_protocol()).then(|| {
                format!("a port has its protocol, as in `{text}/tcp`; for every protocol, write `image.ports.exists(p, p.split('/')[0] == '{text}')`")
            })
        }
    }
}

fn is_of_repository(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit() || "/._-".contains(character)
}

/// Why a value of this type never begins with the literal.
pub(super) fn never_begins(of: &Type, literal: &IdedExpr, destination: &Destination) -> Option<String> {
    let text = tree::text_of(literal)?;
    match of {
        Type::Text(Texts::Repository) if text.starts_with(&format!("{}/", destination.registry)) => {
            Some("a repository has no host".to_owned())
        }
        Type::Text(Texts::Repository) if !destination.may_begin(text) => Some(destination.below()),
        Type::Text(Texts::Reference | Texts::Registry | Texts::Uri) if text.contains("://") => {
            Some(format!("it never begins with `{text}`: there is no scheme in it"))
        }
        _ => None,
    }
}
