//! Time with its quality: what a line says about when it was written, and how far that can be trusted.

/// Nanoseconds in a second.
pub const NANOS_PER_SECOND: i64 = 1_000_000_000;
/// Nanoseconds in a day.
pub const NANOS_PER_DAY: i64 = 86_400 * NANOS_PER_SECOND;

/// A time stamp as a line carries it, before missing parts are filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

/// How far a [`Time`] can be trusted. Ordered from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeQuality {
    /// The line carries date, time and zone.
    Exact,
    /// The line carries date and time; its zone was taken to be UTC.
    ZoneAssumed,
    /// The year was inferred, the zone taken to be UTC.
    YearInferred,
}

impl TimeQuality {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            TimeQuality::Exact => "exact",
            TimeQuality::ZoneAssumed => "zone_assumed",
            TimeQuality::YearInferred => "year_inferred",
        }
    }
}

/// A resolved time. Ordered by the instant, then by quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub unix_nanos: i64,
    /// How far `unix_nanos` can be trusted.
    pub quality: TimeQuality,
}
