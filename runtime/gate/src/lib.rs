//! The gate: which registries and flavors are registered, what a hook may do, and the decision about a push. It knows no command line, no Docker Engine and
//! no terminal: a front hands in what is pushed and is given a decision, or an error with a type.
//!
//! Read [`decide`] first; then the modules in their order, each of which uses those below it.

pub mod decide;
pub mod registry_access;
pub mod clients;
pub mod registry;
pub mod hook;
pub mod trust;
pub mod catalogs;
pub mod catalog;
pub mod flavors;
pub mod decision;
pub mod credential_binding;
pub mod grant;
pub mod hook_limits;
pub mod hook_mode;
pub mod settings;
pub mod builtin;
pub mod paths;
pub mod toml;
pub mod name;
pub mod causes;
