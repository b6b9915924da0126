//! The described object: what kind it is, told by its titles, and how its entries become fields.
//!
//! Only kinds without a describer of their own print `Kind:`; of the others each has titles that no other has, and
//! several are listed here, so that a text that breaks off early is still known. Does not read any kind (`pod`,
//! `node`, ...).
//! Source: the `describe...` functions of k8s.io/kubectl `pkg/describe/describe.go`.

use std::borrow::Cow;

use super::lists::{LISTS, fill_lists};
use super::outline::{self, Line, Node};
use crate::fact::kind::Type;
use crate::fact::{Fact, Kind, Section};

/// Which titles of an outline become which fields.
pub(super) type Titles = [(&'static str, &'static str)];

/// Whether the text tells the events of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Events {
    /// There is no `Events:`.
    Untold,
    /// `Events: <none>`, with the place of `<none>`.
    None(usize),
    /// A table follows the title at this place.
    Listed(usize),
}

/// The object that a text describes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<'o, 'a> {
    /// The section that it was read from.
    pub(super) section: &'o Section<'a>,
    /// Its outline.
    pub(super) lines: &'o [Line<'a>],
    /// Its kind in CamelCase, as in `kind:` of its document; empty if it cannot be told.
    pub(super) kind: &'a str,
    /// The place that tells the kind.
    pub(super) kind_at: usize,
    /// Its name.
    pub(super) name: &'a str,
    /// Its namespace; empty if it has none.
    pub(super) namespace: &'a str,
    /// What is told of its events.
    pub(super) events: Events,
}

/// A kind and the titles that tell it, all of which must be there.
struct Shape(&'static str, &'static [&'static str]);

/// The first that fits is taken.
const SHAPES: &[Shape] = &[
    Shape("Node", &["System Info"]),
    Shape("Node", &["Non-terminated Pods"]),
    Shape("Node", &["Allocatable"]),
    Shape("Node", &["Unschedulable"]),
    Shape("Node", &["Roles", "Labels"]),
    Shape("Pod", &["Containers"]),
    Shape("Pod", &["Init Containers"]),
    Shape("Pod", &["QoS Class"]),
    Shape("Pod", &["Node", "Namespace"]),
    Shape("PersistentVolume", &["Reclaim Policy"]),
    Shape("PersistentVolume", &["StorageClass", "Claim"]),
    Shape("PersistentVolumeClaim", &["Used By"]),
    Shape("PersistentVolumeClaim", &["Mounted By"]),
    Shape("PersistentVolumeClaim", &["StorageClass", "Volume"]),
    Shape("Deployment", &["StrategyType"]),
    Shape("Deployment", &["OldReplicaSets"]),
    Shape("StatefulSet", &["Volume Claims"]),
    Shape("StatefulSet", &["Update Strategy"]),
    Shape("StatefulSet", &["Pod Management Policy"]),
    Shape("DaemonSet", &["Desired Number of Nodes Scheduled"]),
    Shape("DaemonSet", &["Node-Selector"]),
    Shape("CronJob", &["Schedule"]),
    Shape("CronJob", &["Concurrency Policy"]),
    Shape("Job", &["Pods Statuses"]),
    Shape("Job", &["Parallelism"]),
    Shape("ReplicaSet", &["Replicas", "Pods Status"]),
    Shape("Ingress", &["Default backend"]),
    Shape("Ingress", &["Rules"]),
    Shape("Endpoints", &["Subsets"]),
    Shape("EndpointSlice", &["AddressType"]),
    Shape("HorizontalPodAutoscaler", &["Metrics"]),
    Shape("Service", &["Session Affinity"]),
    Shape("Service", &["Selector", "Type"]),
    Shape("PodDisruptionBudget", &["Min available"]),
    Shape("PodDisruptionBudget", &["Max unavailable"]),
    Shape("ServiceAccount", &["Mountable secrets"]),
    Shape("StorageClass", &["Provisioner"]),
    Shape("Secret", &["Data", "Type"]),
    Shape("ConfigMap", &["Data"]),
];

/// Kinds whose describe text never tells events.
const WITHOUT_EVENTS: &[&str] = &["", "Namespace", "Secret"];

impl<'o, 'a> Object<'o, 'a> {
    /// The object of an outline; `None` if that does not begin with a name.
    pub(super) fn of(
        section: &'o Section<'a>,
        lines: &'o [Line<'a>],
        events: Events,
    ) -> Option<Self> {
        let value = |title| outline::find(lines, title).map_or("", |node| node.line.value);
        let name = Some(value("Name")).filter(|name| !name.is_empty())?;
        let told = Some(value("Kind")).filter(|kind| !kind.is_empty() && !kind.contains(' '));
        Some(Object {
            section,
            lines,
            kind: told.unwrap_or_else(|| kind(lines)),
            kind_at: section.at(told.unwrap_or(name)),
            name,
            namespace: value("Namespace"),
            events,
        })
    }

    /// The object of a part that was cut out, whose kind nothing tells.
    pub(super) fn unnamed(section: &'o Section<'a>, lines: &'o [Line<'a>]) -> Self {
        Object {
            section,
            lines,
            kind: "",
            kind_at: 0,
            name: "",
            namespace: "",
            events: Events::Untold,
        }
    }

    /// The entry of this title at the left margin.
    pub(super) fn node(&self, title: &str) -> Option<Node<'o, 'a>> {
        outline::find(self.lines, title)
    }

    /// The lines below the entry of this title.
    pub(super) fn below(&self, title: &str) -> &'o [Line<'a>] {
        self.node(title).map_or(&[], |node| node.below)
    }

    /// The value of the entry of this title, if it is more than `<none>`.
    pub(super) fn value(&self, title: &str) -> Option<&'a str> {
        let value = self.node(title)?.line.value;
        (!outline::is_nothing(value)).then_some(value)
    }

    /// A fact about the object, with its name and namespace.
    pub(super) fn fact(&self, kind: &'static Kind) -> Fact<'a> {
        let mut fact = Fact::new(kind, self.section.at(self.name));
        self.put(&mut fact, "name", self.name);
        if kind.field("namespace").is_some() {
            self.put(&mut fact, "namespace", self.namespace);
        }
        fact
    }

    /// Sets a field from a part of the section.
    pub(super) fn put(&self, fact: &mut Fact<'a>, field: &'static str, text: &'a str) {
        put(self.section, fact, field, text);
    }

    /// Sets a list of parts of the section, if the kind of the fact has it; its place is that of the first.
    pub(super) fn put_list(&self, fact: &mut Fact<'a>, field: &'static str, texts: Vec<&'a str>) {
        let Some(first) = texts.first().filter(|_| fact.kind.field(field).is_some()) else {
            return;
        };
        let at = self.section.at(first);
        fact.list(field, texts.into_iter().map(Cow::Borrowed).collect(), at);
    }

    /// Sets the fields of these titles.
    pub(super) fn fill(&self, fact: &mut Fact<'a>, titles: &Titles) {
        fill(self.section, fact, self.lines, titles);
    }

    /// Sets the fields that every kind has alike: labels, annotations, when it was created.
    pub(super) fn fill_common(&self, fact: &mut Fact<'a>) {
        fill_lists(self.section, fact, self.lines, LISTS);
        if fact.kind.field("created").is_none() {
            return;
        }
        self.fill(fact, &[("CreationTimestamp", "created")]);
        set_age(self.section, fact, "created", "age");
    }

    /// Whether a part is missing that every describe text of this kind has.
    pub(super) fn breaks_off(&self) -> bool {
        self.events == Events::Untold && !WITHOUT_EVENTS.contains(&self.kind)
    }
}

/// The kind that the titles tell.
fn kind(lines: &[Line<'_>]) -> &'static str {
    let titles: Vec<&str> = outline::nodes(lines)
        .map(|node| {
            if node.line.key.is_empty() {
                node.line.text
            } else {
                node.line.key
            }
        })
        .collect();
    let has = |title: &&str| titles.iter().any(|found| found.eq_ignore_ascii_case(title));
    if let Some(Shape(kind, _)) = SHAPES
        .iter()
        .find(|Shape(_, wanted)| wanted.iter().all(&has))
    {
        return kind;
    }
    let status = outline::find(lines, "Status").map(|node| node.line.value);
    let is_namespace = matches!(status, Some("Active" | "Terminating")) && !has(&"Namespace");
    if is_namespace { "Namespace" } else { "" }
}

/// Sets the fields of these titles from the outermost of these lines.
pub(super) fn fill<'a>(
    section: &Section<'a>,
    fact: &mut Fact<'a>,
    lines: &[Line<'a>],
    titles: &Titles,
) {
    for Node { line, .. } in outline::nodes(lines) {
        let wanted = titles
            .iter()
            .find(|(title, _)| line.key.eq_ignore_ascii_case(title));
        if let Some((_, field)) = wanted {
            put(section, fact, field, line.value);
        }
    }
}

/// Sets a field from printed text, a part of the section. A text of several lines loses its carriage returns.
pub(super) fn put<'a>(
    section: &Section<'a>,
    fact: &mut Fact<'a>,
    field: &'static str,
    text: &'a str,
) {
    let text = text.trim();
    let at = section.at(text);
    let is_text = fact
        .kind
        .field(field)
        .is_some_and(|field| field.of == Type::Text);
    if is_text && text.contains('\r') {
        fact.text(field, text.replace("\r\n", "\n"), at);
    } else {
        fact.set(field, text, at);
    }
}

/// Sets a duration to the time between a known instant and the moment when the text was written.
pub(super) fn set_age(
    section: &Section<'_>,
    fact: &mut Fact<'_>,
    instant: &str,
    field: &'static str,
) {
    let Some(at) = fact.get(instant).map(|field| field.at) else {
        return;
    };
    if let Some(age) = fact.time_of(instant).and_then(|time| section.age(time)) {
        fact.number(field, age, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::describe::testing::section;

    #[track_caller]
    fn check_kind(text: &str, expected: &str) {
        let path = crate::base::member_path::MemberPath::new("m");
        let section = section(&path, text, false);
        let lines = outline::read(&section, text);
        let object = Object::of(&section, &lines, Events::Untold);
        assert_eq!(object.map(|object| object.kind), Some(expected), "{text}");
    }

    #[test]
    fn titles_tell_the_kind() {
        check_kind(
            "Name: a\nNamespace: b\nNode: n/10.0.0.1\nContainers:\n",
            "Pod",
        );
        check_kind("Name: a\nNamespace: b\nNode: <none>\n", "Pod");
        check_kind("Name: a\nCapacity:\n cpu: 2\nSystem Info:\n", "Node");
        check_kind(
            "Name: a\nRole: \nLabels: x=y\nUnschedulable: false\n",
            "Node",
        );
        check_kind(
            "Name: a\nStorageClass: s\nStatus: Bound\nVolume: v\n",
            "PersistentVolumeClaim",
        );
        check_kind(
            "Name: a\nStorageClass: s\nStatus: Bound\nClaim: b/c\nReclaim Policy: Delete\n",
            "PersistentVolume",
        );
        check_kind(
            "Name: a\nReplicas: 1 current / 1 desired\nPods Status: 1 Running\n",
            "ReplicaSet",
        );
        check_kind(
            "Name: a\nAPI Version: x/v1\nKind: Widget\nStatus:\n",
            "Widget",
        );
        check_kind("Name: a\nLabels: <none>\nStatus: Active\n", "Namespace");
        check_kind("Name: a\nVersion: 1.0\nLicense: MIT\n", "");
    }
}
