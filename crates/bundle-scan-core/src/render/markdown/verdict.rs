//! The first lines of a ticket: what is wrong, and what was read.

use std::io;

use super::escape::{code, prose};
use super::{Ticket, capitalised};
use crate::render::labels::container;
use crate::render::phrases;
use crate::render::verdict::{Verdict, explanation};
use crate::render::words::state_words;
use crate::report::{Finding, Status};

impl Ticket<'_> {
    pub(super) fn verdict(&mut self) -> io::Result<()> {
        let verdict = Verdict::of(self.report, self.options.min_severity);
        let said = capitalised(verdict.words(self.words));
        let mut text = match verdict {
            Verdict::Unjudged | Verdict::Clean => {
                let basis = phrases::basis(self.report, self.words);
                format!("**{said}**{}{basis}", self.words.colon)
            }
            Verdict::Behind | Verdict::Known | Verdict::Below => said,
            Verdict::Cause(cause) => said + &self.cause(cause),
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

    /// What the most probable cause is: what, where, since when, and how much it explains.
    fn cause(&self, first: &Finding) -> String {
        let (words, ticket_words) = (self.words, self.ticket_words);
        let title = first.signature.spec().title.text(self.options.lang);
        let title = format!("**{}**", prose(title));
        let mut text = words.colon.to_owned() + &title;
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
        let (least, lang) = (self.options.min_severity, self.options.lang);
        let more = explanation(self.report, first, least, lang);
        let origin = phrases::hidden_origin(first, words);
        for part in [state_words(first, lang), origin, more] {
            text += &part.map_or_else(String::new, |part| ticket_words.comma.to_owned() + &part);
        }
        text
    }

    /// What was read.
    pub(super) fn bundle(&mut self) -> io::Result<()> {
        let bundle = &self.report.bundle;
        let mut parts = vec![prose(container(&bundle.container, self.options.lang))];
        parts.extend(bundle.layout.as_deref().map(prose));
        parts.extend(phrases::contents(self.report, self.options, self.words));
        let text = format!("{} · {}", code(&bundle.path), parts.join(" · "));
        let text = self.labelled(self.words.bundle, &text);
        self.page.paragraph(&text)?;
        match phrases::window(self.report, self.words) {
            Some(window) => self.page.paragraph(&window),
            None => Ok(()),
        }
    }
}
