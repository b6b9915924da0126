//! Receives members from the walk and cuts them into blocks.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rayon::Scope;

use super::ScannerBuilder;
use super::crew::{Crew, Hands};
use super::desk::Desk;
use super::gather::{MemberJob, SharedJob, lock};
use super::structured::is_structured;
use crate::base::contain::contained;
use crate::base::member_path::MemberPath;
use crate::base::problem::Problem;
use crate::base::shared_bytes::SharedBytes;
use crate::container::{Body, Member, Part, Totals, Visitor};
use crate::layout::{Layouts, Recogniser};
use crate::matcher::costs::Watch;
use crate::report::coverage::{MemberCoverage, MemberStatus};
use crate::text::binary::kind_of;
use crate::text::block::{Cut, SliceBlocks, StreamBlocks};
use crate::text::charset::{Charset, sniff, utf8_mark};
use crate::text::recode::{ByteOrder, Coding, Origin, Recoder};

/// Bytes of a member that its kind is told from.
const HEAD_BYTES: usize = 256 << 10;

/// What those who read a bundle share.
pub(super) struct Shared<'s> {
    pub(super) desk: Desk<'s>,
    pub(super) settings: &'s ScannerBuilder,
    pub(super) layouts: &'s Layouts,
    pub(super) totals: &'s Totals,
    pub(super) hands: Hands,
    /// What those who have done noted.
    pub(super) noted: Mutex<Noted>,
}

impl Shared<'_> {
    pub(super) fn into_noted(self) -> Noted {
        self.noted
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a reader notes of the members as they come by.
#[derive(Debug, Default)]
pub(super) struct Noted {
    pub(super) problems: Vec<Problem>,
    pub(super) layout: Recogniser,
    pub(super) spent: ReadingTime,
    /// Parts that were handed out to be read in any order.
    pub(super) parts: u64,
}

impl Noted {
    fn merge(&mut self, other: Noted) {
        self.problems.extend(other.problems);
        self.layout.merge(other.layout);
        self.spent.reading += other.spent.reading;
        self.spent.waiting += other.spent.waiting;
        self.parts += other.parts;
    }
}

/// How those who read spend their time, as far as that is measured.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ReadingTime {
    /// Reading and decoding members.
    pub(super) reading: Duration,
    /// Waiting for workers.
    pub(super) waiting: Duration,
}

/// One who reads.
pub(super) struct Reading<'c, 'scope> {
    shared: &'scope Shared<'scope>,
    noted: Noted,
    crew: Crew<'c, 'scope>,
    /// A buffer for the beginning of the next member.
    spare: Vec<u8>,
}

impl<'c, 'scope> Reading<'c, 'scope> {
    /// One who reads and scans everything.
    pub(super) fn alone(shared: &'scope Shared<'scope>) -> Self {
        Reading::with(shared, Crew::Alone { kept: Vec::new() })
    }

    /// The one who walks the bundle while a pool scans.
    pub(super) fn lead(shared: &'scope Shared<'scope>, scope: &'c Scope<'scope>) -> Self {
        let hands = &shared.hands;
        Reading::with(shared, Crew::Lead { scope, hands })
    }

    /// One who walks a part of the bundle.
    fn aside(shared: &'scope Shared<'scope>, scope: &'c Scope<'scope>) -> Self {
        let (hands, kept) = (&shared.hands, Vec::new());
        Reading::with(shared, Crew::Aside { scope, hands, kept })
    }

    fn with(shared: &'scope Shared<'scope>, crew: Crew<'c, 'scope>) -> Self {
        Reading {
            shared,
            noted: Noted::default(),
            crew,
            spare: Vec::new(),
        }
    }

    /// Hands over what was noted.
    pub(super) fn end(self) {
        lock(&self.shared.noted).merge(self.noted);
    }

    /// Reads a member whose first bytes are `head` as it is.
    fn text(
        &mut self,
        job: impl FnOnce(&[u8]) -> SharedJob,
        mut head: Vec<u8>,
        rest: &mut dyn Read,
    ) -> ControlFlow<()> {
        let mark = utf8_mark(&head).len();
        head.drain(..mark);
        let job = job(&head);
        let blocks = StreamBlocks::new(head, rest, self.cut());
        self.blocks(&job, blocks.from_origin(Origin::Same, mark as u64))
    }

    /// Reads a member as UTF-8 that is none.
    fn recoded(
        &mut self,
        job: impl FnOnce(&[u8]) -> SharedJob,
        coding: Coding,
        raw: &mut dyn Read,
    ) -> ControlFlow<()> {
        let mut start = Vec::with_capacity(ByteOrder::MARK_BYTES);
        // A read error ends the stream, and the walk reports it.
        let _ = (&mut *raw)
            .take(ByteOrder::MARK_BYTES as u64)
            .read_to_end(&mut start);
        let mark = ByteOrder::marked(&start).map_or(0, |_| start.len());
        let text = start.split_off(mark);
        let mut reader = Recoder::new(Cursor::new(text).chain(raw), coding);
        let head = head_of(&mut reader, std::mem::take(&mut self.spare));
        let job = job(&head);
        let blocks = StreamBlocks::new(head, &mut reader, self.cut());
        self.blocks(
            &job,
            blocks.from_origin(Origin::recoded(coding), mark as u64),
        )
    }

    fn blocks(&mut self, job: &SharedJob, mut blocks: StreamBlocks<'_>) -> ControlFlow<()> {
        let mut count = 0;
        let mut flow = ControlFlow::Continue(());
        while flow.is_continue() && !blocks.is_at_end() {
            let mut watch = Watch::new(self.shared.settings.profile);
            let mut buffer = self.crew.buffer();
            self.noted.spent.waiting += watch.lap();
            // A decoder that panics must not take the buffer with it.
            let next = contained(&job.path, || blocks.next_block(&mut buffer));
            self.noted.spent.reading += watch.lap();
            let next = next.unwrap_or_else(|problem| {
                self.noted.problems.push(problem);
                None
            });
            let Some(block) = next else {
                self.crew.give_back(buffer);
                break;
            };
            self.crew.scan(&self.shared.desk, job, count, block);
            count += 1;
            flow = self.watch(Some(&job.path));
        }
        let bytes = blocks.offset();
        self.spare = blocks.into_buffer();
        self.shared.desk.member_ended(job, count, bytes);
        flow
    }

    fn mapped(&mut self, job: SharedJob, bytes: SharedBytes) -> ControlFlow<()> {
        let length = (*bytes).as_ref().len() as u64;
        let mut count = 0;
        let mut flow = ControlFlow::Continue(());
        for block in SliceBlocks::new(bytes, self.cut()) {
            self.crew.buffer();
            self.crew.scan(&self.shared.desk, &job, count, block);
            count += 1;
            flow = self.watch(Some(&job.path));
            if flow.is_break() {
                break;
            }
        }
        self.shared.desk.member_ended(&job, count, length);
        flow
    }

    fn cut(&self) -> Cut {
        Cut {
            block_bytes: self.shared.settings.block_bytes,
            max_line_bytes: self.shared.settings.limits.max_line_bytes,
        }
    }

    /// Tells the caller how far the scan has come, and hears whether it is to go on.
    fn watch(&self, member: Option<&MemberPath>) -> ControlFlow<()> {
        let (shared, totals) = (self.shared, self.shared.totals);
        let telling = shared.desk.telling;
        telling.progress(totals.bytes_read(), totals.members(), member);
        match shared.settings.cancel.is_set() || telling.is_broken() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// Lists a member that is no text.
    fn skip(&mut self, member: &Member, head: &[u8]) -> ControlFlow<()> {
        let name = member.path.innermost().rsplit('/').next();
        self.shared.desk.gather.skipped(MemberCoverage {
            member: member.path.clone(),
            kind: kind_of(name.unwrap_or_default(), head),
            status: MemberStatus::NotText,
            bytes: member.size.unwrap_or(0),
            lines: 0,
            span: None,
        });
        ControlFlow::Continue(())
    }
}

impl Visitor for Reading<'_, '_> {
    fn member(&mut self, member: &Member, body: Body<'_>) -> ControlFlow<()> {
        let layouts = self.shared.layouts;
        self.noted.layout.see(layouts, member.path.as_str());
        let job = |head: &[u8]| {
            let source = layouts.sources.classify(&member.path, head);
            let is_structured = is_structured(&source, &member.path, head);
            let path = member.path.clone();
            Arc::new(MemberJob::new(path, source, member.modified, is_structured))
        };
        let flow = match body {
            Body::Mapped(mapping) => {
                let bytes = mapping.bytes();
                let (head, mut rest) = bytes.split_at(bytes.len().min(HEAD_BYTES));
                match sniff(head) {
                    Charset::Text if utf8_mark(head).is_empty() => self.mapped(job(head), mapping),
                    Charset::Text => self.text(job, head.to_vec(), &mut rest),
                    Charset::Coded(coding) => self.recoded(job, coding, &mut { bytes }),
                    Charset::Binary => self.skip(member, head),
                }
            }
            Body::Stream(reader) => {
                let head = head_of(reader, std::mem::take(&mut self.spare));
                match sniff(&head) {
                    Charset::Text => self.text(job, head, reader),
                    Charset::Coded(coding) => {
                        self.recoded(job, coding, &mut Cursor::new(head).chain(reader))
                    }
                    Charset::Binary => {
                        let flow = self.skip(member, &head);
                        self.spare = head;
                        flow
                    }
                }
            }
        };
        match flow {
            ControlFlow::Continue(()) => self.watch(Some(&member.path)),
            ControlFlow::Break(()) => flow,
        }
    }

    fn part(&mut self, part: Part) -> ControlFlow<()> {
        let Some(scope) = self.crew.take_part() else {
            return part.walk(self);
        };
        self.noted.parts += 1;
        let shared = self.shared;
        scope.spawn(move |scope| {
            let mut aside = Reading::aside(shared, scope);
            // The limit or the caller that ends the walk of a part ends that of the bundle too, which sees it by itself.
            let _ = part.walk(&mut aside);
            aside.end();
            shared.hands.part_done();
        });
        self.watch(None)
    }

    fn has_room_for_parts(&self) -> bool {
        self.crew.has_room_for_parts()
    }

    fn problem(&mut self, problem: Problem) {
        self.noted.problems.push(problem);
    }
}

/// What comes first of a member, in `buffer`, whose content does not matter.
fn head_of(reader: &mut dyn Read, buffer: Vec<u8>) -> Vec<u8> {
    let mut head = buffer;
    head.clear();
    // A read error ends the stream, and the walk reports it.
    let _ = reader.take(HEAD_BYTES as u64).read_to_end(&mut head);
    head
}
