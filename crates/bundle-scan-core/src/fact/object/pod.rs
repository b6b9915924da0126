//! Reads a Pod: the pod, its containers, its volumes.
//!
//! ```text
//! {"kind": "Pod", "metadata": {"name": "web-0"}, "spec": {"nodeName": "n1", ...}, "status": {"phase": "Running", ...}}
//! ```
//!
//! Its conditions are read with those of any object. Source: `Pod` of k8s.io/api `core/v1/types.go`.

use std::borrow::Cow;

use super::container::containers;
use super::meta::take_owner;
use super::part::{Row, begin, is_whole, items, take_flag, take_rows, word};
use super::pod_spec::pod_spec;
use super::pod_status::printed;
use super::volume::volumes;
use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::Tree;

const ROWS: &[Row] = &[
    ("uid", "metadata.uid"),
    ("node", "spec.nodeName"),
    ("phase", "status.phase"),
    ("reason", "status.reason"),
    ("message", "status.message"),
    ("ip", "status.podIP"),
    ("host_ip", "status.hostIP"),
    ("qos", "status.qosClass"),
    ("priority", "spec.priority"),
    ("service_account", "spec.serviceAccountName"),
    ("service_account", "spec.serviceAccount"),
    ("dns_nameservers", "spec.dnsConfig.nameservers"),
    ("scheduler", "spec.schedulerName"),
    ("runtime_class", "spec.runtimeClassName"),
    ("fs_group", "spec.securityContext.fsGroup"),
    ("run_as_user", "spec.securityContext.runAsUser"),
];

/// Reads a Pod.
pub(super) fn pod<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    if object.at().is_none() {
        return;
    }
    facts.push(overview(object, section));
    containers(object, section, facts);
    volumes(object, section, facts);
}

fn overview<'a>(object: &Tree<'a>, section: &Section<'a>) -> Fact<'a> {
    let mut fact = begin(&kind::POD, object, section);
    take_rows(&mut fact, object, ROWS);
    take_flag(
        &mut fact,
        object,
        section,
        ("host_network", "spec.hostNetwork"),
    );
    pod_spec(&mut fact, object.locate("spec"));
    take_owner(&mut fact, object);
    let (options, at) = items(object.locate("spec.dnsConfig.options"));
    fact.list("dns_options", options.iter().map(dns_option).collect(), at);
    set_printed(&mut fact, object, section);
    fact
}

/// `ndots:5`, as `resolv.conf` has it.
fn dns_option<'a>(option: &Tree<'a>) -> Cow<'a, str> {
    let name = word(option.get("name")).unwrap_or_default();
    match word(option.get("value")) {
        Some(value) => format!("{name}:{value}").into(),
        None => name,
    }
}

/// Sets what kubectl prints, unless what it is made of may have been cut off.
fn set_printed<'a>(fact: &mut Fact<'a>, object: &Tree<'a>, section: &Section<'a>) {
    let printed = printed(object);
    if let Some(spec) = object.locate("spec.containers") {
        fact.number("containers", printed.containers as f64, spec.at);
    }
    let statuses_at = statuses_at(object);
    let status_at = object.locate("status").map(|status| status.at);
    if let Some(at) = statuses_at.or(status_at.filter(|_| is_whole(section))) {
        fact.text("status", printed.status, printed.status_at);
        fact.number("ready", printed.ready as f64, at);
        fact.number("restarts", printed.restarts, at);
    }
}

/// The place of the statuses of the containers, or else of the init containers.
fn statuses_at(pod: &Tree<'_>) -> Option<usize> {
    let place = |path| pod.locate(path).map(|found| found.at);
    place("status.containerStatuses").or_else(|| place("status.initContainerStatuses"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::member_path::MemberPath;
    use crate::fact::object::testing::{changes, path, row, section, shown, survives, tree_of};
    use proptest::prelude::*;

    const SAMPLE: &str = r#"{
"apiVersion": "v1",
"kind": "Pod",
"metadata": {
  "name": "db-0",
  "namespace": "shop",
  "creationTimestamp": "2026-04-01T10:00:00Z",
  "deletionTimestamp": "2026-04-01T11:59:00Z",
  "finalizers": ["example.com/hold"],
  "labels": {"app": "db"},
  "annotations": {"note": "a \"b\"", "kubectl.kubernetes.io/last-applied-configuration": "{}"},
  "ownerReferences": [{"kind": "StatefulSet", "name": "db", "controller": true}]},
"spec": {
  "nodeName": "n1", "priority": 1000, "priorityClassName": "high", "schedulerName": "default-scheduler",
  "serviceAccountName": "db", "hostNetwork": true, "runtimeClassName": "kata",
  "dnsPolicy": "None", "dnsConfig": {"nameservers": ["10.0.0.2"], "options": [{"name": "ndots", "value": "2"}, {"name": "edns0"}]},
  "securityContext": {"fsGroup": 2000, "runAsUser": 0},
  "nodeSelector": {"disk": "ssd"},
  "imagePullSecrets": [{"name": "registry"}],
  "tolerations": [{"key": "team", "operator": "Equal", "value": "db", "effect": "NoSchedule"}],
  "volumes": [{"name": "logs",
    "hostPath": {"path": "/var/log"}}],
  "restartPolicy": "Always",
  "containers": [
    {"name": "db"}]},
"status": {
  "phase": "Running", "podIP": "10.0.0.7", "hostIP": "192.0.2.1", "qosClass": "BestEffort",
  "message": "bye", "conditions": [{"type": "Ready", "status": "True"}],
  "containerStatuses": [{"name": "db", "ready": true, "restartCount": 2, "state": {"running": {}}}]}}"#;

    fn facts<'a>(path: &'a MemberPath, text: &'a str) -> Vec<Fact<'a>> {
        let mut facts = Vec::new();
        pod(&tree_of(text), &section(path, text), &mut facts);
        facts
    }

    #[test]
    fn a_pod_gives_all_that_it_says() {
        let path = path();
        let facts = facts(&path, SAMPLE);
        let kinds: Vec<&str> = facts.iter().map(|fact| fact.kind.name).collect();
        assert_eq!(kinds, ["pod", "container", "volume"]);
        let expected = "pod @2
  age=7200 @7
  annotations=note=a \"b\" @11
  containers=1 @24
  created=2026-04-01T10:00:00Z @7
  deleted=2026-04-01T11:59:00Z @8
  deleting_for=60 @8
  dns_nameservers=10.0.0.2 @16
  dns_options=ndots:2,edns0 @16
  dns_policy=None @16
  finalizers=example.com/hold @9
  fs_group=2000 @17
  host_ip=192.0.2.1 @27
  host_network=true @15
  host_paths=/var/log @21
  image_pull_secrets=registry @19
  ip=10.0.0.7 @27
  labels=app=db @10
  message=bye @28
  name=db-0 @5
  namespace=shop @6
  node=n1 @14
  node_selector=disk=ssd @18
  owner=db @12
  owner_kind=StatefulSet @12
  phase=Running @27
  priority=1000 @14
  priority_class=high @14
  qos=BestEffort @27
  ready=1 @29
  restart_policy=Always @23
  restarts=2 @29
  run_as_user=0 @17
  runtime_class=kata @15
  scheduler=default-scheduler @14
  service_account=db @15
  status=Terminating @8
  tolerations=team=db:NoSchedule @20
";
        assert_eq!(shown(SAMPLE, &facts[..1]), expected);
    }

    #[test]
    fn pods_of_old_and_bare_documents() {
        let fields = "name node status service_account host_network containers ready restarts";
        for (text, expected) in [
            (
                r#"{"metadata": {"name": "a"}, "spec": {"serviceAccount": "old", "containers": [{}]}}"#,
                "a | - | - | old | false | 1 | - | -",
            ),
            (
                r#"{"metadata": {"name": "a"}, "status": {"phase": "Failed", "reason": "Evicted"}}"#,
                "a | - | Evicted | - | - | - | 0 | 0",
            ),
            (
                r#"{"kind": "Pod", "metadata": null}"#,
                "- | - | - | - | - | - | - | -",
            ),
        ] {
            let path = path();
            let rows: Vec<String> = facts(&path, text)
                .iter()
                .filter(|fact| fact.kind == &kind::POD)
                .map(|fact| row(fact, fields))
                .collect();
            assert_eq!(rows, [expected], "{text}");
        }
        let cut = r#"{"status": {"conditions": [], "phase": "Running""#;
        let path = path();
        let section = Section {
            open_end: true,
            ..section(&path, cut)
        };
        let fact = overview(&tree_of(cut), &section);
        assert_eq!(row(&fact, fields), "- | - | - | - | - | - | - | -");
    }

    #[test]
    fn what_is_no_object_is_no_pod() {
        assert_eq!(facts(&path(), "{}"), []);
        assert_eq!(facts(&path(), "[]"), []);
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(pod, SAMPLE, &changes);
        }
    }
}
