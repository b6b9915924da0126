//! Sets text for people: labels in a column, wrapped by display width, coloured where that is wanted.

use std::borrow::Cow;
use std::io::{self, Write};

use textwrap::core::Word;
use textwrap::{WordSeparator, WordSplitter};

use super::RenderOptions;
use super::customer::Sheet;
use super::escape::visible;
use super::labels::container;
use super::phrases;
use super::words::{Words, risk_mark, words};
use crate::base::severity::Severity;
use crate::report::{Report, Status};
use crate::signature::Signature;
use crate::signature::schema::Step;

/// Columns before a text.
pub(super) const INDENT: usize = 3;
/// Columns of the labels `proof`, `cause`, ...
pub(super) const LABEL: usize = 9;
/// Columns by which lines after the first stand further in, where one is too long.
pub(super) const HANG: usize = 2;
/// The narrowest page that is set.
const MIN_WIDTH: usize = 40;

/// A page while it is written.
pub(super) struct Page<'p> {
    pub(super) options: &'p RenderOptions,
    pub(super) words: &'static Words,
    pub(super) out: &'p mut dyn Write,
}

impl<'p> Page<'p> {
    pub(super) fn new(options: &'p RenderOptions, out: &'p mut dyn Write) -> Self {
        Page {
            options,
            words: words(options.lang),
            out,
        }
    }

    /// Writes what was read, with `more` about it, and whether not all of it could be.
    pub(super) fn bundle(&mut self, report: &Report, more: Vec<String>) -> io::Result<()> {
        let bundle = &report.bundle;
        let mut parts = vec![container(&bundle.container, self.options.lang).to_owned()];
        parts.extend(bundle.layout.as_deref().map(str::to_owned));
        parts.extend(more);
        let path = self.paint(BOLD, &visible(&bundle.path));
        let parts = self.paint(DIM, &visible(&parts.join(" · ")));
        self.hanging(&format!("{path}  {parts}"), 0, HANG)?;
        if let Some(window) = phrases::window(report, self.words) {
            self.hanging(&self.paint(YELLOW, &window), 0, HANG)?;
        }
        match report.status {
            Status::Complete => Ok(()),
            Status::Partial => writeln!(self.out, "{}", self.paint(YELLOW, self.words.partial)),
        }
    }

    /// Writes the steps of a remedy, with commands as `command` gives them.
    pub(super) fn remedy<'s>(
        &mut self,
        signature: &'s Signature,
        command: impl Fn(&'s Step) -> Option<Cow<'s, str>>,
    ) -> io::Result<()> {
        let lang = self.options.lang;
        for (index, step) in signature.spec().remedy.iter().enumerate() {
            let label = if index == 0 { self.words.remedy } else { "" };
            let mark = risk_mark(step.risk, lang);
            let number = format!("{}. ", index + 1);
            self.label(label)?;
            let text = format!("{number}{mark}{}", step.text(lang));
            self.behind_label(&visible(&text), number.len())?;
            self.command(command(step).as_deref(), INDENT + LABEL + number.len())?;
        }
        Ok(())
    }

    /// Writes the lines of a command, none of which is broken.
    fn command(&mut self, command: Option<&str>, indent: usize) -> io::Result<()> {
        let lines = command.into_iter().flat_map(str::lines);
        for line in lines {
            let line = self.paint(CYAN, &format!("$ {}", visible(line)));
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    /// Writes a text behind the marker of a list.
    fn listed(&mut self, marker: &str, text: &str) -> io::Result<()> {
        let indent = INDENT + marker.len() + 1;
        let lines = self.set(text, indent);
        let mut lines = lines.iter();
        let first = lines.next().map_or("", String::as_str);
        writeln!(self.out, "{:INDENT$}{marker} {first}", "")?;
        lines.try_for_each(|line| writeln!(self.out, "{:indent$}{line}", ""))
    }

    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.paint(BOLD, text))
    }

    pub(super) fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        self.label(label)?;
        self.behind_label(&visible(text), 0)
    }

    /// Writes addresses to look at, none of which is broken.
    pub(super) fn links(&mut self, links: &[String]) -> io::Result<()> {
        self.label(self.words.see)?;
        self.whole(links.iter().map(|link| visible(link).into_owned()), 0, "")
    }

    /// Writes what begins where a label ended, each part in lines of its own, broken only between words; all lines but the first `hang` columns
    /// further in.
    fn whole(
        &mut self,
        parts: impl Iterator<Item = String>,
        hang: usize,
        style: &str,
    ) -> io::Result<()> {
        let indent = INDENT + LABEL;
        let options = self.wrapping(self.columns() - indent - HANG);
        let options = options.break_words(false);
        let mut margin = 0;
        for part in parts {
            for line in textwrap::wrap(&part, &options) {
                let line = match style {
                    "" => line.into_owned(),
                    style => self.paint(style, &line),
                };
                writeln!(self.out, "{:margin$}{line}", "")?;
                margin = indent + hang;
            }
        }
        Ok(())
    }

    /// Writes a text that begins where a label ended, lines after the first `hang` columns further in.
    pub(super) fn behind_label(&mut self, text: &str, hang: usize) -> io::Result<()> {
        let indent = " ".repeat(INDENT + LABEL + hang);
        let label = &indent[hang..];
        let options = self.wrapping(self.columns());
        let options = options.initial_indent(label).subsequent_indent(&indent);
        let lines = textwrap::wrap(text, options);
        let mut lines = lines.iter().map(|line| line.as_ref());
        let first = lines.next().and_then(|line| line.strip_prefix(label));
        writeln!(self.out, "{}", first.unwrap_or_default())?;
        lines.try_for_each(|line| writeln!(self.out, "{line}"))
    }

    /// Writes where a line stands, behind a label: what is too long for a line of the page is broken between its parts, and none of them is.
    pub(super) fn address(&mut self, parts: &[String]) -> io::Result<()> {
        let indent = INDENT + LABEL;
        let whole = parts.join(" · ");
        let is_short = textwrap::core::display_width(&whole) + indent + HANG <= self.columns();
        let lines = match is_short {
            true => std::slice::from_ref(&whole),
            false => parts,
        };
        self.whole(lines.iter().cloned(), HANG, CYAN)
    }

    /// Writes a label, padded by columns: a Chinese character takes two.
    pub(super) fn label(&mut self, label: &str) -> io::Result<()> {
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

    pub(super) fn wrapped(&mut self, text: &str, indent: usize) -> io::Result<()> {
        self.set(text, indent)
            .iter()
            .try_for_each(|line| writeln!(self.out, "{:indent$}{line}", ""))
    }

    /// Writes a text of which the lines after the first stand `hang` columns further in.
    pub(super) fn hanging(&mut self, text: &str, indent: usize, hang: usize) -> io::Result<()> {
        let (first, others) = (" ".repeat(indent), " ".repeat(indent + hang));
        let options = self.wrapping(self.columns());
        let options = options.initial_indent(&first).subsequent_indent(&others);
        let mut lines = textwrap::wrap(text, options).into_iter();
        lines.try_for_each(|line| writeln!(self.out, "{line}"))
    }

    /// Breaks a text into lines that fit behind an indent.
    pub(super) fn set(&self, text: &str, indent: usize) -> Vec<String> {
        textwrap::wrap(text, self.wrapping(self.columns() - indent))
            .into_iter()
            .map(std::borrow::Cow::into_owned)
            .collect()
    }

    fn columns(&self) -> usize {
        self.options.width.max(MIN_WIDTH)
    }

    fn wrapping(&self, columns: usize) -> textwrap::Options<'static> {
        textwrap::Options::new(columns)
            .word_separator(WordSeparator::Custom(words_of))
            .word_splitter(WordSplitter::NoHyphenation)
    }

    pub(super) fn paint(&self, style: &str, text: &str) -> String {
        match self.options.color && !text.is_empty() {
            true => format!("{style}{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}

pub(super) const BOLD: &str = "\x1b[1m";
pub(super) const DIM: &str = "\x1b[2m";
pub(super) const GREEN: &str = "\x1b[32m";
pub(super) const YELLOW: &str = "\x1b[33m";
pub(super) const CYAN: &str = "\x1b[36m";

/// The places where a line may break: those of Unicode, so that Chinese breaks between characters, but none inside of an id, a path or
/// an option, which people copy.
fn words_of(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut start = 0;
    let mut end = 0;
    for word in WordSeparator::UnicodeBreakProperties.find_words(line) {
        let is_whole = word.word.is_empty() || !word.whitespace.is_empty();
        end += word.word.len() + word.whitespace.len();
        let rest = line.get(end..).unwrap_or("");
        let is_inside =
            word.word.ends_with(|c: char| c.is_ascii()) && rest.starts_with(|c: char| c.is_ascii());
        if is_whole || !is_inside {
            words.push(Word::from(&line[start..end]));
            start = end;
        }
    }
    if start < line.len() {
        words.push(Word::from(&line[start..]));
    }
    Box::new(words.into_iter())
}

impl Sheet for Page<'_> {
    fn say(&self, text: &str) -> String {
        visible(text).into_owned()
    }

    fn quote(&self, text: &str) -> String {
        visible(text).into_owned()
    }

    fn stress(&self, text: &str) -> String {
        visible(text).into_owned()
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        self.heading(text)
    }

    fn paragraph(&mut self, text: &str) -> io::Result<()> {
        self.wrapped(text, 0)
    }

    fn label(&mut self, label: &str) -> io::Result<()> {
        writeln!(self.out, "\n{:INDENT$}{}", "", self.paint(DIM, label))
    }

    fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        Sheet::label(self, label)?;
        self.wrapped(text, INDENT)
    }

    fn list(&mut self, items: &[String]) -> io::Result<()> {
        items.iter().try_for_each(|item| self.listed("-", item))
    }

    fn item(&mut self, number: Option<usize>, text: &str, command: Option<&str>) -> io::Result<()> {
        let marker = number.map_or_else(|| "-".to_owned(), |number| format!("{number}."));
        self.listed(&marker, text)?;
        self.command(command, INDENT + marker.len() + 1)
    }

    fn proof(&mut self, place: String, line: String) -> io::Result<()> {
        writeln!(self.out, "{:INDENT$}{}", "", self.paint(CYAN, &place))?;
        self.wrapped(&line, INDENT + 2)
    }
}

/// The colour of a severity.
pub(super) fn color_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "\x1b[1;31m",
        Severity::Error => "\x1b[31m",
        Severity::Warning => "\x1b[33m",
        Severity::Info => "\x1b[34m",
    }
}
