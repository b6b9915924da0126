//! The report for people: a verdict first, then each cause with its proof and remedy, its symptoms folded under it.

use std::io::{self, Write};

use super::escape::visible;
use super::labels::label;
use super::moment::bytes;
use super::page::{BOLD, DIM, GREEN, HANG, INDENT, LABEL, Page, YELLOW, color_of};
use super::phrases::{self, summary};
use super::spark::Ruler;
use super::verdict::{Verdict, roots, significance};
use super::words::{problem_word, severity_word};
use super::{Audience, InARow, Render, RenderOptions, customer, unrecognised};
use crate::error::Error;
use crate::finding::Evidence;
use crate::report::command::filled;
use crate::report::inventory::unread_journals;
use crate::report::timeline::Timeline;
use crate::report::{Finding, Report, Suppressed};
use crate::signature::Signature;

/// See [`super::TEXT`].
pub struct Text;

impl Render for Text {
    fn id(&self) -> &'static str {
        "text"
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
        let mut page = Page::new(options, out);
        Ok(match options.audience {
            Audience::Engineer => ReportText::new(report, page).report(),
            Audience::Customer => customer::write(report, options, &mut page),
        }?)
    }
}

/// What the report says about one finding below its title, its symptoms under it.
pub(super) fn about(
    report: &Report,
    finding: &Finding,
    options: &RenderOptions,
) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut text = ReportText {
        report,
        along: None,
        page: Page::new(options, &mut out),
    };
    text.details(finding)?;
    Ok(out)
}

/// One report while it is written.
struct ReportText<'p> {
    report: &'p Report,
    /// For the rows that show how often things happened; `None` if no time is known, or rows are not wanted.
    along: Option<(Timeline<'p>, Ruler)>,
    page: Page<'p>,
}

impl<'p> ReportText<'p> {
    fn new(report: &'p Report, page: Page<'p>) -> Self {
        let timeline = Timeline::new(report, page.options.min_severity);
        let ruler = timeline.grid.map(Ruler::new);
        ReportText {
            report,
            along: ruler.map(|ruler| (timeline, ruler)),
            page,
        }
    }

    fn report(&mut self) -> io::Result<()> {
        self.header()?;
        self.verdict()?;
        let roots = roots(self.report, self.page.options.min_severity);
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
                .try_for_each(|finding| self.one_line(finding))?;
        }
        let words = self.page.words;
        self.suppressed()?;
        self.explained(words.benign, &self.report.benign)?;
        self.explained(words.lost, &self.report.lost)?;
        self.gaps()?;
        let most = self.page.options.unrecognised.unwrap_or(usize::MAX);
        unrecognised::section(&mut self.page, &self.report.unrecognised, most)?;
        self.problems()
    }

    fn header(&mut self) -> io::Result<()> {
        let parts = phrases::contents(self.report, self.page.options, self.page.words);
        self.page.bundle(self.report, parts)
    }

    fn verdict(&mut self) -> io::Result<()> {
        let (words, lang) = (self.page.words, self.page.options.lang);
        let least = self.page.options.min_severity;
        let verdict = Verdict::of(self.report, least);
        let said = verdict.words(words);
        match verdict {
            Verdict::Unjudged | Verdict::Clean => {
                let style = if matches!(verdict, Verdict::Clean) {
                    GREEN
                } else {
                    YELLOW
                };
                let said = self.page.paint(style, said);
                let basis = self.page.paint(DIM, &phrases::basis(self.report, words));
                self.page.hanging(&format!("{said}  {basis}"), 0, HANG)?;
                self.not_evaluable()
            }
            Verdict::Behind | Verdict::Known | Verdict::Below => writeln!(self.page.out, "{said}"),
            Verdict::Cause(cause) => {
                let title = cause.signature.spec().title.text(lang);
                let title = self.page.paint(color_of(cause.severity()), title);
                let tail = significance(self.report, cause, least, lang);
                let tail = self.page.paint(DIM, &visible(&tail));
                self.page
                    .hanging(&format!("{said}{}{title}{tail}", words.colon), 0, HANG)
            }
        }
    }

    fn not_evaluable(&mut self) -> io::Result<()> {
        match phrases::not_evaluable(self.report, self.page.words) {
            Some(text) => self.page.wrapped(&self.page.paint(DIM, &text), 0),
            None => Ok(()),
        }
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let spec = finding.signature.spec();
        let lang = self.page.options.lang;
        let severity = self.page.paint(
            color_of(finding.severity()),
            severity_word(finding.severity(), lang),
        );
        let title = self.page.paint(BOLD, spec.title.text(lang));
        let (rank, id) = (finding.rank, self.page.paint(DIM, &spec.id));
        let text = format!("{rank}. {severity}  {title}  {id}");
        self.page.hanging(&text, 0, INDENT)?;
        self.details(finding)
    }

    fn details(&mut self, finding: &Finding) -> io::Result<()> {
        let spec = finding.signature.spec();
        let lang = self.page.options.lang;
        let along = self.along_time(finding).unwrap_or_default();
        let summary = summary(finding, self.report, &along, lang);
        let line = self.page.paint(DIM, &visible(&summary));
        self.page.wrapped(&line, INDENT)?;
        for entity in &finding.entities {
            let values = phrases::entity_values(entity, self.page.words, str::to_owned);
            self.page.labelled(&label(&entity.name, lang), &values)?;
        }
        for (index, evidence) in phrases::proof(finding).into_iter().enumerate() {
            self.evidence(
                if index == 0 {
                    self.page.words.proof
                } else {
                    ""
                },
                evidence,
                &finding.signature,
            )?;
        }
        self.page
            .labelled(self.page.words.cause, spec.cause.text(lang))?;
        self.page
            .labelled(self.page.words.impact, spec.impact.text(lang))?;
        let report = self.report;
        let command = |step| filled(step, finding, report);
        self.page.remedy(&finding.signature, command)?;
        if !spec.references.is_empty() {
            self.page.links(&spec.references)?;
        }
        if self.page.options.why {
            self.factors(finding)?;
        }
        self.symptoms(finding)
    }

    /// A row of blocks for how often, along the time of all findings.
    fn along_time(&self, finding: &Finding) -> Option<String> {
        let (timeline, ruler) = self.along.as_ref()?;
        let event = timeline.event(finding)?;
        (ruler.columns() > 1 && finding.count > 1 && !event.buckets.is_empty())
            .then(|| format!(" [{}]", ruler.row(&event.buckets)))
    }

    fn evidence(
        &mut self,
        label: &str,
        evidence: &Evidence,
        signature: &Signature,
    ) -> io::Result<()> {
        let places = phrases::places(evidence, self.page.words);
        self.page.label(label)?;
        self.page.address(&places)?;
        let most = self.page.options.context;
        let before = evidence.before.len().saturating_sub(most);
        self.context(&evidence.before[before..])?;
        let line = phrases::line(evidence, signature);
        // Among its neighbours it is told by more than the colour.
        let is_among = before < evidence.before.len() || most.min(evidence.after.len()) > 0;
        let mark = if is_among { "> " } else { "" };
        self.page
            .wrapped(&format!("{mark}{line}"), INDENT + LABEL + HANG)?;
        let after = evidence.after.len().min(most);
        self.context(&evidence.after[..after])
    }

    /// Lines around one that proves something, each cut to one line of the page.
    fn context(&mut self, lines: &[String]) -> io::Result<()> {
        let indent = INDENT + LABEL + 2;
        lines.iter().try_for_each(|line| {
            let set = self.page.set(&visible(line.trim()), indent);
            let first = self.page.paint(DIM, set.first().map_or("", String::as_str));
            writeln!(self.page.out, "{:indent$}{first}", "")
        })
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
    fn symptoms(&mut self, finding: &Finding) -> io::Result<()> {
        let symptoms = phrases::symptoms(self.report, finding, self.page.options.min_severity);
        let mut label = self.page.words.led_to;
        for (depth, symptom) in symptoms {
            let text = self.in_one_line(symptom);
            self.page.label(label)?;
            label = "";
            self.page
                .behind_label(&format!("{:1$}{text}", "", 2 * depth), 2 * depth + HANG)?;
        }
        Ok(())
    }

    fn one_line(&mut self, finding: &Finding) -> io::Result<()> {
        let text = self.in_one_line(finding);
        self.page.hanging(&text, 2, HANG)
    }

    /// Severity, title, how often, and where it is proven.
    fn in_one_line(&self, finding: &Finding) -> String {
        let spec = finding.signature.spec();
        let lang = self.page.options.lang;
        let severity = self.page.paint(
            color_of(finding.severity()),
            severity_word(finding.severity(), lang),
        );
        let place = finding.evidence.first().map(phrases::place);
        let rest = format!(
            "{} {} {}",
            phrases::times(finding, self.page.words),
            spec.id,
            place.unwrap_or_default()
        );
        let rest = self.page.paint(DIM, &rest);
        format!("{severity} {}  {rest}", spec.title.text(lang))
    }

    /// Findings that are not told, each with the reason.
    fn suppressed(&mut self) -> io::Result<()> {
        let least = self.page.options.min_severity;
        if self.report.suppressed_at_least(least).next().is_some() {
            self.page.heading(self.page.words.suppressed)?;
        }
        for Suppressed { finding, by } in self.report.suppressed_at_least(least) {
            self.one_line(finding)?;
            let reason = self.page.words.reason(by);
            self.page.wrapped(&visible(&reason), INDENT + 1)?;
        }
        Ok(())
    }

    /// Findings below a heading of their own, each with what it means.
    fn explained(&mut self, heading: &str, findings: &[Finding]) -> io::Result<()> {
        if !findings.is_empty() {
            self.page.heading(heading)?;
        }
        for finding in findings {
            self.one_line(finding)?;
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
            let missing = phrases::missing_parts(gap);
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
            let member = phrases::damaged(problem, self.report);
            let word = problem_word(problem.kind, self.page.options.lang);
            writeln!(self.page.out, "  {member}  {word}")?;
            self.page.wrapped(&visible(&problem.detail), INDENT + 1)?;
        }
        Ok(())
    }
}
