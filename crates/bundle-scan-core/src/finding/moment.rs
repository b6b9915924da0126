//! When matches happened, as far as it decides which of them belong together.

use super::clocks::Clocks;
use crate::base::member_path::MemberPath;
use crate::base::time::{ClockTime, HostId};

/// Moments kept of one group: the latest ones.
const MAX_MOMENTS: usize = 64;

/// When and where a match happened. Ordered so that the latest ones can be kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Nanoseconds since 1970-01-01T00:00:00Z; known once the whole bundle was read.
    pub unix_nanos: Option<i64>,
    /// By the clock of its host.
    pub shown: Option<ClockTime>,
    /// The log that the member is a part of, and which part: see [`Source::stream`](crate::source::Source::stream) and [`rotation::order`](crate::source::rotation::order).
    pub part: (u32, i64),
    /// The member.
    pub member: MemberPath,
    /// The byte of the member.
    pub offset: u64,
    /// Whether it tells a state at capture, not something that happened at a time.
    pub is_state: bool,
}

impl Moment {
    /// The moment of a state that nothing more is known of.
    pub fn at_capture() -> Self {
        Moment {
            unix_nanos: None,
            shown: None,
            part: (0, 0),
            member: MemberPath::new(""),
            offset: 0,
            is_state: true,
        }
    }

    /// Whether this comes after `earlier` and at most `within` nanoseconds later. Moments that cannot be compared do not.
    pub fn follows(&self, earlier: &Moment, within: Option<i64>) -> bool {
        if self.is_state || earlier.is_state {
            return self.is_state;
        }
        let in_window = |later: i64, earlier: i64| {
            let gap = later.saturating_sub(earlier);
            gap >= 0 && within.is_none_or(|within| gap <= within)
        };
        let same_member = self.member == earlier.member;
        let is_later_line = !same_member || self.offset > earlier.offset;
        match (self.unix_nanos, earlier.unix_nanos) {
            (Some(later), Some(before)) => {
                in_window(later, before) && (later > before || is_later_line)
            }
            _ => match (self.shown, earlier.shown) {
                (Some(later), Some(before)) if same_member && later.clock == before.clock => {
                    in_window(later.nanos, before.nanos) && is_later_line
                }
                _ => self.stands_behind(earlier),
            },
        }
    }

    /// Whether it stands later in the same log, which may be rotated.
    fn stands_behind(&self, earlier: &Moment) -> bool {
        let ((log, part), (other, before)) = (self.part, earlier.part);
        match self.member == earlier.member {
            true => self.offset > earlier.offset,
            false => log == other && part > before,
        }
    }
}

/// The latest moments of a group. Of states, which all tell how things are at capture, one is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    timed: Vec<Moment>,
    state: Option<Moment>,
}

impl Moments {
    /// Adds one.
    pub fn add(&mut self, moment: Moment) {
        if moment.is_state {
            self.state = self.state.take().max(Some(moment));
            return;
        }
        // Most groups have one moment only.
        if self.timed.is_empty() {
            self.timed.reserve_exact(1);
        }
        self.timed.push(moment);
        self.thin();
    }

    /// Says of which host the member is that all of these stand in.
    pub(super) fn on_host(&mut self, host: HostId) {
        for moment in self.timed.iter_mut().chain(&mut self.state) {
            if let Some(shown) = &mut moment.shown {
                shown.clock.on_host(host);
            }
        }
    }

    /// Says that the machine was booted again after all of these.
    pub(super) fn end_boot(&mut self) {
        for moment in &mut self.timed {
            if let Some(shown) = &mut moment.shown {
                shown.clock.end_boot();
            }
        }
    }

    /// Sets the times, once the clocks are known.
    pub(super) fn settle(&mut self, clocks: &Clocks) {
        // While their order is the one by which others were dropped: which are left must not depend on when that was.
        self.drop_earliest();
        for moment in self.timed.iter_mut().chain(&mut self.state) {
            moment.unix_nanos = moment
                .shown
                .and_then(|shown| clocks.time(shown))
                .map(|time| time.unix_nanos);
        }
    }

    /// Adds those of another part.
    pub fn merge(&mut self, other: Moments) {
        self.timed.extend(other.timed);
        self.thin();
        self.state = self.state.take().max(other.state);
    }

    /// Drops the earliest, once there are many too many.
    fn thin(&mut self) {
        if self.timed.len() > 4 * MAX_MOMENTS {
            self.drop_earliest();
        }
    }

    /// Leaves no more than are kept.
    fn drop_earliest(&mut self) {
        if self.timed.len() > MAX_MOMENTS {
            self.timed
                .select_nth_unstable_by(MAX_MOMENTS, |a, b| b.cmp(a));
            self.timed.truncate(MAX_MOMENTS);
        }
    }

    /// The moments that are kept, the earliest first.
    pub fn sorted(&self) -> Vec<&Moment> {
        let mut all: Vec<&Moment> = self.timed.iter().collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        all.truncate(MAX_MOMENTS);
        all.extend(&self.state);
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::{Reading, Scale};

    fn at(seconds: Option<i64>, uptime: Option<i64>, member: &str, offset: u64) -> Moment {
        Moment {
            unix_nanos: seconds,
            shown: uptime.map(|nanos| {
                ClockTime::from(Reading {
                    scale: Scale::Uptime,
                    nanos,
                })
            }),
            part: (0, 0),
            member: MemberPath::new(member),
            offset,
            is_state: false,
        }
    }

    #[test]
    fn order_is_told_by_time_then_uptime_then_place() {
        let timed = at(Some(10), None, "a", 5);
        for (later, within, expected) in [
            (at(Some(11), None, "b", 0), Some(1), true),
            (at(Some(12), None, "b", 0), Some(1), false),
            (at(Some(9), None, "a", 9), None, false),
            (at(Some(10), None, "a", 6), Some(1), true),
            (at(Some(10), None, "a", 4), Some(1), false),
            (at(None, None, "a", 6), Some(1), true),
            (at(None, None, "b", 6), None, false),
        ] {
            assert_eq!(later.follows(&timed, within), expected, "{later:?}");
        }
        let part = |part, member, offset| Moment {
            part: (7, part),
            ..at(None, None, member, offset)
        };
        assert!(part(2, "log", 0).follows(&part(1, "log.1", 9), None));
        assert!(!part(1, "log.1", 9).follows(&part(2, "log", 0), None));
        let booted = at(None, Some(100), "d", 1);
        assert!(at(None, Some(150), "d", 2).follows(&booted, Some(60)));
        assert!(!at(None, Some(170), "d", 2).follows(&booted, Some(60)));
    }

    #[test]
    fn only_the_latest_moments_are_kept_in_any_order() {
        let all: Vec<Moment> = (0..300).map(|n| at(Some(n), None, "a", 0)).collect();
        let mut forward = Moments::default();
        all.iter().cloned().for_each(|moment| forward.add(moment));
        let mut backward = Moments::default();
        all.iter()
            .rev()
            .cloned()
            .for_each(|moment| backward.add(moment));
        assert_eq!(forward.sorted(), backward.sorted());
        assert_eq!(
            forward
                .sorted()
                .first()
                .and_then(|moment| moment.unix_nanos),
            Some(236)
        );
    }

    #[test]
    fn which_are_left_does_not_depend_on_the_parts_they_came_in() {
        let seconds = |n: i64| (n * 7919) % 1000;
        let settled = |part: usize| -> Vec<u64> {
            let mut moments = Moments::default();
            let all: Vec<i64> = (0..1000).map(seconds).collect();
            for part in all.chunks(part) {
                let mut other = Moments::default();
                part.iter()
                    .for_each(|n| other.add(at(None, Some(*n), "a", *n as u64)));
                moments.merge(other);
            }
            moments.settle(&Clocks::default());
            moments.sorted().into_iter().map(|one| one.offset).collect()
        };
        let expected: Vec<u64> = (936..1000).collect();
        for part in [1, 7, 64, 65, 300, 1000] {
            assert_eq!(settled(part), expected, "parts of {part}");
        }
    }

    #[test]
    fn of_many_states_one_is_kept() {
        let state = |seconds| Moment {
            is_state: true,
            ..at(Some(seconds), None, "a", 0)
        };
        let mut moments = Moments::default();
        [5, 7, 6]
            .map(state)
            .into_iter()
            .for_each(|one| moments.add(one));
        let mut other = Moments::default();
        other.add(at(Some(3), None, "a", 0));
        moments.merge(other);
        let kept: Vec<_> = moments.sorted().iter().map(|one| one.unix_nanos).collect();
        assert_eq!(kept, [Some(3), Some(7)]);
    }
}
