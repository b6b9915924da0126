//! What a report rests on: which members were looked at, and which signatures had nothing to look at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::member_path::MemberPath;
use crate::base::time::Time;
use crate::fact::census::Census;
use crate::signature::compile::Leaf;
use crate::signature::{Signature, SignatureSet};
use crate::source::component::{Component, ComponentSet};

/// Members listed one by one. The rest is counted; what is kept is the first of them by path.
const MAX_LISTED: usize = 20_000;

/// What was done with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
pub struct MemberCoverage {
    /// Its address.
    pub member: MemberPath,
    /// What kind of source it is.
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

impl KindCoverage {
    fn add(&mut self, member: &MemberCoverage) {
        self.members += 1;
        self.bytes += member.bytes;
        self.lines += member.lines;
        self.span = match (self.span, member.span) {
            (Some((first, last)), Some((start, end))) => Some((first.min(start), last.max(end))),
            (known, other) => known.or(other),
        };
    }
}

/// What the report rests on.
#[derive(Clone, Debug, Default)]
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
    /// Ids of signatures whose components left nothing in the bundle, sorted.
    pub not_evaluable: Vec<String>,
}

/// Collects members in any order.
#[derive(Debug, Default)]
pub struct CoverageBuilder {
    listed: BTreeSet<MemberCoverage>,
    coverage: Coverage,
    speakers: ComponentSet,
    anybody: bool,
}

impl CoverageBuilder {
    /// Adds a member. `speaker` is who speaks in it by its path; `None` if its lines must tell.
    pub fn add(&mut self, member: MemberCoverage, speaker: Option<Component>) {
        let coverage = &mut self.coverage;
        coverage.lines += member.lines;
        coverage.kinds.entry(member.kind).or_default().add(&member);
        match member.status {
            MemberStatus::Scanned | MemberStatus::Truncated => {
                coverage.scanned += 1;
                self.anybody |= speaker.is_none();
                self.speakers.extend(speaker);
            }
            MemberStatus::NotText => coverage.not_text += 1,
            MemberStatus::Empty => coverage.empty += 1,
        }
        self.listed.insert(member);
        if self.listed.len() > MAX_LISTED {
            self.listed.pop_last();
        }
    }

    /// The coverage of the whole bundle.
    pub fn finish(mut self, set: &SignatureSet, facts: &Census) -> Coverage {
        if !self.anybody {
            let silent = |signature: &&Arc<Signature>| {
                signature.leaves.iter().all(|leaf| match leaf {
                    Leaf::Line(line) => {
                        let mut speakers = self.speakers.iter();
                        speakers.all(|speaker| !line.scope.admits(speaker))
                    }
                    Leaf::Fact(fact) => !facts.facts.contains_key(fact.kind.name),
                })
            };
            self.coverage.not_evaluable = set
                .iter()
                .filter(silent)
                .map(|signature| signature.id.clone())
                .collect();
        }
        self.coverage.members = self.listed.into_iter().collect();
        self.coverage
    }
}
