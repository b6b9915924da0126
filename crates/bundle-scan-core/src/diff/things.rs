//! The pods, nodes, devices ... that came to a problem or are no longer touched by it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::summary::{FindingSummary, Named};
use super::view::View;
use super::{Group, Sides};
use crate::report::HOST;
use crate::report::fingerprint::stable_name;

/// The things of one kind that came or went.
#[derive(Debug, PartialEq, Eq)]
pub struct ThingChange<'s> {
    /// `pod`, `node`, `host`, ...
    pub entity: &'s str,
    /// Named by the new finding alone, in its order.
    pub came: Vec<&'s str>,
    /// Named by the old finding alone, in its order.
    pub gone: Vec<&'s str>,
    /// Whether there were more things than reports keep, so that it is not known of all of them.
    pub is_capped: bool,
}

/// What came or went. A pod under a new generated name is the same thing; what the report before did not read may have been there, and what the
/// one after does not show may be there still.
pub(super) fn changed<'s>(
    sides: Sides<'s>,
    group: Group,
    was: &View<'_>,
    is: &View<'_>,
) -> Vec<ThingChange<'s>> {
    if group == Group::Unknown {
        return Vec::new();
    }
    let names = |finding: Option<&'s FindingSummary>| {
        let entities = finding.into_iter().flat_map(|finding| &finding.entities);
        entities.map(|(name, _)| name.as_str())
    };
    let (old, new) = (sides.before(), sides.after());
    let all: BTreeSet<&str> = names(old).chain(names(new)).chain([HOST]).collect();
    let had_all = old.is_none() || !was.is_partial();
    let has_all = !old.is_some_and(|old| is.may_miss(old));
    let changes = all.into_iter().map(|entity| {
        let (before, after) = (things(old, entity), things(new, entity));
        let (old_capped, new_capped) = (is_capped(old, entity), is_capped(new, entity));
        ThingChange {
            entity,
            came: match had_all && !old_capped {
                true => only_in(after, before, entity),
                false => Vec::new(),
            },
            gone: match has_all && !new_capped {
                true => only_in(before, after, entity),
                false => Vec::new(),
            },
            is_capped: old_capped || new_capped,
        }
    });
    changes
        .filter(|change| !change.came.is_empty() || !change.gone.is_empty())
        .collect()
}

fn things<'s>(finding: Option<&'s FindingSummary>, entity: &str) -> &'s [Named] {
    let Some(finding) = finding else {
        return &[];
    };
    match finding.entities.get(entity) {
        Some(things) => things,
        None if entity == HOST => &finding.hosts,
        None => &[],
    }
}

fn is_capped(finding: Option<&FindingSummary>, entity: &str) -> bool {
    finding.is_some_and(|finding| {
        let is_of_hosts = entity == HOST && !finding.entities.contains_key(HOST);
        is_of_hosts && finding.hosts_capped || finding.entities_capped.contains(entity)
    })
}

/// The things among `some` that `others` do not name, each once by what stays of its name.
fn only_in<'s>(some: &'s [Named], others: &[Named], entity: &str) -> Vec<&'s str> {
    let known: BTreeSet<Cow<'_, str>> = others
        .iter()
        .filter_map(|thing| stable_name(entity, &thing.value))
        .collect();
    let mut shown = BTreeMap::new();
    for (place, thing) in some.iter().enumerate() {
        match stable_name(entity, &thing.value) {
            Some(name) if !known.contains(&name) => {
                shown.entry(name).or_insert((place, thing.value.as_str()));
            }
            _ => {}
        }
    }
    let mut shown: Vec<(usize, &str)> = shown.into_values().collect();
    shown.sort_unstable();
    shown.into_iter().map(|(_, value)| value).collect()
}
