//! Comparisons: of types that are never equal, which CEL answers with false, so that a rule passes or fails whatever is pushed.

use interpreter::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};

use super::checker::Checker;
use super::literals::{self, Held};
use crate::place::Problem;
use crate::tree::text_of;
use crate::types::{Numbers, Type};

/// An operand with its type.
type Side<'t> = (&'t IdedExpr, &'t Type);

impl Checker<'_> {
    /// `==` and `!=`.
    pub(super) fn equality(&self, tree: &IdedExpr, call: &CallExpr, left: Side<'_>, right: Side<'_>) -> Result<(), Problem> {
        let operator = if call.func_name == operators::EQUALS { "==" } else { "!=" };
        no_optional(operator, left, right)?;
        no_images(tree, left.1, right.1)?;
        for (list, other) in [(left, right), (right, left)] {
            let (Expr::List(list), Type::List(of)) = (&list.0.expr, other.1) else { continue };
            for element in &list.elements {
                if unlike_literal((element, of)).is_some() {
                    return Err(self.never_equal(tree, operator, left, right));
                }
                self.literal((other.0, of), (element, &Type::Dyn), Held::OneOf)?;
            }
        }
        if !left.1.may_equal(right.1) {
            return Err(self.never_equal(tree, operator, left, right));
        }
        self.literal(left, right, Held::Equal)
    }

    /// `in`.
    pub(super) fn membership(&self, tree: &IdedExpr, left: Side<'_>, right: Side<'_>) -> Result<(), Problem> {
        no_optional("in", left, (right.0, &Type::Dyn))?;
        if let Type::Optional(_) = right.1 {
            return Err(optional(right, "the right side of `in`"));
        }
        // What has no elements comes to light with the sample.
        let Some(elements) = right.1.elements() else { return Ok(()) };
        no_images(tree, left.1, &elements)?;
        if let Expr::List(list) = &right.0.expr {
            for element in &list.elements {
                if let Some(of) = unlike_literal((element, left.1)) {
                    return Err(self.never_equal(element, "in", left, (element, &of)));
                }
                self.literal(left, (element, &Type::Dyn), Held::OneOf)?;
            }
        }
        if !left.1.may_equal(&elements) {
            return Err(self.never_equal(tree, "in", left, (right.0, &elements)));
        }
        self.literal((right.0, &elements), left, Held::OneOf)
    }

    /// `sets.contains` and its kin.
    pub(super) fn sets(&self, tree: &IdedExpr, name: &str, left: Side<'_>, right: Side<'_>) -> Result<(), Problem> {
        let (Some(of_left), Some(of_right)) = (left.1.elements(), right.1.elements()) else { return Ok(()) };
        no_images(tree, &of_left, &of_right)?;
        for (list, other) in [(left.0, (right.0, &of_right)), (right.0, (left.0, &of_left))] {
            let Expr::List(list) = &list.expr else { continue };
            for element in &list.elements {
                if let Some(of) = unlike_literal((element, other.1)) {
                    return Err(self.never_equal(element, name, other, (element, &of)));
                }
                self.literal(other, (element, &Type::Dyn), Held::OneOf)?;
            }
        }
        if of_left.may_equal(&of_right) { Ok(()) } else { Err(self.never_equal(tree, name, (left.0, &of_left), (right.0, &of_right))) }
    }

    /// `<` and its kin, of what types leave open.
    pub(super) fn order(&self, operator: &str, left: Side<'_>, right: Side<'_>) -> Result<(), Problem> {
        no_optional(operator, left, right)?;
        let turned = match operator {
            "<" => ">",
            ">" => "<",
            "<=" => ">=",
            _ => "<=",
        };
        self.literal(left, (right.0, &Type::Dyn), Held::Ordered(operator))?;
        self.literal(right, (left.0, &Type::Dyn), Held::Ordered(turned))
    }

    /// Whether one side is a literal that the other is never.
    fn literal(&self, left: Side<'_>, right: Side<'_>, held: Held<'_>) -> Result<(), Problem> {
        let sides = [(left, right), (right, left)];
        let found = sides
            .into_iter()
            .find_map(|(value, literal)| Some((literal.0, literals::never(value.1, literal.0, held, self.destination, self.root)?)));
        found.map_or(Ok(()), |(literal, text)| Err(Problem::about(literal, text)))
    }

    fn never_equal(&self, tree: &IdedExpr, operator: &str, left: Side<'_>, right: Side<'_>) -> Problem {
        let convert = || match (left.1, right.1) {
            (Type::Text(_), Type::Int(_)) | (Type::Int(_), Type::Text(_)) => Some("convert one with `int(…)` or `string(…)`".to_owned()),
            _ => None,
        };
        let remedy = remedy(left, right).or_else(|| remedy(right, left)).or_else(convert).map(|remedy| format!(": {remedy}"));
        let (one, other) = (left.1.shown(), right.1.shown());
        Problem::at(tree, format!("`{operator}` compares ({one}, {other}), which are never equal{}", remedy.unwrap_or_default()))
    }
}

/// That no operand may be optional, or both may.
fn no_optional(operator: &str, left: Side<'_>, right: Side<'_>) -> Result<(), Problem> {
    let optional_part = |of: &Type| of.parts().iter().find(|part| matches!(part, Type::Optional(_))).cloned();
    match (optional_part(left.1), optional_part(right.1)) {
        (Some(of), None) => Err(optional((left.0, &of), &format!("the left side of `{operator}`"))),
        (None, Some(of)) => Err(optional((right.0, &of), &format!("the right side of `{operator}`"))),
        _ => Ok(()),
    }
}

/// That images are not compared as a whole.
fn no_images(tree: &IdedExpr, left: &Type, right: &Type) -> Result<(), Problem> {
    if left.holds_image() && right.holds_image() {
        return Err(Problem::at(tree, "images are compared by their members, as in `image.platform`"));
    }
    Ok(())
}

/// An optional value where it must not be.
pub(super) fn optional(side: Side<'_>, what: &str) -> Problem {
    let empty = match side.1 {
        Type::Optional(of) => of.empty(),
        _ => "…",
    };
    Problem::about(side.0, format!("{what} is optional: add `.orValue({empty})`"))
}

/// The type of a literal that no value of the other type equals.
fn unlike_literal((literal, of): Side<'_>) -> Option<Type> {
    let Expr::Literal(value) = &literal.expr else { return None };
    let literal = super::checker::literal_type(value);
    (!literal.may_equal(of)).then_some(literal)
}

/// What to write instead of the right side, for a left side of this type.
fn remedy(left: Side<'_>, right: Side<'_>) -> Option<String> {
    let number = match &right.0.expr {
        Expr::Literal(LiteralValue::Int(number)) => Some(*number.inner()),
        _ => None,
    };
    let text = text_of(right.0);
    let is_number = |text: &str| text.parse::<i64>().is_ok();
    match (left.1, right.1) {
        (Type::Text(_), Type::Int(_)) => number.map(|number| format!("write `'{number}'`")),
        (Type::Int(Numbers::Between(first, last)), Type::Text(_)) => Some(format!("it is a number from {first} to {last}")),
        (Type::Int(_), Type::Text(_)) => match text {
            Some(text) if is_number(text) => Some(format!("write `{text}`")),
            _ => None,
        },
        (Type::Bool, Type::Text(_)) => text.filter(|text| ["true", "false"].contains(text)).map(|text| format!("write `{text}`")),
        (Type::Timestamp, Type::Text(_)) => Some("write `timestamp('2026-12-24T00:00:00Z')`".to_owned()),
        (Type::Duration, Type::Text(_)) => Some("write `duration('90m')`".to_owned()),
        (Type::Version, Type::Text(_)) => Some("write `semver('1.4.2')`".to_owned()),
        (Type::List(of), other) if **of != Type::Nothing && of.may_equal(other) && !matches!(other, Type::Null) => {
            Some("`in` looks for an element of a list".to_owned())
        }
        (Type::Null | Type::Optional(_), _) => None,
        (other, Type::Null) => {
            Some(format!("nothing here is null; an empty value is `{}`, and `has(…)` tells whether a member is there", other.empty()))
        }
        _ => None,
    }
}
