//! Which addresses a name may lead to, by who named it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses a name may lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressPolicy {
    /// All: the user named the host.
    Anywhere,
    /// Only those of the public internet: somebody else named the host.
    Public,
    /// Those, and the private ones of a site: the user granted them to a flavor.
    Private,
    /// Only this machine: the user granted an origin that is this machine to a flavor.
    Loopback,
}

impl AddressPolicy {
    /// Whether a connection may go to an address. Those of link-local services and of a cloud's metadata are permitted to nobody but the user
    /// alone, and neither are those that hide another address.
    pub fn permits(self, address: IpAddr) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Public => is_public(address),
            Self::Private => is_public(address) || is_private(address),
            Self::Loopback => address.is_loopback(),
        }
    }
}

/// Whether an address belongs to the public internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        // This network; protocol assignments; benchmarks; relays; multicast and all beyond.
        [0 | 224..=255, ..] | [192, 0, 0, _] | [192, 88, 99, _] => true,
        [198, second, ..] => second & 0xfe == 18,
        // Answers to every machine of one cloud.
        [168, 63, 129, 16] => true,
        _ => false,
    };
    !(special
        || is_shared(address)
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation())
}

/// 100.64.0.0/10: between a provider and its customers.
fn is_shared(address: Ipv4Addr) -> bool {
    matches!(address.octets(), [100, second, ..] if second & 0xc0 == 64)
}

/// Global unicast (2000::/3) without the parts that hide an IPv4 address or are for examples.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, 0 | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..0x1000, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Whether an address belongs to a site, without those at which clouds tell their machines who they are.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || is_shared(address) && address != Ipv4Addr::new(100, 100, 100, 200),
        IpAddr::V6(address) => match address.segments() {
            [0xfd00, 0xec2, ..] | [0xfd20, 0xce, ..] => false,
            [first, ..] => first & 0xfe00 == 0xfc00,
        },
    }
}

#[cfg(test)]
mod tests;
