//! TOML of others: how much of it is parsed, what it holds as JSON, and where it is wrong.

mod document;
mod values;
mod limit;
mod fault;

pub use document::document;
pub use fault::Position;
pub use fault::{Fault, Lines};
pub use limit::too_much;
pub use values::{kind, object};
