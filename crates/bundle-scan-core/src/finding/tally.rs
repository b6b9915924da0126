//! Everything that the matches of each signature add up to.

use std::collections::BTreeMap;

use super::attempts::Attempts;
use super::clocks::{Clocks, Shown};
use super::counter::Counter;
use super::detail::Detail;
use super::evidence::Evidence;
use super::group::{Groups, Joined};
use super::homes::Home;
use super::occurrences::Owners;
use super::presence::Presence;
use super::unexplained::Unexplained;
use crate::base::limits::Limits;
use crate::base::member_path::MemberPath;
use crate::matcher::costs::Costs;
use crate::matcher::{Match, Well};
use crate::record::Record;
use crate::signature::Signature;
use crate::signature::schema::Threshold;
use crate::source::Source;
use crate::source::component::ComponentSet;
use crate::text::block::BlockView;

/// What is kept of matches.
#[derive(Clone, Copy, Debug)]
pub struct TallyOptions {
    /// Evidence lines kept for one signature.
    pub evidence: usize,
    /// Context lines kept on each side of an evidence line.
    pub context: usize,
    /// See [`Limits::max_shown_bytes`].
    pub max_shown_bytes: usize,
    /// See [`Limits::max_entity_values`].
    pub max_entity_values: usize,
    /// Kinds of errors kept that no signature matches.
    pub max_templates: usize,
}

impl TallyOptions {
    /// Keeps `evidence` lines with `context` lines on each side, within `limits`.
    pub fn new(evidence: usize, context: usize, limits: &Limits) -> Self {
        TallyOptions {
            evidence,
            context,
            max_shown_bytes: limits.max_shown_bytes,
            max_entity_values: limits.max_entity_values,
            max_templates: limits.max_templates,
        }
    }
}

/// What the matches of one signature add up to.
#[derive(Clone, Debug, Default)]
pub struct SignatureTally {
    /// How often.
    pub counter: Counter,
    /// When, where, whom, and which lines.
    pub detail: Detail,
}

/// How a part stands to what it is added to.
#[derive(Clone, Copy, Debug)]
pub enum Next {
    /// It is the next block of the same member.
    Block {
        /// The line ends before that block.
        lines: u64,
    },
    /// It is another member, or several.
    Member,
}

/// Where a match was found, for [`Tally::add`].
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The member.
    pub member: &'a MemberPath,
    /// What the member is.
    pub source: &'a Source,
    /// The block.
    pub view: &'a BlockView<'a>,
    /// What is added to the line numbers of evidence: 0 while a block does not know where it stands in the member.
    pub lines: u64,
}

/// Tallies of all signatures: of a block, a member, or a bundle.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By the place of the signature in [`crate::matcher::Matcher::signatures`].
    pub signatures: BTreeMap<usize, SignatureTally>,
    /// Matches of signatures that have a plan, by signature and leaf.
    pub groups: BTreeMap<(usize, usize), Groups>,
    /// Errors that no signature matches.
    pub unexplained: Unexplained,
    /// What is well.
    pub presence: Presence,
    /// What the clocks showed.
    pub shown: Shown,
    /// What was held against the leaves of the signature that is traced, if one is.
    pub attempts: Attempts,
    /// How often a machine booted in it.
    pub boots: u64,
    /// What it cost, if that was asked for.
    pub costs: Option<Box<Costs>>,
}

/// Boots in one member of which the last is told from the others. Where there are more, no uptime tells a time: each one costs a look at all that was found
/// so far.
const MAX_BOOTS: u64 = 64;

impl Tally {
    /// Counts a match of `signature`.
    pub fn add(
        &mut self,
        found: &Match<'_>,
        place: Place<'_>,
        signature: &Signature,
        options: &TallyOptions,
    ) {
        if let Some(record) = found.record() {
            self.shown.line(record);
        }
        match &signature.plan {
            None => {
                let tally = self.signatures.entry(found.signature).or_default();
                let threshold = signature.threshold.as_ref();
                let label = threshold.map(Threshold::label);
                tally.counter.add(found, place, label);
                tally.detail.add(found, place, options);
            }
            Some(plan) => {
                let leaf = (found.signature, found.leaf);
                let groups = self.groups.entry(leaf).or_default();
                groups.add(found, place, signature, plan, options);
            }
        }
    }

    /// Takes the first message of a boot: what stands before it in the member is of earlier ones.
    pub fn booted(&mut self, record: &Record<'_>) {
        self.add_boots(1);
        let Some(reading) = record.reading.filter(|reading| reading.scale.is_of_wall()) else {
            return;
        };
        self.shown
            .booted(reading.into(), record.uptime.unwrap_or(0));
    }

    fn add_boots(&mut self, boots: u64) {
        self.boots += boots;
        if boots > 0 && self.boots <= MAX_BOOTS {
            self.end_boot();
        }
    }

    /// Ends the member: of too many boots none is told from the last.
    pub fn end_member(&mut self) {
        if self.boots > MAX_BOOTS {
            self.end_boot();
        }
        self.boots = 0;
    }

    /// Says that the machine was booted again after all of these.
    pub fn end_boot(&mut self) {
        for tally in self.signatures.values_mut() {
            tally.detail.end_boot();
        }
        self.groups.values_mut().for_each(Groups::end_boot);
        self.unexplained.end_boot();
    }

    /// Says whose the member is that all of these stand in.
    pub fn on_host(&mut self, home: &Home<'_>) {
        let host = home.host;
        for tally in self.signatures.values_mut() {
            tally.counter.on_host(host);
            tally.detail.on_host(home);
        }
        for groups in self.groups.values_mut() {
            groups.on_host(home);
        }
        self.unexplained.on_host(home);
        self.shown = std::mem::take(&mut self.shown).on_host(host);
    }

    /// Sets the times and the owners that decide what belongs together, once the clocks of all hosts are known.
    pub fn settle(&mut self, clocks: &Clocks) {
        let owners = Owners::new(clocks);
        for tally in self.signatures.values_mut() {
            tally.counter.settle(&owners);
            tally.detail.settle(&owners);
        }
        for groups in self.groups.values_mut() {
            groups.settle(clocks, &owners);
        }
        self.unexplained.settle(&owners);
    }

    /// The components that spoke in what matched.
    pub fn components(&self) -> ComponentSet {
        let of_groups = self.groups.values().flat_map(Groups::components);
        let simple = self.signatures.values();
        let simple = simple.flat_map(|tally| tally.detail.components.iter().copied());
        simple.chain(of_groups).collect()
    }

    /// Notes what a fact tells of a thing that is well.
    pub fn add_well(&mut self, well: &Well<'_>, source: &Source, signature: &Signature) {
        if let Some(plan) = &signature.plan {
            let thing = Joined::new(plan, source, |entity| well.name_of(entity));
            self.presence.add(well.leaves, thing);
        }
    }

    /// What has matched, by the number of the signature and of the leaf; the leaf is 0 where any of them is enough.
    pub fn matched(&self) -> impl Iterator<Item = (usize, usize)> {
        let simple = self.signatures.keys().map(|number| (*number, 0));
        simple.chain(self.groups.keys().copied())
    }

    /// The first of the lines that are kept of what [`Self::matched`] tells, if all are of one member.
    pub fn first_line(&self, number: usize, leaf: usize) -> Option<&Evidence> {
        if let Some(tally) = self.signatures.get(&number) {
            return tally.detail.kept.first();
        }
        let groups = self.groups.get(&(number, leaf))?.met().values();
        let details = groups.filter_map(|group| group.detail.as_deref());
        details
            .filter_map(|detail| detail.kept.first())
            .min_by_key(|line| line.byte_offset)
    }

    /// A copy of what the signature with this number is judged by.
    pub fn of_signature(&self, number: usize) -> Tally {
        let groups = self.groups.range((number, 0)..=(number, usize::MAX));
        let simple = self.signatures.get_key_value(&number).into_iter();
        Tally {
            signatures: simple.map(|(at, tally)| (*at, tally.clone())).collect(),
            groups: groups.map(|(at, groups)| (*at, groups.clone())).collect(),
            presence: self.presence.clone(),
            ..Tally::default()
        }
    }

    /// Adds the tally of another part.
    pub fn merge(&mut self, other: Tally, next: Next, options: &TallyOptions) {
        if let Next::Block { .. } = next {
            self.add_boots(other.boots);
        }
        for (signature, theirs) in other.signatures {
            let tally = self.signatures.entry(signature).or_default();
            tally.counter.merge(theirs.counter);
            tally.detail.merge(theirs.detail, next, options);
        }
        for (leaf, theirs) in other.groups {
            let groups = self.groups.entry(leaf).or_default();
            groups.merge(theirs, next, options);
        }
        self.unexplained
            .merge(other.unexplained, next, options.max_templates);
        self.presence.merge(other.presence);
        self.shown.merge(other.shown);
        self.attempts.merge(other.attempts, next);
        if let Some(theirs) = other.costs {
            self.costs.get_or_insert_default().merge(&theirs);
        }
    }
}

impl Place<'_> {
    /// The byte of the member that stands at this place of the view.
    pub(super) fn offset_of(&self, at: usize) -> u64 {
        self.view.offset_of(at)
    }
}
