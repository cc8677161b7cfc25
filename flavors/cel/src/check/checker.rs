//! The walk over an expression: the type of each part of it, with the variables around it.

use std::collections::BTreeMap;

use interpreter::common::ast::{ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, MapExpr};
use interpreter::{Context, Value};

use super::literals::Destination;
use super::names::{Names, VARIABLES};
use crate::objects::Object;
use crate::place::Problem;
use crate::suggestion;
use crate::tree;
use crate::types::Type;

pub(super) struct Checker<'n> {
    /// Without variables: it is asked which functions and types there are.
    pub(super) context: Context<'static, 'static>,
    /// The variables of the comprehensions around the expression, the innermost last.
    pub(super) scope: Vec<(String, Type)>,
    pub(super) names: &'n mut Names,
    /// Where the pushes go.
    pub(super) destination: &'n Destination,
    /// The whole expression.
    pub(super) root: &'n IdedExpr,
}

impl Checker<'_> {
    pub(super) fn type_of(&mut self, tree: &IdedExpr) -> Result<Type, Problem> {
        match &tree.expr {
            Expr::Ident(name) => self.variable(tree, name),
            Expr::Select(_) => self.select(tree),
            Expr::Call(call) => self.call(tree, call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Literal(literal) => Ok(literal_type(literal)),
            Expr::List(list) => {
                let mut of = Type::Nothing;
                for (index, element) in list.elements.iter().enumerate() {
                    let element = self.type_of(element)?;
                    of = of.join(if list.optional_indices.contains(&index) { inner(element) } else { element });
                }
                Ok(Type::list(of))
            }
            Expr::Map(map) => self.map(map),
            Expr::Struct(message) => Err(Problem::at(tree, format!("there is no type `{}` to make a value of", message.type_name))),
            Expr::Unspecified => Err(Problem::at(tree, "not an expression")),
        }
    }

    fn map(&mut self, map: &MapExpr) -> Result<Type, Problem> {
        let mut members = Some(BTreeMap::new());
        let (mut keys, mut values) = (Type::Nothing, Type::Nothing);
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else { continue };
            let key = self.type_of(&entry.key)?;
            let value = self.type_of(&entry.value)?;
            let value = if entry.optional { inner(value) } else { value };
            match (&mut members, tree::text_of(&entry.key)) {
                (Some(members), Some(name)) => {
                    members.insert(name.to_owned(), value.clone());
                }
                _ => members = None,
            }
            (keys, values) = (keys.join(key), values.join(value));
        }
        Ok(members.map_or_else(|| Type::Map(Box::new(keys), Box::new(values)), Type::Record))
    }

    fn variable(&mut self, tree: &IdedExpr, name: &str) -> Result<Type, Problem> {
        if let Some((_, known)) = self.scope.iter().rev().find(|(known, _)| known == name) {
            return Ok(known.clone());
        }
        match name {
            "push" => Ok(Type::Object(Object::Push)),
            "image" => {
                self.names.image = true;
                Ok(Type::Object(Object::Image))
            }
            "images" => {
                self.names.images = true;
                Ok(Type::list(Type::Object(Object::Image)))
            }
            _ if self.is_type(tree) => Ok(Type::Kind),
            _ => {
                let local = self.scope.iter().map(|(name, _)| name.as_str()).filter(|name| !name.starts_with(['@', '#']));
                let known: Vec<&str> = VARIABLES.into_iter().chain(local).collect();
                Err(Problem::at(tree, format!("there is no variable `{name}`{}", suggestion::variable(name, &known))))
            }
        }
    }

    /// Whether an expression is the name of a type.
    pub(super) fn is_type(&self, tree: &IdedExpr) -> bool {
        Value::resolve_val(tree, &self.context).is_ok()
    }

    /// Whether the name that an expression begins with is a variable's.
    pub(super) fn begins_with_variable(&self, tree: &IdedExpr) -> bool {
        match &tree.expr {
            Expr::Ident(name) => VARIABLES.contains(&name.as_str()) || self.scope.iter().any(|(known, _)| known == name),
            Expr::Select(select) if !select.test => self.begins_with_variable(&select.operand),
            _ => true,
        }
    }

    fn comprehension(&mut self, it: &ComprehensionExpr) -> Result<Type, Problem> {
        let range = self.type_of(&it.iter_range)?;
        if let Type::Optional(of) = &range {
            return Err(Problem::about(&it.iter_range, format!("this list is optional: add `.orValue({})`", of.empty())));
        }
        if range.parts().iter().any(|part| matches!(part, Type::Object(Object::Push | Object::Image))) {
            return Err(Problem::about(&it.iter_range, "`push` and an image are not lists; name their members"));
        }
        // What cannot be walked over comes to light with the sample.
        let element = range.elements().unwrap_or(Type::Dyn);
        let first = self.type_of(&it.accu_init)?;
        let outer = self.scope.len();
        self.scope.push((it.iter_var.clone(), element));
        self.scope.push((it.accu_var.clone(), first.clone()));
        self.type_of(&it.loop_cond)?;
        let next = self.type_of(&it.loop_step)?;
        // What is gathered has the type of each step: the macros name it nowhere else.
        if let Some((_, gathered)) = self.scope.last_mut() {
            *gathered = first.join(next);
        }
        let result = self.type_of(&it.result);
        self.scope.truncate(outer);
        result
    }
}

/// What is in an optional value; any other value as it is.
pub(super) fn inner(of: Type) -> Type {
    match of {
        Type::Optional(of) => *of,
        other => other,
    }
}

pub(super) const fn literal_type(literal: &LiteralValue) -> Type {
    match literal {
        LiteralValue::Boolean(_) => Type::Bool,
        LiteralValue::Bytes(_) => Type::Bytes,
        LiteralValue::Double(_) => Type::Double,
        LiteralValue::Int(_) => Type::INT,
        LiteralValue::Null => Type::Null,
        LiteralValue::String(_) => Type::TEXT,
        LiteralValue::UInt(_) => Type::Uint,
    }
}
