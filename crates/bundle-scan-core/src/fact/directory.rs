//! Who is who: which pod runs on which node and whether it is well, by what other names a node goes, whose an address is,
//! and what stands behind a service.
//!
//! Bounded: of pods only hashes are kept, because a bundle may list a hundred thousand of them.

use std::collections::BTreeMap;

use super::addresses::{Addresses, Owner, address_of};
use super::backing::Backing;
use super::identity::{Identities, PodName};
use super::kind;
use super::row::Fact;
use crate::base::hash::fnv1a;
use crate::base::thing::canonical;

/// Pods kept: those with the smallest hashes.
const MAX_PODS: usize = 1 << 17;
/// Other names of nodes kept.
const MAX_NAMES: usize = 10_000;

/// Pods and nodes of a bundle. Merges in any order.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// By the hash of the pod's name.
    pods: BTreeMap<u64, Pod>,
    /// Names, host names and addresses to the name of the node.
    nodes: BTreeMap<String, String>,
    identities: Identities,
    addresses: Addresses,
    backing: Backing,
}

/// Stands for several nodes.
const SEVERAL: u64 = 0;

/// What is known of the pods of one name, which may be of several namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pod {
    /// The hash of the node's name; [`SEVERAL`] if there are several.
    node: Option<u64>,
    /// Whether all of them run and are ready, or have done their work.
    is_well: bool,
}

/// A node, whatever it was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeKey(u64);

impl Directory {
    /// Takes what a fact says.
    pub fn note(&mut self, fact: &Fact<'_>) {
        if *fact.kind == kind::POD {
            self.note_pod(fact);
        }
        self.identify(fact);
        self.addresses.note(fact);
        self.backing.note(fact);
        if *fact.kind == kind::NODE
            && let Some(name) = fact.text_of("name")
        {
            let others = ["internal_ip", "external_ip", "hostname", "hostname_label"];
            self.name_node(name, name);
            for other in others.into_iter().filter_map(|field| fact.text_of(field)) {
                self.name_node(other, name);
            }
        }
    }

    fn identify(&mut self, fact: &Fact<'_>) {
        let name = |field| {
            let (namespace, name) = (fact.text_of("namespace"), fact.text_of(field)?);
            Some(PodName { namespace, name })
        };
        if *fact.kind == kind::POD
            && let Some((pod, uid)) = name("name").zip(fact.text_of("uid"))
        {
            self.identities.add_uid(uid, pod);
        }
        let id = match () {
            _ if *fact.kind == kind::CONTAINER => fact.text_of("runtime_id"),
            _ if *fact.kind == kind::RUNTIME_CONTAINER => fact.text_of("id"),
            _ => None,
        };
        if let Some((id, pod)) = id.zip(name("pod")) {
            self.identities.add_container(id, pod);
        }
    }

    /// Notes that a pod has this UID.
    pub fn note_uid(&mut self, uid: &str, pod: PodName<'_>) {
        self.identities.add_uid(uid, pod);
    }

    /// The pod, `shop/web-0`, that a text names by its UID or the id of a container, alone or in the path of a control group.
    pub fn pod_in(&self, text: &str) -> Option<&str> {
        self.identities.pod_in(text)
    }

    /// The service, `shop/db`, that has the address in a text like `10.96.0.7:5432`.
    pub fn service_at(&self, address: &str) -> Option<&str> {
        match self.addresses.owner(address_of(address)?)? {
            Owner::Service(name) => Some(name),
            _ => None,
        }
    }

    /// The workload whose pods have the address in a text like `10.1.0.5:5432`; none has that of a node.
    pub fn workload_at(&self, address: &str) -> Option<&str> {
        let address = address_of(address)?;
        match self.addresses.owner(address)? {
            Owner::Workload(name) if !self.nodes.contains_key(&address.to_string()) => Some(name),
            _ => None,
        }
    }

    /// The workloads whose pods the services of this name select.
    pub fn workloads_behind(&self, service: &str) -> impl Iterator<Item = &str> {
        self.backing.workloads(service)
    }

    fn note_pod(&mut self, fact: &Fact<'_>) {
        let Some(name) = fact.text_of("name") else {
            return;
        };
        let count = |field| fact.number_of(field);
        let is_ready = fact.text_of("status") == Some("Running")
            && count("ready")
                .is_some_and(|ready| ready >= 1.0 && Some(ready) == count("containers"));
        let is_done = matches!(fact.text_of("status"), Some("Completed" | "Succeeded"));
        let node = fact.text_of("node").filter(|node| !node.is_empty());
        let pod = Pod {
            node: node.map(|node| hash("node", node)),
            is_well: is_ready || is_done,
        };
        self.add_pod(hash("pod", name), pod);
    }

    fn add_pod(&mut self, name: u64, pod: Pod) {
        let known = self.pods.entry(name).or_insert(pod);
        known.is_well &= pod.is_well;
        known.node = match (known.node, pod.node) {
            (Some(a), Some(b)) if a != b => Some(SEVERAL),
            (known, other) => known.or(other),
        };
        if self.pods.len() > MAX_PODS {
            self.pods.pop_last();
        }
    }

    fn name_node(&mut self, alias: &str, name: &str) {
        let (alias, name) = (canonical("node", alias), canonical("node", name));
        if alias.is_empty() {
            return;
        }
        match self.nodes.get_mut(alias) {
            // The first one by name, in any order of arrival.
            Some(known) if name < known.as_str() => name.clone_into(known),
            Some(_) => {}
            None => {
                self.nodes.insert(alias.to_owned(), name.to_owned());
                if self.nodes.len() > MAX_NAMES {
                    self.nodes.pop_last();
                }
            }
        }
    }

    /// Adds what another part of the bundle says.
    pub fn merge(&mut self, mut other: Directory) {
        if self.pods.len() < other.pods.len() {
            std::mem::swap(&mut self.pods, &mut other.pods);
        }
        for (name, pod) in other.pods {
            self.add_pod(name, pod);
        }
        for (alias, name) in other.nodes {
            self.name_node(&alias, &name);
        }
        self.identities.merge(other.identities);
        self.addresses.merge(other.addresses);
        self.backing.merge(other.backing);
    }

    /// Makes it ready to be asked: to be called when all is noted.
    pub fn settle(&mut self) {
        self.identities.settle();
    }

    /// Whether the pods of this name are ready, or have done their work; `None` if nothing tells.
    pub fn is_well(&self, pod: &str) -> Option<bool> {
        self.pods.get(&hash("pod", pod)).map(|pod| pod.is_well)
    }

    /// The node that a pod runs on.
    pub fn node_of(&self, pod: &str) -> Option<NodeKey> {
        let node = self.pods.get(&hash("pod", pod))?.node;
        node.filter(|node| *node != SEVERAL).map(NodeKey)
    }

    /// The node of this name, host name or address, if it is listed.
    pub fn node(&self, name: &str) -> Option<NodeKey> {
        let node = self.nodes.get(canonical("node", name))?;
        Some(NodeKey(hash("node", node)))
    }
}

fn hash(entity: &str, name: &str) -> u64 {
    fnv1a(canonical(entity, name).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(
        name: &'static str,
        node: &'static str,
        status: &'static str,
        ready: f64,
    ) -> Fact<'static> {
        let mut fact = Fact::new(&kind::POD, 0);
        fact.set("name", name, 0)
            .set("node", node, 0)
            .set("status", status, 0)
            .number("ready", ready, 0)
            .number("containers", 2.0, 0);
        fact
    }

    #[test]
    fn a_pod_is_well_when_all_its_containers_are_ready_or_done() {
        for (status, ready, expected) in [
            ("Running", 2.0, true),
            ("Running", 1.0, false),
            ("Completed", 0.0, true),
            ("CrashLoopBackOff", 0.0, false),
        ] {
            let mut directory = Directory::default();
            directory.note(&pod("web-0", "n1", status, ready));
            assert_eq!(directory.is_well("shop/web-0"), Some(expected), "{status}");
            assert_eq!(directory.is_well("web-1"), None);
        }
    }

    #[test]
    fn a_node_goes_by_all_its_names() {
        let mut node = Fact::new(&kind::NODE, 0);
        node.set("name", "10.0.0.5", 0)
            .set("hostname", "worker-1.example.com", 0)
            .set("internal_ip", "10.0.0.5", 0);
        let mut directory = Directory::default();
        directory.note(&node);
        let mut other = Directory::default();
        other.note(&pod("web-0", "10.0.0.5", "Running", 2.0));
        directory.merge(other);
        let key = directory.node("worker-1").expect("the node is listed");
        assert_eq!(directory.node("10.0.0.5"), Some(key));
        assert_eq!(directory.node_of("web-0"), Some(key));
        assert_eq!(directory.node("worker-2"), None);
    }

    #[test]
    fn the_address_of_a_node_is_that_of_no_pod() {
        let mut directory = Directory::default();
        let mut proxy = pod("proxy-x7k2p", "n1", "Running", 2.0);
        proxy.set("ip", "10.0.0.5", 0);
        directory.note(&proxy);
        assert_eq!(directory.workload_at("10.0.0.5:10250"), Some("proxy"));
        let mut node = Fact::new(&kind::NODE, 0);
        node.set("name", "n1", 0).set("internal_ip", "10.0.0.5", 0);
        directory.note(&node);
        assert_eq!(directory.workload_at("10.0.0.5:10250"), None);
    }

    #[test]
    fn pods_of_one_name_on_two_nodes_are_on_none() {
        let mut directory = Directory::default();
        directory.note(&pod("web-0", "n1", "Running", 2.0));
        directory.note(&pod("web-0", "n2", "Running", 1.0));
        assert_eq!(directory.node_of("web-0"), None);
        assert_eq!(directory.is_well("web-0"), Some(false));
    }
}
