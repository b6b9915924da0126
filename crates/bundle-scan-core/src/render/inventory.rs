//! What is in a bundle, for people and as JSON: layout, hosts, versions, members by kind, facts, and what is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::escape::visible;
use super::json::{WireBundle, WireMember, WireProblem, WireTool, instant, write_document};
use super::labels::{container, label};
use super::moment::{bytes, grouped, to_second};
use super::words::{problem_word, words};
use super::{InARow, Render, RenderOptions};
use crate::base::time::Time;
use crate::error::Error;
use crate::report::inventory::{missing, nodes_without_logs};
use crate::report::{KindCoverage, Report, SCHEMA_VERSION};

/// See [`super::INVENTORY_TEXT`].
pub struct InventoryText;

/// See [`super::INVENTORY_JSON`].
pub struct InventoryJson;

/// Names shown in a row of the text.
const SHOWN_NAMES: usize = 8;

impl Render for InventoryJson {
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
        let document = WireInventory::new(report, options);
        write_document(&document, out)
    }
}

/// The JSON Schema of the inventory: `docs/inventory.schema.json`.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(WireInventory<'static>).to_value()
}

#[derive(JsonSchema, Serialize)]
#[schemars(title = "bundle-scan inventory")]
struct WireInventory<'r> {
    schema_version: u32,
    tool: WireTool<'r>,
    bundle: WireBundle<'r>,
    nodes: &'r BTreeSet<String>,
    properties: &'r BTreeMap<&'static str, BTreeSet<String>>,
    facts: &'r BTreeMap<&'static str, u64>,
    kinds: BTreeMap<&'static str, WireKind>,
    missing: Vec<WireNeed>,
    members: Vec<WireMember<'r>>,
    problems: Vec<WireProblem<'r>>,
}

#[derive(JsonSchema, Serialize)]
struct WireKind {
    members: u64,
    bytes: u64,
    lines: u64,
    first: Option<String>,
    last: Option<String>,
}

#[derive(JsonSchema, Serialize)]
struct WireNeed {
    id: &'static str,
    text: &'static str,
    command: &'static str,
}

impl<'r> WireInventory<'r> {
    fn new(report: &'r Report, options: &RenderOptions) -> Self {
        let kinds = report.coverage.kinds.iter();
        let needs = missing(report).into_iter();
        WireInventory {
            schema_version: SCHEMA_VERSION,
            tool: WireTool::new(report),
            bundle: WireBundle::new(report),
            nodes: &report.census.nodes,
            properties: &report.census.properties,
            facts: &report.census.facts,
            kinds: kinds
                .map(|(kind, covered)| (*kind, WireKind::from(covered)))
                .collect(),
            missing: needs
                .map(|need| WireNeed {
                    id: need.id,
                    text: need.text(options.lang),
                    command: need.command,
                })
                .collect(),
            members: report
                .coverage
                .members
                .iter()
                .map(WireMember::new)
                .collect(),
            problems: report.problems.iter().map(WireProblem::new).collect(),
        }
    }
}

impl From<&KindCoverage> for WireKind {
    fn from(covered: &KindCoverage) -> Self {
        WireKind {
            members: covered.members,
            bytes: covered.bytes,
            lines: covered.lines,
            first: instant(covered.span.map(|(first, _)| first)),
            last: instant(covered.span.map(|(_, last)| last)),
        }
    }
}

impl Render for InventoryText {
    fn id(&self) -> &'static str {
        "text"
    }

    fn in_a_row(&self) -> InARow {
        InARow::Parted
    }

    fn write_with(
        &self,
        report: &Report,
        options: &RenderOptions,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let words = words(options.lang);
        let bundle = &report.bundle;
        let mut row = |label: &str, text: &str| -> std::io::Result<()> {
            let padding = LABEL
                .saturating_sub(textwrap::core::display_width(label))
                .max(1);
            match text.is_empty() {
                true => Ok(()),
                false => writeln!(out, "{label}{:padding$}{}", "", visible(text)),
            }
        };
        row(
            words.bundle,
            &words.bracketed(&bundle.path, container(&bundle.container, options.lang)),
        )?;
        row(
            words.layout,
            bundle.layout.as_deref().unwrap_or(words.unknown),
        )?;
        row(
            words.captured,
            &bundle
                .captured_at
                .map_or_else(String::new, |at| moment(at) + &words.zone(at.quality)),
        )?;
        row(words.hosts, &names(bundle.hosts.iter()))?;
        row(words.nodes, &names(report.census.nodes.iter()))?;
        let silent = nodes_without_logs(report);
        row(words.nodes_without_logs, &names(silent.iter()))?;
        for (property, values) in &report.census.properties {
            row(&label(property, options.lang), &names(values.iter()))?;
        }
        members(report, options, out)?;
        facts(report, options, out)?;
        lacking(report, options, out)?;
        for problem in &report.problems {
            writeln!(
                out,
                "\n{}  {}",
                visible(problem.member.as_str()),
                problem_word(problem.kind, options.lang)
            )?;
            writeln!(out, "   {}", visible(&problem.detail))?;
        }
        Ok(())
    }
}

/// Columns of labels and of names of kinds.
const LABEL: usize = 24;

fn members(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> std::io::Result<()> {
    let words = words(options.lang);
    writeln!(out)?;
    for (kind, covered) in &report.coverage.kinds {
        let span = covered.span.map_or_else(String::new, |(first, last)| {
            format!("  {} – {}", moment(first), moment(last))
        });
        writeln!(
            out,
            "{kind:LABEL$}{:>14}{:>12}{:>18}{span}",
            words.members.count(covered.members),
            bytes(covered.bytes),
            words.lines.count(covered.lines),
        )?;
    }
    Ok(())
}

fn facts(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> std::io::Result<()> {
    let facts = report.census.facts.iter();
    let listed: Vec<String> = facts
        .map(|(kind, count)| format!("{kind} {}", grouped(*count)))
        .collect();
    if listed.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", words(options.lang).facts)?;
    let width = options.width.max(LABEL * 2) - 2;
    textwrap::wrap(&listed.join(", "), width)
        .iter()
        .try_for_each(|line| writeln!(out, "  {line}"))
}

fn lacking(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> std::io::Result<()> {
    let needs = missing(report);
    if needs.is_empty() {
        return writeln!(out, "\n{}", words(options.lang).nothing_missing);
    }
    writeln!(out, "\n{}", words(options.lang).missing)?;
    for need in needs {
        let name = need.name(options.lang);
        let padding = LABEL.saturating_sub(textwrap::core::display_width(name));
        writeln!(out, "  {name}{:padding$}{}", "", need.text(options.lang))?;
        writeln!(out, "  {:LABEL$}$ {}", "", need.command)?;
    }
    Ok(())
}

/// The first names of some, and how many more there are.
pub(super) fn names<'n>(names: impl ExactSizeIterator<Item = &'n String>) -> String {
    let count = names.len();
    let shown: Vec<&str> = names.take(SHOWN_NAMES).map(String::as_str).collect();
    match count > SHOWN_NAMES {
        true => format!(
            "{} +{}",
            shown.join(", "),
            grouped((count - SHOWN_NAMES) as u64)
        ),
        false => shown.join(", "),
    }
}

fn moment(time: Time) -> String {
    to_second(time.unix_nanos)
}
