//! What changed between two reports of one cluster, of which each may be a scan of now or a report that was saved before.
//!
//! Both become a [`Summary`] first, so that the comparison knows one form only.

mod baseline;
mod compare;
mod marks;
mod only_member;
pub mod saved;
pub mod summary;
mod tape;
mod things;
mod view;

use crate::base::severity::Severity;

pub use baseline::suppress_known;
pub use compare::compare;
pub use saved::{SavedError, Stream, read_path, read_stream};
pub use summary::{FindingSummary, Summary};
pub use things::ThingChange;

/// What became of the findings of an old report.
#[derive(Debug)]
#[non_exhaustive]
pub struct Diff<'s> {
    /// The report before.
    pub old: &'s Summary,
    /// The report after.
    pub new: &'s Summary,
    /// Whether both reports name hosts, and none of them the same: they may be of different clusters.
    pub shares_no_host: bool,
    /// What is in either: those of the new report in its order, then those that are only in the old one, in its order.
    pub entries: Vec<Entry<'s>>,
}

/// One problem, in either report or in both.
#[derive(Debug)]
#[non_exhaustive]
pub struct Entry<'s> {
    /// What became of it.
    pub group: Group,
    /// The finding, or the two.
    pub sides: Sides<'s>,
    /// In what the two differ.
    pub changes: Vec<Change>,
    /// Why the report that has no such finding, or tells less of it, may be wrong about that.
    pub doubt: Option<Doubt>,
    /// The things that came or went, by entity.
    pub things: Vec<ThingChange<'s>>,
}

/// Where a problem was found.
#[derive(Clone, Copy, Debug)]
pub enum Sides<'s> {
    /// In the old report alone.
    Old(&'s FindingSummary),
    /// In the new report alone.
    New(&'s FindingSummary),
    /// In both.
    Both {
        /// As it was.
        old: &'s FindingSummary,
        /// As it is.
        new: &'s FindingSummary,
        /// What tells that they are the same.
        by: MatchedBy,
    },
}

impl<'s> Sides<'s> {
    /// As it was.
    pub fn before(self) -> Option<&'s FindingSummary> {
        match self {
            Sides::Old(old) | Sides::Both { old, .. } => Some(old),
            Sides::New(_) => None,
        }
    }

    /// As it is.
    pub fn after(self) -> Option<&'s FindingSummary> {
        match self {
            Sides::New(new) | Sides::Both { new, .. } => Some(new),
            Sides::Old(_) => None,
        }
    }

    /// The newer of what there is.
    pub fn latest(self) -> &'s FindingSummary {
        match self {
            Sides::Old(finding) | Sides::New(finding) | Sides::Both { new: finding, .. } => finding,
        }
    }

    /// What tells that two findings are the same.
    pub fn matched_by(self) -> Option<MatchedBy> {
        match self {
            Sides::Both { by, .. } => Some(by),
            _ => None,
        }
    }
}

/// What became of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// It was not there before.
    New,
    /// It was there and is worse now.
    Worse,
    /// It is still there.
    Persisting,
    /// It is over: not found any more, or cleared.
    Fixed,
    /// It is not found any more, and the new report cannot tell whether it is over.
    Unknown,
}

impl Group {
    /// All groups, in the order in which they are shown.
    pub const ALL: [Group; 5] = [
        Group::New,
        Group::Worse,
        Group::Persisting,
        Group::Fixed,
        Group::Unknown,
    ];

    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Group::New => "new",
            Group::Worse => "worse",
            Group::Persisting => "persisting",
            Group::Fixed => "fixed",
            Group::Unknown => "unknown",
        }
    }
}

/// What tells that two findings are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MatchedBy {
    /// The same problem on the same things.
    Fingerprint,
    /// The same signature, on other things.
    Signature,
}

impl MatchedBy {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            MatchedBy::Fingerprint => "fingerprint",
            MatchedBy::Signature => "signature",
        }
    }
}

/// In what two findings differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is more severe.
    SeverityRose,
    /// It was over, or long ago, and goes on now.
    ActiveAgain,
    /// It happened at least twice as often, and ten times more.
    CountRose,
    /// It is less severe.
    SeverityFell,
    /// It is over now.
    Cleared,
    /// It went on and does no more, though nothing tells of a recovery.
    NoLongerActive,
    /// It happened less often.
    Fewer,
}

impl Change {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Change::SeverityRose => "severity_rose",
            Change::ActiveAgain => "active_again",
            Change::CountRose => "count_rose",
            Change::SeverityFell => "severity_fell",
            Change::Cleared => "cleared",
            Change::NoLongerActive => "no_longer_active",
            Change::Fewer => "fewer",
        }
    }

    /// Whether it is a change for the worse.
    pub fn is_worse(self) -> bool {
        matches!(
            self,
            Change::SeverityRose | Change::ActiveAgain | Change::CountRose
        )
    }
}

/// Why a report without a finding does not prove that the problem was not there, nor one with less of it that it was less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// Its bundle has no source that would tell.
    NotEvaluable,
    /// Not all of its bundle could be read.
    Partial,
    /// It was made without this signature, or with signatures that are not known here.
    OtherSignatures,
    /// It was saved without some of its findings.
    LeftOut,
    /// Its bundle has nothing of a host of the finding.
    HostMissing,
    /// Logs of its bundle are incomplete.
    EvidenceLost,
}

impl Doubt {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Doubt::NotEvaluable => "not_evaluable",
            Doubt::Partial => "partial",
            Doubt::OtherSignatures => "other_signatures",
            Doubt::LeftOut => "left_out",
            Doubt::HostMissing => "host_missing",
            Doubt::EvidenceLost => "evidence_lost",
        }
    }
}

impl<'s> Diff<'s> {
    /// What became of problems in this way.
    pub fn group(&self, group: Group) -> impl Iterator<Item = &Entry<'s>> {
        self.entries
            .iter()
            .filter(move |entry| entry.group == group)
    }

    /// The worst severity, as it is now, of what is new or worse.
    pub fn max_severity(&self) -> Option<Severity> {
        self.group(Group::New)
            .chain(self.group(Group::Worse))
            .map(|entry| entry.sides.latest().severity)
            .max()
    }

    /// Whether both reports were made with the same signatures.
    pub fn has_same_signatures(&self) -> bool {
        self.old.digest() == self.new.digest()
    }

    /// Whether the new report shows an earlier time than the old one: they may be the wrong way round.
    pub fn is_backwards(&self) -> bool {
        let times = self.old.bundle.captured_at.zip(self.new.bundle.captured_at);
        times.is_some_and(|(old, new)| new < old)
    }
}
