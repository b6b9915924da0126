//! Errors that no signature matches: their section in the report for people, and their part of the JSON report.

use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::escape::visible;
use super::json::{WireEntityValue, WireEvidence, WireFactor, instant, wire_counts};
use super::moment::grouped;
use super::page::{CYAN, DIM, INDENT, Page};
use super::phrases::{self, cut};
use super::words::Words;
use crate::report::Unrecognised;
use crate::report::unrecognised::Template;

/// Columns of a template shown.
const SHOWN_COLUMNS: usize = 200;

/// Errors that have a message in common.
#[derive(JsonSchema, Serialize)]
pub(super) struct WireTemplate<'r> {
    /// The message, `<*>` for what changes.
    template: &'r str,
    component: Option<&'static str>,
    level: &'static str,
    count: u64,
    first_seen: Option<String>,
    last_seen: Option<String>,
    /// The hosts that its lines name, most frequent first.
    hosts: Vec<WireEntityValue<'r>>,
    score: i64,
    score_factors: Vec<WireFactor<'r>>,
    example: WireEvidence<'r>,
    /// The command that begins a signature of it.
    adopt: String,
}

impl<'r> WireTemplate<'r> {
    pub(super) fn new(template: &'r Template) -> Self {
        WireTemplate {
            template: &template.text,
            component: template.component,
            level: template.level.as_str(),
            count: template.count,
            first_seen: instant(template.first_seen),
            last_seen: instant(template.last_seen),
            hosts: wire_counts(&template.hosts),
            score: template.score,
            score_factors: template.factors.iter().map(WireFactor::new).collect(),
            example: WireEvidence::new(&template.example),
            adopt: adopt(template),
        }
    }
}

/// The command that begins a signature of its example, for a POSIX shell. The line of an event in a list is only a part of it.
fn adopt(template: &Template) -> String {
    let line = match template.component {
        Some("event") => &template.said,
        _ => &template.example.text,
    };
    let line = line.trim().replace('\'', r"'\''");
    format!("bundle-scan signatures new --from '{line}'")
}

/// Writes the first `most` templates.
pub(super) fn section(page: &mut Page<'_>, errors: &Unrecognised, most: usize) -> io::Result<()> {
    let shown = errors.templates.get(..most).unwrap_or(&errors.templates);
    if shown.is_empty() {
        return Ok(());
    }
    page.heading(page.words.unrecognised)?;
    for template in shown {
        one(page, template)?;
    }
    let hidden = errors.templates.len() - shown.len();
    if hidden > 0 {
        let rest = format!(
            "+{} {}",
            grouped(hidden as u64),
            page.words.more_unrecognised
        );
        page.wrapped(&page.paint(DIM, &rest), 2)?;
    }
    Ok(())
}

/// How often, who, and the message, as much of it as is shown.
pub(super) fn summary(template: &Template, words: &Words) -> String {
    let text = cut(&visible(&template.text), SHOWN_COLUMNS);
    let who = template.component.unwrap_or("?");
    format!("{} {who}: {text}", words.times(template.count))
}

fn one(page: &mut Page<'_>, template: &Template) -> io::Result<()> {
    page.wrapped(&summary(template, page.words), 2)?;
    let place = phrases::place(&template.example);
    let command = format!("$ {}", visible(&adopt(template)));
    for line in [page.paint(DIM, &place), page.paint(CYAN, &command)] {
        writeln!(page.out, "{:1$}{line}", "", INDENT + 3)?;
    }
    Ok(())
}
