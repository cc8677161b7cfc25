//! Writes recorded answers, and accepted ones, into the file of a case. What else stands there stays as it is, comments too.

use std::io::{self, Write as _};
use std::path::Path;

use pushgate_gate::toml::Lines;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use super::document;
use super::error::ProjectError;
use super::recorded::{RecordedQuestion, RecordedRequest};
use super::sections;

/// Replaces the recorded answers of a case.
pub(super) fn rewrite(path: &Path, questions: &[RecordedQuestion], requests: &[RecordedRequest]) -> Result<(), ProjectError> {
    let text = document::text(path)?;
    let mut document = parse(path, &text)?;
    replace(&mut document, "registry", questions.iter().map(sections::question));
    replace(&mut document, "http", requests.iter().map(sections::request));
    let written = document.to_string();
    if written == text { Ok(()) } else { write(path, &written) }
}

/// The document in a file with this text.
pub(super) fn parse(path: &Path, text: &str) -> Result<DocumentMut, ProjectError> {
    text.parse().map_err(|error: toml_edit::TomlError| ProjectError::Malformed {
        path: path.to_owned(),
        position: Lines::new(text.as_bytes()).position(error.span().as_ref()),
        reason: error.message().lines().collect::<Vec<_>>().join(", "),
        hint: None,
    })
}

fn replace(document: &mut DocumentMut, key: &str, tables: impl Iterator<Item = Table>) {
    document.remove(key);
    let mut tables: ArrayOfTables = tables.collect();
    for table in tables.iter_mut() {
        table.decor_mut().set_prefix("\n");
    }
    if !tables.is_empty() {
        document.insert(key, Item::ArrayOfTables(tables));
    }
}

/// The old file or the new one, whatever happens meanwhile.
pub(super) fn write(path: &Path, text: &str) -> Result<(), ProjectError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = || -> io::Result<()> {
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.as_file().set_permissions(std::fs::metadata(path)?.permissions())?;
        new.write_all(text.as_bytes())?;
        new.persist(path).map(drop).map_err(|error| error.error)
    };
    written().map_err(|cause| ProjectError::System { action: "write", path: path.to_owned(), cause })
}
