//! What a decision makes: a push that may be made, or the proof that one would have been.

use std::sync::Arc;

use pushgate_reference::ScopedReference;

use crate::registry_access::RegistryAccess;

/// A push that is to be decided about: what goes where.
#[derive(Debug)]
pub struct Proposal<S> {
    /// The registry, which says who is asked.
    pub access: Arc<RegistryAccess>,
    /// The name, which lies inside the registry.
    pub scoped: ScopedReference,
    /// The image.
    pub source: Arc<S>,
}

/// What is wanted of a decision: [`Push`] or [`Check`].
pub trait Intent: sealed::Sealed {
    /// What every hook's approval makes of a proposal.
    type Approved<S>;
    /// Whether nothing will be pushed, whatever the answer is.
    const DRY_RUN: bool;

    #[doc(hidden)]
    fn approve<S>(self, proposal: Proposal<S>, unanimous: Unanimous) -> Self::Approved<S>;
}

/// The image is pushed if every hook approves.
#[derive(Debug, Clone, Copy)]
pub struct Push;

/// Nothing is pushed: the hooks are asked what they would say.
#[derive(Debug, Clone, Copy)]
pub struct Check;

/// Every hook approved, or only warns. Only this crate makes one.
#[derive(Debug)]
pub struct Unanimous(());

impl Unanimous {
    pub(super) const fn new() -> Self {
        Self(())
    }
}

/// A push that every hook approved. It owns what was approved: the registry, the name in it and the image. Only [`decide`](super::decide) makes
/// one, and there is no way to put another image or another name in.
///
/// What a check approved is of another type, which nothing pushes:
///
/// ```compile_fail,E0308
/// use pushgate_gate::decide::{ApprovedPush, CheckedPush};
/// struct Image;
/// fn to_be_pushed(_: ApprovedPush<Image>) {}
/// fn from_a_check(checked: CheckedPush<Image>) {
///     to_be_pushed(checked);
/// }
/// ```
///
/// What was approved cannot be taken for another image:
///
/// ```compile_fail,E0616
/// use std::sync::Arc;
/// use pushgate_gate::decide::ApprovedPush;
/// struct Image;
/// fn of_another_image(mut approved: ApprovedPush<Image>, other: Arc<Image>) -> ApprovedPush<Image> {
///     approved.proposal.source = other;
///     approved
/// }
/// ```
///
/// nor made without a decision:
///
/// ```compile_fail,E0451
/// use pushgate_gate::decide::{ApprovedPush, Proposal};
/// struct Image;
/// fn without_asking(proposal: Proposal<Image>) -> ApprovedPush<Image> {
///     ApprovedPush { proposal }
/// }
/// ```
///
/// nor be used twice:
///
/// ```compile_fail,E0382
/// use pushgate_gate::decide::ApprovedPush;
/// struct Image;
/// fn push(_: ApprovedPush<Image>) {}
/// fn twice(approved: ApprovedPush<Image>) {
///     push(approved);
///     push(approved);
/// }
/// ```
#[derive(Debug)]
#[must_use = "an approved push is made, or it was asked for in vain"]
pub struct ApprovedPush<S> {
    proposal: Proposal<S>,
}

impl<S> ApprovedPush<S> {
    /// The registry that it goes to.
    pub fn access(&self) -> &Arc<RegistryAccess> {
        &self.proposal.access
    }

    /// The name that it goes to.
    pub fn scoped(&self) -> &ScopedReference {
        &self.proposal.scoped
    }

    /// What is pushed.
    pub fn source(&self) -> &S {
        &self.proposal.source
    }
}

/// What every hook would let be pushed. Nothing pushes it.
#[derive(Debug)]
pub struct CheckedPush<S> {
    proposal: Proposal<S>,
}

impl<S> CheckedPush<S> {
    /// The name that it would go to.
    pub fn scoped(&self) -> &ScopedReference {
        &self.proposal.scoped
    }
}

impl Intent for Push {
    type Approved<S> = ApprovedPush<S>;
    const DRY_RUN: bool = false;

    fn approve<S>(self, proposal: Proposal<S>, Unanimous(()): Unanimous) -> ApprovedPush<S> {
        ApprovedPush { proposal }
    }
}

impl Intent for Check {
    type Approved<S> = CheckedPush<S>;
    const DRY_RUN: bool = true;

    fn approve<S>(self, proposal: Proposal<S>, Unanimous(()): Unanimous) -> CheckedPush<S> {
        CheckedPush { proposal }
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Push {}
    impl Sealed for super::Check {}
}
