//! The decision: asks the hooks of a registry. All must approve; a registry without hooks approves by itself, as ZenML's does. A hook in the mode
//! `warn` is asked like the others, and its refusal is reported without stopping the push.

mod ask;
mod load;
mod host;
mod http;
mod missing_grants;
mod preflight;
mod verdict;
mod registry_queries;
mod dry_run;
mod approved;
mod images;
mod before;
mod schema;

pub use approved::{ApprovedPush, Check, CheckedPush, Intent, Proposal, Push, Unanimous};
pub use ask::decide;
pub(crate) use dry_run::refused_in_a_dry_run;
pub(crate) use host::HookHost;
pub(crate) use images::NoImages;
pub use images::{Images, ImagesError, ListedImages};
pub use load::{LoadedHook, load};
pub use missing_grants::{MissingGrants, capability_in_words, update_grants};
pub use preflight::Preflight;
pub use schema::settings_schema;
pub(crate) use schema::{compare, unfit};
