//! Blocks of Markdown, one after the other. What they are given is Markdown already: see `escape`.

use std::io::{self, Write};

use super::escape::fence;

/// A document while it is written.
pub(super) struct Document<'d>(pub(super) &'d mut dyn Write);

impl Document<'_> {
    pub(super) fn paragraph(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.0, "{text}\n")
    }

    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.0, "### {text}\n")
    }

    pub(super) fn list(&mut self, items: &[String]) -> io::Result<()> {
        if items.is_empty() {
            return Ok(());
        }
        items.iter().try_for_each(|item| self.bullet(0, item))?;
        self.end()
    }

    pub(super) fn bullet(&mut self, indent: usize, item: &str) -> io::Result<()> {
        writeln!(self.0, "{:indent$}- {item}", "")
    }

    /// Ends a list or a table.
    pub(super) fn end(&mut self) -> io::Result<()> {
        writeln!(self.0)
    }

    /// An item of a list behind `marker`, with its command below.
    pub(super) fn item(
        &mut self,
        marker: &str,
        text: &str,
        command: Option<&str>,
    ) -> io::Result<()> {
        writeln!(self.0, "{marker} {text}\n")?;
        match command {
            Some(command) => self.fence("sh", command.lines(), marker.len() + 1),
            None => Ok(()),
        }
    }

    pub(super) fn fence(
        &mut self,
        info: &str,
        lines: impl IntoIterator<Item = impl Into<String>>,
        indent: usize,
    ) -> io::Result<()> {
        let lines: Vec<String> = lines.into_iter().map(Into::into).collect();
        writeln!(self.0, "{}", fence(info, &lines, indent))
    }

    /// What is shown on a click. The blank lines let Markdown go on within HTML.
    pub(super) fn folded(
        &mut self,
        summary: &str,
        content: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        writeln!(self.0, "<details><summary>{summary}</summary>\n")?;
        content(self)?;
        writeln!(self.0, "</details>\n")
    }

    pub(super) fn row(&mut self, cells: &[String]) -> io::Result<()> {
        writeln!(self.0, "| {} |", cells.join(" | "))
    }
}
