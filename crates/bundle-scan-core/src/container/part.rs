//! Parts of a bundle that can be walked by themselves, on any thread: a compressed file in a directory, a large member of a zip, a
//! nested archive that is small enough to be held.
//!
//! Invariant: walked apart or in place, now or later, a part yields the same members and problems, unless a limit of the whole walk ends
//! it, which depends on what came before.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Visitor;
use super::budget::{Budget, Terms, Totals};
use super::guard::Guarded;
use super::open::Walker;

/// Encoded bytes from which on a part is worth a task of its own.
pub(super) const MIN_PART_BYTES: u64 = 64 << 10;
/// Bytes of all nested archives that are taken out of streams to be walked apart.
const MAX_HELD_BYTES: u64 = 32 << 20;

/// What is done in a part.
type Work = Box<dyn FnOnce(&mut Walker<'_>) -> ControlFlow<()> + Send>;

/// A part of a walk.
pub struct Part {
    terms: Terms,
    /// Bytes held for the zips around it.
    buffered: usize,
    work: Work,
}

impl Part {
    /// A part of the walk that has this budget.
    pub(super) fn of(budget: &Budget, work: Work) -> Self {
        Part {
            terms: budget.terms.clone(),
            buffered: budget.buffered.get(),
            work,
        }
    }

    /// Walks it. Breaks when `visitor` ends the walk, or a limit of the whole walk does.
    pub fn walk(self, visitor: &mut dyn Visitor) -> ControlFlow<()> {
        let budget = Budget::new(self.terms, self.buffered);
        let mut walker = Walker::new(&budget, visitor);
        let flow = (self.work)(&mut walker);
        walker.flush()?;
        flow
    }
}

/// The encoded bytes of a nested archive, taken out of the stream that it stands in.
pub(super) struct Held {
    bytes: Vec<u8>,
    /// Their number, as counted in `totals`.
    room: u64,
    totals: Arc<Totals>,
}

impl Held {
    /// Room for `size` bytes, if there is any.
    pub(super) fn room(size: u64, budget: &Budget) -> Option<Self> {
        let totals = &budget.terms.totals;
        totals.hold(size, MAX_HELD_BYTES).then(|| Held {
            bytes: Vec::new(),
            room: size,
            totals: Arc::clone(totals),
        })
    }

    /// Fills the room from `source`.
    ///
    /// # Errors
    /// The source as it was, if it holds more or is broken off.
    pub(super) fn fill<'a>(mut self, mut source: Guarded<'a>) -> Result<Self, Box<Guarded<'a>>> {
        let length = usize::try_from(self.room).unwrap_or(usize::MAX);
        self.bytes = source.head(length.saturating_add(1));
        match self.bytes.len() <= length && !source.stream().is_broken() {
            true => Ok(self),
            false => Err(Box::new(source.unread(std::mem::take(&mut self.bytes)))),
        }
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.totals.let_go(self.room);
    }
}
