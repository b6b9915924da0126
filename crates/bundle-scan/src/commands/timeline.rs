//! `bundle-scan timeline PATH`: what was found, along time.

use std::io::{BufWriter, IsTerminal, Write, stdin, stdout};

use bundle_scan_core::render::{RenderOptions, TIMELINE_JSON, TIMELINE_TEXT};
use bundle_scan_core::{Render, Scanner};

use super::{chosen, page};
use crate::args::{ListFormat, TimelineArgs};
use crate::exit::Exit;

pub(crate) fn run(args: &TimelineArgs) -> anyhow::Result<Exit> {
    let scanner = Scanner::builder()
        .utc_offset(args.zone.tz)
        .build(chosen(&args.choice)?);
    let report = match args.path.as_os_str() == "-" {
        true => scanner.scan_reader("stdin", stdin())?,
        false => scanner.scan_path(&args.path)?,
    };
    let options = RenderOptions {
        min_severity: args.min_severity.into(),
        ..page(args.lang, args.color, stdout().is_terminal())
    };
    let mut out = BufWriter::new(stdout());
    match args.format {
        ListFormat::Text => TIMELINE_TEXT.write_with(&report, &options, &mut out)?,
        ListFormat::Json => TIMELINE_JSON.write_with(&report, &options, &mut out)?,
    }
    out.flush()?;
    Ok(Exit::Clean)
}
