//! A name for a problem that stays the same from one bundle to the next.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::base::thing::stable;
use crate::finding::entity::Values;

/// Entities whose values differ each time the same problem shows.
const VOLATILE: [&str; 6] = [
    "pid",
    "count",
    "size",
    "reason",
    "container_id",
    "request_id",
];

/// What stays of the name of a thing from one bundle to the next; `None` if things of this kind have other names each time.
pub fn stable_name<'t>(entity: &str, value: &'t str) -> Option<Cow<'t, str>> {
    (!VOLATILE.contains(&entity)).then(|| stable(entity, value))
}

/// Hash of the id and the entities, with generated parts of names left out: 16 hex digits.
pub(super) fn fingerprint(id: &str, entities: &BTreeMap<String, Values>) -> String {
    let mut hash = Sha256::new();
    hash.update(id);
    for (name, values) in entities {
        let ranked = values.ranked().into_iter();
        let names = ranked.map(|(value, _)| stable_name(name, value));
        let Some(stable) = names.collect::<Option<BTreeSet<Cow<'_, str>>>>() else {
            continue;
        };
        hash.update([0]);
        hash.update(name);
        for value in stable {
            hash.update([1]);
            hash.update(value.as_bytes());
        }
    }
    hash.finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_entity(entity: &str, names: &[&str]) -> String {
        let mut values = Values::default();
        names.iter().for_each(|name| values.add(name, 1, 100));
        fingerprint("x", &BTreeMap::from([(entity.to_owned(), values)]))
    }

    fn of(pods: &[&str]) -> String {
        of_entity("pod", pods)
    }

    #[test]
    fn a_restarted_pod_is_the_same_problem() {
        assert_eq!(
            of(&["shop/web-6f7d9c5b8-x2x4z"]),
            of(&["shop/web-7d4b8f6c9-q9l5m", "shop/web-7d4b8f6c9-q8l5m"])
        );
        assert_eq!(
            of(&["shop/web-6d4b75cb6d-hwxkx"]),
            of(&["shop/web-6d4b75cb6d-bcdfg"])
        );
        assert_ne!(
            of(&["shop/web-6f7d9c5b8-x2x4z"]),
            of(&["shop/cart-6f7d9c5b8-x2x4z"])
        );
    }

    #[test]
    fn another_node_or_disk_is_another_problem() {
        for (entity, one, other) in [
            ("node", "node1", "node2"),
            ("node", "worker-00001", "worker-00002"),
            ("device", "nvme0n1", "nvme1n1"),
            ("pod", "db-0", "db-1"),
        ] {
            assert_ne!(of_entity(entity, &[one]), of_entity(entity, &[other]));
        }
    }

    #[test]
    fn what_differs_each_time_does_not_count() {
        assert_eq!(of_entity("pid", &["17"]), of_entity("pid", &["18"]));
    }
}
