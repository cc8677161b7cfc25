//! The gate that every container image push passes through.
//!
//! Read [`push`] first: it is the line that every image goes along, on one screen. Then its steps, in their order.

pub mod cli;
pub mod push;
pub mod destination;
pub mod pusher;
pub mod progress;
pub mod report;
mod explain;
pub mod new_project;
pub mod componentize;
mod contract;

pub mod settings_arguments;
pub mod flavor_test;
pub mod process;
pub mod source;

pub mod engine;
pub mod zenml;
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
pub mod paths;
pub mod shipped;
mod files;
mod toml;

pub mod name;
pub mod exit;
mod causes;
