//! Decides what became of each finding.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::summary::{FindingSummary, Summary};
use super::{Change, Diff, Doubt, Entry, Group, MatchedBy, Sides, things};
use crate::report::{State, Status};
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
            None => (
                Sides::New(finding),
                knowledge.doubt(old, new, knowledge.id(finding)),
            ),
        };
        entries.push(entry(sides, doubt, new.status));
    }
    for place in gone {
        let finding = &old.findings[place];
        let doubt = knowledge.doubt(new, old, knowledge.id(finding));
        entries.push(entry(Sides::Old(finding), doubt, new.status));
    }
    Diff { old, new, entries }
}

fn entry(sides: Sides<'_>, doubt: Option<Doubt>, new_status: Status) -> Entry<'_> {
    let is_partial = new_status == Status::Partial;
    let changes = match sides {
        Sides::Both { old, new, .. } => changes(old, new, is_partial),
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
    Entry {
        group,
        sides,
        changes,
        doubt,
        things: things::changed(sides, group, is_partial),
    }
}

/// In what two findings differ; what `new_is_partial` counts is no less for that.
fn changes(old: &FindingSummary, new: &FindingSummary, new_is_partial: bool) -> Vec<Change> {
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
        (Change::CountRose, has_doubled),
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
        (Change::Fewer, new.count < old.count && !new_is_partial),
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

    /// Why `report`, which has no finding of this id though `other` has, may be wrong.
    fn doubt(&self, report: &Summary, other: &Summary, id: &str) -> Option<Doubt> {
        if report.coverage.not_evaluable.contains(id) {
            Some(Doubt::NotEvaluable)
        } else if report.status == Status::Partial {
            Some(Doubt::Partial)
        } else if !self.is_known_to(report, other, id) {
            Some(Doubt::OtherSignatures)
        } else if report.left_out() > 0 {
            Some(Doubt::LeftOut)
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
    fn what_is_missing_is_fixed_only_if_the_other_report_would_have_told() {
        let x = finding("x", Severity::Error, State::Active, 1, &["a"]);
        let old = summary(&[x]);
        let whole = summary(&[]);
        let mut partial = whole.clone();
        partial.status = Status::Partial;
        let mut blind = whole.clone();
        blind.coverage.not_evaluable.insert("x".to_owned());
        let mut other = whole.clone();
        other.tool.signatures.digest = "other".to_owned();
        let mut filtered = whole.clone();
        filtered.summary.counts.insert("info".to_owned(), 2);
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
