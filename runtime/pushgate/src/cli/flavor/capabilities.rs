//! The words for what a flavor asks for.

use pushgate_sandbox::Description;

pub(super) fn capabilities(description: &Description) -> Vec<&'static str> {
    description.capabilities.iter().map(|capability| capability.as_str()).collect()
}
