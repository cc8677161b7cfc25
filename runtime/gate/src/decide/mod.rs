//! The decision: asks the hooks of a registry. All must approve; a registry without hooks approves by itself, as ZenML's does. A hook in the mode
//! `warn` is asked like the others, and its refusal is reported without stopping the push.

mod ask;
mod load;
mod schema;
mod host;
mod http;
mod registry_queries;
mod verdict;
mod before;
mod preflight;
mod error;
mod compare;
mod host_failure;
mod missing_grants;
mod dry_run;
mod approved;
mod images;
mod origin;

pub use approved::{ApprovedPush, Check, CheckedPush, Intent, Proposal, Push, Unanimous};
pub use ask::decide;
pub use compare::{CompareError, compare};
pub use dry_run::refused_in_a_dry_run;
pub use error::DecideError;
pub use host::HookHost;
pub use host_failure::HostFailure;
pub use images::NoImages;
pub use images::{Images, ImagesError, ListedImages, shown};
pub use load::{LoadedHook, load};
pub use missing_grants::{Grantee, MissingGrants, capability_in_words};
pub use preflight::Preflight;
pub use schema::{SchemaError, settings_schema};
