//! Layouts for the tests of this crate.

use pushgate_oci::{LayoutError, OciLayout, PinnedContent};
pub(crate) use pushgate_test_images::{LAYER, TestLayout, for_platform};

/// Pins what a layout holds.
pub(crate) trait Pin {
    fn pin(&self, reference: Option<&str>) -> Result<PinnedContent, LayoutError>;
}

impl Pin for TestLayout {
    fn pin(&self, reference: Option<&str>) -> Result<PinnedContent, LayoutError> {
        OciLayout::open(self.path())?.pin(reference, None)
    }
}
