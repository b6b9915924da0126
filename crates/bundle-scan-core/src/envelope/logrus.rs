//! Peels logrus lines: `time="..." level=error msg="..." key=value`, where the payload begins at `msg=`, and the
//! terminal form `ERRO[0012] message`. Other logfmt lines that begin with a time or a level are served too; there the
//! payload begins at the first key that is neither.
//! Does not unquote values. Source: sirupsen/logrus `text_formatter.go`, go-logfmt. Invariant: the payload is a suffix
//! of the input.

use super::reader::Reader;
use super::{Envelope, Layer, Level, stamp};
use crate::base::time::Stamp;

/// Pairs looked at before the message: time, level, caller and a few of a program's own.
const MAX_PAIRS: usize = 8;

/// `time="2026-03-10T10:17:41Z" level=error msg="..."` of dockerd, containerd, k3s, Prometheus.
pub(super) struct Logrus;

/// `ERRO[0012] message` and `WARN[2026-03-10T10:17:41+08:00] message`.
pub(super) struct LogrusTty;

impl Envelope for Logrus {
    fn id(&self) -> &'static str {
        "logrus"
    }

    fn begins(&self, first: u8) -> bool {
        is_of_key(first)
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let (mut stamp, mut level, mut payload) = (None, None, None);
        for _ in 0..MAX_PAIRS {
            let before = reader.rest();
            let Some((key, value)) = pair(&mut reader) else {
                break;
            };
            match key {
                b"time" | b"ts" | b"t" => stamp = stamp.or(stamp_of(value)),
                b"level" | b"lvl" => level = level.or(Level::from_word(value)),
                // Everything else must come after a time or a level: many texts begin with `key=value`.
                _ if stamp.is_none() && level.is_none() => return None,
                b"msg" => {
                    payload = payload.or(Some(before));
                    break;
                }
                _ => payload = payload.or(Some(before)),
            }
        }
        Some(Layer {
            stamp,
            level,
            ..Layer::around(self.id(), payload?)
        })
    }
}

impl Envelope for LogrusTty {
    fn id(&self) -> &'static str {
        "logrus-tty"
    }

    fn begins(&self, first: u8) -> bool {
        first.is_ascii_uppercase()
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let word = reader
            .word(|byte| byte.is_ascii_uppercase())
            .filter(|word| word.len() == 4)?;
        let level = Level::from_word(word)?;
        reader.literal(b"[")?;
        let time = reader.word(|byte| byte.is_ascii_alphanumeric() || b"-:+.".contains(&byte))?;
        reader.literal(b"]")?;
        reader.optional(b" ");
        Some(Layer {
            stamp: stamp::whole_iso(time),
            level: Some(level),
            ..Layer::around(self.id(), reader.rest())
        })
    }
}

fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_./-@".contains(&byte)
}

/// Takes `key=value ` or `key="quoted value" `; the value is returned without quotes, its escapes in place.
fn pair<'a>(reader: &mut Reader<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let key = reader.word(is_of_key)?;
    reader.literal(b"=")?;
    let value = if reader.peek() == Some(b'"') {
        quoted(reader)?
    } else {
        reader.take_while(|byte| byte != b' ')
    };
    reader.spaces();
    Some((key, value))
}

/// Takes a quoted value.
fn quoted<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    reader.literal(b"\"")?;
    let start = reader.rest();
    loop {
        reader.take_while(|byte| byte != b'"' && byte != b'\\');
        let length = start.len() - reader.rest().len();
        if reader.optional(b"\"") {
            return start.get(..length);
        }
        reader.literal(b"\\")?;
        reader.one_of(b"\"\\");
    }
}

/// An ISO stamp, or one in seconds since 1970.
fn stamp_of(value: &[u8]) -> Option<Stamp> {
    let as_number = || stamp::unix_number(std::str::from_utf8(value).ok()?.parse().ok()?);
    stamp::whole_iso(value).or_else(as_number)
}
