//! TOML of others: how much of it is parsed, what it holds as JSON, and where it is wrong.

mod document;
mod values;
mod limit;
mod fault;

pub(crate) use document::document;
pub use fault::Position;
pub(crate) use fault::{Fault, Lines};
pub(crate) use limit::too_much;
pub(crate) use values::{kind, object};
