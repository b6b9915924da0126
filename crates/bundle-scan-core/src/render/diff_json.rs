//! What changed between two reports as one JSON document. `docs/diff.schema.json` describes it.
//!
//! Additive changes only. Key order is the order of the structs.

use std::collections::BTreeMap;
use std::io::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::RenderOptions;
use super::diff::title;
use super::json::write_document;
use super::moment::rfc3339;
use crate::base::lang::Lang;
use crate::base::severity::Severity;
use crate::diff::{
    Change, Diff, Doubt, Entry, FindingSummary, Group, MatchedBy, Summary, ThingChange,
};
use crate::error::Error;
use crate::report::TOOL;
use crate::signature::SignatureSet;

/// The version of the layout below, which is not that of the report.
const DIFF_SCHEMA_VERSION: u32 = 1;
/// Things of one kind listed as having come, and as many as gone.
const LISTED_THINGS: usize = 100;

/// Writes a comparison as JSON. `set` has the titles in the language asked for.
///
/// # Errors
/// Of the kind `Output` when `out` refuses the bytes.
pub fn write_json(
    diff: &Diff<'_>,
    set: &SignatureSet,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let document = WireDiff::new(diff, set, options.lang);
    write_document(&document, out)
}

/// The JSON Schema of a comparison: `docs/diff.schema.json`.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(WireDiff<'static>).to_value()
}

#[derive(JsonSchema, Serialize)]
#[schemars(title = "bundle-scan diff")]
struct WireDiff<'d> {
    schema_version: u32,
    tool: WireMaker,
    old: WireSide<'d>,
    new: WireSide<'d>,
    /// Whether both reports were made with the same signatures.
    same_signatures: bool,
    /// Whether both bundles name hosts, and none of them the same.
    no_host_in_common: bool,
    /// Whether the new report shows an earlier time than the old one.
    backwards: bool,
    summary: WireDiffSummary,
    groups: WireGroups<'d>,
}

/// Who compared the two.
#[derive(JsonSchema, Serialize)]
struct WireMaker {
    name: &'static str,
    version: &'static str,
}

#[derive(JsonSchema, Serialize)]
struct WireSide<'d> {
    path: &'d str,
    captured_at: Option<String>,
    status: &'static str,
    version: &'d str,
    digest: &'d str,
    findings: usize,
    /// Findings that it was saved without, because they were less severe than asked for.
    left_out: u64,
}

#[derive(JsonSchema, Serialize)]
struct WireDiffSummary {
    /// The worst severity, as it is now, of what is new or worse.
    max_severity: Option<&'static str>,
    counts: BTreeMap<&'static str, usize>,
}

#[derive(JsonSchema, Serialize)]
struct WireGroups<'d> {
    new: Vec<WireEntry<'d>>,
    worse: Vec<WireEntry<'d>>,
    persisting: Vec<WireEntry<'d>>,
    fixed: Vec<WireEntry<'d>>,
    unknown: Vec<WireEntry<'d>>,
}

#[derive(JsonSchema, Serialize)]
struct WireEntry<'d> {
    id: &'d str,
    fingerprint: &'d str,
    title: &'d str,
    /// `fingerprint` or `signature`; null for what is in one report alone.
    matched_by: Option<&'static str>,
    severity: WireChange<&'static str>,
    state: WireChange<&'static str>,
    count: WireChange<u64>,
    changes: Vec<&'static str>,
    /// Why the report that has no such finding, or tells less of it, may be wrong about that: `not_evaluable`, `partial`, `other_signatures`,
    /// `left_out`, `host_missing` or `evidence_lost`.
    doubt: Option<&'static str>,
    things: Vec<WireThings<'d>>,
}

#[derive(JsonSchema, Serialize)]
struct WireChange<T> {
    old: Option<T>,
    new: Option<T>,
}

#[derive(JsonSchema, Serialize)]
struct WireThings<'d> {
    entity: &'d str,
    came: &'d [&'d str],
    /// How many more came than are listed.
    came_not_listed: usize,
    gone: &'d [&'d str],
    /// How many more are gone than are listed.
    gone_not_listed: usize,
    /// Whether there were more things than reports keep, so that it is not known of all of them.
    capped: bool,
}

impl<'d> WireDiff<'d> {
    fn new(diff: &'d Diff<'_>, set: &'d SignatureSet, lang: Lang) -> Self {
        let group = |group| {
            let entries = diff.group(group);
            entries
                .map(|entry| WireEntry::new(entry, set, lang))
                .collect()
        };
        let counts = Group::ALL.map(|group| (group.as_str(), diff.group(group).count()));
        WireDiff {
            schema_version: DIFF_SCHEMA_VERSION,
            tool: WireMaker {
                name: TOOL,
                version: env!("CARGO_PKG_VERSION"),
            },
            old: WireSide::new(diff.old),
            new: WireSide::new(diff.new),
            same_signatures: diff.has_same_signatures(),
            no_host_in_common: diff.shares_no_host,
            backwards: diff.is_backwards(),
            summary: WireDiffSummary {
                max_severity: diff.max_severity().map(Severity::as_str),
                counts: counts.into_iter().collect(),
            },
            groups: WireGroups {
                new: group(Group::New),
                worse: group(Group::Worse),
                persisting: group(Group::Persisting),
                fixed: group(Group::Fixed),
                unknown: group(Group::Unknown),
            },
        }
    }
}

impl<'d> WireSide<'d> {
    fn new(summary: &'d Summary) -> Self {
        WireSide {
            path: &summary.bundle.path,
            captured_at: summary.bundle.captured_at.map(rfc3339),
            status: summary.status.as_str(),
            version: &summary.tool.version,
            digest: summary.digest(),
            findings: summary.findings.len(),
            left_out: summary.left_out(),
        }
    }
}

impl<'d> WireEntry<'d> {
    fn new(entry: &'d Entry<'_>, set: &'d SignatureSet, lang: Lang) -> Self {
        let finding = entry.sides.latest();
        WireEntry {
            id: &finding.id,
            fingerprint: &finding.fingerprint,
            title: title(finding, set, lang),
            matched_by: entry.sides.matched_by().map(MatchedBy::as_str),
            severity: change(entry, |finding| finding.severity.as_str()),
            state: change(entry, |finding| finding.state.as_str()),
            count: change(entry, |finding| finding.count),
            changes: entry
                .changes
                .iter()
                .map(|change| Change::as_str(*change))
                .collect(),
            doubt: entry.doubt.map(Doubt::as_str),
            things: entry.things.iter().map(WireThings::new).collect(),
        }
    }
}

fn change<T>(entry: &Entry<'_>, of: impl Fn(&FindingSummary) -> T) -> WireChange<T> {
    WireChange {
        old: entry.sides.before().map(&of),
        new: entry.sides.after().map(&of),
    }
}

impl<'d> WireThings<'d> {
    fn new(change: &'d ThingChange<'_>) -> Self {
        let listed = |names: &'d [&'d str]| &names[..names.len().min(LISTED_THINGS)];
        let not_listed = |names: &[&str]| names.len().saturating_sub(LISTED_THINGS);
        WireThings {
            entity: change.entity,
            came: listed(&change.came),
            came_not_listed: not_listed(&change.came),
            gone: listed(&change.gone),
            gone_not_listed: not_listed(&change.gone),
            capped: change.is_capped,
        }
    }
}
