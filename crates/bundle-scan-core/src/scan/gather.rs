//! Joins what the workers find: blocks of one member in their order, members in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::edges::{Edges, tree};
use super::lane::Lane;
use super::structured::SoFar;
use super::telling::FirstMatch;
use crate::base::member_path::MemberPath;
use crate::base::problem::Problem;
use crate::base::thing::canonical;
use crate::fact::census::Census;
use crate::fact::disks::Disks;
use crate::fact::identity::PodName;
use crate::finding::homes::{Trees, tree_of};
use crate::finding::storage::StorageLists;
use crate::finding::{Next, Tally, TallyOptions};
use crate::record::clock::Clock;
use crate::report::coverage::{CoverageBuilder, Ends, MemberCoverage, MemberStatus};
use crate::source::component::{Component, ComponentSet};
use crate::source::{PodRef, Source};

/// What was found in a member before one of its blocks.
pub(super) struct Lent {
    pub(super) tally: Tally,
    /// Line ends.
    pub(super) lines: u64,
}

/// What a worker found in one block.
#[derive(Debug)]
pub(super) struct BlockResult {
    pub(super) tally: Tally,
    /// Whether that was added to what [`Gather::lend`] lent.
    pub(super) is_joined: bool,
    pub(super) lines: u64,
    /// Whether the block does not end in a line end.
    pub(super) open_line: bool,
}

/// A member while its blocks are scanned.
pub(super) struct MemberJob {
    pub(super) path: MemberPath,
    pub(super) source: Source,
    pub(super) modified: Option<i64>,
    /// Where its blocks wait for their turn, if it is structured.
    pub(super) lane: Option<Lane>,
    /// What its first and its last lines say.
    edges: Mutex<Edges>,
    progress: Mutex<MemberProgress>,
}

#[derive(Debug, Default)]
struct MemberProgress {
    tally: Tally,
    lines: u64,
    open_line: bool,
    /// Blocks joined so far.
    joined: u64,
    /// Results that came before their turn.
    early: BTreeMap<u64, BlockResult>,
    /// How many blocks there are in all, once that is known.
    blocks: Option<u64>,
    bytes: u64,
}

impl MemberJob {
    pub(super) fn new(
        path: MemberPath,
        source: Source,
        modified: Option<i64>,
        is_structured: bool,
    ) -> Self {
        MemberJob {
            lane: is_structured.then(|| Lane::new(&path)),
            path,
            source,
            modified,
            edges: Mutex::default(),
            progress: Mutex::default(),
        }
    }

    /// How its stamps are read.
    pub(super) fn clock(&self) -> Clock {
        Clock::rotated(self.modified, self.source.rotation.as_deref())
    }

    /// Notes what the lines at one end of it say.
    pub(super) fn note(&self, edges: Edges) {
        lock(&self.edges).merge(edges);
    }

    /// Gives what was found in it the host and the clock that its lines at both ends name.
    fn ended(&self, mut tally: Tally, covered: MemberCoverage) -> Ended {
        let edges = std::mem::take(&mut *lock(&self.edges));
        let boots = tally.boots;
        let host = edges.apply(&self.path, &self.source, &mut tally);
        let tree = tree(&self.source, &self.path);
        Ended {
            pod: self.source.pod.clone(),
            tree: tree.map(str::to_owned),
            tally,
            covered,
            ends: edges.ends(&self.source, host, boots),
            rebooted: edges.is_rebooted(boots),
            heard: edges.heard(&self.source),
            hosts: edges.hosts,
            speaker: self.source.component,
        }
    }

    fn covered(&self, bytes: u64, lines: u64, status: MemberStatus) -> MemberCoverage {
        MemberCoverage {
            member: self.path.clone(),
            kind: self.source.kind,
            status: match bytes {
                0 => MemberStatus::Empty,
                _ => status,
            },
            bytes,
            lines,
            span: None,
        }
    }
}

/// What is known of a member that was read to its end.
struct Ended {
    /// Whether the machine booted in the midst of it.
    rebooted: bool,
    /// The pod that it is of.
    pod: Option<PodRef>,
    /// The tree of the machine that it is of.
    tree: Option<String>,
    tally: Tally,
    covered: MemberCoverage,
    ends: Option<Ends>,
    hosts: BTreeSet<String>,
    speaker: Option<Component>,
    heard: ComponentSet,
}

/// What is known of the bundle so far.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) tally: Tally,
    pub(super) coverage: CoverageBuilder,
    pub(super) hosts: BTreeSet<String>,
    pub(super) trees: Trees,
    pub(super) storage: StorageLists,
    /// Members in the midst of which a machine booted.
    rebooted: BTreeSet<MemberPath>,
    pub(super) census: Census,
    pub(super) problems: Vec<Problem>,
}

/// Where all workers bring their results.
#[derive(Debug)]
pub(super) struct Gather {
    gathered: Mutex<Gathered>,
    options: TallyOptions,
}

impl Gathered {
    fn note_disks(&mut self, tree: Option<&str>, disks: Disks) {
        if disks.is_empty() {
            return;
        }
        if let Some(tree) = tree {
            self.trees.note(tree, [].iter());
        }
        self.storage.note(tree, disks);
    }

    fn add(&mut self, ended: Ended, options: &TallyOptions) {
        if let Some(tree) = &ended.tree {
            self.trees.note(tree, ended.hosts.iter());
        }
        if ended.rebooted {
            self.rebooted.insert(ended.covered.member.clone());
            while self.rebooted.len() > MAX_REBOOTED {
                self.rebooted.pop_last();
            }
        }
        if let Some(pod) = &ended.pod
            && let Some(uid) = &pod.uid
        {
            let name = PodName {
                namespace: pod.namespace.as_deref(),
                name: &pod.pod,
            };
            self.census.directory.note_uid(uid, name);
        }
        let hosts = ended.hosts.iter();
        self.hosts
            .extend(hosts.map(|host| canonical("host", host).to_owned()));
        while self.hosts.len() > MAX_HOSTS {
            self.hosts.pop_last();
        }
        self.tally.merge(ended.tally, Next::Member, options);
        self.coverage
            .add(ended.covered, ended.ends, ended.speaker, ended.heard);
    }
}

/// Members noted in the midst of which a machine booted.
const MAX_REBOOTED: usize = 10_000;

/// Hosts listed in the report.
const MAX_HOSTS: usize = 1_000;

impl Gather {
    pub(super) fn new(options: TallyOptions) -> Self {
        Gather {
            gathered: Mutex::default(),
            options,
        }
    }

    /// Lends what was found so far in a member to whoever scans block number `index` of it, if it is the turn of that block: what is added to it
    /// needs not be joined. [`Self::block_done`] gives it back.
    pub(super) fn lend(&self, job: &MemberJob, index: u64) -> Option<Lent> {
        let mut progress = lock(&job.progress);
        (progress.joined == index).then(|| Lent {
            tally: std::mem::take(&mut progress.tally),
            lines: progress.lines,
        })
    }

    /// Adds the result of block number `index` (from 0) of a member; `news` tells what is new in all that was found in it so far.
    pub(super) fn block_done(
        &self,
        job: &MemberJob,
        index: u64,
        result: BlockResult,
        news: impl Fn(&Tally) -> Vec<FirstMatch>,
    ) -> Vec<FirstMatch> {
        let mut progress = lock(&job.progress);
        let joined = progress.joined;
        progress.early.insert(index, result);
        while let Some(next) = progress.next_in_turn() {
            let lines = progress.lines;
            match next.is_joined {
                true => progress.tally = next.tally,
                false => progress
                    .tally
                    .merge(next.tally, Next::Block { lines }, &self.options),
            }
            progress.lines += next.lines;
            progress.open_line = next.open_line;
            progress.joined += 1;
        }
        let news = match progress.joined == joined {
            true => Vec::new(),
            false => news(&progress.tally),
        };
        self.finish_if_complete(job, progress);
        news
    }

    /// Says that a member has `blocks` blocks of `bytes` bytes in all.
    pub(super) fn member_ended(&self, job: &MemberJob, blocks: u64, bytes: u64) {
        let mut progress = lock(&job.progress);
        progress.blocks = Some(blocks);
        progress.bytes = bytes;
        self.finish_if_complete(job, progress);
    }

    fn finish_if_complete(&self, job: &MemberJob, mut progress: MutexGuard<'_, MemberProgress>) {
        if progress.blocks != Some(progress.joined) {
            return;
        }
        let tally = std::mem::take(&mut progress.tally);
        let lines = progress.lines + u64::from(progress.open_line);
        let covered = job.covered(progress.bytes, lines, MemberStatus::Scanned);
        drop(progress);
        let ended = job.ended(tally, covered);
        lock(&self.gathered).add(ended, &self.options);
    }

    /// Adds a structured member that was read to its end.
    pub(super) fn structured_done(
        &self,
        job: &MemberJob,
        mut found: SoFar,
        problems: Vec<Problem>,
    ) {
        let status = match found.is_cut {
            true => MemberStatus::Truncated,
            false => MemberStatus::Scanned,
        };
        let covered = job.covered(
            found.bytes,
            found.lines + u64::from(found.open_line),
            status,
        );
        let ended = job.ended(found.tally, covered);
        let disks = std::mem::take(&mut found.census.disks);
        // Wherever a list of disks stands: it is not of the cluster.
        let tree = job.source.pod.is_none().then(|| tree_of(&job.path));
        let mut gathered = lock(&self.gathered);
        gathered.add(ended, &self.options);
        gathered.note_disks(tree, disks);
        gathered.census.merge(found.census);
        gathered.problems.extend(problems);
    }

    /// Notes a problem that a worker met.
    pub(super) fn problem(&self, problem: Problem) {
        lock(&self.gathered).problems.push(problem);
    }

    /// Lists a member that is not scanned.
    pub(super) fn skipped(&self, covered: MemberCoverage) {
        lock(&self.gathered)
            .coverage
            .add(covered, None, None, ComponentSet::default());
    }

    /// Members in the midst of which a machine booted, the first ones by their address.
    pub(super) fn rebooted(&self) -> BTreeSet<MemberPath> {
        lock(&self.gathered).rebooted.clone()
    }

    pub(super) fn into_gathered(self) -> Gathered {
        self.gathered
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl MemberProgress {
    fn next_in_turn(&mut self) -> Option<BlockResult> {
        self.early.remove(&self.joined)
    }
}

/// A worker that panicked leaves a tally that is whole: results are added under the lock or not at all.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shared by the blocks of a member.
pub(super) type SharedJob = Arc<MemberJob>;
