//! What the facts of a bundle say about the machines and the cluster as a whole: versions, nodes, how many facts there are.

use std::collections::{BTreeMap, BTreeSet};

use super::directory::Directory;
use super::disks::Disks;
use super::kind;
use super::row::Fact;

/// Values kept of one property, and nodes: the first ones in byte order.
const MAX_VALUES: usize = 1_000;

/// Facts counted, and what is known of the machines. Merges in any order.
#[derive(Clone, Debug, Default)]
pub struct Census {
    /// Facts by the name of their kind.
    pub facts: BTreeMap<&'static str, u64>,
    /// Names of nodes.
    pub nodes: BTreeSet<String>,
    /// For each of [`PROPERTIES`] the values found.
    pub properties: BTreeMap<&'static str, BTreeSet<String>>,
    /// Who is who.
    pub directory: Directory,
    /// What lies on which disk, in one member or on one machine.
    pub disks: Disks,
}

/// What may be known of the machines, and required by signatures.
pub const PROPERTIES: [&str; 7] = [
    "arch",
    "containerd",
    "docker",
    "kernel",
    "kubernetes",
    "os",
    "runtime",
];

/// Which fields tell which property.
const SOURCES: &[(&kind::Kind, &str, &str)] = &[
    (&kind::KERNEL_VERSION, "release", "kernel"),
    (&kind::KERNEL_VERSION, "arch", "arch"),
    (&kind::NODE, "kernel", "kernel"),
    (&kind::NODE, "os_image", "os"),
    (&kind::NODE, "arch", "arch"),
    (&kind::NODE, "version", "kubernetes"),
    (&kind::OS_RELEASE, "name", "os"),
    (&kind::DOCKER_INFO, "kernel", "kernel"),
    (&kind::DOCKER_INFO, "os", "os"),
    (&kind::DOCKER_INFO, "server_version", "docker"),
];

impl Census {
    /// Counts a fact and takes what it says.
    pub fn note(&mut self, fact: &Fact<'_>) {
        *self.facts.entry(fact.kind.name).or_default() += 1;
        self.directory.note(fact);
        self.disks.note(fact);
        for (kind, field, property) in SOURCES {
            if *kind == fact.kind
                && let Some(text) = fact.text_of(field)
            {
                self.add(property, text);
            }
        }
        if *fact.kind == kind::NODE {
            self.node(fact);
        }
        if *fact.kind == kind::KUBERNETES_VERSION && fact.text_of("component") != Some("client") {
            self.add("kubernetes", fact.text_of("version").unwrap_or_default());
        }
        if *fact.kind == kind::OS_RELEASE {
            let part = |name| fact.text_of(name).unwrap_or_default();
            self.add("os", &format!("{} {}", part("id"), part("version")));
        }
    }

    fn node(&mut self, fact: &Fact<'_>) {
        if let Some(name) = fact.text_of("name") {
            insert(&mut self.nodes, name);
        }
        // `containerd://1.7.11`.
        if let Some((runtime, version)) = fact
            .text_of("runtime")
            .and_then(|text| text.split_once("://"))
        {
            self.add("runtime", runtime);
            match runtime {
                "docker" => self.add("docker", version),
                "containerd" => self.add("containerd", version),
                _ => {}
            }
        }
    }

    /// Adds a value of a property.
    pub fn add(&mut self, property: &'static str, value: &str) {
        let value = match value.trim() {
            "amd64" => "x86_64",
            "arm64" => "aarch64",
            other => other,
        };
        if !value.is_empty() {
            insert(self.properties.entry(property).or_default(), value);
        }
    }

    /// The values of a property, sorted; empty if nothing tells it.
    pub fn values(&self, property: &str) -> impl Iterator<Item = &str> {
        let values = self.properties.get(property);
        values.into_iter().flatten().map(String::as_str)
    }

    /// Adds what another part of the bundle says.
    pub fn merge(&mut self, other: Census) {
        for (kind, count) in other.facts {
            *self.facts.entry(kind).or_default() += count;
        }
        other
            .nodes
            .iter()
            .for_each(|node| insert(&mut self.nodes, node));
        self.directory.merge(other.directory);
        self.disks.merge(other.disks);
        for (property, values) in other.properties {
            values.iter().for_each(|value| self.add(property, value));
        }
    }
}

fn insert(values: &mut BTreeSet<String>, value: &str) {
    if !values.contains(value) {
        values.insert(value.to_owned());
        if values.len() > MAX_VALUES {
            values.pop_last();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_from_every_fact_that_has_them() {
        let mut node = Fact::new(&kind::NODE, 0);
        node.set("name", "node-1", 0)
            .set("runtime", "containerd://1.7.11", 0)
            .set("arch", "amd64", 0)
            .set("version", "v1.30.4", 0);
        let mut kernel = Fact::new(&kind::KERNEL_VERSION, 0);
        kernel.set("release", "5.10.0", 0).set("arch", "x86_64", 0);
        let mut census = Census::default();
        census.note(&node);
        let mut other = Census::default();
        other.note(&kernel);
        census.merge(other);
        assert_eq!(census.values("arch").collect::<Vec<_>>(), ["x86_64"]);
        assert_eq!(census.values("containerd").collect::<Vec<_>>(), ["1.7.11"]);
        assert_eq!(census.values("kernel").collect::<Vec<_>>(), ["5.10.0"]);
        assert_eq!(census.facts.len(), 2);
        assert_eq!(census.values("os").count(), 0);
    }
}
