//! A report as the other one is held against it: what it can tell, and of which hosts.

use std::collections::BTreeSet;

use super::summary::{FindingSummary, Summary};
use crate::base::thing::canonical;
use crate::report::Status;

/// One of the two reports.
pub(super) struct View<'s> {
    /// The report.
    pub(super) summary: &'s Summary,
    /// The hosts of which its bundle has something, by what all who speak of them agree on.
    hosts: BTreeSet<&'s str>,
}

impl<'s> View<'s> {
    pub(super) fn new(summary: &'s Summary) -> Self {
        let named = summary.findings.iter().flat_map(|finding| &finding.hosts);
        let named = named.map(|host| host.value.as_str());
        let of_logs = summary.bundle.hosts.iter().map(String::as_str);
        View {
            summary,
            hosts: of_logs
                .chain(named)
                .map(|host| canonical("host", host))
                .collect(),
        }
    }

    /// Whether what it counts is a part of what happened: some of its bundle could not be read, or some of the time was left out.
    pub(super) fn is_partial(&self) -> bool {
        self.summary.status == Status::Partial || self.summary.bundle.window.is_some()
    }

    /// Whether logs of its bundle are known to be incomplete.
    pub(super) fn has_lost_evidence(&self) -> bool {
        !self.summary.coverage.lost.is_empty()
    }

    /// Whether its bundle has something of this host.
    pub(super) fn knows_host(&self, host: &str) -> bool {
        self.hosts.contains(canonical("host", host))
    }

    /// Whether both name hosts, and none of them the same.
    pub(super) fn shares_no_host_with(&self, other: &View<'_>) -> bool {
        !self.hosts.is_empty() && !other.hosts.is_empty() && self.hosts.is_disjoint(&other.hosts)
    }

    /// Whether its bundle has nothing of one of the hosts of a finding of the other report.
    pub(super) fn lacks_host_of(&self, finding: &FindingSummary) -> bool {
        let mut hosts = finding.hosts.iter();
        hosts.any(|host| !self.knows_host(&host.value))
    }

    /// Whether what a finding of the other report tells may go on without being shown here.
    pub(super) fn may_miss(&self, finding: &FindingSummary) -> bool {
        self.is_partial() || self.has_lost_evidence() || self.lacks_host_of(finding)
    }
}
