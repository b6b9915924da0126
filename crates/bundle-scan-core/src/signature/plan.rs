//! What of a signature must be found together: the tree of its `match`, with its leaves numbered.
//!
//! A signature of which any leaf is enough has no plan. The tree is evaluated when the whole bundle was read (`finding::resolve`),
//! over matches that were grouped by the joined entities.

use std::sync::Arc;
use std::time::Duration;

use super::compile::{Entities, FactLeaf, Leaf, LineLeaf};
use super::schema::{Count, Detection, Node, Sequence, TextRule, Threshold};
use crate::base::hash::fnv1a;

/// What must be found together, and what ends it.
#[derive(Debug)]
pub struct Plan {
    /// The tree.
    pub root: Step,
    /// Entities by which matches are grouped: the joined ones and those of `threshold.per`.
    pub group_by: Vec<String>,
    /// Leaves that tell of a recovery.
    pub clears: Vec<usize>,
    /// What is kept of the matches of each leaf.
    pub keeps: Vec<Keep>,
}

/// What is kept of the matches of a leaf, besides how often it matched.
#[derive(Clone, Debug, Default)]
pub struct Keep {
    /// No line and no entity: the leaf proves nothing, because it must be absent, or is merely given, or is what a share is taken
    /// of, or tells of a recovery.
    pub is_silent: bool,
    /// When they happened.
    pub moments: bool,
    /// How often, even if the leaf proves nothing.
    pub counts: bool,
    /// How many came within a window.
    pub bursts: bool,
    /// The entities whose distinct values are counted.
    pub distinct: Vec<String>,
    /// For a leaf of which no more matters than whether it holds: the same number for all leaves of any signature that ask the
    /// same, see [`crate::finding::presence`].
    pub presence: Option<u64>,
}

/// One node of the tree.
#[derive(Debug)]
pub enum Step {
    /// A leaf, by its number.
    Leaf(usize),
    /// One of these is enough.
    Any(Vec<Step>),
    /// All of these are needed.
    All(Vec<Step>),
    /// This must not be found.
    Absent(Box<Step>),
    /// This must be found, but proves nothing.
    Given(Box<Step>),
    /// This must be found a number of times.
    Count(Counted),
    /// These in a window.
    Sequence {
        /// What must come.
        steps: Vec<Step>,
        /// The window in which all lie.
        within: Option<Duration>,
        /// Whether they come in this order.
        ordered: bool,
    },
}

impl Step {
    /// Whether all that is needed may be there, if a leaf is where `is_there` says so.
    pub fn may_hold(&self, is_there: &impl Fn(usize) -> bool) -> bool {
        match self {
            Step::Leaf(leaf) => is_there(*leaf),
            Step::Any(steps) => steps.iter().any(|step| step.may_hold(is_there)),
            Step::All(steps) | Step::Sequence { steps, .. } => {
                steps.iter().all(|step| step.may_hold(is_there))
            }
            Step::Absent(_) => true,
            Step::Given(step) => step.may_hold(is_there),
            Step::Count(counted) => counted.at_least == 0 || counted.of.may_hold(is_there),
        }
    }

    /// Notes what is kept of the leaves of this part; `outer` is what the parts around it ask for.
    fn keep(&self, outer: &Keep, keeps: &mut [Keep]) {
        match self {
            Step::Leaf(leaf) => keeps[*leaf] = outer.clone(),
            Step::Any(steps) | Step::All(steps) => {
                steps.iter().for_each(|step| step.keep(outer, keeps));
            }
            Step::Absent(step) | Step::Given(step) => {
                let silent = Keep {
                    is_silent: true,
                    ..outer.clone()
                };
                step.keep(&silent, keeps);
            }
            Step::Count(counted) => {
                let mut counting = Keep {
                    counts: true,
                    bursts: outer.bursts || counted.within.is_some(),
                    ..outer.clone()
                };
                counting.distinct.extend(counted.distinct.clone());
                counted.of.keep(&counting, keeps);
                // What a share is taken of proves nothing.
                if let Some(among) = &counted.among {
                    let silent = Keep {
                        is_silent: true,
                        ..counting
                    };
                    among.keep(&silent, keeps);
                }
            }
            Step::Sequence { steps, .. } => {
                let timed = Keep {
                    moments: true,
                    ..outer.clone()
                };
                steps.iter().for_each(|step| step.keep(&timed, keeps));
            }
        }
    }
}

/// A number of matches.
#[derive(Debug)]
pub struct Counted {
    /// What is counted.
    pub of: Box<Step>,
    /// What the share is taken of.
    pub among: Option<Box<Step>>,
    /// How many are needed.
    pub at_least: u64,
    /// How many are too many.
    pub at_most: Option<u64>,
    /// The window in which they must lie.
    pub within: Option<Duration>,
    /// The entity whose distinct values are counted.
    pub distinct: Option<String>,
    /// The least share in percent.
    pub percent: Option<u64>,
}

/// How a signature is recognised, ready to be run.
#[derive(Debug)]
pub struct Compiled {
    /// All leaves, in the order of the file: those of `match`, `sequence`, `cleared_by`.
    pub leaves: Vec<Leaf>,
    /// What must be found together; `None` if any leaf is enough.
    pub plan: Option<Plan>,
    /// See [`Detection::threshold`].
    pub threshold: Option<Threshold>,
    /// See [`Detection::entities`].
    pub entities: Entities,
}

/// Numbers the leaves of a signature and says how they belong together.
pub(super) fn compile(detection: Detection) -> Compiled {
    let Detection {
        rule,
        threshold,
        sequence,
        cleared_by,
        entities,
    } = detection;
    let mut group_by: Vec<String> = rule.join;
    let of_sequence = sequence.iter().flat_map(|sequence| &sequence.join);
    let of_threshold = threshold.iter().flat_map(|threshold| &threshold.per);
    group_by.extend(of_sequence.chain(of_threshold).cloned());
    group_by.sort();
    group_by.dedup();

    let mut leaves = Leaves {
        none: rule.none.into(),
        entities: entities.into(),
        found: Vec::new(),
    };
    let any = leaves.steps(rule.any);
    let all = leaves.steps(rule.all);
    let sequence = sequence.map(|sequence| leaves.sequence(sequence));
    let proving = leaves.found.len();
    leaves.steps(cleared_by);
    let clears: Vec<usize> = (proving..leaves.found.len()).collect();

    let counts_distinct = threshold
        .as_ref()
        .is_some_and(|threshold| threshold.distinct.is_some());
    let is_simple = all.is_empty()
        && sequence.is_none()
        && clears.is_empty()
        && group_by.is_empty()
        && !counts_distinct
        && any.iter().all(|step| matches!(step, Step::Leaf(_)));
    let plan = (!is_simple).then(|| {
        let mut needed = all;
        if !any.is_empty() {
            needed.insert(0, Step::Any(any));
        }
        needed.extend(sequence);
        let root = Step::All(needed);
        let keeps = leaves.keeps(&root, &clears, &group_by);
        Plan {
            root,
            group_by,
            clears,
            keeps,
        }
    });
    Compiled {
        leaves: leaves.found,
        plan,
        threshold,
        entities: leaves.entities,
    }
}

/// Numbers leaves while the tree is built.
struct Leaves {
    /// The exclusions of the whole signature.
    none: Arc<[TextRule]>,
    entities: Entities,
    found: Vec<Leaf>,
}

impl Leaves {
    fn steps(&mut self, nodes: Vec<Node>) -> Vec<Step> {
        nodes.into_iter().map(|node| self.step(node)).collect()
    }

    fn step(&mut self, node: Node) -> Step {
        match node {
            Node::Line(line) => {
                let line = LineLeaf::new(line, &self.none, &self.entities);
                self.leaf(Some(Leaf::Line(Box::new(line))))
            }
            Node::Fact(fact) => self.leaf(FactLeaf::new(&fact, &self.entities).map(Leaf::Fact)),
            Node::Any(nodes) => Step::Any(self.steps(nodes)),
            Node::All(nodes) => Step::All(self.steps(nodes)),
            Node::Absent(node) => Step::Absent(Box::new(self.step(*node))),
            Node::Given(node) => Step::Given(Box::new(self.step(*node))),
            Node::Count(count) => Step::Count(self.count(count)),
            Node::Sequence(sequence) => self.sequence(sequence),
        }
    }

    fn leaf(&mut self, leaf: Option<Leaf>) -> Step {
        match leaf {
            Some(leaf) => {
                self.found.push(leaf);
                Step::Leaf(self.found.len() - 1)
            }
            // What cannot be compiled is never found; the linter has refused it.
            None => Step::Any(Vec::new()),
        }
    }

    fn keeps(&self, root: &Step, clears: &[usize], group_by: &[String]) -> Vec<Keep> {
        let mut keeps = vec![Keep::default(); self.found.len()];
        let outer = Keep {
            moments: !clears.is_empty(),
            ..Keep::default()
        };
        root.keep(&outer, &mut keeps);
        for leaf in clears {
            keeps[*leaf] = Keep {
                is_silent: true,
                ..outer.clone()
            };
        }
        for (keep, leaf) in keeps.iter_mut().zip(&self.found) {
            // Of states it does not matter when: they hold at capture.
            let is_asked_no_more = keep.is_silent && !keep.counts;
            let leaf = leaf.as_fact().filter(|_| is_asked_no_more);
            let Some(leaf) = leaf.filter(|leaf| leaf.kind.is_state()) else {
                continue;
            };
            let entities = self.entities.iter();
            let of_leaf = entities.filter(|(name, _)| leaf.kind.field(name).is_some());
            let of_leaf: Vec<_> = of_leaf.collect();
            let all = format!("{} {of_leaf:?} {group_by:?}", leaf.asks());
            keep.presence = Some(fnv1a(all.as_bytes()));
        }
        keeps
    }

    fn count(&mut self, count: Count) -> Counted {
        Counted {
            of: Box::new(self.step(*count.of)),
            among: count.among.map(|among| Box::new(self.step(*among))),
            at_least: count.at_least.unwrap_or(1),
            at_most: count.at_most,
            within: count.within,
            distinct: count.distinct,
            percent: count.percent.map(u64::from),
        }
    }

    fn sequence(&mut self, sequence: Sequence) -> Step {
        Step::Sequence {
            steps: self.steps(sequence.steps),
            within: sequence.within,
            ordered: sequence.ordered,
        }
    }
}
