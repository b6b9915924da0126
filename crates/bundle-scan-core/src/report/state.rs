//! Whether a problem still exists when the bundle is made, and what tells.

use serde::Deserialize;

use crate::base::severity::Severity;
use crate::base::time::{HostId, NANOS_PER_DAY, NANOS_PER_SECOND, Time, TimeQuality};
use crate::fact::directory::Directory;
use crate::finding::clocks::Clocks;
use crate::finding::seen::Settled;
use crate::signature::schema::Category;

/// Whether a problem still exists when the bundle is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum State {
    /// Nothing tells that it ended.
    Active,
    /// It ended: what tells of the recovery was found.
    Cleared,
    /// It was seen long before the bundle was made, before the last boot, or its log goes on for long without it.
    Historic,
    /// Nothing in the bundle tells.
    #[serde(other)]
    Unknown,
}

impl State {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Cleared => "cleared",
            State::Historic => "historic",
            State::Unknown => "unknown",
        }
    }

    /// How bad a problem in this state is: what is over needs nobody's hands any more.
    pub fn severity(self, worst: Severity) -> Severity {
        match self {
            State::Cleared => Severity::Info,
            _ => worst,
        }
    }
}

/// What tells the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// An object, a table or a command shows it as it is at capture.
    AsCaptured,
    /// It was seen shortly before the bundle was made, or its log ends with it; no recovery followed.
    Recent,
    /// What tells of a recovery came after it.
    Recovered,
    /// All pods that it names are ready when the bundle is made.
    PodsReady,
    /// The machine was booted after it, in nanoseconds since 1970-01-01T00:00:00Z.
    Booted(i64),
    /// It was seen for the last time these nanoseconds before the bundle was made.
    LongAgo(i64),
    /// It repeated, and then its log went on for these nanoseconds without it.
    Quiet(i64),
    /// Its times are not known.
    NoTime,
}

impl Reason {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::AsCaptured => "as_captured",
            Reason::Recent => "recent",
            Reason::Recovered => "recovered",
            Reason::PodsReady => "pods_ready",
            Reason::Booted(_) => "before_last_boot",
            Reason::LongAgo(_) => "long_before_capture",
            Reason::Quiet(_) => "log_goes_on_without_it",
            Reason::NoTime => "no_time",
        }
    }

    /// Whether it tells that the problem is long past: its log goes on for weeks without it.
    pub(crate) fn is_of_the_past(&self) -> bool {
        matches!(self, Reason::Quiet(quiet) if *quiet > WEEK)
    }
}

/// What the state is told from.
#[doc(hidden)]
pub struct Signs<'s> {
    /// Whether a recovery came after the last match; `None` if nothing tells.
    pub is_cleared: Option<bool>,
    /// Whether an object, a table or a command shows it.
    pub is_state: bool,
    /// How often it happened.
    pub count: u64,
    /// When.
    pub seen: &'s Settled,
    /// The host, if it is one.
    pub host: Option<&'s str>,
    /// What kind of problem it is.
    pub category: Category,
    /// The pods that it is about, if all of them are known.
    pub pods: &'s [&'s str],
    /// The pods that it is about or that report it, if all of them are known.
    pub speakers: &'s [&'s str],
}

/// Longer before the bundle was made than this, a problem may have ended long ago.
const LONG: i64 = NANOS_PER_DAY;
/// If its log goes on for longer than this, it did end long ago.
const WEEK: i64 = 7 * NANOS_PER_DAY;
/// How far two times may be apart by zones that were assumed.
const ZONES: i64 = 14 * 3_600 * NANOS_PER_SECOND;
/// What repeated at least so often would have repeated again.
const REPEATED: u64 = 3;
/// A log must go on for so long without a problem.
const QUIET: i64 = 3_600 * NANOS_PER_SECOND;
/// And for so many times the time between two occurrences.
const QUIET_GAPS: i64 = 20;

/// The state, and what tells it.
pub(crate) fn judge(signs: &Signs<'_>, clocks: &Clocks, directory: &Directory) -> (State, Reason) {
    if signs.is_cleared == Some(true) {
        return (State::Cleared, Reason::Recovered);
    }
    if signs.is_state {
        return (State::Active, Reason::AsCaptured);
    }
    if hinders_start(signs.category) && all_well(signs.pods, directory) {
        return (State::Cleared, Reason::PodsReady);
    }
    let Some(last) = signs.seen.last else {
        return match signs.seen.quiet_for {
            Some(quiet) if quiet > LONG => (State::Historic, Reason::Quiet(quiet)),
            _ => (State::Unknown, Reason::NoTime),
        };
    };
    if let Some(booted_at) = booted_after(last, signs, clocks) {
        return (State::Historic, Reason::Booted(booted_at));
    }
    if let Some(captured_at) = clocks.captured_at() {
        let ago = captured_at.unix_nanos.saturating_sub(last.unix_nanos);
        let is_long = ago > QUIET + slack(last, captured_at);
        if is_long && !recurs(signs.category) && all_well(signs.speakers, directory) {
            return (State::Cleared, Reason::PodsReady);
        }
        if ago > LONG + slack(last, captured_at) {
            let quiet = goes_on_for(last, signs).filter(|quiet| *quiet > WEEK);
            let reason = quiet.map_or(Reason::LongAgo(ago), Reason::Quiet);
            return (State::Historic, reason);
        }
    }
    match quiet_since(last, signs) {
        Some(quiet) => (State::Historic, Reason::Quiet(quiet)),
        None => (State::Active, Reason::Recent),
    }
}

/// Whether problems of this kind keep a pod from becoming ready.
fn hinders_start(category: Category) -> bool {
    matches!(
        category,
        Category::Scheduling | Category::Image | Category::Storage
    )
}

/// Whether problems of this kind come back although the pods are ready in between, or go on unnoticed by them.
fn recurs(category: Category) -> bool {
    matches!(
        category,
        Category::Gpu | Category::Kernel | Category::Node | Category::Runtime | Category::Workload
    )
}

fn all_well(pods: &[&str], directory: &Directory) -> bool {
    !pods.is_empty() && pods.iter().all(|pod| directory.is_well(pod) == Some(true))
}

/// When the machine was booted, if that was after `last`: only problems of a machine end with a boot.
fn booted_after(last: Time, signs: &Signs<'_>, clocks: &Clocks) -> Option<i64> {
    let is_of_machine = matches!(
        signs.category,
        Category::Kernel | Category::Node | Category::Runtime | Category::Gpu
    );
    let host = signs.host.map_or(HostId::UNNAMED, HostId::named);
    let booted_at = clocks.booted_at(host).filter(|_| is_of_machine)?;
    (last.unix_nanos < booted_at.saturating_sub(NANOS_PER_SECOND)).then_some(booted_at)
}

/// How far two times may be wrong against each other.
pub(crate) fn slack(a: Time, b: Time) -> i64 {
    let is_assumed = |time: Time| {
        matches!(
            time.quality,
            TimeQuality::ZoneAssumed | TimeQuality::YearAndZoneAssumed
        )
    };
    match is_assumed(a) != is_assumed(b) {
        true => ZONES,
        false => 0,
    }
}

fn quiet_since(last: Time, signs: &Signs<'_>) -> Option<i64> {
    let first = signs.seen.first?.unix_nanos;
    let quiet = goes_on_for(last, signs)?;
    let gaps = i64::try_from(signs.count.checked_sub(1)?).ok()?;
    let gap = last.unix_nanos.saturating_sub(first).checked_div(gaps)?;
    let is_over = signs.count >= REPEATED && quiet >= QUIET.max(gap.saturating_mul(QUIET_GAPS));
    is_over.then_some(quiet)
}

/// How long its log goes on after it was seen for the last time, in nanoseconds.
fn goes_on_for(last: Time, signs: &Signs<'_>) -> Option<i64> {
    let told_until = signs.seen.told_until?.unix_nanos;
    Some(told_until.saturating_sub(last.unix_nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::{ClockId, ClockTime, Scale};
    use crate::finding::clocks::Shown;
    use crate::finding::homes::Homes;

    const HOUR: i64 = 3_600 * NANOS_PER_SECOND;
    const NOON: i64 = 20_000 * NANOS_PER_DAY + 12 * HOUR;

    fn exact(unix_nanos: i64) -> Option<Time> {
        Some(Time {
            unix_nanos,
            quality: TimeQuality::Exact,
        })
    }

    /// As [`check_booted`], on a machine that was booted ten hours before noon.
    fn check(hours: [i64; 3], count: u64, expected: (State, &str)) {
        check_booted(10, hours, count, expected);
    }

    /// The state of something seen between the first two times, in hours before noon, in a log that ends with the third.
    fn check_booted(booted: i64, hours: [i64; 3], count: u64, expected: (State, &str)) {
        let mut shown = Shown::default();
        let clock = ClockId {
            host: HostId::named("n1"),
            scale: Scale::Absolute,
        };
        let at = |hours: i64| NOON - hours * HOUR;
        shown.note(ClockTime { clock, nanos: NOON });
        let nanos = at(booted);
        shown.booted(ClockTime { clock, nanos }, 0);
        let [first, last, end] = hours.map(at);
        let seen = Settled {
            first: exact(first),
            last: exact(last),
            told_until: exact(end),
            ..Settled::default()
        };
        let signs = Signs {
            is_cleared: None,
            is_state: false,
            count,
            seen: &seen,
            host: Some("n1"),
            category: Category::Kernel,
            pods: &[],
            speakers: &[],
        };
        let (state, reason) = judge(
            &signs,
            &Clocks::new(&shown, None, &Homes::default()),
            &Directory::default(),
        );
        assert_eq!((state, reason.as_str()), expected, "{hours:?} {count}");
    }

    #[test]
    fn distance_boots_and_silence_tell_what_is_over() {
        check([1, 1, 0], 1, (State::Active, "recent"));
        check([5, 1, 1], 9, (State::Active, "recent"));
        check([11, 11, 0], 1, (State::Historic, "before_last_boot"));
        check([5, 5, 0], 9, (State::Historic, "log_goes_on_without_it"));
        check([5, 5, 0], 1, (State::Active, "recent"));
        check([9, 5, 0], 9, (State::Active, "recent"));
    }

    #[test]
    fn a_log_that_goes_on_for_weeks_tells_that_it_is_past() {
        assert!(Reason::Quiet(WEEK + 1).is_of_the_past());
        assert!(!Reason::Quiet(WEEK).is_of_the_past());
        // Its log ends with it: nothing tells how it went on.
        assert!(!Reason::LongAgo(2 * WEEK).is_of_the_past());
        let check = |days: i64, reason| {
            let seen = [24 * days, 24 * days, 0];
            check_booted(24 * 30, seen, 1, (State::Historic, reason));
        };
        check(8, "log_goes_on_without_it");
        check(6, "long_before_capture");
    }

    #[test]
    fn what_is_over_is_not_an_error() {
        assert_eq!(State::Cleared.severity(Severity::Error), Severity::Info);
        assert_eq!(State::Cleared.severity(Severity::Critical), Severity::Info);
        assert_eq!(State::Historic.severity(Severity::Error), Severity::Error);
    }
}
