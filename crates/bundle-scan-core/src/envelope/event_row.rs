//! Reads one row of an events table, as `kubectl describe` and `kubectl get events` print them, old and new.
//!
//! ```text
//! Warning  BackOff  15s (x4 over 85s)  kubelet  Back-off restarting ...             describe
//! 1m  15s  4  kubelet, node-1  spec.containers{app}  Warning  BackOff  Back-off ... describe before 1.9
//! shop  15s  Warning  BackOff  pod/web-0  Back-off restarting ...                   get events [-A] [-o wide]
//! 15s  1m  4  web-0.15a2b  Pod  spec.containers{app}  Warning  BackOff  kubelet, node-1  Back-off ... (old)
//! ```
//!
//! Rows are told by their cells, not by the header, because a hit may stand anywhere in a table; hand-copied rows with
//! single blanks are read as far as they are unambiguous. Does not join a message's further lines. Invariant: the payload is `REASON: message`, owned; the fields are parts of the line.
//! Source: kubectl `pkg/describe/describe.go` (`DescribeEvents`), Kubernetes `pkg/printers/internalversion/printers.go`
//! (`printEvent`).

use std::borrow::Cow;

use super::reader::Reader;
use super::{Envelope, Layer, Level};
use crate::base::thing::message_first;
use crate::base::time::{NANOS_PER_SECOND, Stamp};

/// A row of an events table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow<'a> {
    /// Whether the type is `Warning`; otherwise it is `Normal`.
    pub warning: bool,
    /// The machine-readable reason, such as `BackOff`.
    pub reason: &'a [u8],
    /// What the event is about, `pod/web-0`, where the table says it. Owned where the table has kind and name apart.
    pub object: Option<Cow<'a, [u8]>>,
    /// Who reported it, such as `kubelet` or `kubelet, node-1`.
    pub from: Option<&'a [u8]>,
    /// How often it happened; at least 1.
    pub count: u64,
    /// How long before the table was printed it last happened, in nanoseconds.
    pub age: Option<i64>,
    /// The namespace, where the table says it.
    pub namespace: Option<&'a [u8]>,
}

/// A row of an events table.
pub(super) struct EventTable;

/// A row and its message.
type Row<'a> = (EventRow<'a>, &'a [u8]);

impl Envelope for EventTable {
    fn id(&self) -> &'static str {
        "event-row"
    }

    fn begins(&self, _: u8) -> bool {
        true
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let line = line.trim_ascii();
        let (row, message) = described(line)
            .or_else(|| listed_or_old(line, None))
            .or_else(|| in_namespace(line))?;
        let message = message.trim_ascii();
        let marked = std::str::from_utf8(message).map(message_first);
        let message = marked.as_deref().map_or(message, str::as_bytes);
        let payload = [row.reason, b": ", message].concat();
        Some(Layer {
            level: Some(if row.warning {
                Level::Warning
            } else {
                Level::Info
            }),
            stamp: row.age.map(Stamp::Ago),
            event: Some(row),
            payload: Cow::Owned(payload),
            ..Layer::around(self.id(), line)
        })
    }
}

/// `Warning  BackOff  15s (x4 over 85s)  kubelet  message`.
fn described(line: &[u8]) -> Option<Row<'_>> {
    let mut reader = Reader::new(line);
    let (warning, reason) = type_and_reason(&mut reader)?;
    let (age, count) = age_and_count(&mut reader)?;
    let (from, message) = source_and_message(reader.rest());
    Some((
        EventRow {
            warning,
            reason,
            object: None,
            from,
            count,
            age,
            namespace: None,
        },
        message,
    ))
}

/// A row of `get events -A`: the namespace, then any other row that begins with an age.
fn in_namespace(line: &[u8]) -> Option<Row<'_>> {
    let mut reader = Reader::new(line);
    let namespace =
        reader.word(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')?;
    blanks(&mut reader)?;
    listed_or_old(reader.rest(), Some(namespace))
}

/// A row that begins with an age.
fn listed_or_old<'a>(line: &'a [u8], namespace: Option<&'a [u8]>) -> Option<Row<'a>> {
    let (row, message) = listed(line).or_else(|| old(line))?;
    Some((EventRow { namespace, ..row }, message))
}

/// `15s (x4 over 85s)  Warning  BackOff  pod/web-0  message`, or the columns of `-o wide` behind the object.
fn listed(line: &[u8]) -> Option<Row<'_>> {
    let mut reader = Reader::new(line);
    let (age, count) = age_and_count(&mut reader)?;
    let (warning, reason) = type_and_reason(&mut reader)?;
    let object = word(&mut reader)
        .filter(|object| object.contains(&b'/'))
        .map(Cow::Borrowed)?;
    let _ = blanks(&mut reader);
    let row = EventRow {
        warning,
        reason,
        object: Some(object),
        from: None,
        count,
        age,
        namespace: None,
    };
    let Some((middle, wide_count)) = strip_wide_end(reader.rest()) else {
        return Some((row, reader.rest()));
    };
    let mut reader = Reader::new(middle);
    if middle.starts_with(b"spec.") {
        word(&mut reader)?;
        blanks(&mut reader)?;
    }
    let (from, message) = source_and_message(reader.rest());
    Some((
        EventRow {
            from,
            count: wide_count,
            ..row
        },
        message,
    ))
}

/// `1m  15s  4  SOURCE  SUBOBJECT  Warning  BackOff  message`, or with `NAME  KIND  SUBOBJECT` before the type and the
/// source behind the reason.
fn old(line: &[u8]) -> Option<Row<'_>> {
    let mut reader = Reader::new(line);
    let ages = [
        (age(&mut reader)?, blanks(&mut reader)?).0,
        (age(&mut reader)?, blanks(&mut reader)?).0,
    ];
    // First seen and last seen stand in one order before 1.9 and in the other behind: what was last seen is younger.
    let age = ages.into_iter().flatten().min();
    let count = u64::try_from(reader.number(1..=9)?).ok()?.max(1);
    blanks(&mut reader)?;
    let middle = until_type(&mut reader)?;
    let (warning, reason) = type_and_reason(&mut reader)?;
    let row = EventRow {
        warning,
        reason,
        object: None,
        from: None,
        count,
        age,
        namespace: None,
    };
    if let Some(object) = object_of_event(middle) {
        let (from, message) = source_and_message(reader.rest());
        let object = Some(Cow::Owned(object));
        return Some((
            EventRow {
                object,
                from,
                ..row
            },
            message,
        ));
    }
    let source = first_cell(middle).0.trim_ascii_start();
    let source = source
        .strip_prefix(b"{")
        .and_then(|inner| inner.strip_suffix(b"}"))
        .unwrap_or(source);
    let from = Some(source.trim_ascii())
        .filter(|source| !source.is_empty() && !source.starts_with(b"spec."));
    Some((EventRow { from, ..row }, reader.rest()))
}

/// `pod/web-0` out of the cells `web-0.15a2b  Pod`.
fn object_of_event(cells: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(cells);
    let name = word(&mut reader).filter(|name| is_event_name(name))?;
    blanks(&mut reader)?;
    let kind = word(&mut reader)?.to_ascii_lowercase();
    let dot = name.iter().rposition(|byte| *byte == b'.')?;
    Some([kind.as_slice(), b"/", name.get(..dot)?].concat())
}

/// Takes `Warning  BackOff  `.
fn type_and_reason<'a>(reader: &mut Reader<'a>) -> Option<(bool, &'a [u8])> {
    let warning = match word(reader)? {
        b"Warning" => true,
        b"Normal" => false,
        _ => return None,
    };
    blanks(reader)?;
    let reason = word(reader)?;
    blanks(reader)?;
    Some((warning, reason))
}

/// Takes `15s  ` or `15s (x4 over 85s)  `.
fn age_and_count(reader: &mut Reader<'_>) -> Option<(Option<i64>, u64)> {
    let last = age(reader)?;
    blanks(reader)?;
    if !reader.optional(b"(x") {
        return Some((last, 1));
    }
    let count = u64::try_from(reader.number(1..=9)?).ok()?;
    reader.literal(b" over ")?;
    age(reader)?;
    reader.literal(b")")?;
    blanks(reader)?;
    Some((last, count.max(1)))
}

/// Takes `15s`, `3d4h`, `<unknown>` or `<invalid>`: nanoseconds, if they are known.
fn age(reader: &mut Reader<'_>) -> Option<Option<i64>> {
    if reader.optional(b"<unknown>") || reader.optional(b"<invalid>") {
        return Some(None);
    }
    let mut seconds = 0_i64;
    loop {
        let number = reader.number(1..=9)?;
        let unit = match reader.one_of(b"ydhms")? {
            b'y' => 365 * 86_400,
            b'd' => 86_400,
            b'h' => 3_600,
            b'm' => 60,
            _ => 1,
        };
        seconds = seconds.saturating_add(number.saturating_mul(unit));
        if !reader.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Some(seconds.checked_mul(NANOS_PER_SECOND));
        }
    }
}

/// Takes what stands before the cell `Normal` or `Warning`.
fn until_type<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let start = reader.rest();
    loop {
        let taken = start.len() - reader.rest().len();
        let mut ahead = *reader;
        if matches!(word(&mut ahead)?, b"Normal" | b"Warning") {
            return start.get(..taken);
        }
        *reader = ahead;
        blanks(reader)?;
    }
}

/// Splits `kubelet, node-1  message`. A first cell of several words is a message without a source, unless it begins
/// with a well-known source: then the blanks of the table were lost.
fn source_and_message(text: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let (cell, rest) = first_cell(text);
    if is_source(cell) {
        return (Some(cell), rest);
    }
    let mut reader = Reader::new(text);
    match word(&mut reader) {
        Some(source) if is_known_source(source) => (Some(source), reader.rest()),
        _ => (None, text),
    }
}

/// Whether a cell is one word, or a component and its host: `kubelet, node-1`.
fn is_source(cell: &[u8]) -> bool {
    let mut words = cell.split(|byte| *byte == b' ');
    let component = words.next().unwrap_or_default();
    match (words.next(), words.next()) {
        (None, _) => !component.is_empty(),
        (Some(_), None) => component.ends_with(b","),
        _ => false,
    }
}

fn is_known_source(word: &[u8]) -> bool {
    word == b"kubelet" || word.ends_with(b"-controller") || word.ends_with(b"-scheduler")
}

/// Splits at the first tab or run of two spaces.
fn first_cell(text: &[u8]) -> (&[u8], &[u8]) {
    let tab = memchr::memchr(b'\t', text).unwrap_or(text.len());
    let gap = memchr::memmem::find(text, b"  ").unwrap_or(text.len());
    text.split_at_checked(tab.min(gap)).unwrap_or((text, b""))
}

/// Takes the last columns of `-o wide` off: first seen, count and event name. What is before them, and the count.
fn strip_wide_end(text: &[u8]) -> Option<(&[u8], u64)> {
    let (rest, name) = last_word(text)?;
    let (rest, count) = last_word(rest)?;
    let (rest, first_seen) = last_word(rest)?;
    let mut reader = Reader::new(first_seen);
    age(&mut reader)?;
    let count = u64::try_from(Reader::new(count).number(1..=9)?).ok()?;
    (is_event_name(name) && reader.rest().is_empty()).then_some((rest, count.max(1)))
}

/// Splits off the last word.
fn last_word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii_end();
    let blank = text.iter().rposition(u8::is_ascii_whitespace)?;
    text.split_at_checked(blank + 1)
}

/// Whether a word is the name of an event: the object, a dot and a time in hexadecimal, as in `web-0.17abc4d5e6f7`.
fn is_event_name(word: &[u8]) -> bool {
    let Some(dot) = word.iter().rposition(|byte| *byte == b'.') else {
        return false;
    };
    let suffix = word.get(dot + 1..).unwrap_or_default();
    suffix.len() >= 4 && suffix.iter().all(u8::is_ascii_hexdigit)
}

fn word<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    reader.word(|byte| !byte.is_ascii_whitespace())
}

fn blanks<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    reader.word(|byte| byte == b' ' || byte == b'\t')
}
