//! Peels the two formats of cloud-init: its log (`2026-03-10 10:17:41,075 - util.py[WARNING]: message`) and the stage
//! lines of `cloud-init-output.log`, which stay whole because between them stands raw output of scripts.
//! Does not carry the time of a stage line over to the output below it.
//! Source: cloud-init `cloudinit/log` (`DEF_FORMAT`) and `cloudinit/cmd/main.py` (`welcome_format`).
//! Invariant: the payload is a suffix of the input.

use super::reader::Reader;
use super::{Envelope, Layer, Level, stamp};
use crate::base::time::Stamp;

/// A line of `cloud-init.log`.
pub(super) struct CloudInit;

/// A stage line of `cloud-init-output.log`.
pub(super) struct CloudInitOutput;

impl Envelope for CloudInit {
    fn id(&self) -> &'static str {
        "cloud-init"
    }

    fn begins(&self, first: u8) -> bool {
        first.is_ascii_digit()
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let stamp = stamp::iso(&mut reader).filter(|stamp| matches!(stamp, Stamp::Zoneless(_)))?;
        reader.literal(b" - ")?;
        reader.word(|byte| byte.is_ascii_graphic() && byte != b'[')?;
        reader.literal(b"[")?;
        let level = Level::from_word(reader.word(|byte| byte.is_ascii_uppercase())?)?;
        reader.literal(b"]: ")?;
        Some(Layer {
            stamp: Some(stamp),
            level: Some(level),
            ..Layer::around(self.id(), reader.rest())
        })
    }
}

impl Envelope for CloudInitOutput {
    fn id(&self) -> &'static str {
        "cloud-init-output"
    }

    fn begins(&self, first: u8) -> bool {
        first == b'C'
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        reader.literal(b"Cloud-init v. ")?;
        reader.until(b' ')?;
        if !reader.optional(b"finished") {
            reader.literal(b"running '")?;
            reader.until(b'\'')?;
        }
        reader.literal(b" at ")?;
        let stamp = stamp::rfc5322(&mut reader)?;
        Some(Layer {
            stamp: Some(stamp),
            ..Layer::around(self.id(), line)
        })
    }
}
