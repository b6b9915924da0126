//! A stream that can be read again from its start.

use std::io::{self, Cursor, Read};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Reads a stream and keeps what was read. All clones are one.
#[derive(Clone)]
pub(super) struct Tape(Arc<Mutex<Recording>>);

struct Recording {
    reader: Box<dyn Read + Send>,
    bytes: Vec<u8>,
}

impl Tape {
    pub(super) fn new(reader: impl Read + Send + 'static) -> Self {
        let recording = Recording {
            reader: Box::new(reader),
            bytes: Vec::new(),
        };
        Tape(Arc::new(Mutex::new(recording)))
    }

    /// What was read so far.
    pub(super) fn recorded(&self) -> Vec<u8> {
        mem::take(&mut self.lock().bytes)
    }

    /// The stream from its first byte on. Nothing is left on the tape.
    pub(super) fn rewound(&self) -> Box<dyn Read + Send> {
        let bytes = self.recorded();
        let rest = mem::replace(&mut self.lock().reader, Box::new(io::empty()));
        Box::new(Cursor::new(bytes).chain(rest))
    }

    fn lock(&self) -> MutexGuard<'_, Recording> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Tape {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut recording = self.lock();
        let count = recording.reader.read(buffer)?;
        let read = buffer.get(..count).unwrap_or(buffer);
        recording.bytes.extend_from_slice(read);
        Ok(count)
    }
}
