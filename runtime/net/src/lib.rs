//! May we connect there, and how?
//!
//! In reading order, from the ground up: [`permitted`] says where we may connect at all, and [`AddressPolicy`] to which addresses of it; a
//! [`Connector`] gets there, straight or through a proxy, with TLS where the origin says so; a [`Transport`] sends requests and reads replies
//! within limits: how many at a time ([`MAX_CONNECTIONS`]), how many at all ([`RequestBudget`]), and for how long ([`Timeouts`]).
//!
//! It knows HTTP and nothing of registries. Everything that is read here was written by strangers, and is bounded.

mod transport;
mod pool;
mod connect;
mod proxy;
mod socks;
mod direct;
mod tls;
mod authorities;
mod stream;
mod waiting;
mod limiter;
mod later;
pub mod budget;
pub mod message;
mod marks;
mod error;
pub mod permitted;
mod addresses;

pub use addresses::AddressPolicy;
pub use authorities::Authorities;
pub use budget::RequestBudget;
pub use connect::{Connection, Connector, Resolve};
pub use error::{ProxyFailure, TransportError, is_out_of_files};
pub use later::{LONGEST_RETRY_AFTER, asked_to_wait};
pub use limiter::MAX_CONNECTIONS;
pub use marks::{Piece, Region};
pub use message::{Aborted, Outgoing, Reply, RequestBody};
pub use permitted::{HttpGrant, HttpTarget, TargetRefusal, TokenServer, http_target};
pub use proxy::{Proxies, Unusable};
pub use tls::{CertificateError, ClientCertificate, Trust};
pub use transport::{Destination, Timeouts, Transport};
pub use waiting::{WaitListener, Waits};
