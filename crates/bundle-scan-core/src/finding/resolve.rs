//! Decides at the end which matches of a signature with a plan were found together, and whether the problem went away.
//!
//! Every set of joined entities that some match names is tried: a leaf holds for it if the leaf matched with the same entities.
//! What a leaf cannot name (a row of `lvs` names no pod) does not have to agree.

use std::collections::BTreeSet;

use super::evidence::Evidence;
use super::group::{GroupKey, Moment};
use super::tally::{Groups, SignatureTally, TallyOptions};
use super::window;
use crate::signature::Signature;
use crate::signature::plan::{Counted, Plan, Step};
use crate::signature::schema::Threshold;

/// The matches that hold together.
#[derive(Debug)]
pub struct Resolved {
    /// What they add up to.
    pub tally: SignatureTally,
    /// Whether a recovery came after the last of them; `None` if nothing tells.
    pub is_cleared: Option<bool>,
}

/// Entities that a signature joins at the most.
pub const MAX_JOINED: usize = 4;

/// Values of the joined entities, in the order of [`Plan::group_by`].
type Entities = Vec<Option<u64>>;

/// The groups that make a part of the plan hold.
type Proof<'g> = BTreeSet<&'g GroupKey>;

/// Evaluates the plan of a signature over its groups. `captured_at` is the newest known time of the bundle, in nanoseconds
/// since 1970-01-01T00:00:00Z. `None` if the signature does not fire.
pub fn resolve(
    signature: &Signature,
    plan: &Plan,
    groups: &Groups,
    captured_at: Option<i64>,
    options: &TallyOptions,
) -> Option<Resolved> {
    let evaluation = Evaluation {
        signature,
        plan,
        groups,
        captured_at,
    };
    let mut proof = Proof::new();
    let mut cleared: Option<Option<bool>> = None;
    for entities in evaluation.candidates() {
        let Some(found) = evaluation.step(&plan.root, &entities, Unnamed::Differs) else {
            continue;
        };
        if !found.is_empty()
            && reaches(
                signature.spec.threshold.as_ref(),
                &sum(&found, groups, options),
            )
        {
            let this = evaluation.is_cleared(&found, &entities);
            cleared = Some(cleared.map_or(this, |before| all_cleared(before, this)));
            proof.extend(found);
        }
    }
    let is_cleared = cleared?;
    let mut tally = sum(&proof, groups, options);
    tally.evidence = shown(&proof, groups, options.evidence);
    Some(Resolved { tally, is_cleared })
}

/// Whether a tally has as many matches as the threshold asks for.
pub fn reaches(threshold: Option<&Threshold>, tally: &SignatureTally) -> bool {
    let (Some(threshold), Some(burst)) = (threshold, &tally.burst) else {
        return true;
    };
    let most = match threshold.distinct {
        None => burst.most_within(threshold.within),
        Some(_) => burst.most_distinct_within(threshold.within),
    };
    most >= threshold.count
}

/// A problem that went away everywhere went away.
fn all_cleared(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a && b),
        (Some(false), None) | (None, Some(false)) => Some(false),
        _ => None,
    }
}

fn sum(proof: &Proof<'_>, groups: &Groups, options: &TallyOptions) -> SignatureTally {
    let mut tally = SignatureTally::default();
    for group in proof.iter().filter_map(|key| groups.get(*key)) {
        tally.merge(group.clone(), options);
    }
    tally
}

/// The evidence of all leaves in turn, so that a few lines show every part of the proof.
fn shown(proof: &Proof<'_>, groups: &Groups, most: usize) -> Vec<Evidence> {
    let leaves: BTreeSet<usize> = proof.iter().map(|key| key.leaf).collect();
    let of_leaf = |leaf: &usize| {
        let mine = proof.iter().filter(|key| key.leaf == *leaf);
        let mut lines: Vec<&Evidence> = mine
            .filter_map(|key| groups.get(*key))
            .flat_map(|group| &group.evidence)
            .collect();
        lines.sort_by(|a, b| a.order().cmp(&b.order()));
        lines
    };
    let by_leaf: Vec<Vec<&Evidence>> = leaves.iter().map(of_leaf).collect();
    let rounds = by_leaf.iter().map(Vec::len).max().unwrap_or(0).min(most);
    let in_turn =
        (0..rounds).flat_map(|round| by_leaf.iter().filter_map(move |lines| lines.get(round)));
    let mut lines: Vec<Evidence> = Vec::new();
    for line in in_turn {
        // Two leaves may have matched one line.
        let is_known = |known: &Evidence| {
            (&known.member, known.byte_offset) == (&line.member, line.byte_offset)
        };
        if lines.len() < most && !lines.iter().any(is_known) {
            lines.push((*line).clone());
        }
    }
    lines
}

/// What a match that could name an entity and does not counts as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unnamed {
    /// As another one: it proves nothing.
    Differs,
    /// As the same: it may be what must be absent.
    Agrees,
}

struct Evaluation<'g> {
    signature: &'g Signature,
    plan: &'g Plan,
    groups: &'g Groups,
    captured_at: Option<i64>,
}

impl<'g> Evaluation<'g> {
    /// The entities to try: all that a match names in full, and of the others those that no such match stands for: it names
    /// something else, or could have named more and did not.
    fn candidates(&self) -> BTreeSet<Entities> {
        let named = self.groups.keys().filter(|key| !key.is_silent);
        let (whole, partial): (Vec<&GroupKey>, Vec<&GroupKey>) =
            named.partition(|key| key.values.iter().all(Option::is_some));
        let is_nameless = |key: &GroupKey| {
            let leaf = self.signature.leaves.get(key.leaf);
            let mut pairs = key.values.iter().zip(&self.plan.group_by);
            pairs.any(|(value, entity)| {
                value.is_none() && leaf.is_some_and(|leaf| leaf.provides(entity))
            })
        };
        let fits = |part: &GroupKey| {
            whole.iter().any(|whole| {
                let mut pairs = part.values.iter().zip(&whole.values);
                pairs.all(|(part, whole)| part.is_none() || part == whole)
            })
        };
        let alone = partial
            .into_iter()
            .filter(|part| is_nameless(part) || !fits(part));
        alone
            .chain(whole.iter().copied())
            .map(|key| key.values.clone())
            .collect()
    }

    /// The groups of a leaf whose entities agree with the candidate.
    fn of_leaf(&self, leaf: usize, entities: &Entities, unnamed: Unnamed) -> Proof<'g> {
        let is_silent = self.plan.silent.contains(&leaf);
        let key = |values| GroupKey {
            leaf,
            is_silent,
            values,
        };
        // What the candidate leaves open may be anything: every group must be looked at.
        if unnamed == Unnamed::Agrees && entities.iter().any(Option::is_none) {
            let own = self.groups.range(key(Vec::new())..).map(|(key, _)| key);
            let own = own.take_while(|key| key.leaf == leaf);
            return own
                .filter(|key| self.agrees(key, entities, unnamed))
                .collect();
        }
        // Otherwise a group names what the candidate names, or leaves some of it open.
        let choices = (0..1_usize << entities.len().min(MAX_JOINED)).map(|open| {
            let each = entities.iter().enumerate();
            let values = each.map(|(at, value)| value.filter(|_| open >> at & 1 == 0));
            key(values.collect())
        });
        let found = choices.filter_map(|key| self.groups.get_key_value(&key));
        found
            .map(|(key, _)| key)
            .filter(|key| self.agrees(key, entities, unnamed))
            .collect()
    }

    fn agrees(&self, key: &GroupKey, entities: &Entities, unnamed: Unnamed) -> bool {
        let leaf = self.signature.leaves.get(key.leaf);
        let names = self.plan.group_by.iter();
        let mut each = key.values.iter().zip(entities).zip(names);
        each.all(|((mine, wanted), entity)| match (mine, wanted) {
            (Some(mine), Some(wanted)) => mine == wanted,
            (None, None) => true,
            (None, Some(_)) => {
                unnamed == Unnamed::Agrees || leaf.is_some_and(|leaf| !leaf.provides(entity))
            }
            (Some(_), None) => unnamed == Unnamed::Agrees,
        })
    }

    /// Whether a part of the plan holds, and by which groups.
    fn step(&self, step: &Step, entities: &Entities, unnamed: Unnamed) -> Option<Proof<'g>> {
        match step {
            Step::Leaf(leaf) => {
                Some(self.of_leaf(*leaf, entities, unnamed)).filter(|proof| !proof.is_empty())
            }
            Step::Any(steps) => {
                let found = steps
                    .iter()
                    .filter_map(|step| self.step(step, entities, unnamed));
                found.reduce(|mut all, one| {
                    all.extend(one);
                    all
                })
            }
            Step::All(steps) => {
                let mut all = Proof::new();
                for step in steps {
                    all.extend(self.step(step, entities, unnamed)?);
                }
                Some(all)
            }
            Step::Absent(step) => match self.step(step, entities, Unnamed::Agrees) {
                Some(_) => None,
                None => Some(Proof::new()),
            },
            Step::Count(counted) => self.count(counted, entities, unnamed),
            Step::Sequence {
                steps,
                within,
                ordered,
            } => {
                let steps: Vec<window::Step<'_>> = steps
                    .iter()
                    .map(|step| self.moments(step, entities))
                    .collect();
                let within = within.map(window::nanos);
                window::holds(&steps, within, *ordered, self.captured_at)
                    .then(|| self.leaves_of(step, entities, unnamed))
            }
        }
    }

    fn count(&self, counted: &Counted, entities: &Entities, unnamed: Unnamed) -> Option<Proof<'g>> {
        let proof = self
            .step(&counted.of, entities, unnamed)
            .unwrap_or_default();
        let number = self.number(&proof, counted.distinct.as_deref());
        let is_share = match (&counted.among, counted.percent) {
            (Some(among), Some(percent)) => {
                let all = self.step(among, entities, unnamed).unwrap_or_default();
                let all = self.number(&all, counted.distinct.as_deref());
                all > 0 && number.saturating_mul(100) >= all.saturating_mul(percent)
            }
            _ => true,
        };
        let is_few = counted.at_most.is_none_or(|most| number <= most);
        (number >= counted.at_least && is_few && is_share).then_some(proof)
    }

    fn number(&self, proof: &Proof<'g>, distinct: Option<&str>) -> u64 {
        let tallies = proof.iter().filter_map(|key| self.groups.get(*key));
        match distinct {
            None => tallies.map(SignatureTally::count).sum(),
            Some(entity) => {
                let values = tallies.filter_map(|tally| tally.entities.get(entity));
                let names: BTreeSet<&str> = values
                    .flat_map(|values| values.ranked().into_iter().map(|(name, _)| name))
                    .collect();
                names.len() as u64
            }
        }
    }

    /// The moments of one step of a sequence.
    fn moments(&self, step: &Step, entities: &Entities) -> window::Step<'g> {
        let (step, is_absent) = match step {
            Step::Absent(inner) => (inner.as_ref(), true),
            other => (other, false),
        };
        let unnamed = if is_absent {
            Unnamed::Agrees
        } else {
            Unnamed::Differs
        };
        let mut moments: Vec<&Moment> = self
            .leaves_of(step, entities, unnamed)
            .into_iter()
            .filter_map(|key| self.groups.get(key))
            .flat_map(|tally| tally.moments.sorted())
            .collect();
        moments.sort_unstable();
        window::Step { moments, is_absent }
    }

    /// All groups of the leaves below a step, those of what must be absent left out.
    fn leaves_of(&self, step: &Step, entities: &Entities, unnamed: Unnamed) -> Proof<'g> {
        match step {
            Step::Leaf(leaf) => self.of_leaf(*leaf, entities, unnamed),
            Step::Any(steps) | Step::All(steps) | Step::Sequence { steps, .. } => steps
                .iter()
                .flat_map(|step| self.leaves_of(step, entities, unnamed))
                .collect(),
            Step::Count(counted) => self.leaves_of(&counted.of, entities, unnamed),
            Step::Absent(_) => Proof::new(),
        }
    }

    /// Whether a recovery came after the last match of the proof; `None` without times or recovery lines.
    fn is_cleared(&self, proof: &Proof<'g>, entities: &Entities) -> Option<bool> {
        if self.plan.clears.is_empty() {
            return None;
        }
        let moments_of = |keys: &Proof<'g>| -> Vec<&'g Moment> {
            let groups = keys.iter().filter_map(|key| self.groups.get(*key));
            let mut moments: Vec<&Moment> =
                groups.flat_map(|group| group.moments.sorted()).collect();
            moments.sort_unstable();
            moments
        };
        let problems = moments_of(proof);
        let recoveries: Proof<'g> = self
            .plan
            .clears
            .iter()
            .flat_map(|leaf| self.of_leaf(*leaf, entities, Unnamed::Differs))
            .collect();
        let recoveries = moments_of(&recoveries);
        let is_over = |problem: &&Moment| {
            recoveries
                .iter()
                .any(|recovery| recovery.follows(problem, None))
        };
        match problems.iter().all(is_over) {
            true => Some(true),
            false
                if problems
                    .iter()
                    .any(|problem| problem.unix_nanos.is_some() || problem.is_state) =>
            {
                Some(false)
            }
            false => None,
        }
    }
}
