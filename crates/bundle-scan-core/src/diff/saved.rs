//! Reads a JSON report that was saved before, and tells one from a bundle by its content.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use thiserror::Error;

use super::summary::Summary;
use crate::report::{SCHEMA_VERSION, TOOL};

/// Bytes of the largest report that is read.
const MAX_BYTES: u64 = 256 << 20;
/// Bytes of a stream that are read to see whether it may be a report.
const HEAD_BYTES: u64 = 4 << 10;

/// Why a saved report cannot be used.
#[derive(Debug, Error)]
pub enum SavedError {
    /// Its layout is not known here.
    #[error(
        "{name} is a report with schema_version {version}, and this program reads {SCHEMA_VERSION}: scan its bundle again"
    )]
    UnknownVersion {
        /// Its path, or `stdin`.
        name: String,
        /// The version of its layout.
        version: u64,
    },
    /// It is larger than any report that is worth comparing.
    #[error("{name} is a report of more than {} MiB: write it again with less evidence", MAX_BYTES >> 20)]
    TooLarge {
        /// Its path, or `stdin`.
        name: String,
    },
    /// It is cut, or somebody changed it.
    #[error("{name} is a damaged report: {what} at line {line}, column {column}")]
    Damaged {
        /// Its path, or `stdin`.
        name: String,
        /// What is wrong.
        what: &'static str,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// The operating system refuses to give the data.
    #[error("cannot read {name}: {error}")]
    Unreadable {
        /// Its path, or `stdin`.
        name: String,
        /// What the operating system says.
        #[source]
        error: io::Error,
    },
}

/// What a stream turned out to be.
pub enum Stream<R> {
    /// A saved report.
    Report(Box<Summary>),
    /// Something to scan, from its first byte.
    Bundle(Chain<Cursor<Vec<u8>>, R>),
}

/// Reads the report in a file; `None` if the path holds no report, which then is a bundle or nothing.
///
/// # Errors
/// When the file is a report and cannot be used.
pub fn read_path(path: &Path) -> Result<Option<Summary>, SavedError> {
    let is_file = path.metadata().is_ok_and(|data| data.is_file());
    match File::open(path) {
        Ok(file) if is_file => read(&path.display().to_string(), file),
        // Whoever scans it says what is wrong with it.
        _ => Ok(None),
    }
}

/// Reads the report that a stream holds, or gives the stream back. What begins like JSON is held in memory until that is known.
///
/// # Errors
/// When the stream cannot be read, or is a report and cannot be used.
pub fn read_stream<R: Read>(name: &str, mut reader: R) -> Result<Stream<R>, SavedError> {
    let mut bytes = Vec::new();
    let mut take = |limit: u64, bytes: &mut Vec<u8>| {
        let taken = reader.by_ref().take(limit).read_to_end(bytes);
        taken.map_err(|error| SavedError::Unreadable {
            name: name.to_owned(),
            error,
        })
    };
    take(HEAD_BYTES, &mut bytes)?;
    if bytes.trim_ascii_start().starts_with(b"{") {
        take(MAX_BYTES + 1 - HEAD_BYTES, &mut bytes)?;
        if let Some(summary) = read(name, Cursor::new(&bytes))? {
            return Ok(Stream::Report(Box::new(summary)));
        }
    }
    Ok(Stream::Bundle(Cursor::new(bytes).chain(reader)))
}

fn read<R: Read + Seek>(name: &str, mut input: R) -> Result<Option<Summary>, SavedError> {
    let Some(version) = Marks::find(input.by_ref().take(MAX_BYTES)).version_of_report() else {
        return Ok(None);
    };
    let name = name.to_owned();
    if version != u64::from(SCHEMA_VERSION) {
        return Err(SavedError::UnknownVersion { name, version });
    }
    let length = input
        .seek(SeekFrom::End(0))
        .and_then(|length| input.rewind().map(|()| length));
    match length {
        Err(error) => return Err(SavedError::Unreadable { name, error }),
        Ok(length) if length > MAX_BYTES => return Err(SavedError::TooLarge { name }),
        Ok(_) => {}
    }
    match serde_json::from_reader(BufReader::new(input.take(MAX_BYTES))) {
        Ok(summary) => Ok(Some(summary)),
        Err(error) => Err(damaged(name, error)),
    }
}

/// Says where, and not what: the words of the report are not to be trusted on a terminal.
fn damaged(name: String, error: serde_json::Error) -> SavedError {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Io => {
            return SavedError::Unreadable {
                name,
                error: error.into(),
            };
        }
        Category::Eof => "it breaks off",
        Category::Syntax => "it is not one JSON document",
        Category::Data => "it is not what bundle-scan writes",
    };
    SavedError::Damaged {
        name,
        what,
        line: error.line(),
        column: error.column(),
    }
}

/// What tells a report from other JSON, in whatever order its keys are. A report that is cut shows what stands before the cut.
#[derive(Default)]
struct Marks {
    version: Option<u64>,
    is_ours: bool,
    has_findings: bool,
}

#[derive(Deserialize)]
struct ToolMark {
    name: String,
}

impl Marks {
    fn find(reader: impl Read) -> Self {
        let mut marks = Marks::default();
        let mut document = serde_json::Deserializer::from_reader(BufReader::new(reader));
        // What ends early, or is something else, has fewer marks.
        let _ = document.deserialize_map(&mut marks);
        marks
    }

    fn version_of_report(&self) -> Option<u64> {
        self.version.filter(|_| self.is_ours && self.has_findings)
    }
}

impl<'de> Visitor<'de> for &mut Marks {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "schema_version" => self.version = Some(map.next_value()?),
                "tool" => self.is_ours = map.next_value::<ToolMark>()?.name == TOOL,
                key => {
                    self.has_findings |= key == "findings";
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const HEAD: &str = r#""schema_version": 1, "tool": {"name": "bundle-scan", "version": "9", "later": [], "signatures": {"digest": "d"}}"#;

    fn of(text: &str) -> Result<Option<Summary>, SavedError> {
        read("r.json", Cursor::new(text.as_bytes()))
    }

    fn whole(findings: &str) -> String {
        format!(
            r#"{{"status": "complete", "bundle": {{"path": "b", "captured_at": "1970-01-01T00:00:01Z"}}, "findings": [{findings}], {HEAD}}}"#
        )
    }

    #[test]
    fn a_report_is_known_by_its_marks_in_any_order() {
        let finding = r#"{"id": "x", "fingerprint": "f", "title": "T", "severity": "error", "state": "of later days",
                          "count": 3, "later": {"a": [1]}, "entities": {"pod": [{"value": "p", "count": 2}]}}"#;
        let summary = of(&whole(finding)).unwrap().unwrap();
        assert_eq!(summary.findings[0].state, crate::report::State::Unknown);
        assert_eq!(summary.findings[0].entities["pod"][0].value, "p");
        assert_eq!(summary.bundle.captured_at, Some(1_000_000_000));
        for other in [
            "",
            "plain text",
            "[1]",
            "{\"kind\": \"List\"}",
            &format!("{{{HEAD}}}"),
            &whole("").replace("bundle-scan", "other"),
        ] {
            assert!(of(other).unwrap().is_none(), "{other}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_told_in_a_sentence() {
        let good = whole("");
        for (text, expected) in [
            (
                good.replace("\"schema_version\": 1", "\"schema_version\": 7"),
                "r.json is a report with schema_version 7, and this program reads 1: scan its bundle again",
            ),
            (
                whole(r#"{"id": "\u001b[31m"}"#),
                "r.json is a damaged report: it is not what bundle-scan writes at line 1, column 120",
            ),
            (
                format!("{good}{good}"),
                "r.json is a damaged report: it is not one JSON document at line 1, column 217",
            ),
            (
                format!("{{{HEAD}, \"findings\": ["),
                "r.json is a damaged report: it breaks off at line 1, column 128",
            ),
        ] {
            assert_eq!(of(&text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn a_stream_is_a_report_or_is_given_back_whole() {
        let report = format!("\n {}", whole(""));
        let stream = read_stream("stdin", report.as_bytes()).unwrap();
        assert!(matches!(stream, Stream::Report(_)));
        for other in ["{\"a\": 1}\nlog", "log\n"] {
            let Stream::Bundle(mut rest) = read_stream("stdin", other.as_bytes()).unwrap() else {
                panic!("{other} is no report");
            };
            let mut text = String::new();
            rest.read_to_string(&mut text).unwrap();
            assert_eq!(text, other);
        }
    }

    #[test]
    fn reading_is_bounded() {
        // A report with a name of several hundred megabytes, made up while it is read.
        let start = format!("{{{HEAD}, \"findings\": [], \"later\": \"");
        let endless = Cursor::new(start.into_bytes()).chain(io::repeat(b'x'));
        let Err(error) = read_stream("stdin", endless) else {
            panic!("it never ends");
        };
        assert_eq!(
            error.to_string(),
            "stdin is a report of more than 256 MiB: write it again with less evidence"
        );
    }
}
