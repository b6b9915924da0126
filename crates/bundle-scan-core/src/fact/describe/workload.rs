//! Deployments, replica sets, stateful sets, daemon sets, jobs and cron jobs.
//!
//! ```text
//! Replicas:  3 desired | 3 updated | 3 total | 2 available | 1 unavailable
//! Pod Template:
//!   Containers:
//!    app:
//!     Image:  shop/app:1
//! ```
//!
//! How many pods are ready is printed for none of them. The containers of the template are not containers of a pod:
//! only their images are read.
//! Source: `describeDeployment` and its like, `DescribePodTemplate` of k8s.io/kubectl `pkg/describe/describe.go`.

use nom::character::complete::{alpha1, digit1, space0};
use nom::{IResult, Parser};

use super::lists::{Lists, Style, fill_lists};
use super::object::{Object, Titles, fill, set_age};
use super::outline::{Node, nodes};
use super::pod;
use crate::fact::{Fact, Kind, kind};

/// How a kind is described: the kind of its fact, its titles, the title that counts its pods and what those counts are.
struct Workload(
    &'static str,
    &'static Kind,
    &'static Titles,
    &'static str,
    &'static Titles,
);

const WORKLOADS: &[Workload] = &[
    Workload(
        "Deployment",
        &kind::DEPLOYMENT,
        DEPLOYMENT,
        "Replicas",
        REPLICAS,
    ),
    Workload("ReplicaSet", &kind::REPLICASET, &[], "Replicas", REPLICAS),
    Workload(
        "StatefulSet",
        &kind::STATEFULSET,
        STATEFULSET,
        "Replicas",
        REPLICAS,
    ),
    Workload("DaemonSet", &kind::DAEMONSET, DAEMONSET, "", &[]),
    Workload("Job", &kind::JOB, JOB, "Pods Statuses", PODS),
    Workload("CronJob", &kind::CRONJOB, CRONJOB, "", &[]),
];

const DEPLOYMENT: &Titles = &[("StrategyType", "strategy")];

const STATEFULSET: &Titles = &[("Update Strategy", "strategy"), ("Service Name", "service")];

const DAEMONSET: &Titles = &[
    ("Desired Number of Nodes Scheduled", "replicas"),
    ("Current Number of Nodes Scheduled", "scheduled"),
    ("Number of Nodes Scheduled with Up-to-date Pods", "updated"),
    ("Number of Nodes Scheduled with Available Pods", "available"),
    ("Number of Nodes Misscheduled", "misscheduled"),
];

const JOB: &Titles = &[
    ("Completions", "completions"),
    ("Parallelism", "parallelism"),
    ("Backoff Limit", "backoff_limit"),
    ("Suspend", "suspended"),
    ("Start Time", "started"),
    ("Completed At", "finished"),
];

const CRONJOB: &Titles = &[
    ("Schedule", "schedule"),
    ("Suspend", "suspended"),
    ("Concurrency Policy", "concurrency"),
    ("Last Schedule Time", "last_schedule"),
];

const REPLICAS: &Titles = &[
    ("desired", "replicas"),
    ("updated", "updated"),
    ("available", "available"),
    ("unavailable", "unavailable"),
];

const PODS: &Titles = &[
    ("Active", "active"),
    ("Running", "active"),
    ("Succeeded", "succeeded"),
    ("Failed", "failed"),
];

const TEMPLATE: &Titles = &[("Priority Class Name", "priority_class")];

const TEMPLATE_LISTS: &Lists = &[
    ("Node-Selectors", "node_selector", Style::Words),
    ("Tolerations", "tolerations", Style::Lines),
];

/// Appends the fact of a workload, if it is one.
pub(super) fn read<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let known = WORKLOADS
        .iter()
        .find(|Workload(kind, ..)| *kind == object.kind);
    let Some(Workload(_, kind, titles, counts, of_counts)) = known else {
        return;
    };
    let mut fact = object.fact(kind);
    object.fill(&mut fact, titles);
    count_pods(object, &mut fact, counts, of_counts);
    object.fill_common(&mut fact);
    if kind.field("owner").is_some() {
        pod::owner(object, &mut fact, &["Controlled By", "Created By"]);
    }
    template(object, &mut fact);
    match object.kind {
        "Deployment" => paused(object, &mut fact),
        "DaemonSet" => unavailable(&mut fact),
        "CronJob" => active_jobs(object, &mut fact),
        _ => {}
    }
    facts.push(fact);
}

/// `3 desired | 2 total`, `3 current / 3 desired`, `1 Active (0 Ready) / 0 Succeeded / 2 Failed`.
fn count_pods<'a>(object: &Object<'_, 'a>, fact: &mut Fact<'a>, title: &str, names: &Titles) {
    for part in object.value(title).unwrap_or("").split(['|', '/']) {
        let counted: IResult<&str, (&'a str, &str, &str)> =
            (digit1, space0, alpha1).parse(part.trim());
        let Ok((_, (count, _, name))) = counted else {
            continue;
        };
        let field = names
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, field)| field);
        if let Some(field) = field.filter(|field| fact.kind.field(field).is_some()) {
            object.put(fact, field, count);
        }
    }
}

/// What the pods will be made of.
fn template<'a>(object: &Object<'_, 'a>, fact: &mut Fact<'a>) {
    let Some(template) = object.node("Pod Template") else {
        return;
    };
    fill_lists(object.section, fact, template.below, TEMPLATE_LISTS);
    fill(object.section, fact, template.below, TEMPLATE);
    let parts = |title| {
        let lines = template.child(title).map_or(&[][..], |node| node.below);
        nodes(lines)
    };
    let images = parts("Init Containers").chain(parts("Containers"));
    let images = images.filter_map(|container| container.child("Image"));
    object.put_list(
        fact,
        "images",
        images.map(|image| image.line.value).collect(),
    );
    let is_of_host = |volume: &Node<'_, 'a>| {
        let kind = volume.child("Type");
        kind.is_some_and(|kind| kind.line.value.starts_with("HostPath"))
    };
    let paths = parts("Volumes").filter(is_of_host);
    let paths = paths.filter_map(|volume| volume.child("Path"));
    object.put_list(
        fact,
        "host_paths",
        paths.map(|path| path.line.value).collect(),
    );
}

/// Only a condition tells that a deployment is paused.
fn paused<'a>(object: &Object<'_, 'a>, fact: &mut Fact<'a>) {
    let rows = object.below("Conditions");
    if let Some(row) = rows
        .iter()
        .find(|row| row.text.contains("DeploymentPaused"))
    {
        fact.flag("paused", true, object.section.at(row.text));
    }
}

/// The controller counts as unavailable what is wanted and not available.
fn unavailable(fact: &mut Fact<'_>) {
    let Some((wanted, available)) = fact.number_of("replicas").zip(fact.number_of("available"))
    else {
        return;
    };
    let at = fact.get("available").map_or(fact.at, |field| field.at);
    fact.number("unavailable", (wanted - available).max(0.0), at);
}

fn active_jobs<'a>(object: &Object<'_, 'a>, fact: &mut Fact<'a>) {
    if let Some(jobs) = object.node("Active Jobs") {
        let count = jobs.values().flat_map(|names| names.split(',')).count();
        fact.number("active", count as f64, object.section.at(jobs.line.value));
    }
    set_age(object.section, fact, "last_schedule", "since_last");
}

#[cfg(test)]
mod tests {
    use crate::fact::describe::testing::check;

    const OF_PODS: &str = "Pod Template:\n  Labels:  app=web\n  Init Containers:\n   prepare:\n    Image:  shop/prepare:1\n  \
         Containers:\n   app:\n    Image:        shop/app:1\n    Environment:  <none>\n  Volumes:\n   logs:\n    \
         Type:          HostPath (bare host directory volume)\n    Path:          /var/log/shop\n  \
         Priority Class Name:  high\n  Node-Selectors:       disk=ssd\n  Tolerations:          op=Exists\n";

    #[test]
    fn a_deployment() {
        check(
            &format!(
                "Name:                   web\nNamespace:              shop\n\
                 CreationTimestamp:      Tue, 10 Mar 2026 10:00:00 +0000\nLabels:                 app=web\n\
                 Annotations:            acme.example/long:\n                          {{\"a\": 1,\n                          \
                 \"b\": 2}}\n                        deployment.kubernetes.io/revision: 4\nSelector:               app=web\n\
                 Replicas:               3 desired | 2 updated | 3 total | 1 available | 2 unavailable\n\
                 StrategyType:           RollingUpdate\nMinReadySeconds:        0\n{OF_PODS}Conditions:\n  \
                 Type           Status   Reason\n  ----           ------   ------\n  Progressing    Unknown  DeploymentPaused\n\
                 OldReplicaSets:  <none>\nNewReplicaSet:   web-1 (3/3 replicas created)\nEvents:          <none>\n"
            ),
            "deployment name=web namespace=shop strategy=RollingUpdate replicas=3 updated=2 available=1 unavailable=2 \
             labels=app=web annotations=acme.example/long={\"a\": 1,\\n\"b\": 2},deployment.kubernetes.io/revision=4 \
             selector=app=web created=2026-03-10T10:00:00Z age=600 node_selector=disk=ssd tolerations=op=Exists \
             priority_class=high images=shop/prepare:1,shop/app:1 host_paths=/var/log/shop paused=true @1\n\
             condition namespace=shop kind=Deployment name=web type=Progressing status=Unknown reason=DeploymentPaused @32\n",
        );
    }

    #[test]
    fn sets_of_pods() {
        check(
            &format!(
                "Name:           web-1\nNamespace:      shop\nSelector:       app=web,hash in (1,2)\nControlled By:  Deployment/web\n\
                 Replicas:       2 current / 3 desired\nPods Status:    1 Running / 1 Waiting / 0 Succeeded / 0 Failed\n{OF_PODS}"
            ),
            "replicaset name=web-1 namespace=shop replicas=3 selector=app=web,hash in (1,2) owner_kind=Deployment owner=web \
             images=shop/prepare:1,shop/app:1 @1\n",
        );
        check(
            "Name:               db\nNamespace:          shop\nReplicas:           3 desired | 2 total\n\
             Update Strategy:    RollingUpdate\n  Partition:        0\nService Name:       db\nVolume Claims:      <none>\n",
            "statefulset name=db namespace=shop strategy=RollingUpdate service=db replicas=3 @1\n",
        );
        check(
            "Name:           agent\nNamespace:      shop\nNode-Selector:  <none>\nDesired Number of Nodes Scheduled: 5\n\
             Current Number of Nodes Scheduled: 4\nNumber of Nodes Scheduled with Up-to-date Pods: 3\n\
             Number of Nodes Scheduled with Available Pods: 3\nNumber of Nodes Misscheduled: 1\n",
            "daemonset name=agent namespace=shop replicas=5 scheduled=4 updated=3 available=3 misscheduled=1 unavailable=2 @1\n",
        );
    }

    #[test]
    fn jobs() {
        check(
            "Name:             load\nNamespace:        shop\nControlled By:    CronJob/nightly\nParallelism:      1\n\
             Completions:      <unset>\nSuspend:          false\nBackoff Limit:    6\n\
             Start Time:       Tue, 10 Mar 2026 10:00:00 +0000\nPods Statuses:    1 Active (0 Ready) / 0 Succeeded / 3 Failed\n",
            "job name=load namespace=shop parallelism=1 suspended=false backoff_limit=6 started=2026-03-10T10:00:00Z active=1 \
             succeeded=0 failed=3 owner=nightly @1\n",
        );
        check(
            "Name:                nightly\nNamespace:           shop\nSchedule:            */5 * * * *\n\
             Concurrency Policy:  Forbid\nSuspend:             False\nLast Schedule Time:  Tue, 10 Mar 2026 10:05:00 +0000\n\
             Active Jobs:         nightly-1, nightly-2\n",
            "cronjob name=nightly namespace=shop schedule=*/5 * * * * concurrency=Forbid suspended=false \
             last_schedule=2026-03-10T10:05:00Z active=2 since_last=300 @1\n",
        );
    }

    #[test]
    fn a_job_of_old() {
        check(
            "Name:\t\tload\nNamespace:\tshop\nImage(s):\tshop/load:1,shop/log:1\nParallelism:\t1\nCompletions:\t1\n\
             Pods Statuses:\t1 Running / 0 Succeeded / 24 Failed\nNo volumes.\n",
            "job name=load namespace=shop parallelism=1 completions=1 active=1 succeeded=0 failed=24 \
             images=shop/load:1,shop/log:1 @1\n",
        );
    }
}
