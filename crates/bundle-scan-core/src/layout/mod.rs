//! Which collector made the bundle, told by paths that only it writes.
//!
//! Deliberately absent: what the members mean (`source` tells that). A bundle may hold several layouts; the one whose mark
//! lies nearest to the root wins.
//! Source of the marks: the collectors' own documentation and code: sos, must-gather, supportutils, troubleshoot.sh,
//! support-bundle-kit, rancher logs-collector, eks-log-collector, aks-periscope, Alibaba diagnose_k8s.

/// A collector and the paths by which its bundles are known.
#[derive(Debug)]
pub struct Layout {
    /// The name used in reports.
    pub id: &'static str,
    /// Runs of whole path segments that only this collector writes.
    pub markers: &'static [&'static str],
}

/// All known layouts, sorted by id.
pub const LAYOUTS: &[Layout] = &[
    Layout {
        id: "ack-diagnose",
        markers: &["daemon_status", "cluster_dump.log", "varlogmessage.log"],
    },
    Layout {
        id: "aks-periscope",
        markers: &["networkoutbound", "kubeobjects"],
    },
    Layout {
        id: "cce-node",
        markers: &[
            "var/log/cce",
            "var/paas/sys/log",
            "opt/cloud/cce",
            "logs/cce",
        ],
    },
    Layout {
        id: "eks-log-collector",
        markers: &["ipamd", "sandbox-image", "system/instance-id.txt"],
    },
    Layout {
        id: "insights",
        markers: &["insights_commands", "insights_archive.txt"],
    },
    Layout {
        id: "kind-logs",
        markers: &["kind-version.txt"],
    },
    Layout {
        id: "must-gather",
        markers: &[
            "cluster-scoped-resources",
            "host_service_logs",
            "event-filter.html",
        ],
    },
    Layout {
        id: "rancher-logs",
        markers: &[
            "collector-output.log",
            "systemlogs",
            "rke2/podlogs",
            "k3s/podlogs",
        ],
    },
    Layout {
        id: "sosreport",
        markers: &["sos_commands", "sos_logs", "sos_reports"],
    },
    Layout {
        id: "support-bundle-kit",
        markers: &[
            "bundleGenerationError.log",
            "yamls/namespaced",
            "yamls/cluster",
        ],
    },
    Layout {
        id: "supportconfig",
        markers: &["basic-environment.txt", "supportconfig.txt"],
    },
    Layout {
        id: "troubleshoot",
        markers: &[
            "cluster-resources",
            "host-collectors",
            "cluster-info/cluster_version.json",
        ],
    },
];

/// Recognises the layout while the members of a bundle come by.
#[derive(Debug, Default)]
pub struct Recogniser {
    best: Option<(usize, &'static str)>,
}

impl Recogniser {
    /// Looks at one path inside the bundle.
    pub fn see(&mut self, path: &str) {
        for layout in LAYOUTS {
            for marker in layout.markers {
                if let Some(depth) = depth_of(path, marker) {
                    let candidate = (depth, layout.id);
                    self.best = Some(self.best.map_or(candidate, |best| best.min(candidate)));
                }
            }
        }
    }

    /// Adds what another has seen of the same bundle.
    pub fn merge(&mut self, other: Recogniser) {
        let both = [self.best, other.best];
        self.best = both.into_iter().flatten().min();
    }

    /// The layout, once all members were seen.
    pub fn layout(&self) -> Option<&'static str> {
        self.best.map(|(_, id)| id)
    }
}

/// How many segments stand before `marker` in `path`, if it is there as whole segments.
fn depth_of(path: &str, marker: &str) -> Option<usize> {
    let starts = path.match_indices(marker).map(|(at, _)| at);
    let mut whole = starts.filter(|&at| {
        let ends_segment = matches!(
            path.as_bytes().get(at + marker.len()),
            None | Some(b'/' | b'!')
        );
        let starts_segment = at == 0 || matches!(path.as_bytes().get(at - 1), Some(b'/' | b'!'));
        starts_segment && ends_segment
    });
    whole
        .next()
        .map(|at| path[..at].matches(['/', '!']).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(paths: &[&str]) -> Option<&'static str> {
        let mut recogniser = Recogniser::default();
        paths.iter().for_each(|path| recogniser.see(path));
        recogniser.layout()
    }

    #[test]
    fn layouts_are_known_by_their_marks() {
        for (paths, expected) in [
            (
                &["sosreport-n1-2026-03-10-abcdefg/sos_commands/kernel/dmesg"][..],
                Some("sosreport"),
            ),
            (
                &["support-bundle-2026/cluster-resources/pods/default.json"],
                Some("troubleshoot"),
            ),
            (&["var/log/cce/kubernetes/kubelet.log"], Some("cce-node")),
            (
                &["must-gather.local.1/quay-io/cluster-scoped-resources/core/nodes/n1.yaml"],
                Some("must-gather"),
            ),
            (&["var/log/my_sos_commands/x"], None),
            (&["var/log/messages"], None),
        ] {
            assert_eq!(of(paths), expected, "{paths:?}");
        }
    }

    #[test]
    fn the_mark_nearest_to_the_root_wins() {
        assert_eq!(
            of(&["nodes/n1.zip!sos_commands/x", "cluster-resources/pods.json"]),
            Some("troubleshoot")
        );
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(LAYOUTS.is_sorted_by_key(|layout| layout.id));
    }
}
