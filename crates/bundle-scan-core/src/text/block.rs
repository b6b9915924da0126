//! Cuts a member into blocks for the workers: from a stream, or from bytes that are in memory as a whole.
//!
//! A block **owns** a run of whole lines; around it the **view** shows some of the neighbouring bytes, so that context
//! lines can be printed. Invariants, which make results independent of the block size:
//! - The owned runs of a member follow each other without gap or overlap.
//! - A block begins at the start of a line, or where a piece of a line longer than `max_line_bytes` does.
//! - The view reaches [`CONTEXT_BYTES`] to both sides, or to the end of the member.

use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::sync::Arc;

use memchr::memrchr;

use super::lines::piece_end;
use super::recode::Origin;
use crate::base::shared_bytes::SharedBytes;

/// Bytes of the view before and after what a block owns.
pub const CONTEXT_BYTES: usize = 32 << 10;

/// How a member is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Bytes that a block owns, at the most and nearly always.
    pub block_bytes: usize,
    /// Longer lines are cut into pieces of this length, give or take a character.
    pub max_line_bytes: usize,
}

impl Cut {
    /// The bytes in which a cut is looked for.
    fn window(self) -> usize {
        self.block_bytes.max(self.max_line_bytes)
    }

    /// How many bytes at the start of `unscanned` the next block owns. Unless `at_end`, more bytes than the window follow.
    fn owned(self, unscanned: &[u8], at_end: bool) -> usize {
        if at_end && unscanned.len() <= self.window() {
            return unscanned.len();
        }
        let candidate = &unscanned[..self.window().min(unscanned.len())];
        match memrchr(b'\n', candidate) {
            Some(newline) => newline + 1,
            None => {
                let mut owned = 0;
                loop {
                    let next = piece_end(unscanned, owned, self.max_line_bytes);
                    if next == owned || next > candidate.len() {
                        return owned;
                    }
                    owned = next;
                }
            }
        }
    }
}

/// A piece of a member, ready for a worker.
pub struct Block {
    bytes: Bytes,
    view: Range<usize>,
    own: Range<usize>,
    offset: u64,
    origin: Origin,
    at_start: bool,
    at_end: bool,
}

enum Bytes {
    Own(Vec<u8>),
    Shared(SharedBytes),
}

/// What a worker sees of a block.
#[derive(Clone, Debug)]
pub struct BlockView<'a> {
    /// The bytes of the block with some of its neighbours.
    pub bytes: &'a [u8],
    /// The part of `bytes` that is scanned.
    pub own: Range<usize>,
    /// Offset in the member of the first owned byte.
    pub offset: u64,
    /// How what it owns lies in the member.
    pub origin: Origin,
    /// Whether `bytes` begins with a whole line, as it does at the start of the member.
    pub at_start: bool,
    /// Whether `bytes` ends with a whole line, as it does at the end of the member.
    pub at_end: bool,
}

impl Block {
    /// What the worker sees.
    pub fn view(&self) -> BlockView<'_> {
        let bytes: &[u8] = match &self.bytes {
            Bytes::Own(bytes) => bytes,
            Bytes::Shared(shared) => (**shared).as_ref(),
        };
        BlockView {
            bytes: &bytes[self.view.clone()],
            own: self.own.start - self.view.start..self.own.end - self.view.start,
            offset: self.offset,
            origin: self.origin.clone(),
            at_start: self.at_start,
            at_end: self.at_end,
        }
    }

    /// Says that the block is about to be read.
    pub fn expect(&self) {
        if let Bytes::Shared(shared) = &self.bytes {
            shared.expect(self.own.clone());
        }
    }

    /// Ends the block: gives the buffer back for the next one if the block owned one, and else releases what it owned.
    pub fn into_buffer(self) -> Option<Vec<u8>> {
        match self.bytes {
            Bytes::Own(bytes) => Some(bytes),
            Bytes::Shared(shared) => {
                shared.release(self.own);
                None
            }
        }
    }
}

impl BlockView<'_> {
    /// A view of all of `bytes`, a whole member.
    pub fn whole(bytes: &[u8]) -> BlockView<'_> {
        BlockView {
            bytes,
            own: 0..bytes.len(),
            offset: 0,
            origin: Origin::Same,
            at_start: true,
            at_end: true,
        }
    }

    /// Whether the block is the first one of its member.
    pub fn is_first(&self) -> bool {
        self.at_start && self.own.start == 0
    }

    /// The byte of the member that stands at this place of the view.
    pub fn offset_of(&self, at: usize) -> u64 {
        match at.checked_sub(self.own.start) {
            Some(into) => {
                let from_own = &self.bytes[self.own.start..];
                self.offset + self.origin.length_up_to(from_own, into)
            }
            None => {
                let before = self.origin.length_of(&self.bytes[at..self.own.start]);
                self.offset.saturating_sub(before)
            }
        }
    }
}

/// Cuts a stream into blocks. A read error ends the stream: whoever opened it reports that.
pub struct StreamBlocks<'r> {
    reader: &'r mut dyn Read,
    cut: Cut,
    /// Context of the next block, then what is read and not yet owned.
    carry: Vec<u8>,
    /// Bytes of `carry` that are context.
    context: usize,
    offset: u64,
    origin: Origin,
    /// Whether the context reaches to the start of the member.
    reaches_start: bool,
    at_end: bool,
}

impl<'r> StreamBlocks<'r> {
    /// Begins with `head`, which was already read, and goes on with `reader`.
    pub fn new(head: Vec<u8>, reader: &'r mut dyn Read, cut: Cut) -> Self {
        StreamBlocks {
            reader,
            cut,
            carry: head,
            context: 0,
            offset: 0,
            origin: Origin::Same,
            reaches_start: true,
            at_end: false,
        }
    }

    /// The same for bytes that were others in the member, `before` of them before the first.
    pub fn from_origin(mut self, origin: Origin, before: u64) -> Self {
        self.origin = origin;
        self.offset = before;
        self
    }

    /// A buffer for the beginning of the next member.
    pub fn into_buffer(self) -> Vec<u8> {
        self.carry
    }

    /// Bytes of the member up to the end of the last block.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether it is known that there is no further block.
    pub fn is_at_end(&self) -> bool {
        self.at_end && self.carry.len() == self.context
    }

    /// The next block, which takes `buffer`, whose content does not matter and whose length saves clearing it again; `None` at the end of
    /// the member.
    pub fn next_block(&mut self, buffer: &mut Vec<u8>) -> Option<Block> {
        let filled = self.fill(buffer);
        let start = self.context;
        let owned = self.cut.owned(&buffer[start..filled], self.at_end);
        if owned == 0 {
            return None;
        }
        let end = start + owned;
        let block_offset = self.offset;
        self.offset += self.origin.length_of(&buffer[start..end]);
        let at_start = self.reaches_start;
        let kept_from = end.saturating_sub(CONTEXT_BYTES);
        self.carry.clear();
        self.carry.extend_from_slice(&buffer[kept_from..filled]);
        self.context = end - kept_from;
        self.reaches_start &= kept_from == 0;
        let view_end = filled.min(end + CONTEXT_BYTES);
        Some(Block {
            view: 0..view_end,
            own: start..end,
            offset: block_offset,
            origin: self.origin.clone(),
            at_start,
            at_end: self.at_end && view_end == filled,
            bytes: Bytes::Own(std::mem::take(buffer)),
        })
    }

    /// Puts the carry and what follows it into `buffer`, until the window and the context behind it are full, or the stream ends;
    /// how many bytes that are.
    fn fill(&mut self, buffer: &mut Vec<u8>) -> usize {
        let wanted = self.context + self.cut.window() + CONTEXT_BYTES;
        let room = wanted.max(self.carry.len());
        if buffer.len() < room {
            *buffer = vec![0; room];
        }
        let mut filled = self.carry.len();
        buffer[..filled].copy_from_slice(&self.carry);
        while !self.at_end && filled < wanted {
            match self.reader.read(&mut buffer[filled..wanted]) {
                Ok(0) => self.at_end = true,
                Ok(count) => filled += count,
                Err(error) => self.at_end = error.kind() != ErrorKind::Interrupted,
            }
        }
        filled
    }
}

/// Cuts bytes that are in memory as a whole, without copying them.
pub struct SliceBlocks {
    bytes: SharedBytes,
    cut: Cut,
    next: usize,
}

impl SliceBlocks {
    /// Cuts all of `bytes`.
    pub fn new(bytes: SharedBytes, cut: Cut) -> Self {
        SliceBlocks {
            bytes,
            cut,
            next: 0,
        }
    }
}

impl Iterator for SliceBlocks {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let all: &[u8] = (*self.bytes).as_ref();
        let owned = self.cut.owned(&all[self.next..], true);
        if owned == 0 {
            return None;
        }
        let own = self.next..self.next + owned;
        self.next = own.end;
        let view = own.start.saturating_sub(CONTEXT_BYTES)..all.len().min(own.end + CONTEXT_BYTES);
        Some(Block {
            at_start: view.start == 0,
            at_end: view.end == all.len(),
            origin: Origin::Same,
            view,
            offset: own.start as u64,
            own,
            bytes: Bytes::Shared(Arc::clone(&self.bytes)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::shared_bytes::Releasable;
    use proptest::prelude::*;

    impl Releasable for Vec<u8> {}

    /// What a block owns, with its offset.
    fn owned(block: &Block) -> (u64, Vec<u8>) {
        let view = block.view();
        (view.offset, view.bytes[view.own.clone()].to_vec())
    }

    fn stream(bytes: &[u8], cut: Cut) -> Vec<(u64, Vec<u8>)> {
        let mut reader = bytes;
        let mut blocks = StreamBlocks::new(Vec::new(), &mut reader, cut);
        let mut all = Vec::new();
        let mut buffer = Vec::new();
        while let Some(block) = blocks.next_block(&mut buffer) {
            all.push(owned(&block));
            buffer = block.into_buffer().expect("it owns one");
        }
        assert!(blocks.is_at_end());
        all
    }

    fn slice(bytes: &[u8], cut: Cut) -> Vec<(u64, Vec<u8>)> {
        SliceBlocks::new(Arc::new(bytes.to_vec()), cut)
            .map(|block| owned(&block))
            .collect()
    }

    #[test]
    fn blocks_end_at_line_ends() {
        let cut = Cut {
            block_bytes: 8,
            max_line_bytes: 4,
        };
        let blocks = slice(b"ab\ncd\nef\ngh", cut);
        assert_eq!(blocks, [(0, b"ab\ncd\n".to_vec()), (6, b"ef\ngh".to_vec())]);
    }

    #[test]
    fn an_endless_line_is_cut_at_multiples_of_the_limit() {
        let cut = Cut {
            block_bytes: 10,
            max_line_bytes: 4,
        };
        let blocks = slice(b"x\naaaabbbbccccdd\ny", cut);
        let starts: Vec<u64> = blocks.iter().map(|(offset, _)| *offset).collect();
        assert_eq!(
            starts,
            [0, 2, 10],
            "the pieces of the long line begin at 2 + multiples of 4"
        );
    }

    proptest! {
        #[test]
        fn stream_and_slice_cut_alike_and_lose_nothing(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'a')], 0..600),
            block_bytes in 1usize..64,
            max_line_bytes in 1usize..64,
        ) {
            let cut = Cut { block_bytes, max_line_bytes };
            let from_stream = stream(&bytes, cut);
            prop_assert_eq!(&from_stream, &slice(&bytes, cut));
            let joined: Vec<u8> = from_stream.into_iter().flat_map(|(_, own)| own).collect();
            prop_assert_eq!(joined, bytes);
        }
    }
}
