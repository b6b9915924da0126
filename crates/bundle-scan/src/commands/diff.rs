//! `bundle-scan diff OLD NEW`: what changed between two bundles, or reports of them.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;

use bundle_scan_core::diff::{Stream, Summary, compare, read_path, read_stream};
use bundle_scan_core::render::{diff::write_text, diff_json::write_json};
use bundle_scan_core::{Error, Scanner, SignatureSet};

use super::reading::{self, STDIN, is_stdin};
use super::{load, print};
use crate::args::{DiffArgs, ListFormat, UsageError};
use crate::exit::Exit;

pub(crate) fn run(args: &DiffArgs) -> anyhow::Result<Exit> {
    if is_stdin(&args.old) && is_stdin(&args.new) {
        let text = "only one of OLD and NEW can be read from standard input";
        return Err(UsageError(text.to_owned()).into());
    }
    let set = load(&args.knowledge)?;
    let old = summary(&args.old, args, &set)?;
    let new = summary(&args.new, args, &set)?;
    let diff = compare(&old, &new, &set);
    let write = match args.output.format {
        ListFormat::Text => write_text,
        ListFormat::Json => write_json,
    };
    print(&args.output.page, |options, out| {
        write(&diff, &set, options, out)
    })?;
    let fails = |severity| diff.max_severity().is_some_and(|worst| worst >= severity);
    Ok(match args.fail_on.severity().is_some_and(fails) {
        true => Exit::Found,
        false => Exit::Clean,
    })
}

/// What a saved report says, or a scan of a bundle finds.
fn summary(path: &Path, args: &DiffArgs, set: &SignatureSet) -> anyhow::Result<Summary> {
    let mut builder = Scanner::builder();
    builder.unexplained(false);
    let report = match stream(path) {
        Some((name, reader)) => match read_stream(&name, reader).map_err(Error::from)? {
            Stream::Report(summary) => return saved(*summary, args),
            Stream::Bundle(rest) => {
                let (scanner, _line) =
                    reading::scanner(path, &args.reading, &mut builder, set.clone())?;
                let mut report = scanner.scan_reader(&name, rest)?;
                if args.reading.redact {
                    reading::mask(&mut report);
                }
                report
            }
        },
        None => match read_path(path).map_err(Error::from)? {
            Some(summary) => return saved(summary, args),
            None => reading::scan(path, &args.reading, &mut builder, set.clone())?,
        },
    };
    Ok(Summary::from(&report))
}

/// A report says what it says: of an address in it nobody knows any more where it stood.
fn saved(summary: Summary, args: &DiffArgs) -> anyhow::Result<Summary> {
    if args.reading.redact {
        let text = "a saved report is not redacted any more: redact it when it is written";
        return Err(UsageError(text.to_owned()).into());
    }
    Ok(summary)
}

/// What can be read once only, such as standard input or a pipe, with its name.
fn stream(path: &Path) -> Option<(String, Box<dyn Read + Send>)> {
    if is_stdin(path) {
        return Some((STDIN.to_owned(), Box::new(stdin())));
    }
    let kind = path.metadata().ok()?.file_type();
    if kind.is_file() || kind.is_dir() {
        return None;
    }
    // What cannot be opened is told by whoever scans it.
    let file = File::open(path).ok()?;
    Some((path.display().to_string(), Box::new(file)))
}
