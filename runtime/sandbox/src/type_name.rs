//! Types of the component model in words.

use std::fmt::{Result, Write};

use wasmtime::component::types::ComponentFunc;
use wasmtime::component::{ResourceType, Type};

use crate::state::{ImageHandle, PushHandle};

/// Types that a hostile component repeats in one another grow exponentially when they are written out.
const MAX_BYTES: usize = 2_000;

/// A function's type without the names of its parameters, for example `func(string) -> result<u32, string>`. What is longer than
/// 2,000 bytes is cut.
pub(crate) fn function(function: &ComponentFunc) -> String {
    let mut writer = Writer(String::new());
    if writer.function(function).is_err() {
        writer.0.push('…');
    }
    writer.0
}

struct Writer(String);

impl Writer {
    fn function(&mut self, function: &ComponentFunc) -> Result {
        self.text("func(")?;
        self.separated(function.params().map(|(_, kind)| kind))?;
        self.text(")")?;
        if function.results().len() > 0 {
            self.text(" -> ")?;
            self.separated(function.results())?;
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result {
        if self.0.len() + text.len() > MAX_BYTES {
            return Err(std::fmt::Error);
        }
        self.0.write_str(text)
    }

    fn separated(&mut self, kinds: impl Iterator<Item = Type>) -> Result {
        for (index, kind) in kinds.enumerate() {
            if index > 0 {
                self.text(", ")?;
            }
            self.kind(&kind)?;
        }
        Ok(())
    }

    fn wrapped(&mut self, name: &str, kinds: impl Iterator<Item = Type>) -> Result {
        self.text(name)?;
        self.text("<")?;
        self.separated(kinds)?;
        self.text(">")
    }

    fn kind(&mut self, kind: &Type) -> Result {
        match kind {
            Type::List(list) => self.wrapped("list", std::iter::once(list.ty())),
            Type::Tuple(tuple) => self.wrapped("tuple", tuple.types()),
            Type::Option(option) => self.wrapped("option", std::iter::once(option.ty())),
            Type::Result(result) => match (result.ok(), result.err()) {
                (None, None) => self.text("result"),
                (None, Some(err)) => {
                    self.text("result<_, ")?;
                    self.kind(&err)?;
                    self.text(">")
                }
                (ok, err) => self.wrapped("result", ok.into_iter().chain(err)),
            },
            Type::Record(record) => {
                let fields = record.fields().map(|field| (field.name.to_owned(), Some(field.ty)));
                self.members("record", fields, ": ", "")
            }
            Type::Variant(variant) => {
                let cases = variant.cases().map(|case| (case.name.to_owned(), case.ty));
                self.members("variant", cases, "(", ")")
            }
            Type::Enum(names) => self.members("enum", names.names().map(|name| (name.to_owned(), None)), "", ""),
            Type::Flags(names) => self.members("flags", names.names().map(|name| (name.to_owned(), None)), "", ""),
            Type::Own(resource) => self.text(resource_name(resource)),
            Type::Borrow(resource) => self.wrapped_text("borrow", resource_name(resource)),
            Type::Bool => self.text("bool"),
            Type::S8 => self.text("s8"),
            Type::U8 => self.text("u8"),
            Type::S16 => self.text("s16"),
            Type::U16 => self.text("u16"),
            Type::S32 => self.text("s32"),
            Type::U32 => self.text("u32"),
            Type::S64 => self.text("s64"),
            Type::U64 => self.text("u64"),
            Type::Float32 => self.text("f32"),
            Type::Float64 => self.text("f64"),
            Type::Char => self.text("char"),
            Type::String => self.text("string"),
            // Their proposals are switched off.
            Type::Map(_) | Type::Future(_) | Type::Stream(_) | Type::ErrorContext | Type::FixedLengthList(_) => self.text("another type"),
        }
    }

    fn wrapped_text(&mut self, name: &str, inner: &str) -> Result {
        self.text(name)?;
        self.text("<")?;
        self.text(inner)?;
        self.text(">")
    }

    fn members(&mut self, name: &str, members: impl Iterator<Item = (String, Option<Type>)>, open: &str, close: &str) -> Result {
        self.text(name)?;
        self.text(" { ")?;
        for (index, (member, kind)) in members.enumerate() {
            if index > 0 {
                self.text(", ")?;
            }
            self.text(&member)?;
            if let Some(kind) = kind {
                self.text(open)?;
                self.kind(&kind)?;
                self.text(close)?;
            }
        }
        self.text(" }")
    }
}

fn resource_name(resource: &ResourceType) -> &'static str {
    if *resource == ResourceType::host::<PushHandle>() {
        "image-push"
    } else if *resource == ResourceType::host::<ImageHandle>() {
        "image"
    } else {
        "another resource"
    }
}
