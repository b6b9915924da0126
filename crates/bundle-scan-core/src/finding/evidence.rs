//! A line that proves a finding, with its address.

use std::collections::BTreeMap;

use super::clocks::Clocks;
use super::occurrences::LinePlace;
use super::tally::{Place, TallyOptions};
use crate::base::legible::legible;
use crate::base::member_path::MemberPath;
use crate::base::time::{ClockTime, HostId, Time};
use crate::matcher::Sighting;
use crate::source::component::Component;
use crate::text::lines::{lines_after, lines_before};

/// Where a line stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineAddress {
    /// The member that holds it.
    pub member: MemberPath,
    /// Line number, from 1.
    pub line: u64,
}

/// A verbatim line with its address and surroundings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// The member that holds the line.
    pub member: MemberPath,
    /// Line number, from 1.
    pub line: u64,
    /// Offset of the line in the decoded member, from 0.
    pub byte_offset: u64,
    /// When the line was written; known once the whole bundle was read.
    pub time: Option<Time>,
    /// Who wrote it.
    pub component: Option<Component>,
    /// The line, cut at the limit of shown bytes; bytes that are not UTF-8 are shown as U+FFFD.
    pub text: String,
    /// Whether `text` was cut.
    pub truncated: bool,
    /// What the regex captured.
    pub captures: BTreeMap<String, String>,
    /// The lines before it.
    pub before: Vec<String>,
    /// The lines after it.
    pub after: Vec<String>,
    /// Where the same record stands in other logs, as far as these lines were kept.
    pub also_in: Vec<LineAddress>,
    /// How many matches of the same signature stand before it in the member.
    pub(super) ordinal: u64,
    /// When the line was written, by the clock of its host.
    shown_at: Option<ClockTime>,
    /// By what the line is known again in another log.
    pub(super) place: Option<LinePlace>,
}

impl Evidence {
    /// Copies what is shown out of the block; the ordinal is that within the block, from 0.
    pub(super) fn new(
        at: Place<'_>,
        found: &Sighting<'_>,
        options: &TallyOptions,
        ordinal: u64,
    ) -> Self {
        let (view, max_shown_bytes) = (at.view, options.max_shown_bytes);
        let place = found.place.saturating_sub(found.line.start);
        let (text, truncated) = shown_around(found.record.line, place, max_shown_bytes);
        let context = |lines: Vec<&[u8]>| {
            lines
                .into_iter()
                .map(|line| shown(line, max_shown_bytes).0)
                .collect()
        };
        let captures = found.captures.iter();
        let byte_offset = at.offset_of(found.line.start);
        Evidence {
            member: at.member.clone(),
            line: at.lines + found.lines_before,
            byte_offset,
            time: None,
            place: LinePlace::of(found.record, at.source, byte_offset),
            shown_at: found.record.reading.map(ClockTime::from),
            component: found.record.component,
            text,
            truncated,
            captures: captures
                .map(|capture| {
                    (
                        capture.name.to_owned(),
                        legible(&capture.value).into_owned(),
                    )
                })
                .collect(),
            before: context(lines_before(view, &found.line, options.context)),
            after: context(lines_after(view, &found.line, options.context)),
            also_in: Vec::new(),
            ordinal,
        }
    }

    /// Says of which host the member is.
    pub(super) fn on_host(&mut self, host: HostId) {
        if let Some(shown) = &mut self.shown_at {
            shown.clock.on_host(host);
        }
        if let Some(place) = &mut self.place {
            place.on_host(host);
        }
    }

    /// Says that the machine was booted again after it.
    pub(super) fn end_boot(&mut self) {
        if let Some(shown) = &mut self.shown_at {
            shown.clock.end_boot();
        }
    }

    /// Sets the time, once the clocks are known.
    pub(crate) fn settle(&mut self, clocks: &Clocks) {
        self.time = self.shown_at.and_then(|shown| clocks.time(shown));
    }

    /// Where the line stands.
    pub(super) fn address(&self) -> (&MemberPath, u64) {
        (&self.member, self.byte_offset)
    }

    /// What decides which evidence is kept: the first matches of every member come before the second ones of any, so that
    /// a few lines show many places.
    pub(super) fn order(&self) -> (u64, &MemberPath, u64) {
        (self.ordinal, &self.member, self.byte_offset)
    }
}

/// The text of a line, cut at a character border at or before `max_bytes`, and whether it was cut.
fn shown(line: &[u8], max_bytes: usize) -> (String, bool) {
    if line.len() <= max_bytes {
        return (legible(line).into_owned(), false);
    }
    let is_continuation = |byte: u8| byte & 0xc0 == 0x80;
    let mut end = max_bytes;
    while end > 0 && end > max_bytes.saturating_sub(3) && is_continuation(line[end]) {
        end -= 1;
    }
    (legible(&line[..end]).into_owned(), true)
}

/// As [`shown`]; of a line that is cut, the part around the byte `place`, which an ellipsis begins.
pub(super) fn shown_around(line: &[u8], place: usize, max_bytes: usize) -> (String, bool) {
    if line.len() <= max_bytes || place < max_bytes / 2 {
        return shown(line, max_bytes);
    }
    let is_continuation = |byte: &u8| byte & 0xc0 == 0x80;
    let mut start = place.min(line.len()).saturating_sub(max_bytes / 4);
    while line.get(start).is_some_and(is_continuation) {
        start += 1;
    }
    let (text, _) = shown(line.get(start..).unwrap_or_default(), max_bytes);
    (format!("…{text}"), true)
}

#[cfg(test)]
impl Evidence {
    /// One of many: the match of this ordinal in a member.
    pub(super) fn of_ordinal(member: &str, ordinal: u64) -> Self {
        Evidence {
            member: MemberPath::new(member),
            line: ordinal,
            byte_offset: 100 * ordinal,
            time: None,
            component: None,
            text: String::new(),
            truncated: false,
            captures: BTreeMap::new(),
            before: Vec::new(),
            after: Vec::new(),
            also_in: Vec::new(),
            ordinal,
            shown_at: None,
            place: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_between_characters() {
        assert_eq!(shown(b"short", 10), ("short".into(), false));
        assert_eq!(shown("aé".repeat(4).as_bytes(), 5), ("aéa".into(), true));
        assert_eq!(shown("磁盘空间".as_bytes(), 7), ("磁盘".into(), true));
    }

    #[test]
    fn the_part_that_proves_is_shown_of_a_long_line() {
        let line = [&[b'a'; 100][..], b"proof", &[b'b'; 100]].concat();
        assert_eq!(
            shown_around(&line, 100, 16),
            ("…aaaaproofbbbbbbb".into(), true)
        );
        assert_eq!(shown_around(&line, 3, 16), ("a".repeat(16), true));
        assert_eq!(shown_around(b"short", 3, 16), ("short".into(), false));
        let chinese = "磁".repeat(20);
        assert_eq!(
            shown_around(chinese.as_bytes(), 31, 12).0,
            format!("…{}", "磁".repeat(4))
        );
    }
}
