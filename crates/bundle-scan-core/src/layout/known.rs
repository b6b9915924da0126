//! The collectors that are known here.
//!
//! Source of the marks: the collectors' own documentation and code: sos, must-gather, supportutils, troubleshoot.sh,
//! support-bundle-kit, rancher logs-collector, eks-log-collector, aks-periscope, Alibaba diagnose_k8s.

/// A collector and the paths by which its bundles are known.
pub(super) struct Known {
    /// The name used in reports.
    pub(super) id: &'static str,
    /// Runs of whole path segments that only this collector writes.
    pub(super) markers: &'static [&'static str],
}

/// All known layouts, sorted by id.
pub(super) const KNOWN: &[Known] = &[
    Known {
        id: "ack-diagnose",
        markers: &["daemon_status", "cluster_dump.log", "varlogmessage.log"],
    },
    Known {
        id: "aks-periscope",
        markers: &["networkoutbound", "kubeobjects"],
    },
    Known {
        id: "cce-node",
        markers: &[
            "var/log/cce",
            "var/paas/sys/log",
            "opt/cloud/cce",
            "logs/cce",
        ],
    },
    Known {
        id: "eks-log-collector",
        markers: &["ipamd", "sandbox-image", "system/instance-id.txt"],
    },
    Known {
        id: "insights",
        markers: &["insights_commands", "insights_archive.txt"],
    },
    Known {
        id: "kind-logs",
        markers: &["kind-version.txt"],
    },
    Known {
        id: "must-gather",
        markers: &[
            "cluster-scoped-resources",
            "host_service_logs",
            "event-filter.html",
        ],
    },
    Known {
        id: "rancher-logs",
        markers: &[
            "collector-output.log",
            "systemlogs",
            "rke2/podlogs",
            "k3s/podlogs",
        ],
    },
    Known {
        id: "sosreport",
        markers: &["sos_commands", "sos_logs", "sos_reports"],
    },
    Known {
        id: "support-bundle-kit",
        markers: &[
            "bundleGenerationError.log",
            "yamls/namespaced",
            "yamls/cluster",
        ],
    },
    Known {
        id: "supportconfig",
        markers: &["basic-environment.txt", "supportconfig.txt"],
    },
    Known {
        id: "troubleshoot",
        markers: &[
            "cluster-resources",
            "host-collectors",
            "cluster-info/cluster_version.json",
        ],
    },
];
