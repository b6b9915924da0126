//! Holds the clocks of all hosts against each other, once the whole bundle was read.
//!
//! - The bundle was made at the newest time that some line states in full.
//! - A stamp without a zone is in that of its machine, where `timedatectl` tells it or else most lines with two stamps do, and else in UTC.
//!   Containers keep to UTC.
//! - A year that was inferred from the date of a file is wrong if the file was copied long after: then the last possible year
//!   before the bundle was made is taken.
//! - The machine booted at the time of a line, less the uptime that stands in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::homes::Homes;
use crate::base::time::{
    ClockId, ClockTime, HostId, NANOS_PER_DAY, NANOS_PER_SECOND, Reading, Scale, Time, TimeQuality,
    seconds_east,
};
use crate::fact::{Fact, kind};
use crate::record::Record;
use crate::record::clock::NO_YEAR;

/// How much newer than the bundle a stamp of an inferred year may be: bundles are copied, and clocks differ.
const FUTURE: i64 = 300 * NANOS_PER_DAY;
/// How far a log without years may go on behind all that tells its time in full: rather than that it is a year old. Of a log that runs over
/// the turn of a year the last day of December is taken for its newest.
const GOES_ON: i64 = 14 * NANOS_PER_DAY;

/// What is known of the clocks of one host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostClock {
    /// Seconds east of Greenwich.
    pub utc_offset: Option<i32>,
    /// When it was booted last: nanoseconds since 1970-01-01T00:00:00Z.
    pub booted_at: Option<i64>,
    /// Nanoseconds from the last boot to when the bundle was made.
    pub up_for: Option<i64>,
}

/// When a machine booted: so long before a clock showed this. Ordered by the time of the boot. The year of what was shown may not be known
/// yet, and with it whether there is a 29 February between the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Booted {
    /// By the same clock, in nanoseconds, as far as its year is known.
    at: i64,
    /// The uptime in nanoseconds when it showed the time.
    uptime: i64,
}

/// What members tell of the clocks.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The latest time that each clock showed.
    pub newest: BTreeMap<ClockId, i64>,
    /// The latest boot by each clock that is not an uptime.
    pub boots: BTreeMap<ClockId, Booted>,
    /// By host, what its commands say.
    pub hosts: BTreeMap<HostId, HostClock>,
    /// By host, how many of its lines with two stamps tell which zone, in seconds east of Greenwich. A line may be flushed late, and by
    /// chance by quarters of an hour.
    pub zones: BTreeMap<HostId, BTreeMap<i32, u64>>,
}

impl Shown {
    /// Adds what another part tells.
    pub fn merge(&mut self, other: Shown) {
        latest_of(&mut self.newest, other.newest);
        latest_of(&mut self.boots, other.boots);
        bound(&mut self.newest);
        bound(&mut self.boots);
        for (host, theirs) in other.hosts {
            let known = self.hosts.entry(host).or_default();
            // The greater one, so that the order does not matter.
            known.utc_offset = known.utc_offset.max(theirs.utc_offset);
            known.up_for = known.up_for.max(theirs.up_for);
        }
        bound(&mut self.hosts);
        for (host, theirs) in other.zones {
            let known = self.zones.entry(host).or_default();
            for (zone, lines) in theirs {
                *known.entry(zone).or_default() += lines;
            }
        }
        bound(&mut self.zones);
    }

    /// Notes what a clock shows.
    pub fn note(&mut self, time: ClockTime) {
        let newest = self.newest.entry(time.clock).or_insert(time.nanos);
        *newest = time.nanos.max(*newest);
    }

    /// Notes that a machine had been up for so many nanoseconds when a clock showed this.
    pub fn booted(&mut self, time: ClockTime, uptime: i64) {
        let at = time.nanos.saturating_sub(uptime);
        let booted = Booted { at, uptime };
        let latest = self.boots.entry(time.clock).or_insert(booted);
        *latest = booted.max(*latest);
    }

    /// Notes what a line says of the clock of its host: its uptime tells when the machine booted, a second stamp the zone.
    pub fn line(&mut self, record: &Record<'_>) {
        let Some(reading) = record.reading else {
            return;
        };
        if let Some(uptime) = record.uptime
            && reading.scale <= Scale::Yearless
        {
            self.booted(reading.into(), uptime);
        }
        let is_local = |local: &Reading| matches!(local.scale, Scale::Zoneless | Scale::Yearless);
        let zone = record
            .local
            .filter(is_local)
            .and_then(|local| offset_between(local, reading));
        if let Some(zone) = zone {
            let known = self.zones.entry(HostId::UNNAMED).or_default();
            *known.entry(zone).or_default() += 1;
        }
    }

    /// Whether a line with two stamps told a zone.
    pub fn tells_zone(&self) -> bool {
        !self.zones.is_empty()
    }

    /// Notes a zone that something states, in seconds east of Greenwich.
    pub fn state_zone(&mut self, seconds_east: i32) {
        let host = self.hosts.entry(HostId::UNNAMED).or_default();
        host.utc_offset = host.utc_offset.max(Some(seconds_east));
    }

    /// Notes what a command says of the clock of its host.
    pub fn fact(&mut self, fact: &Fact<'_>) {
        let mut host = HostClock::default();
        if *fact.kind == kind::TIME_SYNC {
            host.utc_offset = fact.text_of("utc_offset").and_then(seconds_east);
        }
        if *fact.kind == kind::LOAD {
            let uptime = fact.number_of("uptime");
            host.up_for = uptime.map(|seconds| (seconds * NANOS_PER_SECOND as f64) as i64);
        }
        let past = PAST.iter().filter(|(of, _)| *of == fact.kind);
        for nanos in past.filter_map(|(_, field)| fact.time_of(field)) {
            let absolute = Reading {
                scale: Scale::Absolute,
                nanos,
            };
            self.note(absolute.into());
        }
        if host != HostClock::default() {
            let hosts = BTreeMap::from([(HostId::UNNAMED, host)]);
            self.merge(Shown {
                hosts,
                ..Shown::default()
            });
        }
    }

    /// The same, of this host.
    pub fn on_host(self, host: HostId) -> Shown {
        self.renamed(|_| host)
    }

    /// The same, of hosts by other names.
    fn renamed(self, name: impl Fn(HostId) -> HostId) -> Shown {
        let mut named = Shown::default();
        let clock = |clock: ClockId| ClockId {
            host: name(clock.host),
            ..clock
        };
        for (known, nanos) in self.newest {
            let clock = clock(known);
            named.note(ClockTime { clock, nanos });
        }
        for (known, booted) in self.boots {
            let latest = named.boots.entry(clock(known)).or_insert(booted);
            *latest = booted.max(*latest);
        }
        for (host, known) in self.hosts {
            named.merge(Shown {
                hosts: BTreeMap::from([(name(host), known)]),
                ..Shown::default()
            });
        }
        for (host, known) in self.zones {
            named.merge(Shown {
                zones: BTreeMap::from([(name(host), known)]),
                ..Shown::default()
            });
        }
        named
    }

    /// What is known of each host: its zone is that which a command states, or else that which most of its lines tell.
    fn known(&self) -> BTreeMap<HostId, HostClock> {
        let mut known = self.hosts.clone();
        let stated = self.hosts.get(&HostId::UNNAMED);
        let stated = stated.and_then(|clock| clock.utc_offset);
        // What no host is named for is of the only one.
        let of_only = stated.filter(|_| self.is_of_one_host());
        for (host, zones) in &self.zones {
            let most = zones.iter().max_by_key(|(_, lines)| **lines);
            let told = of_only.or_else(|| most.map(|(zone, _)| *zone));
            let clock = known.entry(*host).or_default();
            clock.utc_offset = clock.utc_offset.or(told);
        }
        known
    }

    fn is_of_one_host(&self) -> bool {
        let clocks = self.newest.keys().map(|clock| clock.host);
        let hosts = clocks.chain(self.hosts.keys().copied());
        let hosts = hosts.chain(self.zones.keys().copied());
        let mut named = hosts.filter(|host| host.is_machine() && *host != HostId::UNNAMED);
        let first = named.next();
        named.all(|host| Some(host) == first)
    }
}

/// Fields of facts that tell of what had happened when they were written, and not long before.
const PAST: [(&kind::Kind, &str); 3] = [
    (&kind::EVENT, "last"),
    (&kind::NODE_CONDITION, "heartbeat"),
    (&kind::CONTAINER, "started"),
];

/// Clocks that are told apart.
const MAX_CLOCKS: usize = 10_000;

fn bound<K: Ord, V>(known: &mut BTreeMap<K, V>) {
    while known.len() > MAX_CLOCKS {
        known.pop_last();
    }
}

fn latest_of<T: Copy + Ord>(known: &mut BTreeMap<ClockId, T>, other: BTreeMap<ClockId, T>) {
    for (clock, time) in other {
        let latest = known.entry(clock).or_insert(time);
        *latest = time.max(*latest);
    }
}

/// The clocks of all hosts, each with how far it is off.
#[derive(Clone, Debug, Default)]
pub struct Clocks {
    captured_at: Option<Time>,
    hosts: BTreeMap<HostId, HostClock>,
    /// What holds for a host of which nothing is known: what all others agree on.
    common: HostClock,
    /// Seconds east of Greenwich, for a host of which nothing tells it.
    assumed_offset: Option<i32>,
    /// The latest that a stamp may be whose year has to be found: nanoseconds since 1970-01-01T00:00:00Z.
    latest: Option<i64>,
    /// Hosts of which some members have stamps with years that cannot be.
    misdated: BTreeSet<HostId>,
    /// The hosts that stand for trees of members.
    homes: BTreeMap<HostId, HostId>,
}

impl Clocks {
    /// Holds what all clocks showed against each other. `assumed_offset`, in seconds east of Greenwich, is that of machines of
    /// which nothing tells it; `homes` tells whose the members are that do not name their host.
    pub fn new(shown: &Shown, assumed_offset: Option<i32>, homes: &Homes) -> Self {
        let homes = homes.ids();
        let shown = shown.clone().renamed(|host| at_home(&homes, host));
        let shown = &shown;
        let hosts = shown.known();
        let mut clocks = Clocks {
            homes,
            assumed_offset,
            common: agreed(&hosts),
            hosts,
            ..Clocks::default()
        };
        clocks.captured_at = clocks.newest(shown, |clock| clock.scale <= Scale::Zoneless);
        clocks.set_years(shown);
        // A log of the machine goes on to the end, but without its zone it may seem to lie half a day ahead.
        let is_yearless = |clock: ClockId| clock.scale == Scale::Yearless;
        let is_known =
            |clock: ClockId| is_yearless(clock) && clocks.host(clock.host).utc_offset.is_some();
        let yearless = match clocks.captured_at {
            Some(captured_at) => clocks.newest(shown, is_known).max(
                // Further ahead than any zone: all else that tells its time in full is older than the log.
                clocks.newest(shown, is_yearless).filter(|newest| {
                    newest.unix_nanos.saturating_sub(captured_at.unix_nanos) > NANOS_PER_DAY
                }),
            ),
            None => clocks.newest(shown, is_yearless),
        };
        clocks.captured_at = clocks.captured_at.max(yearless);
        clocks.set_boots(shown);
        clocks
    }

    fn newest(&self, shown: &Shown, wanted: impl Fn(ClockId) -> bool) -> Option<Time> {
        let of_wanted = shown.newest.iter().filter(|(clock, _)| wanted(**clock));
        let times = of_wanted.filter_map(|(clock, nanos)| {
            self.time(ClockTime {
                clock: *clock,
                nanos: *nanos,
            })
        });
        times.max()
    }

    fn set_years(&mut self, shown: &Shown) {
        let Some(captured_at) = self.captured_at.map(|time| time.unix_nanos) else {
            return;
        };
        let is_misdated = |clock: ClockId, nanos: i64| {
            clock.scale == Scale::Yearless && nanos.saturating_sub(captured_at) > FUTURE
        };
        let newest = shown.newest.iter();
        let misdated = newest.filter(|(clock, nanos)| is_misdated(**clock, **nanos));
        self.misdated = misdated.map(|(clock, _)| clock.host).collect();
        let goes_on_until = captured_at.saturating_add(GOES_ON);
        let newest = shown.newest.iter();
        let yearless = newest.filter(|(clock, _)| clock.scale == Scale::Yearless);
        let ends = yearless
            .filter_map(|(clock, nanos)| self.in_year(*nanos, clock.host, Some(goes_on_until)));
        let end = ends.filter(|end| *end <= goes_on_until).max();
        self.latest = end.max(Some(captured_at.saturating_add(NANOS_PER_DAY)));
    }

    /// A stamp of an inferred year in the year in which it was most likely written: the last possible one up to `latest`, if it has none or one that
    /// cannot be.
    /// Other members of the same host may have come with the dates of their files, and their years are right.
    fn in_year(&self, local: i64, host: HostId, latest: Option<i64>) -> Option<i64> {
        let is_dated = local >= NO_YEAR;
        let Some(latest) = latest else {
            return is_dated.then_some(local);
        };
        if is_dated && (local <= latest || !self.misdated.contains(&host)) {
            return Some(local);
        }
        let off = year_of(local)? - year_of(latest)?;
        match years_back(local, off)? {
            dated if dated <= latest => Some(dated),
            _ => years_back(local, off + 1),
        }
    }

    fn set_boots(&mut self, shown: &Shown) {
        for (clock, Booted { at, uptime }) in &shown.boots {
            let time = self.time(ClockTime {
                clock: *clock,
                nanos: at.saturating_add(*uptime),
            });
            let booted_at = time.and_then(|time| time.unix_nanos.checked_sub(*uptime));
            let known = self.hosts.entry(clock.host).or_default();
            known.booted_at = known.booted_at.max(booted_at);
        }
        let captured_at = self.captured_at.map(|time| time.unix_nanos);
        for host in self.hosts.values_mut() {
            let counted_back = || captured_at?.checked_sub(host.up_for?);
            host.booted_at = host.booted_at.or_else(counted_back);
        }
        self.common = agreed(&self.hosts);
    }

    /// When the bundle was made: the newest time that can be trusted.
    pub fn captured_at(&self) -> Option<Time> {
        self.captured_at
    }

    /// The trees of members whose host is known, each with that.
    pub fn homes(&self) -> impl Iterator<Item = (HostId, HostId)> {
        self.homes.iter().map(|(tree, host)| (*tree, *host))
    }

    /// When a host was booted last, in nanoseconds since 1970-01-01T00:00:00Z.
    pub fn booted_at(&self, host: HostId) -> Option<i64> {
        self.host(host).booted_at
    }

    fn host(&self, host: HostId) -> HostClock {
        let host = at_home(&self.homes, host);
        let known = self.hosts.get(&host).copied().unwrap_or_default();
        if !host.is_machine() {
            return HostClock::default();
        }
        HostClock {
            utc_offset: known
                .utc_offset
                .or(self.common.utc_offset)
                .or(self.assumed_offset),
            booted_at: known.booted_at.or(self.common.booted_at),
            up_for: known.up_for,
        }
    }

    /// The instant that a clock showed, if it is known.
    pub fn time(&self, shown: ClockTime) -> Option<Time> {
        let host = self.host(shown.clock.host);
        let offset = host.utc_offset.map(i64::from).unwrap_or(0) * NANOS_PER_SECOND;
        let local = shown.nanos;
        let is_zone_known = host.utc_offset.is_some();
        let (unix_nanos, quality) = match shown.clock.scale {
            Scale::Absolute => (local, TimeQuality::Exact),
            Scale::Zoneless => {
                let quality = match is_zone_known {
                    true => TimeQuality::ZoneInferred,
                    false => TimeQuality::ZoneAssumed,
                };
                (local.checked_sub(offset)?, quality)
            }
            Scale::Yearless => {
                let host = at_home(&self.homes, shown.clock.host);
                let local = self.in_year(local, host, self.latest)?;
                // In a container what leaves out the year is a component of Kubernetes, whose image sets no zone; a stamp with a year may be
                // of any program, and many of these are given the zone of their users.
                let is_in_utc = shown.clock.host == HostId::CONTAINER;
                let quality = match is_zone_known || is_in_utc {
                    true => TimeQuality::YearInferred,
                    false => TimeQuality::YearAndZoneAssumed,
                };
                (local.checked_sub(offset)?, quality)
            }
            Scale::Uptime => {
                let booted_at = host.booted_at?;
                (booted_at.checked_add(local)?, TimeQuality::BootRelative)
            }
            Scale::Ago => {
                let captured_at = self.captured_at?.unix_nanos;
                (captured_at.checked_add(local)?, TimeQuality::AgeRelative)
            }
        };
        Some(Time {
            unix_nanos,
            quality,
        })
    }
}

/// The host that a number stands for: of a tree its host, if that is known.
fn at_home(homes: &BTreeMap<HostId, HostId>, host: HostId) -> HostId {
    match host.is_of_tree() {
        true => homes.get(&host).copied().unwrap_or(HostId::UNNAMED),
        false => host,
    }
}

/// What all machines that tell it agree on.
fn agreed(hosts: &BTreeMap<HostId, HostClock>) -> HostClock {
    let machines = hosts.iter().filter(|(host, _)| host.is_machine());
    let hosts = machines.map(|(_, clock)| *clock);
    HostClock {
        utc_offset: only(hosts.clone().filter_map(|host| host.utc_offset)),
        booted_at: only(hosts.filter_map(|host| host.booted_at)),
        up_for: None,
    }
}

fn only<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// Seconds east of Greenwich, if both stamps were made in the same moment: then they are whole quarters of an hour apart. Days
/// do not count, because the year of one may have been inferred.
fn offset_between(local: Reading, absolute: Reading) -> Option<i32> {
    const QUARTER: i64 = 900;
    const DAY: i64 = 86_400;
    let seconds = |reading: Reading| reading.nanos.div_euclid(NANOS_PER_SECOND);
    let apart = (seconds(local) - seconds(absolute)).rem_euclid(DAY);
    let offset = (apart + QUARTER / 2).div_euclid(QUARTER) * QUARTER;
    // Between 12 hours west and 12 hours east.
    let east = match offset > DAY / 2 {
        true => offset - DAY,
        false => offset,
    };
    (apart.abs_diff(offset) <= 5).then(|| i32::try_from(east).ok())?
}

fn year_of(unix_nanos: i64) -> Option<i16> {
    let instant = jiff::Timestamp::from_nanosecond(unix_nanos.into()).ok()?;
    Some(instant.to_zoned(TimeZone::UTC).year())
}

/// The same day and time some years earlier; 29 February becomes the day before.
fn years_back(unix_nanos: i64, years: i16) -> Option<i64> {
    if years == 0 {
        return Some(unix_nanos);
    }
    let instant = jiff::Timestamp::from_nanosecond(unix_nanos.into()).ok()?;
    let zoned = instant.to_zoned(TimeZone::UTC);
    let earlier = zoned
        .checked_sub(jiff::Span::new().try_years(years).ok()?)
        .ok()?;
    i64::try_from(earlier.timestamp().as_nanosecond()).ok()
}

#[cfg(test)]
mod tests;
