//! The gate that every container image push passes through.
//!
//! Read [`push`] first: it is the line that every image goes along, on one screen. Then its steps, in their order.

pub mod push;

pub mod destination;
pub mod trust;
pub mod catalog;
pub mod gate;
pub mod source;
pub mod engine;
pub mod hooks;
pub mod registry_access;
pub mod pusher;
pub mod progress;
pub mod report;

pub mod flavor_test;

pub mod grant;
pub mod credential_binding;
pub mod hook_limits;
pub mod hook_mode;
pub mod name;
pub mod settings;
pub mod paths;
pub mod store;
pub mod shipped;
pub mod component_file;
mod files;
mod toml;

mod contract;
pub mod new_project;
pub mod zenml;
pub mod componentize;

pub mod exit;
mod failures;

pub mod cli;
