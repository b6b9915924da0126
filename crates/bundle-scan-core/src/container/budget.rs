//! Counts what a walk costs and says when a limit is reached.
//!
//! Does not read anything: [`super::guard`] charges what it reads. Invariants: each limit is reported once; after a limit
//! of the whole walk is reached, [`Budget::flow`] breaks. Problems wait here while a visitor holds a body, because the
//! visitor cannot be called then.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::limits::Limits;
use crate::base::means::Means;
use crate::base::member_path::MemberPath;
use crate::base::problem::{Problem, ProblemKind};

/// Output of one compressed stream from which on its ratio is checked: small streams may be very dense.
const RATIO_GRACE_BYTES: u64 = 64 << 20;

/// The account of one walk.
pub(super) struct Budget<'a> {
    /// The bounds.
    pub(super) limits: &'a Limits,
    /// With what it is decoded.
    pub(super) means: Means,
    /// Encoded bytes read from outside.
    pub(super) read: &'a AtomicU64,
    /// Decoded bytes of all members.
    pub(super) decoded: Cell<u64>,
    /// Members delivered.
    pub(super) members: Cell<u64>,
    /// Bytes held for nested zips at this moment.
    pub(super) buffered: Cell<usize>,
    /// The member that is being delivered.
    pub(super) current: RefCell<MemberPath>,
    overhead: Cell<u64>,
    exhausted: Cell<bool>,
    problems: RefCell<Vec<Problem>>,
    /// Where the last problem was.
    reported: RefCell<MemberPath>,
}

impl<'a> Budget<'a> {
    /// An account with nothing spent.
    pub(super) fn new(limits: &'a Limits, means: Means, read: &'a AtomicU64) -> Self {
        Budget {
            limits,
            means,
            read,
            decoded: Cell::new(0),
            members: Cell::new(0),
            buffered: Cell::new(0),
            current: RefCell::new(MemberPath::new("")),
            overhead: Cell::new(0),
            exhausted: Cell::new(false),
            problems: RefCell::new(Vec::new()),
            reported: RefCell::new(MemberPath::new("")),
        }
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
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Hands over the problems met since the last call.
    pub(super) fn take_problems(&self) -> Vec<Problem> {
        self.problems.take()
    }

    /// Breaks once a limit of the whole walk is reached.
    pub(super) fn flow(&self) -> ControlFlow<()> {
        if self.exhausted.get() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    /// Counts one more member, or breaks if there are too many.
    pub(super) fn admit_member(&self) -> ControlFlow<()> {
        if self.members.get() >= self.limits.max_members {
            self.exhaust("max_members", self.limits.max_members);
        } else {
            self.members.set(self.members.get() + 1);
        }
        self.flow()
    }

    /// Counts bytes that belong to no member: headers, and bodies that are skipped.
    pub(super) fn charge_overhead(&self, bytes: u64) -> ControlFlow<()> {
        self.room_for(bytes);
        self.overhead.set(self.overhead.get().saturating_add(bytes));
        self.flow()
    }

    /// Grants up to `wanted` decoded bytes to `member`, which has had `delivered`, and counts them.
    /// Reports the limit that makes it grant fewer.
    pub(super) fn grant(&self, member: &MemberPath, delivered: u64, wanted: u64) -> u64 {
        let of_member = self.limits.max_member_bytes.saturating_sub(delivered);
        if of_member < wanted {
            self.reached(member, "max_member_bytes", self.limits.max_member_bytes);
        }
        let granted = wanted.min(of_member);
        let granted = granted.min(self.room_for(granted));
        self.decoded.set(self.decoded.get() + granted);
        granted
    }

    /// Whether a compressed stream that gave `decoded` bytes for `encoded` is too dense to be honest.
    pub(super) fn too_dense(&self, encoded: u64, decoded: u64) -> bool {
        decoded > RATIO_GRACE_BYTES && decoded / encoded.max(1) > self.limits.max_ratio
    }

    /// Reports that a limit ended `member`.
    pub(super) fn reached(&self, member: &MemberPath, name: &str, value: u64) {
        let detail = format!("the limit {name} = {value} is reached: the rest is not scanned");
        self.report(member, ProblemKind::LimitReached, detail);
    }

    /// Decoded bytes that may still be spent, exhausting the walk if that is less than `wanted`.
    fn room_for(&self, wanted: u64) -> u64 {
        let spent = self.decoded.get().saturating_add(self.overhead.get());
        let room = self.limits.max_decoded_bytes.saturating_sub(spent);
        if room < wanted {
            self.exhaust("max_decoded_bytes", self.limits.max_decoded_bytes);
        }
        room
    }

    fn exhaust(&self, name: &str, value: u64) {
        if !self.exhausted.replace(true) {
            self.reached(&MemberPath::new(""), name, value);
        }
    }
}
