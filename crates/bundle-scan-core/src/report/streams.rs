//! Logs in several parts: which of them a bundle lacks.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::MemberCoverage;
use crate::base::member_path::MemberPath;
use crate::source::rotation::unrotated;

/// Parts of a log that are not there although older ones are: what happened meanwhile is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The log, as its current part is called.
    pub log: MemberPath,
    /// The numbers that rotation gave to the parts that are not there, ascending.
    pub missing: Vec<u16>,
}

/// Kinds of members that are logs, and rotated by number.
const LOGS: [&str; 6] = [
    "auth",
    "containerd",
    "dockerd",
    "kubelet",
    "pod-log",
    "syslog",
];

/// The gaps of all logs, in order of their address. Only numbers tell of them: nobody knows on which days a log was rotated.
pub(super) fn gaps(members: &[MemberCoverage]) -> Vec<Gap> {
    let mut logs: BTreeMap<MemberPath, BTreeSet<u16>> = BTreeMap::new();
    let of_logs = members.iter().filter(|member| LOGS.contains(&member.kind));
    for member in of_logs {
        let name = unrotated(member.member.name());
        let number = match name.part.as_deref() {
            None => Some(0),
            Some(part) => part.parse().ok().filter(|_| part.len() < 4),
        };
        let parts = logs.entry(member.member.sibling(&name.name)).or_default();
        parts.extend(number);
    }
    let gaps = logs.into_iter().filter_map(|(log, parts)| {
        let last = *parts.last()?;
        let all = *parts.first()?..=last;
        let missing: Vec<u16> = all.filter(|part| !parts.contains(part)).collect();
        (!missing.is_empty()).then_some(Gap { log, missing })
    });
    gaps.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::coverage::MemberStatus;

    fn check(names: &[&str], expected: &[(&str, &[u16])]) {
        let members = names.iter().map(|name| MemberCoverage {
            member: MemberPath::parse(name),
            kind: "syslog",
            status: MemberStatus::Scanned,
            bytes: 1,
            lines: 1,
            span: None,
        });
        let found = gaps(&members.collect::<Vec<_>>());
        let found: Vec<_> = found
            .iter()
            .map(|gap| (gap.log.as_str(), gap.missing.as_slice()))
            .collect();
        assert_eq!(found, expected, "{names:?}");
    }

    #[test]
    fn parts_between_others_are_missing() {
        let log = "var/log/syslog";
        check(&[log], &[]);
        check(&["var/log/syslog", "var/log/syslog.1"], &[]);
        check(
            &["var/log/syslog", "var/log/syslog.1", "var/log/syslog.4.gz"],
            &[(log, &[2, 3])],
        );
        check(&["var/log/syslog", "var/log/syslog.3"], &[(log, &[1, 2])]);
        check(&["var/log/syslog.2", "var/log/syslog.3"], &[]);
        check(&["var/log/syslog", "var/log/syslog-20260310"], &[]);
        check(
            &["a.zip!syslog", "a.zip!syslog.2", "b.zip!syslog.1"],
            &[("a.zip!syslog", &[1])],
        );
    }
}
