//! A name for a problem that stays the same from one bundle to the next.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

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
pub fn stable_name(entity: &str, value: &str) -> Option<String> {
    (!VOLATILE.contains(&entity)).then(|| without_generated(value))
}

/// Hash of the id and the entities, with generated parts of names left out: 16 hex digits.
pub(super) fn fingerprint(id: &str, entities: &BTreeMap<String, Values>) -> String {
    let mut hash = Sha256::new();
    hash.update(id);
    for (name, values) in entities
        .iter()
        .filter(|(name, _)| !VOLATILE.contains(&name.as_str()))
    {
        let stable: BTreeSet<String> = values
            .ranked()
            .into_iter()
            .filter_map(|(value, _)| stable_name(name, value))
            .collect();
        hash.update([0]);
        hash.update(name);
        for value in stable {
            hash.update([1]);
            hash.update(value);
        }
    }
    hash.finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Leaves out what a controller appended: the hash parts of a pod name, UIDs, long numbers.
fn without_generated(value: &str) -> String {
    let is_generated = |part: &str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        part.len() >= 5
            && digits > 0
            && part
                .bytes()
                .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
    };
    let parts = value.split('-').filter(|part| !is_generated(part));
    parts.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pods: &[&str]) -> String {
        let mut values = Values::default();
        pods.iter().for_each(|pod| values.add(pod, 1, 100));
        fingerprint("x", &BTreeMap::from([("pod".to_owned(), values)]))
    }

    #[test]
    fn a_restarted_pod_is_the_same_problem() {
        assert_eq!(
            of(&["shop/web-6f7d9c5b8-x2x4z"]),
            of(&["shop/web-7d4b8f6c9-q9l5m", "shop/web-7d4b8f6c9-q8l5m"])
        );
        assert_ne!(
            of(&["shop/web-6f7d9c5b8-x2x4z"]),
            of(&["shop/cart-6f7d9c5b8-x2x4z"])
        );
    }
}
