//! The findings along time as one JSON document. `docs/timeline.schema.json` describes it.
//!
//! Additive changes only. Key order is the order of the structs.

use std::collections::BTreeSet;
use std::io::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::json::{WireBucket, WireBundle, WireTool, instant, write_document};
use super::moment::rfc3339;
use super::{Render, RenderOptions};
use crate::base::lang::Lang;
use crate::base::time::TimeQuality;
use crate::error::Error;
use crate::report::timeline::{Event, Place, Section, Timeline};
use crate::report::{Report, SCHEMA_VERSION};

/// See [`super::TIMELINE_JSON`].
pub struct TimelineJson;

impl Render for TimelineJson {
    fn id(&self) -> &'static str {
        "json"
    }

    fn write_with(
        &self,
        report: &Report,
        options: &RenderOptions,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let timeline = Timeline::new(report, options.min_severity);
        let document = WireTimeline::new(report, &timeline, options.lang);
        write_document(&document, out)
    }
}

/// The JSON Schema of the timeline: `docs/timeline.schema.json`.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(WireTimeline<'static>).to_value()
}

#[derive(JsonSchema, Serialize)]
#[schemars(title = "bundle-scan timeline")]
struct WireTimeline<'r> {
    schema_version: u32,
    tool: WireTool<'r>,
    bundle: WireBundle<'r>,
    status: &'static str,
    /// The earliest time of all findings shown.
    from: Option<String>,
    /// The latest one.
    to: Option<String>,
    /// Width of the buckets of all histograms below.
    bucket_seconds: Option<i64>,
    /// One for each host, the one first where something happened first; then what is of several hosts, then what names none.
    hosts: Vec<WireSection<'r>>,
}

#[derive(JsonSchema, Serialize)]
struct WireSection<'r> {
    /// Null for what is of several hosts or names none.
    host: Option<&'r str>,
    /// All hosts that its findings name.
    hosts: BTreeSet<&'r str>,
    /// Boots after which a finding was not seen again.
    boots: Vec<String>,
    /// By `first_seen`; those without one last.
    findings: Vec<WireEvent<'r>>,
}

#[derive(JsonSchema, Serialize)]
struct WireEvent<'r> {
    id: &'r str,
    fingerprint: &'r str,
    title: &'r str,
    first_seen: Option<String>,
    last_seen: Option<String>,
    time_quality: Option<&'static str>,
    count: u64,
    severity: &'static str,
    state: &'static str,
    /// Most frequent first.
    hosts: Vec<&'r str>,
    explained_by: Option<&'r str>,
    histogram: Vec<WireBucket>,
}

impl<'r> WireTimeline<'r> {
    fn new(report: &'r Report, timeline: &Timeline<'r>, lang: Lang) -> Self {
        let seconds = timeline.grid.map(|grid| grid.seconds);
        let sections = timeline.sections.iter();
        WireTimeline {
            schema_version: SCHEMA_VERSION,
            tool: WireTool::new(report),
            bundle: WireBundle::new(report),
            status: report.status.as_str(),
            from: instant(timeline.span.map(|(first, _)| first)),
            to: instant(timeline.span.map(|(_, last)| last)),
            bucket_seconds: seconds,
            hosts: sections
                .map(|section| WireSection::new(section, seconds.unwrap_or(0), lang))
                .collect(),
        }
    }
}

impl<'r> WireSection<'r> {
    fn new(section: &Section<'r>, seconds: i64, lang: Lang) -> Self {
        let events = section.events.iter();
        WireSection {
            host: match section.place {
                Place::Host(host) => Some(host),
                Place::Several | Place::Unnamed => None,
            },
            hosts: section.hosts(),
            boots: section.boots.iter().map(|at| rfc3339(*at)).collect(),
            findings: events
                .map(|event| WireEvent::new(event, seconds, lang))
                .collect(),
        }
    }
}

impl<'r> WireEvent<'r> {
    fn new(event: &Event<'r>, seconds: i64, lang: Lang) -> Self {
        let finding = event.finding;
        let buckets = event.buckets.iter();
        WireEvent {
            id: finding.id(),
            fingerprint: &finding.fingerprint,
            title: finding.signature.spec().title.text(lang),
            first_seen: instant(finding.first_seen),
            last_seen: instant(finding.last_seen),
            time_quality: finding.time_quality().map(TimeQuality::as_str),
            count: finding.count,
            severity: finding.severity().as_str(),
            state: finding.state.as_str(),
            hosts: finding.hosts.iter().map(|(host, _)| &**host).collect(),
            explained_by: finding.explained_by.as_deref(),
            histogram: buckets
                .map(|(start, count)| WireBucket::new(*start, seconds, *count))
                .collect(),
        }
    }
}
