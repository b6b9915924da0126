//! What a report that was saved before has already.

use super::compare::compare;
use super::summary::Summary;
use super::{Entry, Group};
use crate::report::{Report, Status, Suppression};
use crate::signature::SignatureSet;

/// The entities that tell where a problem is. Of the others many are different each time, such as sizes, reasons and paths.
const PLACES: [&str; 21] = [
    "certificate",
    "configmap",
    "container",
    "device",
    "host",
    "image",
    "ingress",
    "interface",
    "namespace",
    "node",
    "object",
    "object_name",
    "pod",
    "pool",
    "pvc",
    "secret",
    "service",
    "storage_class",
    "unit",
    "volume",
    "workload",
];

/// Suppresses what the report at `path` has already: what [`compare`] calls neither new nor worse, and what came to no other host, pod, disk ...
pub fn suppress_known(report: &mut Report, old: &Summary, path: &str, set: &SignatureSet) {
    let (old, new) = (as_if_complete(old), Summary::from(&*report));
    let diff = compare(&old, &new, set);
    // The comparison begins with the findings of the new report, in its order.
    let mut entries = diff.entries.iter();
    report.suppress(|_| {
        let path = path.to_owned();
        let is_known = entries.next().is_some_and(is_known);
        is_known.then_some(Suppression::Baseline { path })
    });
}

/// The same without what lets a comparison doubt it. What a report may have missed nobody has accepted.
fn as_if_complete(old: &Summary) -> Summary {
    let mut old = old.clone();
    old.status = Status::Complete;
    old.bundle.window = None;
    for finding in &mut old.findings {
        finding.hosts_capped = false;
        finding.entities_capped.clear();
    }
    old
}

fn is_known(entry: &Entry<'_>) -> bool {
    let has_come = entry
        .things
        .iter()
        .any(|things| PLACES.contains(&things.entity) && !things.came.is_empty());
    let latest = entry.sides.latest();
    let mut unseen = latest.entities_capped.iter();
    // What is not kept may be any that is new.
    let may_have_come =
        latest.hosts_capped || unseen.any(|entity| PLACES.contains(&entity.as_str()));
    matches!(entry.group, Group::Persisting | Group::Fixed) && !has_come && !may_have_come
}
