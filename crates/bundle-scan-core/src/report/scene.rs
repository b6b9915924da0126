//! What a finding is about and when: whether one can explain another.

use std::collections::BTreeSet;

use super::Finding;
use super::state::{State, slack};
use crate::base::thing::{canonical, disk_of, is_on_disk, workload_of};
use crate::base::time::{NANOS_PER_DAY, NANOS_PER_SECOND, Time};
use crate::fact::directory::{Directory, NodeKey};
use crate::signature::schema::Category;

/// The things that a finding names, and when it was seen.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Its own score.
    pub(super) score: i64,
    /// Whether it is about its pods alone: what happens in one explains nothing in another.
    is_of_pods: bool,
    /// Whether it is about its machine alone.
    is_of_node: bool,
    /// Whether it is about what runs in its pods: that has causes of its own.
    is_of_workload: bool,
    /// The workloads of its pods.
    pods: Names,
    asked: Asked,
    /// Whether it is about whom it asks alone, not about its pods.
    is_of_asked: bool,
    /// Nodes that are known by name, address or through a pod.
    nodes: BTreeSet<NodeKey>,
    /// Hosts that its lines come from.
    hosts: BTreeSet<String>,
    /// The whole disks that it is about or that its devices lie on.
    disks: Names,
    images: Names,
    claims: Names,
    first: Option<Time>,
    last: Option<Time>,
    is_over: bool,
}

/// The names of things of one sort; `None` if not all of them are known.
type Names = Option<BTreeSet<String>>;

/// The service of the API server, which no pod stands behind.
const API_SERVER: &str = "kubernetes";

/// Components that speak of themselves in the logs of their own pods, not of the pods that they serve.
const INFRASTRUCTURE: [&str; 12] = [
    "apiserver",
    "autoscaler",
    "baseagent",
    "cni",
    "controller-manager",
    "coredns",
    "csi",
    "etcd",
    "ingress-controller",
    "kube-proxy",
    "npd",
    "scheduler",
];

/// How long after it was seen for the last time something may still have effects.
const AFTERMATH: i64 = NANOS_PER_DAY;
/// How much later than its symptom a cause may be logged.
const LATE: i64 = 600 * NANOS_PER_SECOND;
/// How long after its recovery something may still have effects.
const RECOVERY: i64 = 1_800 * NANOS_PER_SECOND;

/// The pods that a finding is about, without those that only report it.
pub(super) fn pods(finding: &Finding) -> Names {
    let is_reporter = |component: &&str| INFRASTRUCTURE.contains(component);
    match finding.components.iter().any(is_reporter) {
        true => None,
        false => speakers(finding),
    }
}

/// The pods that a finding is about or that report it.
pub(super) fn speakers(finding: &Finding) -> Names {
    let named = names(finding, "pod", |name| canonical("pod", name));
    let objects = names(finding, "object", |name| {
        name.strip_prefix("pod/").unwrap_or("")
    });
    match (named, objects) {
        (Some(mut named), Some(objects)) => {
            named.extend(objects);
            Some(named)
        }
        (named, objects) => named.or(objects),
    }
}

/// The names of an entity; `None` if there are none, or more than are kept.
fn names(finding: &Finding, entity: &str, plain: impl Fn(&str) -> &str) -> Names {
    let mut entities = finding.entities.iter();
    let entity = entities.find(|known| known.name == entity)?;
    let values = entity.values.iter().map(|(value, _)| plain(value));
    let names: BTreeSet<String> = values
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect();
    (!entity.capped && !names.is_empty()).then_some(names)
}

/// Whom a finding asks.
#[derive(Clone, Debug, Default)]
struct Asked {
    /// The workloads that are known to stand behind the services that it names, or to have the addresses.
    workloads: BTreeSet<String>,
    /// The services of which nothing is known but the first label of their names.
    services: BTreeSet<String>,
    /// Whether it names anybody at all.
    is_any: bool,
}

impl Asked {
    fn of(finding: &Finding, directory: &Directory) -> Self {
        let hosts = ["address", "host"].map(|entity| names(finding, entity, |host| host));
        let hosts: BTreeSet<String> = hosts.into_iter().flatten().flatten().collect();
        let named = names(finding, "service", |name| canonical("service", name));
        let labels = hosts.iter().chain(named.iter().flatten());
        let labels = labels.map(|host| first_label(host));
        let labels = labels.filter(|label| !label.is_empty() && *label != API_SERVER);
        let addressed = hosts
            .iter()
            .filter_map(|address| directory.workload_at(address));
        let mut asked = Asked {
            workloads: addressed.map(str::to_owned).collect(),
            services: BTreeSet::new(),
            is_any: !hosts.is_empty() || named.is_some(),
        };
        for label in labels {
            let mut behind = directory.workloads_behind(label).peekable();
            if behind.peek().is_none() {
                asked.services.insert(label.to_owned());
            }
            asked.workloads.extend(behind.map(str::to_owned));
        }
        asked
    }

    /// Whether `workload` is among them, or is likely to be.
    fn includes(&self, workload: &String) -> bool {
        let mut services = self.services.iter();
        self.workloads.contains(workload) || services.any(|service| is_behind(workload, service))
    }
}

/// `pg` of `pg.shop.svc:5432`, nothing of an address.
fn first_label(host: &str) -> &str {
    let label = host.split(['.', ':', '/']).next().unwrap_or(host);
    match label.starts_with(|first: char| first.is_ascii_alphabetic()) {
        true => label,
        false => "",
    }
}

/// Whether the pods of `workload` are likely to be those behind `service`: both have the same name, but for what stands behind a hyphen of one.
fn is_behind(workload: &str, service: &str) -> bool {
    let begins = |long: &str, short: &str| {
        let rest = long.strip_prefix(short);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    begins(workload, service) || begins(service, workload)
}

/// The disks of a finding; `None` if not all are known.
fn disks(finding: &Finding) -> Names {
    let is_told = finding.entities.iter().any(|entity| entity.name == "disk");
    if is_told {
        return names(finding, "disk", |disk| disk);
    }
    let named = names(finding, "device", |device| device)?;
    let are_known = named.iter().all(|name| is_on_disk(name));
    are_known.then(|| {
        named
            .iter()
            .map(|name| disk_of(name).into_owned())
            .collect()
    })
}

impl Scene {
    /// What `finding` is about.
    pub(super) fn of(finding: &Finding, directory: &Directory) -> Self {
        let pods = pods(finding);
        let category = finding.signature.spec().category;
        let is_on_machine = matches!(
            category,
            Category::Gpu
                | Category::Kernel
                | Category::Network
                | Category::Node
                | Category::Runtime
                | Category::Storage
        );
        let is_in_pod = matches!(
            category,
            Category::Image | Category::Scheduling | Category::Storage | Category::Workload
        );
        let hosts = finding.hosts.iter().map(|(host, _)| host.as_str());
        let named = names(finding, "node", |name| name);
        let named = named.iter().flatten().map(String::as_str);
        let by_name = hosts
            .clone()
            .chain(named)
            .filter_map(|name| directory.node(name));
        let by_pod = pods
            .iter()
            .flatten()
            .filter_map(|pod| directory.node_of(pod));
        let asked = Asked::of(finding, directory);
        Scene {
            score: finding.score,
            is_of_asked: category == Category::Ingress && pods.is_none() && asked.is_any,
            is_of_pods: is_in_pod && pods.is_some(),
            is_of_node: is_on_machine || is_in_pod,
            is_of_workload: category == Category::Workload,
            nodes: by_name.chain(by_pod).collect(),
            hosts: hosts
                .map(|host| canonical("host", host).to_owned())
                .collect(),
            pods: pods.map(|pods| pods.iter().map(|pod| workload_of(pod).to_owned()).collect()),
            asked,
            disks: disks(finding),
            images: names(finding, "image", |image| image),
            claims: names(finding, "pvc", |pvc| canonical("pvc", pvc)),
            first: finding.first_seen,
            last: finding.last_seen,
            is_over: finding.state == State::Cleared,
        }
    }

    #[cfg(test)]
    pub(super) fn of_score(score: i64) -> Self {
        Scene {
            score,
            ..Scene::default()
        }
    }

    #[cfg(test)]
    pub(super) fn of_pods(pods: &[&str]) -> Self {
        Scene {
            is_of_pods: true,
            pods: Some(pods.iter().map(|pod| workload_of(pod).to_owned()).collect()),
            ..Scene::default()
        }
    }

    #[cfg(test)]
    pub(super) fn of_workload(pod: &str) -> Self {
        Scene {
            is_of_workload: true,
            ..Scene::of_pods(&[pod])
        }
    }

    /// Whether `symptom` can be about the same thing, at a time when this could have led to it.
    pub(super) fn may_explain(&self, symptom: &Scene) -> bool {
        self.is_in_time_for(symptom) && self.meets(symptom)
    }

    fn meets(&self, symptom: &Scene) -> bool {
        if self.is_asked_by(symptom) {
            return true;
        }
        let differs = self.is_of_pods && are_apart(&self.pods, &symptom.pods)
            || self.is_not_asked_by(symptom)
            || self.is_of_node && self.nodes_differ(symptom)
            || are_apart(&self.images, &symptom.images)
            || are_apart(&self.claims, &symptom.claims)
            || are_apart(&self.disks, &symptom.disks);
        !differs
    }

    /// Whether it is about the pods that `symptom` asks.
    fn is_asked_by(&self, symptom: &Scene) -> bool {
        let mut mine = self.pods.iter().flatten();
        self.is_of_pods && mine.any(|workload| symptom.asked.includes(workload))
    }

    /// Whether `symptom` is about whom it asks, and nothing tells that these are the pods that this is about.
    fn is_not_asked_by(&self, symptom: &Scene) -> bool {
        self.is_of_pods && symptom.is_of_asked && !self.is_asked_by(symptom)
    }

    /// Whether something that both name tells that they are about the same thing; asked of symptoms that are of the workload of known pods.
    pub(super) fn is_known_to_meet(&self, symptom: &Scene) -> bool {
        !symptom.is_of_workload
            || symptom.pods.is_none()
            || self.is_asked_by(symptom)
            || !self.nodes.is_disjoint(&symptom.nodes)
            || !self.hosts.is_disjoint(&symptom.hosts)
            || are_joined(&self.pods, &symptom.pods)
            || are_joined(&self.images, &symptom.images)
            || are_joined(&self.claims, &symptom.claims)
            || are_joined(&self.disks, &symptom.disks)
    }

    fn nodes_differ(&self, symptom: &Scene) -> bool {
        if !self.nodes.is_empty() && !symptom.nodes.is_empty() {
            return self.nodes.is_disjoint(&symptom.nodes);
        }
        let both_known = !self.hosts.is_empty() && !symptom.hosts.is_empty();
        both_known && self.hosts.is_disjoint(&symptom.hosts)
    }

    fn is_in_time_for(&self, symptom: &Scene) -> bool {
        let is_late = is_after(self.first, symptom.last, LATE);
        let aftermath = match self.is_over {
            true => RECOVERY,
            false => AFTERMATH,
        };
        !is_late && !is_after(symptom.first, self.last, aftermath)
    }

    /// Whether these causes together account for most of the pods that it names.
    pub(super) fn is_accounted_for(&self, causes: &mut dyn Iterator<Item = &Scene>) -> bool {
        let Some(mine) = &self.pods else {
            return true;
        };
        let mut accounted: BTreeSet<&String> = BTreeSet::new();
        for cause in causes {
            match &cause.pods {
                Some(pods) if cause.is_of_pods && !cause.is_asked_by(self) => {
                    accounted.extend(pods.intersection(mine))
                }
                _ => return true,
            }
        }
        accounted.len() * 2 >= mine.len()
    }
}

fn are_apart(a: &Names, b: &Names) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.is_disjoint(b))
}

fn are_joined(a: &Names, b: &Names) -> bool {
    matches!((a, b), (Some(a), Some(b)) if !a.is_disjoint(b))
}

/// Whether `a` is known to be more than `margin` nanoseconds after `b`.
fn is_after(a: Option<Time>, b: Option<Time>, margin: i64) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return false;
    };
    a.unix_nanos.saturating_sub(b.unix_nanos) > margin.saturating_add(slack(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::TimeQuality;

    const HOUR: i64 = 3_600 * NANOS_PER_SECOND;

    fn seen(first: i64, last: i64) -> Scene {
        let at = |hours| {
            Some(Time {
                unix_nanos: hours * HOUR,
                quality: TimeQuality::Exact,
            })
        };
        Scene {
            first: at(first),
            last: at(last),
            ..Scene::default()
        }
    }

    #[test]
    fn a_cause_comes_before_its_symptom_and_not_long_before() {
        for (cause, symptom, expected) in [
            ((10, 10), (10, 20), true),
            ((10, 11), (20, 30), true),
            ((15, 15), (10, 20), true),
            ((21, 30), (10, 20), false),
            ((10, 10), (50, 60), false),
        ] {
            let (cause, symptom) = (seen(cause.0, cause.1), seen(symptom.0, symptom.1));
            assert_eq!(
                cause.may_explain(&symptom),
                expected,
                "{cause:?} {symptom:?}"
            );
        }
        let over = Scene {
            is_over: true,
            ..seen(10, 11)
        };
        assert!(!over.may_explain(&seen(20, 30)));
        assert!(over.may_explain(&seen(11, 30)));
    }

    #[test]
    fn what_happens_in_a_pod_explains_nothing_in_others() {
        let cause = Scene::of_pods(&["web-0"]);
        assert!(cause.may_explain(&Scene::of_pods(&["web-1", "db-0"])));
        assert!(!cause.may_explain(&Scene::of_pods(&["db-0"])));
        assert!(cause.may_explain(&Scene::default()));
    }

    #[test]
    fn what_happens_in_a_pod_explains_what_those_see_that_ask_it() {
        let asking = |service: &str| Scene {
            asked: Asked {
                services: BTreeSet::from([first_label(service).to_owned()]),
                ..Asked::default()
            },
            is_of_node: true,
            hosts: BTreeSet::from(["n1".to_owned()]),
            ..Scene::of_workload("web-0")
        };
        let database = |pod: &str| Scene {
            is_of_node: true,
            hosts: BTreeSet::from(["n2".to_owned()]),
            ..Scene::of_pods(&[pod])
        };
        for (service, pod, expected) in [
            ("pg.shop.svc:5432", "pg-0", true),
            ("pg-rw", "pg-1", true),
            ("pg", "pg-primary-0", true),
            ("kafka:9092", "pg-0", false),
            ("pgbouncer", "pg-0", false),
            ("10.96.44.3", "pg-0", false),
        ] {
            let (cause, symptom) = (database(pod), asking(service));
            assert_eq!(cause.may_explain(&symptom), expected, "{service} {pod}");
            let is_accounted = symptom.is_accounted_for(&mut [&cause].into_iter());
            assert_eq!(is_accounted, expected, "{service} {pod}");
        }
    }

    #[test]
    fn what_an_ingress_sees_is_explained_by_the_pods_that_it_asks() {
        let ingress = |workloads: &[&str]| Scene {
            asked: Asked {
                workloads: workloads.iter().map(|name| (*name).to_owned()).collect(),
                ..Asked::default()
            },
            is_of_asked: true,
            ..Scene::default()
        };
        let cause = Scene::of_pods(&["web-0"]);
        assert!(cause.may_explain(&ingress(&["web", "cart"])));
        assert!(!cause.may_explain(&ingress(&["cart"])));
        assert!(!cause.may_explain(&ingress(&[])));
        assert!(Scene::default().may_explain(&ingress(&["cart"])));
    }

    #[test]
    fn what_runs_in_a_pod_is_met_by_what_names_the_same() {
        let crash = Scene::of_workload("web-0");
        assert!(Scene::of_pods(&["web-1"]).is_known_to_meet(&crash));
        assert!(!Scene::default().is_known_to_meet(&crash));
        assert!(Scene::default().is_known_to_meet(&Scene::of_pods(&["web-0"])));
        let crash_on = |host: &str| Scene {
            hosts: BTreeSet::from([host.to_owned()]),
            ..crash.clone()
        };
        assert!(crash_on("n1").is_known_to_meet(&crash_on("n1")));
        let on_host = Scene {
            hosts: BTreeSet::from(["n1".to_owned()]),
            ..Scene::default()
        };
        assert!(on_host.is_known_to_meet(&crash_on("n1")));
        assert!(!on_host.is_known_to_meet(&crash_on("n2")));
    }

    #[test]
    fn a_symptom_of_many_pods_needs_causes_for_most_of_them() {
        let symptom = Scene::of_pods(&["a-0", "b-0", "c-0", "d-0"]);
        let check = |causes: &[Scene]| symptom.is_accounted_for(&mut causes.iter());
        assert!(!check(&[Scene::of_pods(&["a-0"])]));
        assert!(check(&[Scene::of_pods(&["a-0"]), Scene::of_pods(&["b-0"])]));
        assert!(check(&[Scene::of_pods(&["a-0"]), Scene::default()]));
    }

    #[test]
    fn disks_and_hosts_tell_machines_apart() {
        let on = |host: &str, disk: &str| Scene {
            is_of_node: true,
            hosts: BTreeSet::from([host.to_owned()]),
            disks: Some(BTreeSet::from([disk.to_owned()])),
            ..Scene::default()
        };
        assert!(on("n1", "sda").may_explain(&on("n1", "sda")));
        assert!(!on("n1", "sda").may_explain(&on("n2", "sda")));
        assert!(!on("n1", "sda").may_explain(&on("n1", "sdb")));
        let on_some_disk = Scene {
            disks: None,
            ..on("n1", "")
        };
        assert!(on("n1", "sda").may_explain(&on_some_disk));
    }
}
