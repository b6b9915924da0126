//! Which machine a member is of that does not name it: that of the tree in which it lies.
//!
//! Bundles of several nodes have a tree for each, and many logs of a node (of kubelet, of the runtime, its ring buffer) do not say whose
//! they are. Others of the same tree do: `etc/hostname`, the system log. What no member of a tree tells may be told by the name of a
//! folder that is called like a node.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::member_path::{MemberPath, NESTING};
use crate::base::thing::canonical;
use crate::base::time::{HostId, Reading};

/// Trees that are told apart: the first ones in byte order.
const MAX_TREES: usize = 10_000;

/// Folders at the top of the file system of a machine, and those that collectors put the outputs of commands in.
const TOP: [&str; 10] = [
    "boot",
    "etc",
    "insights_commands",
    "lib",
    "proc",
    "run",
    "sos_commands",
    "sys",
    "usr",
    "var",
];

/// What the name of a tree begins with where names of hosts stand: no host is called so.
const LABEL: char = '\0';

/// Whose a member is, and how far it goes.
#[derive(Clone, Copy, Debug)]
pub struct Home<'h> {
    /// Whose clocks it is written by.
    pub host: HostId,
    /// Its name, or the [`label`] of its tree; `None` if it is of no machine, or of several.
    pub name: Option<&'h str>,
    /// What its last lines show.
    pub until: &'h [Reading],
}

/// The folder that stands for a machine, of which the member at `path` is a part: what comes before the folders that every machine
/// has at its top, or else the folder of the member.
pub fn tree_of(path: &MemberPath) -> &str {
    let whole = path.as_str();
    let begin = whole.rfind(NESTING).map_or(0, |at| at + 1);
    let inner = whole.get(begin..).unwrap_or_default();
    let mut at = begin;
    for segment in inner.split('/') {
        if TOP.contains(&segment) {
            return whole[..at].trim_end_matches(['/', NESTING]);
        }
        at += segment.len() + 1;
    }
    let name_at = whole.len() - path.name().len();
    whole[..name_at].trim_end_matches(['/', NESTING])
}

/// What stands for the host of a tree where its name is asked for before it is known.
pub fn label(tree: &str) -> String {
    format!("{LABEL}{tree}")
}

/// What the members of each tree say of whose they are. Merges in any order.
#[derive(Clone, Debug, Default)]
pub struct Trees {
    hosts: BTreeMap<String, BTreeSet<String>>,
}

impl Trees {
    /// Notes that a member of this tree names these hosts.
    pub fn note<'n>(&mut self, tree: &str, hosts: impl Iterator<Item = &'n String>) {
        let known = self.hosts.entry(tree.to_owned()).or_default();
        known.extend(hosts.map(|host| canonical("host", host).to_owned()));
        // Of more than one it is of nobody's interest which.
        while known.len() > 2 {
            known.pop_last();
        }
        if self.hosts.len() > MAX_TREES {
            self.hosts.pop_last();
        }
    }

    /// Tells the host of each tree, if the nodes of the cluster are called so.
    pub fn settle(&self, nodes: &BTreeSet<String>) -> Homes {
        let told = self.hosts.values().flatten();
        let nodes = nodes.iter().map(|node| canonical("host", node));
        let names: BTreeSet<&str> = nodes.chain(told.clone().map(String::as_str)).collect();
        let is_of_one = told.collect::<BTreeSet<_>>().len() == 1;
        let known = self.hosts.keys().filter_map(|tree| {
            let host = self.host_of(tree, &names, is_of_one)?;
            Some((tree.clone(), host.to_owned()))
        });
        Homes {
            hosts: known.collect(),
        }
    }

    fn host_of<'s>(
        &'s self,
        tree: &'s str,
        names: &BTreeSet<&str>,
        is_of_one: bool,
    ) -> Option<&'s str> {
        let named = |tree: &str| self.hosts.get(tree).filter(|hosts| !hosts.is_empty());
        let only = |hosts: &'s BTreeSet<String>| match hosts.len() {
            1 => hosts.first().map(String::as_str),
            _ => None,
        };
        if let Some(hosts) = named(tree) {
            return only(hosts);
        }
        let mut folders = tree.rsplit(['/', NESTING]).map(canonical_folder);
        if let Some(folder) = folders.find(|folder| names.contains(folder)) {
            return Some(folder);
        }
        let mut around = tree;
        while !around.is_empty() {
            around = around.rfind(['/', NESTING]).map_or("", |at| &around[..at]);
            // What stands beside the trees of several machines is of none of them.
            let may_be = !around.is_empty() || is_of_one;
            if let Some(hosts) = named(around).filter(|_| may_be) {
                return only(hosts);
            }
        }
        None
    }
}

/// The name of a folder or of an archive, as a host would be called.
fn canonical_folder(folder: &str) -> &str {
    let packed = [".tar.gz", ".tgz", ".tar.xz", ".tar.zst", ".tar", ".zip"];
    let plain = packed.iter().find_map(|end| folder.strip_suffix(end));
    canonical("host", plain.unwrap_or(folder))
}

/// The hosts of the trees that are known.
#[derive(Clone, Debug, Default)]
pub struct Homes {
    hosts: BTreeMap<String, String>,
}

impl Homes {
    /// The host that a name stands for, which may be the [`label`] of a tree; `None` if nobody knows.
    pub fn host<'n>(&'n self, name: &'n str) -> Option<&'n str> {
        match name.strip_prefix(LABEL) {
            Some(tree) => self.hosts.get(tree).map(String::as_str),
            None => Some(name),
        }
    }

    /// By the numbers that stand for trees, those of their hosts.
    pub fn ids(&self) -> BTreeMap<HostId, HostId> {
        let ids = self.hosts.iter();
        ids.map(|(tree, host)| (HostId::tree(tree), HostId::named(host)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_what_stands_before_the_folders_of_a_machine() {
        let nested =
            |outer: &str, inner: &str| MemberPath::new(outer).nest(&MemberPath::new(inner));
        for (path, tree) in [
            (MemberPath::new("edge-1/var/log/kubelet.log"), "edge-1"),
            (MemberPath::new("edge-1/etc/hostname"), "edge-1"),
            (MemberPath::new("edge-1/kubelet.log"), "edge-1"),
            (MemberPath::new("kubelet.log"), ""),
            (MemberPath::new("var/log/messages"), ""),
            (
                MemberPath::new("sos-n1/sos_commands/logs/journalctl"),
                "sos-n1",
            ),
            (nested("nodes/n1.zip", "var/log/messages"), "nodes/n1.zip"),
            (nested("nodes/n1.zip", "kubelet.log"), "nodes/n1.zip"),
            (nested("var/n1.zip", "a/kubelet.log"), "var/n1.zip!a"),
        ] {
            assert_eq!(tree_of(&path), tree, "{path}");
        }
    }

    /// Each tree with the hosts that its members name; the host that is told for the first.
    #[track_caller]
    fn check(trees: &[(&str, &[&str])], nodes: &[&str], expected: Option<&str>) {
        let mut all = Trees::default();
        for (tree, hosts) in trees {
            let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
            all.note(tree, hosts.iter());
        }
        let nodes = nodes.iter().map(|node| (*node).to_owned()).collect();
        let homes = all.settle(&nodes);
        let label = label(trees[0].0);
        assert_eq!(homes.host(&label), expected, "{trees:?}");
        assert_eq!(homes.host("n7"), Some("n7"));
    }

    #[test]
    fn a_member_is_of_the_machine_that_its_tree_names() {
        check(&[("n1", &["edge-1.example.com"])], &[], Some("edge-1"));
        check(&[("a", &["edge-1", "edge-2"])], &[], None);
        check(&[("a/logs", &[]), ("a", &["edge-1"])], &[], Some("edge-1"));
        check(&[("logs", &[]), ("", &["edge-1"])], &[], Some("edge-1"));
        check(&[("b", &[]), ("a", &["edge-1"])], &[], None);
        check(
            &[("logs", &[]), ("", &["edge-1"]), ("b", &["edge-2"])],
            &[],
            None,
        );
        check(&[("nodes/edge-2", &[])], &["edge-2"], Some("edge-2"));
        check(
            &[("nodes/edge-2.tgz!logs", &[])],
            &["edge-2"],
            Some("edge-2"),
        );
        check(&[("nodes/edge-3", &[])], &["edge-2"], None);
    }
}
