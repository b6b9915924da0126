//! What stands behind a service: the workloads whose pods have the labels that it selects.

use std::collections::{BTreeMap, BTreeSet};

use super::kind;
use super::row::Fact;
use super::value::Value;
use crate::base::thing::{canonical, workload_of};

/// Names of services, and of workloads, that are kept: the smallest.
const MAX_NAMES: usize = 1 << 12;
/// Sets of labels kept for one name: the smallest.
const MAX_SETS: usize = 8;
/// Bytes of the largest set that is kept: the labels that services select by are few.
const MAX_SET_BYTES: usize = 1 << 10;
/// Labels that tell apart what is of one workload: no service selects by them, but that of a single pod.
const OF_ONE: [&str; 6] = [
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "controller-revision-hash",
    "controller-uid",
    "pod-template-generation",
    "pod-template-hash",
];

/// Selectors of services and labels of pods. Merges in any order.
#[derive(Clone, Debug, Default)]
pub(super) struct Backing {
    /// By the plain name of a service what each of that name selects.
    selectors: Sets,
    /// By workload the labels of its pods.
    labels: Sets,
}

type Sets = BTreeMap<String, BTreeSet<Labels>>;

/// Labels, `key=value`, that belong together, sorted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Labels {
    namespace: Option<String>,
    all: Vec<String>,
}

impl Labels {
    /// Whether pods with these labels are selected by `selector`.
    fn satisfy(&self, selector: &Labels) -> bool {
        let namespaces = self.namespace.as_ref().zip(selector.namespace.as_ref());
        let has = |label: &String| self.all.binary_search(label).is_ok();
        namespaces.is_none_or(|(mine, theirs)| mine == theirs) && selector.all.iter().all(has)
    }
}

/// The labels in a field of a fact that are not of one pod alone, sorted.
fn labels<'f>(fact: &'f Fact<'_>, field: &str) -> Vec<&'f str> {
    let Some(Value::List(all)) = fact.get(field).map(|field| &field.value) else {
        return Vec::new();
    };
    let is_of_one = |label: &&str| {
        let key = label.split('=').next();
        key.is_some_and(|key| OF_ONE.contains(&key))
    };
    let all = all.iter().map(AsRef::as_ref);
    let mut labels: Vec<&str> = all.filter(|label| !is_of_one(label)).collect();
    labels.sort_unstable();
    labels
}

impl Backing {
    /// Takes what a fact says.
    pub(super) fn note(&mut self, fact: &Fact<'_>) {
        let Some(name) = fact.text_of("name") else {
            return;
        };
        if *fact.kind == kind::SERVICE {
            note(&mut self.selectors, name, fact, "selector");
        } else if *fact.kind == kind::POD {
            note(&mut self.labels, workload_of(name), fact, "labels");
        }
    }

    /// Adds what another part of the bundle says.
    pub(super) fn merge(&mut self, other: Self) {
        for (mine, theirs) in [
            (&mut self.selectors, other.selectors),
            (&mut self.labels, other.labels),
        ] {
            for (name, sets) in theirs {
                sets.into_iter()
                    .for_each(|set| add(mine, name.clone(), set));
            }
        }
    }

    /// The workloads behind the services of this name, whatever their namespaces.
    pub(super) fn workloads(&self, service: &str) -> impl Iterator<Item = &str> {
        let selectors = self.selectors.get(canonical("service", service));
        let selectors = move || selectors.into_iter().flatten();
        let is_behind = move |sets: &BTreeSet<Labels>| {
            let selected = |labels: &Labels| selectors().any(|one| labels.satisfy(one));
            sets.iter().any(selected)
        };
        let workloads = self.labels.iter();
        let behind = workloads.filter(move |(_, sets)| is_behind(sets));
        behind.map(|(name, _)| name.as_str())
    }
}

/// Notes the labels in a field of a fact under a name. Most are known already.
fn note(to: &mut Sets, name: &str, fact: &Fact<'_>, field: &str) {
    let namespace = fact.text_of("namespace");
    let all = labels(fact, field);
    let is_same = |known: &Labels| known.namespace.as_deref() == namespace && known.all == all;
    let is_known = || to.get(name).is_some_and(|sets| sets.iter().any(is_same));
    let bytes: usize = all.iter().map(|label| label.len()).sum();
    if (1..=MAX_SET_BYTES).contains(&bytes) && !is_known() {
        let labels = Labels {
            namespace: namespace.map(str::to_owned),
            all: all.into_iter().map(str::to_owned).collect(),
        };
        add(to, name.to_owned(), labels);
    }
}

fn add(to: &mut Sets, name: String, set: Labels) {
    let sets = to.entry(name).or_default();
    sets.insert(set);
    if sets.len() > MAX_SETS {
        sets.pop_last();
    }
    if to.len() > MAX_NAMES {
        to.pop_last();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(
        kind: &'static kind::Kind,
        namespace: &'static str,
        name: &'static str,
        labels: &'static str,
    ) -> Fact<'static> {
        let field = match *kind == kind::POD {
            true => "labels",
            false => "selector",
        };
        let mut fact = Fact::new(kind, 0);
        fact.set("name", name, 0).set("namespace", namespace, 0);
        let labels = labels.split_whitespace().map(Into::into);
        fact.list(field, labels.collect(), 0);
        fact
    }

    #[test]
    fn behind_a_service_are_the_pods_that_it_selects() {
        let service = |name, labels| fact(&kind::SERVICE, "shop", name, labels);
        let pod = |namespace, name, labels| fact(&kind::POD, namespace, name, labels);
        let primary = "app=postgres role=primary";
        let facts = [
            service("db", primary),
            service("all", ""),
            pod(
                "shop",
                "pg-0",
                "role=primary app=postgres controller-revision-hash=pg-7f",
            ),
            pod("shop", "pg-replica-0", "app=postgres role=replica"),
            pod("test", "other-0", primary),
            pod("", "unknown-6d4b75cb6d-hwxkx", primary),
        ];
        let mut backing = Backing::default();
        for fact in facts.iter().rev() {
            let mut other = Backing::default();
            other.note(fact);
            other.merge(std::mem::take(&mut backing));
            backing = other;
        }
        let behind = |service| backing.workloads(service).collect::<Vec<_>>();
        assert_eq!(behind("db"), ["pg", "unknown"]);
        assert_eq!(behind("shop/db"), ["pg", "unknown"]);
        assert!(behind("all").is_empty());
        assert!(behind("web").is_empty());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut backing = Backing::default();
        for number in 0..2 * MAX_NAMES {
            let labels = |set: usize| Labels {
                namespace: None,
                all: vec![format!("app={set}")],
            };
            add(&mut backing.labels, format!("w{number}"), labels(0));
            add(&mut backing.labels, "w".to_owned(), labels(number));
        }
        assert_eq!(backing.labels.len(), MAX_NAMES);
        assert_eq!(backing.labels.get("w").map(BTreeSet::len), Some(MAX_SETS));
        let mut large = Fact::new(&kind::POD, 0);
        let label = format!("app={}", "x".repeat(MAX_SET_BYTES));
        large.set("name", "a-0", 0);
        large.list("labels", vec![label.into()], 0);
        backing.note(&large);
        assert!(!backing.labels.contains_key("a"));
    }
}
