//! What a customer is told, in whatever it is set: what happened, what it means, what to do, and what else is needed. Nothing of how it was found.

use std::io;

use super::RenderOptions;
use super::labels::label;
use super::phrases;
use super::verdict::{Verdict, roots};
use super::words::{Words, words};
use super::words_customer::{CustomerWords, customer_words, state_sentence, warning};
use crate::base::severity::Severity;
use crate::report::command::filled;
use crate::report::inventory::missing;
use crate::report::{Finding, Report, Status};

/// What a letter is written on. What it writes was set by `say`, `quote` or `stress`.
pub(super) trait Sheet {
    /// Sets words of ours or of a signature.
    fn say(&self, text: &str) -> String;
    /// Sets words of a bundle.
    fn quote(&self, text: &str) -> String;
    /// Sets what must not be missed.
    fn stress(&self, text: &str) -> String;

    fn heading(&mut self, text: &str) -> io::Result<()>;
    fn paragraph(&mut self, text: &str) -> io::Result<()>;
    fn label(&mut self, label: &str) -> io::Result<()>;
    fn labelled(&mut self, label: &str, text: &str) -> io::Result<()>;
    fn list(&mut self, items: &[String]) -> io::Result<()>;
    /// An item of a list, with a command below. `number` is that of a step.
    fn item(&mut self, number: Option<usize>, text: &str, command: Option<&str>) -> io::Result<()>;
    /// A line of a bundle, as it is there, below where it stands.
    fn proof(&mut self, place: String, line: String) -> io::Result<()>;
}

/// Writes the letter.
pub(super) fn write(
    report: &Report,
    options: &RenderOptions,
    sheet: &mut dyn Sheet,
) -> io::Result<()> {
    let mut letter = Letter {
        report,
        options,
        words: words(options.lang),
        customer_words: customer_words(options.lang),
        sheet,
    };
    letter.write()
}

struct Letter<'l> {
    report: &'l Report,
    options: &'l RenderOptions,
    words: &'static Words,
    customer_words: &'static CustomerWords,
    sheet: &'l mut dyn Sheet,
}

impl Letter<'_> {
    fn write(&mut self) -> io::Result<()> {
        let least = self.options.min_severity;
        let roots = roots(self.report, least);
        self.opening(&roots)?;
        let top = self.options.top.unwrap_or(roots.len()).min(roots.len());
        let (long, short) = roots.split_at(top);
        for (index, finding) in long.iter().enumerate() {
            self.finding(index + 1, finding)?;
        }
        if !short.is_empty() {
            self.sheet.heading(self.customer_words.also)?;
            let titles: Vec<String> = short.iter().map(|finding| self.title(finding)).collect();
            self.sheet.list(&titles)?;
        }
        self.needed()
    }

    fn opening(&mut self, roots: &[&Finding]) -> io::Result<()> {
        let words = self.customer_words;
        let template = match Verdict::of(self.report, self.options.min_severity) {
            Verdict::Cause(cause) if cause.severity() == Severity::Info => words.found_past,
            Verdict::Cause(_) => words.found,
            Verdict::Unjudged | Verdict::Behind => words.nothing_judged,
            Verdict::Clean => words.healthy,
            Verdict::Known => words.nothing_new,
            Verdict::Below => words.nothing_serious,
        };
        // Where the file lies is nobody's business.
        let path = self.report.bundle.path.as_str();
        let path = path.trim_end_matches(['/', '\\']);
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let title = roots.first().map(|first| self.title(first));
        let mut text = template
            .replace("{title}", &title.unwrap_or_default())
            .replace("{bundle}", &self.sheet.quote(name));
        if roots.len() > 1 {
            let more = words.more.count(roots.len() as u64 - 1);
            text += words.gap;
            text += &more;
        }
        if roots.is_empty() && phrases::not_evaluable(self.report, self.words).is_some() {
            text += words.gap;
            text += words.not_sure;
        }
        self.sheet.paragraph(&text)?;
        if self.report.status == Status::Partial {
            self.sheet.paragraph(words.partial)?;
        }
        if !self.report.lost.is_empty() || !self.report.coverage.gaps.is_empty() {
            self.sheet.paragraph(words.lost)?;
        }
        Ok(())
    }

    fn title(&self, finding: &Finding) -> String {
        let title = finding.signature.spec().title.text(self.options.lang);
        self.sheet.say(title)
    }

    fn finding(&mut self, number: usize, finding: &Finding) -> io::Result<()> {
        let (words, lang) = (self.customer_words, self.options.lang);
        let spec = finding.signature.spec();
        let title = self.title(finding);
        self.sheet.heading(&format!("{number}. {title}"))?;
        let mut happened = self.sheet.say(spec.cause.text(lang));
        if let Some(state) = state_sentence(finding.state, lang) {
            happened += words.gap;
            happened += state;
        }
        self.sheet.labelled(words.happened, &happened)?;
        let when = self.when(finding);
        self.sheet.labelled(words.when, &when)?;
        let affected = finding.entities.iter().map(|entity| {
            let values =
                phrases::entity_values(entity, self.words, |value| self.sheet.quote(value));
            format!("{} {values}", self.sheet.say(&label(&entity.name, lang)))
        });
        let affected: Vec<String> = affected.collect();
        if !affected.is_empty() {
            self.sheet
                .labelled(words.affected, &affected.join(self.words.semicolon))?;
        }
        let means = self.sheet.say(spec.impact.text(lang));
        self.sheet.labelled(words.means, &means)?;
        if let Some(evidence) = finding.evidence.first() {
            self.sheet.label(words.proof)?;
            self.sheet.proof(
                phrases::place(evidence),
                phrases::line(evidence, &finding.signature),
            )?;
        }
        self.symptoms(finding)?;
        self.sheet.label(words.to_do)?;
        for (index, step) in spec.remedy.iter().enumerate() {
            let text = self.sheet.say(step.text(lang));
            let text = match warning(step.risk, lang) {
                Some(warning) => format!("{}{}{text}", self.sheet.stress(warning), words.gap),
                None => text,
            };
            let command = filled(step, finding, self.report);
            self.sheet
                .item(Some(index + 1), &text, command.as_deref())?;
        }
        Ok(())
    }

    fn when(&self, finding: &Finding) -> String {
        let mut when = vec![phrases::times(finding, self.words)];
        when.extend(phrases::period(finding, self.words));
        let quote = |name: &str| self.sheet.quote(name);
        when.extend(phrases::hosts(finding, self.report, self.words, quote));
        when.join(" · ")
    }

    fn symptoms(&mut self, finding: &Finding) -> io::Result<()> {
        let symptoms = phrases::symptoms(self.report, finding, self.options.min_severity);
        if symptoms.is_empty() {
            return Ok(());
        }
        let titles: Vec<String> = symptoms
            .iter()
            .map(|(_, symptom)| self.title(symptom))
            .collect();
        self.sheet.label(self.customer_words.led_to)?;
        self.sheet.list(&titles)
    }

    fn needed(&mut self) -> io::Result<()> {
        let needs = missing(self.report);
        if needs.is_empty() {
            return Ok(());
        }
        self.sheet.heading(self.customer_words.needed)?;
        self.sheet.paragraph(self.customer_words.please_send)?;
        for need in needs {
            let text = self.sheet.say(need.text(self.options.lang));
            self.sheet.item(None, &text, Some(need.command))?;
        }
        Ok(())
    }
}
