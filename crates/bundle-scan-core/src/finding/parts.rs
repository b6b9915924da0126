//! How far each part of a plan got, when all members were read: for a signature that did not fire, what is missing; judged by the
//! same evaluation that decides.

use std::time::Duration;

use super::group::Joined;
use super::moment::Moment;
use super::resolve::{Evaluation, Unnamed, most_of};
use super::tally::Tally;
use crate::signature::Signature;
use crate::signature::plan::{Counted, Plan, Step};

/// What became of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Together {
    /// Sets of joined entities that were tried; one if nothing is joined.
    pub sets: u64,
    /// The tree.
    pub root: Part,
    /// Of a signature with a threshold the most that came together in a set for which the tree holds.
    pub most: Option<u64>,
}

/// One node of the tree of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// What it asks for.
    pub node: Node,
    /// For how many sets of entities it holds.
    pub holds: u64,
    /// Whether all that it needs was met at all, by whatever entities.
    pub is_met: bool,
    /// The nodes below.
    pub parts: Vec<Part>,
}

/// What a node of a plan asks for, see [`Step`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // They are the steps of a plan.
#[non_exhaustive]
pub enum Node {
    Leaf(usize),
    Any,
    All,
    Absent,
    Given,
    Count(Counting),
    Sequence {
        within: Option<Duration>,
        ordered: bool,
    },
}

/// A number of matches that is asked for, see [`Counted`], and what was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // What is wanted is told by `Counted`.
#[non_exhaustive]
pub struct Counting {
    pub at_least: u64,
    pub at_most: Option<u64>,
    pub within: Option<Duration>,
    pub distinct: Option<String>,
    pub percent: Option<u64>,
    /// What was counted.
    pub numbers: Numbers,
}

impl From<&Counted> for Counting {
    fn from(counted: &Counted) -> Self {
        Counting {
            at_least: counted.at_least,
            at_most: counted.at_most,
            within: counted.within,
            distinct: counted.distinct.clone(),
            percent: counted.percent,
            numbers: Numbers::default(),
        }
    }
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Numbers {
    /// The largest number in any set.
    pub most: u64,
    /// The smallest.
    pub least: u64,
    /// What the largest share was taken of, where one is asked for.
    pub of: Option<u64>,
    /// How many had that share.
    pub share: u64,
}

/// Evaluates each part of the plan of a signature, the one with this `number`, over a tally that is settled and bounded. `captured_at` as
/// for [`resolve`](super::resolve::resolve).
pub(crate) fn together(
    (number, signature): (usize, &Signature),
    plan: &Plan,
    tally: &Tally,
    captured_at: Option<i64>,
) -> Together {
    let well = Moment::at_capture();
    let evaluation = Evaluation::new((number, signature), plan, tally, &well, captured_at);
    let candidates = evaluation.candidates();
    let mut root = evaluation.part(&plan.root);
    let mut most = None;
    let threshold = signature.threshold.as_ref();
    for (tried, entities) in candidates.iter().enumerate() {
        let outer = Unnamed::Differs;
        evaluation.try_part(&plan.root, entities, outer, tried == 0, &mut root);
        let Some(threshold) = threshold else { continue };
        let proof = evaluation.step(&plan.root, entities, outer);
        let proof = proof.filter(|proof| !proof.is_empty());
        let reached = proof.and_then(|proof| most_of(threshold, &evaluation.counted(&proof)));
        most = most.max(reached);
    }
    Together {
        sets: candidates.len() as u64,
        root,
        most,
    }
}

impl Evaluation<'_> {
    /// The tree, before anything was tried.
    fn part(&self, step: &Step) -> Part {
        let (node, steps): (Node, Vec<&Step>) = match step {
            Step::Leaf(leaf) => (Node::Leaf(*leaf), Vec::new()),
            Step::Any(steps) => (Node::Any, steps.iter().collect()),
            Step::All(steps) => (Node::All, steps.iter().collect()),
            Step::Absent(inner) => (Node::Absent, vec![inner]),
            Step::Given(inner) => (Node::Given, vec![inner]),
            Step::Count(counted) => {
                let among = counted.among.as_deref().into_iter();
                let steps = std::iter::once(&*counted.of).chain(among).collect();
                (Node::Count(counted.into()), steps)
            }
            Step::Sequence {
                steps,
                within,
                ordered,
            } => {
                let (within, ordered) = (*within, *ordered);
                (Node::Sequence { within, ordered }, steps.iter().collect())
            }
        };
        Part {
            node,
            holds: 0,
            is_met: self.may_hold(step),
            parts: steps.into_iter().map(|step| self.part(step)).collect(),
        }
    }

    /// Notes for which parts these entities are enough.
    fn try_part(
        &self,
        step: &Step,
        entities: &Joined,
        unnamed: Unnamed,
        is_first: bool,
        part: &mut Part,
    ) {
        part.holds += u64::from(self.step(step, entities, unnamed).is_some());
        let inner = match step {
            Step::Absent(_) => Unnamed::Agrees,
            Step::Given(_) => unnamed.of_given(),
            _ => unnamed,
        };
        let mut parts = part.parts.iter_mut();
        let mut below = |step: &Step| {
            if let Some(part) = parts.next() {
                self.try_part(step, entities, inner, is_first, part);
            }
        };
        match step {
            Step::Leaf(_) => {}
            Step::Any(steps) | Step::All(steps) | Step::Sequence { steps, .. } => {
                steps.iter().for_each(below);
            }
            Step::Absent(step) | Step::Given(step) => below(step),
            Step::Count(counted) => {
                below(&counted.of);
                counted.among.as_deref().into_iter().for_each(below);
                let (_, number, all) = self.numbers(counted, entities, unnamed);
                if let Node::Count(counting) = &mut part.node {
                    counting.numbers.add(number, all, is_first);
                }
            }
        }
    }
}

impl Numbers {
    fn add(&mut self, number: u64, all: Option<u64>, is_first: bool) {
        self.most = self.most.max(number);
        self.least = match is_first {
            true => number,
            false => self.least.min(number),
        };
        let Some(all) = all else { return };
        let known = self.of.unwrap_or(0);
        let is_larger = u128::from(number) * u128::from(known.max(1))
            > u128::from(self.share) * u128::from(all.max(1));
        if self.of.is_none() || is_larger {
            (self.share, self.of) = (number, Some(all));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_number_and_the_largest_share_may_be_of_different_sets() {
        let mut numbers = Numbers::default();
        numbers.add(3, Some(100), true);
        numbers.add(2, Some(4), false);
        numbers.add(0, Some(0), false);
        let expected = Numbers {
            most: 3,
            least: 0,
            of: Some(4),
            share: 2,
        };
        assert_eq!(numbers, expected);
    }
}
