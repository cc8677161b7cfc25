//! The command line of the gate that every container image push passes through.
//!
//! Read [`push`] first: it is the line that every image goes along, on one screen. Then its steps, in their order.

pub mod cli;
pub mod push;
pub mod destination;
pub mod pusher;
pub mod progress;
pub mod report;
pub mod settings_arguments;
pub mod process;
pub mod zenml;
