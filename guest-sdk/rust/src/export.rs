//! How a flavor becomes a component.

/// Exports a type that implements [`Flavor`](crate::Flavor) as the flavor of this component; once in a crate.
///
/// ```text
/// flavor!(Type);
/// flavor!(Type, settings_schema = include_str!("../settings.schema.json"));
/// ```
///
/// The schema, a `&str`, is a JSON Schema (2020-12) for the settings object. With it the component says what settings it takes.
///
/// The crate's name, version and description are put into the core module as the custom sections `component-name`, `version` and
/// `description`, as they should stand in the component: the linker of wasm32-wasip2 carries none of a module's to the component.
///
/// On other targets than wasm the macro only checks that the type is a flavor, so that its unit tests run natively.
#[macro_export]
macro_rules! flavor {
    ($flavor:ty $(, settings_schema = $schema:expr)? $(,)?) => {
        const _: () = {
            const fn is_a_flavor<T: $crate::Flavor>() {}
            is_a_flavor::<$flavor>();
            $(const _: &str = $schema;)?
        };

        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code)]
        const _: () = {
            use $crate::__implementation as implementation;

            type Exported = implementation::Hook<$flavor>;
            implementation::bindings::export!(Exported with_types_in implementation::bindings);

            $(
                struct Schema;
                impl implementation::schema_bindings::exports::pushgate::flavor::settings::Guest for Schema {
                    fn schema() -> ::std::string::String {
                        <::std::string::String as ::core::convert::From<&str>>::from($schema)
                    }
                }
                implementation::schema_bindings::export!(Schema with_types_in implementation::schema_bindings);
            )?

            const NAME: &str = env!("CARGO_PKG_NAME");
            #[unsafe(link_section = "component-name")]
            static COMPONENT_NAME: [u8; implementation::name_section_length(NAME)] = implementation::name_section(NAME);
            #[unsafe(link_section = "version")]
            static VERSION: [u8; env!("CARGO_PKG_VERSION").len()] = implementation::bytes(env!("CARGO_PKG_VERSION"));
            #[unsafe(link_section = "description")]
            static DESCRIPTION: [u8; env!("CARGO_PKG_DESCRIPTION").len()] = implementation::bytes(env!("CARGO_PKG_DESCRIPTION"));
        };
    };
}

/// What [`flavor!`] needs in the crate that it is used in. No part of the API.
#[doc(hidden)]
pub mod implementation {
    #[cfg(target_family = "wasm")]
    pub use crate::host::{Hook, bindings, schema_bindings};

    /// The length of [`name_section`]: a subsection's number and length, the name's length, the name.
    #[must_use]
    pub const fn name_section_length(name: &str) -> usize {
        1 + leb128_length(leb128_length(name.len()) + name.len()) + leb128_length(name.len()) + name.len()
    }

    /// The contents of the custom section `component-name`: subsection 0, the name of the component.
    #[must_use]
    pub const fn name_section<const LENGTH: usize>(name: &str) -> [u8; LENGTH] {
        let mut section = [0; LENGTH];
        let at = put_leb128(&mut section, 1, leb128_length(name.len()) + name.len());
        let at = put_leb128(&mut section, at, name.len());
        let (_, rest) = section.split_at_mut(at);
        rest.copy_from_slice(name.as_bytes());
        section
    }

    /// A text as the contents of a custom section.
    #[must_use]
    pub const fn bytes<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
        let mut section = [0; LENGTH];
        section.copy_from_slice(text.as_bytes());
        section
    }

    const fn leb128_length(value: usize) -> usize {
        if value < 0x80 { 1 } else { 1 + leb128_length(value >> 7) }
    }

    #[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, where an index that is out of bounds is a compile error")]
    const fn put_leb128(section: &mut [u8], at: usize, value: usize) -> usize {
        let low = (value & 0x7f) as u8;
        if value < 0x80 {
            section[at] = low;
            return at + 1;
        }
        section[at] = low | 0x80;
        put_leb128(section, at + 1, value >> 7)
    }
}

/// Sends the message and the place of a panic through the contract's log, so that the host can say why the hook ended. What std would do is
/// write to the standard error stream, which a flavor does not have.
#[cfg(target_family = "wasm")]
pub(crate) fn report_panics() {
    std::panic::set_hook(Box::new(|panic| crate::log::error(panic)));
}

/// Ends the call as the flavor's failure, with this reason.
#[cfg(target_family = "wasm")]
pub(crate) fn fail(reason: &str) -> ! {
    crate::log::error(reason);
    std::process::abort()
}

#[cfg(test)]
mod tests {
    use super::implementation::{bytes, name_section, name_section_length};

    #[test]
    fn a_name_section_is_what_the_component_model_says() {
        assert_eq!(name_section::<{ name_section_length("ab") }>("ab"), [0, 3, 2, b'a', b'b']);
        const LONG: &str = include_str!("../Cargo.toml");
        let section: [u8; name_section_length(LONG)] = name_section(LONG);
        let (head, name) = section.split_at(section.len() - LONG.len());
        assert_eq!(name, LONG.as_bytes());
        let decode = |low: u8, high: u8| usize::from(low & 0x7f) | usize::from(high) << 7;
        assert_eq!((head.len(), head[0]), (5, 0));
        assert_eq!(decode(head[1], head[2]), LONG.len() + 2);
        assert_eq!(decode(head[3], head[4]), LONG.len());
    }

    #[test]
    fn a_text_section_is_the_text() {
        assert_eq!(bytes::<5>("0.1.0"), *b"0.1.0");
    }
}
