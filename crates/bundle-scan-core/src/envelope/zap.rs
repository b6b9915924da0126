//! Peels the console format of zap: `2026-03-10T10:17:41.075Z<TAB>ERROR<TAB>logger<TAB>message<TAB>{...}`.
//! The payload begins at the logger. Does not read the fields at the end of the line.
//! Source: go.uber.org/zap `zapcore/console_encoder.go`. Invariant: the payload is a suffix of the input.

use super::reader::Reader;
use super::{Envelope, Layer, Level, stamp};
use crate::base::time::Stamp;

/// What controllers built on controller-runtime print by default.
pub(super) struct Zap;

impl Envelope for Zap {
    fn id(&self) -> &'static str {
        "zap-console"
    }

    fn begins(&self, first: u8) -> bool {
        first.is_ascii_digit()
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let stamp = zap_stamp(reader.until(b'\t')?)?;
        let level = Level::from_word(reader.until(b'\t')?)?;
        Some(Layer {
            stamp: Some(stamp),
            level: Some(level),
            ..Layer::around(self.id(), reader.rest())
        })
    }
}

/// An ISO stamp, or seconds since 1970 as Go prints a float: `1.7731378610759974e+09`.
fn zap_stamp(text: &[u8]) -> Option<Stamp> {
    let as_number = || stamp::unix_number(std::str::from_utf8(text).ok()?.parse().ok()?);
    stamp::whole_iso(text).or_else(as_number)
}
