//! Reads the level of a CoreDNS line: `[ERROR] plugin/errors: 2 db.example.com. A: read udp ...: i/o timeout`.
//! The payload is the whole line, because the level is part of what people search for. CoreDNS writes no time.
//! Source: coredns `plugin/pkg/log/log.go`. Invariant: the payload is the input.

use super::reader::Reader;
use super::{Envelope, Layer, Level};

/// What CoreDNS prints; other programs with `[ERROR] ` in front are served as well.
pub(super) struct Coredns;

impl Envelope for Coredns {
    fn id(&self) -> &'static str {
        "coredns"
    }

    fn begins(&self, first: u8) -> bool {
        first == b'['
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        reader.literal(b"[")?;
        let level = Level::from_word(reader.word(|byte| byte.is_ascii_uppercase())?)?;
        reader.literal(b"] ")?;
        Some(Layer {
            level: Some(level),
            ..Layer::around(self.id(), line)
        })
    }
}
