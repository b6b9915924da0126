//! Peels the stamps of the kernel log: `[12345.678901] message` with its decorations, the readable times of `dmesg -T`
//! and `-H`, and `dmesg --time-format iso`.
//! Does not add the boot time to an uptime (`record`); the deltas of `-H` (`[  +0.000004]`) are peeled without a time.
//! Source: util-linux `sys-utils/dmesg.c` (`print_record`), Linux `kernel/printk/printk.c` (`print_time`,
//! `print_caller`). Invariant: the payload is a suffix of the input.

use super::reader::Reader;
use super::syslog::priority;
use super::{Envelope, Layer, Level, stamp};
use crate::base::time::Stamp;

/// Facilities that `dmesg -x` may print, with the padding to six bytes that it adds.
const FACILITIES: [&[u8]; 12] = [
    b"kern  ",
    b"user  ",
    b"mail  ",
    b"daemon",
    b"auth  ",
    b"syslog",
    b"lpr   ",
    b"news  ",
    b"uucp  ",
    b"cron  ",
    b"authpriv",
    b"ftp   ",
];

/// Decimals of `--time-format iso`.
const ISO_FRACTION_BYTES: usize = b",075997".len();

/// `[12345.678901] message`, `<3>[    0.000000][    T0] message`, `kern  :err   : [   12.345678] message`.
pub(super) struct Dmesg;

/// `[Tue Mar 10 10:17:41 2026] message` of `-T`; `[Mar10 10:17] message` and `[  +0.000004] message` of `-H`.
pub(super) struct Readable;

/// `2026-03-10T10:17:41,075997+00:00 message`.
pub(super) struct Iso;

impl Envelope for Dmesg {
    fn id(&self) -> &'static str {
        "dmesg"
    }

    fn begins(&self, first: u8) -> bool {
        begins_decoration(first) || first == b'['
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let level = decoration(&mut reader);
        let stamp = kernel_stamps(&mut reader)?;
        reader.optional(b"kernel: ");
        Some(Layer {
            stamp: Some(stamp),
            level,
            ..Layer::around(self.id(), reader.rest())
        })
    }
}

impl Envelope for Readable {
    fn id(&self) -> &'static str {
        "dmesg-readable"
    }

    fn begins(&self, first: u8) -> bool {
        begins_decoration(first) || first == b'['
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let level = decoration(&mut reader);
        reader.literal(b"[")?;
        let stamp = match reader.peek()? {
            b' ' | b'+' => delta(&mut reader).map(|()| None),
            _ => date(&mut reader).map(Some),
        }?;
        reader.literal(b"] ")?;
        if starts_with_bracketed_level(reader) {
            return None;
        }
        Some(Layer {
            stamp,
            level,
            ..Layer::around(self.id(), reader.rest())
        })
    }
}

impl Envelope for Iso {
    fn id(&self) -> &'static str {
        "dmesg-iso"
    }

    fn begins(&self, first: u8) -> bool {
        begins_decoration(first) || first.is_ascii_digit()
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let level = decoration(&mut reader);
        let mut fraction = reader;
        let stamp = stamp::iso_zoned(&mut reader)?;
        fraction.until(b',')?;
        // A comma alone is also what Python and Java write; six decimals and a numeric zone are dmesg's own.
        let tail = fraction.rest().len().checked_sub(reader.rest().len())?;
        if tail + 1 != ISO_FRACTION_BYTES + "+00:00".len() {
            return None;
        }
        reader.literal(b" ")?;
        Some(Layer {
            stamp: Some(stamp),
            level,
            ..Layer::around(self.id(), reader.rest())
        })
    }
}

/// Takes `[12345.678901] ` or `[    0.000000][    T0] `; leaves the reader alone where there is none.
pub(super) fn kernel_stamps(reader: &mut Reader<'_>) -> Option<Stamp> {
    let mut ahead = *reader;
    ahead.literal(b"[")?;
    let stamp = stamp::uptime(&mut ahead)?;
    if ahead.optional(b"[") {
        caller(&mut ahead)?;
    }
    if !ahead.optional(b" ") && !ahead.rest().is_empty() {
        return None;
    }
    *reader = ahead;
    Some(stamp)
}

/// Takes the rest of `[    T0]` or `[   C12]`: the thread or the processor that spoke.
fn caller(reader: &mut Reader<'_>) -> Option<()> {
    reader.spaces();
    reader.one_of(b"TC")?;
    reader.number(1..=10)?;
    reader.literal(b"]")
}

/// Whether a decoration may begin with this byte.
fn begins_decoration(first: u8) -> bool {
    first == b'<' || first.is_ascii_lowercase()
}

/// Takes `<3>` or `kern  :err   : ` if it is there.
fn decoration(reader: &mut Reader<'_>) -> Option<Level> {
    if let Some(level) = priority(reader) {
        return Some(level);
    }
    let mut ahead = *reader;
    FACILITIES
        .iter()
        .find(|facility| ahead.optional(facility))?;
    ahead.literal(b":")?;
    let level = Level::from_word(ahead.word(|byte| byte.is_ascii_lowercase())?)?;
    ahead.spaces();
    ahead.literal(b": ")?;
    *reader = ahead;
    Some(level)
}

/// Takes `Tue Mar 10 10:17:41 2026` or `Mar10 10:17`.
fn date(reader: &mut Reader<'_>) -> Option<Stamp> {
    let mut ahead = *reader;
    if let Some(stamp) = stamp::ctime(&mut ahead) {
        *reader = ahead;
        return Some(stamp);
    }
    minute(reader)
}

/// Takes `Mar10 10:17`, or `Mar 1 10:17`: a new minute in `dmesg -H`.
fn minute(reader: &mut Reader<'_>) -> Option<Stamp> {
    let month = stamp::month(reader)?;
    reader.spaces();
    let day = i8::try_from(reader.number(1..=2)?)
        .ok()
        .filter(|day| (1..=31).contains(day))?;
    reader.literal(b" ")?;
    let hour = reader.fixed_number(2).filter(|hour| *hour < 24)?;
    reader.literal(b":")?;
    let minute = reader.fixed_number(2).filter(|minute| *minute < 60)?;
    let nanos_of_day = (hour * 60 + minute) * 60 * crate::base::time::NANOS_PER_SECOND;
    Some(Stamp::Yearless {
        month,
        day,
        nanos_of_day,
    })
}

/// Takes `  +0.000004`.
fn delta(reader: &mut Reader<'_>) -> Option<()> {
    reader.spaces();
    reader.literal(b"+")?;
    reader.number(1..=6)?;
    reader.literal(b".")?;
    reader.number(6..=6).map(drop)
}

/// Whether `[error] ` or `[core:error] ` follows: then it is the error log of Apache, which writes the same time.
fn starts_with_bracketed_level(mut reader: Reader<'_>) -> bool {
    if !reader.optional(b"[") {
        return false;
    }
    let inside = reader.take_while(|byte| byte.is_ascii_lowercase() || b"_:".contains(&byte));
    let level = inside.rsplit(|byte| *byte == b':').next().unwrap_or(inside);
    reader.optional(b"]") && Level::from_word(level).is_some()
}
