//! Finds the kind of an object that may not say it.
//!
//! ```text
//! {"kind": "PodList", "items": [{"metadata": {...}}]}     cluster-resources/pods/default.json
//! ```
//!
//! Items of the API's own lists do not name their kind, and some collectors leave out that of the list too.
//! Source: `ListMeta` of k8s.io/apimachinery; `cluster_resources.go` of replicatedhq/troubleshoot for names of files.

use std::borrow::Cow;

use super::part::word;
use crate::fact::section::Section;
use crate::fact::tree::Tree;

/// What folders and files of collectors are called, without hyphens, where the plural of the kind does not tell.
const ALIASES: [(&str, &str); 7] = [
    ("endpoints", "Endpoints"),
    ("ingress", "Ingress"),
    ("networkpolicy", "NetworkPolicy"),
    ("pv", "PersistentVolume"),
    ("pvc", "PersistentVolumeClaim"),
    ("pvcs", "PersistentVolumeClaim"),
    ("pvs", "PersistentVolume"),
];

/// Kinds that collectors store without saying so.
const KINDS: [&str; 26] = [
    "ConfigMap",
    "CronJob",
    "CustomResourceDefinition",
    "DaemonSet",
    "Deployment",
    "EndpointSlice",
    "Event",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Job",
    "Lease",
    "LimitRange",
    "Namespace",
    "NetworkPolicy",
    "Node",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "PodDisruptionBudget",
    "ReplicaSet",
    "ReplicationController",
    "ResourceQuota",
    "Service",
    "StatefulSet",
    "StorageClass",
    "VolumeAttachment",
];

/// What only objects of one kind have.
const SHAPES: [(&str, &str); 4] = [
    ("involvedObject", "Event"),
    ("regarding", "Event"),
    ("spec.containers", "Pod"),
    ("status.nodeInfo", "Node"),
];

/// The kind of an object that may have been cut out of a list of `list_kind`.
pub(super) fn kind_of<'a>(
    object: &Tree<'a>,
    list_kind: Option<&str>,
    section: &Section<'a>,
) -> Option<Cow<'a, str>> {
    let own = word(object.get("kind"));
    if own.is_some() {
        return own;
    }
    let item_kind = list_kind.and_then(|kind| kind.strip_suffix("List"));
    item_kind
        .filter(|kind| !kind.is_empty())
        .map(|kind| Cow::Owned(kind.to_owned()))
        .or_else(|| kind_by_path(object, section.path.innermost()).map(Cow::Borrowed))
        .or_else(|| kind_by_shape(object).map(Cow::Borrowed))
}

/// The kind by the file or else the folder: `pods.yaml`, `pods/default.json`, `kubectl_get_-o_json_pods`.
fn kind_by_path(object: &Tree<'_>, path: &str) -> Option<&'static str> {
    object.get("metadata").at()?;
    let mut segments = path.rsplit('/');
    let word = segments.next()?.rsplit('_').next()?;
    let stem = word.split('.').next()?;
    kind_by_plural(stem).or_else(|| kind_by_plural(segments.next()?))
}

fn kind_by_plural(word: &str) -> Option<&'static str> {
    let word = word.replace('-', "").to_ascii_lowercase();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == word);
    alias.map(|(_, kind)| *kind).or_else(|| {
        KINDS
            .into_iter()
            .find(|kind| is_plural(&word, &kind.to_ascii_lowercase()))
    })
}

fn is_plural(word: &str, kind: &str) -> bool {
    let ending = word.strip_prefix(kind);
    let ending_of_y = kind
        .strip_suffix('y')
        .and_then(|kind| word.strip_prefix(kind));
    matches!(ending, Some("s" | "es")) || ending_of_y == Some("ies")
}

fn kind_by_shape(object: &Tree<'_>) -> Option<&'static str> {
    SHAPES
        .iter()
        .find(|(path, _)| {
            object
                .locate(path)
                .is_some_and(|found| !found.tree.is_null())
        })
        .map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collectors_have_names_of_their_own_for_kinds() {
        for (word, expected) in [
            ("pvcs", Some("PersistentVolumeClaim")),
            ("pvs", Some("PersistentVolume")),
            ("Persistent-Volumes", Some("PersistentVolume")),
            ("ingress", Some("Ingress")),
            ("ingresses", Some("Ingress")),
            ("network-policies", Some("NetworkPolicy")),
            ("storage-classes", Some("StorageClass")),
            ("endpoints", Some("Endpoints")),
            ("endpointslices", Some("EndpointSlice")),
            ("pod", None),
            ("podss", None),
            ("", None),
        ] {
            assert_eq!(kind_by_plural(word), expected, "{word}");
        }
    }
}
