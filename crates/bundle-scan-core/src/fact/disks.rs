//! Which disks a name stands for: that of a partition, of a logical volume, of a mount point, of a claim.
//!
//! What a machine lists (`lsblk`, `mount`, `df`, `lvs`, `pvs`) and what the cluster says of its claims and volumes are pairs of a name and what
//! it lies on. Followed to their ends they lead from any name to the disks below it.

use std::collections::BTreeSet;

use super::kind;
use super::row::Fact;
use crate::base::thing::{canonical, disk_of, is_on_disk};

/// Pairs kept: the first ones in byte order.
const MAX_PAIRS: usize = 2_048;
/// Bytes of a name; a longer one is of no device.
const MAX_NAME: usize = 256;
/// Names that are followed from one: more of them hang together in no machine.
const MAX_STEPS: usize = 256;

/// What lies on what. Merges in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disks {
    pairs: BTreeSet<(String, String)>,
}

impl Disks {
    /// Takes what a fact says.
    pub fn note(&mut self, fact: &Fact<'_>) {
        match *fact.kind {
            _ if *fact.kind == kind::LSBLK => self.block_device(fact),
            _ if *fact.kind == kind::MOUNT => self.mounted(fact, "target", "source"),
            _ if *fact.kind == kind::DF => self.mounted(fact, "mount", "filesystem"),
            _ if *fact.kind == kind::LVS => self.logical_volume(fact),
            _ if *fact.kind == kind::PVS => self.pair(fact, ("device", "vg"), ("device", "pv")),
            _ if *fact.kind == kind::PVC => self.pair(fact, ("pvc", "name"), ("pv", "volume")),
            _ if *fact.kind == kind::PV => {
                self.pair(fact, ("pvc", "claim"), ("pv", "name"));
                if matches!(fact.text_of("type"), Some("LocalVolume" | "HostPath")) {
                    self.pair(fact, ("pv", "name"), ("mount", "path"));
                }
            }
            _ => {}
        }
    }

    fn block_device(&mut self, fact: &Fact<'_>) {
        let Some(name) = fact.text_of("name").map(|name| key("device", name)) else {
            return;
        };
        if let Some(parent) = fact.text_of("parent") {
            self.add(name.clone(), key("device", parent));
        }
        for other in ["kernel_name", "number", "address"] {
            if let Some(other) = fact.text_of(other) {
                self.add(key("device", other), name.clone());
            }
        }
        if let Some(mount) = fact.text_of("mount") {
            self.add(key("mount", mount), name.clone());
        }
        let is_mapped = matches!(fact.text_of("type"), Some("crypt" | "dm" | "lvm" | "mpath"));
        let number = fact.text_of("number").and_then(|text| text.split_once(':'));
        if let Some((_, minor)) = number.filter(|_| is_mapped) {
            self.add(format!("dm-{minor}"), name);
        }
    }

    fn mounted(&mut self, fact: &Fact<'_>, target: &str, source: &str) {
        let Some((target, source)) = fact.text_of(target).zip(fact.text_of(source)) else {
            return;
        };
        if !source.starts_with("/dev/") {
            return;
        }
        self.add(key("mount", target), key("device", source));
        if let Some(volume) = volume_of(target) {
            self.add(key("pv", volume), key("mount", target));
        }
    }

    fn logical_volume(&mut self, fact: &Fact<'_>) {
        let Some((vg, lv)) = fact.text_of("vg").zip(fact.text_of("lv")) else {
            return;
        };
        let mapped = mapped(vg, lv);
        self.add(lv.to_owned(), mapped.clone());
        self.add(mapped, vg.to_owned());
    }

    fn pair(&mut self, fact: &Fact<'_>, upper: (&str, &str), lower: (&str, &str)) {
        if let Some((above, below)) = fact.text_of(upper.1).zip(fact.text_of(lower.1)) {
            self.add(key(upper.0, above), key(lower.0, below));
        }
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
        let (claims, devices) = self
            .pairs
            .into_iter()
            .partition(|(above, _)| above.starts_with(PVC) || above.starts_with(PV));
        (Disks { pairs: claims }, Disks { pairs: devices })
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    fn below<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s str> + use<'s> {
        let from = (name.to_owned(), String::new());
        let name = name.to_owned();
        let pairs = self.pairs.range(from..);
        let mine = pairs.take_while(move |(above, _)| *above == name);
        mine.map(|(_, below)| below.as_str())
    }
}

/// The whole disks below a thing, `entity` of the name `name`, by what all of `lists` say; empty if they do not tell.
pub fn disks_below(lists: &[&Disks], entity: &str, name: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::from([key(entity, name)]);
    let mut open: Vec<String> = seen.iter().cloned().collect();
    let mut disks = BTreeSet::new();
    while let Some(name) = open.pop() {
        if is_on_disk(&name) {
            disks.insert(disk_of(&name).to_owned());
            continue;
        }
        if seen.len() > MAX_STEPS {
            return BTreeSet::new();
        }
        for below in lists.iter().flat_map(|list| list.below(&name)) {
            if seen.insert(below.to_owned()) {
                open.push(below.to_owned());
            }
        }
    }
    disks
}

/// What names of claims and of volumes begin with: no device and no mount point is called so.
const PVC: &str = "pvc ";
const PV: &str = "pv ";

/// The name by which a thing stands in the pairs.
fn key(entity: &str, name: &str) -> String {
    match entity {
        "pvc" => format!("{PVC}{}", canonical("pvc", name)),
        "pv" | "volume" => format!("{PV}{name}"),
        "device" => device(name),
        _ => name.to_owned(),
    }
}

/// `vg0-data`, of `/dev/mapper/vg0-data` and `/dev/vg0/data`; `sda1`, of `/dev/sda1`.
fn device(name: &str) -> String {
    let name = canonical("device", name);
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

    #[test]
    fn every_name_leads_to_the_disk_below_it() {
        let machine = machine();
        let mut cluster = Disks::default();
        cluster.note(&fact(
            &kind::PVC,
            &[("name", "data-0"), ("volume", "pvc-1")],
        ));
        cluster.note(&fact(
            &kind::PV,
            &[
                ("name", "local"),
                ("claim", "shop/data-1"),
                ("type", "LocalVolume"),
                ("path", "/data"),
            ],
        ));
        for (entity, name, expected) in [
            ("device", "/dev/sda1", "sda"),
            ("device", "8:16", "sdb"),
            ("address", "2:0:0:0", "sda"),
            ("device", "dm-1", "sda"),
            ("device", "/dev/mapper/vg0-data", "sda"),
            ("device", "/dev/vg0/data", "sda"),
            ("device", "vg-1", "nvme0n1"),
            ("device", "/dev/mapper/vg--1-pool", "nvme0n1"),
            ("device", "pool", "nvme0n1"),
            ("mount", "/data", "sda"),
            ("volume", "pvc-1", "sdb"),
            ("pvc", "shop/data-0", "sdb"),
            ("pvc", "data-1", "sda"),
            ("device", "dm-7", ""),
        ] {
            let found = disks_below(&[&machine, &cluster], entity, name);
            let found: Vec<&str> = found.iter().map(String::as_str).collect();
            assert_eq!(found.join(" "), expected, "{entity} {name}");
        }
    }

    #[test]
    fn circles_end() {
        let mut disks = Disks::default();
        disks.add("a".into(), "b".into());
        disks.add("b".into(), "a".into());
        assert_eq!(disks_below(&[&disks], "device", "a"), BTreeSet::new());
    }

    #[test]
    fn only_claims_are_true_everywhere() {
        let mut all = machine();
        all.note(&fact(
            &kind::PVC,
            &[("name", "data-0"), ("volume", "pvc-1")],
        ));
        let (claims, devices) = all.into_claims_and_devices();
        assert!(disks_below(&[&claims], "device", "dm-1").is_empty());
        assert!(disks_below(&[&devices], "pvc", "data-0").is_empty());
        assert_eq!(disks_below(&[&claims, &devices], "pvc", "data-0").len(), 1);
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
