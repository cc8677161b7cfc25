//! What a component says about itself: the custom sections that the field's tools read.

use wasm_encoder::{ComponentNameSection, ComponentSection as _, CustomSection};

/// What a component says about itself. What is absent is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The flavor's name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// What it does, in a sentence.
    pub description: Option<String>,
}

impl Metadata {
    /// The component with these sections at its end.
    pub(super) fn append_to(&self, mut component: Vec<u8>) -> Vec<u8> {
        if let Some(name) = &self.name {
            let mut section = ComponentNameSection::new();
            section.component(name);
            section.append_to_component(&mut component);
        }
        for (name, text) in [("version", &self.version), ("description", &self.description)] {
            if let Some(text) = text {
                CustomSection { name: name.into(), data: text.as_bytes().into() }.append_to_component(&mut component);
            }
        }
        component
    }
}
