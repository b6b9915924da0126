//! Reads the containers of a Pod, each with its state.
//!
//! ```text
//! "spec": {"containers": [{"name": "main", "image": "app:1", ...}]},
//! "status": {"containerStatuses": [{"name": "main", "state": {"waiting": {"reason": "CrashLoopBackOff"}}, ...}]}
//! ```
//!
//! Specification and status of a container are joined by its name.
//! Source: `PodSpec`, `PodStatus` of k8s.io/api `core/v1/types.go`.

use std::collections::BTreeMap;

use super::container_spec::container_spec;
use super::container_state::container_state;
use super::meta::take_owner;
use super::part::{Row, items, take_rows};
use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::Tree;

/// The types of containers, and the keys of their specifications and statuses.
const TYPES: [(&str, &str, &str); 3] = [
    (
        "init",
        "spec.initContainers",
        "status.initContainerStatuses",
    ),
    ("app", "spec.containers", "status.containerStatuses"),
    (
        "ephemeral",
        "spec.ephemeralContainers",
        "status.ephemeralContainerStatuses",
    ),
];

/// What a container has from its pod.
const POD_ROWS: &[Row] = &[
    ("namespace", "metadata.namespace"),
    ("pod", "metadata.name"),
    ("node", "spec.nodeName"),
    ("restart_policy", "spec.restartPolicy"),
    ("pod_phase", "status.phase"),
];

/// Appends the containers of a pod.
pub(super) fn containers<'a>(pod: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let shared = shared(pod);
    for (of_type, specs, statuses) in TYPES {
        let (specs, _) = items(pod.locate(specs));
        let mut statuses = by_name(pod, statuses);
        for spec in specs {
            let status = spec
                .get("name")
                .text()
                .and_then(|name| statuses.remove(name));
            facts.push(container(&shared, of_type, Some(spec), status, section));
        }
        for status in statuses.into_values() {
            facts.push(container(&shared, of_type, None, Some(status), section));
        }
    }
}

fn by_name<'t, 'a>(pod: &'t Tree<'a>, statuses: &str) -> BTreeMap<&'t str, &'t Tree<'a>> {
    let (statuses, _) = items(pod.locate(statuses));
    statuses
        .iter()
        .filter_map(|status| Some((status.get("name").text()?, status)))
        .collect()
}

fn shared<'a>(pod: &Tree<'a>) -> Fact<'a> {
    let mut shared = Fact::new(&kind::CONTAINER, 0);
    take_rows(&mut shared, pod, POD_ROWS);
    take_owner(&mut shared, pod);
    shared
}

fn container<'a>(
    shared: &Fact<'a>,
    of_type: &'static str,
    spec: Option<&Tree<'a>>,
    status: Option<&Tree<'a>>,
    section: &Section<'a>,
) -> Fact<'a> {
    let place = |tree: Option<&Tree<'a>>| tree.and_then(Tree::at);
    let at = place(spec).or(place(status)).unwrap_or(0);
    let mut fact = Fact::new(&kind::CONTAINER, at);
    fact.fields.extend_from_slice(&shared.fields);
    fact.text("type", of_type, at);
    if let Some(spec) = spec {
        container_spec(&mut fact, spec, section);
    }
    if let Some(status) = status {
        container_state(&mut fact, status, section);
    }
    fact
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::object::testing::{changes, check, survives};
    use proptest::prelude::*;

    const SAMPLE: &str = r#"{
"metadata": {"name": "web-7f-x2", "namespace": "shop",
  "ownerReferences": [{"kind": "Blue", "name": "b"}, {"kind": "ReplicaSet", "name": "web-7f", "controller": true}]},
"spec": {"nodeName": "n1", "restartPolicy": "Always",
  "initContainers": [{"name": "wait", "image": "busybox:1"}],
  "containers": [
    {"name": "main",
     "image": "app:1",
     "command": ["/app", "-v"],
     "args": ["--all"],
     "livenessProbe": {"exec": {}}}]},
"status": {"phase": "Running",
  "containerStatuses": [
    {"name": "main", "ready": false, "image": "docker.io/app:1",
     "restartCount": 3,
     "state": {"waiting": {"reason": "CrashLoopBackOff"}}}],
  "ephemeralContainerStatuses": [{"name": "debug", "image": "sh:1", "state": {"running": {}}}]}}"#;

    #[test]
    fn specifications_and_statuses_are_joined_by_name() {
        check(
            containers,
            SAMPLE,
            "
container @5
  image=busybox:1 @5
  liveness=false @5
  name=wait @5
  namespace=shop @2
  node=n1 @4
  owner=web-7f @3
  owner_kind=ReplicaSet @3
  pod=web-7f-x2 @2
  pod_phase=Running @12
  privileged=false @5
  readiness=false @5
  restart_policy=Always @4
  startup=false @5
  type=init @5
container @7
  command=/app -v --all @9
  image=app:1 @8
  liveness=true @11
  name=main @7
  namespace=shop @2
  node=n1 @4
  owner=web-7f @3
  owner_kind=ReplicaSet @3
  pod=web-7f-x2 @2
  pod_phase=Running @12
  privileged=false @7
  readiness=false @7
  ready=false @14
  reason=CrashLoopBackOff @16
  restart_policy=Always @4
  restarts=3 @15
  startup=false @7
  state=waiting @16
  type=app @7
container @17
  image=sh:1 @17
  name=debug @17
  namespace=shop @2
  node=n1 @4
  owner=web-7f @3
  owner_kind=ReplicaSet @3
  pod=web-7f-x2 @2
  pod_phase=Running @12
  restart_policy=Always @4
  state=running @17
  type=ephemeral @17",
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(containers, SAMPLE, &changes);
        }
    }
}
