//! The names by which a machine calls pods: their UID, the ids of their containers, paths of control groups with both.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::LazyLock;

use regex::Regex;

use crate::base::hash::fnv1a;

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

/// Pods by their other names. Merges in any order.
#[derive(Clone, Debug, Default)]
pub(super) struct Identities {
    pods: BTreeMap<u64, String>,
}

impl Identities {
    /// Notes that a pod, `shop/web-0`, has this UID.
    pub(super) fn add_uid(&mut self, uid: &str, pod: impl Display) {
        let is_plain = |c: char| c.is_ascii_hexdigit() || matches!(c, '-' | '_');
        let digits = uid.chars().filter(char::is_ascii_hexdigit).count();
        if digits == 32 && uid.chars().all(is_plain) {
            self.add(of_uid(uid), pod);
        }
    }

    /// Notes that a pod, `shop/web-0`, has a container of this id.
    pub(super) fn add_container(&mut self, id: &str, pod: impl Display) {
        if let Some(short) = short(id) {
            self.add(fnv1a(short.as_bytes()), pod);
        }
    }

    fn add(&mut self, id: u64, pod: impl Display) {
        let is_full = self.pods.len() >= MAX_IDS;
        if is_full
            && self
                .pods
                .last_key_value()
                .is_none_or(|(last, _)| *last < id)
        {
            return;
        }
        let pod = pod.to_string();
        match self.pods.get_mut(&id) {
            // The first one by name, in any order of arrival.
            Some(known) if pod < *known => *known = pod,
            Some(_) => {}
            None => {
                if is_full {
                    self.pods.pop_last();
                }
                self.pods.insert(id, pod);
            }
        }
    }

    /// Adds what another part of the bundle says.
    pub(super) fn merge(&mut self, other: Identities) {
        for (id, pod) in other.pods {
            self.add(id, &pod);
        }
    }

    /// The pod that a text names by a UID or the id of a container, alone or in the path of a control group.
    pub(super) fn pod_in(&self, text: &str) -> Option<&str> {
        let by_uid = |found: &str| match found.len() {
            64 => None,
            _ => self.pods.get(&of_uid(found)),
        };
        let by_container = |found: &str| self.pods.get(&fnv1a(short(found)?.as_bytes()));
        let ids = ID.captures_iter(text).filter_map(|found| found.get(1));
        let mut named = ids.map(|id| id.as_str());
        let whole = || by_container(text);
        let found = named.find_map(|found| by_uid(found).or_else(|| by_container(found)));
        found.or_else(whole).map(String::as_str)
    }
}

fn of_uid(uid: &str) -> u64 {
    let digits: String = uid.chars().filter(char::is_ascii_hexdigit).collect();
    fnv1a(digits.as_bytes())
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

    #[test]
    fn a_pod_is_known_by_its_uid_and_its_containers() {
        let container = "4be1c0ffee".repeat(6) + "4be1";
        let mut known = Identities::default();
        known.add_uid(UID, "shop/web-0");
        let mut other = Identities::default();
        other.add_uid(STATIC, "kube-system/etcd-n1");
        other.add_container(&container, "shop/db-0");
        other.add_container("not-an-id", "shop/none");
        known.merge(other);
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
