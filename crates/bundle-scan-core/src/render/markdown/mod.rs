//! The report for a ticket, as GitHub, GitLab and Jira show it: a verdict, a table, and a section for each cause.

mod customer;
mod document;
mod escape;
mod finding;
mod rest;
mod verdict;

use std::io::{self, Write};

use super::words::{Words, severity_word, words};
use super::words_ticket::{TicketWords, ticket_words};
use super::{Audience, InARow, Render, RenderOptions, customer as letter, phrases};
use crate::error::Error;
use crate::render::verdict::roots;
use crate::report::{Finding, Report};
use document::Document;
use escape::{cell, prose};

/// See [`super::MARKDOWN`].
pub struct Markdown;

impl Render for Markdown {
    fn id(&self) -> &'static str {
        "markdown"
    }

    fn speaks_to(&self, _audience: Audience) -> bool {
        true
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
        let mut ticket = Ticket {
            report,
            options,
            words: words(options.lang),
            ticket_words: ticket_words(options.lang),
            page: Document(out),
        };
        Ok(match options.audience {
            Audience::Engineer => ticket.report(),
            Audience::Customer => letter::write(report, options, &mut ticket.page),
        }?)
    }
}

/// One report while it is written.
struct Ticket<'p> {
    report: &'p Report,
    options: &'p RenderOptions,
    words: &'static Words,
    ticket_words: &'static TicketWords,
    page: Document<'p>,
}

impl Ticket<'_> {
    fn report(&mut self) -> io::Result<()> {
        self.verdict()?;
        self.bundle()?;
        let least = self.options.min_severity;
        let roots = roots(self.report, least);
        self.table(&roots)?;
        let top = self.options.top.unwrap_or(roots.len());
        roots
            .iter()
            .take(top)
            .try_for_each(|root| self.finding(root))?;
        self.rest()
    }

    /// All findings, symptoms below their causes.
    fn table(&mut self, roots: &[&Finding]) -> io::Result<()> {
        if roots.is_empty() {
            return Ok(());
        }
        let columns = self.ticket_words.columns;
        self.page.row(&columns.map(str::to_owned))?;
        self.page.row(&columns.map(|_| "---".to_owned()))?;
        for root in roots {
            self.row(root, "")?;
            for (_, symptom) in phrases::symptoms(self.report, root, self.options.min_severity) {
                self.row(symptom, "↳ ")?;
            }
        }
        self.page.end()
    }

    fn row(&mut self, finding: &Finding, mark: &str) -> io::Result<()> {
        let lang = self.options.lang;
        let title = finding.signature.spec().title.text(lang);
        let place = || {
            let place = phrases::place(finding.evidence.first()?);
            Some(format!("{} {}", self.words.proof, cell(&place)))
        };
        let hosts = phrases::hosts(finding, self.report, self.words, cell);
        self.page.row(&[
            finding.rank.to_string(),
            severity_word(finding.severity(), lang).to_owned(),
            format!("{mark}{}", prose(title)),
            phrases::times(finding, self.words),
            phrases::period(finding, self.words).unwrap_or_default(),
            hosts.or_else(place).unwrap_or_default(),
        ])
    }

    /// A label in bold, before what it labels. The colon stands behind, because a closing `**` counts only behind a letter where Chinese follows.
    fn labelled(&self, label: &str, text: &str) -> String {
        format!("**{}**{}{text}", capitalised(label), self.words.colon)
    }
}

/// A label at the beginning of a line.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars.clone()).collect()
}
