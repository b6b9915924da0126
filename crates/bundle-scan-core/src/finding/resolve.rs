//! Decides at the end which matches of a signature with a plan were found together, and whether the problem went away.
//!
//! Every set of joined entities that some match names is tried: a leaf holds for it if the leaf matched with the same entities.
//! What a leaf cannot name (a row of `lvs` names no pod) does not have to agree.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashSet};

use super::counter::Counter;
use super::detail::Detail;
use super::evidence::Evidence;
use super::group::{Group, Groups, Joined, MAX_JOINED};
use super::kept::without_copies;
use super::moment::Moment;
use super::tally::{Next, SignatureTally, Tally, TallyOptions};
use super::window;
use crate::signature::Signature;
use crate::signature::plan::{Counted, Plan, Step};
use crate::signature::schema::Threshold;

/// The matches that hold together.
#[derive(Debug)]
pub struct Resolved {
    /// What they add up to.
    pub tally: SignatureTally,
    /// The lines that prove it, in the order in which they are shown.
    pub evidence: Vec<Evidence>,
    /// Whether a recovery came after the last of them; `None` if nothing tells.
    pub is_cleared: Option<bool>,
}

/// The groups that make a part of the plan hold: leaf and entities.
pub(super) type Proof = BTreeSet<(usize, Joined)>;

/// Evaluates the plan of a signature, the one with this `number`, over what all members add up to. `captured_at` is the newest known time
/// of the bundle, in nanoseconds since 1970-01-01T00:00:00Z. `None` if the signature does not fire.
pub fn resolve(
    (number, signature): (usize, &Signature),
    plan: &Plan,
    tally: &Tally,
    captured_at: Option<i64>,
    options: &TallyOptions,
) -> Option<Resolved> {
    let well = Moment::at_capture();
    let evaluation = Evaluation::new((number, signature), plan, tally, &well, captured_at);
    // Of most signatures something that is needed was not met at all.
    if !evaluation.may_hold(&plan.root) {
        return None;
    }
    let mut proof = Proof::new();
    let mut cleared: Option<Option<bool>> = None;
    for entities in evaluation.candidates() {
        let Some(found) = evaluation.step(&plan.root, &entities, Unnamed::Differs) else {
            continue;
        };
        if !found.is_empty() && evaluation.reaches_threshold(&found) {
            let this = evaluation.is_cleared(&found, &entities);
            cleared = Some(cleared.map_or(this, |before| all_cleared(before, this)));
            proof.extend(found);
        }
    }
    let is_cleared = cleared?;
    let (tally, evidence) = evaluation.sum(&proof, options);
    Some(Resolved {
        tally,
        evidence,
        is_cleared,
    })
}

/// Whether there are as many matches as the threshold asks for.
pub fn reaches(threshold: Option<&Threshold>, counter: &Counter) -> bool {
    let Some(threshold) = threshold else {
        return true;
    };
    most_of(threshold, counter).is_none_or(|most| most >= threshold.count)
}

/// The most matches, or distinct values, that lie within the window of the threshold; `None` if nothing was counted in time.
pub fn most_of(threshold: &Threshold, counter: &Counter) -> Option<u64> {
    counter.burst.as_ref()?;
    Some(match threshold.distinct {
        None => counter.most_within(threshold.within),
        Some(_) => counter.most_distinct_within(threshold.within),
    })
}

/// A problem that went away everywhere went away.
fn all_cleared(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a && b),
        (Some(false), None) | (None, Some(false)) => Some(false),
        _ => None,
    }
}

/// Whether there are as many as are asked for, and as large a share of all.
fn is_enough(counted: &Counted, number: u64, all: Option<u64>) -> bool {
    let is_share = match (all, counted.percent) {
        (Some(all), Some(percent)) => {
            all > 0 && number.saturating_mul(100) >= all.saturating_mul(percent)
        }
        _ => true,
    };
    let is_few = counted.at_most.is_none_or(|most| number <= most);
    number >= counted.at_least && is_few && is_share
}

/// What a match that could name an entity and does not counts as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unnamed {
    /// As another one: it proves nothing.
    Differs,
    /// As another one, unless it is what proves that leaves it open: a line of a log that names no pod may be of any.
    Open,
    /// As the same: it may be what must be absent.
    Agrees,
}

impl Unnamed {
    /// What it is for what is given.
    pub(super) fn of_given(self) -> Self {
        match self {
            Unnamed::Differs => Unnamed::Open,
            other => other,
        }
    }
}

/// What a leaf met.
enum Met<'g> {
    Groups(Option<&'g HashMap<Joined, Group>>),
    Well(Vec<&'g HashSet<Joined>>),
}

impl<'g> Met<'g> {
    fn joined(&self) -> Box<dyn Iterator<Item = &'g Joined> + '_> {
        match self {
            Met::Groups(groups) => Box::new(groups.iter().flat_map(|groups| groups.keys())),
            Met::Well(sets) => Box::new(sets.iter().flat_map(|set| set.iter())),
        }
    }

    fn contains(&self, joined: &Joined) -> bool {
        match self {
            Met::Groups(_) => self.group(joined).is_some(),
            Met::Well(sets) => sets.iter().any(|set| set.contains(joined)),
        }
    }

    fn group(&self, joined: &Joined) -> Option<&'g Group> {
        match self {
            Met::Groups(groups) => groups.as_ref()?.get(joined),
            Met::Well(_) => None,
        }
    }
}

/// Groups by a part of their entities, for each leaf and each set of entities.
type Parts = HashMap<(usize, usize), HashMap<Joined, Vec<Joined>>>;

pub(super) struct Evaluation<'g> {
    signature: &'g Signature,
    pub(super) plan: &'g Plan,
    /// The groups of each leaf.
    met: Vec<Met<'g>>,
    /// By leaf and by which entities a candidate names, the groups by their part of those; made when first asked for.
    parts: RefCell<Parts>,
    /// When what is well was seen.
    well: &'g Moment,
    captured_at: Option<i64>,
}

impl<'g> Evaluation<'g> {
    pub(super) fn new(
        (number, signature): (usize, &'g Signature),
        plan: &'g Plan,
        tally: &'g Tally,
        well: &'g Moment,
        captured_at: Option<i64>,
    ) -> Self {
        let met = |leaf: usize| match plan.keeps[leaf].presence {
            Some(same) => Met::Well(tally.presence.of_leaf(same)),
            None => Met::Groups(tally.groups.get(&(number, leaf)).map(Groups::met)),
        };
        Evaluation {
            signature,
            plan,
            met: (0..signature.leaves.len()).map(met).collect(),
            parts: RefCell::default(),
            well,
            captured_at,
        }
    }

    fn groups<'p>(&self, proof: &'p Proof) -> impl Iterator<Item = &'g Group> + use<'_, 'g, 'p> {
        proof
            .iter()
            .filter_map(|(leaf, joined)| self.met[*leaf].group(joined))
    }

    /// Whether all that is needed was met, with whatever entities.
    pub(super) fn may_hold(&self, step: &Step) -> bool {
        step.may_hold(&|leaf| self.met[leaf].joined().next().is_some())
    }

    /// The entities to try: all that a match names in full, and of the others those that no such match stands for: it names
    /// something else, or could have named more and did not.
    pub(super) fn candidates(&self) -> BTreeSet<Joined> {
        let proving = (0..self.met.len()).filter(|leaf| !self.plan.keeps[*leaf].is_silent);
        let named =
            proving.flat_map(|leaf| self.met[leaf].joined().map(move |joined| (leaf, joined)));
        let count = self.plan.group_by.len();
        let (whole, partial): (Vec<_>, Vec<_>) =
            named.partition(|(_, joined)| joined.values(count).iter().all(Option::is_some));
        let is_nameless = |leaf: usize, joined: &Joined| {
            let leaf = self.signature.leaves.get(leaf);
            let mut pairs = joined.values(count).iter().zip(&self.plan.group_by);
            pairs.any(|(value, entity)| {
                value.is_none() && leaf.is_some_and(|leaf| leaf.provides(entity))
            })
        };
        let mut all: BTreeSet<Joined> = whole.iter().map(|(_, joined)| **joined).collect();
        let masks: BTreeSet<usize> = partial.iter().map(|(_, joined)| joined.mask()).collect();
        let parts: BTreeSet<Joined> = masks
            .into_iter()
            .flat_map(|mask| whole.iter().map(move |(_, joined)| joined.only(mask)))
            .collect();
        let alone = partial
            .into_iter()
            .filter(|(leaf, joined)| is_nameless(*leaf, joined) || !parts.contains(joined));
        all.extend(alone.map(|(_, joined)| *joined));
        all
    }

    /// The groups of a leaf whose entities agree with the candidate.
    fn of_leaf(&self, leaf: usize, entities: &Joined, unnamed: Unnamed) -> Proof {
        self.some_of_leaf(leaf, entities, unnamed, usize::MAX)
    }

    /// As [`Self::of_leaf`], but no more than `most` of them.
    fn some_of_leaf(&self, leaf: usize, entities: &Joined, unnamed: Unnamed, most: usize) -> Proof {
        let count = self.plan.group_by.len();
        let met = &self.met[leaf];
        // A group names what the candidate names, or leaves some of it open.
        let choices = (0..1_usize << count.min(MAX_JOINED)).map(|named| entities.only(named));
        let agrees = |joined: &Joined| self.agrees(leaf, joined, entities, unnamed);
        let is_open = entities.values(count).iter().any(Option::is_none);
        if unnamed == Unnamed::Differs || !is_open {
            let choices = choices.filter(|joined| met.contains(joined) && agrees(joined));
            return choices.take(most).map(|joined| (leaf, joined)).collect();
        }
        // What the candidate leaves open may be anything.
        let mask = entities.mask();
        let mut parts = self.parts.borrow_mut();
        let parts = parts.entry((leaf, mask)).or_insert_with(|| {
            let mut parts: HashMap<Joined, Vec<Joined>> = HashMap::default();
            for joined in met.joined() {
                parts.entry(joined.only(mask)).or_default().push(*joined);
            }
            parts
        });
        let choices: BTreeSet<Joined> = choices.collect();
        // Groups that leave the same open agree all or not at all.
        let alike = choices.iter().filter_map(|part| parts.get(part));
        let alike = alike.filter(|alike| alike.first().is_some_and(agrees));
        let joined = alike.flatten().take(most);
        joined.map(|joined| (leaf, *joined)).collect()
    }

    /// Whether a part of the plan holds, by whichever groups.
    fn holds(&self, step: &Step, entities: &Joined, unnamed: Unnamed) -> bool {
        match step {
            Step::Leaf(leaf) => !self.some_of_leaf(*leaf, entities, unnamed, 1).is_empty(),
            other => self.step(other, entities, unnamed).is_some(),
        }
    }

    fn agrees(&self, leaf: usize, joined: &Joined, entities: &Joined, unnamed: Unnamed) -> bool {
        let leaf = self.signature.leaves.get(leaf);
        let names = &self.plan.group_by;
        let (mine, wanted) = (joined.values(names.len()), entities.values(names.len()));
        let mut each = mine.iter().zip(wanted).zip(names);
        each.all(|((mine, wanted), entity)| match (mine, wanted) {
            (Some(mine), Some(wanted)) => mine == wanted,
            (None, None) => true,
            (None, Some(_)) => {
                unnamed == Unnamed::Agrees || leaf.is_some_and(|leaf| !leaf.provides(entity))
            }
            (Some(_), None) => unnamed != Unnamed::Differs,
        })
    }

    /// Whether a part of the plan holds, and by which groups.
    pub(super) fn step(&self, step: &Step, entities: &Joined, unnamed: Unnamed) -> Option<Proof> {
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
            Step::Absent(step) => {
                let came = self.holds(step, entities, Unnamed::Agrees);
                (!came).then(Proof::new)
            }
            Step::Given(step) => {
                let unnamed = unnamed.of_given();
                self.holds(step, entities, unnamed).then(Proof::new)
            }
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

    /// What is counted, how many there are, and of how many they are a share.
    pub(super) fn numbers(
        &self,
        counted: &Counted,
        entities: &Joined,
        unnamed: Unnamed,
    ) -> (Proof, u64, Option<u64>) {
        let proof = self
            .step(&counted.of, entities, unnamed)
            .unwrap_or_default();
        let number = match counted.within {
            Some(window) => self.counted(&proof).most_within(Some(window)),
            None => self.number(&proof, counted.distinct.as_deref()),
        };
        let among = counted.among.as_ref().filter(|_| counted.percent.is_some());
        let all = among.map(|among| {
            let all = self.step(among, entities, unnamed).unwrap_or_default();
            self.number(&all, counted.distinct.as_deref())
        });
        (proof, number, all)
    }

    fn count(&self, counted: &Counted, entities: &Joined, unnamed: Unnamed) -> Option<Proof> {
        let (proof, number, all) = self.numbers(counted, entities, unnamed);
        is_enough(counted, number, all).then_some(proof)
    }

    fn number(&self, proof: &Proof, distinct: Option<&str>) -> u64 {
        let Some(entity) = distinct else {
            return self.groups(proof).map(|group| group.counter.count()).sum();
        };
        let named = proof.iter().flat_map(|(leaf, joined)| {
            let counted = &self.plan.keeps[*leaf].distinct;
            let group = self.met[*leaf].group(joined);
            let values = group.and_then(|group| group.distinct.as_deref());
            let mine = values.into_iter().flatten();
            mine.filter(move |(at, _)| counted.get(*at).is_some_and(|name| name == entity))
        });
        let values: BTreeSet<_> = named.map(|(_, value)| value).collect();
        values.len() as u64
    }

    /// The moments of one step of a sequence.
    fn moments(&self, step: &Step, entities: &Joined) -> window::Step<'g> {
        let (step, is_absent) = match step {
            Step::Absent(inner) => (inner.as_ref(), true),
            Step::Given(inner) => (inner.as_ref(), false),
            other => (other, false),
        };
        let unnamed = if is_absent {
            Unnamed::Agrees
        } else {
            Unnamed::Differs
        };
        let mut moments = self.moments_of(&self.leaves_of(step, entities, unnamed));
        if let Step::Count(counted) = step {
            // The step is taken by the one that makes it enough, at the latest: of some moments it is not known whether they count.
            let (_, number, all) = self.numbers(counted, entities, unnamed);
            if !is_enough(counted, number, all) {
                moments.clear();
            }
            let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
            let uncounted = moments.len().saturating_sub(size(number));
            let before = size(counted.at_least.saturating_sub(1)).saturating_add(uncounted);
            moments.drain(..before.min(moments.len().saturating_sub(1)));
        }
        window::Step { moments, is_absent }
    }

    /// The moments of some groups, ascending.
    fn moments_of(&self, proof: &Proof) -> Vec<&'g Moment> {
        let moments = self
            .groups(proof)
            .filter_map(|group| group.moments.as_ref());
        let mut moments: Vec<&Moment> = moments.flat_map(|moments| moments.sorted()).collect();
        let mut leaves = proof.iter().map(|(leaf, _)| &self.met[*leaf]);
        moments.extend(
            leaves
                .find(|met| matches!(met, Met::Well(_)))
                .map(|_| self.well),
        );
        moments.sort_unstable();
        moments
    }

    /// All groups of the leaves below a step, those that prove nothing left out.
    fn leaves_of(&self, step: &Step, entities: &Joined, unnamed: Unnamed) -> Proof {
        match step {
            Step::Leaf(leaf) => self.of_leaf(*leaf, entities, unnamed),
            Step::Any(steps) | Step::All(steps) | Step::Sequence { steps, .. } => steps
                .iter()
                .flat_map(|step| self.leaves_of(step, entities, unnamed))
                .collect(),
            Step::Count(counted) => self.leaves_of(&counted.of, entities, unnamed),
            Step::Absent(_) | Step::Given(_) => Proof::new(),
        }
    }

    fn reaches_threshold(&self, proof: &Proof) -> bool {
        let threshold = self.signature.threshold.as_ref();
        threshold.is_none() || reaches(threshold, &self.counted(proof))
    }

    pub(super) fn counted(&self, proof: &Proof) -> Counter {
        let mut sum = Counter::default();
        for group in self.groups(proof) {
            sum.merge(group.counter.clone());
        }
        sum
    }

    fn sum(&self, proof: &Proof, options: &TallyOptions) -> (SignatureTally, Vec<Evidence>) {
        let mut detail = Detail::default();
        let known = self
            .groups(proof)
            .filter_map(|group| group.detail.as_deref());
        for group in known {
            detail.merge(group.clone(), Next::Member, options);
        }
        let counter = self.counted(proof);
        (
            SignatureTally { counter, detail },
            self.shown(proof, options),
        )
    }

    /// The evidence of all leaves in turn, so that a few lines show every part of the proof.
    fn shown(&self, proof: &Proof, options: &TallyOptions) -> Vec<Evidence> {
        let groups = proof.iter().map(|(leaf, joined)| {
            let group = self.met[*leaf].group(joined);
            let detail = group.and_then(|group| group.detail.as_deref());
            let lines = detail.map(|detail| detail.kept.in_order(options.of_group().evidence));
            (*leaf, lines.unwrap_or_default())
        });
        let groups: Vec<(usize, Vec<&Evidence>)> = groups.collect();
        // Two leaves may have matched one line, or copies of it.
        let mut all: Vec<&Evidence> = groups
            .iter()
            .flat_map(|(_, lines)| lines)
            .copied()
            .collect();
        all.sort_by_key(|line| line.order());
        let mut known = HashSet::default();
        all.retain(|line| known.insert(line.address()));
        let originals = without_copies(all.into_iter().cloned().collect());
        let originals = originals.iter().map(|line| (line.address(), line));
        let originals: HashMap<_, &Evidence> = originals.collect();
        let mut by_leaf: BTreeMap<usize, Vec<&Evidence>> = BTreeMap::new();
        for (leaf, lines) in groups {
            let lines = lines.iter();
            let lines = lines.filter_map(|line| originals.get(&line.address()).copied());
            let of_leaf = by_leaf.entry(leaf).or_default();
            of_leaf.extend(lines.take(options.of_group().evidence));
        }
        for lines in by_leaf.values_mut() {
            lines.sort_by_key(|line| line.order());
        }
        let rounds = by_leaf.values().map(Vec::len).max().unwrap_or(0);
        let in_turn = (0..rounds)
            .flat_map(|round| by_leaf.values().filter_map(move |lines| lines.get(round)));
        known.clear();
        let lines = in_turn.filter(|line| known.insert(line.address()));
        lines
            .take(options.evidence)
            .map(|line| (*line).clone())
            .collect()
    }

    /// Whether a recovery came after the last match of the proof; `None` without times or recovery lines.
    fn is_cleared(&self, proof: &Proof, entities: &Joined) -> Option<bool> {
        if self.plan.clears.is_empty() {
            return None;
        }
        let problems = self.moments_of(proof);
        let recoveries: Proof = self
            .plan
            .clears
            .iter()
            .flat_map(|leaf| self.of_leaf(*leaf, entities, Unnamed::Differs))
            .collect();
        let recoveries = self.moments_of(&recoveries);
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
