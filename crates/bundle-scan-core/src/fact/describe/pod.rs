//! A pod: itself, its containers and its volumes.
//!
//! ```text
//! Node:           node-1/10.0.0.5
//! Status:         Running
//! IP:             10.1.0.7
//! Controlled By:  ReplicaSet/web-5c7d
//! Containers:
//!   app:
//! ```
//!
//! The text does not tell when the pod was created (`Start Time` is when the kubelet took it), nor its restart
//! policy, DNS settings, pull secrets or finalizers.
//! Source: `describePod`, `describeVolumes` of k8s.io/kubectl `pkg/describe/describe.go`.

use std::borrow::Cow;

use super::object::{Events, Object, Titles, fill, put, set_age};
use super::outline::{Node, nodes};
use super::{container, status};
use crate::fact::{Fact, Section, kind};

const FIELDS: &Titles = &[
    ("Priority", "priority"),
    ("Priority Class Name", "priority_class"),
    ("PriorityClassName", "priority_class"),
    ("Runtime Class Name", "runtime_class"),
    ("Service Account", "service_account"),
    ("Reason", "reason"),
    ("Message", "message"),
    ("IP", "ip"),
    ("QoS Class", "qos"),
    ("QoS Tier", "qos"),
];

const CONTAINERS: &[(&str, &str)] = &[
    ("Init Containers", "init"),
    ("Containers", "app"),
    ("Ephemeral Containers", "ephemeral"),
];

const OWNERS: [&str; 3] = ["Controlled By", "Created By", "Controllers"];

/// Appends the facts of a pod.
pub(super) fn read<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut pod = object.fact(&kind::POD);
    node(object, &mut pod);
    owner(object, &mut pod, &OWNERS);
    let is_deleted = phase(object, &mut pod);
    object.fill(&mut pod, FIELDS);
    object.fill_common(&mut pod);
    events(object, &mut pod);
    let containers = containers(object, &pod);
    sum_up(object, &mut pod, &containers, is_deleted);
    let volumes = volumes(object, &pod);
    host_paths(&mut pod, &volumes);
    facts.push(pod);
    facts.extend(containers);
    facts.extend(volumes);
}

/// `node-1/10.0.0.5`. A pod with the address of its host shares the network of the host.
fn node<'a>(object: &Object<'_, 'a>, pod: &mut Fact<'a>) {
    let Some(node) = object.value("Node") else {
        return;
    };
    let (name, host_ip) = node.split_once('/').unwrap_or((node, ""));
    object.put(pod, "node", name);
    object.put(pod, "host_ip", host_ip);
    if let Some(ip) = object.value("IP").filter(|_| !host_ip.is_empty()) {
        pod.flag("host_network", ip == host_ip, object.section.at(ip));
    }
}

/// `ReplicaSet/web-5c7d`, under the first of these titles that is there.
pub(super) fn owner<'a>(object: &Object<'_, 'a>, fact: &mut Fact<'a>, titles: &[&str]) {
    let found = titles.iter().find_map(|title| object.value(title));
    if let Some((kind, name)) = found.and_then(|owner| owner.split_once('/')) {
        if fact.kind.field("owner_kind").is_some() {
            object.put(fact, "owner_kind", kind);
        }
        object.put(fact, "owner", name);
    }
}

/// `Running`, or `Terminating (lasts 5m)`; whether it is the latter. Old releases print when the grace period ends:
/// `Terminating (expires Tue, 10 Mar 2026 10:00:00 +0000)`.
pub(super) fn phase<'a>(object: &Object<'_, 'a>, fact: &mut Fact<'a>) -> bool {
    let Some(text) = object.value("Status") else {
        return false;
    };
    let Some(rest) = text.strip_prefix("Terminating (") else {
        object.put(fact, "phase", text);
        return text == "Terminating";
    };
    let rest = rest.trim_end_matches(')');
    if let Some(lasts) = rest.strip_prefix("lasts ") {
        object.put(fact, "deleting_for", lasts);
    } else if let Some(expires) = rest.strip_prefix("expires ") {
        object.put(fact, "deleted", expires);
        set_age(object.section, fact, "deleted", "deleting_for");
    }
    true
}

fn events<'a>(object: &Object<'_, 'a>, pod: &mut Fact<'a>) {
    match object.events {
        Events::None(at) => pod.flag("events_none", true, at),
        Events::Listed(at) => pod.flag("events_none", false, at),
        Events::Untold => pod,
    };
}

/// The containers of a pod, of which `pod` tells what they have from it.
pub(super) fn containers<'a>(object: &Object<'_, 'a>, pod: &Fact<'a>) -> Vec<Fact<'a>> {
    CONTAINERS
        .iter()
        .filter_map(|(title, role)| Some((object.node(title)?, *role)))
        .flat_map(|(title, role)| nodes(title.below).map(move |node| (node, role)))
        .filter(|(node, _)| !node.line.key.is_empty())
        .map(|(node, role)| container::read(object.section, pod, role, node))
        .collect()
}

/// What `kubectl get pods` prints of the pod.
fn sum_up<'a>(
    object: &Object<'_, 'a>,
    pod: &mut Fact<'a>,
    containers: &[Fact<'a>],
    is_deleted: bool,
) {
    let at = |title| {
        object
            .node(title)
            .map(|node| object.section.at(node.line.value))
    };
    let said = status::Pod {
        reason: reason(object, is_deleted),
        initialized: holds(object, "Initialized"),
        ready: holds(object, "Ready"),
    };
    let summary = status::summary(said, containers);
    if is_deleted {
        let is_lost = pod.text_of("reason") == Some("NodeLost");
        let status = if is_lost { "Unknown" } else { "Terminating" };
        pod.text("status", status, at("Status").unwrap_or(pod.at));
    } else if let Some((status, at)) = summary.status {
        pod.text("status", status, at);
    }
    if let Some(at) = at("Containers") {
        pod.number("ready", summary.ready as f64, at);
        pod.number("containers", summary.containers as f64, at);
        pod.number("restarts", summary.restarts, at);
    }
}

fn reason<'a>(object: &Object<'_, 'a>, is_deleted: bool) -> Option<(&'a str, usize)> {
    let phase = object.value("Status").filter(|_| !is_deleted);
    let text = object.value("Reason").or(phase)?;
    Some((text, object.section.at(text)))
}

/// Whether a condition of the pod is true.
fn holds(object: &Object<'_, '_>, condition: &str) -> bool {
    let row = |text: &str| {
        let mut words = text.split_whitespace();
        words.next() == Some(condition) && words.next() == Some("True")
    };
    object
        .node("Conditions")
        .is_some_and(|table| table.below.iter().any(|line| row(line.text)))
}

const VOLUME: &Titles = &[
    ("ClaimName", "source"),
    ("SecretName", "source"),
    ("Name", "source"),
    ("Path", "path"),
    ("Server", "server"),
    ("ReadOnly", "read_only"),
    ("Optional", "optional"),
    ("Medium", "medium"),
];

fn volumes<'a>(object: &Object<'_, 'a>, pod: &Fact<'a>) -> Vec<Fact<'a>> {
    let volumes = object.below("Volumes");
    nodes(volumes)
        .filter(|node| !node.line.key.is_empty())
        .map(|node| volume(object, pod, node))
        .collect()
}

fn volume<'a>(object: &Object<'_, 'a>, pod: &Fact<'a>, node: Node<'_, 'a>) -> Fact<'a> {
    let section = object.section;
    let mut fact = Fact::new(&kind::VOLUME, section.at(node.line.text));
    for (of_pod, field) in [
        ("namespace", "namespace"),
        ("name", "pod"),
        ("node", "node"),
    ] {
        if let Some(known) = pod.get(of_pod) {
            fact.put(field, known.value.clone(), known.at);
        }
    }
    put(section, &mut fact, "name", node.line.key);
    volume_type(section, &mut fact, node);
    // A projected volume has several sources, none of which is the volume's.
    if fact.text_of("type") != Some("Projected") {
        fill(section, &mut fact, node.below, VOLUME);
    }
    if fact.text_of("type") == Some("HostPath")
        && let Some(path) = node.child("Path")
    {
        put(section, &mut fact, "source", path.line.value);
    }
    fact
}

/// The first word of `Type:  HostPath (bare host directory volume)`.
pub(super) fn volume_type<'a>(section: &Section<'a>, fact: &mut Fact<'a>, node: Node<'_, 'a>) {
    let value = node
        .child("Type")
        .and_then(|node| node.line.value.split_whitespace().next());
    if let Some(value) = value {
        put(section, fact, "type", value);
    }
}

fn host_paths<'a>(pod: &mut Fact<'a>, volumes: &[Fact<'a>]) {
    let of_host = || {
        volumes
            .iter()
            .filter(|fact| fact.text_of("type") == Some("HostPath"))
    };
    let path = |fact: &Fact<'a>| match &fact.get("path")?.value {
        crate::fact::Value::Text(path) => Some(path.clone()),
        _ => None,
    };
    let paths: Vec<Cow<'a, str>> = of_host().filter_map(path).collect();
    if let Some(first) = of_host().find_map(|fact| fact.get("path")) {
        pod.list("host_paths", paths, first.at);
    }
}

#[cfg(test)]
mod tests {
    use crate::fact::describe::testing::{check, tables};

    const OF_WEB: &str = "namespace=shop pod=web-0 node=node-1";

    #[test]
    fn a_pod_of_today() {
        check(
            "Name:                 web-0\nNamespace:            shop\nPriority:             1000\n\
             Priority Class Name:  high\nService Account:      web\nNode:                 node-1/10.0.0.5\n\
             Start Time:           Tue, 10 Mar 2026 10:00:00 +0000\nLabels:               app=web\n                      \
             tier=front\nAnnotations:          acme.example/note: a: b\nStatus:               Running\n\
             IP:                   10.1.0.7\nIPs:\n  IP:           10.1.0.7\nControlled By:  StatefulSet/web\nContainers:\n  app:\n    \
             Image:          shop/app:1\n    State:          Waiting\n      Reason:       CrashLoopBackOff\n    Ready:          \
             False\n    Restart Count:  17\nConditions:\n  Type           Status\n  Initialized    True \n  Ready          False \n\
             Volumes:\n  data:\n    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same \
             namespace)\n    ClaimName:  data-web-0\n    ReadOnly:   false\n  host:\n    Type:          HostPath (bare host \
             directory volume)\n    Path:          /var/log\n    HostPathType:  <none>\n  token:\n    Type:                    \
             Projected (a volume that contains injected data from multiple sources)\n    ConfigMapName:           ca\n    \
             Optional:                false\n  conf:\n    Type:      ConfigMap (a volume populated by a ConfigMap)\n    \
             Name:      web-conf\n    Optional:  true\nQoS Class:                   Burstable\n\
             Node-Selectors:              disk=ssd\nTolerations:                 node.kubernetes.io/not-ready:NoExecute \
             op=Exists for 300s\n                             dedicated=web:NoSchedule\nEvents:                      <none>\n",
            &format!(
                "pod name=web-0 namespace=shop node=node-1 host_ip=10.0.0.5 host_network=false owner_kind=StatefulSet owner=web \
                 phase=Running priority=1000 priority_class=high service_account=web ip=10.1.0.7 qos=Burstable \
                 labels=app=web,tier=front annotations=acme.example/note=a: b node_selector=disk=ssd \
                 tolerations=node.kubernetes.io/not-ready:NoExecute op=Exists for 300s,dedicated=web:NoSchedule \
                 events_none=true status=CrashLoopBackOff ready=0 containers=1 restarts=17 host_paths=/var/log @1\n\
                 container {OF_WEB} owner_kind=StatefulSet owner=web pod_phase=Running name=app type=app image=shop/app:1 \
                 ready=false restarts=17 state=waiting reason=CrashLoopBackOff @17\n\
                 volume {OF_WEB} name=data type=PersistentVolumeClaim source=data-web-0 read_only=false @28\n\
                 volume {OF_WEB} name=host type=HostPath path=/var/log source=/var/log @32\n\
                 volume {OF_WEB} name=token type=Projected @36\n\
                 volume {OF_WEB} name=conf type=ConfigMap source=web-conf optional=true @40\n\
                 condition namespace=shop kind=Pod name=web-0 pod=web-0 type=Initialized status=True @25\n\
                 condition namespace=shop kind=Pod name=web-0 pod=web-0 type=Ready status=False @26\n"
            ),
        );
    }

    #[test]
    fn a_pod_of_old_is_padded_with_tabs() {
        check(
            &tables(
                "Name:>>web-0\nNamespace:>shop\nImage(s):>shop/app:1\nNode:>>node-1/10.0.0.5\nLabels:>>app=web,tier=front\n\
                 Status:>>Pending\nReason:>>\nMessage:>\nIP:>>10.0.0.5\nControllers:>ReplicationController/web\nContainers:\n  app:\n\
                 \x20   Container ID:>docker://1\n    Image:>>shop/app:1\n    QoS Tier:\n      cpu:>BestEffort\n    State:>>Running\n\
                 \x20     Started:>>Tue, 10 Mar 2026 10:05:00 +0000\n    Last Termination State:>Terminated\n      Exit Code:>0\n\
                 \x20   Ready:>>True\n    Restart Count:>1\n    Volume Mounts:\n      /data from data (rw)\n    \
                 Environment Variables:\n      MODE:>fast\nConditions:\n  Type>>Status\n  Ready >True \nVolumes:\n  data:\n    \
                 Type:>EmptyDir (a temporary directory that shares a pod's lifetime)\n    Medium:>Memory\nQoS Class:>BestEffort\n\
                 Tolerations:><none>\nNo events.\n",
            ),
            &format!(
                "pod name=web-0 namespace=shop node=node-1 host_ip=10.0.0.5 host_network=true owner_kind=ReplicationController \
                 owner=web phase=Pending ip=10.0.0.5 qos=BestEffort labels=app=web,tier=front status=Pending ready=1 containers=1 \
                 restarts=1 @1\n\
                 container {OF_WEB} owner_kind=ReplicationController owner=web pod_phase=Pending name=app type=app \
                 runtime_id=1 image=shop/app:1 ready=true restarts=1 state=running started=2026-03-10T10:05:00Z \
                 running_for=300 last_state=terminated last_state.exit_code=0 mounts=/data from data (rw) env=MODE=fast \
                 liveness=false readiness=false startup=false @12\n\
                 volume {OF_WEB} name=data type=EmptyDir medium=Memory @31\n\
                 condition namespace=shop kind=Pod name=web-0 pod=web-0 type=Ready status=True @29\n"
            ),
        );
    }

    #[test]
    fn a_pod_that_is_being_deleted() {
        for (status, expected) in [
            (
                "Terminating (lasts 5m)",
                "deleting_for=300 reason=NodeLost message=lost:\\nnode-1 status=Unknown",
            ),
            (
                "Terminating (expires Tue, 10 Mar 2026 10:09:00 +0000)",
                "deleted=2026-03-10T10:09:00Z deleting_for=60 reason=NodeLost message=lost:\\nnode-1 status=Unknown",
            ),
            (
                "Failed",
                "phase=Failed reason=NodeLost message=lost:\\nnode-1 status=NodeLost",
            ),
        ] {
            let text = format!(
                "Name：  web-0\r\nNamespace:  shop\r\nNode:  <none>\r\nStatus:  {status}\r\nReason:  NodeLost\r\n\
                 Message:  lost:\r\nnode-1\r\nIP:  \r\n"
            );
            check(
                &text,
                &format!("pod name=web-0 namespace=shop {expected} @1\n"),
            );
        }
    }
}
