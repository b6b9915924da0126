//! The names by which a machine calls pods: their UID, the ids of their containers, paths of control groups with both.

use std::sync::LazyLock;

use foldhash::HashMap;
use regex::Regex;

use crate::base::hash::{Fnv1a, fnv1a};

/// Names kept: those with the smallest hashes.
const MAX_IDS: usize = 1 << 16;
/// Digits of the id of a container that commands print at least.
const SHORT: usize = 12;

/// A UID, with the underscores that systemd asks for too, or without anything between as static pods have it; the id of a container. The last letter
/// of `pod` is a digit too.
static ID: LazyLock<Regex> = LazyLock::new(|| {
    let hex = "[0-9a-f]";
    let pattern = format!(
        "(?:pod)?({hex}{{8}}[-_]{hex}{{4}}[-_]{hex}{{4}}[-_]{hex}{{4}}[-_]{hex}{{12}}|{hex}{{64}}|{hex}{{32}})"
    );
    Regex::new(&pattern).expect("the pattern is constant and tested")
});

/// A pod with its namespace, where that is known.
#[derive(Clone, Copy, Debug)]
pub struct PodName<'n> {
    /// Its namespace.
    pub namespace: Option<&'n str>,
    /// Its name, which may have the namespace before it.
    pub name: &'n str,
}

impl PodName<'_> {
    fn outer(&self) -> Option<&str> {
        self.namespace.filter(|_| !self.name.contains('/'))
    }

    /// Whether this is the pod `shop/web-0`.
    fn is(&self, text: &str) -> bool {
        match self.outer() {
            Some(namespace) => {
                let rest = text.strip_prefix(namespace);
                rest.and_then(|rest| rest.strip_prefix('/')) == Some(self.name)
            }
            None => text == self.name,
        }
    }

    fn text(&self) -> Box<str> {
        match self.outer() {
            Some(namespace) => [namespace, "/", self.name].concat().into(),
            None => self.name.into(),
        }
    }
}

/// Pods by their other names. Merges in any order.
#[derive(Clone, Debug, Default)]
pub(super) struct Identities {
    /// The hash of each other name and the place of the pod in `names`; sorted and without repeats after [`Identities::settle`].
    ids: Vec<(u64, u32)>,
    names: Vec<Box<str>>,
    /// The last that is kept, once there were too many.
    last: Option<u64>,
}

impl Identities {
    /// Notes that a pod has this UID.
    pub(super) fn add_uid(&mut self, uid: &str, pod: PodName<'_>) {
        let is_plain = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'_');
        let digits = uid.bytes().filter(u8::is_ascii_hexdigit).count();
        if digits == 32 && uid.bytes().all(is_plain) {
            self.add(of_uid(uid), pod);
        }
    }

    /// Notes that a pod has a container of this id.
    pub(super) fn add_container(&mut self, id: &str, pod: PodName<'_>) {
        if let Some(short) = short(id) {
            self.add(fnv1a(short.as_bytes()), pod);
        }
    }

    fn add(&mut self, id: u64, pod: PodName<'_>) {
        if self.last.is_some_and(|last| id > last) {
            return;
        }
        // A pod has several names, which mostly come one after the other.
        if self.names.last().is_none_or(|named| !pod.is(named)) {
            self.names.push(pod.text());
        }
        self.ids.push((id, place(self.names.len() - 1)));
        self.bound();
    }

    fn bound(&mut self) {
        if self.ids.len() >= 4 * MAX_IDS {
            self.settle();
        }
    }

    /// Keeps no more than it may, each once: to be called before it is asked.
    pub(super) fn settle(&mut self) {
        let names = std::mem::take(&mut self.names);
        let name = |at: u32| &names[at as usize];
        let order = |a: &(u64, u32), b: &(u64, u32)| {
            // The first one by name, in any order of arrival.
            a.0.cmp(&b.0).then_with(|| name(a.1).cmp(name(b.1)))
        };
        self.ids.sort_unstable_by(order);
        self.ids.dedup_by_key(|(id, _)| *id);
        if self.ids.len() > MAX_IDS {
            self.ids.truncate(MAX_IDS);
            self.last = self.ids.last().map(|(id, _)| *id);
        }
        self.names = self.kept(names);
    }

    /// The names that are still asked for, each once, in the order of the ids.
    fn kept(&mut self, mut names: Vec<Box<str>>) -> Vec<Box<str>> {
        let mut order = Vec::new();
        let mut known: HashMap<&str, u32> = HashMap::default();
        let mut moved: Vec<Option<u32>> = vec![None; names.len()];
        for (_, at) in &mut self.ids {
            let from = *at as usize;
            *at = *moved[from].get_or_insert_with(|| {
                *known.entry(&names[from]).or_insert_with(|| {
                    order.push(from);
                    place(order.len() - 1)
                })
            });
        }
        drop(known);
        let names = order.into_iter().map(|at| std::mem::take(&mut names[at]));
        names.collect()
    }

    /// Adds what another part of the bundle says.
    pub(super) fn merge(&mut self, mut other: Identities) {
        if self.ids.len() < other.ids.len() {
            std::mem::swap(self, &mut other);
        }
        let shift = place(self.names.len());
        self.names.append(&mut other.names);
        let ids = other.ids.into_iter();
        self.ids.extend(ids.map(|(id, at)| (id, at + shift)));
        if let Some(last) = other.last {
            let last = self.last.map_or(last, |mine| mine.min(last));
            self.last = Some(last);
            self.ids.retain(|(id, _)| *id <= last);
        }
        self.bound();
    }

    fn pod(&self, id: u64) -> Option<&str> {
        let found = self.ids.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        let (_, at) = self.ids.get(found)?;
        self.names.get(*at as usize).map(|name| &**name)
    }

    /// The pod that a text names by a UID or the id of a container, alone or in the path of a control group.
    pub(super) fn pod_in(&self, text: &str) -> Option<&str> {
        let by_uid = |found: &str| match found.len() {
            64 => None,
            _ => self.pod(of_uid(found)),
        };
        let by_container = |found: &str| self.pod(fnv1a(short(found)?.as_bytes()));
        let ids = ID.captures_iter(text).filter_map(|found| found.get(1));
        let mut named = ids.map(|id| id.as_str());
        let whole = || by_container(text);
        let found = named.find_map(|found| by_uid(found).or_else(|| by_container(found)));
        found.or_else(whole)
    }
}

/// A place in a list, which is bounded.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The hash of the digits of a UID.
fn of_uid(uid: &str) -> u64 {
    let mut hash = Fnv1a::default();
    uid.split(['-', '_'])
        .for_each(|part| hash.add(part.as_bytes()));
    hash.0
}

/// The first digits of the id of a container.
fn short(id: &str) -> Option<&str> {
    let is_hex = |id: &str| id.bytes().all(|byte| byte.is_ascii_hexdigit());
    id.get(..SHORT).filter(|_| is_hex(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UID: &str = "7c1d9f0a-51c2-4a7e-9f6b-0b3f6d2e8a11";
    const STATIC: &str = "0123456789abcdef0123456789abcdef";

    fn pod(name: &str) -> PodName<'_> {
        PodName {
            namespace: Some("shop"),
            name,
        }
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_same_in_any_order() {
        let id = |number: usize| format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let of = |numbers: std::ops::Range<usize>| {
            let mut known = Identities::default();
            for number in numbers {
                known.add_container(&id(number), pod(&format!("web-{}", number / 3)));
            }
            known
        };
        let joined = |mut first: Identities, second| {
            first.merge(second);
            first.settle();
            first
        };
        let (many, more) = (0..MAX_IDS + 9, MAX_IDS..4 * MAX_IDS);
        let one = joined(of(many.clone()), of(more.clone()));
        let other = joined(of(more), of(many));
        assert_eq!(one.ids.len(), MAX_IDS);
        assert_eq!((&one.ids, &one.names), (&other.ids, &other.names));
        assert!(one.names.len() <= MAX_IDS);
    }

    #[test]
    fn a_pod_is_known_by_its_uid_and_its_containers() {
        let container = "4be1c0ffee".repeat(6) + "4be1";
        let mut known = Identities::default();
        known.add_uid(UID, pod("web-0"));
        let mut other = Identities::default();
        other.add_uid(STATIC, pod("kube-system/etcd-n1"));
        other.add_container(&container, pod("db-0"));
        other.add_container("not-an-id", pod("none"));
        known.merge(other);
        known.settle();
        let slice = format!(
            "/kubepods.slice/kubepods-pod{}.slice/cri-containerd-00.scope",
            UID.replace('-', "_")
        );
        for (text, expected) in [
            (UID, Some("shop/web-0")),
            (&format!("/kubepods/burstable/pod{UID}"), Some("shop/web-0")),
            (&slice, Some("shop/web-0")),
            (
                &format!("/kubepods/pod{STATIC}"),
                Some("kube-system/etcd-n1"),
            ),
            (&container, Some("shop/db-0")),
            (&container[..13], Some("shop/db-0")),
            (&format!("/docker/{container}"), Some("shop/db-0")),
            ("/system.slice/sshd.service", None),
            ("7c1d9f0a-51c2-4a7e-9f6b-0b3f6d2e8a12", None),
        ] {
            assert_eq!(known.pod_in(text), expected, "{text}");
        }
    }
}
