//! Reads a JSON report that was saved before, packed or not, and tells one from a bundle by its content.

use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::marks::{self, HEAD, Kind, Marks};
use super::only_member::read_only_member;
use super::summary::Summary;
use super::tape::Tape;
use crate::container::Input;
use crate::report::SCHEMA_VERSION;

/// Bytes of the largest report that is read.
const MAX_BYTES: u64 = 256 << 20;

/// Why a saved report cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
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
    /// It is something else that this program wrote.
    #[error("{name} holds {what}, and no report as -f json writes it")]
    NoReport {
        /// Its path, or `stdin`.
        name: String,
        /// What it is.
        what: &'static str,
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
pub enum Stream {
    /// A saved report.
    Report(Box<Summary>),
    /// Something to scan, from its first byte.
    Bundle(Box<dyn Read + Send>),
}

/// Reads the report in a regular file; `None` if the path holds no report, which then is a bundle or nothing.
///
/// # Errors
/// When the file is what this program wrote and cannot be used.
pub fn read_path(path: &Path) -> Result<Option<Summary>, SavedError> {
    // From a pipe this would take what is to be scanned.
    if !path.is_file() {
        return Ok(None);
    }
    let input = || Input::Path(path.to_owned());
    let written = Written::find(input());
    let summary = written.map(|written| read(&path.display().to_string(), &written, input));
    summary.transpose()
}

/// Reads the report that a stream holds, or gives the stream back. What begins like JSON is held in memory until that is known.
///
/// # Errors
/// When the stream is what this program wrote and cannot be used.
pub fn read_stream(name: &str, reader: impl Read + Send + 'static) -> Result<Stream, SavedError> {
    let tape = Tape::new(reader);
    let Some(written) = Written::find(Input::Reader(Box::new(tape.clone()))) else {
        return Ok(Stream::Bundle(tape.rewound()));
    };
    let bytes: Arc<[u8]> = tape.recorded().into();
    let input = || Input::Reader(Box::new(Cursor::new(Arc::clone(&bytes))));
    let summary = read(name, &written, input)?;
    Ok(Stream::Report(Box::new(summary)))
}

/// What this program wrote.
struct Written {
    kind: Kind,
    is_too_large: bool,
}

impl Written {
    fn find(input: Input) -> Option<Self> {
        read_only_member(input, |body| {
            let mut bounded = body.take(MAX_BYTES + 1);
            let mut head = Vec::new();
            // What cannot be read shows when the report is.
            let _ = bounded.by_ref().take(HEAD).read_to_end(&mut head);
            let kind = match marks::document(&head) {
                Some(document) => document,
                None => Marks::find(head.chain(&mut bounded)).kind()?,
            };
            let _ = io::copy(&mut bounded, &mut io::sink());
            let is_too_large = bounded.limit() == 0;
            Some(Written { kind, is_too_large })
        })
    }
}

fn read(name: &str, written: &Written, input: impl Fn() -> Input) -> Result<Summary, SavedError> {
    let no_report = |what| {
        let name = name.to_owned();
        SavedError::NoReport { name, what }
    };
    match written.kind {
        Kind::Lines => return Err(no_report("findings as JSON lines")),
        Kind::Sarif => return Err(no_report("findings as SARIF")),
        Kind::Document(what) => return Err(no_report(what)),
        Kind::Other => return Err(no_report("an inventory, a timeline or a comparison")),
        Kind::Report if written.is_too_large => {
            let name = name.to_owned();
            return Err(SavedError::TooLarge { name });
        }
        Kind::Report => {}
    }
    let layout: Layout = parse(name, input())?;
    match layout.schema_version == u64::from(SCHEMA_VERSION) {
        true => parse(name, input()).map(Summary::told),
        false => Err(SavedError::UnknownVersion {
            name: name.to_owned(),
            version: layout.schema_version,
        }),
    }
}

/// What a report of any version tells of its layout.
#[derive(Deserialize)]
struct Layout {
    schema_version: u64,
}

fn parse<T: DeserializeOwned>(name: &str, input: Input) -> Result<T, SavedError> {
    let name = name.to_owned();
    let parsed = read_only_member(input, |body| {
        let reader = BufReader::new(body.take(MAX_BYTES));
        Some(serde_json::from_reader(reader))
    });
    match parsed {
        Some(Ok(parsed)) => Ok(parsed),
        Some(Err(error)) => Err(damaged(name, error)),
        None => Err(SavedError::Unreadable {
            name,
            error: io::Error::other("it changed while it was read"),
        }),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write;

    use bundle_scan_testkit::Fixture;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const HEAD: &str = r#""schema_version": 1, "tool": {"name": "bundle-scan", "version": "9", "later": [], "signatures": {"digest": "d"}}"#;

    fn of(text: &str) -> Result<Option<Summary>, SavedError> {
        of_bytes(text.as_bytes())
    }

    fn of_bytes(bytes: &[u8]) -> Result<Option<Summary>, SavedError> {
        Ok(match read_stream("r.json", Cursor::new(bytes.to_vec()))? {
            Stream::Report(summary) => Some(*summary),
            Stream::Bundle(_) => None,
        })
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
        let told = whole("").replace(
            "[]",
            &format!(r#"[], "suppressed": [{{"by": "rule", "finding": {finding}}}]"#),
        );
        let suppressed = of(&told).unwrap().unwrap();
        assert_eq!(suppressed.findings, summary.findings);
        assert_eq!(suppressed.left_out(), 0);
        for other in [
            "",
            "plain text",
            "[1]",
            "{\"kind\": \"List\"}",
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
            (
                format!("{{{HEAD}"),
                "r.json is a damaged report: it breaks off at line 1, column 113",
            ),
            (
                good.replace("\"schema_version\": 1", "\"schema_version\": \"1\""),
                "r.json is a damaged report: it is not what bundle-scan writes at line 1, column 124",
            ),
            (
                format!("{{{HEAD}, \"kinds\": {{}}}}"),
                "r.json holds an inventory, a timeline or a comparison, and no report as -f json writes it",
            ),
            (
                "{\"id\": \"x\", \"fingerprint\": \"f\", \"score_factors\": []}\n{}\n".to_owned(),
                "r.json holds findings as JSON lines, and no report as -f json writes it",
            ),
        ] {
            assert_eq!(of(&text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn a_stream_is_a_report_or_is_given_back_whole() {
        let report = format!("\n {}", whole(""));
        assert!(of(&report).unwrap().is_some());
        for other in ["{\"a\": 1}\nlog", "log\n", ""] {
            let stream = read_stream("stdin", Cursor::new(other.to_owned())).unwrap();
            let Stream::Bundle(mut rest) = stream else {
                panic!("{other} is no report");
            };
            let mut text = String::new();
            rest.read_to_string(&mut text).unwrap();
            assert_eq!(text, other);
        }
    }

    #[test]
    fn a_report_may_be_packed_and_marked_as_unicode() {
        let report = whole("").into_bytes();
        let marked = [b"\xef\xbb\xbf", &report[..]].concat();
        let alone = |bytes: &[u8]| Fixture::new(vec![("r.json".into(), bytes.to_vec())]);
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&marked).unwrap();
        for bytes in [
            &marked[..],
            &packed.finish().unwrap(),
            &alone(&report).zip(),
            &alone(&marked).tar_gz(),
        ] {
            assert!(of_bytes(bytes).unwrap().is_some());
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            assert!(read_path(file.path()).unwrap().is_some());
        }
        let beside_a_log = Fixture::new(vec![
            ("a.json".into(), report),
            ("messages".into(), b"log\n".to_vec()),
        ]);
        assert!(of_bytes(&beside_a_log.tar_gz()).unwrap().is_none());
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
