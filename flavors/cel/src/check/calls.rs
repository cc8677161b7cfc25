//! Calls: of operators, of functions, and of what is neither.

use interpreter::common::ast::{CallExpr, Expr, IdedExpr, operators};
use interpreter::{ExecutionError, Value};

use super::checker::Checker;
use super::compare::optional;
use super::literals;
use crate::errors;
use crate::functions::{self, KNOWN_FUNCTIONS, MACROS};
use crate::objects::Object;
use crate::place::Problem;
use crate::results;
use crate::suggestion;
use crate::tree;
use crate::types::Type;

impl Checker<'_> {
    pub(super) fn call(&mut self, tree: &IdedExpr, call: &CallExpr) -> Result<Type, Problem> {
        let name = call.func_name.as_str();
        if let Some(target) = &call.target {
            if self.begins_with_variable(target) {
                return self.method(tree, target, call);
            }
            return self.qualified(tree, target, call);
        }
        let types = self.arguments(call)?;
        match (name, types.as_slice(), call.args.as_slice()) {
            (operators::INDEX, [of, key], [_, index]) => self.index(tree, of, index, key),
            (operators::OPT_INDEX, [of, key], [_, index]) => self.index(tree, of, index, key).map(into_optional),
            (operators::OPT_SELECT, [of, _], [_, member]) => {
                let name = tree::text_of(member).unwrap_or_default();
                self.member(member, of, name).map(into_optional)
            }
            (operators::EQUALS | operators::NOT_EQUALS, [one, other], [left, right]) => {
                self.equality(tree, call, (left, one), (right, other)).map(|()| Type::Bool)
            }
            (operators::IN, [key, of], [left, right]) => {
                if of.parts().iter().any(|part| matches!(part, Type::Object(_))) {
                    self.index(tree, of, left, key)?;
                }
                self.membership(tree, (left, key), (right, of)).map(|()| Type::Bool)
            }
            (operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS, [one, other], [left, right]) => {
                self.order(name.trim_matches('_'), (left, one), (right, other)).map(|()| Type::Bool)
            }
            _ if is_operator(name) => {
                Self::no_optional_operand(name, call, &types)?;
                Ok(results::of_operator(name, &types))
            }
            _ => {
                self.require_function(tree, name, None)?;
                self.function(tree, name, None, call, &types)
            }
        }
    }

    fn no_optional_operand(name: &str, call: &CallExpr, types: &[Type]) -> Result<(), Problem> {
        let operator = errors::operator(name);
        for (index, (operand, of)) in call.args.iter().zip(types).enumerate() {
            // Both values of a conditional may be.
            if !matches!(of, Type::Optional(_)) || (name == operators::CONDITIONAL && index > 0) {
                continue;
            }
            // An operand that nobody wrote is the one of a macro.
            let gathered = call.args.iter().any(|other| matches!(&other.expr, Expr::Ident(name) if name.starts_with('@')));
            let what = match (name, index) {
                _ if gathered => "the condition".to_owned(),
                (operators::CONDITIONAL, _) => "the condition of `? :`".to_owned(),
                (operators::LOGICAL_NOT | operators::NEGATE, _) => format!("the operand of `{operator}`"),
                (_, 0) => format!("the left side of `{operator}`"),
                _ => format!("the right side of `{operator}`"),
            };
            return Err(optional((operand, of), &what));
        }
        Ok(())
    }

    fn arguments(&mut self, call: &CallExpr) -> Result<Vec<Type>, Problem> {
        call.args.iter().map(|argument| self.type_of(argument)).collect()
    }

    /// `target.f(…)` where the target is a value.
    fn method(&mut self, tree: &IdedExpr, target: &IdedExpr, call: &CallExpr) -> Result<Type, Problem> {
        let name = call.func_name.as_str();
        if MACROS.iter().any(|(known, _)| *known == name) {
            // It would have been expanded, had it the right number of arguments.
            self.require_function(tree, name, Some(target))?;
        }
        let of = self.type_of(target)?;
        self.require_function(tree, name, Some(target))?;
        if of.parts().iter().any(|part| matches!(part, Type::Object(Object::Push | Object::Image))) {
            return Err(Problem::at_name(tree, name, format!("`{name}` cannot be called on `push` or an image; name a member")));
        }
        let types = self.arguments(call)?;
        self.function(tree, name, Some((target, &of)), call, &types)
    }

    /// `sets.f(…)`, where the target is a part of the function's name.
    fn qualified(&mut self, tree: &IdedExpr, target: &IdedExpr, call: &CallExpr) -> Result<Type, Problem> {
        let probe = tree::call(&call.func_name, Some(target.clone()), Vec::new());
        let name = format!("{}.{}", tree::spelled(target).unwrap_or_default(), call.func_name);
        if let Err(ExecutionError::UndeclaredReference(missing)) = Value::resolve_val(&probe, &self.context) {
            let namespace = KNOWN_FUNCTIONS.iter().any(|known| known.split_once('.').is_some_and(|(space, _)| *space == **missing));
            if !namespace {
                self.type_of(target)?;
            }
            return Err(Problem::about(tree, suggestion::no_function(&name, None)));
        }
        let types = self.arguments(call)?;
        self.function(tree, &name, None, call, &types)
    }

    /// What a function that exists makes of these arguments.
    fn function(
        &self,
        tree: &IdedExpr,
        name: &str,
        target: Option<(&IdedExpr, &Type)>,
        call: &CallExpr,
        types: &[Type],
    ) -> Result<Type, Problem> {
        // These take any value, or an optional one.
        let takes_optional = matches!(name, "dyn" | "type" | "optional.of" | "optional.ofNonZeroValue" | "or" | "value" | "hasValue");
        if let Some((target, of @ Type::Optional(_))) = target.filter(|_| !takes_optional && name != "orValue") {
            return Err(optional((target, of), &format!("what `{name}` is called on")));
        }
        if let Some((argument, of)) = call.args.iter().zip(types).find(|(_, of)| !takes_optional && matches!(of, Type::Optional(_))) {
            return Err(optional((argument, of), &format!("what `{name}` gets")));
        }
        self.literals(call)?;
        match (name, target, types, call.args.as_slice()) {
            ("orValue", Some((_, Type::Optional(value))), [other], [argument]) if !value.may_equal(other) => {
                return Err(Problem::about(argument, format!("`orValue` gives {} where there is {}", other.shown(), value.shown())));
            }
            ("startsWith", Some((_, of)), _, [argument]) => {
                if let Some(text) = literals::never_begins(of, argument, self.destination) {
                    return Err(Problem::about(argument, text));
                }
            }
            ("sets.contains" | "sets.equivalent" | "sets.intersects", _, [one, other], [left, right]) => {
                self.sets(tree, name, (left, one), (right, other))?;
            }
            _ => {}
        }
        // These keep an image for what it is; any other function would see all that other rules name of it.
        let keeps = takes_optional || matches!(name, "orValue" | "size" | "reverse" | "slice" | "flatten");
        let whole = target.map(|(_, of)| of).into_iter().chain(types).any(Type::holds_image);
        if whole && !keeps {
            return Err(Problem::at_name(
                tree,
                &call.func_name,
                format!("`{name}` takes no image; name a member of it, as in `image.labels`"),
            ));
        }
        Ok(results::of_function(name, target.map(|(_, of)| of), types))
    }

    /// Whether there is a function of this name at all, with whatever arguments.
    fn require_function(&self, tree: &IdedExpr, name: &str, target: Option<&IdedExpr>) -> Result<(), Problem> {
        let missing = |text: String| Err(Problem::at_name(tree, name, text));
        if let Some((_, form)) = MACROS.iter().find(|(known, _)| *known == name) {
            return missing(format!("`{name}` is written `{form}`"));
        }
        let exists = |target| {
            let probe = tree::call(name, target, Vec::new());
            !matches!(Value::resolve_val(&probe, &self.context), Err(ExecutionError::UndeclaredReference(_)))
        };
        let value = || Some(tree::text(""));
        match target {
            Some(_) if exists(value()) => Ok(()),
            None if exists(None) => Ok(()),
            Some(_) if exists(None) => missing(format!("`{name}` is not called on a value; write `{name}(…)`")),
            None if exists(value()) => missing(format!("`{name}` is called on a value; write `x.{name}(…)`")),
            _ => missing(suggestion::no_function(name, target)),
        }
    }

    /// A pattern, time, zone or number that is written down, and is none.
    fn literals(&self, call: &CallExpr) -> Result<(), Problem> {
        let name = call.func_name.as_str();
        let is_literal = |tree: &IdedExpr| matches!(tree.expr, Expr::Literal(_));
        let [.., last] = call.args.as_slice() else { return Ok(()) };
        if !is_literal(last) {
            return Ok(());
        }
        let mut probe = match name {
            "matches" => tree::call(name, Some(tree::text("")), vec![last.clone()]),
            _ if name.starts_with("get") => tree::call(name, Some(tree::epoch()), vec![last.clone()]),
            _ if call.args.iter().all(is_literal) && call.target.is_none() => tree::call(name, None, call.args.clone()),
            _ => return Ok(()),
        };
        functions::stand_in(&mut probe);
        match Value::resolve_val(&probe, &self.context) {
            Err(error @ ExecutionError::FunctionError { .. }) => Err(Problem::about(last, errors::literal(name, &error, last))),
            _ => Ok(()),
        }
    }
}

/// Whether the parser made this call of an operator.
fn is_operator(name: &str) -> bool {
    name.starts_with(['_', '@', '!', '-']) || name.ends_with('_')
}

fn into_optional(of: Type) -> Type {
    Type::optional(super::checker::inner(of))
}
