//! What is wrong with a signature file, and where: code, `file:line:col`, the line and a caret under the place.

use std::fmt;

/// One mistake in one signature file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Complaint {
    /// The file, as the user named it.
    pub file: String,
    /// Line of the place, from 1.
    pub line: usize,
    /// Column of the place in characters, from 1.
    pub column: usize,
    /// Stable kebab-case code of the rule that was broken.
    pub code: &'static str,
    /// What is wrong and what was expected.
    pub message: String,
    /// The text of the line.
    pub excerpt: String,
    /// Whether it only says how to do better.
    pub is_advice: bool,
}

impl Complaint {
    /// A complaint about the place `line:column` (both from 1) of `source`.
    pub fn at(
        file: &str,
        source: &str,
        (line, column): (usize, usize),
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Complaint {
            file: file.to_owned(),
            line: line.max(1),
            column: column.max(1),
            code,
            message: message.into(),
            excerpt: lines(source)
                .nth(line.saturating_sub(1))
                .unwrap_or("")
                .to_owned(),
            is_advice: false,
        }
    }

    /// The same as advice.
    #[must_use]
    pub fn as_advice(self) -> Self {
        Complaint {
            is_advice: true,
            ..self
        }
    }
}

/// The lines as YAML counts them: a carriage return by itself ends one as well.
fn lines(source: &str) -> impl Iterator<Item = &str> {
    let lines = source.split('\n');
    lines.flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// Characters of a long line shown before and after the caret.
const SHOWN_BEFORE: usize = 60;
const SHOWN_AFTER: usize = 60;

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let skipped = (self.column - 1).saturating_sub(SHOWN_BEFORE);
        let shown: String = self
            .excerpt
            .chars()
            .skip(skipped)
            .take(SHOWN_BEFORE + SHOWN_AFTER)
            .collect();
        let indent = " ".repeat(self.column - 1 - skipped);
        let weight = match self.is_advice {
            true => "advice",
            false => "error",
        };
        writeln!(formatter, "{weight}[{}]: {}", self.code, self.message)?;
        writeln!(
            formatter,
            "{margin}--> {}:{}:{}",
            self.file, self.line, self.column
        )?;
        writeln!(formatter, "{margin} |")?;
        writeln!(formatter, "{number} | {shown}")?;
        write!(formatter, "{margin} | {indent}^")
    }
}

/// Signatures that cannot be used: every mistake found, or a folder that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// A folder or file could not be read.
    #[error("cannot read signatures from {path}: {source}")]
    Read {
        /// The path as the user gave it.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The files were read and hold mistakes.
    #[error("{}", list(complaints))]
    Invalid {
        /// The mistakes, in order of file and place.
        complaints: Vec<Complaint>,
    },
}

/// All of them, each with its place.
pub(crate) fn list(complaints: &[Complaint]) -> String {
    let texts: Vec<String> = complaints.iter().map(Complaint::to_string).collect();
    texts.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::load::{SourceFile, parse};

    #[test]
    fn the_caret_stands_under_the_place() {
        let complaint = Complaint::at(
            "my/x.yaml",
            "id: x\ncolour: red\n",
            (2, 1),
            "schema",
            "unknown field `colour`",
        );
        assert_eq!(
            complaint.to_string(),
            "error[schema]: unknown field `colour`\n --> my/x.yaml:2:1\n  |\n2 | colour: red\n  | ^"
        );
    }

    #[test]
    fn lines_end_where_yaml_says() {
        for end in ["\n", "\r", "\r\n"] {
            let file = SourceFile {
                name: "f".to_owned(),
                text: ["id: x", "", "colour: red", ""].join(end),
            };
            let complaint = parse(&file).expect_err("it is no signature");
            assert_eq!((complaint.line, &*complaint.excerpt), (3, "colour: red"));
        }
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let source = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let shown = Complaint::at("f", &source, (1, 501), "c", "m").to_string();
        let lines: Vec<&str> = shown.lines().collect();
        let caret = lines[4].find('^').expect("a caret is printed");
        assert_eq!(lines[3].as_bytes()[caret], b'X');
        assert!(lines[3].len() < 200);
    }
}
