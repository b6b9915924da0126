//! Scans one block of one member and brings what was found to where it is gathered. Any thread may do so.

use super::edges::Edges;
use super::gather::{BlockResult, Gather, MemberJob};
use super::structured::{Setting, StructuredScan};
use super::window::Window;
use crate::finding::{Tally, TallyOptions};
use crate::matcher::Matcher;
use crate::text::block::Block;

/// What every worker needs.
pub(super) struct Desk<'d> {
    pub(super) matcher: &'d Matcher,
    pub(super) gather: &'d Gather,
    pub(super) tracer: Option<&'d Matcher>,
    pub(super) window: Option<&'d Window>,
    pub(super) options: TallyOptions,
    pub(super) max_line_bytes: usize,
    pub(super) is_measured: bool,
}

impl Desk<'_> {
    fn setting<'j>(&'j self, job: &'j MemberJob) -> Setting<'j> {
        Setting {
            matcher: self.matcher,
            options: &self.options,
            tracer: self.tracer,
            path: &job.path,
            source: &job.source,
            modified: job.modified,
            window: self.window,
            is_measured: self.is_measured,
            lines: 0,
        }
    }

    /// Scans a block, now or when its turn comes; `freed` is given the buffers that are not needed any more.
    pub(super) fn take(
        &self,
        job: &MemberJob,
        index: u64,
        block: Block,
        mut freed: impl FnMut(Vec<u8>),
    ) {
        block.expect();
        job.note(Edges::of(
            &block.view(),
            &job.source,
            &job.clock(),
            self.max_line_bytes,
        ));
        match &job.lane {
            None => {
                self.scan(job, index, &block);
                freed(block.into_buffer().unwrap_or_default());
            }
            Some(lane) => {
                let whole = lane.push(self.setting(job), index, block, freed);
                self.structured_done(job, whole);
            }
        }
    }

    /// Says that a member has `blocks` blocks of `bytes` bytes in all.
    pub(super) fn member_ended(&self, job: &MemberJob, blocks: u64, bytes: u64) {
        match &job.lane {
            None => self.gather.member_ended(job, blocks, bytes),
            Some(lane) => self.structured_done(job, lane.ended(blocks)),
        }
    }

    fn structured_done(&self, job: &MemberJob, whole: Option<Box<StructuredScan>>) {
        if let Some(scan) = whole {
            let (found, problems) = scan.finish(self.setting(job));
            self.gather.structured_done(job, found, problems);
        }
    }

    fn scan(&self, job: &MemberJob, index: u64, block: &Block) {
        let view = block.view();
        let mut tally = Tally::default();
        let lines = self.setting(job).lines(&view, &mut tally);
        let open_line = view
            .bytes
            .get(view.own.end - 1)
            .is_some_and(|last| *last != b'\n');
        self.gather.block_done(
            job,
            index,
            BlockResult {
                tally,
                lines,
                open_line,
            },
        );
    }
}
