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

use super::budget::Budget;
use super::codec::{Codec, Way};

/// Encoded bytes read ahead of a decoder.
const READ_AHEAD_BYTES: usize = 64 << 10;
/// Bytes skipped at a time.
const SKIP_BYTES: usize = 32 << 10;

/// Whether a stream was broken off by a problem that is already reported. Shared by the layers that care.
#[derive(Clone, Default)]
pub(super) struct Ending(Rc<Cell<bool>>);

impl Ending {
    /// Whether the stream ended before its time.
    pub(super) fn is_broken(&self) -> bool {
        self.0.get()
    }

    /// Notes that the stream ended before its time.
    pub(super) fn break_off(&self) {
        self.0.set(true);
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
    below: Ending,
    ending: Ending,
    role: Role,
}

/// What a guard counts.
enum Role {
    /// Bytes from outside the walk.
    Outside,
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
        Guarded::new(reader, budget, address, "input", Role::Outside)
    }

    /// Guards what an archive stores for the member at `address`. `below` is the archive's own stream.
    pub(super) fn stored(
        reader: Box<dyn Read + 'a>,
        budget: &'a Budget,
        address: &MemberPath,
        below: Ending,
    ) -> Self {
        let guarded = Guarded::new(reader, budget, address, "archive member", Role::Stored);
        Guarded { below, ..guarded }
    }

    /// Decodes this stream.
    pub(super) fn decoded(self, codec: &dyn Codec, way: Way, address: &MemberPath) -> Self {
        let (budget, below) = (self.budget, self.ending());
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
        let role = Role::Decoded {
            encoded,
            decoded: 0,
        };
        let guarded = Guarded::new(decoder, budget, address, &what, role);
        Guarded { below, ..guarded }
    }

    /// Guards this stream as the body of the member at `address`.
    pub(super) fn body(self, address: &MemberPath) -> Self {
        let (budget, below) = (self.budget, self.ending());
        let role = Role::Body { delivered: 0 };
        let guarded = Guarded::new(Box::new(self), budget, address, "member", role);
        Guarded { below, ..guarded }
    }

    /// Puts `head` back in front.
    pub(super) fn unread(self, head: Vec<u8>) -> Self {
        let (budget, address, below) = (self.budget, self.address.clone(), self.ending());
        let inner = Box::new(io::Cursor::new(head).chain(self));
        let guarded = Guarded::new(inner, budget, &address, "input", Role::Replayed);
        Guarded { below, ..guarded }
    }

    /// Reads up to `length` bytes; fewer only at the end.
    pub(super) fn head(&mut self, length: usize) -> Vec<u8> {
        let mut head = Vec::with_capacity(length);
        // A guard ends instead of failing.
        let _ = self.by_ref().take(length as u64).read_to_end(&mut head);
        head
    }

    /// Reads and drops the rest, charging it to the walk.
    pub(super) fn skip_rest(&mut self) {
        let mut scrap = vec![0; SKIP_BYTES];
        while let Ok(count @ 1..) = self.read(&mut scrap) {
            if self.budget.charge_overhead(count as u64).is_break() {
                return;
            }
        }
    }

    /// How this stream ends, to be asked once it has.
    pub(super) fn ending(&self) -> Ending {
        match self.role {
            // Looking at the head may have met the damage already.
            Role::Replayed => self.below.clone(),
            _ => self.ending.clone(),
        }
    }

    fn new(
        inner: Box<dyn Read + 'a>,
        budget: &'a Budget,
        address: &MemberPath,
        what: &str,
        role: Role,
    ) -> Self {
        Guarded {
            inner,
            budget,
            address: address.clone(),
            what: what.to_owned(),
            below: Ending::default(),
            ending: Ending::default(),
            role,
        }
    }

    /// Counts what was read; says how much of it may be handed on.
    fn count(&mut self, count: usize) -> usize {
        match &mut self.role {
            Role::Outside => self.budget.note_read(count as u64),
            Role::Stored | Role::Replayed => {}
            Role::Decoded { encoded, decoded } => {
                *decoded += count as u64;
                if self.budget.too_dense(encoded.get(), *decoded) {
                    let limit = self.budget.limits().max_ratio;
                    self.budget.reached(&self.address, "max_ratio", limit);
                    self.ending.break_off();
                    return 0;
                }
            }
            Role::Body { delivered } => {
                let granted = self.budget.grant(&self.address, *delivered, count as u64);
                *delivered += granted;
                if granted < count as u64 {
                    self.ending.break_off();
                }
                return usize::try_from(granted).map_or(count, |granted| granted.min(count));
            }
        }
        count
    }

    /// Ends the stream, with a problem unless the layer below has reported one.
    fn fail(&self, error: &io::Error) {
        self.ending.break_off();
        if self.below.is_broken() {
            return;
        }
        let (kind, verb) = match (&self.role, error.kind()) {
            (Role::Outside, _) => (ProblemKind::Unreadable, "cannot be read further"),
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
        while !self.ending.is_broken() {
            match self.inner.read(out) {
                Ok(count) => {
                    if count == 0 && self.below.is_broken() {
                        self.ending.break_off();
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
