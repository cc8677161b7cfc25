//! Image references, and the check whether one lies inside a registry.

use pushgate_reference::{ImageReference, RegistryUri};

/// The longest text that is of interest: some limits of the grammar are at 255, a tag ends at 128.
const MAX_TEXT: usize = 2 << 10;

/// A reference that parses is canonical: what it prints is read as the same reference again.
pub fn image_reference(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let Ok(reference) = ImageReference::parse(text) else { return };
    let printed = reference.to_string();
    let again = ImageReference::parse(&printed).unwrap_or_else(|error| panic!("{text:?} prints {printed:?}: {error}"));
    assert_eq!(again.to_string(), printed, "{text:?}");
    assert!(printed.bytes().all(|byte| byte.is_ascii_graphic()), "{printed:?}");
    assert!(reference.repository().split('/').all(|segment| !matches!(segment, "" | "." | "..")), "{printed:?}");
}

/// A line with a URI, and a line with an image: one that lies inside begins with the URI and a `/`, on the same host.
pub fn scope(bytes: &[u8]) {
    let Some((uri, image)) = text(bytes).and_then(|text| text.split_once('\n')) else { return };
    let (Ok(uri), Ok(image)) = (RegistryUri::parse(uri), ImageReference::parse(image)) else { return };
    let begins = image.to_string().starts_with(&format!("{uri}/"));
    let equals = image.to_string().starts_with(&format!("{uri}:"));
    match uri.scope(&image) {
        Ok(scoped) => {
            assert_eq!(scoped.host(), uri.host(), "{uri} {image}");
            assert!(begins || equals, "{scoped} is let into {uri}");
            assert_eq!(scoped.to_string(), image.to_string());
        }
        Err(refused) => {
            assert!(!begins, "{image} is kept out of {uri}: {refused}");
            assert!(!refused.to_string().contains('\n'), "{refused}");
        }
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run_seeded;

    const IMAGES: [&str; 8] = [
        "registry.example.com/team/app:v1",
        "ubuntu",
        "docker.io/library/ubuntu:22.04",
        "localhost:5000/a/b/c",
        "[::1]:5000/team/app:1.0",
        "127.0.0.1:65535/team-evil/app",
        "Registry.Example.com/team/app__b.c-d:latest",
        "registry.example.com/team/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    ];
    const URIS: [&str; 6] =
        ["registry.example.com/team", "registry.example.com", "docker.io", "localhost:5000/a", "[::1]:5000", "127.0.0.1"];

    #[test]
    fn references_hold_what_they_promise() {
        run_seeded(20_000, &IMAGES.map(|image| image.as_bytes().to_vec()), image_reference);
    }

    #[test]
    fn the_scope_holds_what_it_promises() {
        let pairs = URIS.iter().flat_map(|uri| IMAGES.iter().map(move |image| format!("{uri}\n{image}").into_bytes()));
        run_seeded(40_000, &pairs.collect::<Vec<_>>(), scope);
    }
}
