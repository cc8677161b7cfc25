//! Of where an image is.

use pushgate_source::{FORMS, Source};

use crate::Explain as _;

#[test]
fn what_is_not_a_source_says_how_to_write_one() {
    for (text, hint) in [
        ("build/image", "for an OCI layout: oci:build/image"),
        ("ubuntu:22.04", FORMS),
        ("oci:", FORMS),
        ("oci-archive:file:", FORMS),
        ("docker-daemon:sha256:xyz", "`docker images --no-trunc` shows the IDs"),
    ] {
        let error = text.parse::<Source>().unwrap_err();
        assert_eq!(error.hint().as_deref(), Some(hint), "{text}: {error}");
    }
}
