//! Counts what a walk costs and says when a limit is reached.
//!
//! Does not read anything: [`super::guard`] charges what it reads. Invariants: each limit is reported once; after a limit
//! of the whole walk is reached, [`Budget::flow`] breaks, in every part of the walk. Problems wait here while a visitor holds a
//! body, because the visitor cannot be called then.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::base::halt::Halt;
use crate::base::limits::Limits;
use crate::base::member_path::MemberPath;
use crate::base::problem::{Problem, ProblemKind};

use super::codec::Way;

/// Bytes from which on a member may count as dense: logs may well repeat themselves for a while.
const DENSE_FROM_BYTES: u64 = 64 << 20;
/// Encoded bytes that may have been read for a member before it began.
const READ_AHEAD_BYTES: u64 = 128 << 10;
/// How many times as much of dense data is decoded as is scanned of it, to get to what stands behind it. It is also as many times denser
/// that data is not decoded further than it is scanned.
const DECODED_PER_SCANNED: u64 = 16;

/// What all parts of a walk have cost so far.
#[derive(Debug, Default)]
pub struct Totals {
    /// Encoded bytes read from outside.
    read: AtomicU64,
    /// Decoded bytes of all members.
    decoded: AtomicU64,
    /// Those, and bytes that belong to no member: headers, and bodies that are skipped.
    spent: AtomicU64,
    /// Members delivered.
    members: AtomicU64,
    /// Bytes of nested archives that were taken out of a stream and are held until they are walked.
    held: AtomicU64,
    /// Bytes delivered of dense members.
    dense: AtomicU64,
    /// Whether a limit of the whole walk has ended it.
    is_exhausted: AtomicBool,
    /// Whether a limit of the whole walk has ended it or a member.
    is_order_felt: AtomicBool,
    /// Whether it was ended from outside.
    is_halted: AtomicBool,
}

impl Totals {
    /// Encoded bytes read from outside.
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Counts encoded bytes that were read from outside.
    pub(super) fn note_read(&self, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Makes room for `bytes` more that are held, up to `most` in all; says whether there is. What is taken is to be given back.
    pub(super) fn hold(&self, bytes: u64, most: u64) -> bool {
        let take = |held: u64| held.checked_add(bytes).filter(|held| *held <= most);
        let taken = self
            .held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.is_ok()
    }

    /// Gives back the room of bytes that were held.
    pub(super) fn let_go(&self, bytes: u64) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Decoded bytes of all members.
    pub fn bytes_decoded(&self) -> u64 {
        self.decoded.load(Ordering::Relaxed)
    }

    /// Members delivered.
    pub fn members(&self) -> u64 {
        self.members.load(Ordering::Relaxed)
    }

    /// Whether a limit of the whole walk has ended it or a member, so that what was scanned depends on the order of its parts.
    pub fn is_order_felt(&self) -> bool {
        self.is_order_felt.load(Ordering::Relaxed)
    }

    /// Whether the walk was ended from outside, by a switch or by the time.
    pub fn is_halted(&self) -> bool {
        self.is_halted.load(Ordering::Relaxed)
    }

    fn is_exhausted(&self) -> bool {
        self.is_exhausted.load(Ordering::Relaxed)
    }

    fn feel_order(&self) {
        self.is_order_felt.store(true, Ordering::Relaxed);
    }
}

/// What a member has had so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Had {
    /// Bytes delivered.
    pub(super) delivered: u64,
    /// Encoded bytes that were taken for them, if they were compressed.
    pub(super) encoded: Option<u64>,
}

/// On what terms a bundle is walked: the same in all parts of a walk.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// The bounds.
    pub limits: Arc<Limits>,
    /// How it is read.
    pub way: Way,
    /// When it ends early.
    pub halt: Halt,
    /// What it costs, counted as it goes on, so that others can tell how far it has come.
    pub totals: Arc<Totals>,
}

/// The account of one walk, or of a part of one that is walked by itself.
pub(super) struct Budget {
    pub(super) terms: Terms,
    /// Bytes held for nested zips at this moment.
    pub(super) buffered: Cell<usize>,
    /// The member that is being delivered.
    pub(super) current: RefCell<MemberPath>,
    problems: RefCell<Vec<Problem>>,
    /// Where the last problem was.
    reported: RefCell<MemberPath>,
}

impl Budget {
    /// An account with `buffered` bytes held for the zips around.
    pub(super) fn new(terms: Terms, buffered: usize) -> Self {
        Budget {
            terms,
            buffered: Cell::new(buffered),
            current: RefCell::new(MemberPath::new("")),
            problems: RefCell::new(Vec::new()),
            reported: RefCell::new(MemberPath::new("")),
        }
    }

    /// The bounds.
    pub(super) fn limits(&self) -> &Limits {
        &self.terms.limits
    }

    /// Begins an entry of an archive: what is reported of it does not follow from what was reported of another of the same name.
    pub(super) fn begin_entry(&self) {
        self.reported.replace(MemberPath::new(""));
    }

    /// Keeps a problem until [`Budget::take_problems`]. Further ones of the same member follow from the first, seen by
    /// the layers above it, and are dropped.
    pub(super) fn report(&self, member: &MemberPath, kind: ProblemKind, detail: String) {
        let before = self.reported.replace(member.clone());
        if !member.as_str().is_empty() && before == *member {
            return;
        }
        self.problems.borrow_mut().push(Problem {
            member: member.clone(),
            kind,
            detail,
        });
    }

    /// Says which member was being read when something happened to `address`, a container around it.
    pub(super) fn during(&self, address: &MemberPath) -> String {
        let current = self.current.borrow();
        if current.as_str().is_empty() || *current == *address {
            return String::new();
        }
        format!(" while {current} is read")
    }

    /// Counts encoded bytes that were read from outside.
    pub(super) fn note_read(&self, bytes: u64) {
        self.terms.totals.note_read(bytes);
    }

    /// Hands over the problems met since the last call.
    pub(super) fn take_problems(&self) -> Vec<Problem> {
        self.problems.take()
    }

    /// Breaks once a limit of the whole walk is reached.
    pub(super) fn flow(&self) -> ControlFlow<()> {
        match self.terms.totals.is_exhausted() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// Counts one more member, or breaks if there are too many.
    pub(super) fn admit_member(&self) -> ControlFlow<()> {
        self.watch();
        let (members, most) = (&self.terms.totals.members, self.limits().max_members);
        if members.fetch_add(1, Ordering::Relaxed) >= most {
            members.fetch_sub(1, Ordering::Relaxed);
            self.exhaust("max_members", most);
        }
        self.flow()
    }

    /// Counts bytes that belong to no member: headers, and bodies that are skipped.
    pub(super) fn charge_overhead(&self, bytes: u64) -> ControlFlow<()> {
        self.spend(bytes);
        self.flow()
    }

    /// Grants up to `wanted` decoded bytes to `member` beside what it had, and counts them.
    /// Reports the limit that makes it grant fewer.
    pub(super) fn grant(&self, member: &MemberPath, had: Had, wanted: u64) -> u64 {
        let most = self.limits().max_member_bytes;
        let mut granted = wanted.min(most.saturating_sub(had.delivered));
        if granted < wanted {
            self.reached(member, "max_member_bytes", most);
        }
        granted = self.grant_of_dense(member, had, granted);
        let granted = match self.flow() {
            ControlFlow::Continue(()) => self.spend(granted),
            ControlFlow::Break(()) => 0,
        };
        let decoded = &self.terms.totals.decoded;
        decoded.fetch_add(granted, Ordering::Relaxed);
        granted
    }

    /// What may be had of `wanted` bytes if the member repeats itself so much that all members like it share what is scanned of them.
    fn grant_of_dense(&self, member: &MemberPath, had: Had, wanted: u64) -> u64 {
        let free = DENSE_FROM_BYTES.saturating_sub(had.delivered).min(wanted);
        let ratio = |encoded: u64| {
            let delivered = had.delivered + wanted;
            delivered / encoded.saturating_add(READ_AHEAD_BYTES)
        };
        let is_dense = had
            .encoded
            .is_some_and(|encoded| ratio(encoded) > self.limits().max_ratio);
        match is_dense && free < wanted {
            true => free + self.grant_dense(member, wanted - free),
            false => wanted,
        }
    }

    fn grant_dense(&self, member: &MemberPath, wanted: u64) -> u64 {
        let (dense, most) = (&self.terms.totals.dense, self.limits().max_dense_bytes);
        let room = most.saturating_sub(dense.fetch_add(wanted, Ordering::Relaxed));
        if room < wanted {
            self.terms.totals.feel_order();
            let name = format!(
                "max_ratio = {} is exceeded, and max_dense_bytes",
                self.limits().max_ratio
            );
            self.reached(member, &name, most);
        }
        wanted.min(room)
    }

    /// Whether `decoded` bytes that were made of `encoded` ones are too many to go on.
    pub(super) fn is_bomb(&self, encoded: u64, decoded: u64) -> bool {
        let (ratio, limits) = (decoded / encoded.max(1), self.limits());
        let exceeds = |bytes: u64, times: u64| {
            decoded > bytes.saturating_mul(times) && ratio > limits.max_ratio
        };
        let is_denser = ratio / DECODED_PER_SCANNED > limits.max_ratio;
        exceeds(limits.max_dense_bytes, DECODED_PER_SCANNED)
            || is_denser && exceeds(limits.max_dense_bytes.max(DENSE_FROM_BYTES), 1)
    }

    /// Whether the whole walk decodes so much of so little that nested containers are left alone.
    pub(super) fn is_in_bomb(&self) -> bool {
        let totals = &self.terms.totals;
        let is_bomb = self.is_bomb(totals.bytes_read(), totals.spent.load(Ordering::Relaxed));
        if is_bomb {
            totals.feel_order();
        }
        is_bomb
    }

    /// Reports that `member` repeats itself too much.
    pub(super) fn reached_ratio(&self, member: &MemberPath) {
        self.reached(member, "max_ratio", self.limits().max_ratio);
    }

    /// Reports that a limit ended `member`.
    pub(super) fn reached(&self, member: &MemberPath, name: &str, value: u64) {
        let detail = format!("the limit {name} = {value} is reached: the rest is not scanned");
        self.report(member, ProblemKind::LimitReached, detail);
    }

    /// Spends up to `wanted` decoded bytes, and how many those are; exhausts the walk if they are fewer. Whether it is exhausted at its end
    /// does not depend on the order in which its parts spend.
    fn spend(&self, wanted: u64) -> u64 {
        self.watch();
        let (spent, most) = (&self.terms.totals.spent, self.limits().max_decoded_bytes);
        let room = most.saturating_sub(spent.fetch_add(wanted, Ordering::Relaxed));
        if room < wanted {
            self.exhaust("max_decoded_bytes", most);
        }
        wanted.min(room)
    }

    fn exhaust(&self, name: &str, value: u64) {
        let totals = &self.terms.totals;
        totals.feel_order();
        if !totals.is_exhausted.swap(true, Ordering::Relaxed) {
            self.reached(&MemberPath::new(""), name, value);
        }
    }

    /// Ends the walk when that is asked for.
    pub(super) fn watch(&self) {
        let totals = &self.terms.totals;
        if totals.is_exhausted() {
            return;
        }
        if let Some((kind, reason)) = self.terms.halt.reason()
            && !totals.is_exhausted.swap(true, Ordering::Relaxed)
        {
            totals.is_halted.store(true, Ordering::Relaxed);
            let detail = format!("{reason}: the rest is not scanned");
            self.report(&MemberPath::new(""), kind, detail);
        }
    }
}
