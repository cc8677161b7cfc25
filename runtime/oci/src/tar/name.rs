//! Names inside an archive.
//!
//! A name is the text by which an entry is found, and nothing else. `./a/b` is `a/b`, because `tar -C DIR .` writes it so; everything else
//! that a reader could take for another name is refused.

use crate::tar::error::TarProblem;

/// The most bytes of a name: `PATH_MAX` of Linux.
pub(super) const MAX_NAME: usize = 4096;

/// Checks a name; none for the archive's root, which is `.` or `./`.
pub(super) fn normal(field: &'static str, bytes: &[u8], directory: bool) -> Result<Option<String>, TarProblem> {
    let bad = |problem| TarProblem::Name { field, problem };
    let mut text = checked(field, bytes)?;
    while let Some(rest) = text.strip_prefix("./") {
        text = rest;
    }
    if directory {
        text = text.strip_suffix('/').unwrap_or(text);
    }
    if text.is_empty() || text == "." {
        return Ok(None);
    }
    if text.starts_with('/') {
        return Err(bad("is absolute"));
    }
    for component in text.split('/') {
        match component {
            "" => return Err(bad("has an empty component")),
            "." => return Err(bad("has a component `.`")),
            ".." => return Err(bad("has a component `..`")),
            _ => {}
        }
    }
    Ok(Some(text.to_owned()))
}

/// Where a symbolic link at `link` leads; none if that is outside the archive. `docker save` links to `../ID/layer.tar`.
pub(super) fn beside(link: &[u8], target: &[u8]) -> Result<Option<String>, TarProblem> {
    let Some(link) = normal("name", link, false)? else {
        return Ok(None);
    };
    let target = checked("link target", target)?;
    if target.starts_with('/') {
        return Ok(None);
    }
    let mut components: Vec<&str> = link.split('/').collect();
    components.pop();
    for component in target.split('/') {
        match component {
            "" | "." => {}
            ".." => {
                if components.pop().is_none() {
                    return Ok(None);
                }
            }
            name => components.push(name),
        }
    }
    Ok((!components.is_empty()).then(|| components.join("/")))
}

fn checked<'a>(field: &'static str, bytes: &'a [u8]) -> Result<&'a str, TarProblem> {
    let bad = |problem| TarProblem::Name { field, problem };
    if bytes.is_empty() {
        return Err(bad("is empty"));
    }
    if bytes.len() > MAX_NAME {
        return Err(bad("is longer than 4,096 bytes"));
    }
    if bytes.contains(&0) {
        return Err(bad("has a NUL"));
    }
    std::str::from_utf8(bytes).map_err(|_| bad("is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let name = |text: &[u8], directory| normal("name", text, directory);
        assert_eq!(name(b"a/b", false), Ok(Some("a/b".to_owned())));
        assert_eq!(name(b"./a/b", false), Ok(Some("a/b".to_owned())));
        assert_eq!(name(b"././a", false), Ok(Some("a".to_owned())));
        assert_eq!(name(b"a/", true), Ok(Some("a".to_owned())));
        assert_eq!(name(b"./", true), Ok(None));
        assert_eq!(name(b".", true), Ok(None));
        // Not separators here, so not paths either.
        assert_eq!(name(b"..\\x", false), Ok(Some("..\\x".to_owned())));
        for text in [
            &b""[..],
            b"/",
            b"/etc/passwd",
            b".//etc",
            b"..",
            b"../x",
            b"a/../../x",
            b"a/..",
            b"a//b",
            b"a/./b",
            b"a/",
            b"a\0b",
            b"\xff",
            &[b'a'; 4097],
        ] {
            assert!(name(text, false).is_err(), "{text:?}");
        }
        assert_eq!(name(&[b'a'; 4096], false).unwrap().unwrap().len(), 4096);
    }

    #[test]
    fn links() {
        for (link, target, expected) in [
            ("a/layer.tar", "../b/layer.tar", Some("b/layer.tar")),
            ("./a/layer.tar", "./other", Some("a/other")),
            ("x", "y", Some("y")),
            ("x", "../y", None),
            ("a/x", "../../y", None),
            ("a/x", "/etc/passwd", None),
            ("a/x", "..", None),
            ("a/x", "b/../../c", Some("c")),
        ] {
            assert_eq!(beside(link.as_bytes(), target.as_bytes()), Ok(expected.map(str::to_owned)), "{link} -> {target}");
        }
        assert!(beside(b"a", b"").is_err());
        assert!(beside(b"a", b"\xff").is_err());
    }
}
