//! Reads an Event.
//!
//! ```text
//! {"kind": "Event", "involvedObject": {"kind": "Pod", "name": "web-0"}, "reason": "BackOff", "count": 12,
//!  "message": "Back-off restarting failed container", "lastTimestamp": "2026-03-10T10:17:41Z"}
//! ```
//!
//! `v1`, `events.k8s.io/v1beta1` and `events.k8s.io/v1` say the same under other names. The place of the field `message` is
//! that of its key. Source: k8s.io/api `core/v1/types.go`, `events/v1beta1/types.go`, `events/v1/types.go`; `printEvent` of
//! kubernetes `pkg/printers/internalversion/printers.go`.

use super::part::{Row, take_age, take_rows};
use crate::base::thing::message_first;
use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::Tree;

/// The first row of a field that finds something counts.
const ROWS: &[Row] = &[
    ("namespace", "metadata.namespace"),
    ("type", "type"),
    ("reason", "reason"),
    ("message", "message"),
    ("message", "note"),
    ("first", "firstTimestamp"),
    ("first", "deprecatedFirstTimestamp"),
    ("first", "eventTime"),
    ("first", "metadata.creationTimestamp"),
    ("last", "series.lastObservedTime"),
    ("last", "lastTimestamp"),
    ("last", "deprecatedLastTimestamp"),
    ("last", "eventTime"),
    ("last", "firstTimestamp"),
    ("last", "deprecatedFirstTimestamp"),
    ("last", "metadata.creationTimestamp"),
    ("from", "source.component"),
    ("from", "deprecatedSource.component"),
    ("from", "reportingComponent"),
    ("from", "reportingController"),
    ("host", "source.host"),
    ("host", "deprecatedSource.host"),
];

const SUBJECT_ROWS: &[Row] = &[("object_name", "name"), ("namespace", "namespace")];

const COUNTS: [&str; 3] = ["series.count", "count", "deprecatedCount"];

/// Reads an Event.
pub(super) fn event<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let Some(at) = object.at() else { return };
    let mut fact = Fact::new(&kind::EVENT, at);
    take_rows(&mut fact, object, ROWS);
    fact.edit("message", message_first);
    take_age(&mut fact, "last", "age", section);
    set_count(&mut fact, object);
    // The instance of a kubelet is its node; that of another component is a pod of it.
    if fact.text_of("from") == Some("kubelet") {
        fact.take("host", object.locate("reportingInstance"));
    }
    for subject in ["involvedObject", "regarding"] {
        set_subject(&mut fact, object.get(subject));
    }
    facts.push(fact);
}

/// The newer API gives no count, or 0, to an event that is not one of a series.
fn set_count<'a>(fact: &mut Fact<'a>, object: &Tree<'a>) {
    let (count, at) = COUNTS
        .iter()
        .filter_map(|path| object.locate(path))
        .filter_map(|found| Some((found.tree.number()?, found.at)))
        .find(|(count, _)| *count > 0.0)
        .unwrap_or((1.0, fact.at));
    fact.number("count", count, at);
}

fn set_subject<'a>(fact: &mut Fact<'a>, subject: &Tree<'a>) {
    let Some(kind) = subject.locate("kind") else {
        return;
    };
    take_rows(fact, subject, SUBJECT_ROWS);
    let name = subject.locate("name");
    let kind_name = kind.tree.text().unwrap_or("").to_ascii_lowercase();
    fact.text("object_kind", kind_name.clone(), kind.at);
    match kind_name.as_str() {
        "pod" => fact.take("pod", name),
        "node" => fact.take("node", name),
        _ => fact,
    };
    match name.and_then(|name| Some((name.tree.text()?, name.at))) {
        Some((name, at)) => fact.text("object", format!("{kind_name}/{name}"), at),
        None => fact.text("object", kind_name, kind.at),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::object::testing::{changes, check, path, row, section, survives, tree_of};
    use proptest::prelude::*;

    fn check_row(text: &str, fields: &str, expected: &str) {
        let path = path();
        let mut facts = Vec::new();
        event(&tree_of(text), &section(&path, text), &mut facts);
        let rows: Vec<String> = facts.iter().map(|fact| row(fact, fields)).collect();
        assert_eq!(rows, [expected], "{text}");
    }

    const CORE: &str = r#"{
    "apiVersion": "v1",
    "count": 12,
    "eventTime": null,
    "firstTimestamp": "2026-04-01T10:00:00Z",
    "involvedObject": {
        "kind": "Pod",
        "name": "web-0",
        "namespace": "shop"
    },
    "kind": "Event",
    "lastTimestamp": "2026-04-01T11:58:00Z",
    "message": "Back-off restarting failed container",
    "metadata": {"name": "web-0.17a2", "namespace": "shop", "creationTimestamp": "2026-04-01T10:00:00Z"},
    "reason": "BackOff",
    "reportingComponent": "",
    "source": {"component": "kubelet", "host": "n1"},
    "type": "Warning"
}"#;

    #[test]
    fn an_event_of_the_core_api() {
        check(
            event,
            CORE,
            "
event @2
  age=120 @12
  count=12 @3
  first=2026-04-01T10:00:00Z @5
  from=kubelet @17
  host=n1 @17
  last=2026-04-01T11:58:00Z @12
  message=Back-off restarting failed container @13
  namespace=shop @14
  object=pod/web-0 @8
  object_kind=pod @7
  object_name=web-0 @8
  pod=web-0 @8
  reason=BackOff @15
  type=Warning @18",
        );
    }

    #[test]
    fn the_newer_api_says_the_same() {
        let fields = "namespace type reason object pod count first last from host message";
        let expected = "shop | Warning | Failed | pod/web-0 | web-0 | 7 | 2026-04-01T10:00:00Z | 2026-04-01T11:00:00Z | \
                        kubelet | n1 | no such image";
        let subject = r#""regarding": {"kind": "Pod", "name": "web-0", "namespace": "shop"}"#;
        for text in [
            // events.k8s.io/v1beta1, written by the older API.
            format!(
                r#"{{"note": "no such image", "type": "Warning", "reason": "Failed", {subject}, "eventTime": null,
                    "metadata": {{"namespace": "shop"}}, "deprecatedCount": 7,
                    "deprecatedFirstTimestamp": "2026-04-01T10:00:00Z",
                    "deprecatedLastTimestamp": "2026-04-01T11:00:00Z",
                    "deprecatedSource": {{"component": "kubelet", "host": "n1"}}}}"#
            ),
            // events.k8s.io/v1, written by itself.
            format!(
                r#"{{"note": "no such image", "type": "Warning", "reason": "Failed", {subject},
                    "eventTime": "2026-04-01T10:00:00.000000Z", "metadata": {{"namespace": "shop"}},
                    "series": {{"count": 7, "lastObservedTime": "2026-04-01T11:00:00.000000Z"}},
                    "reportingController": "kubelet", "reportingInstance": "n1"}}"#
            ),
        ] {
            check_row(&text, fields, expected);
        }
    }

    #[test]
    fn a_single_event_counts_once_and_happened_when_it_was_first_seen() {
        let text = r#"{"eventTime": "2026-04-01T11:00:00.5Z", "series": null, "count": 0, "firstTimestamp": null,
            "lastTimestamp": null, "reportingComponent": "default-scheduler", "reportingInstance": "master-1",
            "metadata": {"creationTimestamp": "2026-04-01T11:00:01Z"}}"#;
        check_row(
            text,
            "count first last age from host",
            "1 | 2026-04-01T11:00:00.5Z | 2026-04-01T11:00:00.5Z | 3600 | default-scheduler | -",
        );
        let text = r#"{"metadata": {"creationTimestamp": "2026-04-01T11:00:00Z"}}"#;
        check_row(text, "count last", "1 | 2026-04-01T11:00:00Z");
    }

    #[test]
    fn the_subject_may_be_anything() {
        for (subject, expected) in [
            (
                r#"{"kind": "Node", "name": "n1"}"#,
                "node/n1 | node | n1 | - | n1 | -",
            ),
            (
                r#"{"kind": "PersistentVolumeClaim", "name": "d", "namespace": "shop"}"#,
                "persistentvolumeclaim/d | persistentvolumeclaim | d | - | - | shop",
            ),
            (r#"{"kind": "Job"}"#, "job | job | - | - | - | -"),
            ("null", "- | - | - | - | - | -"),
        ] {
            check_row(
                &format!(r#"{{"involvedObject": {subject}}}"#),
                "object object_kind object_name pod node namespace",
                expected,
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(event, CORE, &changes);
        }
    }
}
