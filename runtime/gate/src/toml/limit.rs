//! How much TOML is parsed. A parser makes tokens, events and a tree of a text: 16 MiB of line ends or of `0,` are gigabytes of them.

use toml_parser::Source;

/// The most tokens of one text: words, brackets, spaces, line ends. A catalog of 10,000 flavors has 140,000 of them, and the largest answers that a
/// case can have 200,000. As tokens, events and a tree they are some 100 MiB.
const MAX_TOKENS: usize = 500_000;

/// What is wrong with a text of too many tokens, if it is one.
pub fn too_much(text: &str) -> Option<String> {
    Source::new(text).lex().nth(MAX_TOKENS).map(|_| format!("it has more than {MAX_TOKENS} words, brackets, spaces and line ends"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pushgate_test_memory::peak;

    use super::*;
    use crate::builtin::Builtins;
    use crate::catalog::{Catalog, MAX_CATALOG_BYTES};

    #[test]
    fn an_honest_text_is_not_too_much() {
        let flavor = |number: usize| format!("[flavors.flavor-{number}]\ndigest = \"sha256:{number:064x}\"\n\n");
        let text: String = (0..10_000).map(flavor).collect();
        assert_eq!(too_much(&text), None);
        assert_eq!(too_much(&"x".repeat(1 << 20)), None);
    }

    #[test]
    fn no_text_takes_more_than_eight_times_its_size() {
        let size = usize::try_from(MAX_CATALOG_BYTES).unwrap();
        for piece in ["\n", "0,", "[[a]]\n", "a={b=0}\n"] {
            for start in ["version = 1\n", "version = 1\nx = ["] {
                let text = format!("{start}{}", piece.repeat(size / piece.len() - start.len()));
                let (parsed, held) = peak(|| Catalog::parse(Path::new("catalog.toml"), text.as_bytes(), Builtins::default()).is_ok());
                assert!(held < 8 * size, "{start}{piece}…: {held} bytes for {size} ({parsed})");
            }
        }
    }
}
