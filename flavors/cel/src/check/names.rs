//! What a rule names: which variables, and which members of images.

use std::collections::BTreeSet;

/// The variables of a rule.
pub(crate) const VARIABLES: [&str; 3] = ["push", "image", "images"];

/// What an expression names.
#[derive(Debug, Default, Clone)]
pub(crate) struct Names {
    /// The variable `image`.
    pub(crate) image: bool,
    /// The variable `images`.
    pub(crate) images: bool,
    /// The members of images that it looks at.
    pub(crate) members: BTreeSet<&'static str>,
}

impl Names {
    /// Whether it takes the images of the push to evaluate it.
    pub(crate) const fn any_image(&self) -> bool {
        self.image || self.images
    }

    /// What another expression names, too.
    pub(crate) fn add(&mut self, other: &Self) {
        self.image |= other.image;
        self.images |= other.images;
        self.members.extend(&other.members);
    }
}
