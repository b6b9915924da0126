//! The section of a ticket about one cause.

use std::io;

use super::escape::{code, link, prose};
use super::{Ticket, capitalised};
use crate::render::labels::label;
use crate::render::phrases;
use crate::render::words::{risk_mark, severity_word, state_words};
use crate::report::Finding;
use crate::report::command::filled;

impl Ticket<'_> {
    pub(super) fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let spec = finding.signature.spec();
        let (words, lang) = (self.words, self.options.lang);
        self.page.heading(&format!(
            "{}. {}{}{}",
            finding.rank,
            severity_word(finding.severity(), lang),
            self.words.colon,
            prose(spec.title.text(lang))
        ))?;
        let summary = self.summary(finding);
        self.page.paragraph(&summary)?;
        let mut about: Vec<String> = finding
            .entities
            .iter()
            .map(|entity| {
                let values = phrases::entity_values(entity, self.words, code);
                self.labelled(&prose(&label(&entity.name, lang)), &values)
            })
            .collect();
        for (label, text) in [(words.cause, &spec.cause), (words.impact, &spec.impact)] {
            about.push(self.labelled(label, &prose(text.text(lang))));
        }
        self.page.list(&about)?;
        self.remedy(finding)?;
        self.proof(finding)?;
        self.symptoms(finding)?;
        if spec.references.is_empty() {
            return Ok(());
        }
        let links: Vec<String> = spec.references.iter().map(|url| link(url)).collect();
        let see = self.labelled(words.see, &links.join(" "));
        self.page.paragraph(&see)
    }

    /// How often, when, where, who says so, and whether it goes on.
    fn summary(&self, finding: &Finding) -> String {
        let words = self.words;
        let mut parts = vec![phrases::times(finding, self.words)];
        parts.extend(phrases::period(finding, words));
        parts.extend(phrases::hosts(finding, self.report, words, code));
        if !finding.components.is_empty() {
            let who = prose(&finding.components.join(", "));
            parts.push(format!("{} {who}", words.by));
        }
        parts.extend(state_words(finding, self.options.lang));
        parts.extend(phrases::hidden_origin(finding, words));
        parts.join(" · ")
    }

    fn remedy(&mut self, finding: &Finding) -> io::Result<()> {
        let lang = self.options.lang;
        let label = format!("**{}**", capitalised(self.words.remedy));
        self.page.paragraph(&label)?;
        for (index, step) in finding.signature.spec().remedy.iter().enumerate() {
            let risk = match risk_mark(step.risk, lang).trim() {
                "" => String::new(),
                risk => format!("**{}** ", prose(risk)),
            };
            let text = format!("{risk}{}", prose(step.text(lang)));
            let marker = format!("{}.", index + 1);
            let command = filled(step, finding, self.report);
            self.page.item(&marker, &text, command.as_deref())?;
        }
        Ok(())
    }

    fn proof(&mut self, finding: &Finding) -> io::Result<()> {
        let words = self.words;
        let shown = phrases::proof(finding);
        if shown.is_empty() {
            return Ok(());
        }
        let summary = format!(
            "{}{}{}",
            capitalised(words.proof),
            self.words.colon,
            words.lines.count(shown.len() as u64)
        );
        let lines = shown.iter().flat_map(|evidence| {
            [
                phrases::places(evidence, words).join(" · "),
                format!("  {}", phrases::line(evidence, &finding.signature)),
            ]
        });
        self.page
            .folded(&summary, |page| page.fence("text", lines, 0))
    }

    /// What it led to, each under its own cause.
    fn symptoms(&mut self, finding: &Finding) -> io::Result<()> {
        let symptoms = phrases::symptoms(self.report, finding, self.options.min_severity);
        if symptoms.is_empty() {
            return Ok(());
        }
        let label = format!("**{}**", capitalised(self.words.led_to));
        self.page.paragraph(&label)?;
        for (depth, symptom) in symptoms {
            let item = self.one_line(symptom);
            let indent = 2 * depth;
            self.page.bullet(indent, &item)?;
        }
        self.page.end()
    }

    /// A finding in a line.
    pub(super) fn one_line(&self, finding: &Finding) -> String {
        let lang = self.options.lang;
        let severity = severity_word(finding.severity(), lang);
        let title = prose(finding.signature.spec().title.text(lang));
        let times = phrases::times(finding, self.words);
        let place = finding.evidence.first().map(phrases::place);
        let place = place.map_or_else(String::new, |place| format!(" {}", code(&place)));
        format!("{severity} {title} · {times}{place}")
    }
}
