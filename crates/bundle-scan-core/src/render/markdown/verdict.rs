//! The first lines of a ticket: what is wrong, and what was read.

use std::io;

use super::escape::{code, prose};
use super::{Ticket, capitalised};
use crate::render::phrases;
use crate::render::words::{explained, state_words};
use crate::report::{Finding, Status};

impl Ticket<'_> {
    pub(super) fn verdict(&mut self) -> io::Result<()> {
        let least = self.options.min_severity;
        let first = phrases::roots(self.report, least).into_iter().next();
        let mut text = match first {
            None if self.report.findings.is_empty() => {
                let basis = phrases::basis(self.report, self.words);
                let healthy = capitalised(phrases::clean_bill(self.report, self.words));
                format!("**{healthy}**{}{basis}", self.ticket_words.colon)
            }
            None => capitalised(self.words.nothing_at_this_level),
            Some(first) => self.cause(first),
        };
        if self.report.status == Status::Partial {
            text += &format!(" · **{}**", self.words.partial);
        }
        self.page.paragraph(&text)?;
        if !self.report.findings.is_empty() {
            return Ok(());
        }
        match phrases::not_evaluable(self.report, self.words) {
            Some(text) => self.page.paragraph(&prose(&text)),
            None => Ok(()),
        }
    }

    /// The most probable cause: what, where, since when, and how much it explains.
    fn cause(&self, first: &Finding) -> String {
        let (words, ticket_words) = (self.words, self.ticket_words);
        let title = first.signature.spec().title.text(self.options.lang);
        let title = format!("**{}**", prose(title));
        let mut text = capitalised(words.root) + ticket_words.colon + &title;
        match first.hosts.as_slice() {
            [] => {}
            [(only, _)] => text += &format!("{}{}", ticket_words.on, code(only)),
            _ => {
                let hosts = phrases::hosts(first, self.report, words, code);
                text += &format!("{}{}", ticket_words.comma, hosts.unwrap_or_default());
            }
        }
        if let Some(beginning) = phrases::beginning(first, words) {
            let is_instant = first.first_seen == first.last_seen;
            text += match is_instant {
                true => ticket_words.at,
                false => ticket_words.since,
            };
            text += &beginning;
        }
        let least = self.options.min_severity;
        let symptoms = phrases::symptoms(self.report, first, least).len();
        let shown = |finding: &&Finding| finding.severity() >= least;
        let all = self.report.findings.iter().filter(shown).count();
        let more = explained(symptoms, all - 1, self.options.lang);
        for part in [state_words(first, self.options.lang), more] {
            text += &part.map_or_else(String::new, |part| ticket_words.comma.to_owned() + &part);
        }
        text
    }

    /// What was read.
    pub(super) fn bundle(&mut self) -> io::Result<()> {
        let bundle = &self.report.bundle;
        let mut parts = vec![prose(&bundle.container)];
        parts.extend(bundle.layout.map(prose));
        parts.extend(phrases::contents(self.report, self.options, self.words));
        let text = format!("{} · {}", code(&bundle.path), parts.join(" · "));
        let text = self.labelled(self.words.bundle, &text);
        self.page.paragraph(&text)?;
        match bundle.window {
            Some(window) => self.page.paragraph(&phrases::window(window, self.words)),
            None => Ok(()),
        }
    }
}
