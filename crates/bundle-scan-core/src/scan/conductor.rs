//! Takes members from the walk, cuts them into blocks, and has the blocks scanned.

use std::collections::BTreeSet;
use std::io::Read;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rayon::{Scope, ThreadPool, Yield};

use super::edges::Edges;
use super::gather::{BlockResult, Gather, MemberJob, SharedJob};
use super::structured::{Setting, StructuredScan, is_structured};
use super::window::Window;
use super::{Progress, ScannerBuilder};
use crate::base::member_path::MemberPath;
use crate::base::problem::{Problem, ProblemKind};
use crate::base::shared_bytes::SharedBytes;
use crate::container::{self, Body, Input, Member, OpenError, Visitor, Walked};
use crate::finding::clocks::Clocks;
use crate::finding::{Tally, TallyOptions};
use crate::layout::Recogniser;
use crate::matcher::Matcher;
use crate::matcher::costs::Watch;
use crate::report::coverage::{MemberCoverage, MemberStatus};
use crate::report::{Bundle, Scanned};
use crate::source::classify;
use crate::text::block::{Block, Cut, SliceBlocks, StreamBlocks};
use crate::text::charset::{Charset, sniff};

/// Bytes of a member that its kind is told from.
const HEAD_BYTES: usize = 256 << 10;

/// One scan of one bundle.
pub(super) struct Conductor<'s> {
    matcher: &'s Matcher,
    settings: &'s ScannerBuilder,
    tracer: Option<&'s Matcher>,
    window: Option<&'s Window>,
    options: TallyOptions,
    gather: Gather,
    reading: ReadingTime,
    problems: Vec<Problem>,
    layout: Recogniser,
}

impl<'s> Conductor<'s> {
    pub(super) fn new(
        matcher: &'s Matcher,
        settings: &'s ScannerBuilder,
        options: TallyOptions,
    ) -> Self {
        Conductor {
            matcher,
            settings,
            tracer: None,
            window: None,
            options,
            gather: Gather::new(options),
            reading: ReadingTime::default(),
            problems: Vec::new(),
            layout: Recogniser::default(),
        }
    }

    /// Notes what became of every attempt to match one of the signatures that `tracer` knows.
    pub(super) fn traced_by(&mut self, tracer: &'s Matcher) {
        self.tracer = Some(tracer);
    }

    /// Counts only what lies in a window.
    pub(super) fn within(&mut self, window: &'s Window) {
        self.window = Some(window);
    }

    /// Walks the input. With a pool one of its threads reads while the others scan, and scans itself when it is ahead of them; without one
    /// the calling thread does both.
    pub(super) fn run(
        &mut self,
        pool: Option<&ThreadPool>,
        input: Input,
    ) -> Result<Walked, OpenError> {
        let desk = Desk {
            matcher: self.matcher,
            gather: &self.gather,
            tracer: self.tracer,
            window: self.window,
            options: self.options,
            max_line_bytes: self.settings.limits.max_line_bytes,
            is_measured: self.settings.profile,
        };
        let (limits, means) = (&self.settings.limits, self.settings.means);
        let bytes_read = AtomicU64::new(0);
        let mut reading = Reading {
            desk: &desk,
            settings: self.settings,
            problems: &mut self.problems,
            layout: &mut self.layout,
            spent: &mut self.reading,
            members: 0,
            bytes_read: &bytes_read,
            crew: Crew::Alone { kept: Vec::new() },
        };
        match pool {
            None => container::walk(input, limits, means, &bytes_read, &mut reading),
            Some(pool) => pool.scope(|scope| {
                let crew = Crew::pool(scope, pool.current_num_threads());
                let mut reading = Reading { crew, ..reading };
                container::walk(input, limits, means, &bytes_read, &mut reading)
            }),
        }
    }

    /// Members in the midst of which a machine booted: their uptimes alone tell no time.
    pub(super) fn rebooted(&self) -> BTreeSet<MemberPath> {
        self.gather.rebooted()
    }

    pub(super) fn reading_time(&self) -> ReadingTime {
        self.reading
    }

    /// What the report is made of.
    pub(super) fn finish(self, name: &str, walked: Walked) -> Scanned {
        let mut gathered = self.gather.into_gathered();
        gathered.coverage.hear(gathered.tally.components());
        let homes = gathered.trees.settle(&gathered.census.nodes);
        let shown = &gathered.tally.shown;
        // Within a window fewer lines tell of the clocks.
        let clocks = match self.window {
            Some(window) => window.clocks.clone(),
            None => Clocks::new(shown, self.settings.utc_offset, &homes),
        };
        Scanned {
            bundle: Bundle {
                path: name.to_owned(),
                container: walked.container,
                layout: self.layout.layout(),
                captured_at: clocks.captured_at(),
                window: self.window.map(|window| window.bounds),
                hosts: gathered.hosts.into_iter().collect(),
                bytes_read: walked.bytes_read,
                bytes_decoded: walked.bytes_decoded,
            },
            tally: gathered.tally,
            signatures: self.matcher.signatures().to_vec(),
            coverage: gathered
                .coverage
                .finish(self.matcher.set(), &gathered.census, &clocks),
            clocks,
            storage: gathered.storage.settle(&homes),
            homes,
            census: gathered.census,
            problems: [self.problems, gathered.problems].concat(),
            options: self.options,
        }
    }
}

/// How the reading thread spends its time, as far as that is measured.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ReadingTime {
    /// Reading and decoding members.
    pub(super) reading: Duration,
    /// Waiting for workers.
    pub(super) waiting: Duration,
}

/// What every worker needs.
struct Desk<'d> {
    matcher: &'d Matcher,
    gather: &'d Gather,
    tracer: Option<&'d Matcher>,
    window: Option<&'d Window>,
    options: TallyOptions,
    max_line_bytes: usize,
    is_measured: bool,
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
    fn take(&self, job: &MemberJob, index: u64, block: Block, mut freed: impl FnMut(Vec<u8>)) {
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
    fn member_ended(&self, job: &MemberJob, blocks: u64, bytes: u64) {
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

/// Who scans the blocks.
enum Crew<'c, 'scope> {
    /// The reading thread itself.
    Alone {
        /// The buffer of the last block.
        kept: Vec<u8>,
    },
    /// The pool that the reading thread is one of. The buffers that go round are also the tickets that bound the blocks in flight.
    Pool {
        scope: &'c Scope<'scope>,
        free: Receiver<Vec<u8>>,
        give_back: Sender<Vec<u8>>,
    },
}

impl<'c, 'scope> Crew<'c, 'scope> {
    fn pool(scope: &'c Scope<'scope>, threads: usize) -> Self {
        let (give_back, free) = channel();
        for _ in 0..2 * threads {
            // The receiver lives in the same value, so this cannot fail.
            let _ = give_back.send(Vec::new());
        }
        Crew::Pool {
            scope,
            free,
            give_back,
        }
    }

    /// A buffer for the next block. While too many blocks are in flight it scans some, or else waits.
    fn buffer(&mut self) -> Vec<u8> {
        let free = match self {
            Crew::Alone { kept } => return std::mem::take(kept),
            Crew::Pool { free, .. } => free,
        };
        loop {
            if let Ok(buffer) = free.try_recv() {
                return buffer;
            }
            if rayon::yield_now() != Some(Yield::Executed) {
                // All that is in flight is being scanned by others.
                return free.recv().unwrap_or_default();
            }
        }
    }

    /// Takes a buffer back that no block has taken.
    fn give_back(&mut self, buffer: Vec<u8>) {
        match self {
            Crew::Alone { kept } => *kept = buffer,
            Crew::Pool { give_back, .. } => {
                // The receiver lives in the same value, so this cannot fail.
                let _ = give_back.send(buffer);
            }
        }
    }
}

/// The reading side: receives members from the walk.
struct Reading<'r, 'c, 'scope> {
    desk: &'scope Desk<'scope>,
    settings: &'r ScannerBuilder,
    problems: &'r mut Vec<Problem>,
    layout: &'r mut Recogniser,
    spent: &'r mut ReadingTime,
    members: u64,
    bytes_read: &'r AtomicU64,
    crew: Crew<'c, 'scope>,
}

impl<'scope> Reading<'_, '_, 'scope> {
    fn text(&mut self, job: SharedJob, head: Vec<u8>, rest: &mut dyn Read) -> ControlFlow<()> {
        let mut blocks = StreamBlocks::new(head, rest, self.cut());
        let (mut count, mut bytes) = (0, 0);
        let mut flow = ControlFlow::Continue(());
        while flow.is_continue() && !blocks.is_at_end() {
            let mut watch = Watch::new(self.settings.profile);
            let mut buffer = self.crew.buffer();
            self.spent.waiting += watch.lap();
            let next = blocks.next_block(&mut buffer);
            self.spent.reading += watch.lap();
            let Some(block) = next else {
                self.crew.give_back(buffer);
                break;
            };
            bytes += block.view().own.len() as u64;
            self.dispatch(&job, count, block);
            count += 1;
            flow = self.watch();
        }
        self.desk.member_ended(&job, count, bytes);
        flow
    }

    fn mapped(&mut self, job: SharedJob, bytes: SharedBytes) -> ControlFlow<()> {
        let length = (*bytes).as_ref().len() as u64;
        let mut count = 0;
        let mut flow = ControlFlow::Continue(());
        for block in SliceBlocks::new(bytes, self.cut()) {
            self.crew.buffer();
            self.dispatch(&job, count, block);
            count += 1;
            flow = self.watch();
            if flow.is_break() {
                break;
            }
        }
        self.desk.member_ended(&job, count, length);
        flow
    }

    /// Has a block scanned.
    fn dispatch(&mut self, job: &SharedJob, index: u64, block: Block) {
        let desk = self.desk;
        match &mut self.crew {
            Crew::Alone { kept } => desk.take(job, index, block, |freed| *kept = freed),
            Crew::Pool {
                scope, give_back, ..
            } => {
                let (job, give_back) = (Arc::clone(job), give_back.clone());
                scope.spawn(move |_| {
                    desk.take(&job, index, block, |buffer| {
                        // The reader may be gone when the walk was ended: then nobody needs the buffer.
                        let _ = give_back.send(buffer);
                    });
                });
            }
        }
    }

    fn cut(&self) -> Cut {
        Cut {
            block_bytes: self.settings.block_bytes,
            max_line_bytes: self.settings.limits.max_line_bytes,
        }
    }

    /// Tells the caller how far the scan has come, and hears whether it is to go on.
    fn watch(&self) -> ControlFlow<()> {
        if let Some(callback) = &self.settings.on_progress {
            callback(&Progress {
                bytes_read: self.bytes_read.load(Ordering::Relaxed),
                members: self.members,
            });
        }
        match self.settings.cancel.is_set() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// Lists a member that is no text.
    fn skip(&mut self, member: &Member, charset: Charset) {
        if charset == Charset::Utf16 {
            let detail =
                "UTF-16 text is not decoded by this version: convert it to UTF-8".to_owned();
            self.problem(Problem {
                member: member.path.clone(),
                kind: ProblemKind::Unsupported,
                detail,
            });
        }
        self.desk.gather.skipped(MemberCoverage {
            member: member.path.clone(),
            kind: classify(&member.path, b"").kind,
            status: MemberStatus::NotText,
            bytes: member.size.unwrap_or(0),
            lines: 0,
            span: None,
        });
    }
}

impl Visitor for Reading<'_, '_, '_> {
    fn member(&mut self, member: &Member, body: Body<'_>) -> ControlFlow<()> {
        self.members += 1;
        self.layout.see(member.path.as_str());
        let job = |head: &[u8]| {
            let source = classify(&member.path, head);
            let is_structured = is_structured(&source, &member.path, head);
            let path = member.path.clone();
            Arc::new(MemberJob::new(path, source, member.modified, is_structured))
        };
        let flow = match body {
            Body::Mapped(mapping) => {
                let head = &mapping.bytes()[..mapping.bytes().len().min(HEAD_BYTES)];
                match sniff(head) {
                    Charset::Text => self.mapped(job(head), mapping),
                    other => {
                        self.skip(member, other);
                        ControlFlow::Continue(())
                    }
                }
            }
            Body::Stream(reader) => {
                let mut head = Vec::new();
                // A read error ends the stream, and the walk reports it.
                let _ = (&mut *reader)
                    .take(HEAD_BYTES as u64)
                    .read_to_end(&mut head);
                match sniff(&head) {
                    Charset::Text => self.text(job(&head), head, reader),
                    other => {
                        self.skip(member, other);
                        ControlFlow::Continue(())
                    }
                }
            }
        };
        match flow {
            ControlFlow::Continue(()) => self.watch(),
            ControlFlow::Break(()) => flow,
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}
