//! Decides what became of each finding.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::summary::{FindingSummary, Summary};
use super::view::View;
use super::{Change, Diff, Doubt, Entry, Group, MatchedBy, Sides, things};
use crate::report::State;
use crate::signature::SignatureSet;

/// A count rose if it is so many times what it was ...
const TIMES: u64 = 2;
/// ... and by so many at least.
const MORE: u64 = 10;

/// Compares two reports. `set` is the knowledge at hand: it tells other names of a signature, and which signatures a report that was made with it
/// rests on.
pub fn compare<'s>(old: &'s Summary, new: &'s Summary, set: &SignatureSet) -> Diff<'s> {
    let knowledge = Knowledge {
        set,
        digest: set.digest(),
    };
    let (was, is) = (View::new(old), View::new(new));
    let of_new = pairs(&old.findings, &new.findings, &knowledge);
    let mut gone: BTreeSet<usize> = (0..old.findings.len()).collect();
    let mut entries = Vec::with_capacity(old.findings.len().max(new.findings.len()));
    for (finding, pair) in new.findings.iter().zip(of_new) {
        let (sides, doubt) = match pair {
            Some((place, by)) => {
                gone.remove(&place);
                let old = &old.findings[place];
                let new = finding;
                (Sides::Both { old, new, by }, None)
            }
            None => (Sides::New(finding), knowledge.doubt(&was, &is, finding)),
        };
        entries.push(entry(sides, doubt, &was, &is));
    }
    for place in gone {
        let finding = &old.findings[place];
        let doubt = knowledge.doubt(&is, &was, finding);
        entries.push(entry(Sides::Old(finding), doubt, &was, &is));
    }
    Diff {
        old,
        new,
        shares_no_host: was.shares_no_host_with(&is),
        entries,
    }
}

fn entry<'s>(sides: Sides<'s>, doubt: Option<Doubt>, was: &View<'_>, is: &View<'_>) -> Entry<'s> {
    let changes = match sides {
        Sides::Both { old, new, .. } => changes((old, was), (new, is)),
        _ => Vec::new(),
    };
    let group = match sides {
        Sides::New(_) => Group::New,
        Sides::Old(_) if doubt.is_some() => Group::Unknown,
        Sides::Old(_) => Group::Fixed,
        _ if changes.contains(&Change::Cleared) => Group::Fixed,
        _ if changes.iter().any(|change| change.is_worse()) => Group::Worse,
        _ => Group::Persisting,
    };
    let may_have_been_more = matches!(sides, Sides::Both { .. }) && was.is_partial();
    Entry {
        group,
        sides,
        changes,
        doubt: doubt.or((may_have_been_more && group != Group::Fixed).then_some(Doubt::Partial)),
        things: things::changed(sides, group, was, is),
    }
}

/// In what two findings differ; what a report may have missed is no more in the other for that.
fn changes(
    (old, was): (&FindingSummary, &View<'_>),
    (new, is): (&FindingSummary, &View<'_>),
) -> Vec<Change> {
    let was_over = matches!(old.state, State::Cleared | State::Historic);
    // What is cleared is a notice, however severe it was and may be again.
    let is_uncleared = old.state != State::Cleared && new.state != State::Cleared;
    let has_doubled =
        new.count >= old.count.saturating_mul(TIMES) && new.count.saturating_sub(old.count) >= MORE;
    let is_so = [
        (
            Change::SeverityRose,
            is_uncleared && new.severity > old.severity,
        ),
        (Change::ActiveAgain, was_over && new.state == State::Active),
        (Change::CountRose, has_doubled && !was.is_partial()),
        (
            Change::SeverityFell,
            is_uncleared && new.severity < old.severity,
        ),
        (
            Change::Cleared,
            new.state == State::Cleared && old.state != State::Cleared,
        ),
        (
            Change::NoLongerActive,
            old.state == State::Active && new.state == State::Historic,
        ),
        (Change::Fewer, new.count < old.count && !is.may_miss(old)),
    ];
    let is_so = is_so.into_iter().filter(|(_, is_so)| *is_so);
    is_so.map(|(change, _)| change).collect()
}

/// The signatures at hand.
struct Knowledge<'k> {
    set: &'k SignatureSet,
    digest: String,
}

impl Knowledge<'_> {
    /// The id of a finding, by the name that its signature has today.
    fn id<'f>(&'f self, finding: &'f FindingSummary) -> &'f str {
        self.set
            .find(&finding.id)
            .map_or(&finding.id, |signature| &signature.id)
    }

    /// Why `report`, which has no such finding though `other` has, may be wrong.
    fn doubt(
        &self,
        report: &View<'_>,
        other: &View<'_>,
        finding: &FindingSummary,
    ) -> Option<Doubt> {
        let id = self.id(finding);
        let summary = report.summary;
        if summary.coverage.not_evaluable.contains(id) {
            Some(Doubt::NotEvaluable)
        } else if report.is_partial() {
            Some(Doubt::Partial)
        } else if !self.is_known_to(summary, other.summary, id) {
            Some(Doubt::OtherSignatures)
        } else if summary.left_out() > 0 {
            Some(Doubt::LeftOut)
        } else if report.lacks_host_of(finding) {
            Some(Doubt::HostMissing)
        } else if report.has_lost_evidence() {
            Some(Doubt::EvidenceLost)
        } else {
            None
        }
    }

    fn is_known_to(&self, report: &Summary, other: &Summary, id: &str) -> bool {
        match report.digest() == self.digest {
            true => self.set.find(id).is_some(),
            false => report.digest() == other.digest(),
        }
    }
}

/// For each new finding the place of the old one that is the same problem: by fingerprint, and what is left by signature.
fn pairs(
    old: &[FindingSummary],
    new: &[FindingSummary],
    knowledge: &Knowledge<'_>,
) -> Vec<Option<(usize, MatchedBy)>> {
    let mut of_new = vec![None; new.len()];
    pair_up(old, new, &mut of_new, MatchedBy::Fingerprint, |finding| {
        &finding.fingerprint
    });
    pair_up(old, new, &mut of_new, MatchedBy::Signature, |finding| {
        knowledge.id(finding)
    });
    of_new
}

fn pair_up<'f>(
    old: &'f [FindingSummary],
    new: &'f [FindingSummary],
    of_new: &mut [Option<(usize, MatchedBy)>],
    by: MatchedBy,
    key: impl Fn(&'f FindingSummary) -> &'f str,
) {
    let taken: BTreeSet<usize> = of_new.iter().flatten().map(|(place, _)| *place).collect();
    let mut free: BTreeMap<&str, VecDeque<usize>> = BTreeMap::new();
    for (place, finding) in old.iter().enumerate() {
        if !taken.contains(&place) {
            free.entry(key(finding)).or_default().push_back(place);
        }
    }
    for (pair, finding) in of_new.iter_mut().zip(new) {
        if pair.is_none() {
            let place = free
                .get_mut(key(finding))
                .and_then(|places| places.pop_front());
            *pair = place.map(|place| (place, by));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::base::severity::Severity;
    use crate::diff::ThingChange;
    use crate::diff::summary::{LostSummary, Named};
    use crate::report::Status;

    /// A finding of an unknown signature: `pods`, with a fingerprint of their names.
    fn finding(id: &str, severity: Severity, state: State, count: u64, pods: &[&str]) -> String {
        let pods: Vec<String> = pods
            .iter()
            .map(|pod| format!(r#"{{"value": "{pod}", "count": 1}}"#))
            .collect();
        let pods = pods.join(",");
        let print = pods.replace('"', "'");
        format!(
            r#"{{"id": "{id}", "fingerprint": "{id} {print}", "title": "", "severity": "{}", "state": "{}", "count": {count}, "entities": {{"pod": [{pods}]}}}}"#,
            severity.as_str(),
            state.as_str()
        )
    }

    fn summary(findings: &[String]) -> Summary {
        let text = format!(
            r#"{{"tool": {{"version": "", "signatures": {{"digest": "d"}}}}, "bundle": {{"path": "b"}}, "status": "complete", "findings": [{}]}}"#,
            findings.join(",")
        );
        serde_json::from_str(&text).unwrap()
    }

    fn diff<'s>(old: &'s Summary, new: &'s Summary) -> Diff<'s> {
        compare(old, new, &SignatureSet::empty())
    }

    #[test]
    fn severity_state_and_count_tell_what_became_of_it() {
        use Change::{
            ActiveAgain, Cleared as IsCleared, CountRose, Fewer, NoLongerActive, SeverityFell,
            SeverityRose,
        };
        use Severity::{Error, Info, Warning};
        use State::{Active, Cleared, Historic, Unknown};
        for (old, new, group, changes) in [
            (
                (Error, Active, 5),
                (Error, Active, 14),
                Group::Persisting,
                vec![],
            ),
            (
                (Error, Active, 9),
                (Error, Active, 19),
                Group::Worse,
                vec![CountRose],
            ),
            (
                (Error, Active, 90),
                (Error, Active, 170),
                Group::Persisting,
                vec![],
            ),
            (
                (Warning, Active, 5),
                (Error, Active, 5),
                Group::Worse,
                vec![SeverityRose],
            ),
            (
                (Info, Cleared, 5),
                (Error, Active, 5),
                Group::Worse,
                vec![ActiveAgain],
            ),
            (
                (Info, Cleared, 5),
                (Error, Historic, 5),
                Group::Persisting,
                vec![],
            ),
            (
                (Info, Cleared, 5),
                (Error, Unknown, 5),
                Group::Persisting,
                vec![],
            ),
            (
                (Info, Cleared, 5),
                (Info, Cleared, 5),
                Group::Persisting,
                vec![],
            ),
            (
                (Error, Unknown, 5),
                (Info, Cleared, 5),
                Group::Fixed,
                vec![IsCleared],
            ),
            (
                (Error, Active, 5),
                (Warning, Active, 5),
                Group::Persisting,
                vec![SeverityFell],
            ),
            (
                (Error, Historic, 5),
                (Error, Active, 5),
                Group::Worse,
                vec![ActiveAgain],
            ),
            (
                (Error, Unknown, 5),
                (Error, Active, 4),
                Group::Persisting,
                vec![Fewer],
            ),
            (
                (Error, Active, 5),
                (Error, Historic, 5),
                Group::Persisting,
                vec![NoLongerActive],
            ),
            (
                (Error, Historic, 5),
                (Info, Cleared, 5),
                Group::Fixed,
                vec![IsCleared],
            ),
            (
                (Error, Active, 5),
                (Info, Cleared, 50),
                Group::Fixed,
                vec![CountRose, IsCleared],
            ),
            (
                (Error, Active, u64::MAX),
                (Error, Active, u64::MAX),
                Group::Persisting,
                vec![],
            ),
        ] {
            let of = |(severity, state, count)| {
                summary(&[finding("x", severity, state, count, &["shop/web"])])
            };
            let (old, new) = (of(old), of(new));
            let entry = &diff(&old, &new).entries[0];
            assert_eq!((entry.group, &entry.changes), (group, &changes));
        }
    }

    #[test]
    fn the_same_things_are_matched_first_and_then_the_same_signature() {
        let of = |pods: &[&str]| finding("x", Severity::Error, State::Active, 1, pods);
        let old = summary(&[of(&["a", "b"]), of(&["c"])]);
        let new = summary(&[
            of(&["b", "d"]),
            of(&["c"]),
            finding("y", Severity::Info, State::Active, 1, &[]),
        ]);
        let diff = diff(&old, &new);
        let by: Vec<Option<MatchedBy>> = diff
            .entries
            .iter()
            .map(|entry| entry.sides.matched_by())
            .collect();
        assert_eq!(
            by,
            [
                Some(MatchedBy::Signature),
                Some(MatchedBy::Fingerprint),
                None
            ]
        );
        let pods = ThingChange {
            entity: "pod",
            came: vec!["d"],
            gone: vec!["a"],
            is_capped: false,
        };
        assert_eq!(diff.entries[0].things, [pods]);
        assert_eq!(diff.entries[2].group, Group::New);
        assert_eq!(diff.max_severity(), Some(Severity::Info));
    }

    #[test]
    fn a_pod_made_anew_has_neither_come_nor_gone() {
        let of = |pods: &[&str]| summary(&[finding("x", Severity::Error, State::Active, 1, pods)]);
        let old = of(&["web-6f7d9c5b8-x2x4z"]);
        let new = of(&["web-7d4b8f6c9-bcdfg", "cart-7d4b8f6c9-q9l5m"]);
        assert_eq!(
            diff(&old, &new).entries[0].things[0].came,
            ["cart-7d4b8f6c9-q9l5m"]
        );
        assert!(diff(&old, &new).entries[0].things[0].gone.is_empty());
    }

    #[test]
    fn another_node_or_disk_is_another_thing() {
        let of = |device: &str| {
            let mut report = on(&["n1"]);
            let value = device.to_owned();
            let finding = &mut report.findings[0];
            finding
                .entities
                .insert("device".to_owned(), vec![Named { value }]);
            report
        };
        let (old, new) = (of("nvme0n1"), of("nvme1n1"));
        let change = &diff(&old, &new).entries[0].things[0];
        assert_eq!(
            (&change.came[..], &change.gone[..]),
            (&["nvme1n1"][..], &["nvme0n1"][..])
        );
    }

    #[test]
    fn of_what_is_capped_or_was_not_read_nothing_is_said_to_have_come_or_gone() {
        let of = |pods: &[&str]| summary(&[finding("x", Severity::Error, State::Active, 9, pods)]);
        let old = of(&["a"]);
        let mut capped = of(&["b"]);
        capped.findings[0].entities_capped.insert("pod".to_owned());
        let things = |old, new| {
            let mut diff = diff(old, new);
            let things = diff.entries.remove(0).things.remove(0);
            (things.came, things.gone, things.is_capped)
        };
        assert_eq!(things(&old, &capped), (vec!["b"], vec![], true));
        assert_eq!(things(&capped, &old), (vec![], vec!["b"], true));
        let mut partial = of(&["b"]);
        partial.status = Status::Partial;
        partial.findings[0].count = 1;
        assert_eq!(things(&old, &partial), (vec!["b"], vec![], false));
        assert_eq!(diff(&old, &partial).entries[0].changes, []);
    }

    #[test]
    fn of_hosts_that_are_capped_none_is_said_to_have_come_or_gone() {
        let old = on(&["n2"]);
        let new = on(&["n1", "n2"]);
        let mut capped = old.clone();
        capped.findings[0].hosts_capped = true;
        capped.bundle.hosts = new.bundle.hosts.clone();
        let things = |old, new| diff(old, new).entries.remove(0).things.len();
        assert_eq!(things(&old, &new), 1);
        assert_eq!(things(&capped, &new), 0);
        assert_eq!(things(&new, &capped), 0);
    }

    #[test]
    fn what_is_worse_than_a_part_may_have_been_as_bad_before() {
        let of = |count, pods: &[&str]| {
            summary(&[finding("x", Severity::Error, State::Active, count, pods)])
        };
        let (mut old, new) = (of(1, &["a"]), of(50, &["a", "b"]));
        assert_eq!(diff(&old, &new).entries[0].group, Group::Worse);
        old.status = Status::Partial;
        let entry = diff(&old, &new).entries.remove(0);
        assert_eq!(
            (entry.group, entry.doubt),
            (Group::Persisting, Some(Doubt::Partial))
        );
        assert_eq!((entry.changes, entry.things), (vec![], vec![]));
    }

    /// A report of a finding on these hosts, from a bundle of them.
    fn on(hosts: &[&str]) -> Summary {
        let mut report = summary(&[finding("x", Severity::Error, State::Active, 1, &["a"])]);
        report.bundle.hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        let named = hosts.iter().map(|host| Named {
            value: (*host).to_owned(),
        });
        report.findings[0].hosts = named.collect();
        report
    }

    #[test]
    fn nothing_is_over_on_a_host_that_is_not_there() {
        let old = on(&["n1", "n2"]);
        let mut one = on(&["n1"]);
        let entry = diff(&old, &one).entries.remove(0);
        assert_eq!((entry.group, entry.doubt), (Group::Persisting, None));
        assert_eq!(entry.things, []);
        // Both are there, and one is well.
        one.bundle.hosts.push("n2".to_owned());
        let entry = diff(&old, &one).entries.remove(0);
        assert_eq!(entry.things[0].gone, ["n2"]);
    }

    #[test]
    fn what_is_missing_is_fixed_only_if_the_other_report_would_have_told() {
        let x = finding("x", Severity::Error, State::Active, 1, &["a"]);
        let mut old = summary(&[x]);
        let host = "n1".to_owned();
        old.findings[0].hosts = vec![Named { value: host }];
        let mut whole = summary(&[]);
        whole.bundle.hosts = vec!["n1".to_owned()];
        let mut partial = whole.clone();
        partial.status = Status::Partial;
        let mut blind = whole.clone();
        blind.coverage.not_evaluable.insert("x".to_owned());
        let mut other = whole.clone();
        other.tool.signatures.digest = "other".to_owned();
        let mut filtered = whole.clone();
        filtered.summary.counts.insert("info".to_owned(), 2);
        let mut of_others = whole.clone();
        of_others.bundle.hosts = vec!["n2".to_owned()];
        let mut lossy = whole.clone();
        let id = "journal-suppressed".to_owned();
        lossy.coverage.lost.push(LostSummary { id });
        // Made with the set at hand, which does not know it.
        let mut ignorant = whole.clone();
        ignorant.tool.signatures.digest = SignatureSet::empty().digest();
        for (report, doubt) in [
            (&whole, None),
            (&partial, Some(Doubt::Partial)),
            (&blind, Some(Doubt::NotEvaluable)),
            (&other, Some(Doubt::OtherSignatures)),
            (&filtered, Some(Doubt::LeftOut)),
            (&ignorant, Some(Doubt::OtherSignatures)),
            (&of_others, Some(Doubt::HostMissing)),
            (&lossy, Some(Doubt::EvidenceLost)),
        ] {
            let group = match doubt {
                None => Group::Fixed,
                Some(_) => Group::Unknown,
            };
            let gone = &diff(&old, report).entries[0];
            assert_eq!((gone.group, gone.doubt), (group, doubt));
            let come = &diff(report, &old).entries[0];
            assert_eq!((come.group, come.doubt), (Group::New, doubt));
        }
    }
}
