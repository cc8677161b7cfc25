//! Members: those that do not exist, and those of values that have none.

use interpreter::common::ast::{Expr, IdedExpr, LiteralValue, operators};

use super::checker::{Checker, inner};
use crate::errors::article;
use crate::functions::KNOWN_FUNCTIONS;
use crate::objects::Object;
use crate::place::Problem;
use crate::results;
use crate::suggestion;
use crate::tree::{spelled, text_of};
use crate::types::Type;

impl Checker<'_> {
    /// `operand.a.b.c`, whose names are looked at together: those of labels have dots in them.
    pub(super) fn select(&mut self, tree: &IdedExpr) -> Result<Type, Problem> {
        if !self.begins_with_variable(tree) && self.is_type(tree) {
            return Ok(Type::Kind);
        }
        let mut nodes = Vec::new();
        let mut base = tree;
        while let Expr::Select(select) = &base.expr {
            if select.test && !nodes.is_empty() {
                break;
            }
            nodes.push((base, select));
            base = &select.operand;
        }
        nodes.reverse();
        let mut of = self.type_of(base)?;
        for (index, (node, select)) in nodes.iter().enumerate() {
            let rest = nodes.get(index..).unwrap_or_default();
            let texts = matches!(&of, Type::Map(key, value) if matches!((&**key, &**value), (Type::Text(_), Type::Text(_))));
            // One name after that of a label may be a function without its parentheses.
            let split = texts && rest.len() > 1 && !(rest.len() == 2 && rest.last().is_some_and(|(_, last)| is_function(&last.field)));
            if split {
                let name = rest.iter().map(|(_, select)| select.field.as_str()).collect::<Vec<_>>().join(".");
                let operand = spelled(&select.operand).unwrap_or_else(|| "…".to_owned());
                let test = nodes.last().is_some_and(|(_, last)| last.test);
                let remedy = if test { format!("'{name}' in {operand}") } else { format!("{operand}['{name}']") };
                return Err(Problem::at_name(node, &select.field, format!("a name with dots is written in brackets: `{remedy}`")));
            }
            of = self.member(node, &of, &select.field)?;
        }
        Ok(if matches!(&tree.expr, Expr::Select(select) if select.test) { Type::Bool } else { of })
    }

    /// A member that is named of a value of this type.
    pub(super) fn member(&mut self, tree: &IdedExpr, of: &Type, name: &str) -> Result<Type, Problem> {
        self.of_each(of, |checker, part| checker.member_of(tree, part, name))
    }

    /// What is found in a value that is of one type or of another: in one of those whose members are known, if there are any.
    fn of_each(&mut self, of: &Type, mut find: impl FnMut(&mut Self, &Type) -> Result<Type, Problem>) -> Result<Type, Problem> {
        let (mut found, mut problem, mut known, mut had) = (None, None, false, false);
        for part in of.parts() {
            let is_known = matches!(part, Type::Object(_) | Type::Record(_));
            match find(self, part) {
                Ok(member) => {
                    had |= is_known;
                    found = Some(found.map_or_else(|| member.clone(), |found: Type| found.join(member.clone())));
                }
                Err(error) if problem.is_none() || (is_known && !known) => problem = Some(error),
                Err(_) => {}
            }
            known |= is_known;
        }
        match (found, problem) {
            (Some(_), Some(problem)) if known && !had => Err(problem),
            (Some(found), _) => Ok(found),
            (None, Some(problem)) => Err(problem),
            (None, None) => Ok(Type::Dyn),
        }
    }

    fn member_of(&mut self, tree: &IdedExpr, of: &Type, name: &str) -> Result<Type, Problem> {
        let wrong = |text: String| Err(Problem::at_name(tree, name, text));
        match of {
            Type::Object(object) => {
                let Some(member) = results::of_member(*object, name) else {
                    return wrong(format!("{} has no `{name}`{}", object.title(), suggestion::nearest(name, object.members(), "it has")));
                };
                if *object == Object::Image {
                    self.names.members.extend(object.members().iter().filter(|known| **known == name));
                }
                Ok(member)
            }
            Type::Record(members) => match members.get(name) {
                Some(member) => Ok(member.clone()),
                None => {
                    let names: Vec<&str> = members.keys().map(String::as_str).collect();
                    wrong(format!("the map has no `{name}`{}", suggestion::nearest(name, &names, "it has")))
                }
            },
            Type::Optional(of) => Ok(Type::optional(inner(self.member(tree, of, name)?))),
            Type::Map(_, value) => Ok((**value).clone()),
            Type::Dyn | Type::Nothing => Ok(Type::Dyn),
            Type::List(of) if **of == Type::Object(Object::Image) && !is_function(name) => {
                wrong(format!("`images` is a list and has no `{name}`; name it of each, as in `images.all(i, i.{name} …)`"))
            }
            other if is_function(name) => {
                let operand = match &tree.expr {
                    Expr::Select(select) => spelled(&select.operand),
                    _ => None,
                };
                let operand = operand.unwrap_or_else(|| "…".to_owned());
                wrong(format!("`{name}` is a function of {}: write `{operand}.{name}()`", article(&other.name())))
            }
            other => wrong(format!("`.` does not take ({}, string): {} has no members", other.name(), article(&other.name()))),
        }
    }

    /// What is looked up in a value of this type.
    pub(super) fn index(&mut self, tree: &IdedExpr, of: &Type, index: &IdedExpr, index_type: &Type) -> Result<Type, Problem> {
        if let Type::Optional(_) = index_type {
            return Err(Problem::about(index, "what is looked up is optional: add `.orValue(…)`"));
        }
        if let Type::Optional(of) = of {
            return Ok(Type::optional(inner(self.index(tree, of, index, index_type)?)));
        }
        self.of_each(of, |checker, part| checker.index_part(tree, part, index, index_type))
    }

    fn index_part(&mut self, tree: &IdedExpr, of: &Type, index: &IdedExpr, index_type: &Type) -> Result<Type, Problem> {
        let unlike = || Err(Problem::at(tree, format!("`[]` does not take ({}, {})", of.name(), index_type.name())));
        match of {
            Type::List(_) if is_negative(index) => {
                Err(Problem::about(index, "a list has nothing before its first element, which is `[0]`; the last is `x[x.size() - 1]`"))
            }
            Type::List(element) if index_type.may_equal(&Type::INT) => Ok((**element).clone()),
            Type::Map(key, value) if index_type.may_equal(key) => Ok((**value).clone()),
            Type::Object(_) | Type::Record(_) if !index_type.may_equal(&Type::TEXT) => unlike(),
            Type::Object(_) | Type::Record(_) => match (text_of(index), of) {
                (Some(name), _) => self.member(index, of, name),
                (None, Type::Object(Object::Push | Object::Image)) => {
                    Err(Problem::at(tree, "a member of `push` or of an image is named, as in `image.labels`"))
                }
                (None, Type::Object(object)) => {
                    let all = object.members().iter().filter_map(|name| results::of_member(*object, name));
                    Ok(all.reduce(Type::join).unwrap_or(Type::Dyn))
                }
                (None, _) => Ok(of.values().unwrap_or(Type::Dyn)),
            },
            Type::Dyn | Type::Nothing => Ok(Type::Dyn),
            _ => unlike(),
        }
    }
}

/// Whether an index is written down as a number below zero.
fn is_negative(index: &IdedExpr) -> bool {
    match &index.expr {
        Expr::Literal(LiteralValue::Int(number)) => *number.inner() < 0,
        Expr::Call(call) if call.func_name == operators::NEGATE => matches!(call.args.first().map(|of| &of.expr), Some(Expr::Literal(_))),
        _ => false,
    }
}

fn is_function(name: &str) -> bool {
    KNOWN_FUNCTIONS.contains(&name)
}
