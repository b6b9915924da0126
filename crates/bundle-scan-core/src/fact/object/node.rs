//! Reads a Node: what it is, its conditions, its taints, its resources.
//!
//! ```text
//! {"kind": "Node", "metadata": {"name": "n1"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}
//! ```
//! Does not say what the pods of the node take, which only describe adds up. Source: `Node` of k8s.io/api core/v1;
//! `printNode` and `findNodeRoles` in kubernetes `pkg/printers/internalversion/printers.go`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::part::{Row, begin, entries, items, keyed, take_age, take_flag, take_rows};
use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::{Located, Tree};

const ROWS: &[Row] = &[
    ("version", "status.nodeInfo.kubeletVersion"),
    ("os_image", "status.nodeInfo.osImage"),
    ("os", "status.nodeInfo.operatingSystem"),
    ("kernel", "status.nodeInfo.kernelVersion"),
    ("arch", "status.nodeInfo.architecture"),
    ("runtime", "status.nodeInfo.containerRuntimeVersion"),
    ("provider_id", "spec.providerID"),
    ("pod_cidr", "spec.podCIDR"),
];

/// Fields and the labels that hold them, the newer name first.
const LABELS: &[Row] = &[
    ("hostname_label", "kubernetes.io/hostname"),
    ("zone", "topology.kubernetes.io/zone"),
    ("zone", "failure-domain.beta.kubernetes.io/zone"),
    ("instance_type", "node.kubernetes.io/instance-type"),
    ("instance_type", "beta.kubernetes.io/instance-type"),
];

/// Fields and the types of address that they show.
const ADDRESSES: &[Row] = &[
    ("internal_ip", "InternalIP"),
    ("external_ip", "ExternalIP"),
    ("hostname", "Hostname"),
];

const CONDITION_ROWS: &[Row] = &[
    ("type", "type"),
    ("status", "status"),
    ("reason", "reason"),
    ("message", "message"),
    ("since", "lastTransitionTime"),
    ("heartbeat", "lastHeartbeatTime"),
];

const TAINT_ROWS: &[Row] = &[
    ("key", "key"),
    ("value", "value"),
    ("effect", "effect"),
    ("since", "timeAdded"),
];

/// A node has a dozen resources; more than this are not looked up.
const MAX_RESOURCES: usize = 256;

/// Reads a Node.
pub(super) fn node<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    facts.push(overview(object, section));
    let name = object.locate("metadata.name");
    conditions(object, name, section, facts);
    taints(object, name, facts);
    resources(object, name, facts);
}

fn overview<'a>(object: &Tree<'a>, section: &Section<'a>) -> Fact<'a> {
    let mut fact = begin(&kind::NODE, object, section);
    take_rows(&mut fact, object, ROWS);
    take_flag(
        &mut fact,
        object,
        section,
        ("unschedulable", "spec.unschedulable"),
    );
    let labels = object.locate("metadata.labels");
    for (field, label) in LABELS {
        fact.take(field, keyed(labels, label));
    }
    for (field, of_type) in ADDRESSES {
        fact.take(field, address(object, of_type));
    }
    roles(&mut fact, labels);
    status(&mut fact, object);
    let (taints, at) = items(object.locate("spec.taints"));
    fact.list("taints", taints.iter().map(printed_taint).collect(), at);
    fact
}

/// The first address of a type.
fn address<'a>(object: &Tree<'a>, of_type: &str) -> Option<Located<'a>> {
    let (addresses, _) = items(object.locate("status.addresses"));
    addresses
        .iter()
        .find(|address| address.get("type").text() == Some(of_type))?
        .locate("address")
}

/// Roles are the ends of labels, `node-role.kubernetes.io/worker`, or the value of an older one.
fn roles<'a>(fact: &mut Fact<'a>, labels: Option<Located<'a>>) {
    let Some(Located { tree: labels, at }) = labels else {
        return;
    };
    let mut roles = BTreeSet::new();
    let mut first_at = at;
    for entry in labels.entries() {
        let role = match entry.key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => role,
            None if entry.key == "kubernetes.io/role" => entry.value.text().unwrap_or(""),
            None => continue,
        };
        if !role.is_empty() {
            first_at = if roles.is_empty() { entry.at } else { first_at };
            roles.insert(role);
        }
    }
    let roles = roles.into_iter().map(|role| Cow::Owned(role.to_owned()));
    fact.list("roles", roles.collect(), first_at);
}

/// `Ready`, `NotReady`, or `Unknown` where nothing is said of it, and `,SchedulingDisabled`.
fn status<'a>(fact: &mut Fact<'a>, object: &Tree<'a>) {
    let (conditions, _) = items(object.locate("status.conditions"));
    let ready = conditions
        .iter()
        .rfind(|condition| condition.get("type").text() == Some("Ready"))
        .and_then(|condition| condition.locate("status"));
    fact.take("ready", ready);
    // The description of the system comes after the conditions: with it they are known to be all there.
    let (word, at) = match (ready, object.locate("status.nodeInfo")) {
        (Some(ready), _) if ready.tree.text() == Some("True") => ("Ready", ready.at),
        (Some(ready), _) => ("NotReady", ready.at),
        (None, Some(system)) => ("Unknown", system.at),
        (None, None) => return,
    };
    match object.locate("spec.unschedulable") {
        Some(Located {
            tree: Tree::Flag(true),
            ..
        }) => fact.text("status", format!("{word},SchedulingDisabled"), at),
        _ => fact.text("status", word, at),
    };
}

/// `key=value:effect`, `key:effect`. Source: `Taint.ToString` of k8s.io/api core/v1.
fn printed_taint<'a>(taint: &Tree<'a>) -> Cow<'a, str> {
    let text = |key| taint.get(key).text().unwrap_or("");
    let (key, value, effect) = (text("key"), text("value"), text("effect"));
    match (value, effect) {
        ("", "") => key.to_owned(),
        ("", effect) => format!("{key}:{effect}"),
        (value, effect) => format!("{key}={value}:{effect}"),
    }
    .into()
}

fn conditions<'a>(
    object: &Tree<'a>,
    name: Option<Located<'a>>,
    section: &Section<'a>,
    facts: &mut Vec<Fact<'a>>,
) {
    let (conditions, at) = items(object.locate("status.conditions"));
    for condition in conditions {
        let mut fact = Fact::new(&kind::NODE_CONDITION, condition.at().unwrap_or(at));
        fact.take("node", name);
        take_rows(&mut fact, condition, CONDITION_ROWS);
        take_age(&mut fact, "since", "lasted", section);
        take_age(&mut fact, "heartbeat", "heartbeat_age", section);
        facts.push(fact);
    }
}

fn taints<'a>(object: &Tree<'a>, name: Option<Located<'a>>, facts: &mut Vec<Fact<'a>>) {
    let (taints, at) = items(object.locate("spec.taints"));
    for taint in taints {
        let mut fact = Fact::new(&kind::NODE_TAINT, taint.at().unwrap_or(at));
        fact.take("node", name);
        take_rows(&mut fact, taint, TAINT_ROWS);
        facts.push(fact);
    }
}

/// One fact for each name among capacity and allocatable.
fn resources<'a>(object: &Tree<'a>, name: Option<Located<'a>>, facts: &mut Vec<Fact<'a>>) {
    let capacity = object.locate("status.capacity");
    let allocatable = object.locate("status.allocatable");
    let only_allocatable = entries(allocatable)
        .0
        .iter()
        .take(MAX_RESOURCES)
        .filter(|entry| keyed(capacity, entry.key).is_none());
    let of_capacity = entries(capacity).0.iter().take(MAX_RESOURCES);
    for entry in of_capacity.chain(only_allocatable) {
        let mut fact = Fact::new(&kind::NODE_RESOURCES, entry.at);
        fact.take("node", name);
        fact.text("resource", entry.key, entry.at);
        fact.take("capacity", keyed(capacity, entry.key));
        fact.take("allocatable", keyed(allocatable, entry.key));
        facts.push(fact);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::object::testing::{changes, check, survives};

    const NODE: &str = r#"{"kind": "Node", "metadata": {
  "name": "pool-a-1",
  "creationTimestamp": "2026-03-01T12:00:00Z",
  "labels": {
    "kubernetes.io/hostname": "pool-a-1.lan",
    "node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/etcd": "true",
    "node.kubernetes.io/instance-type": "m5.large",
    "topology.kubernetes.io/zone": "zone-b"},
  "annotations": {"node.alpha.kubernetes.io/ttl": "0"}},
"spec": {
  "podCIDR": "10.42.3.0/24", "providerID": "cloud:///zone-b/i-1",
  "taints": [
    {"effect": "NoSchedule", "key": "team",
     "value": "ml"},
    {"effect": "NoExecute", "key": "node.kubernetes.io/not-ready", "timeAdded": "2026-04-01T11:00:00Z"}]},
"status": {
  "addresses": [
    {"address": "10.0.0.7", "type": "InternalIP"}, {"address": "198.51.100.7", "type": "ExternalIP"},
    {"address": "pool-a-1", "type": "Hostname"}],
  "allocatable": {
    "cpu": "3920m",
    "example.com/fpga": "1"},
  "capacity": {
    "cpu": "4",
    "pods": 110},
  "conditions": [
    {"lastHeartbeatTime": "2026-04-01T11:59:30Z",
     "lastTransitionTime": "2026-04-01T11:00:00Z",
     "message": "memory is short", "reason": "KubeletHasInsufficientMemory",
     "status": "True", "type": "MemoryPressure"},
    {"message": "container runtime is down", "reason": "KubeletNotReady",
     "status": "False",
     "type": "Ready"}],
  "nodeInfo": {
    "architecture": "amd64", "containerRuntimeVersion": "containerd://1.7.22",
    "kernelVersion": "5.15.0-122-generic", "kubeletVersion": "v1.30.6",
    "operatingSystem": "linux",
    "osImage": "Ubuntu 22.04.5 LTS"}}}"#;

    #[test]
    fn a_node_with_its_conditions_taints_and_resources() {
        check(
            node,
            NODE,
            "
            node @1
              age=2678400 @3
              annotations=node.alpha.kubernetes.io/ttl=0 @9
              arch=amd64 @35
              created=2026-03-01T12:00:00Z @3
              external_ip=198.51.100.7 @18
              hostname=pool-a-1 @19
              hostname_label=pool-a-1.lan @5
              instance_type=m5.large @7
              internal_ip=10.0.0.7 @18
              kernel=5.15.0-122-generic @36
              labels=kubernetes.io/hostname=pool-a-1.lan,node-role.kubernetes.io/worker=,node-role.kubernetes.io/etcd=true,node.kubernetes.io/instance-type=m5.large,topology.kubernetes.io/zone=zone-b @4
              name=pool-a-1 @2
              os=linux @37
              os_image=Ubuntu 22.04.5 LTS @38
              pod_cidr=10.42.3.0/24 @11
              provider_id=cloud:///zone-b/i-1 @11
              ready=False @32
              roles=etcd,worker @6
              runtime=containerd://1.7.22 @35
              status=NotReady @32
              taints=team=ml:NoSchedule,node.kubernetes.io/not-ready:NoExecute @12
              unschedulable=false @10
              version=v1.30.6 @36
              zone=zone-b @8
            node_condition @27
              heartbeat=2026-04-01T11:59:30Z @27
              heartbeat_age=30 @27
              lasted=3600 @28
              message=memory is short @29
              node=pool-a-1 @2
              reason=KubeletHasInsufficientMemory @29
              since=2026-04-01T11:00:00Z @28
              status=True @30
              type=MemoryPressure @30
            node_condition @31
              message=container runtime is down @31
              node=pool-a-1 @2
              reason=KubeletNotReady @31
              status=False @32
              type=Ready @33
            node_taint @13
              effect=NoSchedule @13
              key=team @13
              node=pool-a-1 @2
              value=ml @14
            node_taint @15
              effect=NoExecute @15
              key=node.kubernetes.io/not-ready @15
              node=pool-a-1 @2
              since=2026-04-01T11:00:00Z @15
            node_resources @24
              allocatable=3.92 @21
              capacity=4 @24
              node=pool-a-1 @2
              resource=cpu @24
            node_resources @25
              capacity=110 @25
              node=pool-a-1 @2
              resource=pods @25
            node_resources @22
              allocatable=1 @22
              node=pool-a-1 @2
              resource=example.com/fpga @22
            ",
        );
    }

    #[test]
    fn labels_and_roles_of_old_versions() {
        check(
            node,
            r#"{"metadata": {"name": "old-1", "labels": {
  "beta.kubernetes.io/instance-type": "c4",
  "failure-domain.beta.kubernetes.io/zone": "zone-1",
  "kubernetes.io/role": "node",
  "node-role.kubernetes.io/": ""}},
"spec": {
  "unschedulable": true},
"status": {"conditions": [
  {"type": "Ready",
   "status": "Unknown"}]}}"#,
            "
            node @1
              instance_type=c4 @2
              labels=beta.kubernetes.io/instance-type=c4,failure-domain.beta.kubernetes.io/zone=zone-1,kubernetes.io/role=node,node-role.kubernetes.io/= @1
              name=old-1 @1
              ready=Unknown @10
              roles=node @4
              status=NotReady,SchedulingDisabled @10
              unschedulable=true @7
              zone=zone-1 @3
            node_condition @9
              node=old-1 @1
              status=Unknown @10
              type=Ready @9
            ",
        );
    }

    #[test]
    fn a_node_that_never_reported_is_unknown() {
        check(
            node,
            r#"{"metadata": {"name": "new-1"}, "spec": {}, "status": {
"nodeInfo": {"kubeletVersion": ""}}}"#,
            "
            node @1
              name=new-1 @1
              status=Unknown @2
              unschedulable=false @1
            ",
        );
    }

    #[test]
    fn without_its_end_a_node_has_no_status() {
        check(
            node,
            r#"{"metadata": {"name": "cut-1"}, "status": {
"conditions": [{"type": "DiskPressure", "status": "True"}]}}"#,
            "
            node @1
              name=cut-1 @1
            node_condition @2
              node=cut-1 @1
              status=True @2
              type=DiskPressure @2
            ",
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(node, NODE, &changes);
        }
    }
}
