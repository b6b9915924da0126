//! A node: itself, its taints and its resources.
//!
//! ```text
//! Taints:             dedicated=gpu:NoSchedule
//! Capacity:
//!   cpu:              8
//! Allocated resources:
//!   Resource  Requests     Limits
//!   --------  --------     ------
//!   cpu       1139m (59%)  800m (41%)
//! ```
//!
//! Releases before 1.11 print the allocated resources as one row under `CPU Requests  CPU Limits  Memory Requests
//! ...`. Of the pods of the node only the number is read; the lease is not.
//! Source: `describeNode`, `describeNodeResource` of k8s.io/kubectl `pkg/describe/describe.go`; the status as
//! `printNode` of Kubernetes `pkg/printers/internalversion/printers.go` prints it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use nom::bytes::complete::take_until;
use nom::character::complete::{char, digit1, space1};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::columns::{self, Cell};
use super::object::{Object, Titles, fill, put};
use super::outline::{Line, is_nothing};
use crate::fact::{Fact, Section, Value, kind};

const FIELDS: &Titles = &[
    ("Unschedulable", "unschedulable"),
    ("ProviderID", "provider_id"),
    ("PodCIDR", "pod_cidr"),
];

const SYSTEM_INFO: &Titles = &[
    ("Kernel Version", "kernel"),
    ("OS Image", "os_image"),
    ("Operating System", "os"),
    ("Architecture", "arch"),
    ("Container Runtime Version", "runtime"),
    ("Kubelet Version", "version"),
];

const ADDRESSES: &Titles = &[
    ("InternalIP", "internal_ip"),
    ("ExternalIP", "external_ip"),
    ("Hostname", "hostname"),
];

const LABELS: &Titles = &[
    ("kubernetes.io/hostname", "hostname_label"),
    ("topology.kubernetes.io/zone", "zone"),
    ("failure-domain.beta.kubernetes.io/zone", "zone"),
    ("node.kubernetes.io/instance-type", "instance_type"),
    ("beta.kubernetes.io/instance-type", "instance_type"),
];

/// Appends the facts of a node.
pub(super) fn read<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut node = object.fact(&kind::NODE);
    object.fill(&mut node, FIELDS);
    object.fill_common(&mut node);
    for (title, titles) in [("System Info", SYSTEM_INFO), ("Addresses", ADDRESSES)] {
        let lines = object.below(title);
        fill(object.section, &mut node, lines, titles);
    }
    old_addresses(object, &mut node);
    labels(object.section, &mut node, object);
    pods(object, &mut node);
    status(object, &mut node);
    facts.push(node);
    taints(object, facts);
    resources(object, facts);
}

/// `Addresses: 10.0.0.5,10.0.0.5,node-1`, where only the order tells the types.
fn old_addresses<'a>(object: &Object<'_, 'a>, node: &mut Fact<'a>) {
    let addresses = object
        .value("Addresses")
        .unwrap_or("")
        .split(',')
        .map(str::trim);
    for address in addresses.filter(|address| !address.is_empty()) {
        let field = if address.parse::<IpAddr>().is_ok() {
            "internal_ip"
        } else {
            "hostname"
        };
        object.put(node, field, address);
    }
}

/// Fields that stand in labels only.
fn labels<'a>(section: &Section<'a>, node: &mut Fact<'a>, object: &Object<'_, 'a>) {
    let Some(labels) = object.node("Labels") else {
        return;
    };
    for (wanted, field) in LABELS {
        let found = labels
            .values()
            .flat_map(|labels| labels.split(','))
            .filter_map(|label| label.split_once('='))
            .find(|(key, _)| key == wanted);
        if let Some((_, value)) = found {
            put(section, node, field, value);
        }
    }
}

/// `(17 in total)`.
fn pods<'a>(object: &Object<'_, 'a>, node: &mut Fact<'a>) {
    let text = object.value("Non-terminated Pods").unwrap_or("");
    let count: IResult<&str, &'a str> = preceded(char('('), digit1).parse(text);
    if let Ok((_, count)) = count {
        object.put(node, "pods", count);
    }
}

/// `Ready`, `NotReady,SchedulingDisabled`.
fn status<'a>(object: &Object<'_, 'a>, node: &mut Fact<'a>) {
    let rows = object.below("Conditions");
    let ready = rows.iter().find_map(|row| {
        let mut words = row.text.split_whitespace();
        (words.next()? == "Ready").then(|| words.next())?
    });
    if let Some(ready) = ready {
        object.put(node, "ready", ready);
    }
    let is_cordoned = node
        .get("unschedulable")
        .is_some_and(|field| field.value == Value::Flag(true));
    let status = match (ready, is_cordoned) {
        (None, _) if rows.is_empty() => return,
        (Some("True"), false) => "Ready",
        (Some("True"), true) => "Ready,SchedulingDisabled",
        (Some(_), false) => "NotReady",
        (Some(_), true) => "NotReady,SchedulingDisabled",
        (None, false) => "Unknown",
        (None, true) => "Unknown,SchedulingDisabled",
    };
    let at = ready.map_or(node.at, |ready| object.section.at(ready));
    node.text("status", status, at);
}

/// `key=value:effect`, `key:effect`, one a line or with commas between.
fn taints<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let Some(node) = object.node("Taints") else {
        return;
    };
    let taints = node
        .values()
        .flat_map(|line| line.split(','))
        .map(str::trim);
    for (key_value, effect) in taints.filter_map(|taint| taint.rsplit_once(':')) {
        let (key, value) = key_value.split_once('=').unwrap_or((key_value, ""));
        let mut fact = Fact::new(&kind::NODE_TAINT, object.section.at(key));
        object.put(&mut fact, "node", object.name);
        for (field, text) in [("key", key), ("value", value), ("effect", effect)] {
            object.put(&mut fact, field, text);
        }
        facts.push(fact);
    }
}

/// The resources in the order in which they are first named.
struct Resources<'o, 'a> {
    object: &'o Object<'o, 'a>,
    facts: Vec<Fact<'a>>,
    by_name: BTreeMap<String, usize>,
}

fn resources<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut resources = Resources {
        object,
        facts: Vec::new(),
        by_name: BTreeMap::new(),
    };
    for (title, field) in [("Capacity", "capacity"), ("Allocatable", "allocatable")] {
        let lines = object.below(title);
        for line in lines.iter().filter(|line| !line.key.is_empty()) {
            resources.set(line.key, field, line.value);
        }
    }
    let table = object.below("Allocated resources");
    resources.allocated(table);
    facts.append(&mut resources.facts);
}

impl<'a> Resources<'_, 'a> {
    fn fact(&mut self, resource: &'a str) -> Option<&mut Fact<'a>> {
        let index = *self
            .by_name
            .entry(resource.to_ascii_lowercase())
            .or_insert(self.facts.len());
        if index == self.facts.len() {
            let at = self.object.section.at(resource);
            let mut fact = Fact::new(&kind::NODE_RESOURCES, at);
            fact.set(
                "node",
                self.object.name,
                self.object.section.at(self.object.name),
            );
            fact.text("resource", lower(resource), at);
            self.facts.push(fact);
        }
        self.facts.get_mut(index)
    }

    fn set(&mut self, resource: &'a str, field: &'static str, value: &'a str) {
        let at = self.object.section.at(value);
        if let Some(fact) = self.fact(resource) {
            fact.set(field, value, at);
        }
    }

    /// The rows under the titles; the line above those says that limits may be overcommitted.
    fn allocated(&mut self, table: &[Line<'a>]) {
        let is_header =
            |line: &&Line<'_>| line.text.contains("Requests") && line.text.contains("Limits");
        let mut lines = table.iter().skip_while(|line| !is_header(line));
        let Some(header) = lines.next() else {
            return;
        };
        let titles = columns::titles(header.indent, header.text);
        for line in lines.filter(|line| !columns::is_rule(line.text)) {
            let cells = columns::arrange(&titles, &columns::cells(line.indent, line.text));
            for (title, cell) in titles.iter().zip(&cells) {
                self.cell(title, cells.first().copied().unwrap_or(""), cell);
            }
        }
    }

    /// A cell under `Requests` is of the resource that its row names, one under `CPU Requests` of that.
    fn cell(&mut self, title: &Cell<'a>, first: &'a str, cell: &'a str) {
        let (resource, what) = title.text.rsplit_once(' ').unwrap_or((first, title.text));
        let (amount, percent) = match what {
            "Requests" => ("requests", "requests_percent"),
            "Limits" => ("limits", "limits_percent"),
            _ => return,
        };
        if is_nothing(resource) {
            return;
        }
        let (text, share) = amount_and_share(cell).map_or((cell, ""), |(_, parts)| parts);
        self.set(resource, amount, text);
        self.set(resource, percent, share);
    }
}

/// `1139m (59%)`.
fn amount_and_share(text: &str) -> IResult<&str, (&str, &str)> {
    let share = delimited((space1, char('(')), take_until(")"), char(')'));
    (nom::bytes::complete::take_till(|c| c == ' '), share).parse(text)
}

/// `CPU` in a title is `cpu` everywhere else.
fn lower(resource: &str) -> std::borrow::Cow<'_, str> {
    match resource {
        "CPU" => "cpu".into(),
        "Memory" => "memory".into(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use crate::fact::describe::testing::{check, tables};

    #[test]
    fn a_node_of_today() {
        check(
            "Name:               node-1\nRoles:              control-plane,worker\nLabels:             \
             kubernetes.io/hostname=node-1\n                    topology.kubernetes.io/zone=zone-a\n\
             Annotations:        node.alpha.kubernetes.io/ttl: 0\nCreationTimestamp:  Tue, 10 Mar 2026 09:10:00 +0000\n\
             Taints:             dedicated=gpu:NoSchedule\n                    node.kubernetes.io/unreachable:NoExecute\n\
             Unschedulable:      true\nConditions:\n  Type    Status    LastHeartbeatTime                 \
             LastTransitionTime                Reason             Message\n  ----    ------    -----------------                 \
             ------------------                ------             -------\n  Ready   Unknown   Tue, 10 Mar 2026 10:05:00 +0000   \
             Tue, 10 Mar 2026 10:08:00 +0000   NodeStatusUnknown  Kubelet stopped posting node status.\nAddresses:\n  \
             InternalIP:  10.0.0.5\n  Hostname:    node-1\nCapacity:\n  cpu:     8\n  memory:  16Gi\nAllocatable:\n  \
             cpu:     7500m\n  memory:  15Gi\nSystem Info:\n  Kernel Version:             5.10.1\n  OS Image:                   \
             Acme Linux 3\n  Operating System:           linux\n  Architecture:               amd64\n  \
             Container Runtime Version:  containerd://1.7.1\n  Kubelet Version:            v1.30.4\nPodCIDR:                      \
             10.244.1.0/24\nProviderID:                   acme://i-1\nNon-terminated Pods:          (17 in total)\n  \
             Namespace  Name\n  ---------  ----\n  shop       web-0\nAllocated resources:\n  (Total limits may be over 100 \
             percent, i.e., overcommitted.)\n  Resource        Requests     Limits\n  --------        --------     ------\n  \
             cpu             1500m (20%)  16 (213%)\n  memory          2Gi (13%)    0 (0%)\n  acme.example/gpu  1            1\n\
             Events:              <none>\n",
            "node name=node-1 unschedulable=true pod_cidr=10.244.1.0/24 provider_id=acme://i-1 roles=control-plane,worker \
             labels=kubernetes.io/hostname=node-1,topology.kubernetes.io/zone=zone-a annotations=node.alpha.kubernetes.io/ttl=0 \
             taints=dedicated=gpu:NoSchedule,node.kubernetes.io/unreachable:NoExecute created=2026-03-10T09:10:00Z age=3600 \
             kernel=5.10.1 os_image=Acme Linux 3 os=linux arch=amd64 runtime=containerd://1.7.1 version=v1.30.4 \
             internal_ip=10.0.0.5 hostname=node-1 hostname_label=node-1 zone=zone-a pods=17 ready=Unknown \
             status=NotReady,SchedulingDisabled @1\n\
             node_taint node=node-1 key=dedicated value=gpu effect=NoSchedule @7\n\
             node_taint node=node-1 key=node.kubernetes.io/unreachable effect=NoExecute @8\n\
             node_resources node=node-1 resource=cpu capacity=8 allocatable=7.5 requests=1.5 requests_percent=20 limits=16 \
             limits_percent=213 @18\n\
             node_resources node=node-1 resource=memory capacity=17179869184 allocatable=16106127360 requests=2147483648 \
             requests_percent=13 limits=0 limits_percent=0 @19\n\
             node_resources node=node-1 resource=acme.example/gpu requests=1 limits=1 @42\n\
             node_condition node=node-1 type=Ready status=Unknown heartbeat=2026-03-10T10:05:00Z since=2026-03-10T10:08:00Z \
             reason=NodeStatusUnknown message=Kubelet stopped posting node status. lasted=120 heartbeat_age=300 @13\n",
        );
    }

    #[test]
    fn a_node_of_old_is_padded_with_tabs() {
        check(
            &tables(
                "Name:>>node-1\nRole:>>\nLabels:>>beta.kubernetes.io/arch=amd64,kubernetes.io/hostname=n1\nUnschedulable:>false\n\
                 Conditions:\n  Type>>>Status>LastHeartbeatTime>>>LastTransitionTime>>>Reason>>Message\n  ----\n  Ready >>True \
                 >Tue, 10 Mar 2026 10:05:00 +0000 >Tue, 10 Mar 2026 10:05:00 +0000 >KubeletReady >ready\nAddresses:>>10.0.0.5,\
                 10.0.0.5,n1\nCapacity:\n cpu:>>2\nNon-terminated Pods:>>(2 in total)\nAllocated resources:\n  \
                 (Total limits may be over 100%, i.e., overcommitted. More info: http://acme.example/x)\n  CPU Requests>CPU Limits>\
                 Memory Requests>Memory Limits\n  ------------>---------->--------------->-------------\n  20m (1%)>0 (0%)>>\
                 140Mi (3%)>0 (0%)\nEvents:>><none>\n",
            ),
            "node name=node-1 unschedulable=false labels=beta.kubernetes.io/arch=amd64,kubernetes.io/hostname=n1 \
             internal_ip=10.0.0.5 hostname=n1 hostname_label=n1 pods=2 ready=True status=Ready @1\n\
             node_resources node=node-1 resource=cpu capacity=2 requests=0.02 requests_percent=1 limits=0 limits_percent=0 @11\n\
             node_resources node=node-1 resource=memory requests=146800640 requests_percent=3 limits=0 limits_percent=0 @15\n\
             node_condition node=node-1 type=Ready status=True heartbeat=2026-03-10T10:05:00Z since=2026-03-10T10:05:00Z \
             reason=KubeletReady message=ready lasted=300 heartbeat_age=300 @8\n",
        );
    }
}
