//! Report to bytes: one file for each output format. Text from a bundle is never trusted here.

mod coverage_json;
mod customer;
pub mod diff;
pub mod diff_json;
pub mod escape;
pub mod explain;
pub mod html;
pub mod inventory;
pub mod json;
pub mod junit;
mod labels;
pub mod markdown;
mod moment;
mod page;
mod phrases;
pub mod profile;
pub mod sarif;
mod spark;
pub mod text;
pub mod timeline;
pub mod timeline_json;
pub mod trace;
pub mod trace_json;
mod unrecognised;
mod verdict;
mod words;
mod words_customer;
mod words_diff;
mod words_ticket;
mod words_trace;

use std::io::Write;

use crate::base::lang::Lang;
use crate::base::severity::Severity;
use crate::error::Error;
use crate::report::Report;

/// An output format.
pub trait Render: Sync {
    /// Its name on the command line.
    fn id(&self) -> &'static str;

    /// Whether it differs for this audience. What is for programs knows engineers alone, and writes the same for anybody.
    fn speaks_to(&self, audience: Audience) -> bool {
        audience == Audience::Engineer
    }

    /// How reports of several bundles may follow each other in one stream.
    fn in_a_row(&self) -> InARow {
        InARow::Never
    }

    /// Writes a report.
    ///
    /// # Errors
    /// Of the kind `Output` when `out` refuses the bytes.
    fn write_with(
        &self,
        report: &Report,
        options: &RenderOptions,
        out: &mut dyn Write,
    ) -> Result<(), Error>;

    /// Writes a report with default options.
    ///
    /// # Errors
    /// As [`Render::write_with`].
    fn write(&self, report: &Report, out: &mut dyn Write) -> Result<(), Error> {
        self.write_with(report, &RenderOptions::default(), out)
    }
}

/// For tickets: Markdown as GitHub, GitLab and Jira show it.
pub static MARKDOWN: markdown::Markdown = markdown::Markdown;
/// For people, on a terminal or in a mail.
pub static TEXT: text::Text = text::Text;
/// One page that needs nothing else, to be mailed or kept.
pub static HTML: html::Html = html::Html;
/// One JSON document, `schema_version` 1.
pub static JSON: json::Json = json::Json;
/// One JSON document a line for each finding.
pub static JSONL: json::Jsonl = json::Jsonl;
/// Test results for the pipelines of CI: each finding is a test that failed.
pub static JUNIT: junit::Junit = junit::Junit;
/// SARIF 2.1.0, for code scanning and editors.
pub static SARIF: sarif::Sarif = sarif::Sarif;

/// What is in the bundle, for people.
pub static INVENTORY_TEXT: inventory::InventoryText = inventory::InventoryText;
/// What is in the bundle, as one JSON document.
pub static INVENTORY_JSON: inventory::InventoryJson = inventory::InventoryJson;

/// The findings along time, for people.
pub static TIMELINE_TEXT: timeline::TimelineText = timeline::TimelineText;
/// The findings along time, as one JSON document.
pub static TIMELINE_JSON: timeline_json::TimelineJson = timeline_json::TimelineJson;

/// Why a signature fired or did not, for people. Nothing for a report without a [`Report::trace`].
pub static TRACE_TEXT: trace::TraceText = trace::TraceText;
/// Why a signature fired or did not, as one JSON document. Nothing for a report without a [`Report::trace`].
pub static TRACE_JSON: trace_json::TraceJson = trace_json::TraceJson;

/// What the scan cost. Nothing for a report without a [`Report::profile`].
pub static PROFILE_TEXT: profile::ProfileText = profile::ProfileText;

/// All formats of the report, sorted by name.
pub static OUTPUTS: &[&dyn Render] = &[&HTML, &JSON, &JSONL, &JUNIT, &MARKDOWN, &SARIF, &TEXT];

/// How reports may follow each other in one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InARow {
    /// One is a whole document, and two are none.
    Never,
    /// As they are.
    AsTheyAre,
    /// With an empty line between them.
    Parted,
}

/// Who reads a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Audience {
    /// Who looks into the problem: all that is known.
    #[default]
    Engineer,
    /// Who has the problem, outside of the company: what happened, what it means, what to do, what else is needed. Nothing is masked here: give
    /// the report to a [`Redactor`](crate::report::redact::Redactor) first.
    Customer,
}

/// How a report is written.
#[derive(Clone, Debug)]
pub struct RenderOptions {
    /// Language of titles, causes, remedies and headings.
    pub lang: Lang,
    /// Who is spoken to. Text and Markdown only: see [`Render::speaks_to`].
    pub audience: Audience,
    /// Findings below it are left out.
    pub min_severity: Severity,
    /// Findings shown at length, those explained by another not counted; `None` for all. The rest gets a line each. Text and Markdown only.
    pub top: Option<usize>,
    /// Templates of unrecognised errors shown; `None` for all. Text, Markdown and HTML only.
    pub unrecognised: Option<usize>,
    /// Context lines shown before and after each evidence line, as far as they were kept. Text only; JSON and HTML always have them.
    pub context: usize,
    /// Whether the factors of each score are shown. Text and JUnit only; JSON always has them.
    pub why: bool,
    /// Whether to colour, with ANSI escapes. Text only.
    pub color: bool,
    /// Columns of the terminal. Text only.
    pub width: usize,
    /// Whether to tell how long the scan took: the only thing that differs from run to run.
    pub timings: bool,
}

impl Default for RenderOptions {
    fn default() -> Self {
        RenderOptions {
            lang: Lang::En,
            audience: Audience::Engineer,
            min_severity: Severity::Info,
            top: Some(10),
            unrecognised: Some(5),
            context: 0,
            why: false,
            color: false,
            width: 100,
            timings: true,
        }
    }
}
