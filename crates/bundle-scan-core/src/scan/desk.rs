//! Scans one block of one member and brings what was found to where it is gathered. Any thread may do so.

use super::edges::Edges;
use super::gather::{BlockResult, Gather, MemberJob};
use super::structured::{Setting, StructuredScan};
use super::telling::Telling;
use super::window::Window;
use crate::base::contain::contained;
use crate::finding::{Tally, TallyOptions};
use crate::matcher::Matcher;
use crate::text::block::{Block, BlockView};
use crate::text::lines::count_lines;

/// What every worker needs.
pub(super) struct Desk<'d> {
    pub(super) matcher: &'d Matcher,
    pub(super) gather: &'d Gather,
    pub(super) telling: &'d Telling<'d>,
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
        let edges = contained(&job.path, || self.edges(job, &block));
        match edges {
            Ok(edges) => job.note(edges),
            Err(problem) => self.gather.problem(problem),
        }
        match &job.lane {
            None => {
                let result = self.scan(job, index, &block.view());
                freed(block.into_buffer().unwrap_or_default());
                let news = self.gather.block_done(job, index, result, |tally| {
                    self.telling.news(&job.path, tally)
                });
                self.telling.tell(news);
            }
            Some(lane) => {
                let whole = lane.push(self.setting(job), index, block, freed, |tally| {
                    self.telling.tell(self.telling.news(&job.path, tally));
                });
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
            self.telling
                .tell(self.telling.news(&job.path, &found.tally));
            self.gather.structured_done(job, found, problems);
        }
    }

    fn edges(&self, job: &MemberJob, block: &Block) -> Edges {
        let (view, clock) = (block.view(), job.clock());
        Edges::of(&view, &job.source, &clock, self.max_line_bytes)
    }

    /// Scans block number `index` of a member; what breaks it off keeps what was found before.
    fn scan(&self, job: &MemberJob, index: u64, view: &BlockView<'_>) -> BlockResult {
        let lent = self.gather.lend(job, index);
        let setting = Setting {
            // Line numbers begin with 1.
            lines: lent.as_ref().map_or(0, |lent| lent.lines + 1),
            ..self.setting(job)
        };
        let (mut tally, is_joined) = match lent {
            Some(lent) => (lent.tally, true),
            None => (Tally::default(), false),
        };
        let lines = contained(&job.path, || setting.lines(view, &mut tally));
        BlockResult {
            tally,
            is_joined,
            lines: lines.unwrap_or_else(|problem| {
                self.gather.problem(problem);
                count_lines(&view.bytes[view.own.clone()])
            }),
            open_line: ends_open(view),
        }
    }
}

/// Whether a block does not end in a line end.
fn ends_open(view: &BlockView<'_>) -> bool {
    let last = view.bytes.get(view.own.end - 1);
    last.is_some_and(|last| *last != b'\n')
}
