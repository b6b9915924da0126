//! Peels the text outputs of journalctl that differ from syslog: `short-full`, `short-unix` and `short-monotonic`.
//! The other short outputs are syslog lines, see `syslog`. Does not read `-- Logs begin at ... --` notes or the fields
//! of `-o verbose`.
//! Source: systemd `src/shared/logs-show.c`, `output_short`. Invariant: the payload is a suffix of the input.

use super::reader::Reader;
use super::syslog::host_and_tag;
use super::{Envelope, Layer, stamp};
use crate::base::time::Stamp;

/// `Tue 2026-03-10 10:17:41 CST node-1 kubelet[6872]: message`.
pub(super) struct Full;

/// `1773137861.075997 node-1 kubelet[6872]: message`.
pub(super) struct ShortUnix;

/// `[12345.678901] node-1 kubelet[6872]: message`.
pub(super) struct ShortMonotonic;

impl Envelope for Full {
    fn id(&self) -> &'static str {
        "journal-full"
    }

    fn begins(&self, first: u8) -> bool {
        first.is_ascii_uppercase()
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        stamp::weekday(&mut reader)?;
        reader.literal(b" ")?;
        let stamp = stamp::iso(&mut reader)?;
        reader.literal(b" ")?;
        let stamp = named_zone(&mut reader, stamp)?;
        reader.literal(b" ")?;
        let header = host_and_tag(&mut reader);
        Some(Layer {
            stamp: Some(stamp),
            ..header.into_layer(self.id(), reader)
        })
    }
}

impl Envelope for ShortUnix {
    fn id(&self) -> &'static str {
        "journal-short-unix"
    }

    fn begins(&self, first: u8) -> bool {
        first.is_ascii_digit()
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let stamp = stamp::unix_seconds(&mut reader)?;
        reader.literal(b" ")?;
        let header = host_and_tag(&mut reader);
        header.tag?;
        Some(Layer {
            stamp: Some(stamp),
            ..header.into_layer(self.id(), reader)
        })
    }
}

impl Envelope for ShortMonotonic {
    fn id(&self) -> &'static str {
        "journal-short-monotonic"
    }

    fn begins(&self, first: u8) -> bool {
        first == b'['
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        reader.literal(b"[")?;
        let stamp = stamp::uptime(&mut reader)?;
        reader.literal(b" ")?;
        let header = host_and_tag(&mut reader);
        // The kernel's own log looks the same up to here; only a process id or the kernel's name tells them apart.
        if !(header.has_pid || header.tag == Some(b"kernel")) {
            return None;
        }
        Some(Layer {
            stamp: Some(stamp),
            ..header.into_layer(self.id(), reader)
        })
    }
}

/// Takes `UTC`, `CST` or `+08` and joins it to a stamp. Names other than UTC mean several zones each, so they count
/// for nothing.
fn named_zone(reader: &mut Reader<'_>, stamp: Stamp) -> Option<Stamp> {
    let Stamp::Zoneless(nanos) = stamp else {
        return None;
    };
    let name = reader.take_while(|byte| byte.is_ascii_uppercase());
    match name {
        b"UTC" | b"GMT" => Some(Stamp::Zoned(nanos)),
        b"" => Some(Stamp::Zoned(nanos.checked_sub(stamp::zone(reader)?)?)),
        _ => Some(stamp),
    }
}
