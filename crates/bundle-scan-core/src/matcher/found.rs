//! What the matcher hands out: a signature's leaf matched a line or a fact.
//!
//! Most matches are of leaves that only tell that something is well, and are asked no more than whose they are. What a finding
//! shows of a match, a [`Sighting`], is therefore made on demand.

use std::borrow::Cow;
use std::ops::Range;

use super::costs::Costs;
use super::facts::{self, Seen};
use crate::base::legible::legible;
use crate::base::time::Reading;
use crate::record::Record;
use crate::source::component::Component;

/// Takes what a scan meets.
pub trait Sink {
    /// A leaf of a signature matched.
    fn found(&mut self, found: &Match<'_>);

    /// A record tells an error, and no leaf matched it.
    fn unexplained(&mut self, error: &Sighting<'_>);

    /// A record is the first message of a boot.
    fn booted(&mut self, record: &Record<'_>);

    /// Where to note what is spent, if somebody wants to know.
    fn costs(&mut self) -> Option<&mut Costs> {
        None
    }
}

/// One leaf of a signature matched one line or fact.
#[derive(Debug)]
pub struct Match<'a> {
    /// Place of the signature in [`super::Matcher::signatures`].
    pub signature: usize,
    /// Which leaf of the signature matched.
    pub leaf: usize,
    /// When it happened.
    pub reading: Option<Reading>,
    /// How often it happened: an event row may stand for many.
    pub repeats: u64,
    /// For what tells how a thing is at capture, not what happened at some time: a number for that thing, the same in every
    /// spelling.
    pub state_of: Option<u64>,
    /// Who tells it; `None` when that cannot be told.
    pub component: Option<Component>,
    pub(super) by: By<'a>,
}

/// What matched.
#[derive(Debug)]
pub(super) enum By<'a> {
    Line(&'a Sighting<'a>),
    Fact(Seen<'a>),
}

/// What a finding shows of a match.
#[derive(Debug)]
pub struct Sighting<'a> {
    /// The line in the view.
    pub line: Range<usize>,
    /// The byte of the view that proves the match: in the line.
    pub place: usize,
    /// Line ends in the block before this line.
    pub lines_before: u64,
    /// The line, understood.
    pub record: &'a Record<'a>,
    /// What the regex captured, or the fields that count.
    pub captures: Vec<Capture<'a>>,
}

/// One captured part, or one field of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture<'a> {
    /// The name in the regex, or of the field.
    pub name: &'a str,
    /// The entity that the signature makes of it.
    pub entity: Option<&'a str>,
    /// The bytes.
    pub value: Cow<'a, [u8]>,
}

/// The name of an entity, with its namespace where that stands apart.
#[derive(Debug)]
pub struct Name<'a> {
    /// The namespace.
    pub namespace: Option<&'a str>,
    /// The name.
    pub name: Cow<'a, str>,
}

impl<'a> Name<'a> {
    /// A name with which its namespace stands, if it has one.
    pub(super) fn whole(name: Cow<'a, str>) -> Self {
        Name {
            namespace: None,
            name,
        }
    }

    /// The whole name: `shop/web-0`.
    pub fn text(self) -> Cow<'a, str> {
        match self.namespace {
            Some(namespace) => Cow::Owned([namespace, "/", &self.name].concat()),
            None => self.name,
        }
    }
}

impl<'a> Match<'a> {
    pub(super) fn of_line(signature: usize, leaf: usize, sighting: &'a Sighting<'a>) -> Self {
        let record = sighting.record;
        Match {
            signature,
            leaf,
            reading: record.reading,
            repeats: record.repeats,
            state_of: None,
            component: record.component,
            by: By::Line(sighting),
        }
    }

    /// What a finding shows of it, handed to `show`.
    pub fn show<R>(&self, show: impl FnOnce(&Sighting<'_>) -> R) -> R {
        match &self.by {
            By::Line(sighting) => show(sighting),
            By::Fact(seen) => facts::show(seen, show),
        }
    }

    /// The line, understood, if it is a line that matched.
    pub fn record(&self) -> Option<&Record<'_>> {
        match &self.by {
            By::Line(sighting) => Some(sighting.record),
            By::Fact(_) => None,
        }
    }

    /// Hands each entity with its name to `found`.
    pub fn each_name(&self, mut found: impl FnMut(&str, Name<'_>)) {
        match &self.by {
            By::Fact(seen) => seen.each_name(found),
            By::Line(sighting) => {
                for capture in &sighting.captures {
                    if let Some(entity) = capture.entity {
                        found(entity, Name::whole(legible(&capture.value)));
                    }
                }
            }
        }
    }

    /// Whether it tells how a thing is at capture, not how it was before.
    pub fn is_state(&self) -> bool {
        match &self.by {
            By::Fact(seen) => self.state_of.is_some() && !seen.looks_back(),
            By::Line(_) => false,
        }
    }

    /// The byte of the view where its line begins.
    pub fn line_start(&self) -> usize {
        match &self.by {
            By::Line(sighting) => sighting.line.start,
            By::Fact(seen) => seen.line_start(),
        }
    }

    /// What it says about an entity: what was captured, or else what the envelope of its line tells.
    pub fn name_of(&self, entity: &str) -> Option<Name<'_>> {
        match &self.by {
            By::Fact(seen) => seen.name_of(entity),
            By::Line(sighting) => sighting.name_of(entity).map(Name::whole),
        }
    }
}

impl Sighting<'_> {
    fn name_of(&self, entity: &str) -> Option<Cow<'_, str>> {
        let mut captures = self.captures.iter();
        if let Some(capture) = captures.find(|capture| capture.entity == Some(entity)) {
            return Some(legible(&capture.value));
        }
        let record = self.record;
        let object = || record.object.as_deref().map(legible);
        match entity {
            "node" | "host" => record.host.as_deref().map(legible),
            "object" => object(),
            "pod" => match &record.pod {
                Some(pod) => Some(legible(pod)),
                None => object()?
                    .strip_prefix("pod/")
                    .map(|pod| pod.to_owned().into()),
            },
            _ => None,
        }
    }
}
