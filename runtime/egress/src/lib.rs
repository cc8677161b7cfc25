//! What a flavor sends to an origin that was granted: one request at a time, bounded in everything, on a connection of its own.
//!
//! Nothing is followed, kept or added that the flavor could not have been told of: no redirects, no cookies, no proxy, no connection that
//! another request used. Where it may go, and to which addresses, is for `permitted` of `pushgate-net` to say.

mod client;
mod request;
mod credential;
#[cfg(feature = "aws")]
mod aws;
#[cfg(not(feature = "aws"))]
#[path = "no_aws.rs"]
mod aws;
mod response;
mod error;
mod form;

pub use client::OutboundClient;
pub use credential::BoundCredential;
pub use error::OutboundError;
pub use form::CredentialForm;
pub use request::OutboundRequest;
pub use response::OutboundResponse;
