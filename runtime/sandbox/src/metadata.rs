//! What a component or module says about itself in its custom sections.

use wasmparser::{ComponentNameSectionReader, CustomSectionReader, KnownCustom, Parser, Payload, ProducersSectionReader};

use crate::text::cut;

/// The longest text of the metadata.
pub(crate) const TEXT_BYTES: usize = 1 << 10;

/// What a core module says that it was compiled from.
pub(crate) fn module_language(bytes: &[u8]) -> Option<String> {
    let mut metadata = Metadata::default();
    for payload in Parser::new(0).parse_all(bytes).map_while(Result::ok) {
        if let Payload::CustomSection(section) = payload {
            metadata.add(&section, Some(true));
        }
    }
    metadata.language
}

/// What stands at the outside of a component, or in a module in it.
#[derive(Default)]
pub(crate) struct Identity {
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) description: Option<String>,
}

/// What the sections say, the first that says something.
#[derive(Default)]
pub(crate) struct Metadata {
    pub(crate) outside: Identity,
    /// The linker of wasm32-wasip2 does not carry a module's sections to the component, so what a crate says of itself is found there.
    pub(crate) inside: Identity,
    pub(crate) language: Option<String>,
    pub(crate) tool: Option<String>,
}

impl Metadata {
    /// Takes what a custom section says. One that is malformed says nothing: it has no meaning for the component's code.
    /// `in_module` is none at the outside.
    pub(crate) fn add(&mut self, section: &CustomSectionReader<'_>, in_module: Option<bool>) {
        if let KnownCustom::Producers(producers) = section.as_known() {
            self.add_producers(producers);
        }
        let identity = match in_module {
            None => &mut self.outside,
            Some(true) => &mut self.inside,
            // A component in it has a name of its own, which is not this one's.
            Some(false) => return,
        };
        let text = || std::str::from_utf8(section.data()).ok().filter(|text| !text.is_empty()).map(|text| cut(text.to_owned(), TEXT_BYTES));
        let (member, found) = match (section.name(), section.as_known()) {
            ("version", _) => (&mut identity.version, text()),
            ("description", _) => (&mut identity.description, text()),
            (_, KnownCustom::ComponentName(names)) => (&mut identity.name, component_name(names)),
            _ => return,
        };
        // The first that says something counts.
        if member.is_none() {
            *member = found;
        }
    }

    fn add_producers(&mut self, producers: ProducersSectionReader<'_>) {
        for field in producers.into_iter().flatten() {
            let values = field.values.into_iter().flatten().map(|value| (value.name, value.version));
            for (name, version) in values {
                let text = if version.is_empty() { name.to_owned() } else { format!("{name} {version}") };
                let text = Some(cut(text, TEXT_BYTES));
                match field.name {
                    "language" if self.language.is_none() => self.language = text,
                    // These only wrap what a compiler made.
                    "processed-by" if name == "wit-component" || name.starts_with("wit-bindgen") => {}
                    "processed-by" if self.tool.is_none() => self.tool = text,
                    _ => {}
                }
            }
        }
    }
}

fn component_name(names: ComponentNameSectionReader<'_>) -> Option<String> {
    names.into_iter().flatten().find_map(|name| match name {
        wasmparser::ComponentName::Component { name, .. } if !name.is_empty() => Some(cut(name.to_owned(), TEXT_BYTES)),
        _ => None,
    })
}
