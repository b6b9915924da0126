//! What of a signature must be found together: the tree of its `match`, with its leaves numbered.
//!
//! A signature of which any leaf is enough has no plan. The tree is evaluated when the whole bundle was read (`finding::resolve`),
//! over matches that were grouped by the joined entities.

use std::collections::BTreeSet;
use std::time::Duration;

use super::compile::{FactLeaf, Leaf, LineLeaf};
use super::schema::{Count, Node, Sequence, Spec};

/// What must be found together, and what ends it.
#[derive(Debug)]
pub struct Plan {
    /// The tree.
    pub root: Step,
    /// Entities by which matches are grouped: the joined ones and those of `threshold.per`.
    pub group_by: Vec<String>,
    /// Leaves that tell of a recovery.
    pub clears: Vec<usize>,
    /// Leaves that prove nothing: those that must be absent, and those that tell of a recovery.
    pub silent: BTreeSet<usize>,
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
    /// Adds the leaves below an `absent`.
    fn collect_absent(&self, is_absent: bool, leaves: &mut BTreeSet<usize>) {
        match self {
            Step::Leaf(leaf) if is_absent => {
                leaves.insert(*leaf);
            }
            Step::Leaf(_) => {}
            Step::Any(steps) | Step::All(steps) | Step::Sequence { steps, .. } => steps
                .iter()
                .for_each(|step| step.collect_absent(is_absent, leaves)),
            Step::Absent(step) => step.collect_absent(true, leaves),
            Step::Count(counted) => {
                counted.of.collect_absent(is_absent, leaves);
                if let Some(among) = &counted.among {
                    among.collect_absent(is_absent, leaves);
                }
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
    /// The entity whose distinct values are counted.
    pub distinct: Option<String>,
    /// The least share in percent.
    pub percent: Option<u64>,
}

/// The leaves of a signature in the order of its file, and how they belong together.
pub(super) fn compile(spec: &Spec) -> (Vec<Leaf>, Option<Plan>) {
    let mut leaves = Leaves {
        spec,
        found: Vec::new(),
    };
    let any = leaves.steps(&spec.rule.any);
    let all = leaves.steps(&spec.rule.all);
    let sequence = spec
        .sequence
        .as_ref()
        .map(|sequence| leaves.sequence(sequence));
    let rule = leaves.found.len();
    leaves.steps(&spec.cleared_by);
    let clears: Vec<usize> = (rule..leaves.found.len()).collect();

    let mut group_by: Vec<String> = spec.rule.join.clone();
    let of_sequence = spec.sequence.iter().flat_map(|sequence| &sequence.join);
    let of_threshold = spec.threshold.iter().flat_map(|threshold| &threshold.per);
    group_by.extend(of_sequence.chain(of_threshold).cloned());
    group_by.sort();
    group_by.dedup();

    let counts_distinct = spec
        .threshold
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
        let mut silent: BTreeSet<usize> = clears.iter().copied().collect();
        root.collect_absent(false, &mut silent);
        Plan {
            root,
            group_by,
            clears,
            silent,
        }
    });
    (leaves.found, plan)
}

/// Numbers leaves while the tree is built.
struct Leaves<'s> {
    spec: &'s Spec,
    found: Vec<Leaf>,
}

impl Leaves<'_> {
    fn steps(&mut self, nodes: &[Node]) -> Vec<Step> {
        nodes.iter().map(|node| self.step(node)).collect()
    }

    fn step(&mut self, node: &Node) -> Step {
        match node {
            Node::Line(line) => {
                self.leaf(Some(Leaf::Line(Box::new(LineLeaf::new(line, self.spec)))))
            }
            Node::Fact(fact) => self.leaf(FactLeaf::new(fact).map(Leaf::Fact)),
            Node::Any(nodes) => Step::Any(self.steps(nodes)),
            Node::All(nodes) => Step::All(self.steps(nodes)),
            Node::Absent(node) => Step::Absent(Box::new(self.step(node))),
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

    fn count(&mut self, count: &Count) -> Counted {
        Counted {
            of: Box::new(self.step(&count.of)),
            among: count.among.as_ref().map(|among| Box::new(self.step(among))),
            at_least: count.at_least.unwrap_or(1),
            at_most: count.at_most,
            distinct: count.distinct.clone(),
            percent: count.percent.map(u64::from),
        }
    }

    fn sequence(&mut self, sequence: &Sequence) -> Step {
        Step::Sequence {
            steps: self.steps(&sequence.steps),
            within: sequence.within,
            ordered: sequence.ordered,
        }
    }
}
