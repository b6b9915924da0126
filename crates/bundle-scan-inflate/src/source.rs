//! The encoded bytes, read ahead.

use std::io::{self, ErrorKind, Read};

/// Bytes read at a time.
const BUFFER_BYTES: usize = 64 << 10;

/// A reader with some of its bytes in memory.
#[derive(Debug)]
pub(crate) struct Source<R> {
    inner: R,
    buffer: Box<[u8]>,
    /// Where in the buffer the bytes lie that are not used yet.
    start: usize,
    end: usize,
    has_ended: bool,
    /// Why it has ended, unless because nothing follows.
    failure: Option<io::Error>,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(inner: R) -> Self {
        Source {
            inner,
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            has_ended: false,
            failure: None,
        }
    }

    /// What is in memory.
    pub(crate) fn ahead(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Whether nothing follows what is in memory, or nothing that can be read.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }

    pub(crate) fn consume(&mut self, count: usize) {
        self.start += count;
    }

    /// What to say where more is needed than there is.
    pub(crate) fn cut(&mut self) -> io::Error {
        self.failure()
            .unwrap_or_else(|| ErrorKind::UnexpectedEof.into())
    }

    /// Why what follows cannot be read, if that is why it has ended: told once.
    pub(crate) fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Has at least `wanted` bytes in memory, or all that can be read. At most [`BUFFER_BYTES`] may be wanted.
    pub(crate) fn fill(&mut self, wanted: usize) {
        while self.end - self.start < wanted && !self.has_ended {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            match self.inner.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.has_ended = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.has_ended = true;
                    self.failure = Some(error);
                }
            }
        }
    }
}
