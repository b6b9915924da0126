//! Reads Namespaces, Secrets and ConfigMaps, and the releases that Helm keeps in the latter two.
//!
//! ```text
//! {"kind": "Secret", "type": "helm.sh/release.v1", "metadata": {"labels": {"name": "web", "status": "failed"}}}
//! ```
//! Of a Secret only names are read, never a value. Does not unpack the record of a release: labels say what it is.
//! Source: k8s.io/api core/v1; helm `pkg/storage/driver/secrets.go` and `cfgmaps.go`, of Helm 3 and 2.

use std::borrow::Cow;

use super::meta::metadata;
use super::part::{Row, begin, items, keyed, take_rows, word};
use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::{Located, Tree};

/// The most bytes that are kept of a value of a ConfigMap.
const MAX_VALUE_BYTES: usize = 4096;

/// Longer annotations of a Secret may repeat the Secret.
const MAX_ANNOTATION_BYTES: usize = 200;

/// The annotation in which kubectl repeats the object.
const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Reads a Namespace.
pub(super) fn namespace<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let mut fact = Fact::new(&kind::NAMESPACE, object.at().unwrap_or(0));
    // A namespace has finalizers in two places, and either holds it back.
    let (of_metadata, metadata_at) = items(object.locate("metadata.finalizers"));
    let (of_spec, spec_at) = items(object.locate("spec.finalizers"));
    let at = if of_metadata.is_empty() {
        spec_at
    } else {
        metadata_at
    };
    let finalizers = of_metadata.iter().chain(of_spec).filter_map(word);
    fact.list("finalizers", finalizers.collect(), at);
    metadata(&mut fact, object, section);
    fact.take("phase", object.locate("status.phase"));
    facts.push(fact);
}

const SECRET_ROWS: &[Row] = &[
    ("namespace", "metadata.namespace"),
    ("name", "metadata.name"),
    ("type", "type"),
];

/// Reads a Secret.
pub(super) fn secret<'a>(object: &Tree<'a>, _section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let mut fact = Fact::new(&kind::SECRET, object.at().unwrap_or(0));
    take_rows(&mut fact, object, SECRET_ROWS);
    for path in ["data", "stringData"] {
        let (keys, at) = object.locate(path).map_or((Vec::new(), 0), |data| {
            let keys = data
                .tree
                .entries()
                .iter()
                .map(|entry| Cow::Borrowed(entry.key));
            (keys.collect(), data.at)
        });
        fact.list("keys", keys, at);
    }
    if let Some(found) = object.locate("metadata.annotations") {
        fact.list("annotations", harmless_annotations(found.tree), found.at);
    }
    facts.push(fact);
    helm_release(object, facts);
}

/// Annotations that cannot hold the values of the Secret.
fn harmless_annotations<'a>(annotations: &Tree<'a>) -> Vec<Cow<'a, str>> {
    let mut pairs = Vec::new();
    for entry in annotations.entries() {
        let value = entry.value.text().unwrap_or("");
        if entry.key != APPLIED && value.len() <= MAX_ANNOTATION_BYTES {
            pairs.push(format!("{}={value}", entry.key).into());
        }
    }
    pairs
}

/// Reads a ConfigMap.
pub(super) fn configmap<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let mut fact = begin(&kind::CONFIGMAP, object, section);
    if let Some(data) = object.locate("data") {
        let entries = data.tree.entries().iter();
        let pairs = entries.map(|entry| {
            let value = entry.value.text().unwrap_or("");
            Cow::Owned(format!("{}={}", entry.key, beginning(value)))
        });
        fact.list("data", pairs.collect(), data.at);
    }
    facts.push(fact);
    helm_release(object, facts);
}

/// The first bytes of a text, whole characters.
fn beginning(text: &str) -> &str {
    let end = (0..=MAX_VALUE_BYTES.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or("")
}

/// Fields of a release and the labels that hold them, those of Helm 3 and those of Tiller.
const RELEASE_LABELS: &[Row] = &[
    ("name", "name"),
    ("name", "NAME"),
    ("revision", "version"),
    ("revision", "VERSION"),
    ("status", "status"),
];

/// Reads the labels that Helm gives its records, if they are there.
fn helm_release<'a>(object: &Tree<'a>, facts: &mut Vec<Fact<'a>>) {
    let labels = object.locate("metadata.labels");
    let label = |key| keyed(labels, key).and_then(|label| label.tree.text());
    let is_record = object.get("type").text() == Some("helm.sh/release.v1");
    let of_helm_3 = is_record || label("owner") == Some("helm");
    if !of_helm_3 && label("OWNER") != Some("TILLER") {
        return;
    }
    let mut fact = Fact::new(&kind::HELM_RELEASE, object.at().unwrap_or(0));
    for (field, label) in RELEASE_LABELS {
        fact.take(field, keyed(labels, label));
    }
    // Tiller wrote `PENDING_INSTALL` where Helm 3 writes `pending-install`.
    if let Some(Located { tree, at }) = keyed(labels, "STATUS") {
        let status = tree.text().unwrap_or("").to_ascii_lowercase();
        fact.text("status", status.replace('_', "-"), at);
    }
    // Tiller kept the records of all namespaces in its own.
    if of_helm_3 {
        fact.take("namespace", object.locate("metadata.namespace"));
    }
    // Nothing but the labels tells the name of the release.
    if fact.get("name").is_some() {
        facts.push(fact);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::object::testing::{changes, check, survives, tree_of};

    const NAMESPACE: &str = r#"{"kind": "Namespace",
"metadata": {"name": "gone",
  "creationTimestamp": "2026-03-31T12:00:00Z",
  "deletionTimestamp": "2026-04-01T10:00:00Z",
  "finalizers": ["example.com/cleanup"],
  "labels": {"team": "a"}},
"spec": {
  "finalizers": ["kubernetes"]},
"status": {"phase": "Terminating"}}"#;

    const SECRET: &str = r#"{"kind": "Secret",
"metadata": {"namespace": "shop", "name": "pull",
  "annotations": {
    "kubectl.kubernetes.io/last-applied-configuration": "{}",
    "team": "a"}},
"data": {".dockerconfigjson": "bm90aGluZw==", "other": ""},
"type": "kubernetes.io/dockerconfigjson"}"#;

    const RELEASE: &str = r#"{"kind": "Secret", "metadata": {"namespace": "apps", "name": "sh.helm.release.v1.redis.v3",
  "labels": {
    "name": "redis",
    "owner": "helm",
    "status": "pending-upgrade",
    "version": "3"}},
"data": {"release": "SDRz"},
"type": "helm.sh/release.v1"}"#;

    const TILLER: &str = r#"{"kind": "ConfigMap", "metadata": {"namespace": "kube-system", "name": "redis.v2",
  "labels": {"NAME": "redis", "OWNER": "TILLER", "STATUS": "PENDING_INSTALL", "VERSION": "2"}},
"data": {"release": "H4sI", "empty": "", "note": "第一行"}}"#;

    #[test]
    fn a_namespace_that_does_not_end() {
        check(
            namespace,
            NAMESPACE,
            "
            namespace @1
              age=86400 @3
              created=2026-03-31T12:00:00Z @3
              deleted=2026-04-01T10:00:00Z @4
              deleting_for=7200 @4
              finalizers=example.com/cleanup,kubernetes @5
              labels=team=a @6
              name=gone @2
              phase=Terminating @9
            ",
        );
    }

    #[test]
    fn a_namespace_that_is_used() {
        check(
            namespace,
            r#"{"metadata": {"name": "default"},
"spec": {
  "finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}"#,
            "
            namespace @1
              finalizers=kubernetes @3
              name=default @1
              phase=Active @3
            ",
        );
    }

    #[test]
    fn of_a_secret_only_names_are_read() {
        check(
            secret,
            SECRET,
            "
            secret @1
              annotations=team=a @3
              keys=.dockerconfigjson,other @6
              name=pull @2
              namespace=shop @2
              type=kubernetes.io/dockerconfigjson @7
            ",
        );
    }

    #[test]
    fn a_release_of_helm_3() {
        check(
            secret,
            RELEASE,
            "
            secret @1
              keys=release @7
              name=sh.helm.release.v1.redis.v3 @1
              namespace=apps @1
              type=helm.sh/release.v1 @8
            helm_release @1
              name=redis @3
              namespace=apps @1
              revision=3 @6
              status=pending-upgrade @5
            ",
        );
    }

    #[test]
    fn a_release_of_tiller() {
        check(
            configmap,
            TILLER,
            "
            configmap @1
              data=release=H4sI,empty=,note=第一行 @3
              name=redis.v2 @1
              namespace=kube-system @1
            helm_release @1
              name=redis @2
              revision=2 @2
              status=pending-install @2
            ",
        );
    }

    #[test]
    fn a_release_without_labels_is_none() {
        check(
            secret,
            r#"{"metadata": {"namespace": "apps", "name": "x"}, "type": "helm.sh/release.v1"}"#,
            "
            secret @1
              name=x @1
              namespace=apps @1
              type=helm.sh/release.v1 @1
            ",
        );
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        assert_eq!(beginning(&"界".repeat(2000)), "界".repeat(1365));
        assert_eq!(beginning("short"), "short");
    }

    #[test]
    fn annotations_that_may_repeat_a_secret_are_left_out() {
        let text = format!(r#"{{"a": "{}", "b": "x"}}"#, "x".repeat(201));
        assert_eq!(harmless_annotations(&tree_of(&text)), ["b=x"]);
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(namespace, NAMESPACE, &changes);
            survives(secret, SECRET, &changes);
            survives(secret, RELEASE, &changes);
            survives(configmap, TILLER, &changes);
        }
    }
}
