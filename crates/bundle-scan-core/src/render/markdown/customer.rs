//! What a customer is told, in Markdown.

use std::io;

use super::document::Document;
use super::escape::{code, prose};
use crate::render::customer::Sheet;

impl Sheet for Document<'_> {
    fn say(&self, text: &str) -> String {
        prose(text)
    }

    fn quote(&self, text: &str) -> String {
        code(text)
    }

    fn stress(&self, text: &str) -> String {
        format!("**{}**", prose(text))
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        self.heading(text)
    }

    fn paragraph(&mut self, text: &str) -> io::Result<()> {
        self.paragraph(text)
    }

    fn label(&mut self, label: &str) -> io::Result<()> {
        self.paragraph(&format!("**{label}**"))
    }

    fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        self.label(label)?;
        self.paragraph(text)
    }

    fn list(&mut self, items: &[String]) -> io::Result<()> {
        self.list(items)
    }

    fn item(&mut self, number: Option<usize>, text: &str, command: Option<&str>) -> io::Result<()> {
        let marker = number.map_or_else(|| "-".to_owned(), |number| format!("{number}."));
        self.item(&marker, text, command)
    }

    fn proof(&mut self, place: String, line: String) -> io::Result<()> {
        self.fence("text", [place, format!("  {line}")], 0)
    }
}
