//! For authors of flavors: a new project ([`new_project`]), the test of its flavor ([`flavor_test`]), and a component of a core module ([`componentize`]).

pub mod flavor_test;
pub mod new_project;
pub mod componentize;
mod contract;

pub use contract::CONTRACT;
