//! What a report rests on: which members were looked at, and which signatures had nothing to look at.

use std::collections::BTreeMap;

use super::evaluable::{Lacking, Sources};
use super::streams::{Gap, gaps};
use crate::base::member_path::MemberPath;
use crate::base::time::{ClockId, ClockTime, Time};
use crate::fact::census::Census;
use crate::finding::clocks::Clocks;
use crate::signature::SignatureSet;
use crate::source::component::{Component, ComponentSet};

/// Members listed one by one. The rest is counted; what is kept is the first of them by path.
const MAX_LISTED: usize = 20_000;

/// What was done with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MemberStatus {
    /// Text, scanned whole.
    Scanned,
    /// Text, scanned; a structured part of it breaks off.
    Truncated,
    /// Not text: counted and skipped.
    NotText,
    /// Nothing in it.
    Empty,
}

impl MemberStatus {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            MemberStatus::Scanned => "scanned",
            MemberStatus::Truncated => "truncated",
            MemberStatus::NotText => "not_text",
            MemberStatus::Empty => "empty",
        }
    }
}

/// One member of the bundle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct MemberCoverage {
    /// Its address.
    pub member: MemberPath,
    /// What kind of source it is, or of what else than text.
    pub kind: &'static str,
    /// What was done with it.
    pub status: MemberStatus,
    /// Decoded bytes.
    pub bytes: u64,
    /// Lines, for text.
    pub lines: u64,
    /// When its first and its last line were written, as far as these tell.
    pub span: Option<(Time, Time)>,
}

/// All members of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KindCoverage {
    /// Members.
    pub members: u64,
    /// Decoded bytes.
    pub bytes: u64,
    /// Lines.
    pub lines: u64,
    /// The earliest and the latest time at the ends of the members.
    pub span: Option<(Time, Time)>,
}

/// The members in which one component speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spoken {
    /// Members.
    pub members: u64,
    /// Lines.
    pub lines: u64,
}

impl KindCoverage {
    fn add(&mut self, member: &MemberCoverage) {
        self.members += 1;
        self.bytes += member.bytes;
        self.lines += member.lines;
    }

    fn extend(&mut self, span: Option<(Time, Time)>) {
        self.span = match (self.span, span) {
            (Some((first, last)), Some((start, end))) => Some((first.min(start), last.max(end))),
            (known, other) => known.or(other),
        };
    }
}

/// What the report rests on.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Coverage {
    /// Members in order of their address, as far as they are listed.
    pub members: Vec<MemberCoverage>,
    /// All members that were looked at, by kind.
    pub kinds: BTreeMap<&'static str, KindCoverage>,
    /// Members scanned as text.
    pub scanned: u64,
    /// Members that are not text.
    pub not_text: u64,
    /// Empty members.
    pub empty: u64,
    /// Lines in all text members.
    pub lines: u64,
    /// Who speaks in the scanned members, by their paths; `None` for those in which each line must tell.
    pub speakers: BTreeMap<Option<Component>, Spoken>,
    /// By id, what the signatures lack that have nothing to look at in the bundle.
    pub not_evaluable: BTreeMap<String, Lacking>,
    /// Parts of rotated logs that are not there although older ones are.
    pub gaps: Vec<Gap>,
}

impl Coverage {
    /// From when to when the logs go; tables and objects tell how things are, not how they were.
    pub fn span(&self) -> Option<(Time, Time)> {
        let spans = self.kinds.values().filter_map(|kind| kind.span);
        spans.reduce(|(first, last), (start, end)| (first.min(start), last.max(end)))
    }
}

/// Collects members in any order.
#[derive(Debug, Default)]
#[doc(hidden)]
pub struct CoverageBuilder {
    listed: BTreeMap<MemberCoverage, Option<Ends>>,
    coverage: Coverage,
    /// The earliest and the latest reading of each clock at the ends of members, by kind.
    ends: BTreeMap<(&'static str, ClockId), Ends>,
    heard: ComponentSet,
}

/// The readings at the ends of a member: those of two clocks can be held against each other only when the whole bundle was read.
pub(crate) type Ends = (ClockTime, ClockTime);

impl CoverageBuilder {
    /// Adds a member without its span, which `ends` tells. `speaker` is who speaks in it by its path, `None` if its lines
    /// must tell; `heard` who does then, as far as that is known.
    pub fn add(
        &mut self,
        member: MemberCoverage,
        ends: Option<Ends>,
        speaker: Option<Component>,
        heard: ComponentSet,
    ) {
        let coverage = &mut self.coverage;
        coverage.lines += member.lines;
        coverage.kinds.entry(member.kind).or_default().add(&member);
        match member.status {
            MemberStatus::Scanned | MemberStatus::Truncated => {
                coverage.scanned += 1;
                let spoken = coverage.speakers.entry(speaker).or_default();
                spoken.members += 1;
                spoken.lines += member.lines;
                self.heard.extend(speaker.into_iter().chain(heard.iter()));
            }
            MemberStatus::NotText => coverage.not_text += 1,
            MemberStatus::Empty => coverage.empty += 1,
        }
        for end in ends.into_iter().flat_map(|(one, other)| [one, other]) {
            let known = self.ends.entry((member.kind, end.clock));
            let (earliest, latest) = known.or_insert((end, end));
            *earliest = end.min(*earliest);
            *latest = end.max(*latest);
        }
        self.listed.insert(member, ends);
        if self.listed.len() > MAX_LISTED {
            self.listed.pop_last();
        }
    }

    /// Adds components that spoke in what matched.
    pub fn hear(&mut self, speakers: ComponentSet) {
        self.heard.extend(speakers.iter());
    }

    /// The coverage of the whole bundle.
    pub fn finish(mut self, set: &SignatureSet, facts: &Census, clocks: &Clocks) -> Coverage {
        let span = |(one, other): Ends| {
            let times = [one, other].map(|end| clocks.time(end));
            let known = times.into_iter().flatten();
            Some((known.clone().min()?, known.max()?))
        };
        for ((kind, _), ends) in self.ends {
            if let Some(kind) = self.coverage.kinds.get_mut(kind) {
                kind.extend(span(ends));
            }
        }
        let sources = Sources::new(self.heard, facts);
        let silent = set.iter().filter_map(|signature| {
            let lacking = sources.lacking(signature)?;
            Some((signature.id.clone(), lacking))
        });
        self.coverage.not_evaluable = silent.collect();
        let members = self.listed.into_iter();
        let members = members.map(|(member, ends)| MemberCoverage {
            span: ends.and_then(span),
            ..member
        });
        self.coverage.members = members.collect();
        self.coverage.gaps = gaps(&self.coverage.members);
        self.coverage
    }
}
