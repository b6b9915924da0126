//! The report as SARIF 2.1.0: what code scanning, editors and other viewers of results read.

mod artifacts;
mod rules;

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;

use self::artifacts::{Artifacts, WireArtifact, WireBase, WireLocation};
use self::rules::WireRule;
use super::escape::visible;
use super::json::{WireBundle, WireEntityValue, instant, wire_entities, write_document};
use super::phrases::{origin, summary};
use super::words::words;
use super::{Render, RenderOptions};
use crate::base::lang::Lang;
use crate::base::problem::{Problem, ProblemKind};
use crate::base::severity::Severity;
use crate::error::Error;
use crate::report::{Finding, Report, TOOL};

/// What the document says it is. Nobody fetches it.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// See [`super::SARIF`].
///
/// A finding is a result, and its signature the rule of it. What is harmless, and what tells that logs are incomplete, is a result
/// too, `informational` and without a level. What could not be read becomes a notification of the one invocation.
pub struct Sarif;

impl Render for Sarif {
    fn id(&self) -> &'static str {
        "sarif"
    }

    fn write_with(
        &self,
        report: &Report,
        options: &RenderOptions,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let document = WireLog {
            version: "2.1.0",
            schema: SCHEMA,
            runs: [WireRun::new(report, options)],
        };
        write_document(&document, out)
    }
}

/// A text in which nothing is a placeholder or a link.
#[derive(Clone, Serialize)]
struct WireMessage {
    text: String,
}

impl WireMessage {
    fn new(text: &str) -> Self {
        let shown = visible(text).replace('{', "{{").replace('}', "}}");
        WireMessage {
            text: shown.replace("](", "] ("),
        }
    }
}

#[derive(Serialize)]
struct WireLog<'r> {
    version: &'static str,
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [WireRun<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireRun<'r> {
    tool: WireTool<'r>,
    invocations: [WireInvocation; 1],
    language: &'static str,
    column_kind: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    original_uri_base_ids: BTreeMap<&'static str, WireBase>,
    artifacts: Vec<WireArtifact>,
    results: Vec<WireResult<'r>>,
    properties: WireRunProperties<'r>,
}

#[derive(Serialize)]
struct WireTool<'r> {
    driver: WireDriver<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireDriver<'r> {
    name: &'static str,
    semantic_version: &'static str,
    language: &'static str,
    rules: Vec<WireRule<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notifications: Vec<WireDescriptor>,
}

/// A kind of problem, where it is declared and where it is referred to.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
struct WireDescriptor {
    id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireInvocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<WireNotification>,
}

#[derive(Serialize)]
struct WireNotification {
    descriptor: WireDescriptor,
    level: &'static str,
    message: WireMessage,
    locations: [WireLocation; 1],
}

#[derive(Serialize)]
struct WireRunProperties<'r> {
    status: &'static str,
    bundle: WireBundle<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireResult<'r> {
    rule_id: &'r str,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: WireMessage,
    locations: Vec<WireLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<WireLocation>,
    partial_fingerprints: WireFingerprints<'r>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<WireSuppression>,
    #[serde(skip_serializing_if = "is_zero")]
    occurrence_count: u64,
    properties: WireResultProperties<'r>,
}

/// Why a viewer does not show a result at first.
#[derive(Serialize)]
struct WireSuppression {
    /// It is told by another file than the one with the line.
    kind: &'static str,
    justification: String,
}

#[derive(Serialize)]
struct WireFingerprints<'r> {
    /// See [`Finding::fingerprint`].
    #[serde(rename = "finding/v1")]
    finding: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireResultProperties<'r> {
    severity: &'static str,
    confidence: &'static str,
    state: &'static str,
    count: u64,
    first_seen: Option<String>,
    last_seen: Option<String>,
    score: i64,
    explained_by: Option<&'r str>,
    explains: &'r [String],
    entities: BTreeMap<&'r str, Vec<WireEntityValue<'r>>>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl<'r> WireRun<'r> {
    fn new(report: &'r Report, options: &RenderOptions) -> Self {
        let lang = options.lang;
        let mut artifacts = Artifacts::new(&report.bundle);
        let suppressed = report.suppressed_at_least(options.min_severity);
        let suppressed = suppressed.map(|it| &it.finding);
        let problems = report.at_least(options.min_severity).chain(suppressed);
        let problems = problems.map(|it| (it, true));
        let others = report.lost.iter().chain(&report.benign);
        let told: Vec<(&Finding, bool)> = problems.chain(others.map(|it| (it, false))).collect();
        // Each signature has one finding, so that a rule stands where its result does.
        let results = told
            .iter()
            .enumerate()
            .map(|(index, (finding, is_problem))| {
                WireResult::new(report, finding, *is_problem, index, lang, &mut artifacts)
            });
        let results = results.collect();
        let invocation = WireInvocation::new(&report.problems, &mut artifacts);
        let rules = told
            .iter()
            .map(|(finding, is_problem)| WireRule::new(finding, *is_problem, lang));
        WireRun {
            tool: WireTool {
                driver: WireDriver {
                    name: TOOL,
                    semantic_version: report.tool.version,
                    language: language(lang),
                    rules: rules.collect(),
                    notifications: descriptors(&report.problems),
                },
            },
            invocations: [invocation],
            language: language(lang),
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: artifacts.bases(&report.bundle, lang),
            artifacts: artifacts.finish(),
            results,
            properties: WireRunProperties {
                status: report.status.as_str(),
                bundle: WireBundle::new(report),
            },
        }
    }
}

impl WireInvocation {
    fn new(problems: &[Problem], artifacts: &mut Artifacts) -> Self {
        let is_own_fault = |problem: &Problem| {
            matches!(
                problem.kind,
                ProblemKind::Interrupted | ProblemKind::Internal
            )
        };
        let notifications = problems.iter().map(|problem| WireNotification {
            descriptor: descriptor(problem),
            level: "warning",
            message: WireMessage::new(&problem.detail),
            locations: [artifacts.member(problem.member.as_str())],
        });
        WireInvocation {
            tool_execution_notifications: notifications.collect(),
            // A damaged bundle is no failure of the scan.
            execution_successful: !problems.iter().any(is_own_fault),
        }
    }
}

impl<'r> WireResult<'r> {
    fn new(
        report: &Report,
        finding: &'r Finding,
        is_problem: bool,
        rule_index: usize,
        lang: Lang,
        artifacts: &mut Artifacts,
    ) -> Self {
        let (kind, level) = match is_problem {
            true => ("fail", level(finding.severity())),
            false => ("informational", "none"),
        };
        let proofs = finding.evidence.iter();
        let locations = proofs.map(|evidence| artifacts.proof(evidence)).collect();
        let mut copies: Vec<_> = finding.evidence.iter().flat_map(|it| &it.also_in).collect();
        copies.sort_by_key(|address| (&address.member, address.line));
        copies.dedup_by_key(|address| (&address.member, address.line));
        let (also_in, suppressed) = (words(lang).also_in, report.suppressed(finding.id()));
        let suppressions = suppressed.map(|suppressed| WireSuppression {
            kind: "external",
            justification: visible(&words(lang).reason(&suppressed.by)).into_owned(),
        });
        let related = copies
            .iter()
            .map(|copy| artifacts.line(copy.member.as_str(), copy.line, also_in));
        WireResult {
            rule_id: finding.id(),
            rule_index,
            kind,
            level,
            message: message(report, finding, lang),
            locations,
            related_locations: related.collect(),
            partial_fingerprints: WireFingerprints {
                finding: &finding.fingerprint,
            },
            suppressions: suppressions.into_iter().collect(),
            occurrence_count: finding.count,
            properties: WireResultProperties {
                severity: finding.severity().as_str(),
                confidence: finding.confidence.as_str(),
                state: finding.state.as_str(),
                count: finding.count,
                first_seen: instant(finding.first_seen),
                last_seen: instant(finding.last_seen),
                score: finding.score,
                explained_by: finding.explained_by.as_deref(),
                explains: &finding.explains,
                entities: wire_entities(finding),
            },
        }
    }
}

/// One line that says it all, for viewers that show nothing else: most know no nested files.
fn message(report: &Report, finding: &Finding, lang: Lang) -> WireMessage {
    let title = finding.signature.spec().title.text(lang);
    let mut text = format!(
        "{title}{}{}",
        words(lang).colon,
        summary(finding, report, "", lang)
    );
    if let Some(origin) = origin(finding, report, lang) {
        text += &format!(" · {origin}");
    }
    if let Some(first) = finding.evidence.first() {
        let proof = words(lang).proof;
        text += &format!(" · {proof} {}:{}", first.member, first.line);
    }
    WireMessage::new(&text)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn language(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "en-US",
        Lang::Zh => "zh-CN",
    }
}

fn descriptor(problem: &Problem) -> WireDescriptor {
    WireDescriptor {
        id: problem.kind.as_str(),
    }
}

/// The kinds of problems that there were.
fn descriptors(problems: &[Problem]) -> Vec<WireDescriptor> {
    let mut all: Vec<_> = problems.iter().map(descriptor).collect();
    all.sort_by_key(|descriptor| descriptor.id);
    all.dedup();
    all
}
