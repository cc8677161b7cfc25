//! Semantic versions, with the functions that Kubernetes has for them.

use std::any::Any;
use std::cmp::Ordering;

use interpreter::common::traits::Comparer;
use interpreter::common::types::{CelBool, CelInt, CelString, Type};
use interpreter::common::value::{StaticVal, Val};
use interpreter::{DeclarationError, Env, ExecutionError};
use semver::Version;

static SEMVER: Type = Type::new_unspecified_type("semver");

/// A version, whose build metadata does not count in comparisons.
#[derive(Debug, Clone)]
struct Semver(Version);

pub(super) fn declare(environment: &mut Env) -> Result<(), DeclarationError> {
    interpreter::add_overload!(environment, fn semver: (CelString) -> Result<Semver>)?;
    interpreter::add_overload!(environment, fn written: (Semver) -> CelString, name = "string")?;
    interpreter::add_overload!(environment, fn is_semver: (CelString) -> CelBool, name = "isSemver")?;
    interpreter::add_member_overload!(environment, fn major: (Semver) -> CelInt)?;
    interpreter::add_member_overload!(environment, fn minor: (Semver) -> CelInt)?;
    interpreter::add_member_overload!(environment, fn patch: (Semver) -> CelInt)?;
    interpreter::add_member_overload!(environment, fn compare_to: (Semver, Semver) -> CelInt, name = "compareTo")?;
    interpreter::add_member_overload!(environment, fn is_less_than: (Semver, Semver) -> CelBool, name = "isLessThan")?;
    interpreter::add_member_overload!(environment, fn is_greater_than: (Semver, Semver) -> CelBool, name = "isGreaterThan")
}

fn semver(text: &CelString<'_>) -> Result<Semver, ExecutionError> {
    Version::parse(text.inner()).map(Semver).map_err(|_| ExecutionError::function_error("semver", "not a semantic version"))
}

fn written(version: &Semver) -> CelString<'static> {
    CelString::from(version.0.to_string())
}

fn is_semver(text: &CelString<'_>) -> CelBool {
    Version::parse(text.inner()).is_ok().into()
}

fn major(version: &Semver) -> CelInt {
    number(version.0.major)
}

fn minor(version: &Semver) -> CelInt {
    number(version.0.minor)
}

fn patch(version: &Semver) -> CelInt {
    number(version.0.patch)
}

fn number(number: u64) -> CelInt {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

fn compare_to(one: &Semver, other: &Semver) -> CelInt {
    (one.0.cmp_precedence(&other.0) as i64).into()
}

fn is_less_than(one: &Semver, other: &Semver) -> CelBool {
    one.0.cmp_precedence(&other.0).is_lt().into()
}

fn is_greater_than(one: &Semver, other: &Semver) -> CelBool {
    one.0.cmp_precedence(&other.0).is_gt().into()
}

impl Val for Semver {
    fn get_type(&self) -> &Type {
        &SEMVER
    }

    fn cel_type() -> &'static Type {
        &SEMVER
    }

    fn as_comparer(&self) -> Option<&dyn Comparer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        other.downcast_ref::<Self>().is_some_and(|other| self.0.cmp_precedence(&other.0).is_eq())
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Semver {}

impl Comparer for Semver {
    fn compare(&self, other: &dyn Val) -> Result<Ordering, ExecutionError> {
        let unlike = || ExecutionError::UnexpectedType { got: other.get_type().name().to_owned(), want: "semver".to_owned() };
        other.downcast_ref::<Self>().map(|other| self.0.cmp_precedence(&other.0)).ok_or_else(unlike)
    }
}
