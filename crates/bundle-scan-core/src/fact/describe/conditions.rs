//! The conditions of an object, as a table or as the entries of a document.
//!
//! ```text
//! Conditions:                                          Status:
//!   Type          Status  Reason                         Conditions:
//!   ----          ------  ------                           Message:  no quota
//!   Progressing   False   ProgressDeadlineExceeded         Reason:   Failed
//!                                                          Status:   False
//!                                                          Type:     Ready
//! ```
//!
//! kubectl prints the entries of a document without a mark between them, but in the order of their keys: a condition
//! ends where a key sorts before the key above it, or repeats.
//! Source: `describePod`, `describeNode`, `describeDeployment`, `printUnstructuredContent` of k8s.io/kubectl
//! `pkg/describe/describe.go`.

use super::columns;
use super::object::{Object, Titles, fill, set_age};
use super::outline::{Node, nodes};
use crate::fact::{Fact, kind};

/// Columns of tables and keys of documents.
const TITLES: &Titles = &[
    ("Type", "type"),
    ("Status", "status"),
    ("Reason", "reason"),
    ("Message", "message"),
    ("LastTransitionTime", "since"),
    ("Last Transition Time", "since"),
    ("LastHeartbeatTime", "heartbeat"),
];

/// Appends the conditions of the object.
pub(super) fn read<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    if let Some(table) = object.node("Conditions") {
        read_table(object, table, facts);
    }
    if let Some(list) = object
        .node("Status")
        .and_then(|status| status.child("Conditions"))
    {
        read_list(object, list, facts);
    }
}

fn read_table<'a>(object: &Object<'_, 'a>, table: Node<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut rows = table.below.iter();
    let Some(header) = rows.next() else {
        return;
    };
    let titles = columns::titles(header.indent, header.text);
    for row in rows.filter(|row| !columns::is_rule(row.text)) {
        let mut fact = condition(object, object.section.at(row.text));
        let cells = columns::arrange(&titles, &columns::cells(row.indent, row.text));
        for (title, cell) in titles.iter().zip(cells) {
            if let Some((_, field)) = TITLES.iter().find(|(known, _)| *known == title.text) {
                object.put(&mut fact, field, cell);
            }
        }
        keep(object, fact, facts);
    }
}

fn read_list<'a>(object: &Object<'_, 'a>, list: Node<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut open: Option<(Fact<'a>, String)> = None;
    for Node { line, .. } in nodes(list.below).filter(|node| !node.line.key.is_empty()) {
        let key = line.key.replace(' ', "").to_ascii_lowercase();
        if let Some((fact, _)) = open.take_if(|(_, above)| key <= *above) {
            keep(object, fact, facts);
        }
        let (fact, above) = open.get_or_insert_with(|| {
            let at = object.section.at(line.text);
            (condition(object, at), String::new())
        });
        fill(object.section, fact, std::slice::from_ref(line), TITLES);
        *above = key;
    }
    if let Some((fact, _)) = open {
        keep(object, fact, facts);
    }
}

/// A condition of the object of which nothing is known yet.
fn condition<'a>(object: &Object<'_, 'a>, at: usize) -> Fact<'a> {
    let mut fact = Fact::new(&kind::CONDITION, at);
    if object.kind == "Node" {
        fact = Fact::new(&kind::NODE_CONDITION, at);
        object.put(&mut fact, "node", object.name);
        return fact;
    }
    object.put(&mut fact, "namespace", object.namespace);
    fact.text("kind", object.kind, object.kind_at);
    object.put(&mut fact, "name", object.name);
    if object.kind == "Pod" {
        object.put(&mut fact, "pod", object.name);
    }
    fact
}

fn keep<'a>(object: &Object<'_, 'a>, mut fact: Fact<'a>, facts: &mut Vec<Fact<'a>>) {
    if fact.get("type").is_none() || fact.get("status").is_none() {
        return;
    }
    set_age(object.section, &mut fact, "since", "lasted");
    if fact.get("heartbeat").is_some() {
        set_age(object.section, &mut fact, "heartbeat", "heartbeat_age");
    }
    facts.push(fact);
}

#[cfg(test)]
mod tests {
    use crate::fact::describe::testing::check;

    #[test]
    fn conditions_of_a_document_are_told_apart_by_the_order_of_keys() {
        check(
            "Name:         lens\nNamespace:    shop\nAPI Version:  acme.example/v1\nKind:         Widget\nStatus:\n  \
             Conditions:\n    Status:  True\n    Type:    Seen\n    Last Transition Time:  2026-03-10T10:00:00Z\n    \
             Message:               no quota:\nask for more\n    Reason:                Quota\n    Status:                \
             False\n    Type:                  Ready\n    Status:                Unknown\n    Type:                  Old\n\
             Events:                    <none>\n",
            "condition namespace=shop kind=Widget name=lens status=True type=Seen @7\n\
             condition namespace=shop kind=Widget name=lens since=2026-03-10T10:00:00Z \
             message=no quota:\\nask for more reason=Quota status=False type=Ready lasted=600 @9\n\
             condition namespace=shop kind=Widget name=lens status=Unknown type=Old @15\n",
        );
    }

    #[test]
    fn a_row_without_a_status_is_left_out() {
        check(
            "Name:  a\nNamespace:  b\nPod Template:\nStrategyType:  Recreate\nConditions:\n  Type       Status  Reason\n  \
             ----       ------  ------\n  Available  False   TooFew\n  Progre\n",
            "deployment name=a namespace=b strategy=Recreate @1\n\
             condition namespace=b kind=Deployment name=a type=Available status=False reason=TooFew @8\n",
        );
    }
}
