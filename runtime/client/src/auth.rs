//! Who we are to a registry that asks.

mod authenticator;
mod refusal;
mod state;
mod turns;
mod token;
mod scope;
mod identity;
mod challenge;

#[cfg(test)]
mod services;

pub(crate) use authenticator::Authenticator;
pub(crate) use identity::Identity;
pub(crate) use scope::Access;
#[cfg(test)]
pub(crate) use token::read_token;
