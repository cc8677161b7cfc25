//! The engine over its socket, pushing to the registry of the tests.

mod client;

mod answers;
mod exports;
mod pushes;
