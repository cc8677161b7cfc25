//! What is wrong with an expression before anything is evaluated: names, functions and members that do not exist, and literals that mean nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use interpreter::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators};
use interpreter::{Context, Env, ExecutionError, Value};

use crate::errors;
use crate::expression::{Expression, children};
use crate::functions::{self, KNOWN_FUNCTIONS, MACROS};
use crate::values::{CONFIG_MEMBERS, EXECUTION_MEMBERS, HEALTHCHECK_MEMBERS, IMAGE_MEMBERS, PUSH_MEMBERS, ROOTFS_MEMBERS};

/// The variables of a rule.
pub(crate) const VARIABLES: [&str; 3] = ["push", "image", "images"];

/// What an expression names.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The variable `image`.
    pub(crate) image: bool,
    /// The variable `images`.
    pub(crate) images: bool,
    /// The members of images that it may look at: at least those that it does.
    pub(crate) members: BTreeSet<&'static str>,
}

impl Names {
    /// Whether it takes the images of the push to evaluate it.
    pub(crate) const fn any_image(&self) -> bool {
        self.image || self.images
    }

    /// What another expression names, too.
    pub(crate) fn add(&mut self, other: &Self) {
        self.image |= other.image;
        self.images |= other.images;
        self.members.extend(&other.members);
    }
}

/// Checks an expression, and adds what it names.
///
/// # Errors
/// The first thing that is wrong with it.
pub(crate) fn check(expression: &Expression, environment: &Arc<Env>, names: &mut Names) -> Result<(), String> {
    let mut checker = Checker { context: Context::with_env(Arc::clone(environment)), scope: Vec::new(), names };
    checker.shape(&expression.tree).map(|_| ())
}

/// What is known of the value of an expression: whether its members are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Push,
    Image,
    Images,
    /// `image.config`.
    Config,
    /// `image.config.config`.
    Execution,
    /// `image.config.config.Healthcheck`.
    Healthcheck,
    /// `image.config.rootfs`.
    RootFilesystem,
    Other,
}

impl Shape {
    /// What it is called, and its members. None where they are not known.
    const fn members(self) -> Option<(&'static str, &'static [&'static str])> {
        match self {
            Self::Push => Some(("`push`", &PUSH_MEMBERS)),
            Self::Image => Some(("an image", &IMAGE_MEMBERS)),
            Self::Config => Some(("`image.config`", &CONFIG_MEMBERS)),
            Self::Execution => Some(("`image.config.config`", &EXECUTION_MEMBERS)),
            Self::Healthcheck => Some(("`Healthcheck`", &HEALTHCHECK_MEMBERS)),
            Self::RootFilesystem => Some(("`rootfs`", &ROOTFS_MEMBERS)),
            Self::Images | Self::Other => None,
        }
    }

    /// The shape of a member.
    fn member(self, name: &str) -> Self {
        match (self, name) {
            (Self::Image, "config") => Self::Config,
            (Self::Config, "config") => Self::Execution,
            (Self::Config, "rootfs") => Self::RootFilesystem,
            (Self::Execution, "Healthcheck") => Self::Healthcheck,
            _ => Self::Other,
        }
    }
}

struct Checker<'n> {
    /// Without variables: it is asked which functions and types there are.
    context: Context<'static, 'static>,
    /// The variables of the comprehensions around the expression, the innermost last.
    scope: Vec<(String, Shape)>,
    names: &'n mut Names,
}

impl Checker<'_> {
    fn shape(&mut self, tree: &IdedExpr) -> Result<Shape, String> {
        match &tree.expr {
            Expr::Ident(name) => self.variable(tree, name),
            Expr::Select(select) => self.select(tree, select),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Literal(literal) => {
                if let LiteralValue::String(text) = literal {
                    self.member_may_be_named(text.inner());
                }
                Ok(Shape::Other)
            }
            Expr::List(list) => {
                let mut shape = Shape::Other;
                for element in &list.elements {
                    if self.shape(element)? == Shape::Image {
                        shape = Shape::Images;
                    }
                }
                Ok(shape)
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.shape(&entry.key)?;
                        self.shape(&entry.value)?;
                    }
                }
                Ok(Shape::Other)
            }
            Expr::Struct(message) => Err(format!("there is no type `{}` to make a value of", message.type_name)),
            Expr::Unspecified => Err("not an expression".to_owned()),
        }
    }

    fn variable(&mut self, tree: &IdedExpr, name: &str) -> Result<Shape, String> {
        if let Some((_, shape)) = self.scope.iter().rev().find(|(known, _)| known == name) {
            return Ok(*shape);
        }
        match name {
            "push" => Ok(Shape::Push),
            "image" => {
                self.names.image = true;
                Ok(Shape::Image)
            }
            "images" => {
                self.names.images = true;
                Ok(Shape::Images)
            }
            _ if self.is_type(tree) => Ok(Shape::Other),
            _ => {
                let local = self.scope.iter().map(|(name, _)| name.as_str()).filter(|name| !name.starts_with(['@', '#']));
                let known: Vec<&str> = VARIABLES.into_iter().chain(local).collect();
                Err(format!("there is no variable `{name}`{}", suggestion(name, &known, "there are")))
            }
        }
    }

    /// Whether an expression is the name of a type.
    fn is_type(&self, tree: &IdedExpr) -> bool {
        Value::resolve_val(tree, &self.context).is_ok()
    }

    /// Whether the name that an expression begins with is a variable's.
    fn begins_with_variable(&self, tree: &IdedExpr) -> bool {
        match &tree.expr {
            Expr::Ident(name) => VARIABLES.contains(&name.as_str()) || self.scope.iter().any(|(known, _)| known == name),
            Expr::Select(select) if !select.test => self.begins_with_variable(&select.operand),
            _ => true,
        }
    }

    fn select(&mut self, tree: &IdedExpr, select: &SelectExpr) -> Result<Shape, String> {
        if !self.begins_with_variable(tree) && self.is_type(tree) {
            return Ok(Shape::Other);
        }
        let shape = self.shape(&select.operand)?;
        self.member(shape, &select.field)
    }

    /// A member that is named of a value of this shape.
    fn member(&mut self, shape: Shape, name: &str) -> Result<Shape, String> {
        self.member_may_be_named(name);
        if shape == Shape::Images {
            return Err(format!("`images` is a list and has no `{name}`; name it of each, as in `images.all(i, i.{name} …)`"));
        }
        match shape.members() {
            Some((owner, members)) if !members.contains(&name) => {
                Err(format!("{owner} has no `{name}`{}", suggestion(name, members, "it has")))
            }
            _ => Ok(shape.member(name)),
        }
    }

    fn member_may_be_named(&mut self, name: &str) {
        self.names.members.extend(IMAGE_MEMBERS.iter().filter(|known| **known == name));
    }

    fn comprehension(&mut self, it: &ComprehensionExpr) -> Result<Shape, String> {
        let element = match self.shape(&it.iter_range)? {
            Shape::Images => Shape::Image,
            Shape::Push | Shape::Image => return Err("`push` and an image are not lists; name their members".to_owned()),
            _ => Shape::Other,
        };
        self.shape(&it.accu_init)?;
        let outer = self.scope.len();
        self.scope.push((it.iter_var.clone(), element));
        self.scope.push((it.accu_var.clone(), Shape::Other));
        let shape = [&it.loop_cond, &it.result, &it.loop_step].into_iter().try_fold(Shape::Other, |_, part| self.shape(part));
        self.scope.truncate(outer);
        shape
    }

    fn call(&mut self, call: &CallExpr) -> Result<Shape, String> {
        let name = call.func_name.as_str();
        if let Some(target) = &call.target {
            if self.begins_with_variable(target) {
                return self.method(target, call);
            }
            return self.qualified(target, call);
        }
        let shapes = self.arguments(call)?;
        match (name, shapes.as_slice(), call.args.as_slice()) {
            (operators::INDEX | operators::OPT_INDEX | operators::OPT_SELECT, [shape, _], [_, index]) => self.index(*shape, index),
            (operators::IN, [_, shape], [key, _]) if *shape != Shape::Images => {
                self.index(*shape, key)?;
                Ok(Shape::Other)
            }
            (operators::CONDITIONAL, [_, one, other], _) | (operators::ADD, [one, other], _) => {
                Ok(if [one, other].contains(&&Shape::Images) { Shape::Images } else { Shape::Other })
            }
            _ if is_operator(name) => Ok(Shape::Other),
            _ => {
                self.require_function(name, None)?;
                self.literals(call)?;
                Ok(Shape::Other)
            }
        }
    }

    fn arguments(&mut self, call: &CallExpr) -> Result<Vec<Shape>, String> {
        call.args.iter().map(|argument| self.shape(argument)).collect()
    }

    fn index(&mut self, shape: Shape, index: &IdedExpr) -> Result<Shape, String> {
        match (shape, &index.expr) {
            (Shape::Images, _) => Ok(Shape::Image),
            (_, Expr::Literal(LiteralValue::String(name))) => self.member(shape, name.inner()),
            (Shape::Push | Shape::Image, _) => Err("a member of `push` or of an image is named, as in `image.labels`".to_owned()),
            _ => Ok(Shape::Other),
        }
    }

    /// `target.f(…)` where the target is a value.
    fn method(&mut self, target: &IdedExpr, call: &CallExpr) -> Result<Shape, String> {
        if MACROS.iter().any(|(name, _)| *name == call.func_name) {
            // It would have been expanded, had it the right number of arguments.
            return self.require_function(&call.func_name, Some(target));
        }
        let shape = self.shape(target)?;
        self.require_function(&call.func_name, Some(target))?;
        if matches!(shape, Shape::Push | Shape::Image) {
            return Err(format!("`{}` cannot be called on `push` or an image; name a member", call.func_name));
        }
        self.arguments(call)?;
        self.literals(call)?;
        // `slice`, `reverse` and `distinct` of images are images.
        Ok(shape)
    }

    /// `sets.f(…)`, where the target is a part of the function's name.
    fn qualified(&mut self, target: &IdedExpr, call: &CallExpr) -> Result<Shape, String> {
        let probe = functions::call(&call.func_name, Some(target.clone()), Vec::new());
        if let Err(ExecutionError::UndeclaredReference(missing)) = Value::resolve_val(&probe, &self.context) {
            let name = format!("{}.{}", spelled(target), call.func_name);
            let namespace = KNOWN_FUNCTIONS.iter().any(|known| known.split_once('.').is_some_and(|(space, _)| *space == **missing));
            if !namespace {
                self.shape(target)?;
            }
            return Err(no_function(&name));
        }
        self.arguments(call)?;
        self.literals(call)?;
        Ok(Shape::Other)
    }

    /// Whether there is a function of this name at all, with whatever arguments.
    fn require_function(&self, name: &str, target: Option<&IdedExpr>) -> Result<Shape, String> {
        if let Some((_, form)) = MACROS.iter().find(|(known, _)| *known == name) {
            return Err(format!("`{name}` is written `{form}`"));
        }
        let exists = |target| {
            let probe = functions::call(name, target, Vec::new());
            !matches!(Value::resolve_val(&probe, &self.context), Err(ExecutionError::UndeclaredReference(_)))
        };
        let value = || Some(functions::text(""));
        match target {
            Some(_) if exists(value()) => Ok(Shape::Other),
            None if exists(None) => Ok(Shape::Other),
            Some(_) if exists(None) => Err(format!("`{name}` is not called on a value; write `{name}(…)`")),
            None if exists(value()) => Err(format!("`{name}` is called on a value; write `x.{name}(…)`")),
            _ => Err(no_function(name)),
        }
    }

    /// A pattern, time, zone or number that is written down, and is none.
    fn literals(&self, call: &CallExpr) -> Result<(), String> {
        let name = call.func_name.as_str();
        let is_literal = |tree: &IdedExpr| matches!(tree.expr, Expr::Literal(_));
        let [.., last] = call.args.as_slice() else { return Ok(()) };
        if !is_literal(last) {
            return Ok(());
        }
        let probe = match name {
            "matches" => functions::call(name, Some(functions::text("")), vec![last.clone()]),
            _ if name.starts_with("get") => functions::call(name, Some(functions::epoch()), vec![last.clone()]),
            _ if call.args.iter().all(is_literal) && call.target.is_none() => functions::call(name, None, call.args.clone()),
            _ => return Ok(()),
        };
        match Value::resolve_val(&probe, &self.context) {
            Err(error @ ExecutionError::FunctionError { .. }) => Err(errors::literal(name, &error, last)),
            _ => Ok(()),
        }
    }
}

/// Whether the parser made this call of an operator.
fn is_operator(name: &str) -> bool {
    name.starts_with(['_', '@', '!', '-']) || name.ends_with('_')
}

/// A name of several parts, as it is written.
fn spelled(tree: &IdedExpr) -> String {
    match &tree.expr {
        Expr::Ident(name) => name.clone(),
        Expr::Select(select) => format!("{}.{}", spelled(&select.operand), select.field),
        _ => String::new(),
    }
}

fn no_function(name: &str) -> String {
    let near = near(name, &KNOWN_FUNCTIONS).map(|near| format!(" (did you mean `{near}`?)"));
    format!("there is no function `{name}`{}", near.unwrap_or_default())
}

/// The known name that is near, or nothing.
fn near<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let distance = |known: &str| strsim::osa_distance(&name.to_lowercase(), &known.to_lowercase());
    let near = known
        .iter()
        .map(|known| (distance(known), *known))
        .filter(|(distance, known)| *distance <= known.len().max(name.len()).div_ceil(4));
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// What to write instead of a name that does not exist.
fn suggestion(name: &str, known: &[&str], introduction: &str) -> String {
    near(name, known).map_or_else(|| format!("; {introduction} `{}`", known.join("`, `")), |near| format!(" (did you mean `{near}`?)"))
}

/// Whether an expression calls one of these functions.
pub(crate) fn calls(tree: &IdedExpr, names: &[&str]) -> bool {
    let called = matches!(&tree.expr, Expr::Call(call) if names.contains(&call.func_name.as_str()));
    called || children(tree).into_iter().any(|child| calls(child, names))
}
