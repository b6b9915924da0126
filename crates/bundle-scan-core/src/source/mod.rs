//! What a member is, and who speaks in each of its lines.
//!
//! A path tells who wrote a member, rotation taken off; where it says nothing, the content does. The speaker of a line comes
//! from its envelope first: one `messages` holds many components.

pub mod component;
mod content;
pub mod kinds;
pub mod pattern;
pub mod rotation;

use std::cmp::Reverse;
use std::fmt;
use std::sync::LazyLock;

use crate::base::hash::fnv1a;
use crate::base::member_path::MemberPath;
use crate::base::thing::workload_of;
use crate::envelope::Peeled;
use component::Component;
use kinds::Kind;
use kinds::kubernetes::POD_COMPONENTS;
use pattern::Patterns;

/// What a member is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The kind, as named in reports: `kubelet`, `syslog`, `pod-log`, `text`, ...
    pub kind: &'static str,
    /// Who speaks in it; `None` where each line must tell, or nobody knows.
    pub component: Option<Component>,
    /// The pod whose log it is.
    pub pod: Option<PodRef>,
    /// The host that it is of, where its path names it.
    pub host: Option<String>,
    /// The number or date of an older part of a rotated log.
    pub rotation: Option<String>,
    /// A number for the log that it is a part of: the same for all its rotations.
    pub stream: u32,
    /// Where klog headers stand in its lines, if its first lines have any, or may have some.
    pub klog: Option<KlogPlace>,
}

impl Source {
    /// Whether it is of one machine: a log of it, or what a command said there; no log of a pod and nothing that tells of the cluster.
    pub fn is_of_machine(&self) -> bool {
        let is_of_nobody = matches!(
            self.kind,
            "config" | "pod-log" | "text" | "tool-log" | "web"
        );
        self.pod.is_none() && !is_of_nobody && !self.kind.starts_with("k8s-")
    }

    /// Where it stands among the parts of its log, the oldest first: see [`rotation::order`].
    pub fn part(&self) -> i64 {
        rotation::order(self.rotation.as_deref())
    }
}

/// What stands before a klog header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KlogPlace {
    /// Nothing.
    LineStart,
    /// The header of a container log: `2026-03-10T10:17:41.07Z stderr F `.
    Cri,
    /// The tag of a syslog line: `kubelet[812]: `.
    Tagged,
}

/// A pod as the path of its log names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodRef {
    /// Its namespace, where the path has it.
    pub namespace: Option<String>,
    /// Its name.
    pub pod: String,
    /// The container, where the path has it.
    pub container: Option<String>,
    /// Its UID, where the path has it.
    pub uid: Option<String>,
}

impl fmt::Display for PodRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(formatter, "{namespace}/{}", self.pod),
            None => formatter.write_str(&self.pod),
        }
    }
}

/// What a pattern of a path may capture.
pub const CAPTURES: [&str; 5] = ["host", "ns", "pod", "container", "uid"];

/// Tells what members are: by the places that a caller knows, and else as [`classify`] does.
#[derive(Debug, Default)]
pub struct Classifier {
    own: Patterns<&'static Kind>,
}

impl Classifier {
    /// Knows these places too: patterns with what is found there.
    pub fn new<'a>(places: impl Iterator<Item = (&'a str, &'static Kind)>) -> Self {
        Classifier {
            own: by_exactness(places),
        }
    }

    /// Tells what a member is by its address and its first bytes.
    pub fn classify(&self, path: &MemberPath, head: &[u8]) -> Source {
        let (folder, name) = match path.innermost().rsplit_once('/') {
            Some((folder, name)) => (Some(folder), name),
            None => (None, path.innermost()),
        };
        let unrotated = rotation::unrotated(name);
        let plain = match folder {
            Some(folder) => format!("{folder}/{}", unrotated.name),
            None => unrotated.name,
        };
        let rotation = unrotated.part;
        let outer = path.as_str().strip_suffix(path.innermost()).unwrap_or("");
        let stream = fnv1a([outer, &plain].concat().as_bytes()) as u32;
        let klog = content::klog_place(head);
        match self.own.find(&plain).or_else(|| BY_PATH.find(&plain)) {
            Some((kind, captured)) => {
                let pod = pod_of(&captured);
                Source {
                    kind: kind.id,
                    component: speaker_of(kind, pod.as_ref()),
                    pod,
                    host: value_of(&captured, "host").filter(|host| is_host(host)),
                    rotation,
                    stream,
                    klog,
                }
            }
            None => {
                let (kind, component) = content::judge(head);
                let pod = generated_name(&plain).filter(|_| kind == "text");
                Source {
                    kind: if pod.is_some() { "pod-log" } else { kind },
                    component: match &pod {
                        Some(pod) => Some(component_of(&pod.pod).unwrap_or(Component::App)),
                        None => component,
                    },
                    pod,
                    host: None,
                    rotation,
                    stream,
                    klog,
                }
            }
        }
    }
}

/// Tells what a member is by its address and its first bytes, as far as that is known here.
pub fn classify(path: &MemberPath, head: &[u8]) -> Source {
    Classifier::default().classify(path, head)
}

/// The kinds by their patterns, the most exact first.
static BY_PATH: LazyLock<Patterns<&'static Kind>> = LazyLock::new(|| {
    let of_kind = |kind: &'static Kind| kind.patterns.iter().map(move |wanted| (*wanted, kind));
    by_exactness(kinds::all().flat_map(of_kind))
});

fn by_exactness<'a>(
    places: impl Iterator<Item = (&'a str, &'static Kind)>,
) -> Patterns<&'static Kind> {
    let mut places: Vec<_> = places.collect();
    places.sort_by_key(|(wanted, _)| Reverse(pattern::weight(wanted)));
    Patterns::new(places.into_iter())
}

fn value_of(captured: &pattern::Captured<'_>, name: &str) -> Option<String> {
    let found = captured.iter().find(|(key, _)| *key == name);
    found.map(|(_, value)| (*value).to_owned())
}

/// Whether a machine may be called so.
pub fn is_host(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !name.is_empty() && name.len() < 254 && name.bytes().all(is_plain)
}

fn pod_of(captured: &pattern::Captured<'_>) -> Option<PodRef> {
    let value = |name| value_of(captured, name);
    Some(PodRef {
        namespace: value("ns"),
        pod: value("pod")?,
        container: value("container"),
        uid: value("uid"),
    })
}

/// The pod that a log is called after, `web-6d4b75cb6d-hwxkx.log`: only generated names can be told from others.
fn generated_name(path: &str) -> Option<PodRef> {
    let name = path.rsplit('/').next()?;
    let stem = name.strip_suffix(".log").or(name.strip_suffix(".txt"))?;
    let workload = workload_of(stem);
    let generated = stem.strip_prefix(workload)?.strip_prefix('-')?;
    generated.contains('-').then(|| PodRef {
        namespace: None,
        pod: stem.to_owned(),
        container: None,
        uid: None,
    })
}

fn speaker_of(kind: &Kind, pod: Option<&PodRef>) -> Option<Component> {
    pod.and_then(|pod| component_of(&pod.pod))
        .or(kind.component)
}

/// The component that runs in a pod of this name, if it is a known one.
fn component_of(pod: &str) -> Option<Component> {
    // A release may come before: `cceaddon-nginx-ingress-controller`. What is one word may be part of any name there.
    let is_named = |name: &str| {
        let begins = |rest: &str| rest.starts_with(name);
        let mut parts = pod.match_indices('-').map(|(at, _)| &pod[at + 1..]);
        begins(pod) || name.contains('-') && parts.any(begins)
    };
    let known = POD_COMPONENTS
        .iter()
        .filter(|(name, _)| is_named(name))
        .max_by_key(|(name, _)| name.len());
    let is_csi = || pod.split('-').any(|part| part == "csi");
    known
        .map(|(_, component)| *component)
        .or_else(|| is_csi().then_some(Component::Csi))
}

/// Who speaks in a line: in an echo nobody but the echo; an event row is an event; else the syslog or journal tag tells; else
/// the member; else the kernel's stamp. `None` when nobody knows.
pub fn speaker(source: &Source, peeled: &Peeled<'_>) -> Option<Component> {
    if source.component.is_some_and(Component::is_echo) {
        return source.component;
    }
    if peeled.event.is_some() {
        return Some(Component::Event);
    }
    if let Some(pod) = &peeled.pod {
        let name = String::from_utf8_lossy(pod);
        return component_of(&name)
            .or(source.component)
            .or(Some(Component::App));
    }
    if let Some(tag) = &peeled.tag {
        let by_tag = Component::from_tag(tag);
        // A journal of one unit holds helpers under other tags; what the path says is better than "some application".
        return Some(if by_tag == Component::App {
            source.component.unwrap_or(by_tag)
        } else {
            by_tag
        });
    }
    let has_kernel_stamp = || {
        peeled
            .layers
            .as_slice()
            .first()
            .is_some_and(|id| id.starts_with("dmesg"))
    };
    source
        .component
        .or_else(|| has_kernel_stamp().then_some(Component::Kernel))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::envelope::peel;

    fn of(path: &str, head: &str) -> Source {
        classify(&MemberPath::new(path), head.as_bytes())
    }

    #[test]
    fn every_sample_path_is_its_kind() {
        for kind in kinds::all() {
            for sample in kind.samples {
                assert_eq!(of(sample, "").kind, kind.id, "{sample}");
            }
        }
    }

    #[test]
    fn tables_are_sorted_and_no_pattern_stands_twice() {
        let mut patterns: Vec<&str> = kinds::all()
            .flat_map(|kind| kind.patterns)
            .copied()
            .collect();
        patterns.sort_unstable();
        assert!(
            patterns.windows(2).all(|pair| pair[0] != pair[1]),
            "a pattern stands twice"
        );
        for table in [
            kinds::kubernetes::KINDS,
            kinds::node::KINDS,
            kinds::os::KINDS,
        ] {
            assert!(table.is_sorted_by_key(|kind| kind.id));
            assert!(table.iter().all(|kind| !kind.samples.is_empty()));
        }
        assert!(POD_COMPONENTS.is_sorted_by_key(|(prefix, _)| *prefix));
    }

    #[test]
    fn pod_logs_know_their_pod_and_component() {
        let source = of(
            "var/log/pods/kube-system_coredns-6f7d_1f2e/coredns/0.log",
            "",
        );
        assert_eq!(source.component, Some(Component::Coredns));
        assert_eq!(
            source.pod.map(|pod| pod.to_string()).as_deref(),
            Some("kube-system/coredns-6f7d")
        );
        assert_eq!(
            of("var/log/containers/web-0_shop_app-01ab.log", "").component,
            Some(Component::App)
        );
    }

    #[test]
    fn a_log_named_like_a_generated_pod_is_of_that_pod() {
        let pod = |path| of(path, "GET / 200\n").pod.map(|pod| pod.to_string());
        for (path, expected) in [
            (
                "logs/web-6d4b75cb6d-hwxkx.log",
                Some("web-6d4b75cb6d-hwxkx"),
            ),
            (
                "logs/web-6d4b75cb6d-hwxkx.txt",
                Some("web-6d4b75cb6d-hwxkx"),
            ),
            ("logs/web-0.log", None),
            (
                "sos_commands/kubernetes/pods/kubectl_--kubeconfig_.etc.conf_--namespace_shop_logs_web-0",
                Some("shop/web-0"),
            ),
            (
                "sos_commands/openshift/pods/oc_logs_--namespace_shop_web-0_-c_app",
                Some("shop/web-0"),
            ),
            ("logs/install-notes.txt", None),
        ] {
            assert_eq!(pod(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_release_name_may_stand_before_that_of_a_component() {
        for (pod, expected) in [
            (
                "cceaddon-nginx-ingress-controller-5b7c-x2x4k",
                Some(Component::IngressController),
            ),
            ("aws-node-7xk2p", Some(Component::Cni)),
            ("aws-node-termination-handler-x2x4k", Some(Component::App)),
            ("shop-api-0", None),
        ] {
            assert_eq!(component_of(pod), expected, "{pod}");
        }
    }

    #[test]
    fn a_line_that_names_its_pod_is_of_its_component() {
        let line = b"[pod/coredns-6f7d-x2x4k/coredns] [ERROR] plugin/errors: 2 a. A: x";
        let peeled = peel(line);
        assert_eq!(peeled.pod.as_deref(), Some(&b"coredns-6f7d-x2x4k"[..]));
        let source = of("logs.txt", "");
        assert_eq!(speaker(&source, &peeled), Some(Component::Coredns));
    }

    #[test]
    fn loose_files_are_known_by_their_content() {
        for (head, expected) in [
            (
                "Name:         web-0\nNamespace:    shop\nStatus:       Running\nEvents:       <none>\n",
                "k8s-describe",
            ),
            (
                "LAST SEEN   TYPE      REASON    OBJECT      MESSAGE\n",
                "k8s-table",
            ),
            ("apiVersion: v1\nkind: Pod\n", "k8s-object"),
            ("{\n \"kind\": \"Pod\"\n}", "k8s-object"),
            (
                "[    0.000000] Linux version 6.6.0\n[    0.000001] Command line: x\n",
                "kernel",
            ),
            ("hello\n", "text"),
        ] {
            assert_eq!(of("upload-1", head).kind, expected, "{head}");
        }
    }

    #[test]
    fn the_envelope_says_who_speaks_before_the_path_does() {
        let messages = of("var/log/messages", "");
        let kubelet = of("kubelet.log", "");
        let config = of("docs/faq.md", "");
        for (source, line, expected) in [
            (
                &messages,
                "Mar 10 10:17:41 n1 kernel: [12.5] x",
                Some(Component::Kernel),
            ),
            (
                &messages,
                "Mar 10 10:17:41 n1 kubelet[812]: x",
                Some(Component::Kubelet),
            ),
            (
                &messages,
                "Mar 10 10:17:41 n1 shop[812]: x",
                Some(Component::App),
            ),
            (&messages, "no envelope at all", None),
            (
                &kubelet,
                "E0310 10:17:41.075997    6872 kubelet.go:99] x",
                Some(Component::Kubelet),
            ),
            (
                &config,
                "Mar 10 10:17:41 n1 kernel: x",
                Some(Component::Config),
            ),
            (
                &kubelet,
                "Mar 10 10:17:41 n1 systemd[1]: x",
                Some(Component::Systemd),
            ),
        ] {
            assert_eq!(speaker(source, &peel(line.as_bytes())), expected, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_member_is_something_and_its_rotations_are_of_one_log(
            folder in "([a-z/._-]{0,12}/)?",
            name in "[a-zA-Z][^\\p{C}/\\\\]{0,20}",
            rotation in prop::sample::select(&["", ".1", ".12.gz", ".old", "-20240101", "-20240101.xz", ".20260310-101741.gz"]),
            head in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            prop_assume!(rotation::unrotated(&name).name == name);
            let of = |path: String| classify(&MemberPath::new(&path), &head);
            let source = of(format!("{folder}{name}{rotation}"));
            prop_assert!(!source.kind.is_empty());
            prop_assert_eq!(source.stream, of(format!("{folder}{name}")).stream);
        }
    }
}
