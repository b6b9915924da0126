//! The report for people: a verdict first, then each cause with its proof and remedy, its symptoms folded under it.

use std::io::{self, Write};

use super::escape::visible;
use super::moment::{bytes, grouped};
use super::page::{BOLD, CYAN, DIM, GREEN, INDENT, LABEL, Page, color_of};
use super::phrase::{circumstances, significance};
use super::spark::Ruler;
use super::words::severity_word;
use super::{Render, RenderOptions, unrecognised};
use crate::error::Error;
use crate::finding::Evidence;
use crate::report::evaluable::{Judged, by_lack};
use crate::report::inventory::unread_journals;
use crate::report::timeline::Timeline;
use crate::report::{Entity, Finding, Report};

/// Evidence lines shown for a finding; JSON has all that were kept.
const SHOWN_EVIDENCE: usize = 3;
/// Values shown for an entity.
const SHOWN_VALUES: usize = 3;
/// Sources shown for want of which signatures could not be judged.
const SHOWN_LACKS: usize = 6;
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
        let timeline = Timeline::new(report, options.min_severity);
        let mut text = ReportText {
            report,
            ruler: timeline.grid.map(Ruler::new),
            timeline,
            page: Page::new(options, out),
        };
        Ok(text.report()?)
    }
}

/// One report while it is written.
struct ReportText<'p> {
    report: &'p Report,
    timeline: Timeline<'p>,
    /// Of the rows that show how often things happened; `None` if no time is known.
    ruler: Option<Ruler>,
    page: Page<'p>,
}

impl ReportText<'_> {
    fn report(&mut self) -> io::Result<()> {
        self.header()?;
        self.verdict()?;
        let shown = |finding: &&Finding| finding.severity() >= self.page.options.min_severity;
        let roots: Vec<&Finding> = self.report.roots().filter(shown).collect();
        let (long, short) = roots.split_at(
            self.page
                .options
                .top
                .unwrap_or(roots.len())
                .min(roots.len()),
        );
        for finding in long {
            writeln!(self.page.out)?;
            self.finding(finding)?;
        }
        if !short.is_empty() {
            self.page.heading(self.page.words.also)?;
            short
                .iter()
                .try_for_each(|finding| self.one_line(finding, "  "))?;
        }
        let words = self.page.words;
        self.explained(words.benign, &self.report.benign)?;
        self.explained(words.lost, &self.report.lost)?;
        self.gaps()?;
        let most = self.page.options.unrecognised.unwrap_or(usize::MAX);
        unrecognised::section(&mut self.page, &self.report.unrecognised, most)?;
        self.problems()
    }

    fn header(&mut self) -> io::Result<()> {
        let (words, coverage) = (self.page.words, &self.report.coverage);
        let members = coverage.scanned + coverage.not_text + coverage.empty;
        let mut parts = vec![
            words.members.count(members),
            words.lines.count(coverage.lines),
            bytes(self.report.bundle.bytes_decoded),
        ];
        if self.page.options.timings {
            parts.push(format!("{:.1} s", self.report.timings.total.as_secs_f64()));
        }
        self.page.bundle(self.report, parts)
    }

    fn verdict(&mut self) -> io::Result<()> {
        let words = self.page.words;
        let Some(first) = self.report.findings.first() else {
            let judged = Judged::of(self.report);
            let basis = format!(
                "{} {}",
                words.signatures.count(judged.matched + judged.clean),
                words.judged_by,
            );
            writeln!(
                self.page.out,
                "{}  {}",
                self.page.paint(GREEN, words.healthy),
                self.page.paint(DIM, &basis)
            )?;
            return self.not_evaluable(judged.not_evaluable);
        };
        if first.severity() < self.page.options.min_severity {
            return writeln!(self.page.out, "{}", words.nothing_at_this_level);
        }
        let lang = self.page.options.lang;
        let tail = significance(self.report, first, lang);
        let title = first.signature.spec().title.text(lang);
        writeln!(
            self.page.out,
            "{}: {}{}",
            words.root,
            self.page.paint(color_of(first.severity()), title),
            self.page.paint(DIM, &visible(&tail))
        )
    }

    /// What could not be judged, and for want of what.
    fn not_evaluable(&mut self, count: u64) -> io::Result<()> {
        if count == 0 {
            return Ok(());
        }
        let words = self.page.words;
        let groups = by_lack(&self.report.coverage.not_evaluable);
        let hidden = groups.len().saturating_sub(SHOWN_LACKS);
        let shown = groups.iter().take(SHOWN_LACKS).map(|(lacking, ids)| {
            let facts = lacking.facts.iter().copied();
            let names: Vec<&str> = lacking.components.iter().copied().chain(facts).collect();
            format!("{} ({})", names.join(" / "), grouped(ids.len() as u64))
        });
        let mut lacks = shown.collect::<Vec<_>>().join(", ");
        if hidden > 0 {
            lacks += &format!(", +{}", grouped(hidden as u64));
        }
        let text = format!("{} {}: {lacks}", grouped(count), words.not_evaluable);
        self.page.wrapped(&self.page.paint(DIM, &text), 0)
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let spec = finding.signature.spec();
        let lang = self.page.options.lang;
        let severity = self.page.paint(
            color_of(finding.severity()),
            severity_word(finding.severity(), lang),
        );
        let title = self.page.paint(BOLD, spec.title.text(lang));
        writeln!(
            self.page.out,
            "{}. {severity}  {title}  {}",
            finding.rank,
            self.page.paint(DIM, &spec.id)
        )?;
        self.summary(finding)?;
        for entity in &finding.entities {
            self.page.labelled(&entity.name, &entity_line(entity))?;
        }
        for (index, evidence) in finding.evidence.iter().take(SHOWN_EVIDENCE).enumerate() {
            self.evidence(
                if index == 0 {
                    self.page.words.proof
                } else {
                    ""
                },
                evidence,
            )?;
        }
        self.page
            .labelled(self.page.words.cause, spec.cause.text(lang))?;
        self.page
            .labelled(self.page.words.impact, spec.impact.text(lang))?;
        self.page.remedy(&finding.signature)?;
        if !spec.references.is_empty() {
            self.page
                .labelled(self.page.words.see, &spec.references.join(" "))?;
        }
        if self.page.options.why {
            self.factors(finding)?;
        }
        self.symptoms(finding, 0)
    }

    /// When, how often, where from.
    fn summary(&mut self, finding: &Finding) -> io::Result<()> {
        let how_often = self.how_often(finding).unwrap_or_default();
        let mut parts = vec![format!("{}×{how_often}", grouped(finding.count))];
        parts.extend(circumstances(self.report, finding, self.page.options.lang));
        let line = self.page.paint(DIM, &visible(&parts.join(" · ")));
        writeln!(self.page.out, "{:INDENT$}{line}", "")
    }

    /// A row of blocks for how often, along the time of all findings.
    fn how_often(&self, finding: &Finding) -> Option<String> {
        let ruler = self.ruler.filter(|ruler| ruler.columns() > 1)?;
        let event = self.timeline.event(finding)?;
        (finding.count > 1 && !event.buckets.is_empty())
            .then(|| format!(" [{}]", ruler.row(&event.buckets)))
    }

    fn evidence(&mut self, label: &str, evidence: &Evidence) -> io::Result<()> {
        let mut place = format!("{}:{}", visible(evidence.member.as_str()), evidence.line);
        if let Some(other) = evidence.also_in.first() {
            let (also, member) = (self.page.words.also_in, visible(other.member.as_str()));
            place += &format!(" {also} {member}:{}", other.line);
            match evidence.also_in.len() - 1 {
                0 => (),
                more => place += &format!(" +{more}"),
            }
        }
        self.page.label(label)?;
        writeln!(self.page.out, "{}", self.page.paint(CYAN, &place))?;
        let text = visible(evidence.text.trim_end());
        let cut: String = text.chars().take(SHOWN_COLUMNS).collect();
        let mark = if cut.len() < text.len() || evidence.truncated {
            " …"
        } else {
            ""
        };
        self.page
            .wrapped(&format!("{}{mark}", cut.trim_start()), INDENT + LABEL + 2)
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
        self.page.labelled(self.page.words.why, &text)
    }

    /// What a finding led to, each under its own cause.
    fn symptoms(&mut self, finding: &Finding, depth: usize) -> io::Result<()> {
        for (index, id) in finding.explains.iter().enumerate() {
            let Some(symptom) = self.report.finding(id) else {
                continue;
            };
            if symptom.severity() < self.page.options.min_severity {
                continue;
            }
            if depth == 0 {
                self.page.label(if index == 0 {
                    self.page.words.led_to
                } else {
                    ""
                })?;
            } else {
                write!(self.page.out, "{:1$}", "", INDENT + LABEL)?;
            }
            self.one_line(symptom, &"  ".repeat(depth))?;
            self.symptoms(symptom, depth + 1)?;
        }
        Ok(())
    }

    fn one_line(&mut self, finding: &Finding, indent: &str) -> io::Result<()> {
        let spec = finding.signature.spec();
        let lang = self.page.options.lang;
        let severity = self.page.paint(
            color_of(finding.severity()),
            severity_word(finding.severity(), lang),
        );
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
            self.page.out,
            "{indent}{severity} {}  {}",
            spec.title.text(lang),
            self.page.paint(DIM, &rest)
        )
    }

    /// Findings below a heading of their own, each with what it means.
    fn explained(&mut self, heading: &str, findings: &[Finding]) -> io::Result<()> {
        if !findings.is_empty() {
            self.page.heading(heading)?;
        }
        for finding in findings {
            self.one_line(finding, "  ")?;
            let cause = &finding.signature.spec().cause;
            self.page
                .wrapped(cause.text(self.page.options.lang), INDENT + 1)?;
        }
        Ok(())
    }

    /// Parts of logs that are not there, and logs that are not read.
    fn gaps(&mut self) -> io::Result<()> {
        let (words, report) = (self.page.words, self.report);
        let journals = unread_journals(report);
        let is_nothing = report.coverage.gaps.is_empty() && journals.is_none();
        if !is_nothing && report.lost.is_empty() {
            self.page.heading(words.lost)?;
        }
        for gap in &report.coverage.gaps {
            let log = visible(gap.log.as_str());
            let missing = gap.missing.iter().map(|part| format!("{log}.{part}"));
            let missing = missing.take(SHOWN_VALUES).collect::<Vec<_>>().join(", ");
            writeln!(self.page.out, "  {} {missing}", words.gap)?;
        }
        let Some((covered, need)) = journals else {
            return Ok(());
        };
        let count = words.journals.count(covered.members);
        writeln!(self.page.out, "  {count} ({})", bytes(covered.bytes))?;
        writeln!(self.page.out, "    $ {}", need.command)
    }

    fn problems(&mut self) -> io::Result<()> {
        if self.report.problems.is_empty() {
            return Ok(());
        }
        self.page.heading(self.page.words.problems)?;
        for problem in &self.report.problems {
            let member = match problem.member.as_str() {
                "" => self.report.bundle.path.as_str(),
                member => member,
            };
            writeln!(
                self.page.out,
                "  {}  {}",
                visible(member),
                problem.kind.as_str()
            )?;
            self.page.wrapped(&visible(&problem.detail), INDENT + 1)?;
        }
        Ok(())
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
