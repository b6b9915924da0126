//! Which disks a name stands for: that of a partition, of a logical volume, of a mount point, of a claim.
//!
//! What a machine lists (`lsblk`, `mount`, `df`, `lvs`, `pvs`) and what the cluster says of its claims and volumes are pairs of a name and what
//! it lies on. Followed to their ends they lead from any name to the disks below it. An end that nobody explains, or a name that stands
//! for two things, leaves the disks unknown: half of the truth would tell two findings apart that belong together.

use std::collections::BTreeSet;

use super::kind;
use super::row::Fact;
use crate::base::thing::{disk_of, is_on_disk};

/// Pairs kept: the first ones in byte order.
const MAX_PAIRS: usize = 2_048;
/// Bytes of a name; a longer one is of no device.
const MAX_NAME: usize = 256;
/// Pairs that are followed from one name: more of them hang together in no machine.
const MAX_STEPS: usize = 128;

/// What lies on what. Merges in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disks {
    pairs: BTreeSet<(String, String)>,
}

/// What the names of things begin with that are no devices and no mount points.
const LOGICAL_VOLUME: &str = "lv ";
const VOLUME_GROUP: &str = "vg ";
const CLAIM: &str = "pvc ";
const VOLUME: &str = "pv ";

impl Disks {
    /// Takes what a fact says.
    pub fn note(&mut self, fact: &Fact<'_>) {
        match *fact.kind {
            _ if *fact.kind == kind::LSBLK => self.block_device(fact),
            _ if *fact.kind == kind::MOUNT => self.mounted(fact, "target", "source"),
            _ if *fact.kind == kind::DF => self.mounted(fact, "mount", "filesystem"),
            _ if *fact.kind == kind::LVS => self.logical_volume(fact),
            _ if *fact.kind == kind::PVS => {
                if let Some((vg, pv)) = fact.text_of("vg").zip(fact.text_of("pv")) {
                    self.add(format!("{VOLUME_GROUP}{vg}"), device(pv));
                }
            }
            _ if *fact.kind == kind::PVC => {
                if let Some((name, volume)) = fact.text_of("name").zip(fact.text_of("volume")) {
                    self.claim(fact.text_of("namespace"), name, volume);
                }
            }
            _ if *fact.kind == kind::PV => {
                if let Some((claim, volume)) = fact.text_of("claim").zip(fact.text_of("name")) {
                    self.claim(None, claim, volume);
                }
            }
            _ => {}
        }
    }

    fn block_device(&mut self, fact: &Fact<'_>) {
        let Some(name) = fact.text_of("name").map(device) else {
            return;
        };
        if let Some(parent) = fact.text_of("parent") {
            self.add(name.clone(), device(parent));
        }
        for other in ["kernel_name", "number", "address"] {
            if let Some(other) = fact.text_of(other) {
                self.add(device(other), name.clone());
            }
        }
        if let Some(mount) = fact.text_of("mount") {
            self.add(mount.to_owned(), name.clone());
        }
        let is_mapped = matches!(fact.text_of("type"), Some("crypt" | "dm" | "lvm" | "mpath"));
        let number = fact.text_of("number").and_then(|text| text.split_once(':'));
        if let Some((_, minor)) = number.filter(|_| is_mapped) {
            self.add(format!("{MAPPED}{minor}"), name);
        }
    }

    fn mounted(&mut self, fact: &Fact<'_>, target: &str, source: &str) {
        let Some((target, source)) = fact.text_of(target).zip(fact.text_of(source)) else {
            return;
        };
        if !source.starts_with(DEV) {
            return;
        }
        self.add(target.to_owned(), device(source));
        if let Some(volume) = volume_of(target) {
            self.add(format!("{VOLUME}{volume}"), target.to_owned());
        }
    }

    fn logical_volume(&mut self, fact: &Fact<'_>) {
        let Some((vg, lv)) = fact.text_of("vg").zip(fact.text_of("lv")) else {
            return;
        };
        let mapped = mapped(vg, lv);
        self.add(format!("{LOGICAL_VOLUME}{lv}"), mapped.clone());
        self.add(mapped, format!("{VOLUME_GROUP}{vg}"));
    }

    fn claim(&mut self, namespace: Option<&str>, name: &str, volume: &str) {
        let volume = format!("{VOLUME}{volume}");
        let whole = match namespace.filter(|_| !name.contains('/')) {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.to_owned(),
        };
        if let Some((_, name)) = whole.rsplit_once('/') {
            self.add(format!("{CLAIM}{name}"), volume.clone());
        }
        self.add(format!("{CLAIM}{whole}"), volume);
    }

    fn add(&mut self, above: String, below: String) {
        let is_name = |name: &str| !name.is_empty() && name.len() <= MAX_NAME;
        if above != below && is_name(&above) && is_name(&below) {
            self.pairs.insert((above, below));
            if self.pairs.len() > MAX_PAIRS {
                self.pairs.pop_last();
            }
        }
    }

    /// Adds what another part of the bundle says.
    pub fn merge(&mut self, other: Disks) {
        self.pairs.extend(other.pairs);
        while self.pairs.len() > MAX_PAIRS {
            self.pairs.pop_last();
        }
    }

    /// What the cluster says of claims, which is true on every machine, and what else is said.
    pub fn into_claims_and_devices(self) -> (Disks, Disks) {
        let pairs = self.pairs.into_iter();
        let (claims, devices) = pairs.partition(|(above, _)| above.starts_with(CLAIM));
        (Disks { pairs: claims }, Disks { pairs: devices })
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    fn below<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s str> {
        let from = (name.to_owned(), String::new());
        let pairs = self.pairs.range(from.clone()..);
        let mine = pairs.take_while(move |(above, _)| *above == from.0);
        mine.map(|(_, below)| below.as_str())
    }
}

/// The whole disks below a thing, `entity` of the name `name`, by what all of `lists` say; `None` if they do not tell all of them.
pub fn disks_below(lists: &[&Disks], entity: &str, name: &str) -> Option<BTreeSet<String>> {
    starts(entity, name).find_map(|start| walk(lists, start))
}

fn walk(lists: &[&Disks], start: String) -> Option<BTreeSet<String>> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    let mut disks = BTreeSet::new();
    let mut steps = 0;
    while let Some(name) = open.pop() {
        let below = lists.iter().flat_map(|list| list.below(&name));
        let below: BTreeSet<&str> = below.take(MAX_STEPS).collect();
        steps += below.len();
        if steps >= MAX_STEPS || below.len() > 1 && is_of_one(&name) {
            return None;
        }
        open.extend(below.iter().copied().map(str::to_owned));
        open.retain(|name| !seen.contains(name));
        match below.is_empty() {
            false => {}
            true if is_on_disk(&name) => {
                disks.insert(disk_of(&name).into_owned());
            }
            // `lsblk` tells it without the groups.
            true if name.starts_with(VOLUME_GROUP) => {}
            true => return None,
        }
        seen.insert(name);
    }
    (!disks.is_empty()).then_some(disks)
}

/// Whether a name is another one of one thing: if it is that of several, nobody knows which is meant.
fn is_of_one(name: &str) -> bool {
    let is_of_several = name.starts_with(VOLUME_GROUP)
        || !name.contains(['/', ' ', ':']) && !name.starts_with(MAPPED);
    !is_of_several
}

/// The names by which a thing may stand in the pairs, the likeliest first.
fn starts(entity: &str, name: &str) -> impl Iterator<Item = String> {
    let is_scsi = |name: &str| {
        let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        name.split(':').filter(|part| number(part)).count() == 4
    };
    let names = match entity {
        "pvc" => vec![format!("{CLAIM}{name}")],
        "pv" | "volume" => vec![format!("{VOLUME}{name}")],
        "device" => vec![
            device(name),
            format!("{LOGICAL_VOLUME}{name}"),
            format!("{VOLUME_GROUP}{name}"),
        ],
        "address" if !is_scsi(name) => vec![],
        _ => vec![name.to_owned()],
    };
    names.into_iter()
}

const DEV: &str = "/dev/";
/// What the kernel calls devices of the device mapper.
const MAPPED: &str = "dm-";

/// `vg0-data`, of `/dev/mapper/vg0-data` and `/dev/vg0/data`; `sda1`, of `/dev/sda1`.
fn device(name: &str) -> String {
    let name = name.strip_prefix(DEV).unwrap_or(name);
    if let Some(mapped) = name.strip_prefix("mapper/") {
        return mapped.to_owned();
    }
    match name.split_once('/') {
        Some((vg, lv)) if !lv.contains('/') && !vg.is_empty() => mapped(vg, lv),
        _ => name.to_owned(),
    }
}

/// How the device mapper calls a logical volume. Source: `dm_build_dm_name` of LVM2 `libdm-string.c`.
fn mapped(vg: &str, lv: &str) -> String {
    let escaped = |name: &str| name.replace('-', "--");
    format!("{}-{}", escaped(vg), escaped(lv))
}

/// The persistent volume that is mounted at a path below the folder of a pod: `pvc-1` of
/// `/var/lib/kubelet/pods/7c1d/volumes/kubernetes.io~csi/pvc-1/mount`. Source: `GetPodVolumeDir` of k8s.io/kubernetes `pkg/kubelet`.
fn volume_of(target: &str) -> Option<&str> {
    let (_, rest) = target.split_once("/volumes/kubernetes.io~")?;
    let volume = rest.split('/').nth(1)?;
    (!volume.is_empty()).then_some(volume)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(kind: &'static kind::Kind, fields: &[(&'static str, &'static str)]) -> Fact<'static> {
        let mut fact = Fact::new(kind, 0);
        for (field, value) in fields {
            fact.text(field, *value, 0);
        }
        fact
    }

    fn machine() -> Disks {
        let mut disks = Disks::default();
        for device in [
            &[
                ("name", "sda"),
                ("type", "disk"),
                ("number", "8:0"),
                ("address", "2:0:0:0"),
            ][..],
            &[("name", "sda2"), ("type", "part"), ("parent", "sda")],
            &[
                ("name", "vg0-data"),
                ("type", "lvm"),
                ("parent", "sda2"),
                ("number", "253:1"),
                ("mount", "/data"),
            ],
            &[("name", "sdb"), ("type", "disk"), ("number", "8:16")],
        ] {
            disks.note(&fact(&kind::LSBLK, device));
        }
        let volume = "/var/lib/kubelet/pods/7c1d/volumes/kubernetes.io~csi/pvc-1/mount";
        disks.note(&fact(
            &kind::MOUNT,
            &[("source", "/dev/sdb"), ("target", volume)],
        ));
        disks.note(&fact(&kind::LVS, &[("lv", "pool"), ("vg", "vg-1")]));
        disks.note(&fact(
            &kind::PVS,
            &[("pv", "/dev/nvme0n1p3"), ("vg", "vg-1")],
        ));
        disks
    }

    fn below(lists: &[&Disks], entity: &str, name: &str) -> Option<String> {
        let found = disks_below(lists, entity, name)?;
        Some(found.into_iter().collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn every_name_leads_to_the_disk_below_it() {
        let machine = machine();
        let mut cluster = Disks::default();
        for claim in [
            [
                ("namespace", "shop"),
                ("name", "data-0"),
                ("volume", "pvc-1"),
            ],
            [
                ("namespace", "shop"),
                ("name", "logs-0"),
                ("volume", "pvc-1"),
            ],
            [
                ("namespace", "test"),
                ("name", "logs-0"),
                ("volume", "pvc-2"),
            ],
        ] {
            cluster.note(&fact(&kind::PVC, &claim));
        }
        cluster.note(&fact(
            &kind::PV,
            &[("name", "pvc-1"), ("claim", "shop/data-0")],
        ));
        for (entity, name, expected) in [
            ("device", "/dev/sda1", Some("sda")),
            ("device", "8:16", Some("sdb")),
            ("address", "2:0:0:0", Some("sda")),
            ("device", "dm-1", Some("sda")),
            ("device", "/dev/mapper/vg0-data", Some("sda")),
            ("device", "/dev/vg0/data", Some("sda")),
            ("device", "vg-1", Some("nvme0n1")),
            ("device", "/dev/mapper/vg--1-pool", Some("nvme0n1")),
            ("device", "pool", Some("nvme0n1")),
            ("mount", "/data", Some("sda")),
            ("volume", "pvc-1", Some("sdb")),
            ("pvc", "shop/data-0", Some("sdb")),
            ("pvc", "data-0", Some("sdb")),
            ("pvc", "shop/logs-0", Some("sdb")),
            // Of two namespaces.
            ("pvc", "logs-0", None),
            ("pvc", "test/logs-0", None),
            ("device", "dm-7", None),
            ("address", "10.0.0.1", None),
        ] {
            let found = below(&[&machine, &cluster], entity, name);
            assert_eq!(found.as_deref(), expected, "{entity} {name}");
        }
    }

    #[test]
    fn what_is_known_in_part_is_not_known() {
        let mut disks = Disks::default();
        disks.note(&fact(&kind::LVS, &[("lv", "mysql"), ("vg", "data")]));
        disks.note(&fact(&kind::PVS, &[("pv", "/dev/sda2"), ("vg", "data")]));
        assert_eq!(
            below(&[&disks], "device", "data-mysql").as_deref(),
            Some("sda")
        );
        disks.note(&fact(
            &kind::PVS,
            &[("pv", "/dev/mapper/mpatha"), ("vg", "data")],
        ));
        assert_eq!(below(&[&disks], "device", "data-mysql"), None);
    }

    #[test]
    fn a_number_of_two_devices_is_of_none() {
        let device = |name: &'static str, parent: &'static str| {
            let fields = [
                ("name", name),
                ("type", "lvm"),
                ("number", "253:0"),
                ("parent", parent),
            ];
            fact(&kind::LSBLK, &fields)
        };
        let mut disks = Disks::default();
        disks.note(&device("vg-data", "sdb"));
        assert_eq!(below(&[&disks], "device", "dm-0").as_deref(), Some("sdb"));
        disks.note(&device("vg-root", "sda"));
        assert_eq!(below(&[&disks], "device", "dm-0"), None);
        assert_eq!(
            below(&[&disks], "device", "vg-root").as_deref(),
            Some("sda")
        );
    }

    #[test]
    fn groups_and_volumes_of_one_name_are_kept_apart() {
        let mut disks = Disks::default();
        for (vg, lv, pv) in [
            ("system", "data", "/dev/sda2"),
            ("data", "mysql", "/dev/sdb"),
            ("vdata", "x", "/dev/sdc"),
        ] {
            disks.note(&fact(&kind::LVS, &[("lv", lv), ("vg", vg)]));
            disks.note(&fact(&kind::PVS, &[("pv", pv), ("vg", vg)]));
        }
        assert_eq!(
            below(&[&disks], "device", "data-mysql").as_deref(),
            Some("sdb")
        );
        assert_eq!(
            below(&[&disks], "device", "vdata-x").as_deref(),
            Some("sdc")
        );
    }

    #[test]
    fn circles_end() {
        let mut disks = Disks::default();
        disks.add("a".into(), "b".into());
        disks.add("b".into(), "a".into());
        assert_eq!(below(&[&disks], "device", "a"), None);
    }

    #[test]
    fn only_claims_are_true_everywhere() {
        let mut all = machine();
        all.note(&fact(
            &kind::PVC,
            &[("name", "data-0"), ("volume", "pvc-1")],
        ));
        let (claims, devices) = all.into_claims_and_devices();
        assert_eq!(below(&[&claims], "device", "dm-1"), None);
        assert_eq!(below(&[&devices], "pvc", "data-0"), None);
        assert!(below(&[&claims, &devices], "pvc", "data-0").is_some());
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_same_in_any_order() {
        let many = |from: usize| {
            let mut disks = Disks::default();
            for number in from..from + MAX_PAIRS {
                disks.add(format!("dm-{number:06}"), "sda".into());
            }
            disks
        };
        let joined = |mut first: Disks, second| {
            first.merge(second);
            first
        };
        let one = joined(many(0), many(1_000));
        assert_eq!(one, joined(many(1_000), many(0)));
        assert_eq!(one.pairs.len(), MAX_PAIRS);
    }
}
