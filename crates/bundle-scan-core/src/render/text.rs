//! The report for people: a verdict first, then each cause with its proof and remedy, its symptoms folded under it.

use std::io::{self, Write};

use super::escape::visible;
use super::moment::{bytes, grouped, to_second};
use super::words::{Words, risk_mark, severity_word, words};
use super::{Render, RenderOptions};
use crate::base::severity::Severity;
use crate::base::time::{Time, TimeQuality};
use crate::error::Error;
use crate::finding::Evidence;
use crate::report::{Entity, Finding, Report, State, Status};

/// Columns before the text of a finding.
const INDENT: usize = 3;
/// Columns of the labels `proof`, `cause`, ...
const LABEL: usize = 8;
/// The narrowest page that is set.
const MIN_WIDTH: usize = 40;
/// Evidence lines shown for a finding; JSON has all that were kept.
const SHOWN_EVIDENCE: usize = 3;
/// Values shown for an entity.
const SHOWN_VALUES: usize = 3;
/// Columns of evidence shown.
const SHOWN_COLUMNS: usize = 400;

/// See [`super::TEXT`].
pub struct Text;

impl Render for Text {
    fn id(&self) -> &'static str {
        "text"
    }

    fn write_with(
        &self,
        report: &Report,
        options: &RenderOptions,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let mut page = Page {
            report,
            options,
            words: words(options.lang),
            out,
        };
        Ok(page.report()?)
    }
}

/// One report while it is written.
struct Page<'p> {
    report: &'p Report,
    options: &'p RenderOptions,
    words: &'static Words,
    out: &'p mut dyn Write,
}

impl Page<'_> {
    fn report(&mut self) -> io::Result<()> {
        self.header()?;
        self.verdict()?;
        let shown = |finding: &&Finding| finding.severity() >= self.options.min_severity;
        let roots: Vec<&Finding> = self.report.roots().filter(shown).collect();
        let (long, short) =
            roots.split_at(self.options.top.unwrap_or(roots.len()).min(roots.len()));
        for finding in long {
            writeln!(self.out)?;
            self.finding(finding)?;
        }
        if !short.is_empty() {
            self.heading(self.words.also)?;
            short
                .iter()
                .try_for_each(|finding| self.one_line(finding, "  "))?;
        }
        if !self.report.benign.is_empty() {
            self.heading(self.words.benign)?;
            self.report
                .benign
                .iter()
                .try_for_each(|finding| self.benign(finding))?;
        }
        self.problems()
    }

    fn header(&mut self) -> io::Result<()> {
        let (words, report) = (self.words, self.report);
        let (bundle, coverage) = (&report.bundle, &report.coverage);
        let mut parts = vec![bundle.container.clone()];
        parts.extend(bundle.layout.map(str::to_owned));
        let members = coverage.scanned + coverage.not_text + coverage.empty;
        parts.push(words.members.count(members));
        parts.push(words.lines.count(coverage.lines));
        parts.push(bytes(bundle.bytes_decoded));
        if self.options.timings {
            parts.push(format!("{:.1} s", report.timings.total.as_secs_f64()));
        }
        writeln!(
            self.out,
            "{}  {}",
            self.paint(BOLD, &visible(&bundle.path)),
            self.paint(DIM, &visible(&parts.join(" · ")))
        )
    }

    fn verdict(&mut self) -> io::Result<()> {
        let words = self.words;
        if self.report.status == Status::Partial {
            writeln!(self.out, "{}", self.paint(YELLOW, words.partial))?;
        }
        let Some(first) = self.report.findings.first() else {
            let basis = format!(
                "{} · {} · {} {}",
                words.signatures.count(self.report.tool.signatures as u64),
                words.members.count(self.report.coverage.scanned),
                grouped(self.report.coverage.not_evaluable.len() as u64),
                words.not_evaluable
            );
            return writeln!(
                self.out,
                "{}  {}",
                self.paint(GREEN, words.healthy),
                self.paint(DIM, &basis)
            );
        };
        if first.severity() < self.options.min_severity {
            return writeln!(self.out, "{}", words.nothing_at_this_level);
        }
        let others = self.report.roots().count().saturating_sub(1);
        let mut tail = String::new();
        for (count, what) in [
            (first.explains.len(), &words.symptoms),
            (others, &words.more),
        ] {
            if count > 0 {
                tail += &format!(" · {}", what.count(count as u64));
            }
        }
        let title = first.signature.spec().title.text(self.options.lang);
        writeln!(
            self.out,
            "{}: {}{}",
            words.root,
            self.paint(color_of(first.severity()), title),
            self.paint(DIM, &tail)
        )
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let spec = finding.signature.spec();
        let lang = self.options.lang;
        let severity = self.paint(color_of(spec.severity), severity_word(spec.severity, lang));
        let title = self.paint(BOLD, spec.title.text(lang));
        writeln!(
            self.out,
            "{}. {severity}  {title}  {}",
            finding.rank,
            self.paint(DIM, &spec.id)
        )?;
        self.summary(finding)?;
        for entity in &finding.entities {
            self.labelled(&entity.name, &entity_line(entity))?;
        }
        for (index, evidence) in finding.evidence.iter().take(SHOWN_EVIDENCE).enumerate() {
            self.evidence(if index == 0 { self.words.proof } else { "" }, evidence)?;
        }
        self.labelled(self.words.cause, spec.cause.text(lang))?;
        self.labelled(self.words.impact, spec.impact.text(lang))?;
        self.remedy(finding)?;
        if !spec.references.is_empty() {
            self.labelled(self.words.see, &spec.references.join(" "))?;
        }
        if self.options.why {
            self.factors(finding)?;
        }
        self.symptoms(finding, 0)
    }

    /// When, how often, where from.
    fn summary(&mut self, finding: &Finding) -> io::Result<()> {
        let mut parts = vec![format!("{}×", grouped(finding.count))];
        parts.extend(self.span(finding.first_seen, finding.last_seen));
        parts.extend(
            finding
                .host
                .as_deref()
                .map(|host| format!("{} {}", self.words.host, visible(host))),
        );
        if !finding.components.is_empty() {
            parts.push(format!(
                "{} {}",
                self.words.by,
                finding.components.join(", ")
            ));
        }
        if finding.state == State::Cleared {
            parts.push(self.words.cleared.to_owned());
        }
        let line = self.paint(DIM, &parts.join(" · "));
        writeln!(self.out, "{:INDENT$}{line}", "")
    }

    fn span(&self, first: Option<Time>, last: Option<Time>) -> Option<String> {
        let (first, last) = (first?, last?);
        let (from, to) = (to_second(first.unix_nanos), to_second(last.unix_nanos));
        let mut span = match from.split_once(' ') {
            _ if from == to => from,
            Some((day, _)) if to.starts_with(day) => {
                format!("{from} – {}", to[day.len()..].trim_start())
            }
            _ => format!("{from} – {to}"),
        };
        match first.quality.max(last.quality) {
            TimeQuality::Exact => span += " UTC",
            _ => span += &format!(" ({})", self.words.assumed),
        }
        Some(span)
    }

    fn evidence(&mut self, label: &str, evidence: &Evidence) -> io::Result<()> {
        let place = format!("{}:{}", visible(evidence.member.as_str()), evidence.line);
        self.label(label)?;
        writeln!(self.out, "{}", self.paint(CYAN, &place))?;
        let text = visible(evidence.text.trim_end());
        let cut: String = text.chars().take(SHOWN_COLUMNS).collect();
        let mark = if cut.len() < text.len() || evidence.truncated {
            " …"
        } else {
            ""
        };
        self.wrapped(&format!("{}{mark}", cut.trim_start()), INDENT + LABEL + 2)
    }

    fn remedy(&mut self, finding: &Finding) -> io::Result<()> {
        let lang = self.options.lang;
        for (index, step) in finding.signature.spec().remedy.iter().enumerate() {
            let label = if index == 0 { self.words.remedy } else { "" };
            let mark = risk_mark(step.risk, lang);
            self.labelled(label, &format!("{}. {mark}{}", index + 1, step.text(lang)))?;
            if let Some(command) = &step.command {
                for line in command.lines() {
                    writeln!(
                        self.out,
                        "{:1$}{2}",
                        "",
                        INDENT + LABEL + 3,
                        self.paint(CYAN, &format!("$ {}", visible(line)))
                    )?;
                }
            }
        }
        Ok(())
    }

    fn factors(&mut self, finding: &Finding) -> io::Result<()> {
        let factors = finding
            .factors
            .iter()
            .map(|f| format!("{:+} {} ({})", f.points, f.name, f.why));
        let text = format!(
            "{} = {}",
            finding.score,
            factors.collect::<Vec<_>>().join(", ")
        );
        self.labelled(self.words.why, &text)
    }

    /// What a finding led to, each under its own cause.
    fn symptoms(&mut self, finding: &Finding, depth: usize) -> io::Result<()> {
        for (index, id) in finding.explains.iter().enumerate() {
            let Some(symptom) = self.report.finding(id) else {
                continue;
            };
            if symptom.severity() < self.options.min_severity {
                continue;
            }
            if depth == 0 {
                self.label(if index == 0 { self.words.led_to } else { "" })?;
            } else {
                write!(self.out, "{:1$}", "", INDENT + LABEL)?;
            }
            self.one_line(symptom, &"  ".repeat(depth))?;
            self.symptoms(symptom, depth + 1)?;
        }
        Ok(())
    }

    fn one_line(&mut self, finding: &Finding, indent: &str) -> io::Result<()> {
        let spec = finding.signature.spec();
        let lang = self.options.lang;
        let severity = self.paint(color_of(spec.severity), severity_word(spec.severity, lang));
        let place = finding
            .evidence
            .first()
            .map(|e| format!("{}:{}", visible(e.member.as_str()), e.line));
        let rest = format!(
            "{}× {} {}",
            grouped(finding.count),
            spec.id,
            place.unwrap_or_default()
        );
        writeln!(
            self.out,
            "{indent}{severity} {}  {}",
            spec.title.text(lang),
            self.paint(DIM, &rest)
        )
    }

    fn benign(&mut self, finding: &Finding) -> io::Result<()> {
        self.one_line(finding, "  ")?;
        let cause = finding
            .signature
            .spec()
            .cause
            .text(self.options.lang)
            .to_owned();
        self.wrapped(&cause, INDENT + 1)
    }

    fn problems(&mut self) -> io::Result<()> {
        if self.report.problems.is_empty() {
            return Ok(());
        }
        self.heading(self.words.problems)?;
        for problem in &self.report.problems {
            let member = match problem.member.as_str() {
                "" => self.report.bundle.path.as_str(),
                member => member,
            };
            writeln!(self.out, "  {}  {}", visible(member), problem.kind.as_str())?;
            self.wrapped(&visible(&problem.detail), INDENT + 1)?;
        }
        Ok(())
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.paint(BOLD, text))
    }

    fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        self.label(label)?;
        let lines = self.set(&visible(text), INDENT + LABEL);
        let mut lines = lines.iter();
        writeln!(self.out, "{}", lines.next().map_or("", String::as_str))?;
        lines.try_for_each(|line| writeln!(self.out, "{:1$}{line}", "", INDENT + LABEL))
    }

    /// Writes a label, padded by columns: a Chinese character takes two.
    fn label(&mut self, label: &str) -> io::Result<()> {
        let columns = textwrap::core::display_width(label);
        let padding = LABEL.saturating_sub(columns).max(1);
        write!(
            self.out,
            "{:INDENT$}{}{:padding$}",
            "",
            self.paint(DIM, label),
            ""
        )
    }

    fn wrapped(&mut self, text: &str, indent: usize) -> io::Result<()> {
        self.set(text, indent)
            .iter()
            .try_for_each(|line| writeln!(self.out, "{:indent$}{line}", ""))
    }

    /// Breaks a text into lines that fit behind an indent.
    fn set(&self, text: &str, indent: usize) -> Vec<String> {
        let columns = self.options.width.max(MIN_WIDTH) - indent;
        textwrap::wrap(text, columns)
            .into_iter()
            .map(std::borrow::Cow::into_owned)
            .collect()
    }

    fn paint(&self, style: &str, text: &str) -> String {
        match self.options.color && !text.is_empty() {
            true => format!("{style}{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const CYAN: &str = "\x1b[36m";

fn color_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "\x1b[1;31m",
        Severity::Error => "\x1b[31m",
        Severity::Warning => "\x1b[33m",
        Severity::Info => "\x1b[34m",
    }
}

fn entity_line(entity: &Entity) -> String {
    let shown = entity.values.iter().take(SHOWN_VALUES);
    let values: Vec<String> = shown
        .map(|(value, count)| match count {
            1 => value.clone(),
            count => format!("{value} ({}×)", grouped(*count)),
        })
        .collect();
    let hidden = entity.values.len().saturating_sub(SHOWN_VALUES);
    match (hidden, entity.capped) {
        (0, _) => values.join(", "),
        (hidden, capped) => format!(
            "{} +{hidden}{}",
            values.join(", "),
            if capped { "+" } else { "" }
        ),
    }
}
