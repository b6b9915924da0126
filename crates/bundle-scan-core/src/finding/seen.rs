//! When matches happened, by each clock for itself: how far a clock is off is known only when the whole bundle was read.

use std::collections::BTreeMap;

use super::clocks::Clocks;
use super::histogram::Histogram;
use super::homes::Home;
use crate::base::time::{ClockId, ClockTime, Reading, Time};

/// The times of matches, by clock.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Ascending by clock. Mostly there is one.
    by_clock: Vec<(ClockId, Span)>,
    /// How far the members go in which the matches stand, by the clocks of their last lines.
    told: BTreeMap<ClockId, i64>,
}

/// What one clock showed.
#[derive(Clone, Debug)]
struct Span {
    first: i64,
    last: i64,
    histogram: Histogram,
}

/// The times of matches, by one clock for all.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// The earliest known time.
    pub first: Option<Time>,
    /// The latest known time.
    pub last: Option<Time>,
    /// The time up to which the members tell in which the matches stand: what went on after `last` would stand there.
    pub told_until: Option<Time>,
    /// Nanoseconds between the last match and the end of its member, the least of all clocks, where not even the time of the
    /// last match is known.
    pub quiet_for: Option<i64>,
    /// Matches along time.
    pub histogram: Histogram,
}

impl Seen {
    /// Adds a match.
    pub fn add(&mut self, reading: Reading) {
        let ClockTime { clock, nanos } = reading.into();
        let span = self.span(clock, nanos);
        span.first = span.first.min(nanos);
        span.last = span.last.max(nanos);
        span.histogram.add(nanos);
    }

    /// Adds those of another part.
    pub fn merge(&mut self, other: Seen) {
        if self.by_clock.is_empty() {
            *self = other;
            return;
        }
        self.merge_spans(other.by_clock);
        for (clock, nanos) in other.told {
            self.tell(clock, nanos);
        }
    }

    fn merge_spans(&mut self, spans: Vec<(ClockId, Span)>) {
        for (clock, theirs) in spans {
            let span = self.span(clock, theirs.first);
            span.first = span.first.min(theirs.first);
            span.last = span.last.max(theirs.last);
            span.histogram.merge(theirs.histogram);
        }
    }

    fn tell(&mut self, clock: ClockId, nanos: i64) {
        let until = self.told.entry(clock).or_insert(nanos);
        *until = nanos.max(*until);
    }

    fn span(&mut self, clock: ClockId, nanos: i64) -> &mut Span {
        let place = self
            .by_clock
            .binary_search_by(|(known, _)| known.cmp(&clock))
            .unwrap_or_else(|place| {
                let span = Span {
                    first: nanos,
                    last: nanos,
                    histogram: Histogram::default(),
                };
                self.by_clock.insert(place, (clock, span));
                place
            });
        &mut self.by_clock[place].1
    }

    /// Says whose the member is that all of these stand in, and how far it goes.
    pub fn on_host(&mut self, home: &Home<'_>) {
        let mut told = Vec::new();
        for (clock, _) in &mut self.by_clock {
            clock.on_host(home.host);
            // The last line may be of a program that states its zone, and the match not.
            let is_near = |end: &&Reading| {
                end.scale == clock.scale || end.scale.is_of_wall() && clock.scale.is_of_wall()
            };
            let ends = home.until.iter().filter(is_near);
            let host = clock.host;
            told.extend(ends.map(|Reading { scale, nanos }| {
                let scale = *scale;
                (ClockId { host, scale }, *nanos)
            }));
        }
        for (clock, nanos) in told {
            self.tell(clock, nanos);
        }
        self.join();
    }

    /// Says that the machine was booted again after all of these.
    pub(super) fn end_boot(&mut self) {
        for (clock, _) in &mut self.by_clock {
            clock.end_boot();
        }
        self.join();
    }

    /// Joins spans of what has become one clock.
    fn join(&mut self) {
        let by_clock = std::mem::take(&mut self.by_clock);
        self.merge_spans(by_clock);
    }

    /// The same by one clock.
    pub fn settle(&self, clocks: &Clocks) -> Settled {
        let mut settled = Settled::default();
        for (clock, span) in &self.by_clock {
            let at = |nanos| {
                clocks.time(ClockTime {
                    clock: *clock,
                    nanos,
                })
            };
            let (Some(first), Some(last)) = (at(span.first), at(span.last)) else {
                let until = self.told.get(clock).copied().unwrap_or(span.last);
                let quiet = until.max(span.last).saturating_sub(span.last);
                settled.quiet_for = Some(settled.quiet_for.map_or(quiet, |known| known.min(quiet)));
                continue;
            };
            settled.first = Some(settled.first.map_or(first, |known| known.min(first)));
            settled.last = settled.last.max(Some(last));
            settled.told_until = settled.told_until.max(Some(last));
            let shift = first.unix_nanos.saturating_sub(span.first);
            let seen = first.unix_nanos..=last.unix_nanos;
            settled
                .histogram
                .merge(span.histogram.shifted(shift, &seen));
        }
        for (clock, nanos) in &self.told {
            let until = clocks.time(ClockTime {
                clock: *clock,
                nanos: *nanos,
            });
            settled.told_until = settled.told_until.max(until);
        }
        settled
    }
}
