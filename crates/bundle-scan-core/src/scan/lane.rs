//! Has the blocks of a structured member read one after the other, by whichever worker is free: sections run over the ends of
//! blocks.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::gather::lock;
use super::structured::{Setting, StructuredScan};
use crate::base::member_path::MemberPath;
use crate::finding::Tally;
use crate::text::block::Block;

/// The state of a structured member between two blocks.
pub(super) struct Lane(Mutex<Waiting>);

struct Waiting {
    /// Blocks that came before their turn.
    early: BTreeMap<u64, Block>,
    next: u64,
    /// How many blocks there are in all, once that is known.
    blocks: Option<u64>,
    /// `None` while a worker reads, and when all was read.
    scan: Option<Box<StructuredScan>>,
}

impl Lane {
    pub(super) fn new(path: &MemberPath) -> Self {
        Lane(Mutex::new(Waiting {
            early: BTreeMap::new(),
            next: 0,
            blocks: None,
            scan: Some(Box::new(StructuredScan::new(path))),
        }))
    }

    /// Takes a block. Reads it and those that wait, unless another worker is reading: then that one will. `freed` is given
    /// the buffer of each block that was read, and `seen` what was found in all of them so far. The whole scan if this was the last block.
    pub(super) fn push(
        &self,
        setting: Setting<'_>,
        index: u64,
        block: Block,
        mut freed: impl FnMut(Vec<u8>),
        seen: impl Fn(&Tally),
    ) -> Option<Box<StructuredScan>> {
        let mut waiting = lock(&self.0);
        waiting.early.insert(index, block);
        let mut scan = waiting.scan.take()?;
        loop {
            let next = waiting.next;
            let Some(block) = waiting.early.remove(&next) else {
                break;
            };
            drop(waiting);
            scan.block(setting, &block.view());
            freed(block.into_buffer().unwrap_or_default());
            seen(scan.tally());
            waiting = lock(&self.0);
            waiting.next += 1;
        }
        waiting.scan = Some(scan);
        waiting.whole()
    }

    /// Says that the member has `blocks` blocks. The whole scan if all of them were read.
    pub(super) fn ended(&self, blocks: u64) -> Option<Box<StructuredScan>> {
        let mut waiting = lock(&self.0);
        waiting.blocks = Some(blocks);
        waiting.whole()
    }
}

impl Waiting {
    fn whole(&mut self) -> Option<Box<StructuredScan>> {
        match self.blocks == Some(self.next) {
            true => self.scan.take(),
            false => None,
        }
    }
}
