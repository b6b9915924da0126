//! What tells that JSON was written by this program, or at least that it is no bundle.

use std::fmt;
use std::io::{BufReader, Read};
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::report::TOOL;

/// What this program wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A report, or the beginning of a document that may be one.
    Report,
    /// Findings, one in a line.
    Lines,
    /// SARIF, by whomever.
    Sarif,
    /// Another document in JSON.
    Other,
    /// A report for people or pipelines, which is this.
    Document(&'static str),
}

/// The marks of the first object in a text, in whatever order its keys are. One that is cut has those that stand before the cut.
#[derive(Default)]
pub(super) struct Marks {
    is_whole: bool,
    is_ours: bool,
    has_version: bool,
    has_findings: bool,
    has_fingerprint: bool,
    has_factors: bool,
    has_schema: bool,
    has_runs: bool,
}

#[derive(Deserialize)]
struct ToolMark {
    name: String,
}

/// Bytes at the beginning of a document for people that tell that this program wrote it.
pub(super) const HEAD: u64 = 4 << 10;

/// What a page or test results begin with, what the same of this program hold soon after, and what they are.
const HEADS: [(&str, &str, &str); 2] = [
    (
        "<!DOCTYPE html>",
        "<meta name=\"generator\" content=\"bundle-scan ",
        "a page",
    ),
    ("<?xml ", "<testsuites name=\"bundle-scan\"", "test results"),
];
/// What a letter to a customer begins with.
const LETTERS: [&str; 2] = ["We examined ", "我们检查了 "];
/// Lines of which one tells in a report for people how much was read.
const HEADING_LINES: usize = 6;

/// How much was read, as the heading of a report for people says it.
static CONTENTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r" · [0-9,]+ (?:members?|个文件) · [0-9,]+ (?:lines?|行) · [0-9.]+ [kMG]?B\b")
        .expect("the pattern is constant and tested")
});

/// What a document for people or pipelines is, if this program wrote it.
pub(super) fn document(head: &[u8]) -> Option<Kind> {
    let head = String::from_utf8_lossy(head);
    let mut known = HEADS.iter();
    let of_tags = known.find(|(first, mark, _)| head.starts_with(first) && head.contains(mark));
    if let Some((_, _, what)) = of_tags {
        return Some(Kind::Document(what));
    }
    let has_heading = || {
        let mut lines = head.lines().take(HEADING_LINES);
        lines.any(|line| CONTENTS.is_match(line))
    };
    let is_letter = LETTERS.iter().any(|letter| head.starts_with(letter));
    (is_letter || has_heading()).then_some(Kind::Document("a report for people"))
}

impl Marks {
    pub(super) fn find(reader: impl Read) -> Self {
        let mut marks = Marks::default();
        let mut document = serde_json::Deserializer::from_reader(BufReader::new(reader));
        // What ends early, or is something else, has fewer marks.
        let is_whole = document.deserialize_map(&mut marks).is_ok();
        Marks { is_whole, ..marks }
    }

    /// What it is, if it was written by this program.
    pub(super) fn kind(&self) -> Option<Kind> {
        if self.has_fingerprint && self.has_factors {
            return Some(Kind::Lines);
        }
        if self.has_schema && self.has_runs {
            return Some(Kind::Sarif);
        }
        let may_be_report = self.has_findings || !self.is_whole;
        let kind = match may_be_report {
            true => Kind::Report,
            false => Kind::Other,
        };
        (self.is_ours && self.has_version).then_some(kind)
    }
}

impl<'de> Visitor<'de> for &mut Marks {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "tool" {
                self.is_ours = map.next_value::<ToolMark>()?.name == TOOL;
                continue;
            }
            self.has_version |= key == "schema_version";
            self.has_findings |= key == "findings";
            self.has_fingerprint |= key == "fingerprint";
            self.has_factors |= key == "score_factors";
            self.has_schema |= key == "$schema";
            self.has_runs |= key == "runs";
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}
