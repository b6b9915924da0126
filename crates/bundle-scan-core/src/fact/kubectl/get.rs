//! `kubectl get` of the resources that a kind stands for: with and without `-A`, `-o wide`, `--show-labels`, `-L`, old
//! and new.
//!
//! ```text
//! NAMESPACE   NAME    READY   STATUS    RESTARTS      AGE   IP           NODE     NOMINATED NODE   READINESS GATES
//! shop        web-0   1/1     Running   5 (2m ago)    3d    10.244.1.7   node-1   <none>           <none>
//! ```
//!
//! The header alone tells what a table lists. Does not read EndpointSlices, autoscalers, custom resources and others.
//! Source: Kubernetes `pkg/printers/internalversion/printers.go` (`AddHandlers`), from 1.5 on.

use super::get_cells as cell;
use super::sheet::Reads::{Age, By, Nothing, Ratio, Text, Word};
use super::sheet::{ColumnReads, PLAIN, Table, Tables};
use crate::fact::kind;

/// The tables of `kubectl get`.
pub(super) static TABLES: Tables = Tables {
    id: "kubectl-get",
    openers: &["NAME", "NAMESPACE"],
    tables: KINDS,
    has_messages: false,
};

const KINDS: &[Table] = &[
    Table {
        kind: &kind::POD,
        needs: &["NAME", "READY", "STATUS", "RESTARTS", "AGE"],
        columns: &[
            ("READY", Ratio("ready", "containers")),
            // A reason that the runtime gave may hold blanks.
            ("STATUS", Text("status")),
            ("RESTARTS", By(cell::restarts)),
            ("IP", Word("ip")),
            ("NODE", Word("node")),
            ("NOMINATED NODE", Nothing),
            ("READINESS GATES", Nothing),
        ],
        resources: &["pod", "pods", "po"],
        finish: cell::owner,
        ..PLAIN
    },
    Table {
        kind: &kind::NODE,
        needs: &["NAME", "STATUS", "AGE", "VERSION"],
        columns: &[
            ("STATUS", By(cell::node_status)),
            ("ROLES", Word("roles")),
            ("VERSION", Word("version")),
            ("INTERNAL-IP", Word("internal_ip")),
            ("EXTERNAL-IP", Word("external_ip")),
            ("OS-IMAGE", Text("os_image")),
            ("KERNEL-VERSION", Word("kernel")),
            ("CONTAINER-RUNTIME", Word("runtime")),
            ("LABELS", By(cell::node_labels)),
        ],
        free: Some("OS-IMAGE"),
        resources: &["node", "nodes", "no"],
        ..PLAIN
    },
    Table {
        kind: &kind::SERVICE,
        needs: &["NAME", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"],
        columns: &[
            ("TYPE", Word("type")),
            ("CLUSTER-IP", By(cell::cluster_ip)),
            ("EXTERNAL-IP", By(cell::external_ip)),
            ("PORT(S)", By(cell::ports)),
        ],
        resources: &["service", "services", "svc"],
        ..PLAIN
    },
    Table {
        kind: &kind::ENDPOINTS,
        needs: &["NAME", "ENDPOINTS", "AGE"],
        columns: &[("ENDPOINTS", By(cell::endpoints))],
        // Nothing at all is printed if no address is ready.
        may_be_empty: &[&["ENDPOINTS"]],
        resources: &["endpoints", "ep"],
        finish: cell::no_endpoints,
        ..PLAIN
    },
    Table {
        kind: &kind::PVC,
        needs: &["NAME", "STATUS", "VOLUME", "CAPACITY", "AGE"],
        columns: &[
            ("STATUS", By(cell::phase)),
            ("VOLUME", Word("volume")),
            ("CAPACITY", Word("capacity")),
            ("ACCESS MODES", By(cell::access_modes)),
            ("STORAGECLASS", Word("storage_class")),
            ("VOLUMEATTRIBUTESCLASS", Nothing),
            ("VOLUMEMODE", Word("volume_mode")),
        ],
        may_be_empty: &[
            &["VOLUME", "CAPACITY", "ACCESS MODES"],
            &["VOLUME", "CAPACITY", "ACCESS MODES", "STORAGECLASS"],
            &["STORAGECLASS"],
        ],
        resources: &["persistentvolumeclaim", "persistentvolumeclaims", "pvc"],
        ..PLAIN
    },
    Table {
        kind: &kind::PV,
        needs: &["NAME", "CAPACITY", "STATUS", "CLAIM", "AGE"],
        columns: &[
            ("CAPACITY", Word("capacity")),
            ("ACCESS MODES", By(cell::access_modes)),
            ("RECLAIM POLICY", Word("reclaim_policy")),
            ("STATUS", By(cell::phase)),
            ("CLAIM", By(cell::claim)),
            ("STORAGECLASS", Word("storage_class")),
            ("VOLUMEATTRIBUTESCLASS", Nothing),
            ("REASON", Word("reason")),
            ("VOLUMEMODE", Nothing),
        ],
        may_be_empty: &[
            &["REASON"],
            &["CLAIM", "REASON"],
            &["STORAGECLASS", "REASON"],
            &["CLAIM", "STORAGECLASS", "REASON"],
        ],
        resources: &["persistentvolume", "persistentvolumes", "pv"],
        ..PLAIN
    },
    Table {
        kind: &kind::INGRESS,
        needs: &["NAME", "HOSTS", "ADDRESS", "PORTS", "AGE"],
        columns: &[
            ("CLASS", Word("class")),
            ("HOSTS", By(cell::hosts)),
            ("ADDRESS", Word("address")),
            ("PORTS", By(cell::ingress_ports)),
        ],
        may_be_empty: &[&["ADDRESS"]],
        resources: &["ingress", "ingresses", "ing"],
        ..PLAIN
    },
    Table {
        kind: &kind::NAMESPACE,
        needs: &["NAME", "STATUS", "AGE"],
        columns: &[("STATUS", By(cell::namespace_status))],
        resources: &["namespace", "namespaces", "ns"],
        ..PLAIN
    },
    Table {
        kind: &kind::DEPLOYMENT,
        needs: &["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"],
        columns: DEPLOYMENTS,
        resources: DEPLOYMENT_NAMES,
        ..PLAIN
    },
    // Until 1.12.
    Table {
        kind: &kind::DEPLOYMENT,
        needs: &[
            "NAME",
            "DESIRED",
            "CURRENT",
            "UP-TO-DATE",
            "AVAILABLE",
            "AGE",
        ],
        columns: DEPLOYMENTS,
        resources: DEPLOYMENT_NAMES,
        ..PLAIN
    },
    Table {
        kind: &kind::REPLICASET,
        needs: &["NAME", "DESIRED", "CURRENT", "READY", "AGE"],
        columns: &[
            ("DESIRED", Word("replicas")),
            ("CURRENT", By(cell::some_number)),
            ("READY", Word("ready")),
        ],
        resources: &[
            "replicaset",
            "replicasets",
            "rs",
            "replicationcontroller",
            "replicationcontrollers",
            "rc",
        ],
        ..PLAIN
    },
    Table {
        kind: &kind::STATEFULSET,
        needs: &["NAME", "READY", "AGE"],
        columns: STATEFULSETS,
        resources: STATEFULSET_NAMES,
        ..PLAIN
    },
    // Until 1.12.
    Table {
        kind: &kind::STATEFULSET,
        needs: &["NAME", "DESIRED", "CURRENT", "AGE"],
        columns: STATEFULSETS,
        resources: STATEFULSET_NAMES,
        ..PLAIN
    },
    Table {
        kind: &kind::DAEMONSET,
        needs: &["NAME", "DESIRED", "CURRENT", "NODE SELECTOR", "AGE"],
        columns: &[
            ("DESIRED", Word("replicas")),
            ("CURRENT", Word("scheduled")),
            ("READY", Word("ready")),
            ("UP-TO-DATE", Word("updated")),
            ("AVAILABLE", Word("available")),
            ("NODE SELECTOR", Word("node_selector")),
        ],
        resources: &["daemonset", "daemonsets", "ds"],
        ..PLAIN
    },
    Table {
        kind: &kind::JOB,
        needs: &["NAME", "COMPLETIONS", "DURATION", "AGE"],
        columns: &[
            ("STATUS", By(cell::job_status)),
            ("COMPLETIONS", By(cell::completions)),
            ("DURATION", By(cell::some_age)),
        ],
        // Nothing is printed for a Job that has not started.
        may_be_empty: &[&["DURATION"]],
        resources: JOB_NAMES,
        ..PLAIN
    },
    // Until 1.11.
    Table {
        kind: &kind::JOB,
        needs: &["NAME", "DESIRED", "SUCCESSFUL", "AGE"],
        columns: &[
            ("DESIRED", Word("completions")),
            ("SUCCESSFUL", Word("succeeded")),
        ],
        resources: JOB_NAMES,
        ..PLAIN
    },
    Table {
        kind: &kind::CRONJOB,
        needs: &[
            "NAME",
            "SCHEDULE",
            "SUSPEND",
            "ACTIVE",
            "LAST SCHEDULE",
            "AGE",
        ],
        columns: &[
            ("SCHEDULE", Text("schedule")),
            ("TIMEZONE", Nothing),
            ("SUSPEND", Word("suspended")),
            ("ACTIVE", Word("active")),
            ("LAST SCHEDULE", Age("since_last")),
        ],
        free: Some("SCHEDULE"),
        resources: &["cronjob", "cronjobs", "cj"],
        ..PLAIN
    },
    Table {
        kind: &kind::SECRET,
        needs: &["NAME", "TYPE", "DATA", "AGE"],
        columns: &[("TYPE", Word("type")), ("DATA", Word("entries"))],
        resources: &["secret", "secrets"],
        ..PLAIN
    },
    Table {
        kind: &kind::CONFIGMAP,
        needs: &["NAME", "DATA", "AGE"],
        columns: &[("DATA", Word("entries"))],
        resources: &["configmap", "configmaps", "cm"],
        ..PLAIN
    },
];

const DEPLOYMENT_NAMES: &[&str] = &["deployment", "deployments", "deploy"];

const DEPLOYMENTS: &[ColumnReads] = &[
    ("READY", Ratio("ready", "replicas")),
    ("DESIRED", Word("replicas")),
    ("CURRENT", By(cell::some_number)),
    ("UP-TO-DATE", Word("updated")),
    ("AVAILABLE", Word("available")),
];

const STATEFULSET_NAMES: &[&str] = &["statefulset", "statefulsets", "sts"];

const STATEFULSETS: &[ColumnReads] = &[
    ("READY", Ratio("ready", "replicas")),
    ("DESIRED", Word("replicas")),
    ("CURRENT", By(cell::some_number)),
];

const JOB_NAMES: &[&str] = &["job", "jobs"];

#[cfg(test)]
mod tests;
