//! Why a signature fired or did not, for people: the verdict with its reason, then each leaf, then what must hold together.

use std::io::{self, Write};

use super::escape::visible;
use super::moment::grouped;
use super::page::{BOLD, CYAN, DIM, GREEN, INDENT, Page, YELLOW, color_of};
use super::words::{severity_word, state_words};
use super::words_trace::{
    Told, TraceWords, end_words, holds_words, missing_words, rank_words, role_words, short,
    standing_words, threshold_words, trace_words,
};
use super::{Render, RenderOptions};
use crate::base::lang::Lang;
use crate::error::Error;
use crate::finding::End;
use crate::finding::attempts::Tried;
use crate::finding::parts::{Node, Part};
use crate::report::Report;
use crate::report::trace::{LeafTrace, Missing, Seen, Standing, Trace, Verdict, Why};
use crate::signature::compile::Leaf;
use crate::signature::schema::TextRule;

/// See [`super::TRACE_TEXT`].
pub struct TraceText;

/// Columns of a line or value shown.
const SHOWN_COLUMNS: usize = 240;

impl Render for TraceText {
    fn id(&self) -> &'static str {
        "text"
    }

    fn write_with(
        &self,
        report: &Report,
        options: &RenderOptions,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let Some(trace) = &report.trace else {
            return Ok(());
        };
        let mut text = TracePage {
            report,
            trace,
            words: trace_words(options.lang),
            page: Page::new(options, out),
        };
        Ok(text.trace()?)
    }
}

/// Why the signature did not fire, as one sentence; nothing if it did.
pub(super) fn reason(trace: &Trace, lang: Lang) -> Option<String> {
    let Verdict::Silent(missing) = &trace.verdict else {
        return None;
    };
    let (mut is_fact, mut wanted, mut values) = (false, String::new(), String::new());
    match missing {
        Missing::Leaf { leaf, why } => match (&trace.signature.leaves[*leaf], why) {
            (of, Why::Ended(End::Condition(name))) => {
                is_fact = of.as_fact().is_some();
                wanted = condition(trace, *leaf, name).unwrap_or_default();
            }
            (Leaf::Line(line), _) => wanted = literals(&line.written().literal),
            (Leaf::Fact(fact), _) => (is_fact, wanted) = (true, fact.kind.name.to_owned()),
        },
        Missing::Threshold { .. } => {
            let threshold = trace.signature.threshold.as_ref();
            wanted =
                threshold.map_or_else(String::new, |threshold| threshold_words(threshold, lang));
        }
        Missing::Requires { number } => {
            let required = &trace.requires[*number];
            wanted = format!("{} {}", required.property, required.wanted.join(", "));
            values = required.values.join(", ");
        }
        Missing::Apart => {
            let plan = trace.signature.plan.as_ref();
            values = plan.map_or_else(String::new, |plan| plan.group_by.join(", "));
        }
        Missing::Present { .. } | Missing::Count(_) | Missing::Sequence { .. } | Missing::Proof => {
        }
    }
    let told = Told {
        is_fact,
        wanted: &wanted,
        values: &values,
    };
    Some(missing_words(missing, &told, lang))
}

/// What a leaf wants of a capture or field.
pub(super) fn condition(trace: &Trace, leaf: usize, name: &str) -> Option<String> {
    let conditions = trace.conditions(leaf)?;
    conditions.get(name).map(ToString::to_string)
}

/// An exclusion as text.
pub(super) fn exclusion(rule: &TextRule) -> String {
    let regex = rule.regex.iter().map(|regex| format!("/{regex}/"));
    let parts = (!rule.literal.is_empty()).then(|| literals(&rule.literal));
    parts.into_iter().chain(regex).collect::<Vec<_>>().join(" ")
}

fn literals(literals: &[String]) -> String {
    let quoted: Vec<String> = literals.iter().map(|text| format!("\"{text}\"")).collect();
    quoted.join(" | ")
}

/// One trace while it is written.
struct TracePage<'p> {
    report: &'p Report,
    trace: &'p Trace,
    words: &'static TraceWords,
    page: Page<'p>,
}

impl TracePage<'_> {
    fn trace(&mut self) -> io::Result<()> {
        self.page.bundle(self.report, Vec::new())?;
        let spec = self.trace.signature.spec();
        let title = visible(spec.title.text(self.page.options.lang));
        let title = self.page.paint(BOLD, &title);
        writeln!(self.page.out, "{}  {title}", visible(&spec.id))?;
        self.verdict()?;
        for number in 0..self.trace.leaves.len() {
            self.leaf(number)?;
        }
        self.together()?;
        self.threshold()?;
        self.requires()
    }

    fn verdict(&mut self) -> io::Result<()> {
        let lang = self.page.options.lang;
        match self.trace.verdict {
            Verdict::Silent(_) => {
                let word = self.page.paint(YELLOW, self.words.silent);
                let reason = reason(self.trace, lang).unwrap_or_default();
                self.page.wrapped(
                    &format!("{word}{}{}", self.page.words.colon, visible(&reason)),
                    0,
                )
            }
            Verdict::Fired(standing) => {
                let word = self.page.paint(GREEN, self.words.fired);
                let text = self.standing(standing);
                writeln!(self.page.out, "{word}{}{text}", self.page.words.colon)
            }
        }
    }

    fn standing(&self, standing: Standing) -> String {
        let lang = self.page.options.lang;
        let mut parts: Vec<String> = Vec::new();
        if let Some(finding) = self.trace.finding(self.report) {
            if standing == Standing::Finding {
                parts.push(rank_words(finding.rank, self.report.findings.len(), lang));
                let severity = finding.severity();
                let word = severity_word(severity, lang);
                parts.push(self.page.paint(color_of(severity), word));
            }
            parts.push(self.page.words.times(finding.count));
            parts.extend(state_words(finding, lang));
            let cause = finding.explained_by.as_ref();
            parts.extend(cause.map(|cause| format!("{}{cause}", self.words.explained_by)));
        }
        parts.extend(standing_words(standing, lang).map(str::to_owned));
        parts.join(" · ")
    }

    fn leaf(&mut self, number: usize) -> io::Result<()> {
        let (trace, words, lang) = (self.trace, self.words, self.page.options.lang);
        let (leaf, told) = (&trace.signature.leaves[number], &trace.leaves[number]);
        let what = match leaf {
            Leaf::Line(line) if line.written().component.is_empty() => words.anybody.to_owned(),
            Leaf::Line(line) => {
                format!("{} {}", words.line_of, line.written().component.join(", "))
            }
            Leaf::Fact(fact) => format!("{} {}", words.fact_of, fact.kind.name),
        };
        let role = role_words(told.role, lang);
        let role = role.map_or_else(String::new, |role| format!(" ({role})"));
        let heading = format!("{} {} · {what}{role}", words.leaf, number + 1);
        self.page.heading(&visible(&heading))?;
        if let Leaf::Line(line) = leaf {
            self.page
                .labelled(words.literal, &literals(&line.written().literal))?;
            if let Some(regex) = &line.written().regex {
                self.page.labelled(words.regex, regex)?;
            }
        }
        let conditions = trace.conditions(number).into_iter().flatten();
        for (at, (name, wanted)) in conditions.enumerate() {
            let label = if at == 0 { words.wanted } else { "" };
            self.page.labelled(label, &format!("{name}: {wanted}"))?;
        }
        self.source(told)?;
        for (end, tried) in &told.ends {
            self.end(number, end, tried)?;
        }
        Ok(())
    }

    fn source(&mut self, told: &LeafTrace) -> io::Result<()> {
        let (words, nouns) = (self.words, self.page.words);
        let (text, tried) = match told.seen {
            Seen::Facts(count) => {
                return self.page.labelled(words.source, &words.facts.count(count));
            }
            Seen::Lines { own, open, events } => {
                let spoken = |members, lines| {
                    format!(
                        "{}{}{}",
                        nouns.members.count(members),
                        words.comma,
                        nouns.lines.count(lines)
                    )
                };
                let mut parts = Vec::new();
                if own.members > 0 {
                    parts.push(spoken(own.members, own.lines));
                }
                if open.members > 0 {
                    let open = spoken(open.members, open.lines);
                    parts.push(format!("{open}{}", words.each_line_tells));
                }
                if events > 0 {
                    parts.push(words.events.count(events));
                }
                if parts.is_empty() {
                    parts.push(words.no_source.to_owned());
                }
                (parts.join(" · "), told.tried())
            }
        };
        self.page.labelled(words.source, &text)?;
        self.page.labelled("", &words.anchored.count(tried))
    }

    fn end(&mut self, leaf: usize, end: &End, tried: &Tried) -> io::Result<()> {
        let (trace, words, lang) = (self.trace, self.words, self.page.options.lang);
        let wanted = match end {
            End::Excluded(number) => {
                let line = trace.signature.leaves[leaf].as_line();
                let rule = line.and_then(|line| line.exclusions().nth(*number));
                rule.map(exclusion)
            }
            End::Condition(name) => condition(trace, leaf, name),
            _ => None,
        };
        let mut text = format!("{}× {}", grouped(tried.count), end_words(end, lang));
        text.extend(wanted);
        let is_one_of_several = matches!(trace.leaves[leaf].seen, Seen::Facts(_))
            && trace.conditions(leaf).is_some_and(|all| all.len() > 1);
        if is_one_of_several && *end != End::Holds {
            text += &format!(" · {} {}", words.alone, grouped(tried.alone));
        }
        self.page.wrapped(&visible(&text), INDENT)?;
        for example in &tried.examples {
            let place = format!("{}:{}", visible(example.member.as_str()), example.line);
            let place = self.page.paint(CYAN, &place);
            let value = match (end, &example.value) {
                (End::Condition(_), Some(value)) => {
                    format!("  {} {}", words.is, cut(&visible(value), false))
                }
                (End::Condition(_), None) => format!("  {}", words.not_known),
                _ => String::new(),
            };
            writeln!(self.page.out, "{:1$}{place}{value}", "", INDENT + 3)?;
            let text = cut(visible(&example.text).trim(), example.truncated);
            self.page.wrapped(&text, INDENT + 5)?;
        }
        Ok(())
    }

    fn together(&mut self) -> io::Result<()> {
        let (Some(together), Some(plan)) = (&self.trace.together, &self.trace.signature.plan)
        else {
            return Ok(());
        };
        let words = self.words;
        let heading = match plan.group_by.is_empty() {
            true => words.together.to_owned(),
            false => {
                let (by, sets) = (plan.group_by.join(", "), words.tried.count(together.sets));
                format!("{} · {} {by} · {sets}", words.together, words.by)
            }
        };
        self.page.heading(&visible(&heading))?;
        let sets = together.sets;
        self.part(&together.root, sets, !plan.group_by.is_empty(), INDENT)
    }

    fn part(&mut self, part: &Part, sets: u64, is_joined: bool, indent: usize) -> io::Result<()> {
        let (words, lang) = (self.words, self.page.options.lang);
        let name = match &part.node {
            Node::Leaf(leaf) => format!("{} {}", words.leaf_numbers, leaf + 1),
            Node::Any => "any".to_owned(),
            Node::All => "all".to_owned(),
            Node::Absent => "absent".to_owned(),
            Node::Given => "given".to_owned(),
            Node::Count(counting) => {
                let mut name = "count".to_owned();
                let distinct = counting.distinct.iter();
                name.extend(distinct.map(|entity| format!(" distinct {entity}")));
                name += &format!(" >= {}", counting.at_least);
                name.extend(counting.at_most.map(|most| format!(" <= {most}")));
                name.extend(counting.percent.map(|percent| format!(" {percent}%")));
                let within = counting.within.map(short);
                name.extend(within.map(|window| format!(" / {window}")));
                let numbers = &counting.numbers;
                name += &match numbers.of {
                    Some(of) => format!(" [{} of {of}]", numbers.share),
                    None if numbers.least == numbers.most => format!(" [{}]", numbers.most),
                    None => format!(" [{}..{}]", numbers.least, numbers.most),
                };
                name
            }
            Node::Sequence { within, ordered } => {
                let order = if *ordered { " ordered" } else { "" };
                let within =
                    within.map_or_else(String::new, |window| format!(" / {}", short(window)));
                format!("sequence{order}{within}")
            }
        };
        let status = match (sets, part.is_met) {
            (0, false) => words.not_found.to_owned(),
            (0, true) => match part.node {
                Node::Absent => String::new(),
                _ => words.found.to_owned(),
            },
            (_, false) if part.holds == 0 => words.not_found.to_owned(),
            _ if is_joined => holds_words(part.holds, sets, lang),
            _ if part.holds > 0 => words.holds.to_owned(),
            _ => words.fails.to_owned(),
        };
        let status = match (part.holds, lang) {
            _ if status.is_empty() => status,
            (0, _) => format!(": {}", self.page.paint(YELLOW, &status)),
            _ => format!(": {}", self.page.paint(DIM, &status)),
        };
        writeln!(self.page.out, "{:indent$}{}{status}", "", visible(&name))?;
        part.parts
            .iter()
            .try_for_each(|part| self.part(part, sets, is_joined, indent + 2))
    }

    fn threshold(&mut self) -> io::Result<()> {
        let Some(threshold) = &self.trace.signature.threshold else {
            return Ok(());
        };
        let asked = threshold_words(threshold, self.page.options.lang);
        let most = grouped(self.trace.most.unwrap_or(0));
        let text = format!(
            "{} · {} {most} / {asked}",
            self.words.threshold, self.words.at_most
        );
        self.page.heading(&visible(&text))
    }

    fn requires(&mut self) -> io::Result<()> {
        let words = self.words;
        if !self.trace.requires.is_empty() {
            self.page.heading(words.requires)?;
        }
        for required in &self.trace.requires {
            let judged = match required.is_met {
                Some(true) => words.fits,
                Some(false) => words.contradicts,
                None => words.not_known,
            };
            let values = match required.values.is_empty() {
                true => String::new(),
                false => format!("{}: ", required.values.join(", ")),
            };
            let (property, wanted) = (&required.property, required.wanted.join(", "));
            let text = format!("{property} {wanted} · {values}{judged}");
            self.page.wrapped(&visible(&text), INDENT)?;
        }
        Ok(())
    }
}

fn cut(text: &str, truncated: bool) -> String {
    let shown: String = text.chars().take(SHOWN_COLUMNS).collect();
    match shown.len() < text.len() || truncated {
        true => format!("{shown} …"),
        false => shown,
    }
}
