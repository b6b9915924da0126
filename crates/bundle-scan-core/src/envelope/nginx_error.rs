//! Peels the header of an nginx error log: `2026/03/10 10:17:41 [error] 31#31: *1234 connect() failed ...`.
//! The payload begins behind the connection number. Does not read the `client: ..., server: ...` tail.
//! Source: nginx `src/core/ngx_log.c`, `ngx_log_error_core`. Invariant: the payload is a suffix of the input.

use super::reader::Reader;
use super::{Envelope, Layer, Level, stamp};

/// The error log of nginx and of ingress controllers built on it.
pub(super) struct NginxError;

impl Envelope for NginxError {
    fn id(&self) -> &'static str {
        "nginx-error"
    }

    fn begins(&self, first: u8) -> bool {
        first.is_ascii_digit()
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let stamp = stamp::slashed(&mut reader)?;
        reader.literal(b" [")?;
        let level = Level::from_word(reader.word(|byte| byte.is_ascii_lowercase())?)?;
        reader.literal(b"] ")?;
        reader.number(1..=10)?;
        reader.literal(b"#")?;
        reader.number(1..=10)?;
        reader.literal(b": ")?;
        skip_connection(&mut reader);
        Some(Layer {
            stamp: Some(stamp),
            level: Some(level),
            ..Layer::around(self.id(), reader.rest())
        })
    }
}

/// Takes `*1234 ` if it is there.
fn skip_connection(reader: &mut Reader<'_>) {
    let mut ahead = *reader;
    if ahead.optional(b"*") && ahead.number(1..=18).is_some() && ahead.optional(b" ") {
        *reader = ahead;
    }
}
