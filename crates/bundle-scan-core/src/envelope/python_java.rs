//! Peels the stamp that most applications put in front: `2026-03-10 10:17:41,075 [main] ERROR com.example - message`.
//! The level is looked for in the first 80 bytes behind the stamp and stays in the payload. The most general envelope,
//! so the last but one; also serves Go's `log`, calico, envoy, and etcd's old `W | etcdserver: ...`.
//! Does not read thread or logger names. Source: Python `logging`, logback and log4j default patterns,
//! coreos/pkg `capnslog`. Invariant: the payload is a suffix of the input.

use super::reader::Reader;
use super::{Envelope, Layer, Level, stamp};
use crate::base::time::Stamp;

/// Where a level may stand: further on it is free text.
const LEVEL_WITHIN_BYTES: usize = 80;

/// A date and time in front, with or without brackets.
pub(super) struct PythonJava;

impl Envelope for PythonJava {
    fn id(&self) -> &'static str {
        "python-java"
    }

    fn begins(&self, first: u8) -> bool {
        first == b'[' || first.is_ascii_digit()
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let is_bracketed = reader.optional(b"[");
        let stamp = date_and_time(&mut reader)?;
        if is_bracketed {
            reader.literal(b"]")?;
        }
        let blanks = reader.take_while(|byte| byte == b' ' || byte == b'\t');
        if blanks.is_empty() && !(is_bracketed && reader.peek() == Some(b'[')) {
            return None;
        }
        let payload = reader.rest();
        let level = capnslog_level(reader).or_else(|| first_level(payload));
        Some(Layer {
            stamp: Some(stamp),
            level,
            ..Layer::around(self.id(), payload)
        })
    }
}

fn date_and_time(reader: &mut Reader<'_>) -> Option<Stamp> {
    let mut ahead = *reader;
    if let Some(stamp) = stamp::iso(&mut ahead) {
        *reader = ahead;
        return Some(stamp);
    }
    stamp::slashed(reader)
}

/// The first whole word near the front that is a level.
fn first_level(payload: &[u8]) -> Option<Level> {
    let front = payload.get(..LEVEL_WITHIN_BYTES).unwrap_or(payload);
    front
        .split(|byte| !byte.is_ascii_alphabetic())
        .find_map(Level::from_word)
}

/// The letter in `W | etcdserver: message`.
fn capnslog_level(mut reader: Reader<'_>) -> Option<Level> {
    let letter = reader.one_of(b"TDINWEC")?;
    reader.literal(b" | ")?;
    Some(match letter {
        b'T' | b'D' => Level::Debug,
        b'I' => Level::Info,
        b'N' => Level::Notice,
        b'W' => Level::Warning,
        b'E' => Level::Error,
        _ => Level::Critical,
    })
}
