//! Reads what runs pods to their end: Jobs and CronJobs.
//!
//! ```text
//! {"kind": "Job", "spec": {"backoffLimit": 6, "template": {"spec": {...}}}, "status": {"failed": 7}}
//! ```
//! That a Job failed is among its conditions, which [`super::condition`] reads. Source: k8s.io/api batch/v1.

use super::meta::take_owner;
use super::part::take_age;
use super::workload::{Shape, workload};
use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::Tree;

const JOB: Shape = Shape {
    kind: &kind::JOB,
    rows: &[
        ("completions", "spec.completions"),
        ("parallelism", "spec.parallelism"),
        ("backoff_limit", "spec.backoffLimit"),
        ("started", "status.startTime"),
        ("finished", "status.completionTime"),
    ],
    counts: &[
        ("active", "status.active"),
        ("succeeded", "status.succeeded"),
        ("failed", "status.failed"),
    ],
    flag: Some(("suspended", "spec.suspend")),
    template: "spec.template.spec",
};

const CRONJOB: Shape = Shape {
    kind: &kind::CRONJOB,
    rows: &[
        ("schedule", "spec.schedule"),
        ("concurrency", "spec.concurrencyPolicy"),
        ("last_schedule", "status.lastScheduleTime"),
    ],
    counts: &[],
    flag: Some(("suspended", "spec.suspend")),
    template: "spec.jobTemplate.spec.template.spec",
};

/// Reads a Job.
pub(super) fn job<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let mut fact = workload(&JOB, object, section);
    take_owner(&mut fact, object);
    facts.push(fact);
}

/// Reads a CronJob.
pub(super) fn cronjob<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let mut fact = workload(&CRONJOB, object, section);
    take_age(&mut fact, "last_schedule", "since_last", section);
    let status = object.locate("status");
    if let Some(active) = object.locate("status.active").or(status) {
        fact.number("active", active.tree.items().len() as f64, active.at);
    }
    facts.push(fact);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::object::testing::{changes, check, survives};

    const JOB: &str = r#"{"kind": "Job",
"metadata": {"namespace": "ops", "name": "backup-29",
  "ownerReferences": [{"kind": "CronJob", "name": "backup", "controller": true}]},
"spec": {"backoffLimit": 6, "completions": 1, "parallelism": 1,
  "template": {"spec": {"containers": [{"image": "backup:1"}], "restartPolicy": "Never"}}},
"status": {
  "failed": 7,
  "startTime": "2026-04-01T02:00:00Z"}}"#;

    const CRONJOB: &str = r#"{"kind": "CronJob", "metadata": {"namespace": "ops", "name": "backup"},
"spec": {"schedule": "0 2 * * *", "suspend": false, "concurrencyPolicy": "Forbid",
  "jobTemplate": {"spec": {"template": {"spec": {"containers": [{"image": "backup:1"}]}}}}},
"status": {
  "active": [{"name": "backup-29"}],
  "lastScheduleTime": "2026-04-01T02:00:00Z"}}"#;

    #[test]
    fn a_job_that_failed() {
        check(
            job,
            JOB,
            "
            job @1
              active=0 @6
              backoff_limit=6 @4
              completions=1 @4
              failed=7 @7
              images=backup:1 @5
              name=backup-29 @2
              namespace=ops @2
              owner=backup @3
              parallelism=1 @4
              restart_policy=Never @5
              started=2026-04-01T02:00:00Z @8
              succeeded=0 @6
              suspended=false @4
            ",
        );
    }

    #[test]
    fn a_cronjob_and_its_last_run() {
        check(
            cronjob,
            CRONJOB,
            "
            cronjob @1
              active=1 @5
              concurrency=Forbid @2
              images=backup:1 @3
              last_schedule=2026-04-01T02:00:00Z @6
              name=backup @1
              namespace=ops @1
              schedule=0 2 * * * @2
              since_last=36000 @6
              suspended=false @2
            ",
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(job, JOB, &changes);
            survives(cronjob, CRONJOB, &changes);
        }
    }
}
