//! What a project is to be.

use pushgate_gate::name::Name;
use pushgate_sandbox::Capability;

use super::language::Language;

/// What a project is to be.
#[derive(Debug, Clone)]
pub struct Project {
    /// The flavor's name.
    pub name: Name,
    /// What it is written in.
    pub language: Language,
    /// What it asks the host for.
    pub capabilities: Vec<Capability>,
    /// Whether it takes settings.
    pub settings: bool,
}
