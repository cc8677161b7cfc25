//! The SDKs and the templates of `guest-sdk`, so that the one file that is installed can write a flavor's project.
//!
//! What is not listed in a table by hand cannot be forgotten in it: each file below a folder is embedded, but for hidden ones, the SDK's own tests and what building leaves behind.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::watch;

/// The constants, and the folders that fill them.
const TABLES: [(&str, &str); 12] = [
    ("COMMON", "template"),
    ("RUST", "rust/template"),
    ("RUST_SDK", "rust"),
    ("PYTHON", "python/template"),
    ("PYTHON_SDK", "python"),
    ("JAVASCRIPT", "javascript/template"),
    ("TYPESCRIPT", "javascript/template-typescript"),
    ("JAVASCRIPT_SDK", "javascript"),
    ("GO", "go/template"),
    ("GO_SDK", "go"),
    ("C", "c/template"),
    ("C_SDK", "c"),
];

/// What building leaves in a folder.
const LEFTOVERS: [&str; 6] = ["__pycache__", "build", "dist", "node_modules", "package-lock.json", "target"];
/// What lies in an SDK's folder and is no part of it.
const NOT_SDK: [&str; 4] = ["template", "template-typescript", "test", "tests"];

/// The source text of the tables.
pub(crate) fn tables(guest_sdk: &Path) -> io::Result<String> {
    watch(guest_sdk);
    let mut code = String::new();
    for (name, folder) in TABLES {
        let is_sdk = name.ends_with("_SDK");
        let folder = guest_sdk.join(folder);
        let mut files = Vec::new();
        walk(&folder, is_sdk, &mut files)?;
        files.sort();
        let _ = writeln!(code, "pub(super) const {name}: &[File] = &[");
        for file in files {
            let path = file.strip_prefix(&folder).map_err(io::Error::other)?;
            let _ = writeln!(code, "    File {{ path: {path:?}, contents: include_str!({file:?}) }},");
        }
        code.push_str("];\n");
    }
    Ok(code)
}

/// Every file of a folder, through links too: the contract lies in the SDK of Rust as one.
fn walk(folder: &Path, is_sdk: bool, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().ok_or_else(|| io::Error::other(format!("{} is not a name in Unicode", entry.path().display())))?;
        let leftover = name.starts_with('.') || LEFTOVERS.contains(&name) || name.ends_with(".egg-info");
        if leftover || (is_sdk && (NOT_SDK.contains(&name) || name.ends_with("_test.go"))) {
            continue;
        }
        match fs::metadata(entry.path())?.is_dir() {
            true => walk(&entry.path(), is_sdk, files)?,
            false => files.push(entry.path()),
        }
    }
    Ok(())
}
