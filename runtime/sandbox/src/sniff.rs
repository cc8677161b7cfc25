//! What bytes are that are said to be a component, told from their beginning.

use wasmtime::{Engine, Precompiled};

use crate::LoadError;
use crate::metadata::module_language;

/// The most bytes that a component may have. A Python flavor has 18 MB.
pub const MAX_COMPONENT_BYTES: u64 = 64 << 20;

/// `\0asm`, the version, and the layer: 0 of a core module, 1 of a component.
const MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";
const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";

/// Whether bytes can be a component in the binary format, as far as size and preamble tell.
///
/// # Errors
/// A [`LoadError`] that says what they are instead.
pub(crate) fn check(bytes: &[u8]) -> Result<(), LoadError> {
    check_size(bytes)?;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if bytes.starts_with(&COMPONENT) {
        return complete(bytes);
    }
    if bytes.starts_with(&MODULE) {
        return Err(LoadError::CoreModule { language: module_language(bytes) });
    }
    if !bytes.is_empty() && (COMPONENT.starts_with(bytes) || MODULE.starts_with(bytes)) {
        return Err(LoadError::Truncated { size, message: "its first 8 bytes are not complete".to_owned() });
    }
    if bytes.starts_with(b"\0asm") {
        return Err(LoadError::Invalid { message: "its version of the binary format is not known".to_owned() });
    }
    if let Some(Precompiled::Component | Precompiled::Module) = Engine::detect_precompiled(bytes) {
        return Err(LoadError::Precompiled);
    }
    let text = std::str::from_utf8(bytes.get(..bytes.len().min(256)).unwrap_or(bytes));
    let is_text = match &text {
        Ok(_) => true,
        // The cut may have gone through a character.
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    };
    match bytes {
        _ if bytes.trim_ascii_start().starts_with(b"(component") || bytes.trim_ascii_start().starts_with(b"(module") => {
            Err(LoadError::Text)
        }
        _ if bytes.trim_ascii_start().starts_with(b";;") || bytes.trim_ascii_start().starts_with(b"(;") => Err(LoadError::Text),
        [] => Err(LoadError::NotWasm { found: "an empty file".into() }),
        [0x7f, b'E', b'L', b'F', ..] => Err(LoadError::NotWasm { found: "an ELF file".into() }),
        [b'M', b'Z', ..] => Err(LoadError::NotWasm { found: "a Windows program".into() }),
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] => Err(LoadError::NotWasm { found: "a macOS program".into() }),
        [0x89, b'P', b'N', b'G', ..] => Err(LoadError::NotWasm { found: "a PNG image".into() }),
        [0x1f, 0x8b, ..] => Err(LoadError::NotWasm { found: "a gzip file".into() }),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Err(LoadError::NotWasm { found: "a zstd file".into() }),
        [b'P', b'K', 3, 4, ..] => Err(LoadError::NotWasm { found: "a zip file".into() }),
        _ if is_text => Err(LoadError::NotWasm { found: "text".into() }),
        _ => Err(LoadError::NotWasm { found: "bytes of an unknown kind".into() }),
    }
}

/// Whether these are not more bytes than a component may have.
///
/// # Errors
/// [`LoadError::TooLarge`].
pub(crate) fn check_size(bytes: &[u8]) -> Result<(), LoadError> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > MAX_COMPONENT_BYTES {
        return Err(LoadError::TooLarge { size, limit: MAX_COMPONENT_BYTES });
    }
    Ok(())
}

/// Whether every section of a component ends before the bytes do.
fn complete(bytes: &[u8]) -> Result<(), LoadError> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let mut rest = bytes.get(COMPONENT.len()..).unwrap_or_default();
    while let Some((_kind, after_kind)) = rest.split_first() {
        let missing = match section_size(after_kind) {
            Ok((section, content)) => match content.get(section..) {
                Some(after) => {
                    rest = after;
                    continue;
                }
                None => format!("its last section lacks {} bytes", section.saturating_sub(content.len())),
            },
            // A size that is no number is for the validation to name.
            Err(after_size) if !after_size.is_empty() => return Ok(()),
            Err(_end) => "its last section has no size".to_owned(),
        };
        return Err(LoadError::Truncated { size, message: missing });
    }
    Ok(())
}

/// The size of a section (LEB128, at most 32 bits), and what comes after it; else what was left when it ended.
fn section_size(bytes: &[u8]) -> Result<(usize, &[u8]), &[u8]> {
    let mut size = 0usize;
    let mut rest = bytes;
    for shift in (0..35).step_by(7) {
        let (byte, after) = rest.split_first().ok_or(rest)?;
        rest = after;
        size |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok((size, rest));
        }
    }
    Err(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_component_is_named() {
        let cases: [(&[u8], &str); 16] = [
            (b"", "not a WebAssembly component but an empty file"),
            (b"\0asm", "the component is truncated: it has only 4 bytes, and its first 8 bytes are not complete"),
            (b"\0asm\x0d\0\x01", "the component is truncated: it has only 7 bytes, and its first 8 bytes are not complete"),
            (b"\0asm\x0e\0\x01\0", "not a valid WebAssembly component: its version of the binary format is not known"),
            (b"\0asm\x01\0\0\0\x01", "not a WebAssembly component but a core module"),
            (b"(component)", "not a WebAssembly component but WebAssembly text"),
            (b"\n ;; a flavor\n(component)", "not a WebAssembly component but WebAssembly text"),
            (b"#!/bin/sh", "not a WebAssembly component but text"),
            ("# naïve".as_bytes(), "not a WebAssembly component but text"),
            (b"\x7fELF\x02\x01\x01", "not a WebAssembly component but an ELF file"),
            (b"MZ\x90", "not a WebAssembly component but a Windows program"),
            (b"\x89PNG\r\n", "not a WebAssembly component but a PNG image"),
            (b"\x1f\x8b\x08", "not a WebAssembly component but a gzip file"),
            (b"\x28\xb5\x2f\xfd", "not a WebAssembly component but a zstd file"),
            (b"PK\x03\x04", "not a WebAssembly component but a zip file"),
            (b"\xff\xfe\x00", "not a WebAssembly component but bytes of an unknown kind"),
        ];
        for (bytes, message) in cases {
            assert_eq!(check(bytes).unwrap_err().to_string(), message, "{bytes:?}");
        }
    }

    #[test]
    fn too_many_bytes_are_refused_before_anything_else() {
        let bytes = vec![0; usize::try_from(MAX_COMPONENT_BYTES).unwrap() + 1];
        assert_eq!(check(&bytes).unwrap_err().to_string(), "the component has 67108865 bytes, more than the 67108864 that are allowed");
    }
}
