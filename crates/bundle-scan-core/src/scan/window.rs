//! Keeps to a part of the time. What a stamp means is known when the whole bundle was read, so a scan within a window reads it twice.

use std::collections::{BTreeMap, BTreeSet};

use super::edges::clock_time;
use crate::base::member_path::MemberPath;
use crate::base::time::{Reading, Scale, Time};
use crate::base::window::{TimeWindow, When};
use crate::error::Error;
use crate::finding::clocks::Clocks;
use crate::matcher::{Match, Sighting};
use crate::record::Record;
use crate::report::Scanned;
use crate::signature::Signature;
use crate::source::Source;

/// What of a bundle counts.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) bounds: TimeWindow,
    pub(super) clocks: Clocks,
    /// Members whose uptimes tell no time alone.
    rebooted: BTreeSet<MemberPath>,
    /// From when to when each member goes.
    spans: BTreeMap<MemberPath, (Time, Time)>,
}

impl Window {
    /// The window between two bounds in a bundle that was scanned once. Uptimes in the members of `rebooted` tell no time alone.
    ///
    /// # Errors
    /// If nothing tells when the bundle was made, which a bound counts from, or the end comes before the beginning.
    pub(super) fn new(
        (since, until): (Option<When>, Option<When>),
        scanned: Scanned,
        rebooted: BTreeSet<MemberPath>,
    ) -> Result<Self, Error> {
        let captured_at = scanned.clocks.captured_at();
        let instant = |when: Option<When>| match when {
            None => Ok(None),
            Some(When::At(nanos)) => Ok(Some(nanos)),
            Some(When::BeforeCapture(ago)) => match captured_at {
                Some(time) => Ok(Some(time.unix_nanos.saturating_sub(ago))),
                None => Err(Error::no_window(
                    "nothing in the bundle tells when it was made: give a date instead of how long before",
                )),
            },
        };
        let bounds = TimeWindow {
            since: instant(since)?,
            until: instant(until)?,
        };
        if bounds
            .since
            .zip(bounds.until)
            .is_some_and(|(since, until)| since > until)
        {
            return Err(Error::no_window("the time window ends before it begins"));
        }
        let members = scanned.coverage.members.into_iter();
        let spans = members.filter_map(|member| Some((member.member, member.span?)));
        Ok(Window {
            bounds,
            rebooted,
            spans: spans.collect(),
            clocks: scanned.clocks,
        })
    }

    /// Whether a match counts. What tells how things are does if the bundle was made within the window; what tells of a recovery, or
    /// merely has to be given or absent, always does.
    pub(super) fn admits(
        &self,
        found: &Match<'_>,
        signature: &Signature,
        path: &MemberPath,
        source: &Source,
    ) -> bool {
        let keeps = signature.plan.as_ref().map(|plan| &plan.keeps[found.leaf]);
        if keeps.is_some_and(|keep| keep.is_silent) {
            return true;
        }
        if found.state_of.is_some() {
            let captured_at = self.clocks.captured_at();
            return captured_at.is_none_or(|time| self.bounds.contains(time.unix_nanos));
        }
        self.contains(found.reading, found.record(), path, source)
    }

    /// Whether an error counts that no signature matches.
    pub(super) fn admits_error(
        &self,
        error: &Sighting<'_>,
        path: &MemberPath,
        source: &Source,
    ) -> bool {
        self.contains(error.record.reading, Some(error.record), path, source)
    }

    /// What does not say when it happened did so at some time of its member; where that is not known either, it does not count.
    fn contains(
        &self,
        reading: Option<Reading>,
        record: Option<&Record<'_>>,
        path: &MemberPath,
        source: &Source,
    ) -> bool {
        let host = record.and_then(|record| record.host.as_deref());
        let is_known =
            |reading: &Reading| reading.scale != Scale::Uptime || !self.rebooted.contains(path);
        let shown = reading.filter(is_known);
        let shown = shown.map(|reading| clock_time(reading, path, source, host));
        match shown.and_then(|shown| self.clocks.time(shown)) {
            Some(time) => self.bounds.contains(time.unix_nanos),
            None => self.spans.get(path).is_some_and(|(first, last)| {
                self.bounds.touches(first.unix_nanos, last.unix_nanos)
            }),
        }
    }
}
