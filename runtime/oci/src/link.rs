//! Links, which are not followed.

/// A link in the place of a file or a folder: it could lead anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a link, not a regular file")]
pub(crate) struct IsLink {
    pub(crate) in_archive: bool,
}

impl IsLink {
    pub(crate) fn hint(&self) -> String {
        let how = if self.in_archive {
            "write the archive with the files themselves: `tar --dereference --hard-dereference`"
        } else {
            "copy the layout with the files themselves, `cp -rL DIR COPY`, and push `--from oci:COPY`"
        };
        how.to_owned()
    }
}
