//! The findings of a report along time, host by host.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Reason, Report};
use crate::base::severity::Severity;
use crate::base::time::Time;
use crate::finding::histogram::Histogram;

/// Findings in the order of time.
#[derive(Debug)]
#[non_exhaustive]
pub struct Timeline<'r> {
    /// The earliest and the latest time of all findings; `None` if no time is known.
    pub span: Option<(Time, Time)>,
    /// The buckets of all events; `None` if no time is known.
    pub grid: Option<Grid>,
    /// Whether more than one host is named, by the bundle or by a finding.
    pub has_several_hosts: bool,
    /// One for each host, the one first where something happened first; then what is of several hosts, then what is of none.
    pub sections: Vec<Section<'r>>,
}

/// Buckets of equal width that cover all events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grid {
    /// Start of the first bucket, in seconds since 1970-01-01T00:00:00Z.
    pub start: i64,
    /// Width of a bucket, in seconds.
    pub seconds: i64,
    /// How many buckets there are.
    pub buckets: usize,
}

/// What happened in one place.
#[derive(Debug)]
#[non_exhaustive]
pub struct Section<'r> {
    /// Where.
    pub place: Place<'r>,
    /// The boots that the report tells of: those after which a finding was not seen again. Nanoseconds since 1970-01-01T00:00:00Z.
    pub boots: BTreeSet<i64>,
    /// By the first time, then by rank; those without a time last.
    pub events: Vec<Event<'r>>,
}

/// Where something happened. Ordered by name, what is of no single host last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place<'r> {
    /// On this host.
    Host(&'r str),
    /// On several.
    Several,
    /// The lines name no host.
    Unnamed,
}

/// A finding with its place in time.
#[derive(Debug)]
#[non_exhaustive]
pub struct Event<'r> {
    /// What happened.
    pub finding: &'r Finding,
    /// Starts of the buckets of the [`Grid`] that are not empty, in seconds since 1970-01-01T00:00:00Z, with their counts; ascending.
    pub buckets: Vec<(i64, u64)>,
}

impl<'r> Timeline<'r> {
    /// The findings at or above a severity, in the order of time.
    pub fn new(report: &'r Report, min_severity: Severity) -> Self {
        let shown = || report.at_least(min_severity);
        let mut all = Histogram::default();
        shown().for_each(|finding| all.merge(finding.histogram.clone()));
        let mut sections: BTreeMap<Place<'r>, Section<'r>> = BTreeMap::new();
        for finding in shown() {
            let place = Place::of(finding);
            let section = sections.entry(place).or_insert_with(|| Section::of(place));
            section.boots.extend(boot(finding));
            section
                .events
                .push(Event::new(finding, all.width_seconds()));
        }
        let mut sections: Vec<Section<'r>> = sections.into_values().collect();
        for section in &mut sections {
            section.events.sort_by_key(Event::order);
        }
        sections.sort_by_key(Section::order);
        let hosts = report.bundle.hosts.iter();
        let named = shown().flat_map(|finding| finding.hosts.iter().map(|(host, _)| host));
        let hosts: BTreeSet<&str> = hosts.chain(named).map(String::as_str).collect();
        let first = shown().filter_map(|finding| finding.first_seen).min();
        let last = shown().filter_map(|finding| finding.last_seen).max();
        Timeline {
            span: first.zip(last),
            grid: Grid::of(&all),
            has_several_hosts: hosts.len() > 1,
            sections,
        }
    }

    /// The event of a finding of the report, if it is shown.
    pub fn event(&self, finding: &Finding) -> Option<&Event<'r>> {
        self.events()
            .find(|event| event.finding.id() == finding.id())
    }

    /// All events, section by section.
    pub fn events(&self) -> impl Iterator<Item = &Event<'r>> {
        self.sections.iter().flat_map(|section| &section.events)
    }
}

impl Grid {
    fn of(all: &Histogram) -> Option<Self> {
        let seconds = all.width_seconds();
        let (start, _) = all.buckets().next()?;
        let (end, _) = all.buckets().last()?;
        let buckets = usize::try_from((end - start) / seconds).ok()? + 1;
        Some(Grid {
            start,
            seconds,
            buckets,
        })
    }
}

impl<'r> Place<'r> {
    fn of(finding: &'r Finding) -> Self {
        match finding.hosts.as_slice() {
            [] => Place::Unnamed,
            [(host, _)] => Place::Host(host),
            _ => Place::Several,
        }
    }
}

impl<'r> Section<'r> {
    fn of(place: Place<'r>) -> Self {
        Section {
            place,
            boots: BTreeSet::new(),
            events: Vec::new(),
        }
    }

    /// Names of the hosts of its events, sorted.
    pub fn hosts(&self) -> BTreeSet<&'r str> {
        let findings = self.events.iter().map(|event| event.finding);
        findings
            .flat_map(|finding| finding.hosts.iter())
            .map(|(host, _)| host.as_str())
            .collect()
    }

    /// Hosts by what happened first on them; the rest last.
    fn order(&self) -> (Option<Place<'r>>, i64, Place<'r>) {
        let first = self.events.first().map_or(i64::MAX, Event::starts_at);
        match self.place {
            Place::Host(_) => (None, first, self.place),
            _ => (Some(self.place), first, self.place),
        }
    }
}

impl<'r> Event<'r> {
    /// The event of a finding, in buckets of so many seconds: a multiple of the width of its own.
    fn new(finding: &'r Finding, seconds: i64) -> Self {
        let mut buckets: BTreeMap<i64, u64> = BTreeMap::new();
        for (start, count) in finding.histogram.buckets() {
            *buckets
                .entry(start.div_euclid(seconds) * seconds)
                .or_default() += count;
        }
        Event {
            finding,
            buckets: buckets.into_iter().collect(),
        }
    }

    /// The first and the last time, if they are known.
    pub fn span(&self) -> Option<(Time, Time)> {
        self.finding.first_seen.zip(self.finding.last_seen)
    }

    /// What events are sorted by: the first time, those without one last, then the rank.
    pub fn order(&self) -> (i64, usize) {
        (self.starts_at(), self.finding.rank)
    }

    fn starts_at(&self) -> i64 {
        self.span().map_or(i64::MAX, |(first, _)| first.unix_nanos)
    }
}

/// When the machine was booted after a finding, if that is what tells that it is over.
fn boot(finding: &Finding) -> Option<i64> {
    match finding.reason {
        Reason::Booted(at) => Some(at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::SignatureSet;
    use crate::signature::load::SourceFile;
    use crate::{Error, Scanner};

    fn signature(id: &str, severity: &str, extra: &str) -> SourceFile {
        SourceFile {
            name: format!("{id}.yaml"),
            text: format!(
                "id: {id}\ntitle: {{en: t, zh: t}}\nseverity: {severity}\ncategory: kernel\n\
                 match: {{any: [{{line: {{component: [kernel], literal: 'trouble {id} here'}}}}]}}\n\
                 cause: {{en: c, zh: c}}\nimpact: {{en: i, zh: i}}\n\
                 remedy: [{{en: r, zh: r, risk: read-only}}]\n{extra}\n\
                 samples: {{positive: [{{member: dmesg, text: 'trouble {id} here'}}], negative: [{{member: dmesg, text: 'trouble {id} gone'}}]}}\n"
            ),
        }
    }

    /// A report on lines of one log: stamp and host, then what the kernel says.
    fn report(lines: &str) -> Result<Report, Error> {
        let files = vec![
            signature("alpha", "error", "causes: [bravo]"),
            signature("bravo", "warning", ""),
            signature("delta", "critical", ""),
        ];
        let set = SignatureSet::empty().with_files(files)?;
        let scanner = Scanner::builder().threads(1).build(set);
        scanner.scan_reader("messages", std::io::Cursor::new(lines.to_owned()))
    }

    fn places<'t>(timeline: &'t Timeline<'_>) -> Vec<(Place<'t>, Vec<&'t str>)> {
        let sections = timeline.sections.iter();
        let ids = |section: &'t Section<'_>| section.events.iter().map(|e| e.finding.id());
        sections
            .map(|section| (section.place, ids(section).collect()))
            .collect()
    }

    #[test]
    fn what_began_first_comes_first_and_several_hosts_last() -> Result<(), Error> {
        let report = report(
            "2026-03-10T10:00:00Z n2 kernel: trouble bravo here\n\
             2026-03-10T10:05:00Z n1 kernel: trouble bravo here\n\
             2026-03-10T10:06:00Z n2 kernel: trouble delta here\n\
             2026-03-10T10:07:00Z n1 kernel: trouble alpha here\n",
        )?;
        let timeline = Timeline::new(&report, Severity::Info);
        assert!(timeline.has_several_hosts);
        assert_eq!(
            places(&timeline),
            [
                (Place::Host("n2"), vec!["delta"]),
                (Place::Host("n1"), vec!["alpha"]),
                (Place::Several, vec!["bravo"]),
            ]
        );
        let several = timeline.sections.last().map(Section::hosts);
        assert_eq!(several, Some(BTreeSet::from(["n1", "n2"])));
        Ok(())
    }

    #[test]
    fn events_share_one_grid_and_keep_their_counts() -> Result<(), Error> {
        let report = report(
            "2026-03-10T10:00:10Z n1 kernel: trouble delta here\n\
             2026-03-10T10:01:10Z n1 kernel: trouble delta here\n\
             2026-03-10T12:00:10Z n1 kernel: trouble alpha here\n",
        )?;
        let timeline = Timeline::new(&report, Severity::Info);
        let start = 1_773_136_800;
        let grid = Grid {
            start,
            seconds: 300,
            buckets: 25,
        };
        assert_eq!(timeline.grid, Some(grid));
        let buckets: Vec<_> = timeline.events().map(|e| e.buckets.clone()).collect();
        assert_eq!(buckets, [vec![(start, 2)], vec![(start + 7_200, 1)]]);
        Ok(())
    }

    #[test]
    fn what_is_left_out_takes_no_part_in_the_span() -> Result<(), Error> {
        let report = report(
            "2026-03-10T10:00:00Z n1 kernel: trouble bravo here\n\
             2026-03-11T10:00:00Z n1 kernel: trouble delta here\n",
        )?;
        let timeline = Timeline::new(&report, Severity::Error);
        let (first, last) = timeline.span.unzip();
        assert_eq!(first, last);
        assert_eq!(timeline.grid.map(|grid| grid.buckets), Some(1));
        assert_eq!(places(&timeline), [(Place::Host("n1"), vec!["delta"])]);
        Ok(())
    }

    #[test]
    fn what_has_no_time_comes_last() -> Result<(), Error> {
        let report = report(
            "[   12.500000] trouble delta here\n\
             2026-03-10T10:00:00Z n1 kernel: trouble bravo here\n",
        )?;
        let timeline = Timeline::new(&report, Severity::Info);
        // A line without a host, in a log of this one.
        assert_eq!(
            places(&timeline),
            [(Place::Host("n1"), vec!["bravo", "delta"])]
        );
        let spans: Vec<bool> = timeline.events().map(|e| e.span().is_some()).collect();
        assert_eq!(spans, [true, false]);
        let mut events: Vec<_> = timeline.events().collect();
        events.sort_by_key(|event| event.order());
        assert_eq!(events.last().map(|event| event.finding.id()), Some("delta"));
        Ok(())
    }

    #[test]
    fn a_report_of_nothing_has_no_span() -> Result<(), Error> {
        let healthy = report("2026-03-10T10:00:00Z n1 kernel: all well\n")?;
        let timeline = Timeline::new(&healthy, Severity::Info);
        assert!(timeline.sections.is_empty());
        assert_eq!((timeline.span, timeline.grid), (None, None));
        Ok(())
    }
}
