//! What a finding is about without naming it: the pods of ids, the services at addresses, the disks below volumes and mount points.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Entity;
use crate::base::thing::{NAMESPACED, canonical};
use crate::fact::directory::Directory;
use crate::finding::storage::Storage;

/// Entities that may name a pod by an id.
const IDS_OF_PODS: [&str; 3] = ["cgroup", "container", "uid"];
/// Entities that may be the address of a service.
const ADDRESSES: [&str; 2] = ["address", "host"];
/// Entities that may lie on a disk; `address` is that of a SCSI disk.
const ON_DISKS: [&str; 6] = ["address", "device", "mount", "pv", "pvc", "volume"];
/// Names of one entity that are followed to their disks: what has more is not about one disk.
const MAX_FOLLOWED: usize = 32;

/// The same with one name for what is named with its namespace and without, where only one thing is called so.
pub(super) fn with_namespaces(mut entities: Vec<Entity>) -> Vec<Entity> {
    let namespaced = entities
        .iter_mut()
        .filter(|entity| NAMESPACED.contains(&entity.name.as_str()) && !entity.capped);
    for entity in namespaced {
        let mut full: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (value, _) in &entity.values {
            if let Some((_, name)) = value.split_once('/') {
                full.entry(name).or_default().push(value);
            }
        }
        let full_name = |value: &String| match full.get(value.as_str()).map(Vec::as_slice) {
            Some([only]) => (*only).to_owned(),
            _ => value.clone(),
        };
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (value, count) in &entity.values {
            *counts.entry(full_name(value)).or_default() += count;
        }
        entity.values = most_frequent_first(counts);
    }
    entities
}

/// The entities, and if there is no pod among them those whose ids the others are.
pub(super) fn with_pods(mut entities: Vec<Entity>, directory: &Directory) -> Vec<Entity> {
    if entities.iter().any(|entity| entity.name == "pod") {
        return entities;
    }
    let ids = entities.iter();
    let ids = ids.filter(|entity| IDS_OF_PODS.contains(&entity.name.as_str()));
    let pods = derived("pod", ids.clone(), |_, id| {
        directory.pod_in(id).map(str::to_owned).into_iter()
    });
    let capped = ids.clone().any(|entity| entity.capped);
    entities.extend(pods.map(|pods| Entity { capped, ..pods }));
    entities
}

/// The entities, and if there is no service among them those whose addresses the others are.
pub(super) fn with_services(mut entities: Vec<Entity>, directory: &Directory) -> Vec<Entity> {
    if entities.iter().any(|entity| entity.name == "service") {
        return entities;
    }
    let addresses = entities.iter();
    let addresses = addresses.filter(|entity| ADDRESSES.contains(&entity.name.as_str()));
    let services = derived("service", addresses, |_, address| {
        directory.service_at(address).map(str::to_owned).into_iter()
    });
    entities.extend(services);
    entities
}

/// The entities, and the disks that they lie on, if these are not among them.
pub(super) fn with_disks(
    mut entities: Vec<Entity>,
    hosts: &[(String, u64)],
    storage: &Storage,
) -> Vec<Entity> {
    let hosts: Vec<&str> = hosts.iter().map(|(host, _)| host.as_str()).collect();
    let things = entities.iter();
    let things = things.filter(|entity| ON_DISKS.contains(&entity.name.as_str()));
    if things
        .clone()
        .any(|entity| entity.values.len() > MAX_FOLLOWED)
    {
        return entities;
    }
    let mut is_named = true;
    let disks = derived("disk", things, |entity, name| {
        let disks = storage.disks(&hosts, entity, name).unwrap_or_default();
        is_named &= disks.iter().all(|disk| canonical("device", name) == disk);
        disks.into_iter()
    });
    entities.extend(disks.filter(|_| !is_named));
    entities
}

/// What `look_up` tells of an entity and a value, with how often; capped if it tells nothing of some of a kind of which it tells others.
fn derived<'e, Found: Iterator<Item = String>>(
    name: &str,
    entities: impl Iterator<Item = &'e Entity>,
    mut look_up: impl FnMut(&str, &str) -> Found,
) -> Option<Entity> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut capped = false;
    for entity in entities {
        let mut of_entity: BTreeMap<String, u64> = BTreeMap::new();
        let mut is_whole = !entity.capped;
        for (value, count) in &entity.values {
            let mut found = look_up(&entity.name, value).peekable();
            is_whole &= found.peek().is_some();
            found.for_each(|found| *of_entity.entry(found).or_default() += count);
        }
        capped |= !is_whole && !of_entity.is_empty();
        // A line may name the same thing in two ways.
        for (found, count) in of_entity {
            let known = counts.entry(found).or_default();
            *known = count.max(*known);
        }
    }
    (!counts.is_empty()).then(|| Entity {
        name: name.to_owned(),
        values: most_frequent_first(counts),
        capped,
    })
}

/// Ties by name.
pub(super) fn most_frequent_first(counts: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut ranked: Vec<(String, u64)> = counts.into_iter().collect();
    ranked.sort_by_key(|(_, count)| Reverse(*count));
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::kind;
    use crate::fact::row::Fact;

    fn entity(name: &str, values: &[(&str, u64)], capped: bool) -> Entity {
        let values = values
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count));
        Entity {
            name: name.to_owned(),
            values: values.collect(),
            capped,
        }
    }

    fn pods(values: &[(&str, u64)], capped: bool) -> Vec<(String, u64)> {
        let pods = entity("pod", values, capped);
        with_namespaces(vec![pods]).remove(0).values
    }

    #[test]
    fn the_address_of_a_service_names_it() {
        let mut db = Fact::new(&kind::SERVICE, 0);
        db.set("name", "db", 0)
            .set("namespace", "shop", 0)
            .set("cluster_ip", "10.96.0.7", 0);
        let mut directory = Directory::default();
        directory.note(&db);
        let address = entity("address", &[("10.96.0.7", 4)], false);
        let named = with_services(vec![address.clone()], &directory);
        let [_, service] = named.as_slice() else {
            panic!("{named:?}");
        };
        assert_eq!(service.name, "service");
        assert_eq!(service.values, [("shop/db".to_owned(), 4)]);
        let told = vec![address, entity("service", &[("web", 4)], false)];
        assert_eq!(with_services(told.clone(), &directory), told);
        let other = vec![entity("address", &[("10.96.0.8", 4)], false)];
        assert_eq!(with_services(other.clone(), &directory), other);
    }

    #[test]
    fn a_pod_has_one_name_unless_several_share_it() {
        let named = |values: &[(&str, u64)]| -> Vec<(String, u64)> {
            let values = values
                .iter()
                .map(|(name, count)| ((*name).to_owned(), *count));
            values.collect()
        };
        let twice = [("web-0", 4), ("shop/web-0", 3), ("db", 5)];
        assert_eq!(pods(&twice, false), named(&[("shop/web-0", 7), ("db", 5)]));
        assert_eq!(pods(&twice, true), named(&twice));
        let several = [("web-0", 4), ("prod/web-0", 3), ("shop/web-0", 2)];
        assert_eq!(pods(&several, false), named(&several));
    }
}
