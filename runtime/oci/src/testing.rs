//! Layouts for the tests of this crate.

pub(crate) use pushgate_test_images::{LAYER, TestLayout, for_platform, named};

use crate::content::PinnedContent;
use crate::layout::{LayoutError, OciLayout};

/// Pins what a layout holds.
pub(crate) trait Pin {
    fn pin(&self, reference: Option<&str>) -> Result<PinnedContent, LayoutError>;
}

impl Pin for TestLayout {
    fn pin(&self, reference: Option<&str>) -> Result<PinnedContent, LayoutError> {
        OciLayout::open(self.path())?.pin(reference, None)
    }
}
