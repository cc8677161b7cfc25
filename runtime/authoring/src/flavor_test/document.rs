//! Files that a person writes, in TOML: what is wrong with one is told with line and column.

use std::path::Path;

use pushgate_files::FileProblem;
use pushgate_gate::toml;
use pushgate_gate::toml::Lines;
use serde::de::DeserializeOwned;

use super::error::ProjectError;
use super::parser_message::of_message;

/// The largest file, in bytes: more than the answers of one call can have.
const MAX_BYTES: u64 = 32 << 20;

/// The bytes of a file.
///
/// # Errors
/// It cannot be read.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, ProjectError> {
    pushgate_files::read(path, MAX_BYTES).map_err(|problem| match problem {
        FileProblem::System(cause) => ProjectError::System { action: "read", path: path.to_owned(), cause },
        problem => ProjectError::Unusable { path: path.to_owned(), reason: format!("it {problem}"), hint: None },
    })
}

/// The text of a file.
///
/// # Errors
/// It cannot be read, or is not text.
pub(super) fn text(path: &Path) -> Result<String, ProjectError> {
    String::from_utf8(bytes(path)?).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let position = Lines::new(error.as_bytes()).position(Some(&(offset..offset)));
        ProjectError::Malformed { path: path.to_owned(), position, reason: "it is not UTF-8".to_owned(), hint: None }
    })
}

/// What a file says.
///
/// # Errors
/// It cannot be read, is not TOML, or does not say what it should.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, ProjectError> {
    parse(path, &text(path)?)
}

pub(super) fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, ProjectError> {
    if let Some(reason) = toml::too_much(text) {
        return Err(ProjectError::Unusable { path: path.to_owned(), reason, hint: None });
    }
    toml_edit::de::from_str(text).map_err(|error| {
        let position = Lines::new(text.as_bytes()).position(error.span().as_ref());
        // What the parser expects can span lines.
        let reason = error.message().lines().collect::<Vec<_>>().join(", ");
        let hint = of_message(&reason);
        ProjectError::Malformed { path: path.to_owned(), position, reason, hint }
    })
}

#[cfg(test)]
mod tests {
    use pushgate_gate::catalog::MAX_CATALOG_BYTES;
    use pushgate_test_memory::peak;
    use serde::de::IgnoredAny;

    use super::*;

    #[test]
    fn no_case_takes_more_than_eight_times_its_size() {
        let size = usize::try_from(MAX_CATALOG_BYTES).unwrap();
        for piece in ["\n", "0,", "[[a]]\n", "a={b=0}\n"] {
            for start in ["version = 1\n", "version = 1\nx = ["] {
                let text = format!("{start}{}", piece.repeat(size / piece.len() - start.len()));
                let (case, held) = peak(|| parse::<IgnoredAny>(Path::new("case.toml"), &text).is_ok());
                assert!(held < 8 * size, "a case of {start}{piece}…: {held} bytes for {size} ({case})");
            }
        }
    }
}
