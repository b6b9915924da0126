//! The findings along time, for people.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::escape::visible;
use super::moment::{from_to, grouped, to_second};
use super::page::{BOLD, CYAN, DIM, GREEN, HANG, Page, YELLOW, color_of};
use super::phrases::shown_hosts;
use super::spark::Ruler;
use super::words::{self, severity_word};
use super::{Render, RenderOptions};
use crate::base::lang::Lang;
use crate::base::time::{NANOS_PER_SECOND, TimeQuality, Trust};
use crate::error::Error;
use crate::report::Report;
use crate::report::timeline::{Event, Place, Section, Timeline};

/// See [`super::TIMELINE_TEXT`].
pub struct TimelineText;

impl Render for TimelineText {
    fn id(&self) -> &'static str {
        "text"
    }

    fn write_with(
        &self,
        report: &Report,
        options: &RenderOptions,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let timeline = Timeline::new(report, options.min_severity);
        let mut text = TimelinePage {
            report,
            ruler: timeline.grid.map(Ruler::new),
            columns: Columns::of(&timeline, options.lang),
            timeline: &timeline,
            page: Page::new(options, out),
        };
        Ok(text.timeline()?)
    }
}

fn trust_in(event: &Event<'_>) -> Option<Trust> {
    event.finding.time_quality().map(TimeQuality::trust)
}

/// What stands before a time that no line tells as it is.
fn mark(trust: Trust) -> Option<char> {
    match trust {
        Trust::Told => None,
        Trust::Reckoned => Some('~'),
        Trust::Assumed => Some('?'),
    }
}

/// Columns that the texts of all lines need.
struct Columns {
    time: usize,
    severity: usize,
    id: usize,
    count: usize,
}

impl Columns {
    fn of(timeline: &Timeline<'_>, lang: Lang) -> Self {
        let widest = |text: &dyn Fn(&Event<'_>) -> String| {
            let widths = timeline.events().map(|event| width(&text(event)));
            widths.max().unwrap_or(0)
        };
        Columns {
            time: widest(&time),
            severity: widest(&|event| severity_word(event.finding.severity(), lang).to_owned()),
            id: widest(&|event| event.finding.id().to_owned()),
            count: widest(&count),
        }
    }
}

/// One timeline while it is written.
struct TimelinePage<'p, 'r> {
    report: &'p Report,
    timeline: &'p Timeline<'r>,
    ruler: Option<Ruler>,
    columns: Columns,
    page: Page<'p>,
}

impl TimelinePage<'_, '_> {
    fn timeline(&mut self) -> io::Result<()> {
        let timeline = self.timeline;
        self.header()?;
        if timeline.sections.is_empty() {
            return self.nothing();
        }
        if timeline.has_several_hosts {
            for section in &timeline.sections {
                let has_times = section.events.iter().any(|event| event.span().is_some());
                if has_times {
                    self.page.heading(&self.place(section))?;
                    let names_hosts = section.place == Place::Several;
                    self.rows(std::slice::from_ref(section), names_hosts)?;
                }
            }
        } else if timeline.span.is_some() {
            writeln!(self.page.out)?;
            self.rows(&timeline.sections, false)?;
        }
        self.untimed()
    }

    fn header(&mut self) -> io::Result<()> {
        let (words, bundle) = (self.page.words, &self.report.bundle);
        self.page.bundle(self.report, Vec::new())?;
        let mut parts = Vec::new();
        if let Some((first, last)) = self.timeline.span {
            let span = from_to(first.unix_nanos, last.unix_nanos);
            parts.push(format!("{span} UTC"));
        }
        if let Some(captured_at) = bundle.captured_at {
            let captured_at = to_second(captured_at.unix_nanos);
            parts.push(format!("{} {captured_at} UTC", words.captured));
        }
        if let Some(ruler) = self.ruler {
            let nanos = ruler.seconds().saturating_mul(NANOS_PER_SECOND);
            let width = words::span(nanos, self.page.options.lang);
            parts.push(format!("{} {width}", words.column));
        }
        if let ([host], false) = (&*bundle.hosts, self.timeline.has_several_hosts) {
            parts.push(format!("{} {}", words.host, visible(host)));
        }
        if !parts.is_empty() {
            self.page.hanging(&parts.join(" · "), 0, HANG)?;
        }
        self.marks()
    }

    /// What the marks before times mean, of those that occur.
    fn marks(&mut self) -> io::Result<()> {
        let words = self.page.words;
        for (trust, text) in [
            (Trust::Reckoned, words.reckoned),
            (Trust::Assumed, words.assumed),
        ] {
            let events = self.timeline.events();
            let count = events
                .filter(|event| trust_in(event) == Some(trust))
                .count();
            if let (Some(mark), 1..) = (mark(trust), count) {
                let count = words.findings.count(count as u64);
                let note = format!("{mark} {text}{}{count}", words.colon);
                writeln!(self.page.out, "{}", self.page.paint(YELLOW, &note))?;
            }
        }
        Ok(())
    }

    fn nothing(&mut self) -> io::Result<()> {
        let words = self.page.words;
        let text = match self.report.findings.is_empty() {
            true => self.page.paint(GREEN, words.healthy),
            false => words.nothing_at_this_level.to_owned(),
        };
        writeln!(self.page.out, "{text}")
    }

    fn place(&self, section: &Section<'_>) -> String {
        let words = self.page.words;
        match section.place {
            Place::Host(host) => format!("{} {}", words.host, visible(host)),
            Place::Several => words.several_hosts.to_owned(),
            Place::Unnamed => words.no_host.to_owned(),
        }
    }

    /// Boots and events of known times, together in the order of time.
    fn rows(&mut self, sections: &[Section<'_>], names_hosts: bool) -> io::Result<()> {
        let boots: BTreeSet<i64> = sections.iter().flat_map(|s| s.boots.clone()).collect();
        let mut boots = boots.into_iter().peekable();
        let events = sections.iter().flat_map(|section| &section.events);
        let mut events: Vec<&Event<'_>> = events.filter(|event| event.span().is_some()).collect();
        events.sort_by_key(|event| event.order());
        for event in events {
            let (starts_at, _) = event.order();
            while let Some(at) = boots.next_if(|at| *at <= starts_at) {
                self.boot(at)?;
            }
            self.event(event, names_hosts)?;
        }
        boots.try_for_each(|at| self.boot(at))
    }

    fn boot(&mut self, unix_nanos: i64) -> io::Result<()> {
        let time = padded(&to_second(unix_nanos), self.columns.time);
        let boot = self.page.paint(BOLD, self.page.words.boot);
        writeln!(self.page.out, "  {time}  {boot}")
    }

    /// What has no time, of all hosts.
    fn untimed(&mut self) -> io::Result<()> {
        let events = self.timeline.events();
        let mut events: Vec<&Event<'_>> = events.filter(|event| event.span().is_none()).collect();
        if events.is_empty() {
            return Ok(());
        }
        events.sort_by_key(|event| event.order());
        self.page.heading(self.page.words.no_time)?;
        let names_hosts = self.timeline.has_several_hosts;
        events
            .into_iter()
            .try_for_each(|event| self.event(event, names_hosts))
    }

    fn event(&mut self, event: &Event<'_>, names_hosts: bool) -> io::Result<()> {
        let (finding, lang, columns) = (event.finding, self.page.options.lang, &self.columns);
        let (page, severity) = (&self.page, finding.severity());
        let mut cells = Vec::new();
        if event.span().is_some() {
            cells.push(padded(&time(event), columns.time));
        }
        let word = padded(severity_word(severity, lang), columns.severity);
        cells.push(page.paint(color_of(severity), &word));
        cells.push(padded(finding.id(), columns.id));
        cells.push(padded(&count(event), columns.count));
        if let (Some(ruler), true) = (self.ruler, event.span().is_some()) {
            cells.push(page.paint(CYAN, &ruler.row(&event.buckets)));
        }
        let title = finding.signature.spec().title.text(lang);
        cells.push(page.paint(BOLD, title));
        let cause = finding.explained_by.as_ref();
        cells.extend(cause.map(|cause| page.paint(DIM, &format!("← {cause}"))));
        if names_hosts {
            let hosts = shown_hosts(finding).map(|hosts| format!("({})", visible(&hosts)));
            cells.extend(hosts.map(|hosts| page.paint(DIM, &hosts)));
        }
        let mark = trust_in(event).and_then(mark).unwrap_or(' ');
        let row = format!("{mark} {}", cells.join("  "));
        self.page.hanging(&row, 0, 2 * HANG)
    }
}

fn time(event: &Event<'_>) -> String {
    event.span().map_or_else(String::new, |(first, last)| {
        from_to(first.unix_nanos, last.unix_nanos)
    })
}

fn count(event: &Event<'_>) -> String {
    format!("x{}", grouped(event.finding.count))
}

fn width(text: &str) -> usize {
    textwrap::core::display_width(text)
}

/// The text with spaces behind it: a Chinese character takes two columns.
fn padded(text: &str, columns: usize) -> String {
    format!("{text}{:1$}", "", columns.saturating_sub(width(text)))
}
