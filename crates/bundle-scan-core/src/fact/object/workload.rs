//! Reads what keeps pods running: Deployments, ReplicaSets, ReplicationControllers, StatefulSets, DaemonSets.
//!
//! ```text
//! {"kind": "Deployment", "spec": {"replicas": 3, "template": {"spec": {...}}}, "status": {"readyReplicas": 2}}
//! ```
//! Their conditions are read by [`super::condition`]. Source: k8s.io/api apps/v1 and core/v1. A `DeploymentConfig` of
//! OpenShift has the fields of a Deployment.

use std::borrow::Cow;

use super::meta::take_owner;
use super::part::{Row, begin, items, take_counts, take_flag, take_rows, word};
use super::pod_spec::pod_spec;
use crate::fact::kind::{self, Kind};
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::Tree;

/// Where a kind of workload keeps what.
pub(super) struct Shape {
    pub(super) kind: &'static Kind,
    pub(super) rows: &'static [Row],
    /// Counts of its status.
    pub(super) counts: &'static [Row],
    /// A flag of its spec.
    pub(super) flag: Option<Row>,
    /// The path to the specification of its pods.
    pub(super) template: &'static str,
}

const DEPLOYMENT: Shape = Shape {
    kind: &kind::DEPLOYMENT,
    rows: &[
        ("replicas", "spec.replicas"),
        ("strategy", "spec.strategy.type"),
        // Written by platforms that build on Kubernetes.
        ("enable", "metadata.enable"),
        ("enable", "spec.enable"),
    ],
    counts: &[
        ("ready", "status.readyReplicas"),
        ("available", "status.availableReplicas"),
        ("updated", "status.updatedReplicas"),
        ("unavailable", "status.unavailableReplicas"),
    ],
    flag: Some(("paused", "spec.paused")),
    template: "spec.template.spec",
};

const REPLICASET: Shape = Shape {
    kind: &kind::REPLICASET,
    rows: &[("replicas", "spec.replicas")],
    counts: &[
        ("ready", "status.readyReplicas"),
        ("available", "status.availableReplicas"),
    ],
    flag: None,
    template: "spec.template.spec",
};

const STATEFULSET: Shape = Shape {
    kind: &kind::STATEFULSET,
    rows: &[
        ("replicas", "spec.replicas"),
        // Unknown to Kubernetes before 1.22, so that nothing follows from its absence.
        ("available", "status.availableReplicas"),
        ("service", "spec.serviceName"),
        ("strategy", "spec.updateStrategy.type"),
        ("enable", "metadata.enable"),
        ("enable", "spec.enable"),
    ],
    counts: &[
        ("ready", "status.readyReplicas"),
        ("updated", "status.updatedReplicas"),
    ],
    flag: None,
    template: "spec.template.spec",
};

const DAEMONSET: Shape = Shape {
    kind: &kind::DAEMONSET,
    rows: &[],
    counts: &[
        ("replicas", "status.desiredNumberScheduled"),
        ("ready", "status.numberReady"),
        ("available", "status.numberAvailable"),
        ("updated", "status.updatedNumberScheduled"),
        ("scheduled", "status.currentNumberScheduled"),
        ("misscheduled", "status.numberMisscheduled"),
        ("unavailable", "status.numberUnavailable"),
    ],
    flag: None,
    template: "spec.template.spec",
};

/// Reads a Deployment.
pub(super) fn deployment<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    facts.push(workload(&DEPLOYMENT, object, section));
}

/// Reads a ReplicaSet or ReplicationController.
pub(super) fn replicaset<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let mut fact = workload(&REPLICASET, object, section);
    take_owner(&mut fact, object);
    facts.push(fact);
}

/// Reads a StatefulSet.
pub(super) fn statefulset<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    facts.push(workload(&STATEFULSET, object, section));
}

/// Reads a DaemonSet.
pub(super) fn daemonset<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    facts.push(workload(&DAEMONSET, object, section));
}

/// Reads what all workloads have.
pub(super) fn workload<'a>(shape: &Shape, object: &Tree<'a>, section: &Section<'a>) -> Fact<'a> {
    let mut fact = begin(shape.kind, object, section);
    take_rows(&mut fact, object, shape.rows);
    take_counts(&mut fact, object, section, shape.counts);
    if let Some(flag) = shape.flag {
        take_flag(&mut fact, object, section, flag);
    }
    if shape.kind.field("selector").is_some() {
        selector(&mut fact, object);
    }
    pod_spec(&mut fact, object.locate(shape.template));
    fact
}

/// `key=value`, `key in (a,b)`, `key`, `!key`. Source: `FormatLabelSelector` of k8s.io/apimachinery meta/v1.
fn selector<'a>(fact: &mut Fact<'a>, object: &Tree<'a>) {
    let Some(selector) = object.locate("spec.selector") else {
        return;
    };
    let labels = match selector.tree.locate("matchLabels") {
        Some(labels) => labels.tree,
        // That of a ReplicationController holds nothing but labels.
        None => selector.tree,
    };
    let pair = |(key, value): (&str, Cow<'a, str>)| Cow::Owned(format!("{key}={value}"));
    let mut terms: Vec<_> = labels
        .entries()
        .iter()
        .filter_map(|entry| Some(pair((entry.key, word(&entry.value)?))))
        .collect();
    let (expressions, _) = items(selector.tree.locate("matchExpressions"));
    terms.extend(expressions.iter().map(printed_requirement));
    fact.list("selector", terms, selector.at);
}

fn printed_requirement<'a>(requirement: &Tree<'a>) -> Cow<'a, str> {
    let key = requirement.get("key").text().unwrap_or("");
    let values = requirement.get("values").items().iter().filter_map(word);
    let values = values.collect::<Vec<_>>().join(",");
    match requirement.get("operator").text().unwrap_or("") {
        "In" => format!("{key} in ({values})"),
        "NotIn" => format!("{key} notin ({values})"),
        "DoesNotExist" => format!("!{key}"),
        _ => key.to_owned(),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::object::testing::{changes, check, survives};

    const DEPLOYMENT: &str = r#"{"kind": "Deployment",
"metadata": {"namespace": "shop", "name": "web",
  "creationTimestamp": "2026-03-31T12:00:00Z",
  "enable": false,
  "labels": {"app": "web"}},
"spec": {
  "paused": true,
  "replicas": 3,
  "selector": {
    "matchLabels": {"app": "web"},
    "matchExpressions": [
      {"key": "tier", "operator": "In", "values": ["a", "b"]},
      {"key": "old", "operator": "DoesNotExist"},
      {"key": "new", "operator": "Exists"},
      {"key": "env", "operator": "NotIn", "values": ["test"]}]},
  "strategy": {
    "type": "Recreate"},
  "template": {"spec": {
    "initContainers": [{"name": "wait", "image": "busybox:1.36"}],
    "containers": [
      {"name": "web", "image": "registry.example.com/web:2.1"}],
    "dnsPolicy": "ClusterFirst",
    "imagePullSecrets": [{"name": "pull"}],
    "nodeSelector": {"disk": "ssd"},
    "priorityClassName": "high",
    "restartPolicy": "Always",
    "tolerations": [
      {"key": "team", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 30}],
    "volumes": [
      {"name": "logs", "hostPath": {"path": "/var/log"}},
      {"name": "tmp", "emptyDir": {}}]}}},
"status": {
  "readyReplicas": 2,
  "replicas": 3,
  "unavailableReplicas": 1}}"#;

    #[test]
    fn a_deployment_and_the_template_of_its_pods() {
        check(
            deployment,
            DEPLOYMENT,
            "
            deployment @1
              age=86400 @3
              available=0 @32
              created=2026-03-31T12:00:00Z @3
              dns_policy=ClusterFirst @22
              enable=false @4
              host_paths=/var/log @29
              image_pull_secrets=pull @23
              images=registry.example.com/web:2.1,busybox:1.36 @20
              labels=app=web @5
              name=web @2
              namespace=shop @2
              node_selector=disk=ssd @24
              paused=true @7
              priority_class=high @25
              ready=2 @33
              replicas=3 @8
              restart_policy=Always @26
              selector=app=web,tier in (a,b),!old,new,env notin (test) @9
              strategy=Recreate @17
              tolerations=team:NoExecute op=Exists for 30s @27
              unavailable=1 @35
              updated=0 @32
            ",
        );
    }

    #[test]
    fn a_manifest_that_was_never_applied_counts_nothing() {
        check(
            deployment,
            r#"{"metadata": {"name": "draft"},
"spec": {"replicas": 2}, "status": {}}"#,
            "
            deployment @1
              name=draft @1
              paused=false @2
              replicas=2 @2
            ",
        );
    }

    #[test]
    fn a_replicaset_belongs_to_a_deployment() {
        check(
            replicaset,
            r#"{"metadata": {"namespace": "shop", "name": "web-5d8",
  "ownerReferences": [{"kind": "Other", "name": "x"}, {"kind": "Deployment", "name": "web", "controller": true}]},
"spec": {"replicas": 0, "selector": {"matchLabels": {"app": "web"}}},
"status": {"replicas": 0}}"#,
            "
            replicaset @1
              available=0 @4
              name=web-5d8 @1
              namespace=shop @1
              owner=web @2
              owner_kind=Deployment @2
              ready=0 @4
              replicas=0 @3
              selector=app=web @3
            ",
        );
    }

    #[test]
    fn the_selector_of_a_replication_controller_is_plain() {
        check(
            replicaset,
            r#"{"metadata": {"name": "rc"},
"spec": {"replicas": 1, "selector": {"app": "rc"},
  "template": {"spec": {"containers": [{"image": "a:1"}, {"image": "b:1"}]}}},
"status": {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1}}"#,
            "
            replicaset @1
              available=1 @4
              images=a:1,b:1 @3
              name=rc @1
              ready=1 @4
              replicas=1 @2
              selector=app=rc @2
            ",
        );
    }

    #[test]
    fn an_old_statefulset_does_not_say_what_is_available() {
        check(
            statefulset,
            r#"{"metadata": {"namespace": "db", "name": "pg"},
"spec": {"replicas": 3, "serviceName": "pg", "enable": "true",
  "updateStrategy": {"type": "RollingUpdate"}},
"status": {
  "currentReplicas": 3}}"#,
            "
            statefulset @1
              enable=true @2
              name=pg @1
              namespace=db @1
              ready=0 @4
              replicas=3 @2
              service=pg @2
              strategy=RollingUpdate @3
              updated=0 @4
            ",
        );
    }

    #[test]
    fn a_daemonset_counts_what_is_scheduled() {
        check(
            daemonset,
            r#"{"metadata": {"namespace": "net", "name": "cni"},
"spec": {"selector": {"matchLabels": {"app": "cni"}}},
"status": {
  "currentNumberScheduled": 5,
  "desiredNumberScheduled": 6,
  "numberMisscheduled": 1,
  "numberReady": 4,
  "numberUnavailable": 2}}"#,
            "
            daemonset @1
              available=0 @3
              misscheduled=1 @6
              name=cni @1
              namespace=net @1
              ready=4 @7
              replicas=6 @5
              scheduled=5 @4
              selector=app=cni @2
              unavailable=2 @8
              updated=0 @3
            ",
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(deployment, DEPLOYMENT, &changes);
            survives(replicaset, DEPLOYMENT, &changes);
            survives(daemonset, DEPLOYMENT, &changes);
            survives(statefulset, DEPLOYMENT, &changes);
        }
    }
}
