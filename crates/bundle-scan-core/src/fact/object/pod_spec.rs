//! What the specification of a pod says, be it of a pod or of the template of a workload.
//!
//! ```text
//! "spec": {"dnsPolicy": "ClusterFirst", "tolerations": [{"key": "team", "value": "ml", "effect": "NoSchedule"}]}
//! ```
//! Does not read the containers, only the names of their images. Source: `PodSpec` of k8s.io/api core/v1, and
//! `printTolerationsMultilineWithIndent` in kubectl `pkg/describe/describe.go`.

use std::borrow::Cow;
use std::fmt::Write;

use super::part::{Row, items, take_rows, word, words};
use crate::fact::row::Fact;
use crate::fact::tree::{Located, Tree};

const ROWS: &[Row] = &[
    ("node_selector", "nodeSelector"),
    ("dns_policy", "dnsPolicy"),
    ("priority_class", "priorityClassName"),
    ("restart_policy", "restartPolicy"),
];

/// Turns the elements of a list into texts.
type Texts = for<'a> fn(&[Tree<'a>]) -> Vec<Cow<'a, str>>;

const LISTS: &[(&str, &str, Texts)] = &[
    ("image_pull_secrets", "imagePullSecrets", |secrets| {
        words(secrets, "name")
    }),
    ("host_paths", "volumes", host_paths),
    ("tolerations", "tolerations", tolerations),
];

/// Sets node_selector, dns_policy, priority_class, restart_policy, images, image_pull_secrets, host_paths and
/// tolerations, as far as the kind has them.
pub(super) fn pod_spec<'a>(fact: &mut Fact<'a>, spec: Option<Located<'a>>) {
    let Some(Located { tree: spec, .. }) = spec else {
        return;
    };
    take_rows(fact, spec, ROWS);
    let (containers, at) = items(spec.locate("containers"));
    let mut images = words(containers, "image");
    images.extend(words(spec.get("initContainers").items(), "image"));
    put_list(fact, "images", images, at);
    for (field, key, texts) in LISTS {
        let (elements, at) = items(spec.locate(key));
        put_list(fact, field, texts(elements), at);
    }
}

/// Sets a list if the kind has it.
fn put_list<'a>(fact: &mut Fact<'a>, field: &'static str, texts: Vec<Cow<'a, str>>, at: usize) {
    if fact.kind.field(field).is_some() {
        fact.list(field, texts, at);
    }
}

fn host_paths<'a>(volumes: &[Tree<'a>]) -> Vec<Cow<'a, str>> {
    volumes
        .iter()
        .filter_map(|volume| word(volume.get("hostPath").get("path")))
        .collect()
}

/// Sorted by key, as describe prints them.
fn tolerations<'a>(tolerations: &[Tree<'a>]) -> Vec<Cow<'a, str>> {
    let mut sorted: Vec<_> = tolerations.iter().collect();
    sorted.sort_by_key(|toleration| toleration.get("key").text().unwrap_or(""));
    sorted
        .into_iter()
        .map(|toleration| printed_toleration(toleration).into())
        .collect()
}

/// `key=value:effect`, `key:effect op=Exists for 300s`, `op=Exists` for one that tolerates everything.
fn printed_toleration(toleration: &Tree<'_>) -> String {
    let text = |key| toleration.get(key).text().unwrap_or("");
    let mut printed = String::from(text("key"));
    for (mark, part) in [('=', text("value")), (':', text("effect"))] {
        if !part.is_empty() {
            printed.push(mark);
            printed.push_str(part);
        }
    }
    if text("operator") == "Exists" && text("value").is_empty() {
        printed.push_str(if printed.is_empty() {
            "op=Exists"
        } else {
            " op=Exists"
        });
    }
    if let Some(seconds) = toleration.get("tolerationSeconds").number() {
        // Writing to a text cannot fail.
        let _ = write!(printed, " for {seconds}s");
    }
    printed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::object::testing::tree_of;

    #[test]
    fn tolerations_are_printed_as_describe_prints_them() {
        for (toleration, expected) in [
            (
                r#"{"key": "team", "operator": "Equal", "value": "ml", "effect": "NoSchedule"}"#,
                "team=ml:NoSchedule",
            ),
            (
                r#"{"key": "gone", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}"#,
                "gone:NoExecute op=Exists for 300s",
            ),
            (r#"{"operator": "Exists"}"#, "op=Exists"),
            (
                r#"{"operator": "Exists", "effect": "NoExecute"}"#,
                ":NoExecute op=Exists",
            ),
            (r#"{"key": "team", "operator": "Exists"}"#, "team op=Exists"),
            (r#"{"key": "team", "value": "ml"}"#, "team=ml"),
            ("{}", ""),
        ] {
            assert_eq!(printed_toleration(&tree_of(toleration)), expected);
        }
    }

    #[test]
    fn tolerations_are_sorted_by_key() {
        let tree =
            tree_of(r#"[{"key": "b", "effect": "X"}, {"operator": "Exists"}, {"key": "a"}]"#);
        assert_eq!(tolerations(tree.items()), ["op=Exists", "a", "b:X"]);
    }
}
