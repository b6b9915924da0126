//! Whose an address is: programs log the address that they ask, not the name of the service.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::net::IpAddr;

use super::kind;
use super::row::Fact;
use crate::base::thing::{canonical, workload_of};

/// Addresses kept: the smallest.
const MAX_ADDRESSES: usize = 1 << 15;

/// Addresses of services and pods. Merges in any order.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses(BTreeMap<IpAddr, Owner>);

/// Whose an address is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// A service, as `NAMESPACE/NAME` where the namespace is known.
    Service(String),
    /// The pods of this workload.
    Workload(String),
    /// Several: pods on the network of their node, or an address that was given away again.
    Several,
}

impl Owner {
    /// Of two that are told of one address.
    fn or(self, other: Owner) -> Owner {
        let plain = |name: &str| canonical("service", name).to_owned();
        match (self, other) {
            (Owner::Service(one), Owner::Service(other)) if plain(&one) == plain(&other) => {
                // The one with its namespace is the longer.
                let more = (one.len(), &one) > (other.len(), &other);
                Owner::Service(if more { one } else { other })
            }
            (one, other) if one == other => one,
            _ => Owner::Several,
        }
    }
}

impl Addresses {
    /// Takes what a fact says.
    pub(super) fn note(&mut self, fact: &Fact<'_>) {
        let Some(name) = fact.text_of("name") else {
            return;
        };
        let has_own = || {
            let is_gone = ["Completed", "Succeeded", "Failed", "Evicted", "Error"];
            !fact
                .text_of("status")
                .is_some_and(|status| is_gone.contains(&status))
                && fact.text_of("ip") != fact.text_of("host_ip")
        };
        if *fact.kind == kind::SERVICE {
            let full = match fact.text_of("namespace") {
                Some(namespace) => format!("{namespace}/{name}"),
                None => name.to_owned(),
            };
            for field in ["cluster_ip", "load_balancer_ip"] {
                self.give(fact.text_of(field), Owner::Service(full.clone()));
            }
        } else if *fact.kind == kind::POD && has_own() {
            self.give(
                fact.text_of("ip"),
                Owner::Workload(workload_of(name).to_owned()),
            );
        }
    }

    fn give(&mut self, address: Option<&str>, owner: Owner) {
        if let Some(address) = address.and_then(|address| address.parse().ok()) {
            self.add(address, owner);
        }
    }

    fn add(&mut self, address: IpAddr, owner: Owner) {
        match self.0.entry(address) {
            Entry::Vacant(place) => {
                place.insert(owner);
            }
            Entry::Occupied(mut place) if *place.get() != owner => {
                let known = place.insert(Owner::Several);
                place.insert(known.or(owner));
            }
            Entry::Occupied(_) => {}
        }
        if self.0.len() > MAX_ADDRESSES {
            self.0.pop_last();
        }
    }

    /// Adds what another part of the bundle says.
    pub(super) fn merge(&mut self, mut other: Self) {
        if self.0.len() < other.0.len() {
            std::mem::swap(self, &mut other);
        }
        for (address, owner) in other.0 {
            self.add(address, owner);
        }
    }

    /// Whose an address is.
    pub(super) fn owner(&self, address: IpAddr) -> Option<&Owner> {
        self.0.get(&address)
    }
}

/// The address that a text is, a port behind it or not: `10.96.0.7:5432`, `[fd00::7]:5432`.
pub(super) fn address_of(text: &str) -> Option<IpAddr> {
    let bare = || match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map(|(address, _)| address),
        None => text.rsplit_once(':').map(|(address, _)| address),
    };
    text.parse().ok().or_else(|| bare()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fact(kind: &'static kind::Kind, fields: &'static str) -> Fact<'static> {
        let mut fact = Fact::new(kind, 0);
        for field in fields.split(' ') {
            let (name, value) = field.split_once('=').expect("`name=value`");
            fact.set(name, value, 0);
        }
        fact
    }

    fn of(facts: &[Fact<'_>]) -> Addresses {
        let mut addresses = Addresses::default();
        facts.iter().for_each(|fact| addresses.note(fact));
        addresses
    }

    fn owner(addresses: &Addresses, text: &str) -> Option<Owner> {
        addresses.owner(address_of(text)?).cloned()
    }

    #[test]
    fn an_address_is_that_of_a_service_or_of_a_pod() {
        let service = |fields| fact(&kind::SERVICE, fields);
        let pod = |fields| fact(&kind::POD, fields);
        let addresses = of(&[
            service("name=db namespace=shop cluster_ip=10.96.0.7"),
            service("name=db cluster_ip=10.96.0.7"),
            service("name=six cluster_ip=fd00::7"),
            service("name=headless cluster_ip=None"),
            pod("name=web-6d4b75cb6d-hwxkx ip=10.1.0.5"),
            pod("name=proxy-x7k2p ip=10.0.0.5 host_ip=10.0.0.5"),
            pod("name=job-x7k2p ip=10.1.0.6 status=Completed"),
        ]);
        let service = |name: &str| Some(Owner::Service(name.to_owned()));
        for (text, expected) in [
            ("10.96.0.7:5432", service("shop/db")),
            ("10.96.0.7", service("shop/db")),
            ("[fd00::7]:5432", service("six")),
            ("fd00::7", service("six")),
            ("10.1.0.5:80", Some(Owner::Workload("web".to_owned()))),
            ("10.0.0.5", None),
            ("10.1.0.6", None),
            ("db.shop.svc:5432", None),
            ("", None),
        ] {
            assert_eq!(owner(&addresses, text), expected, "{text}");
        }
    }

    #[test]
    fn what_two_have_is_nobodys() {
        let [web, sibling, db] = [
            "name=web-6d4b75cb6d-hwxkx ip=10.1.0.5",
            "name=web-6d4b75cb6d-5tkq2 ip=10.1.0.5",
            "name=db-0 ip=10.1.0.5",
        ]
        .map(|fields| fact(&kind::POD, fields));
        let twice = of(&[web.clone(), sibling]);
        let web_alone = Some(Owner::Workload("web".to_owned()));
        assert_eq!(owner(&twice, "10.1.0.5"), web_alone);
        let shared = of(&[web, db.clone(), db]);
        assert_eq!(owner(&shared, "10.1.0.5"), Some(Owner::Several));
    }

    proptest! {
        #[test]
        fn order_does_not_matter(
            given in proptest::collection::vec((0u8..3, 0usize..4), 0..12),
            split in 0usize..12,
        ) {
            let owners = [
                Owner::Service("db".to_owned()),
                Owner::Service("shop/db".to_owned()),
                Owner::Workload("db".to_owned()),
                Owner::Workload("web".to_owned()),
            ];
            let all = |given: &[(u8, usize)]| {
                let mut addresses = Addresses::default();
                for (last, owner) in given {
                    addresses.add(IpAddr::from([10, 0, 0, *last]), owners[*owner].clone());
                }
                addresses
            };
            let (left, right) = given.split_at(split.min(given.len()));
            let mut merged = all(right);
            merged.merge(all(left));
            prop_assert_eq!(merged.0, all(&given).0);
        }
    }
}
