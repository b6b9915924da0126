//! Reads `status.conditions` of any object, also of a custom resource, whose message often holds the error itself.
//!
//! ```text
//! {"kind": "HelmRelease", "status": {"conditions": [{"type": "Ready", "status": "False", "message": "no chart"}]}}
//! ```
//! Source: `Condition` of k8s.io/apimachinery
//! meta/v1, and its cousins, which lack one field or another. Longhorn v1beta1 keeps its conditions in a mapping by
//! type.

use std::borrow::Cow;

use super::part::{Row, begin, take_age, take_rows};
use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::{Located, Tree};

const ROWS: &[Row] = &[
    ("type", "type"),
    ("status", "status"),
    ("reason", "reason"),
    ("message", "message"),
    // A ComponentStatus has both, one empty.
    ("message", "error"),
    ("since", "lastTransitionTime"),
    ("since", "lastUpdateTime"),
];

/// Reads the conditions of an object of a kind; the elements of a typed list do not name it.
pub(super) fn conditions_of<'a>(
    kind: Option<Cow<'a, str>>,
    object: &Tree<'a>,
    section: &Section<'a>,
    facts: &mut Vec<Fact<'a>>,
) {
    let kind_name = kind.as_deref().unwrap_or("");
    let found = match kind_name {
        "ComponentStatus" => object.locate("conditions"),
        _ => object.locate("status.conditions"),
    };
    let Some(Located { tree, at }) = found else {
        return;
    };
    let listed = tree.items().iter();
    let mapped = tree.entries().iter().map(|entry| &entry.value);
    for condition in listed.chain(mapped) {
        if condition.get("type").text().is_some() {
            let place = condition.at().unwrap_or(at);
            facts.push(one(condition, place, kind.clone(), object, section));
        }
    }
}

fn one<'a>(
    condition: &Tree<'a>,
    at: usize,
    kind: Option<Cow<'a, str>>,
    object: &Tree<'a>,
    section: &Section<'a>,
) -> Fact<'a> {
    let mut fact = begin(&kind::CONDITION, object, section);
    fact.at = at;
    if kind.as_deref() == Some("Pod") {
        fact.take("pod", object.locate("metadata.name"));
    }
    let kind_at = object.locate("kind").map_or(at, |kind| kind.at);
    fact.text("kind", kind.unwrap_or_default(), kind_at);
    // Some resources write a flag, or the word of one.
    if let Some(status) = condition.locate("status") {
        let word = match (status.tree.flag(), status.tree.text()) {
            (Some(true), _) | (_, Some("true")) => "True",
            (Some(false), _) | (_, Some("false")) => "False",
            _ => "",
        };
        fact.text("status", word, status.at);
    }
    take_rows(&mut fact, condition, ROWS);
    take_age(&mut fact, "since", "lasted", section);
    fact
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::object::part::word;
    use crate::fact::object::testing::{changes, check, survives};

    /// Reads the conditions of an object that names its kind.
    fn condition<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
        conditions_of(word(object.get("kind")), object, section, facts);
    }

    const CRD: &str = r#"{"kind": "HelmRelease",
"metadata": {"namespace": "apps", "name": "redis"},
"status": {"conditions": [
  {"lastTransitionTime": "2026-04-01T11:00:00Z",
   "message": "install retries exhausted",
   "reason": "InstallFailed",
   "status": "False",
   "type": "Ready"},
  {"type": "Stalled", "status": true, "lastUpdateTime": "2026-04-01T11:30:00Z"},
  {"type": "ComparisonError", "message": "no such revision"},
  {"status": "True"}, null]}}"#;

    #[test]
    fn conditions_of_a_custom_resource() {
        check(
            condition,
            CRD,
            "
            condition @4
              kind=HelmRelease @1
              lasted=3600 @4
              message=install retries exhausted @5
              name=redis @2
              namespace=apps @2
              reason=InstallFailed @6
              since=2026-04-01T11:00:00Z @4
              status=False @7
              type=Ready @8
            condition @9
              kind=HelmRelease @1
              lasted=1800 @9
              name=redis @2
              namespace=apps @2
              since=2026-04-01T11:30:00Z @9
              status=True @9
              type=Stalled @9
            condition @10
              kind=HelmRelease @1
              message=no such revision @10
              name=redis @2
              namespace=apps @2
              type=ComparisonError @10
            ",
        );
    }

    #[test]
    fn conditions_of_a_pod_name_the_pod() {
        check(
            condition,
            r#"{"kind": "Pod", "metadata": {"namespace": "shop", "name": "web-0"},
"status": {"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]}}"#,
            "
            condition @2
              kind=Pod @1
              name=web-0 @1
              namespace=shop @1
              pod=web-0 @1
              reason=Unschedulable @2
              status=False @2
              type=PodScheduled @2
            ",
        );
    }

    #[test]
    fn conditions_in_a_mapping() {
        check(
            condition,
            r#"{"kind": "Volume", "metadata": {"namespace": "longhorn-system", "name": "pvc-1"},
"status": {"conditions": {
  "scheduled": {"type": "scheduled", "status": "false", "reason": "ReplicaSchedulingFailure", "message": ""}}}}"#,
            "
            condition @3
              kind=Volume @1
              name=pvc-1 @1
              namespace=longhorn-system @1
              reason=ReplicaSchedulingFailure @3
              status=False @3
              type=scheduled @3
            ",
        );
    }

    #[test]
    fn conditions_of_a_component() {
        check(
            condition,
            r#"{"kind": "ComponentStatus", "metadata": {"name": "scheduler"},
"conditions": [{"type": "Healthy", "status": "False", "message": "", "error": "connection refused"}]}"#,
            "
            condition @2
              kind=ComponentStatus @1
              message=connection refused @2
              name=scheduler @1
              status=False @2
              type=Healthy @2
            ",
        );
    }

    #[test]
    fn an_object_without_a_kind() {
        check(
            condition,
            r#"{"metadata": {"name": "x"},
"status": {"conditions": [{"type": "Ready", "status": "True"}]}}"#,
            "
            condition @2
              name=x @1
              status=True @2
              type=Ready @2
            ",
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(condition, CRD, &changes);
        }
    }
}
