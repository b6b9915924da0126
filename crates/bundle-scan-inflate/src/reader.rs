//! A deflate stream as a reader.

use std::io::{self, BufRead, ErrorKind, Read};

use crate::MAX_DISTANCE;
use crate::block::{Inflate, LOOKAHEAD, Pause, Span};
use crate::source::Source;

/// Bytes decoded at a time: few enough to stay in the second-level cache until they are read.
const CHUNK_BYTES: usize = 128 << 10;
/// Room from which on it pays to decode straight into it what follows the first [`MAX_DISTANCE`] bytes.
const ROOMY_BYTES: usize = 4 * MAX_DISTANCE;

/// Decodes a raw deflate stream. What follows its end is not looked at, but some of it may have been read.
#[derive(Debug)]
pub struct DeflateReader<R> {
    pub(crate) source: Source<R>,
    inflate: Inflate,
    /// What was decoded last, for matches to reach back to.
    window: Box<[u8]>,
    /// Where in the window the stream, or what is left of it, begins.
    start: usize,
    /// Where the part begins that is decoded and not yet read.
    next: usize,
    end: usize,
    has_ended: bool,
    /// What to say once all that was decoded is read.
    failure: Option<io::Error>,
}

impl<R: Read> DeflateReader<R> {
    /// Begins at the first bit of a stream.
    pub fn new(inner: R) -> Self {
        DeflateReader {
            source: Source::new(inner),
            inflate: Inflate::new(),
            window: vec![0; MAX_DISTANCE + CHUNK_BYTES].into_boxed_slice(),
            start: 0,
            next: 0,
            end: 0,
            has_ended: false,
            failure: None,
        }
    }

    /// Begins another stream where the last one has ended.
    pub(crate) fn restart(&mut self) {
        self.inflate.reset();
        self.start = self.end;
        self.has_ended = false;
    }

    /// Decodes on, if all that was decoded is read: at least a byte, unless the stream ends. It is going to be read into as much `room`.
    pub(crate) fn decode(&mut self, room: usize) -> io::Result<()> {
        let chunk = match is_roomy(room) {
            true => MAX_DISTANCE,
            false => CHUNK_BYTES,
        };
        while self.next == self.end && !self.has_ended {
            if let Some(failure) = self.failure.take() {
                self.has_ended = true;
                return Err(failure);
            }
            self.slide();
            let mut window = std::mem::take(&mut self.window);
            self.end = self.decode_into(&mut window[..self.end + chunk], self.end);
            self.window = window;
        }
        Ok(())
    }

    /// Moves what is decoded to `out`; if that is room for much, decodes straight into the rest of it, and hands that over piece by piece.
    /// How many bytes that are together; none only at the end, or if nothing was decoded or there is no room.
    pub(crate) fn deliver(&mut self, out: &mut [u8], mut decoded: impl FnMut(&[u8])) -> usize {
        let mut end = self.decoded().len().min(out.len());
        out[..end].copy_from_slice(&self.decoded()[..end]);
        self.next += end;
        // What is there now is all of this stream, and enough to reach back to.
        if !is_roomy(out.len()) || end < MAX_DISTANCE || self.next < self.end {
            return end;
        }
        while end < out.len() && !self.has_ended && self.failure.is_none() {
            let (from, to) = (end - MAX_DISTANCE, out.len().min(end + CHUNK_BYTES));
            let reached = from + self.decode_into(&mut out[from..to], MAX_DISTANCE);
            decoded(&out[end..reached]);
            end = reached;
        }
        self.window[..MAX_DISTANCE].copy_from_slice(&out[end - MAX_DISTANCE..end]);
        (self.start, self.next, self.end) = (0, MAX_DISTANCE, MAX_DISTANCE);
        end
    }

    /// What is decoded and not yet read.
    pub(crate) fn decoded(&self) -> &[u8] {
        &self.window[self.next..self.end]
    }

    pub(crate) fn consume_decoded(&mut self, count: usize) {
        self.next += count;
    }

    /// Makes room for a chunk.
    fn slide(&mut self) {
        let kept = (self.end - self.start).min(MAX_DISTANCE);
        let from = self.end - kept;
        if from > 0 {
            self.window.copy_within(from..self.end, 0);
        }
        (self.start, self.next, self.end) = (0, kept, kept);
    }

    /// Decodes from `end` on until `window` is full or the stream ends; up to where. What is before is what matches reach back to.
    fn decode_into(&mut self, window: &mut [u8], mut end: usize) -> usize {
        loop {
            self.source.fill(LOOKAHEAD);
            let input = self.source.ahead();
            let is_last = self.source.has_ended();
            let before = input.len();
            let mut span = Span {
                input,
                is_last,
                window,
                end,
            };
            let result = self.inflate.run(&mut span);
            let left = span.input.len();
            end = span.end;
            self.source.consume(before - left);
            match result {
                Ok(Pause::Input) if !is_last => continue,
                Ok(Pause::Input) => self.failure = Some(self.source.cut()),
                Ok(Pause::Room) => {}
                Ok(Pause::End) => self.has_ended = true,
                Err(damage) => {
                    self.failure = Some(io::Error::new(ErrorKind::InvalidData, damage));
                }
            }
            return end;
        }
    }
}

/// Whether much is wanted at once.
fn is_roomy(room: usize) -> bool {
    room >= ROOMY_BYTES
}

impl<R: Read> BufRead for DeflateReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.decode(0)?;
        Ok(self.decoded())
    }

    fn consume(&mut self, count: usize) {
        self.consume_decoded(count);
    }
}

impl<R: Read> Read for DeflateReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.decode(out.len())?;
        Ok(self.deliver(out, |_| ()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{END, FIXED, Failing, Stream, fixed};

    fn literals() -> Vec<u8> {
        let codes = vec![fixed(b'a'.into()); 100];
        let stream = Stream::new().block(true, FIXED).codes(codes);
        stream.code(fixed(END)).finish()
    }

    #[test]
    fn what_was_read_before_an_error_comes_before_it_and_the_end_behind() {
        let stream = literals();
        for there in 0..stream.len() {
            let mut reader = DeflateReader::new(Failing::behind(&stream[..there]));
            let mut content = Vec::new();
            let error = reader.read_to_end(&mut content).expect_err("the error");
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
            // The code of a literal has eight bits, and three lie before the first.
            assert_eq!(content.len(), there.saturating_sub(1));
            assert!(matches!(reader.read(&mut [0]), Ok(0)));
        }
    }

    #[test]
    fn behind_the_end_is_nothing() {
        let followed = [literals(), b"other data".to_vec()].concat();
        let mut reader = DeflateReader::new(followed.as_slice());
        let mut content = Vec::new();
        for _ in 0..3 {
            reader.read_to_end(&mut content).expect("a whole stream");
            assert_eq!(content, vec![b'a'; 100]);
            assert!(reader.fill_buf().expect("the end").is_empty());
        }
    }

    #[test]
    fn no_room_is_not_the_end() {
        let stream = literals();
        let mut reader = DeflateReader::new(stream.as_slice());
        let mut content: Vec<u8> = Vec::new();
        for room in [0, 1, 0, 0, 7, 0, 200, 0] {
            let mut piece = vec![0; room];
            let count = reader.read(&mut piece).expect("content");
            content.extend(&piece[..count]);
        }
        assert_eq!(content, vec![b'a'; 100]);
    }

    #[test]
    fn no_input_is_a_cut() {
        let error = DeflateReader::new(io::empty()).read(&mut [0]);
        assert_eq!(
            error.map_err(|error| error.kind()),
            Err(ErrorKind::UnexpectedEof)
        );
    }
}
