//! This file is about who may be trusted by address: IP networks (RFC 4632), and Unix sockets.

use std::net::IpAddr;

/// Who sent a request, by the socket.
#[derive(Debug, PartialEq)]
pub(super) enum Sender {
    Address(IpAddr),
    Unix,
    Unknown,
}

impl Sender {
    /// An address, `unix`, or anything else for somebody who is not known.
    pub(super) fn parse(text: &str) -> Self {
        if text.eq_ignore_ascii_case("unix") {
            return Self::Unix;
        }
        // The zone of a link-local address (RFC 4007) says which interface, not who.
        let (address, _zone) = text.split_once('%').unwrap_or((text, ""));
        let address = address.parse::<IpAddr>();
        address.map_or(Self::Unknown, |address| {
            Self::Address(address.to_canonical())
        })
    }
}

/// One entry of a list of networks.
#[derive(Debug, PartialEq)]
pub(super) enum Network {
    /// Addresses that share their first bits.
    Addresses(IpAddr, u32),
    /// Whoever reaches the Unix socket.
    Unix,
}

impl Network {
    /// `10.0.0.0/8`, `2001:db8::/32`, one address, or `unix`.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.eq_ignore_ascii_case("unix") {
            return Ok(Self::Unix);
        }
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address
            .parse()
            .map_err(|_| "is no IP address, no network such as 10.0.0.0/8, and not unix")?;
        let width = width(address);
        let length = match length {
            None => width,
            Some(length) => length
                .parse()
                .ok()
                .filter(|length| *length <= width)
                .ok_or("has no such number of bits")?,
        };
        if bits(address) & !mask(width, length) != 0 {
            return Err("has bits set beyond its length");
        }
        // As connections over a socket for both families are seen.
        match (address, address.to_canonical()) {
            (IpAddr::V6(_), canonical @ IpAddr::V4(_)) if length >= 96 => {
                Ok(Self::Addresses(canonical, length - 96))
            }
            _ => Ok(Self::Addresses(address, length)),
        }
    }

    /// It is everybody of a family.
    pub(super) fn is_everybody(&self) -> bool {
        matches!(self, Self::Addresses(_, 0))
    }

    /// The sender is in it.
    pub(super) fn holds(&self, sender: &Sender) -> bool {
        match (self, sender) {
            (Self::Unix, Sender::Unix) => true,
            (Self::Addresses(network, length), Sender::Address(address)) => {
                let width = width(*network);
                let mask = mask(width, *length);
                network.is_ipv4() == address.is_ipv4() && bits(*network) == bits(*address) & mask
            }
            _ => false,
        }
    }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() {
        32
    } else {
        128
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => u128::from(four.to_bits()),
        IpAddr::V6(six) => six.to_bits(),
    }
}

/// The first `length` of `width` bits.
fn mask(width: u32, length: u32) -> u128 {
    let all = u128::MAX.checked_shr(128 - width).unwrap_or(0);
    all & !all.checked_shr(length).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, sender: &str) -> bool {
        Network::parse(network)
            .unwrap()
            .holds(&Sender::parse(sender))
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.0/31", "::ffff:192.0.2.1", "::ffff:192.0.2.2"),
            ("::ffff:192.0.2.0/120", "192.0.2.255", "192.0.3.0"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("fe80::/10", "fe80::1%eth0", "fec0::1"),
            ("::/0", "2001:db8::1", "10.0.0.1"),
            ("0.0.0.0/0", "203.0.113.9", "2001:db8::1"),
            ("unix", "unix", "127.0.0.1"),
        ] {
            assert!(holds(network, inside), "{network} {inside}");
            assert!(!holds(network, outside), "{network} {outside}");
            assert!(!holds(network, ""), "{network}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/-1",
            "::1/129",
            "proxy",
            "10.0.0/8",
        ] {
            assert!(Network::parse(text).is_err(), "{text}");
        }
    }
}
