//! Which disks a finding is about, by the lists of the machine that it is of.

use std::collections::{BTreeMap, BTreeSet};

use super::homes::{Homes, label};
use crate::base::thing::canonical;
use crate::fact::disks::{Disks, disks_below};

/// Trees whose disks are kept: the first ones in byte order.
const MAX_TREES: usize = 128;

/// What the members of each tree, and of the cluster, say of disks. Merges in any order.
#[derive(Debug, Default)]
pub struct StorageLists {
    trees: BTreeMap<String, Disks>,
    claims: Disks,
}

impl StorageLists {
    /// Notes what a member of this tree says; of no tree if it is of no machine.
    pub fn note(&mut self, tree: Option<&str>, disks: Disks) {
        let (claims, devices) = disks.into_claims_and_devices();
        self.claims.merge(claims);
        let Some(tree) = tree.filter(|_| !devices.is_empty()) else {
            return;
        };
        self.trees
            .entry(tree.to_owned())
            .or_default()
            .merge(devices);
        if self.trees.len() > MAX_TREES {
            self.trees.pop_last();
        }
    }

    /// Tells whose disks they are.
    pub fn settle(self, homes: &Homes) -> Storage {
        let mut machines: BTreeMap<String, Disks> = BTreeMap::new();
        for (tree, disks) in self.trees {
            let label = label(&tree);
            let host = homes.host(&label).unwrap_or(&label);
            machines.entry(host.to_owned()).or_default().merge(disks);
        }
        Storage {
            machines,
            claims: self.claims,
        }
    }
}

/// The disks of the machines, and what the cluster keeps on them.
#[derive(Clone, Debug, Default)]
pub struct Storage {
    /// By host, or by the label of a tree of which nobody knows the host.
    machines: BTreeMap<String, Disks>,
    claims: Disks,
}

/// Hosts whose lists are followed for one finding: what is on more of them is not about a disk.
const MAX_HOSTS: usize = 4;

impl Storage {
    /// The whole disks below a thing, `entity` of the name `name`, on these hosts; `None` if not all of them are known.
    pub fn disks(&self, hosts: &[&str], entity: &str, name: &str) -> Option<BTreeSet<String>> {
        if hosts.is_empty() || hosts.len() > MAX_HOSTS {
            return None;
        }
        let mut disks = BTreeSet::new();
        for host in hosts {
            let devices = self.machines.get(canonical("host", host))?;
            disks.extend(disks_below(&[devices, &self.claims], entity, name)?);
        }
        Some(disks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Fact, kind};
    use crate::finding::homes::Trees;

    fn on(disk: &'static str) -> Disks {
        let mut fact = Fact::new(&kind::MOUNT, 0);
        fact.text("source", disk, 0).text("target", "/data", 0);
        let mut disks = Disks::default();
        disks.note(&fact);
        disks
    }

    #[track_caller]
    fn check(trees: &[(&str, &str, &'static str)], hosts: &[&str], expected: &[&str]) {
        let (mut homes, mut lists) = (Trees::default(), StorageLists::default());
        for (tree, host, disk) in trees {
            homes.note(tree, [(*host).to_owned()].iter());
            lists.note(Some(tree), on(disk));
        }
        let storage = lists.settle(&homes.settle(&BTreeSet::new()));
        let disks = storage.disks(hosts, "mount", "/data").unwrap_or_default();
        assert!(disks.iter().eq(expected), "{disks:?}");
    }

    #[test]
    fn a_mount_point_is_on_the_disks_of_its_own_host() {
        let one = ("a", "n1", "/dev/sda1");
        let other = ("b", "n2", "/dev/sdb1");
        check(&[one], &["n1.example.com"], &["sda"]);
        // Nobody says that it is of the only machine that has lists.
        check(&[one], &[], &[]);
        check(&[one], &["n3"], &[]);
        check(&[one, other], &["n2"], &["sdb"]);
        check(&[one, other], &["n1", "n2"], &["sda", "sdb"]);
        check(&[one, other], &["n1", "n3"], &[]);
        check(&[one, other], &[], &[]);
    }
}
