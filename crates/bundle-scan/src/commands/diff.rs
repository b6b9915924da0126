//! `bundle-scan diff OLD NEW`: what changed between two bundles, or reports of them.

use std::io::{BufWriter, IsTerminal, Write, stdin, stdout};
use std::path::Path;

use bundle_scan_core::diff::{Stream, Summary, compare, read_path, read_stream};
use bundle_scan_core::render::{diff::write_text, diff_json::write_json};
use bundle_scan_core::{Error, Scanner, SignatureSet};

use super::{load, page};
use crate::args::{DiffArgs, ListFormat, ProgressArg, UsageError};
use crate::exit::Exit;
use crate::progress::{self, Line};

pub(crate) fn run(args: &DiffArgs) -> anyhow::Result<Exit> {
    if is_stdin(&args.old) && is_stdin(&args.new) {
        let text = "only one of OLD and NEW can be read from standard input";
        return Err(UsageError(text.to_owned()).into());
    }
    let set = load(&args.knowledge)?;
    let old = summary(&args.old, args, &set)?;
    let new = summary(&args.new, args, &set)?;
    let diff = compare(&old, &new, &set);
    let options = page(args.lang, args.color, stdout().is_terminal());
    let mut out = BufWriter::new(stdout());
    match args.format {
        ListFormat::Text => write_text(&diff, &set, &options, &mut out)?,
        ListFormat::Json => write_json(&diff, &set, &options, &mut out)?,
    }
    out.flush()?;
    let fails = |severity| diff.max_severity().is_some_and(|worst| worst >= severity);
    Ok(match args.fail_on.severity().is_some_and(fails) {
        true => Exit::Found,
        false => Exit::Clean,
    })
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What a saved report says, or a scan of a bundle finds.
fn summary(path: &Path, args: &DiffArgs, set: &SignatureSet) -> Result<Summary, Error> {
    let line = Line::new(path, args.progress == ProgressArg::Auto);
    let bar = line.handle();
    let scanner = || {
        Scanner::builder()
            .threads(args.jobs)
            .on_progress(move |now| progress::show(&bar, now))
            .build(set.clone())
    };
    let report = if is_stdin(path) {
        match read_stream("stdin", stdin())? {
            Stream::Report(summary) => return Ok(*summary),
            Stream::Bundle(rest) => scanner().scan_reader("stdin", rest)?,
        }
    } else {
        match read_path(path)? {
            Some(summary) => return Ok(summary),
            None => scanner().scan_path(path)?,
        }
    };
    Ok(Summary::from(&report))
}
