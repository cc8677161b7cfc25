//! Whether a registry knows mounts.

use std::sync::atomic::{AtomicU8, Ordering};

/// What is known about mounts at a registry.
#[derive(Default)]
pub(super) struct Mounting(AtomicU8);

impl Mounting {
    pub(super) const WORKS: u8 = 1;
    pub(super) const USELESS: u8 = 2;

    pub(super) fn works(&self) -> bool {
        self.0.load(Ordering::Relaxed) == Self::WORKS
    }

    pub(super) fn is_useless(&self) -> bool {
        self.0.load(Ordering::Relaxed) == Self::USELESS
    }

    pub(super) fn found(&self, what: u8) {
        self.0.store(what, Ordering::Relaxed);
    }
}
