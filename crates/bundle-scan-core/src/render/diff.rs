//! What changed between two reports, for people: what is new and what is worse first.

use std::io::{self, Write};

use super::RenderOptions;
use super::escape::visible;
use super::labels::label;
use super::moment::{grouped, to_second};
use super::page::{BOLD, DIM, GREEN, INDENT, Page, YELLOW, color_of};
use super::words::severity_word;
use super::words_diff::{change_text, diff_words, doubt_text, group_word, state_word};
use crate::base::lang::Lang;
use crate::base::severity::Severity;
use crate::diff::{Diff, Doubt, Entry, FindingSummary, Group, Sides, Summary, ThingChange};
use crate::error::Error;
use crate::report::Status;
use crate::signature::SignatureSet;

/// Things of one kind shown as having come, and as many as gone; JSON has more.
const SHOWN_THINGS: usize = 5;

/// Writes a comparison for people. `set` has the titles in the language asked for.
///
/// # Errors
/// Of the kind `Output` when `out` refuses the bytes.
pub fn write_text(
    diff: &Diff<'_>,
    set: &SignatureSet,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let mut text = DiffText {
        set,
        page: Page::new(options, out),
    };
    Ok(text.diff(diff)?)
}

/// The title of a finding in the language asked for, if its signature is known; else as its report has it.
pub(super) fn title<'t>(finding: &'t FindingSummary, set: &'t SignatureSet, lang: Lang) -> &'t str {
    set.find(&finding.id).map_or(&finding.title, |signature| {
        signature.spec().title.text(lang)
    })
}

/// One comparison while it is written.
struct DiffText<'p> {
    set: &'p SignatureSet,
    page: Page<'p>,
}

impl DiffText<'_> {
    fn diff(&mut self, diff: &Diff<'_>) -> io::Result<()> {
        let words = diff_words(self.page.options.lang);
        self.report(words.old, diff.old)?;
        self.report(words.new, diff.new)?;
        for (is_so, text) in [
            (diff.shares_no_host, words.other_hosts),
            (diff.is_backwards(), words.backwards),
            (!diff.has_same_signatures(), words.other_signatures),
        ] {
            if is_so {
                writeln!(self.page.out, "{}", self.page.paint(YELLOW, text))?;
            }
        }
        self.verdict(diff)?;
        for group in Group::ALL {
            self.group(diff, group)?;
        }
        Ok(())
    }

    /// What was compared.
    fn report(&mut self, label: &str, summary: &Summary) -> io::Result<()> {
        let words = diff_words(self.page.options.lang);
        let captured = summary.bundle.captured_at;
        let mut parts: Vec<String> = captured
            .map(|nanos| format!("{} {} UTC", self.page.words.captured, to_second(nanos)))
            .into_iter()
            .collect();
        parts.push(words.findings.count(summary.findings.len() as u64));
        if summary.left_out() > 0 {
            parts.push(words.left_out.count(summary.left_out()));
        }
        let path = self.page.paint(BOLD, &visible(&summary.bundle.path));
        let rest = self.page.paint(DIM, &parts.join(" · "));
        writeln!(
            self.page.out,
            "{label}{}{path}  {rest}",
            self.page.words.colon
        )?;
        match summary.status {
            Status::Complete => Ok(()),
            Status::Partial => {
                let partial = self.page.paint(YELLOW, self.page.words.partial);
                writeln!(self.page.out, "{:INDENT$}{partial}", "")
            }
        }
    }

    fn verdict(&mut self, diff: &Diff<'_>) -> io::Result<()> {
        let lang = self.page.options.lang;
        let counts = Group::ALL.map(|group| {
            let count = diff.group(group).count() as u64;
            format!("{} {}", group_word(group, lang), grouped(count))
        });
        let style = match diff.max_severity() {
            None => GREEN,
            Some(severity) => color_of(severity),
        };
        let counts = counts.join(" · ");
        writeln!(self.page.out, "{}", self.page.paint(style, &counts))
    }

    fn group(&mut self, diff: &Diff<'_>, group: Group) -> io::Result<()> {
        let mut entries = diff.group(group).peekable();
        if entries.peek().is_none() {
            return Ok(());
        }
        let word = group_word(group, self.page.options.lang);
        self.page.heading(word)?;
        entries.try_for_each(|entry| self.entry(diff, entry))
    }

    fn entry(&mut self, diff: &Diff<'_>, entry: &Entry<'_>) -> io::Result<()> {
        let finding = entry.sides.latest();
        let lang = self.page.options.lang;
        let severity = then(
            entry.sides,
            |finding| finding.severity,
            |severity| self.severity(severity),
        );
        let title = self
            .page
            .paint(BOLD, &visible(title(finding, self.set, lang)));
        let id = self.page.paint(DIM, &visible(&finding.id));
        writeln!(self.page.out, "  {severity}  {title}  {id}")?;
        self.page.wrapped(&self.summary(diff, entry), INDENT)?;
        entry
            .things
            .iter()
            .try_for_each(|change| self.things(change))
    }

    fn severity(&self, severity: Severity) -> String {
        let word = severity_word(severity, self.page.options.lang);
        self.page.paint(color_of(severity), word)
    }

    /// How often, in which state, what changed, and what is not sure.
    fn summary(&self, diff: &Diff<'_>, entry: &Entry<'_>) -> String {
        let lang = self.page.options.lang;
        let count = then(entry.sides, |finding| finding.count, grouped);
        let state = then(
            entry.sides,
            |finding| finding.state,
            |state| state_word(state, lang).to_owned(),
        );
        let mut parts = vec![format!("{count}{}", self.page.words.times), state];
        let changes = entry.changes.iter();
        parts.extend(changes.map(|change| change_text(*change, lang).to_owned()));
        if entry.group == Group::Fixed && entry.sides.after().is_none() {
            parts.push(diff_words(lang).not_found.to_owned());
        }
        // What is so of all of them is told once.
        let is_told = |doubt: &Doubt| *doubt == Doubt::HostMissing && diff.shares_no_host;
        let doubt = entry.doubt.filter(|doubt| !is_told(doubt));
        parts.extend(doubt.map(|doubt| doubt_text(doubt, entry.group, lang).to_owned()));
        parts.join(" · ")
    }

    fn things(&mut self, change: &ThingChange<'_>) -> io::Result<()> {
        let parts = [("+", &change.came), ("−", &change.gone)];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(sign, names)| {
                let shown = names.iter().take(SHOWN_THINGS).copied();
                let shown = shown.collect::<Vec<_>>().join(", ");
                match names.len().saturating_sub(SHOWN_THINGS) {
                    0 => format!("{sign} {shown}"),
                    hidden => format!("{sign} {shown} +{}", grouped(hidden as u64)),
                }
            })
            .collect();
        self.page.labelled(
            &visible(&label(change.entity, self.page.options.lang)),
            &parts.join("  "),
        )
    }
}

/// What was and what is, or once what did not change.
fn then<T: Copy + PartialEq>(
    sides: Sides<'_>,
    of: impl Fn(&FindingSummary) -> T,
    text: impl Fn(T) -> String,
) -> String {
    match (sides.before().map(&of), sides.after().map(&of)) {
        (Some(old), Some(new)) if old != new => format!("{} → {}", text(old), text(new)),
        _ => text(of(sides.latest())),
    }
}
