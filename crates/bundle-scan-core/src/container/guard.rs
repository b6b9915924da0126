//! The reader that stands between any two layers of a walk.
//!
//! Whatever the layer below does - fail, end early, give too much - a guard turns into a clean end of its own and one
//! problem. A layer above sees an end and asks [`Guarded::ending`] whether it was broken off, so that damage is reported
//! once, by the layer that met it. Does not buffer.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use crate::base::member_path::MemberPath;
use crate::base::problem::ProblemKind;

use super::budget::{Budget, Had};
use super::codec::{Codec, Way};

/// Encoded bytes read ahead of a decoder.
const READ_AHEAD_BYTES: usize = 64 << 10;
/// Bytes skipped at a time.
const SKIP_BYTES: usize = 32 << 10;

/// What is known of a stream. Shared by the layers that care.
#[derive(Clone, Default)]
pub(super) struct Stream {
    /// Whether it was broken off by a problem that is already reported.
    is_broken: Rc<Cell<bool>>,
    /// Counts the encoded bytes that were taken, as far out as that is known, and how many those were when it began.
    encoded: Option<(Rc<Cell<u64>>, u64)>,
}

impl Stream {
    /// One that holds what was compressed to so many bytes.
    pub(super) fn of_encoded(bytes: u64) -> Self {
        Stream {
            encoded: Some((Rc::new(Cell::new(bytes)), 0)),
            ..Stream::default()
        }
    }

    /// What an entry stands in that begins here.
    pub(super) fn entry(&self) -> Self {
        let encoded = self.encoded.as_ref();
        Stream {
            is_broken: Rc::clone(&self.is_broken),
            encoded: encoded.map(|(count, _)| (Rc::clone(count), count.get())),
        }
    }

    /// Whether the stream ended before its time.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken.get()
    }

    /// Notes that the stream ended before its time.
    pub(super) fn break_off(&self) {
        self.is_broken.set(true);
    }

    /// Encoded bytes that were taken for it so far, and by those who read ahead.
    fn encoded(&self) -> Option<u64> {
        let (count, before) = self.encoded.as_ref()?;
        Some(count.get().saturating_sub(*before))
    }

    /// One that is made of it; `count` counts the encoded bytes where nothing does yet.
    fn above(&self, count: Option<&Rc<Cell<u64>>>) -> Self {
        let counted_here = || count.map(|count| (Rc::clone(count), 0));
        Stream {
            encoded: self.encoded.clone().or_else(counted_here),
            ..Stream::default()
        }
    }
}

/// A reader that never fails: it ends.
pub(super) struct Guarded<'a> {
    inner: Box<dyn Read + 'a>,
    budget: &'a Budget,
    /// Where its problems happen.
    address: MemberPath,
    /// What it reads, for people: `gzip stream`.
    what: String,
    below: Stream,
    own: Stream,
    role: Role,
}

/// What a guard counts.
enum Role {
    /// Bytes from outside the walk, of which so many were read.
    Outside { read: Rc<Cell<u64>> },
    /// The encoded bytes of an archive's member.
    Stored,
    /// Nothing: a stream whose head was looked at, and which a guard has counted already.
    Replayed,
    /// The output of a codec and, shared with its input, the bytes that went in.
    Decoded {
        encoded: Rc<Cell<u64>>,
        decoded: u64,
    },
    /// What a visitor gets of a member.
    Body { delivered: u64 },
}

impl<'a> Guarded<'a> {
    /// Guards a stream from outside: a file, a pipe.
    pub(super) fn outside(
        reader: Box<dyn Read + 'a>,
        budget: &'a Budget,
        address: &MemberPath,
    ) -> Self {
        let read = Rc::default();
        let below = Stream::default();
        let own = below.above(Some(&read));
        let role = Role::Outside { read };
        Guarded::new(reader, budget, address, "input", role, below).told_as(own)
    }

    /// Guards what an archive stores for the member at `address`. `below` is the archive's own stream.
    pub(super) fn stored(
        reader: Box<dyn Read + 'a>,
        budget: &'a Budget,
        address: &MemberPath,
        below: Stream,
    ) -> Self {
        let what = "archive member";
        Guarded::new(reader, budget, address, what, Role::Stored, below)
    }

    /// Decodes this stream.
    pub(super) fn decoded(self, codec: &dyn Codec, way: Way, address: &MemberPath) -> Self {
        let (budget, below) = (self.budget, self.stream());
        let encoded = Rc::new(Cell::new(0));
        let input = Counted {
            inner: self,
            count: Rc::clone(&encoded),
        };
        let input = BufReader::with_capacity(READ_AHEAD_BYTES, input);
        let decoder: Box<dyn Read + 'a> = match codec.decode(Box::new(input), way) {
            Ok(decoder) => decoder,
            Err(error) => Box::new(Failed(Some(error))),
        };
        let what = format!("{} stream", codec.name());
        let own = below.above(Some(&encoded));
        let role = Role::Decoded {
            encoded,
            decoded: 0,
        };
        Guarded::new(decoder, budget, address, &what, role, below).told_as(own)
    }

    /// Guards this stream as the body of the member at `address`.
    pub(super) fn body(self, address: &MemberPath) -> Self {
        let (budget, below) = (self.budget, self.stream());
        let role = Role::Body { delivered: 0 };
        Guarded::new(Box::new(self), budget, address, "member", role, below)
    }

    /// Puts `head` back in front.
    pub(super) fn unread(self, head: Vec<u8>) -> Self {
        let (budget, address, below) = (self.budget, self.address.clone(), self.stream());
        let inner = Box::new(io::Cursor::new(head).chain(self));
        Guarded::new(inner, budget, &address, "input", Role::Replayed, below)
    }

    /// Reads up to `length` bytes; fewer only at the end.
    pub(super) fn head(&mut self, length: usize) -> Vec<u8> {
        let mut head = Vec::with_capacity(length.min(READ_AHEAD_BYTES));
        // A guard ends instead of failing.
        let _ = self.by_ref().take(length as u64).read_to_end(&mut head);
        head
    }

    /// Reads and drops the rest, charging it to the walk.
    pub(super) fn skip_rest(&mut self) {
        let mut scrap = vec![0; SKIP_BYTES];
        let mut skipped = 0;
        while let Ok(count @ 1..) = self.read(&mut scrap) {
            if self.budget.charge_overhead(count as u64).is_break() {
                return;
            }
            skipped += count as u64;
            let is_bomb = |encoded| self.budget.is_bomb(encoded, skipped);
            if self.own.encoded().is_some_and(is_bomb) {
                self.budget.reached_ratio(&self.address);
                self.own.break_off();
            }
        }
    }

    /// What is known of this stream; whether it was broken off, once it has ended.
    pub(super) fn stream(&self) -> Stream {
        match self.role {
            // Looking at the head may have met the damage already.
            Role::Replayed => self.below.clone(),
            _ => self.own.clone(),
        }
    }

    fn new(
        inner: Box<dyn Read + 'a>,
        budget: &'a Budget,
        address: &MemberPath,
        what: &str,
        role: Role,
        below: Stream,
    ) -> Self {
        Guarded {
            inner,
            budget,
            address: address.clone(),
            what: what.to_owned(),
            own: below.above(None),
            below,
            role,
        }
    }

    fn told_as(self, own: Stream) -> Self {
        Guarded { own, ..self }
    }

    /// Counts what was read; says how much of it may be handed on.
    fn count(&mut self, count: usize) -> usize {
        match &mut self.role {
            Role::Outside { read } => {
                read.set(read.get() + count as u64);
                self.budget.note_read(count as u64);
            }
            Role::Stored | Role::Replayed => {}
            Role::Decoded { encoded, decoded } => {
                *decoded += count as u64;
                if self.budget.is_bomb(encoded.get(), *decoded) {
                    self.budget.reached_ratio(&self.address);
                    self.own.break_off();
                    return 0;
                }
            }
            Role::Body { delivered } => {
                let had = Had {
                    delivered: *delivered,
                    encoded: self.below.encoded(),
                };
                let granted = self.budget.grant(&self.address, had, count as u64);
                *delivered += granted;
                if granted < count as u64 {
                    self.own.break_off();
                }
                return usize::try_from(granted).map_or(count, |granted| granted.min(count));
            }
        }
        count
    }

    /// Whether this is what is read from outside, and reading ends: nothing is wrong with it then.
    fn is_halted(&self) -> bool {
        self.budget.watch();
        matches!(self.role, Role::Outside { .. }) && self.budget.flow().is_break()
    }

    /// Ends the stream, with a problem unless the layer below has reported one.
    fn fail(&self, error: &io::Error) {
        self.own.break_off();
        if self.below.is_broken() || self.is_halted() {
            return;
        }
        let (kind, verb) = match (&self.role, error.kind()) {
            (Role::Outside { .. }, _) => (ProblemKind::Unreadable, "cannot be read further"),
            (_, io::ErrorKind::UnexpectedEof) => (ProblemKind::Truncated, "ends early"),
            (_, io::ErrorKind::Unsupported) => (ProblemKind::Unsupported, "cannot be decoded"),
            _ => (ProblemKind::Corrupt, "is damaged"),
        };
        let during = self.budget.during(&self.address);
        let detail = format!(
            "the {} {verb}{during} ({error}): what came before is scanned",
            self.what
        );
        self.budget.report(&self.address, kind, detail);
    }
}

impl Read for Guarded<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.own.is_broken() {
            match self.inner.read(out) {
                Ok(count) => {
                    if count == 0 && self.below.is_broken() {
                        self.own.break_off();
                    }
                    return Ok(self.count(count));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.fail(&error),
            }
        }
        Ok(0)
    }
}

/// Counts the bytes that pass.
struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.count.set(self.count.get() + count as u64);
        Ok(count)
    }
}

/// A decoder that could not be set up.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
