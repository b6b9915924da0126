//! Who scans the blocks that a reader cuts.
//!
//! The threads of a pool share [`Hands`]. One of them walks the bundle and leads: it has others scan what it reads, and scans when it is
//! ahead of them. Parts of the bundle that can be walked by themselves are read aside, each by one thread, which hands
//! out blocks while some thread has no part of its own and there are free buffers, and scans the rest itself, fresh from the decoder.
//! Invariant: nobody who reads aside waits for anybody, so a thread may do so whatever it was about to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, unbounded};
use rayon::{Scope, Yield};

use super::desk::Desk;
use super::gather::SharedJob;
use crate::text::block::Block;

/// What the threads of a pool share.
pub(super) struct Hands {
    /// The buffers that go round are also the tickets that bound the blocks in flight.
    free: Receiver<Vec<u8>>,
    give_back: Sender<Vec<u8>>,
    /// Parts that were handed out and are not walked to their end.
    parts: AtomicUsize,
    most_parts: usize,
    threads: usize,
}

impl Hands {
    /// Those of so many threads.
    pub(super) fn of(threads: usize, may_walk_parts: bool) -> Self {
        let (give_back, free) = unbounded();
        let hands = Hands {
            free,
            give_back,
            parts: AtomicUsize::new(0),
            most_parts: if may_walk_parts { 2 * threads } else { 0 },
            threads,
        };
        (0..2 * threads).for_each(|_| hands.give_back(Vec::new()));
        hands
    }

    fn give_back(&self, buffer: Vec<u8>) {
        // The receiver lives in the same value, so this cannot fail.
        let _ = self.give_back.send(buffer);
    }

    /// Whether every thread has a part to walk. A block that is handed out then waits long, and what is found behind it piles up.
    fn are_full(&self) -> bool {
        self.parts.load(Ordering::Relaxed) >= self.threads
    }

    /// Says that a part was walked to its end.
    pub(super) fn part_done(&self) {
        self.parts.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Who scans the blocks of one reader.
pub(super) enum Crew<'c, 'scope> {
    /// The reader itself: there are no others.
    Alone {
        /// The buffer of the last block.
        kept: Vec<u8>,
    },
    /// The pool, for the reader that walks the bundle.
    Lead {
        scope: &'c Scope<'scope>,
        hands: &'scope Hands,
    },
    /// For one that reads a part: the pool while it has free buffers, else the reader itself.
    Aside {
        scope: &'c Scope<'scope>,
        hands: &'scope Hands,
        /// The buffer of the last block.
        kept: Vec<u8>,
    },
}

impl<'c, 'scope> Crew<'c, 'scope> {
    /// A buffer for the next block. While too many blocks are in flight the leader scans some, or else waits.
    pub(super) fn buffer(&mut self) -> Vec<u8> {
        let hands = match self {
            Crew::Alone { kept } | Crew::Aside { kept, .. } => return std::mem::take(kept),
            Crew::Lead { hands, .. } => hands,
        };
        loop {
            if let Ok(buffer) = hands.free.try_recv() {
                return buffer;
            }
            if rayon::yield_now() != Some(Yield::Executed) {
                // All that is in flight is being scanned by others.
                return hands.free.recv().unwrap_or_default();
            }
        }
    }

    /// Takes a buffer back that no block has taken.
    pub(super) fn give_back(&mut self, buffer: Vec<u8>) {
        match self {
            Crew::Alone { kept } | Crew::Aside { kept, .. } => *kept = buffer,
            Crew::Lead { hands, .. } => hands.give_back(buffer),
        }
    }

    /// Has a block scanned.
    pub(super) fn scan(
        &mut self,
        desk: &'scope Desk<'scope>,
        job: &SharedJob,
        index: u64,
        block: Block,
    ) {
        let (scope, hands) = match self {
            Crew::Alone { kept } => return desk.take(job, index, block, |freed| *kept = freed),
            Crew::Lead { scope, hands } => (scope, hands),
            Crew::Aside { scope, hands, kept } => {
                // Blocks of a structured member would pile up behind one that nobody scans yet.
                let may_hand_out = job.lane.is_none() && !hands.are_full();
                let spare = may_hand_out.then(|| hands.free.try_recv().ok());
                match spare.flatten() {
                    Some(spare) => *kept = spare,
                    None => return desk.take(job, index, block, |freed| *kept = freed),
                }
                (scope, hands)
            }
        };
        let (job, hands) = (Arc::clone(job), *hands);
        scope.spawn(move |_| {
            desk.take(&job, index, block, |buffer| hands.give_back(buffer));
        });
    }

    /// Whether a part can be handed out at this moment.
    pub(super) fn has_room_for_parts(&self) -> bool {
        match self {
            Crew::Lead { hands, .. } => hands.parts.load(Ordering::Relaxed) < hands.most_parts,
            _ => false,
        }
    }

    /// Where to hand out a part, if that can be done at this moment; [`Hands::part_done`] is to be called at its end.
    pub(super) fn take_part(&self) -> Option<&'c Scope<'scope>> {
        match self {
            Crew::Lead { scope, hands } if self.has_room_for_parts() => {
                hands.parts.fetch_add(1, Ordering::Relaxed);
                Some(scope)
            }
            _ => None,
        }
    }
}
