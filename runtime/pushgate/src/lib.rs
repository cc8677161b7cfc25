//! The gate that every container image push passes through.
//!
//! Read [`push`] first: it is the line that every image goes along, on one screen. Then its steps, in their order.

pub mod push;

pub mod catalog;
pub mod destination;
pub mod engine;
pub mod gate;
pub mod hooks;
pub mod pusher;
pub mod report;
pub mod source;

pub mod component_file;
mod files;
pub mod grant;
pub mod name;
pub mod paths;
pub mod settings;
pub mod store;

pub mod exit;
mod failures;

pub mod cli;
