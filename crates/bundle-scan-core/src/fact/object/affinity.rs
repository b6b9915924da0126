//! Reads from where a PersistentVolume can be reached: the terms of its node affinity, and the zones that they or its
//! labels name.
//!
//! ```text
//! "nodeSelectorTerms": [{"matchExpressions": [{"key": "k", "operator": "In", "values": ["a"]}]}]
//! ```
//! Source: `VolumeNodeAffinity` of k8s.io/api core/v1; `printVolumeNodeAffinity` in kubectl `pkg/describe/describe.go`.

use std::borrow::Cow;

use super::part::{entries, items, joined, keyed, word};
use crate::fact::row::Fact;
use crate::fact::tree::Tree;

/// Sets node_affinity, `key in [a, b]`, and zone: the zones among them, or that of the labels.
pub(super) fn affinity<'a>(fact: &mut Fact<'a>, object: &Tree<'a>) {
    let (terms, at) = items(object.locate("spec.nodeAffinity.required.nodeSelectorTerms"));
    let expressions = || {
        terms
            .iter()
            .flat_map(|term| term.get("matchExpressions").items())
    };
    let printed = expressions().map(printed_expression);
    fact.list("node_affinity", printed.collect(), at);
    let mut zones = expressions()
        .filter(|expression| is_zone(expression.get("key").text().unwrap_or("")))
        .filter_map(|expression| expression.locate("values"))
        .peekable();
    let first_at = zones.peek().map_or(at, |values| values.at);
    let names: Vec<_> = zones
        .flat_map(|values| values.tree.items().iter().filter_map(word))
        .collect();
    fact.text("zone", joined(names), first_at);
    let labels = object.locate("metadata.labels");
    let mut label = entries(labels).0.iter();
    if let Some(zone) = label.find(|entry| is_zone(entry.key)) {
        fact.take("zone", keyed(labels, zone.key));
    }
}

/// `topology.kubernetes.io/zone`, its forerunner, and those of drivers, `topology.ebs.csi.aws.com/zone`.
fn is_zone(key: &str) -> bool {
    key.ends_with("/zone")
}

/// `key in [a, b]`, `key exists`.
fn printed_expression<'a>(expression: &Tree<'a>) -> Cow<'a, str> {
    let key = expression.get("key").text().unwrap_or("");
    let operator = expression.get("operator").text().unwrap_or("");
    let values: Vec<_> = expression
        .get("values")
        .items()
        .iter()
        .filter_map(word)
        .collect();
    let operator = operator.to_ascii_lowercase();
    match values.is_empty() {
        true => format!("{key} {operator}"),
        false => format!("{key} {operator} [{}]", values.join(", ")),
    }
    .into()
}
