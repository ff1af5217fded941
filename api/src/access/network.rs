//! The network of an address: what is counted and remembered instead of single addresses, of which some change daily.

use std::net::IpAddr;

use ipnet::IpNet;

/// The network of an address: /24, or /64.
pub fn network(address: IpAddr) -> String {
    let length = if address.is_ipv4() { 24 } else { 64 };
    IpNet::new(address, length).map_or_else(|_| address.to_string(), |network| network.trunc().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        for (address, expected) in
            [("192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
        {
            assert_eq!(network(address.parse().expect("an address")), expected);
        }
    }
}
