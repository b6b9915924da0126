//! Kubernetes objects as facts: finds the kind of an object and the parser for it.
//!
//! ```text
//! {"kind": "Pod", "metadata": {"name": "web-0"}, "spec": {...}, "status": {...}}
//! ```
//!
//! Objects come one by one or as items of a list. An object of any kind gives its conditions. Does not read text; that is
//! [`super::document`]. Source: the Kubernetes API reference.

mod affinity;
mod condition;
mod container;
mod container_spec;
mod container_state;
mod event;
mod ingress;
mod job;
mod kind_of;
mod meta;
mod misc;
mod network;
mod node;
mod nrs;
mod part;
mod pod;
mod pod_spec;
mod pod_status;
mod storage;
#[cfg(test)]
mod testing;
mod version;
mod volume;
mod workload;

use self::kind_of::kind_of;
use super::quotation;
use super::row::Fact;
use super::section::Section;
use super::tree::Tree;

/// Appends the facts of one object of a kind.
pub type ObjectParser = for<'a> fn(&Tree<'a>, &Section<'a>, &mut Vec<Fact<'a>>);

/// The parser of each kind of object.
const OBJECTS: &[(&str, ObjectParser)] = &[
    ("ConfigMap", misc::configmap),
    ("CronJob", job::cronjob),
    ("DaemonSet", workload::daemonset),
    ("Deployment", workload::deployment),
    ("DeploymentConfig", workload::deployment),
    ("EndpointSlice", network::endpoint_slice),
    ("Endpoints", network::endpoints),
    ("Event", event::event),
    ("Ingress", ingress::ingress),
    ("Job", job::job),
    ("Namespace", misc::namespace),
    ("NetResourceSet", nrs::nrs),
    ("NetworkResourceSet", nrs::nrs),
    ("Node", node::node),
    ("PersistentVolume", storage::pv),
    ("PersistentVolumeClaim", storage::pvc),
    ("Pod", pod::pod),
    ("ReplicaSet", workload::replicaset),
    ("ReplicationController", workload::replicaset),
    ("Secret", misc::secret),
    ("Service", network::service),
    ("StatefulSet", workload::statefulset),
];

/// Kinds of [`OBJECTS`] that are not Kubernetes' own. Any other kind of a foreign API group only has the same name: `Node` of
/// `longhorn.io`, `Ingress` of `config.openshift.io`, `Service` of `serving.knative.dev`.
const CUSTOM: [&str; 3] = ["DeploymentConfig", "NetResourceSet", "NetworkResourceSet"];

/// Its `Event` is a request to the API server.
const AUDIT: &str = "audit.k8s.io";

/// Lists of lists that are taken apart.
const MAX_NESTING: usize = 2;

/// Appends the facts of an object, or of the items of a list. `list_kind` is the kind of the list that the object was cut out
/// of, if there was one.
pub fn parse<'a>(
    object: &Tree<'a>,
    list_kind: Option<&str>,
    section: &Section<'a>,
    facts: &mut Vec<Fact<'a>>,
) {
    parse_nested(object, list_kind, section, facts, MAX_NESTING);
}

/// Whether an object, or each item of a list, holds texts of others; see [`parse`].
pub fn is_quotation<'a>(object: &Tree<'a>, list_kind: Option<&str>, section: &Section<'a>) -> bool {
    match list_items(object) {
        None => kind_of(object, list_kind, section).is_some_and(|kind| quotation::is_kind(&kind)),
        Some(items) => {
            let kind = object.get("kind").text().or(list_kind);
            let mut kinds = items.iter().map(|item| kind_of(item, kind, section));
            !items.is_empty()
                && kinds.all(|kind| kind.is_some_and(|kind| quotation::is_kind(&kind)))
        }
    }
}

fn parse_nested<'a>(
    object: &Tree<'a>,
    list_kind: Option<&str>,
    section: &Section<'a>,
    facts: &mut Vec<Fact<'a>>,
    left: usize,
) {
    match list_items(object).zip(left.checked_sub(1)) {
        None => parse_one(object, list_kind, section, facts),
        Some((items, left)) => {
            let kind = object.get("kind").text().or(list_kind);
            for item in items {
                parse_nested(item, kind, section, facts, left);
            }
        }
    }
}

/// The items, if it is a list of objects. One that was stored without its kind has nothing but items and metadata.
fn list_items<'a>(object: &Tree<'a>) -> Option<&'a [Tree<'a>]> {
    if let Tree::List(items) = object {
        return Some(items);
    }
    let is_list = match object.get("kind").text() {
        Some(kind) => kind.ends_with("List"),
        None => object.get("spec").is_null() && object.get("status").is_null(),
    };
    match object.get("items") {
        Tree::List(items) if is_list => Some(items),
        _ => None,
    }
}

fn parse_one<'a>(
    object: &Tree<'a>,
    list_kind: Option<&str>,
    section: &Section<'a>,
    facts: &mut Vec<Fact<'a>>,
) {
    let kind = kind_of(object, list_kind, section);
    let api = object.get("apiVersion").text().unwrap_or("");
    if kind.is_none() {
        version::kubernetes_version(object, section, facts);
    }
    let parser = kind.as_deref().and_then(|kind| parser_of(kind, api));
    if let Some(parser) = parser {
        parser(object, section, facts);
    }
    // Conditions of nodes have a kind of fact of their own.
    if parser.is_none() || kind.as_deref() != Some("Node") {
        condition::conditions_of(kind, object, section, facts);
    }
}

/// The parser for a kind of an API version such as `apps/v1`.
fn parser_of(kind: &str, api: &str) -> Option<ObjectParser> {
    let group = api.split_once('/').map_or("", |(group, _)| group);
    let is_own = !group.contains('.') || group.ends_with(".k8s.io") && group != AUDIT;
    let (_, parser) = OBJECTS.iter().find(|(name, _)| *name == kind)?;
    (is_own || CUSTOM.contains(&kind)).then_some(*parser)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::member_path::MemberPath;
    use crate::fact::document::{json, yaml};
    use crate::fact::object::testing::section;
    use crate::fact::tree::Arena;
    use proptest::prelude::*;

    fn with_facts(path: &str, list_kind: Option<&str>, text: &str, look: impl FnOnce(&[Fact<'_>])) {
        let arena = Arena::default();
        let tree = match text.trim_start().starts_with(['{', '[']) {
            true => json::read(text, &arena),
            false => yaml::read(text, &arena),
        };
        let tree = tree.unwrap_or_else(|broken| broken.partial);
        let path = MemberPath::new(path);
        let mut facts = Vec::new();
        parse(&tree, list_kind, &section(&path, text), &mut facts);
        look(&facts);
    }

    /// The facts by kind and name, with their lines.
    fn check(path: &str, list_kind: Option<&str>, text: &str, expected: &str) {
        with_facts(path, list_kind, text, |facts| {
            let shown: Vec<String> = facts.iter().map(|fact| named(fact, text)).collect();
            assert_eq!(shown.join(" "), expected, "{path} {text}");
        });
    }

    fn named(fact: &Fact<'_>, text: &str) -> String {
        let line = text[..fact.at].matches('\n').count() + 1;
        let name = fact.text_of("name").or(fact.text_of("object"));
        let kind = fact.text_of("kind").unwrap_or(fact.kind.name);
        format!("{kind}:{}@{line}", name.unwrap_or("-"))
    }

    const BARE: &str =
        r#"{"metadata": {"name": "a"}, "status": {"conditions": [{"type": "Ready"}]}}"#;

    #[test]
    fn the_kind_is_found_in_the_object_the_list_the_path_or_the_shape() {
        for (path, list_kind, expected) in [
            ("x.json", None, "condition:a@1"),
            ("x.json", Some("PodList"), "pod:a@1 Pod:a@1"),
            ("x.json", Some("List"), "condition:a@1"),
            ("pods.json", Some("LeaseList"), "Lease:a@1"),
            ("bundle/pods.yaml", None, "pod:a@1 Pod:a@1"),
            (
                "cluster-resources/pods/default.json",
                None,
                "pod:a@1 Pod:a@1",
            ),
            ("in.tar!x/leases.json", None, "Lease:a@1"),
            (
                "cluster-resources/network-policy/a.json",
                None,
                "NetworkPolicy:a@1",
            ),
            ("storage-classes.json", None, "StorageClass:a@1"),
            (
                "sos_commands/kubernetes/kubectl_--kubeconfig_.etc.x_get_-o_json_pods",
                None,
                "pod:a@1 Pod:a@1",
            ),
            ("pods/a/b/c.json", None, "condition:a@1"),
        ] {
            check(path, list_kind, BARE, expected);
        }
        let shape = |text| check("x.json", None, text, "event:pod/b@1");
        shape(r#"{"involvedObject": {"kind": "Pod", "name": "b"}}"#);
        shape(r#"{"regarding": {"kind": "Pod", "name": "b"}}"#);
        check(
            "x.json",
            None,
            r#"{"metadata": {"name": "a"}, "spec": {"containers": [{"name": "c"}]}}"#,
            "pod:a@1 container:c@1",
        );
        check("pods/values.json", None, r#"{"replicas": 1}"#, "");
    }

    #[test]
    fn the_kind_of_the_object_goes_first() {
        let text = r#"{"kind": "Lease", "metadata": {"name": "a"}, "status": {"conditions": [{"type": "Failed"}]}}"#;
        check("pods.json", Some("PodList"), text, "Lease:a@1");
    }

    #[test]
    fn a_foreign_kind_of_the_same_name_gives_only_its_conditions() {
        for (api, expected) in [
            ("v1", "pod:a@1 Pod:a@1"),
            ("events.k8s.io/v1", "pod:a@1 Pod:a@1"),
            ("audit.k8s.io/v1", "Pod:a@1"),
            ("fleet.example.com/v1", "Pod:a@1"),
        ] {
            let text = format!(
                r#"{{"apiVersion": "{api}", "kind": "Pod", "metadata": {{"name": "a"}}, "status": {{"conditions": [{{"type": "Ready"}}]}}}}"#
            );
            check("x.json", None, &text, expected);
        }
    }

    #[test]
    fn only_nodes_of_kubernetes_have_conditions_of_their_own_kind() {
        for (api, expected) in [
            ("v1", "node:a@1 node_condition:-@1"),
            ("longhorn.io/v1beta2", "Node:a@1"),
        ] {
            let text = format!(
                r#"{{"apiVersion": "{api}", "kind": "Node", "metadata": {{"name": "a"}}, "status": {{"conditions": [{{"type": "Ready"}}]}}}}"#
            );
            check("x.json", None, &text, expected);
        }
    }

    #[test]
    fn lists_are_taken_apart() {
        let items = r#"[{"metadata": {"name": "a"}},
            {"metadata": {"name": "b"}}]"#;
        let list = |kind| format!(r#"{{"kind": "{kind}", "items": {items}}}"#);
        check("x.json", None, &list("PodList"), "pod:a@1 pod:b@2");
        check("pods.json", None, &list("List"), "pod:a@1 pod:b@2");
        check("x.json", None, &list("AllowList"), "");
        check("pods.json", None, items, "pod:a@1 pod:b@2");
        let kindless = format!(r#"{{"metadata": {{}}, "items": {items}}}"#);
        check("pods/shop.json", None, &kindless, "pod:a@1 pod:b@2");
        let nested = |inner: &str| format!(r#"{{"kind": "List", "items": [{inner}]}}"#);
        let once = nested(&list("PodList"));
        check("x.json", None, &once, "pod:a@1 pod:b@2");
        check("x.json", None, &nested(&once), "");
    }

    const YAML: &str = "  apiVersion: v1\r\n  kind: Pod\r\n  metadata:\r\n    name: a\r\n    namespace: shop\r\n  spec:\r\n    containers:\r\n    - image: app:1\r\n      name: c\r\n      resources:\r\n        limits:\r\n          cpu: 500m\r\n          memory: \"64\"\r\n    nodeName: n1\r\n  status:\r\n    containerStatuses:\r\n    - name: c\r\n      ready: false\r\n      restartCount: 12\r\n      state:\r\n        waiting:\r\n          message: |\r\n            back-off 5m0s\r\n            节点\r\n          reason: CrashLoopBackOff\r\n    phase: Running\r\n";
    const JSON: &str = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "shop"}, "spec": {"containers":
        [{"image": "app:1", "name": "c", "resources": {"limits": {"cpu": "500m", "memory": "64"}}}], "nodeName": "n1"}, "status":
        {"containerStatuses": [{"name": "c", "ready": false, "restartCount": 12, "state": {"waiting":
        {"message": "back-off 5m0s\n节点\n", "reason": "CrashLoopBackOff"}}}], "phase": "Running"}}"#;

    #[test]
    fn yaml_says_the_same_as_json() {
        fn values(facts: &[Fact<'_>]) -> String {
            let field =
                |field: &crate::fact::Field<'_>| format!("{}={}", field.name, field.value.shown());
            let fact =
                |fact: &Fact<'_>| fact.fields.iter().map(field).collect::<Vec<_>>().join(" ");
            facts.iter().map(fact).collect::<Vec<_>>().join("\n")
        }
        with_facts("x.yaml", None, YAML, |yaml| {
            with_facts("x.json", None, JSON, |json| {
                assert!(values(json).contains("status=CrashLoopBackOff"));
                assert_eq!(values(yaml), values(json));
                let status = yaml[0]
                    .get("status")
                    .map(|field| &YAML[field.at..field.at + 6]);
                assert_eq!(status, Some("reason"));
            });
        });
    }

    #[test]
    fn what_stands_before_a_cut_is_kept() {
        let cut = JSON.find(r#""reason""#).unwrap_or(0);
        check("x.json", None, &JSON[..cut], "pod:a@1 container:c@2");
        let cut = YAML.find("reason").unwrap_or(0);
        check("x.yaml", None, &YAML[..cut + 3], "pod:a@1 container:c@8");
    }

    proptest! {
        #[test]
        fn no_text_panics(
            sample in prop::sample::select(vec![JSON, YAML]),
            cut in any::<prop::sample::Index>(),
            with in "[\\[\\]{}\",:a0\n -]{0,3}",
            kind in prop::option::of("(Pod|Event|)List"),
        ) {
            let mut cut = cut.index(sample.len());
            while !sample.is_char_boundary(cut) {
                cut -= 1;
            }
            let mutated = format!("{}{with}{}", &sample[..cut], &sample[cut..]);
            for text in [&sample[..cut], &mutated] {
                with_facts("pods/x", kind.as_deref(), text, |facts| {
                    for fact in facts {
                        assert!(text.is_char_boundary(fact.at));
                        assert!(fact.fields.iter().all(|field| text.is_char_boundary(field.at)));
                    }
                });
            }
        }
    }
}
