//! A push and an image that do not exist, for which the rules are evaluated when they are compiled: what they get wrong about types comes to light here.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;

use interpreter::common::ast::{Expr, IdedExpr};
use interpreter::common::traits::{Container, Indexer, Iterable, Iterator as Items, Sizer};
use interpreter::common::types::{CelBool, CelInt, CelMap, CelMapKey, CelString, MAP_TYPE, Type};
use interpreter::common::value::{CowVal, StaticVal, Val};
use interpreter::{Context, Env, ExecutionError, Value};

use crate::expression::Expression;
use crate::functions::STRICT;
use crate::place::Problem;
use crate::values::{self, Owned, count, json, list, map, text};
use crate::{errors, tree};

/// The variables of the sample.
pub(crate) struct Sample(Context<'static, 'static>);

impl Sample {
    /// A sample whose image has these members.
    pub(crate) fn new(environment: &Arc<Env>, members: &BTreeSet<&'static str>) -> Self {
        let mut context = Context::with_env(Arc::clone(environment));
        context.add_variable_as_val("push", push());
        let image = image(members);
        context.add_variable_as_val("images", list([image.clone_as_boxed()]));
        context.add_variable_as_val("image", image);
        Self(context)
    }

    /// Evaluates an expression that must be true or false.
    ///
    /// # Errors
    /// It is of another type, or gets types wrong. What depends on the values of a push is no error.
    pub(crate) fn condition(&self, expression: &Expression) -> Result<(), Problem> {
        self.evaluate(expression, |value| match value.downcast_ref::<CelBool>() {
            Some(_) => Ok(()),
            None => Err(format!("is of type {}, and must be true or false", value.get_type().name())),
        })
    }

    /// Evaluates an expression of any type.
    ///
    /// # Errors
    /// It gets types wrong.
    pub(crate) fn value(&self, expression: &Expression) -> Result<(), Problem> {
        self.evaluate(expression, |_| Ok(()))
    }

    fn evaluate(&self, expression: &Expression, of_type: impl Fn(&dyn Val) -> Result<(), String>) -> Result<(), Problem> {
        let mut tree = expression.evaluated.clone();
        // Where an expression asks for types itself, what it would not evaluate does not count.
        if !tree::any(&tree, &|part| matches!(part, Expr::Call(call) if ["type", "dyn"].contains(&call.func_name.as_str()))) {
            make_strict(&mut tree);
        }
        match Value::resolve_val(&tree, &self.0) {
            Ok(value) => of_type(value.as_ref()).map_err(|text| Problem::about(&expression.tree, text)),
            Err(error) if errors::is_of_types(&error) => {
                let text = errors::text(&error, &expression.tree);
                let place = innermost(&tree, &self.0);
                match &place.expr {
                    Expr::Call(call) if call.func_name.starts_with(char::is_alphanumeric) => {
                        Err(Problem::at_name(place, &call.func_name, text))
                    }
                    _ => Err(Problem::at(place, text)),
                }
            }
            Err(_) => Ok(()),
        }
    }
}

/// The innermost part of a tree that is such an error.
fn innermost<'t>(tree: &'t IdedExpr, context: &Context<'_, '_>) -> &'t IdedExpr {
    let fails = |part: &IdedExpr, context: &Context<'_, '_>| match Value::resolve_val(part, context) {
        // A part of a function's name is no variable.
        Err(ExecutionError::UndeclaredReference(_)) => false,
        Err(error) => errors::is_of_types(&error),
        Ok(_) => false,
    };
    if let Expr::Comprehension(it) = &tree.expr {
        if fails(&it.iter_range, context) {
            return innermost(&it.iter_range, context);
        }
        let (Ok(range), Ok(gathered)) = (Value::resolve_val(&it.iter_range, context), Value::resolve_val(&it.accu_init, context)) else {
            return tree;
        };
        let mut inside = context.new_inner_scope();
        inside.add_variable_as_val(&it.accu_var, gathered.clone_as_boxed());
        if let Some(item) = range.as_iterable().and_then(|range| range.iter().next().map(Val::clone_as_boxed)) {
            inside.add_variable_as_val(&it.iter_var, item);
        }
        let found = [&it.loop_step, &it.result].into_iter().find(|part| fails(part, &inside)).map(|part| innermost(part, &inside));
        // What the macro adds stands nowhere in the text.
        return found.unwrap_or(tree);
    }
    tree::children(tree).into_iter().find(|child| fails(child, context)).map_or(tree, |child| innermost(child, context))
}

/// Operators that evaluate all their operands, so that all of them are looked at.
fn make_strict(tree: &mut IdedExpr) {
    if let Expr::Comprehension(it) = &mut tree.expr {
        // The condition of a walk ends it where its result is certain.
        [&mut it.iter_range, &mut it.accu_init, &mut it.loop_step, &mut it.result].into_iter().for_each(make_strict);
        return;
    }
    tree::children_mut(tree).into_iter().for_each(make_strict);
    if let Expr::Call(call) = &mut tree.expr
        && let Some((_, strict)) = STRICT.iter().find(|(operator, _)| *operator == call.func_name)
    {
        (*strict).clone_into(&mut call.func_name);
    }
}

fn push() -> Owned {
    map([
        ("reference", text("registry.example.com/team/app:1.0.0")),
        ("registry", text("registry.example.com")),
        ("repository", text("team/app")),
        ("tag", text("1.0.0")),
        ("uri", text("registry.example.com/team")),
        ("dry_run", Box::new(CelBool::from(true)) as Owned),
        ("requested_at", values::time(0).unwrap_or_else(|| text(""))),
    ])
}

fn image(members: &BTreeSet<&'static str>) -> Owned {
    let values = members.iter().map(|member| {
        let value = match *member {
            "platform" => text("linux/amd64"),
            "os" => text("linux"),
            "architecture" => text("amd64"),
            "variant" => text("v8"),
            "user" => text("1000"),
            "env" | "labels" => Box::new(AnyKey(CelString::from("1"))) as Owned,
            "entrypoint" | "cmd" => list([text("/app")]),
            "ports" => list([text("8080/tcp")]),
            "volumes" => list([text("/data")]),
            "config" => json(config()),
            _ => count(1),
        };
        (CelMapKey::from(*member), value)
    });
    Box::new(CelMap::from(values.collect::<std::collections::HashMap<_, _>>()))
}

/// A config with every member that the host gives.
fn config() -> serde_json::Value {
    serde_json::json!({
        "created": "2026-01-01T00:00:00Z", "author": "1", "architecture": "amd64", "os": "linux", "os.version": "10.0.20348.2700",
        "variant": "v8",
        "config": {
            "User": "1000", "ExposedPorts": { "8080/tcp": {} }, "Env": ["A=1"], "Entrypoint": ["/app"], "Cmd": ["/app"], "Volumes": { "/data": {} },
            "WorkingDir": "/", "Labels": { "1": "1" }, "StopSignal": "SIGTERM",
            "Healthcheck": { "Test": ["CMD", "true"], "Interval": 1, "Timeout": 1, "StartPeriod": 1, "StartInterval": 1, "Retries": 1 },
        },
        "rootfs": { "type": "layers", "diff_ids": ["sha256:1"] },
    })
}

/// A map that has a value for every key: what a rule looks up in the labels or variables of an image is a text.
#[derive(Debug, Clone)]
struct AnyKey(CelString<'static>);

impl Val for AnyKey {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        static TYPE: Type = MAP_TYPE;
        &TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for AnyKey {}

impl AnyKey {
    fn require_text(key: &dyn Val) -> Result<(), ExecutionError> {
        let unlike = || ExecutionError::UnexpectedType { got: key.get_type().name().to_owned(), want: "string".to_owned() };
        key.downcast_ref::<CelString>().map(|_| ()).ok_or_else(unlike)
    }
}

impl Container for AnyKey {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        Self::require_text(key).map(|()| true)
    }
}

impl Indexer for AnyKey {
    fn get<'b, 'v>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        Self::require_text(key).map(|()| CowVal::owned(self.0.clone()))
    }

    fn steal<'v>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        Self::require_text(key).map(|()| Box::new(self.0) as Box<dyn Val + 'v>)
    }
}

impl Iterable for AnyKey {
    fn iter<'b, 'v>(&'b self) -> Box<dyn Items<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Once(Some(&self.0)))
    }
}

struct Once<'b>(Option<&'b CelString<'static>>);

impl<'b, 'v> Items<'b, 'v> for Once<'b> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        self.0.take().map(|key| key as &(dyn Val + 'v))
    }
}

impl Sizer for AnyKey {
    fn size(&self) -> CelInt {
        1.into()
    }
}
