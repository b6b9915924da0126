//! The JSON report, `schema_version` 1: the only place that knows its keys, but for those that `diff::summary` reads again.
//! `docs/report.schema.json` describes it.
//!
//! Additive changes only. Key order is the order of the structs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::coverage_json::WireCoverage;
use super::moment::rfc3339;
use super::unrecognised::WireTemplate;
use super::words::words;
use super::{InARow, Render, RenderOptions};
use crate::base::lang::Lang;
use crate::base::problem::Problem;
use crate::base::severity::Severity;
use crate::base::time::{Time, TimeQuality};
use crate::error::Error;
use crate::finding::Evidence;
use crate::report::command::filled;
use crate::report::{
    Factor, Finding, MemberCoverage, Report, SCHEMA_VERSION, Suppressed, Suppression, TOOL,
};
use crate::signature::schema::Step;

/// Writes one document, indented, with a line end behind it.
pub(super) fn write_document(document: &impl Serialize, out: &mut dyn Write) -> Result<(), Error> {
    serde_json::to_writer_pretty(&mut *out, document).map_err(std::io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

/// See [`super::JSON`].
pub struct Json;

impl Render for Json {
    fn id(&self) -> &'static str {
        "json"
    }

    fn in_a_row(&self) -> InARow {
        InARow::AsTheyAre
    }

    fn write_with(
        &self,
        report: &Report,
        options: &RenderOptions,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        write_document(&WireReport::new(report, options), out)
    }
}

/// See [`super::JSONL`].
pub struct Jsonl;

impl Render for Jsonl {
    fn id(&self) -> &'static str {
        "jsonl"
    }

    fn in_a_row(&self) -> InARow {
        InARow::AsTheyAre
    }

    fn write_with(
        &self,
        report: &Report,
        options: &RenderOptions,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        for finding in report.at_least(options.min_severity) {
            let line = WireLine {
                bundle: &report.bundle.path,
                finding: WireFinding::new(finding, report, options.lang),
            };
            serde_json::to_writer(&mut *out, &line).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// The JSON Schema of the report: `docs/report.schema.json`.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(WireReport<'static>).to_value()
}

#[derive(JsonSchema, Serialize)]
#[schemars(title = "bundle-scan report")]
struct WireReport<'r> {
    schema_version: u32,
    tool: WireTool<'r>,
    bundle: WireBundle<'r>,
    status: &'static str,
    summary: WireSummary<'r>,
    findings: Vec<WireFinding<'r>>,
    /// Findings that somebody chose not to be told. They count nowhere else.
    suppressed: Vec<WireSuppressed<'r>>,
    benign: Vec<WireFinding<'r>>,
    /// Errors that no signature matches, as templates; those that matter most first.
    unrecognised: Vec<WireTemplate<'r>>,
    coverage: WireCoverage<'r>,
    problems: Vec<WireProblem<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timings: Option<WireTimings>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct WireTool<'r> {
    name: &'static str,
    version: &'static str,
    signatures: WireSignatures<'r>,
}

#[derive(JsonSchema, Serialize)]
struct WireSignatures<'r> {
    count: usize,
    digest: &'r str,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct WireBundle<'r> {
    path: &'r str,
    container: &'r str,
    layout: Option<&'r str>,
    captured_at: Option<String>,
    /// The time that the document is about; null if that is all.
    window: Option<WireWindow>,
    hosts: &'r [String],
    bytes_read: u64,
    bytes_decoded: u64,
}

#[derive(JsonSchema, Serialize)]
struct WireWindow {
    since: Option<String>,
    until: Option<String>,
    /// Whether it lies outside of the trustworthy times in the bundle: that nothing was found then says nothing.
    misses_bundle: bool,
}

#[derive(JsonSchema, Serialize)]
struct WireSummary<'r> {
    max_severity: Option<&'static str>,
    counts: BTreeMap<&'static str, usize>,
    root_causes: Vec<&'r str>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct WireFinding<'r> {
    rank: usize,
    id: &'r str,
    fingerprint: &'r str,
    title: &'r str,
    severity: &'static str,
    confidence: &'static str,
    category: &'static str,
    state: &'static str,
    /// What tells the state.
    state_reason: &'static str,
    score: i64,
    score_factors: Vec<WireFactor<'r>>,
    count: u64,
    first_seen: Option<String>,
    last_seen: Option<String>,
    time_quality: Option<&'static str>,
    histogram: Vec<WireBucket>,
    host: Option<&'r str>,
    /// The hosts that its lines name, most frequent first.
    hosts: Vec<WireEntityValue<'r>>,
    /// Whether there were more hosts than are kept.
    hosts_capped: bool,
    components: &'r [&'static str],
    entities: BTreeMap<&'r str, Vec<WireEntityValue<'r>>>,
    entities_capped: Vec<&'r str>,
    cause: &'r str,
    impact: &'r str,
    remedy: Vec<WireStep<'r>>,
    references: &'r [String],
    explained_by: Option<&'r str>,
    /// The id of the finding that would explain it, were that not suppressed.
    explained_by_suppressed: Option<&'r str>,
    explains: &'r [String],
    evidence: Vec<WireEvidence<'r>>,
}

/// A finding by itself.
#[derive(Serialize)]
struct WireLine<'r> {
    bundle: &'r str,
    #[serde(flatten)]
    finding: WireFinding<'r>,
}

#[derive(JsonSchema, Serialize)]
struct WireSuppressed<'r> {
    /// `baseline` or `rule`.
    by: &'static str,
    reason: String,
    /// The last day on which a rule holds; null for ever.
    expires: Option<&'r str>,
    /// Where the rule stands, `FILE:LINE`.
    place: Option<&'r str>,
    finding: WireFinding<'r>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct WireFactor<'r> {
    name: &'static str,
    points: i64,
    why: &'r str,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct WireBucket {
    start: String,
    seconds: i64,
    count: u64,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct WireEntityValue<'r> {
    value: &'r str,
    count: u64,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct WireStep<'r> {
    text: &'r str,
    command: Option<&'r str>,
    /// The same with what the finding names in place of its capitals, if that is anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    filled: Option<String>,
    risk: &'static str,
}

impl<'r> WireStep<'r> {
    pub(super) fn new(step: &'r Step, lang: Lang) -> Self {
        WireStep {
            text: step.text(lang),
            command: step.command.as_deref(),
            filled: None,
            risk: step.risk.as_str(),
        }
    }
}

#[derive(JsonSchema, Serialize)]
pub(super) struct WireEvidence<'r> {
    member: &'r str,
    line: u64,
    byte_offset: u64,
    time: Option<String>,
    time_quality: Option<&'static str>,
    component: Option<&'static str>,
    text: &'r str,
    truncated: bool,
    captures: &'r BTreeMap<String, String>,
    before: &'r [String],
    after: &'r [String],
    /// Where the same record stands in other logs, as far as these lines were kept.
    also_in: Vec<WireAddress<'r>>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct WireAddress<'r> {
    member: &'r str,
    line: u64,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct WireMember<'r> {
    member: &'r str,
    kind: &'static str,
    status: &'static str,
    bytes: u64,
    lines: u64,
    first: Option<String>,
    last: Option<String>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct WireProblem<'r> {
    member: &'r str,
    kind: &'static str,
    detail: &'r str,
}

#[derive(JsonSchema, Serialize)]
struct WireTimings {
    total_ms: u64,
    /// What of that came after the last member was read.
    diagnosis_ms: u64,
}

impl<'r> WireReport<'r> {
    fn new(report: &'r Report, options: &RenderOptions) -> Self {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let timings = report.timings;
        let wire = |finding| WireFinding::new(finding, report, options.lang);
        let suppressed = report.suppressed.iter();
        let suppressed =
            suppressed.map(|suppressed| WireSuppressed::new(suppressed, report, options.lang));
        WireReport {
            schema_version: SCHEMA_VERSION,
            tool: WireTool::new(report),
            bundle: WireBundle::new(report),
            status: report.status.as_str(),
            summary: WireSummary::new(report, options),
            findings: report.at_least(options.min_severity).map(wire).collect(),
            suppressed: suppressed.collect(),
            benign: report.benign.iter().map(wire).collect(),
            unrecognised: report
                .unrecognised
                .templates
                .iter()
                .map(WireTemplate::new)
                .collect(),
            coverage: WireCoverage::new(report, options.lang),
            problems: report.problems.iter().map(WireProblem::new).collect(),
            timings: options.timings.then_some(WireTimings {
                total_ms: milliseconds(timings.total),
                diagnosis_ms: milliseconds(timings.diagnosis),
            }),
        }
    }
}

impl<'r> WireTool<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        WireTool {
            name: TOOL,
            version: report.tool.version,
            signatures: WireSignatures {
                count: report.tool.signatures,
                digest: &report.tool.digest,
            },
        }
    }
}

impl<'r> WireBundle<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        let bundle = &report.bundle;
        WireBundle {
            path: &bundle.path,
            container: &bundle.container,
            layout: bundle.layout.as_deref(),
            captured_at: instant(bundle.captured_at),
            window: bundle.window.map(|window| WireWindow {
                since: window.since.map(rfc3339),
                until: window.until.map(rfc3339),
                misses_bundle: report.window_misses_bundle(),
            }),
            hosts: &bundle.hosts,
            bytes_read: bundle.bytes_read,
            bytes_decoded: bundle.bytes_decoded,
        }
    }
}

impl<'r> WireSummary<'r> {
    fn new(report: &'r Report, options: &RenderOptions) -> Self {
        let counts =
            Severity::WORST_FIRST.map(|severity| (severity.as_str(), report.count_of(severity)));
        let roots = report
            .roots()
            .filter(|finding| finding.severity() >= options.min_severity.max(Severity::Warning));
        WireSummary {
            max_severity: report.max_severity().map(Severity::as_str),
            counts: counts.into_iter().filter(|(_, count)| *count > 0).collect(),
            root_causes: roots.map(Finding::id).collect(),
        }
    }
}

impl<'r> WireFinding<'r> {
    pub(super) fn new(finding: &'r Finding, report: &Report, lang: Lang) -> Self {
        let spec = finding.signature.spec();
        let capped = finding.entities.iter().filter(|entity| entity.capped);
        WireFinding {
            rank: finding.rank,
            id: finding.id(),
            fingerprint: &finding.fingerprint,
            title: spec.title.text(lang),
            severity: finding.severity().as_str(),
            confidence: finding.confidence.as_str(),
            category: spec.category.as_str(),
            state: finding.state.as_str(),
            state_reason: finding.reason.as_str(),
            score: finding.score,
            score_factors: finding.factors.iter().map(WireFactor::new).collect(),
            count: finding.count,
            first_seen: instant(finding.first_seen),
            last_seen: instant(finding.last_seen),
            time_quality: finding.time_quality().map(TimeQuality::as_str),
            histogram: wire_buckets(finding),
            host: finding.host(),
            hosts: wire_counts(&finding.hosts),
            hosts_capped: finding.hosts_capped,
            components: &finding.components,
            entities: wire_entities(finding),
            entities_capped: capped.map(|entity| entity.name.as_str()).collect(),
            cause: spec.cause.text(lang),
            impact: spec.impact.text(lang),
            remedy: wire_steps(finding, report, lang),
            references: &spec.references,
            explained_by: finding.explained_by.as_deref(),
            explained_by_suppressed: finding.explained_by_suppressed.as_deref(),
            explains: &finding.explains,
            evidence: finding.evidence.iter().map(WireEvidence::new).collect(),
        }
    }
}

impl<'r> WireSuppressed<'r> {
    fn new(Suppressed { finding, by }: &'r Suppressed, report: &Report, lang: Lang) -> Self {
        let (reason, expires, place) = match by {
            Suppression::Baseline { .. } => (words(lang).reason(by), None, None),
            Suppression::Rule {
                reason,
                expires,
                place,
            } => (reason.clone(), expires.as_deref(), Some(place.as_str())),
        };
        WireSuppressed {
            by: by.as_str(),
            reason,
            expires,
            place,
            finding: WireFinding::new(finding, report, lang),
        }
    }
}

impl<'r> WireFactor<'r> {
    pub(super) fn new(factor: &'r Factor) -> Self {
        WireFactor {
            name: factor.name,
            points: factor.points,
            why: &factor.why,
        }
    }
}

impl WireBucket {
    /// Of a start in seconds since 1970-01-01T00:00:00Z.
    pub(super) fn new(start: i64, seconds: i64, count: u64) -> Self {
        WireBucket {
            start: rfc3339(start.saturating_mul(1_000_000_000)),
            seconds,
            count,
        }
    }
}

impl<'r> WireEvidence<'r> {
    pub(super) fn new(evidence: &'r Evidence) -> Self {
        let also_in = evidence.also_in.iter().map(|address| WireAddress {
            member: address.member.as_str(),
            line: address.line,
        });
        WireEvidence {
            member: evidence.member.as_str(),
            line: evidence.line,
            byte_offset: evidence.byte_offset,
            time: instant(evidence.time),
            time_quality: evidence.time.map(|time| time.quality.as_str()),
            component: evidence.component.map(|component| component.as_str()),
            text: &evidence.text,
            truncated: evidence.truncated,
            captures: &evidence.captures,
            before: &evidence.before,
            after: &evidence.after,
            also_in: also_in.collect(),
        }
    }
}

impl<'r> WireMember<'r> {
    pub(super) fn new(covered: &'r MemberCoverage) -> Self {
        WireMember {
            member: covered.member.as_str(),
            kind: covered.kind,
            status: covered.status.as_str(),
            bytes: covered.bytes,
            lines: covered.lines,
            first: instant(covered.span.map(|(first, _)| first)),
            last: instant(covered.span.map(|(_, last)| last)),
        }
    }
}

impl<'r> WireProblem<'r> {
    pub(super) fn new(problem: &'r Problem) -> Self {
        WireProblem {
            member: problem.member.as_str(),
            kind: problem.kind.as_str(),
            detail: &problem.detail,
        }
    }
}

pub(super) fn instant(time: Option<Time>) -> Option<String> {
    time.map(|time| rfc3339(time.unix_nanos))
}

pub(super) fn wire_entities(finding: &Finding) -> BTreeMap<&str, Vec<WireEntityValue<'_>>> {
    let entities = finding.entities.iter();
    entities
        .map(|entity| (entity.name.as_str(), wire_counts(&entity.values)))
        .collect()
}

pub(super) fn wire_counts(values: &[(String, u64)]) -> Vec<WireEntityValue<'_>> {
    values
        .iter()
        .map(|(value, count)| WireEntityValue {
            value,
            count: *count,
        })
        .collect()
}

fn wire_buckets(finding: &Finding) -> Vec<WireBucket> {
    let seconds = finding.histogram.width_seconds();
    let buckets = finding.histogram.buckets();
    buckets
        .map(|(start, count)| WireBucket::new(start, seconds, count))
        .collect()
}

fn wire_steps<'r>(finding: &'r Finding, report: &Report, lang: Lang) -> Vec<WireStep<'r>> {
    let steps = finding.signature.spec().remedy.iter();
    let wire = |step| {
        let filled =
            filled(step, finding, report).filter(|command| matches!(command, Cow::Owned(_)));
        WireStep {
            filled: filled.map(Cow::into_owned),
            ..WireStep::new(step, lang)
        }
    };
    steps.map(wire).collect()
}
