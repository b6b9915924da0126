//! What a ticket says below the findings: what is harmless, what is not in the bundle, what nobody knows, what could not be read.

use std::io;

use super::Ticket;
use super::escape::{code, prose};
use crate::render::moment::{bytes, grouped};
use crate::render::words::problem_word;
use crate::render::{phrases, unrecognised};
use crate::report::Finding;
use crate::report::inventory::unread_journals;

/// Lines of a section that is not folded.
const MOST_OPEN: usize = 3;

impl Ticket<'_> {
    pub(super) fn rest(&mut self) -> io::Result<()> {
        let (words, report) = (self.words, self.report);
        let suppressed = report.suppressed_at_least(self.options.min_severity);
        let suppressed = suppressed.map(|suppressed| {
            let line = self.one_line(&suppressed.finding);
            let reason = words.reason(&suppressed.by);
            format!("{line}{}{}", self.words.colon, prose(&reason))
        });
        let suppressed: Vec<String> = suppressed.collect();
        self.listed(words.suppressed, &suppressed)?;
        let harmless = self.explained(&report.benign);
        self.listed(words.benign, &harmless)?;
        self.lost()?;
        self.unrecognised()?;
        let problems = report.problems.iter().flat_map(|problem| {
            let member = phrases::damaged(problem, report);
            [
                format!(
                    "{member}  {}",
                    problem_word(problem.kind, self.options.lang)
                ),
                format!("  {}", problem.detail),
            ]
        });
        self.fenced(words.problems, problems.collect())
    }

    fn explained(&self, findings: &[Finding]) -> Vec<String> {
        let explained = findings.iter().map(|finding| {
            let cause = finding.signature.spec().cause.text(self.options.lang);
            let line = self.one_line(finding);
            format!("{line}{}{}", self.words.colon, prose(cause))
        });
        explained.collect()
    }

    fn lost(&mut self) -> io::Result<()> {
        let (words, report) = (self.words, self.report);
        let mut lost = self.explained(&report.lost);
        for gap in &report.coverage.gaps {
            lost.push(format!(
                "{} {}",
                words.gap,
                code(&phrases::missing_parts(gap))
            ));
        }
        if let Some((covered, need)) = unread_journals(report) {
            let count = words.journals.count(covered.members);
            let command = code(need.command);
            lost.push(format!(
                "{count} ({}){}{command}",
                bytes(covered.bytes),
                self.words.colon
            ));
        }
        self.listed(words.lost, &lost)
    }

    fn unrecognised(&mut self) -> io::Result<()> {
        let templates = &self.report.unrecognised.templates;
        let most = self.options.unrecognised.unwrap_or(usize::MAX);
        let shown = templates.get(..most).unwrap_or(templates);
        if shown.is_empty() {
            return Ok(());
        }
        let mut lines: Vec<String> = shown
            .iter()
            .flat_map(|template| {
                let place = phrases::place(&template.example);
                [
                    unrecognised::summary(template, self.words),
                    format!("  {place}"),
                ]
            })
            .collect();
        let hidden = templates.len() - shown.len();
        if hidden > 0 {
            let hidden = grouped(hidden as u64);
            lines.push(format!("+{hidden} {}", self.words.more_unrecognised));
        }
        self.page
            .folded(self.words.unrecognised, |page| page.fence("text", lines, 0))
    }

    fn listed(&mut self, title: &str, items: &[String]) -> io::Result<()> {
        if items.len() > MOST_OPEN {
            return self.page.folded(title, |page| page.list(items));
        }
        if !items.is_empty() {
            self.page.heading(title)?;
        }
        self.page.list(items)
    }

    fn fenced(&mut self, title: &str, lines: Vec<String>) -> io::Result<()> {
        if lines.len() > 2 * MOST_OPEN {
            return self.page.folded(title, |page| page.fence("text", lines, 0));
        }
        if lines.is_empty() {
            return Ok(());
        }
        self.page.heading(title)?;
        self.page.fence("text", lines, 0)
    }
}
