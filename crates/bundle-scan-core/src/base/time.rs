//! Time with its quality: what a line says about when it was written, and how far that can be trusted.

use super::hash::fnv1a;

/// Nanoseconds in a second.
pub const NANOS_PER_SECOND: i64 = 1_000_000_000;
/// Nanoseconds in a day.
pub const NANOS_PER_DAY: i64 = 86_400 * NANOS_PER_SECOND;

/// A time stamp as a line carries it, before missing parts are filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Stamp {
    /// Date, time and zone are known: nanoseconds since 1970-01-01T00:00:00Z.
    Zoned(i64),
    /// Date and time without a zone, read as UTC: nanoseconds since 1970-01-01T00:00:00Z.
    Zoneless(i64),
    /// Month (1-12), day (1-31) and nanoseconds since midnight: no year, no zone.
    Yearless {
        /// Month of the year, from 1.
        month: i8,
        /// Day of the month, from 1.
        day: i8,
        /// Nanoseconds since midnight.
        nanos_of_day: i64,
    },
    /// Nanoseconds since the machine booted.
    Uptime(i64),
    /// Nanoseconds before the bundle was made: the age in a table.
    Ago(i64),
}

/// What the numbers of a clock count from. Ordered from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(hidden)]
pub enum Scale {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    Absolute,
    /// Nanoseconds since 1970-01-01T00:00:00 of the machine's zone.
    Zoneless,
    /// As [`Scale::Zoneless`], in a year that was inferred.
    Yearless,
    /// Nanoseconds since the machine booted.
    Uptime,
    /// Nanoseconds before the bundle was made, negative.
    Ago,
}

impl Scale {
    /// Whether it counts days and hours, in whatever zone.
    pub fn is_of_wall(self) -> bool {
        self <= Scale::Yearless
    }
}

/// What a clock shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(hidden)]
pub struct Reading {
    /// How to read `nanos`.
    pub scale: Scale,
    /// Nanoseconds.
    pub nanos: i64,
}

/// A host whose clocks are told from those of others: a hash of its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(hidden)]
pub struct HostId(u64);

/// What tells the number of a tree from that of a name.
const TREE: u64 = 1 << 63;

impl HostId {
    /// A host that nothing names.
    pub const UNNAMED: HostId = HostId(0);
    /// Any container: their clocks show UTC, whatever the zone of the node.
    pub const CONTAINER: HostId = HostId(1);
    /// What cannot be held against other clocks, such as the uptime in a log of an earlier boot.
    pub const ADRIFT: HostId = HostId(2);

    /// The host of a tree of members, whatever it is called: it is not known yet.
    pub fn tree(tree: &str) -> Self {
        HostId(fnv1a(tree.as_bytes()) | TREE)
    }

    /// Whether it stands for a host that is not known yet.
    pub fn is_of_tree(self) -> bool {
        self.0 & TREE != 0
    }

    /// Whether its clocks can be held against those of a machine.
    pub fn is_machine(self) -> bool {
        self != HostId::CONTAINER && self != HostId::ADRIFT
    }

    /// The host of this name: syslog cuts the domain off that the journal shows.
    pub fn named(name: &str) -> Self {
        let is_label = |first: &str| first.bytes().any(|byte| !byte.is_ascii_digit());
        let short = name.split_once('.').filter(|(first, _)| is_label(first));
        HostId(fnv1a(short.map_or(name, |(first, _)| first).as_bytes()) & !TREE)
    }

    /// A shorter number for it, mostly another one than that of any other host.
    pub fn short(self) -> u32 {
        self.0 as u32
    }
}

/// A clock of a host. How far it is off is known only when the whole bundle was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(hidden)]
pub struct ClockId {
    /// Whose it is.
    pub host: HostId,
    /// What it counts.
    pub scale: Scale,
}

impl ClockId {
    /// Says whose it is, if that is not known yet.
    pub fn on_host(&mut self, host: HostId) {
        if self.host == HostId::UNNAMED {
            self.host = host;
        }
    }

    /// Says that the machine was booted again after all that this clock showed.
    pub fn end_boot(&mut self) {
        if self.scale == Scale::Uptime {
            self.on_host(HostId::ADRIFT);
        }
    }
}

/// When something happened, by one clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(hidden)]
pub struct ClockTime {
    /// The clock.
    pub clock: ClockId,
    /// What it shows, in nanoseconds.
    pub nanos: i64,
}

impl From<Reading> for ClockTime {
    /// By a clock of a host that is not known yet.
    fn from(reading: Reading) -> Self {
        ClockTime {
            clock: ClockId {
                host: HostId::UNNAMED,
                scale: reading.scale,
            },
            nanos: reading.nanos,
        }
    }
}

/// How far a [`Time`] can be trusted. Ordered from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TimeQuality {
    /// The line carries date, time and zone.
    Exact,
    /// The line carries date and time; its zone is that of the machine.
    ZoneInferred,
    /// The line carries the time since the machine booted, which is known.
    BootRelative,
    /// The line carries an age, counted back from when the bundle was made.
    AgeRelative,
    /// The line carries date and time; its zone was taken to be UTC.
    ZoneAssumed,
    /// The year was inferred; the zone is that of the machine.
    YearInferred,
    /// The year was inferred, the zone taken to be UTC.
    YearAndZoneAssumed,
}

impl TimeQuality {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            TimeQuality::Exact => "exact",
            TimeQuality::ZoneInferred => "zone_inferred",
            TimeQuality::BootRelative => "boot_relative",
            TimeQuality::AgeRelative => "age_relative",
            TimeQuality::ZoneAssumed => "zone_assumed",
            TimeQuality::YearInferred => "year_inferred",
            TimeQuality::YearAndZoneAssumed => "year_and_zone_assumed",
        }
    }

    /// The coarser scale, for people.
    pub(crate) fn trust(self) -> Trust {
        match self {
            TimeQuality::Exact | TimeQuality::ZoneInferred => Trust::Told,
            TimeQuality::BootRelative | TimeQuality::AgeRelative => Trust::Reckoned,
            TimeQuality::ZoneAssumed
            | TimeQuality::YearInferred
            | TimeQuality::YearAndZoneAssumed => Trust::Assumed,
        }
    }
}

/// How far a time is from being told by a line as it is. Ordered from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(hidden)]
pub enum Trust {
    /// A line tells it, its zone known.
    Told,
    /// Counted from another time that is known.
    Reckoned,
    /// A part of it was assumed.
    Assumed,
}

/// A resolved time. Ordered by the instant, then by quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Time {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub unix_nanos: i64,
    /// How far `unix_nanos` can be trusted.
    pub quality: TimeQuality,
}

/// Seconds east of Greenwich: `+0800`, `-05:30`, `Z`, `UTC`.
pub fn seconds_east(offset: &str) -> Option<i32> {
    if matches!(offset, "Z" | "UTC") {
        return Some(0);
    }
    let (sign, digits) = match offset.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None => digits.split_at_checked(2)?,
    };
    let number = |text: &str, most: i32| {
        let is_plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number: i32 = text.parse().ok().filter(|_| is_plain)?;
        (number <= most).then_some(number)
    };
    let minutes = number(hours, 14)? * 60 + number(minutes, 59)?;
    (minutes <= 14 * 60).then_some(sign * minutes * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_the_same_with_its_domain() {
        assert_eq!(HostId::named("n1.example.com"), HostId::named("n1"));
        assert_ne!(
            HostId::named("n1.example.com"),
            HostId::named("n2.example.com")
        );
        assert_ne!(HostId::named("10.0.0.1"), HostId::named("10.0.0.2"));
    }

    #[test]
    fn offsets_in_all_spellings() {
        for (text, expected) in [
            ("+0800", Some(28_800)),
            ("+08:00", Some(28_800)),
            ("-05:30", Some(-19_800)),
            ("UTC", Some(0)),
            ("Z", Some(0)),
            ("+14:00", Some(50_400)),
            ("+14:30", None),
            ("+8", None),
            ("08:00", None),
            ("+08:60", None),
            ("+0x:00", None),
            ("", None),
        ] {
            assert_eq!(seconds_east(text), expected, "{text}");
        }
    }
}
