//! Which remedy each error has.

mod catalogs;
mod engine;
mod hooks;
mod sources;
