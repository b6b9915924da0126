//! The first thing that was missing: of what a signature needs the first part that does not hold, and of several of which one would
//! be enough, the one that came closest.

use std::time::Duration;

use super::{LeafTrace, Role, Seen, Trace};
use crate::finding::End;
use crate::finding::attempts::Tried;
use crate::finding::parts::{Counting, Node, Part};

/// What a signature that did not fire lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// No line or fact matches this leaf.
    Leaf {
        /// Its number, from 0.
        leaf: usize,
        /// Why.
        why: Why,
    },
    /// This leaf must be absent, and was found.
    Present {
        /// Its number, from 0.
        leaf: usize,
    },
    /// Something was counted, and the number or the share is not right.
    Count(Counting),
    /// All steps were found, but not within the window or not in this order.
    Sequence {
        /// The window.
        within: Option<Duration>,
        /// Whether the order counts.
        ordered: bool,
    },
    /// All that is needed was found, but never of the same thing.
    Apart,
    /// There were fewer than the threshold asks for: so many at the most.
    Threshold {
        /// Matches, or distinct values.
        most: u64,
    },
    /// The bundle contradicts what is required of the machine.
    Requires {
        /// The place in [`Trace::requires`].
        number: usize,
    },
    /// Nothing was found that would prove it.
    Proof,
}

/// Why nothing matches a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// No member could hold such a line, or no fact is of this kind.
    NoSource,
    /// No line holds an anchor.
    NoAnchor,
    /// What came closest ended there.
    Ended(End),
}

impl LeafTrace {
    /// Where the attempt ended that came closest: of facts the one that lacks least.
    fn closest_end(&self) -> Option<&End> {
        let lacks = |tried: &Tried| tried.examples.first().map(|example| example.lacks);
        let of_facts = matches!(self.seen, Seen::Facts(_));
        let closest = match of_facts {
            true => self.ends.iter().min_by_key(|(_, tried)| lacks(tried)),
            false => self.ends.last(),
        };
        closest.map(|(end, _)| end)
    }

    /// Why nothing matches; `None` if something does.
    pub fn why(&self) -> Option<Why> {
        if self.holds() > 0 {
            return None;
        }
        let has_source = match self.seen {
            Seen::Facts(count) => count > 0,
            Seen::Lines { own, open, events } => {
                own.members + open.members + events + self.tried() > 0
            }
        };
        Some(match self.closest_end() {
            Some(end) => Why::Ended(end.clone()),
            None if has_source => Why::NoAnchor,
            None => Why::NoSource,
        })
    }
}

impl Missing {
    /// How close it came, to compare parts of which one is enough.
    fn closeness(&self) -> u8 {
        match self {
            Missing::Proof => 0,
            Missing::Leaf { why, .. } => match why {
                Why::NoSource => 1,
                Why::NoAnchor => 2,
                Why::Ended(End::Component(_)) => 3,
                Why::Ended(End::Literal) => 4,
                Why::Ended(End::Regex) => 5,
                Why::Ended(End::Excluded(_)) => 6,
                Why::Ended(_) => 7,
            },
            Missing::Present { .. } => 8,
            Missing::Count(_) | Missing::Sequence { .. } => 9,
            Missing::Apart => 10,
            Missing::Threshold { .. } => 11,
            Missing::Requires { .. } => 12,
        }
    }
}

impl Trace {
    /// What is missing first, of a signature that did not fire.
    pub(super) fn missing(&self) -> Missing {
        match &self.together {
            Some(together) if together.root.holds == 0 => return self.of_part(&together.root),
            None if self.leaves.iter().all(|leaf| leaf.holds() == 0) => {
                let proving = self.leaves.iter().enumerate();
                let proving = proving.filter(|(_, leaf)| leaf.role == Role::Proves);
                return closest(proving.map(|(leaf, _)| self.of_leaf(leaf)));
            }
            _ => {}
        }
        let threshold = self.signature.threshold.as_ref();
        if let (Some(threshold), Some(most)) = (threshold, self.most)
            && most < threshold.count
        {
            return Missing::Threshold { most };
        }
        let mut requires = self.requires.iter();
        match requires.position(|required| required.is_met == Some(false)) {
            Some(number) => Missing::Requires { number },
            None => Missing::Proof,
        }
    }

    fn of_part(&self, part: &Part) -> Missing {
        let unmet = |parts: &[Part]| parts.iter().position(|part| !part.is_met);
        match &part.node {
            Node::Leaf(leaf) => self.of_leaf(*leaf),
            Node::Any => closest(part.parts.iter().map(|part| self.of_part(part))),
            Node::All => {
                let parts = part.parts.iter();
                let failed = unmet(&part.parts).or_else(|| {
                    let mut parts = parts.clone();
                    parts.position(|part| part.holds == 0 && !self.holds_nowhere())
                });
                failed.map_or(Missing::Apart, |at| self.of_part(&part.parts[at]))
            }
            Node::Absent => {
                let present = self.found_below(part);
                present.map_or(Missing::Proof, |leaf| Missing::Present { leaf })
            }
            Node::Given => closest(part.parts.iter().map(|part| self.of_part(part))),
            Node::Count(counting) => match part.parts.first().filter(|of| !of.is_met) {
                Some(of) if !part.is_met => self.of_part(of),
                _ => Missing::Count(counting.clone()),
            },
            &Node::Sequence { within, ordered } => match unmet(&part.parts) {
                Some(at) => self.of_part(&part.parts[at]),
                None => Missing::Sequence { within, ordered },
            },
        }
    }

    /// Whether no set of entities was there to try.
    fn holds_nowhere(&self) -> bool {
        self.together.as_ref().is_none_or(|all| all.sets == 0)
    }

    fn of_leaf(&self, leaf: usize) -> Missing {
        let why = self.leaves[leaf].why();
        why.map_or(Missing::Apart, |why| Missing::Leaf { leaf, why })
    }

    fn found_below(&self, part: &Part) -> Option<usize> {
        match part.node {
            Node::Leaf(leaf) => Some(leaf).filter(|leaf| self.leaves[*leaf].holds() > 0),
            _ => part.parts.iter().find_map(|part| self.found_below(part)),
        }
    }
}

/// The first of those that came closest.
fn closest(missing: impl Iterator<Item = Missing>) -> Missing {
    let first = |best: Missing, next: Missing| match next.closeness() > best.closeness() {
        true => next,
        false => best,
    };
    missing.reduce(first).unwrap_or(Missing::Proof)
}
