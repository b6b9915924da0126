//! `bundle-scan trace ID PATH`: why a signature fired on a bundle, or did not.

use bundle_scan_core::render::{TRACE_JSON, TRACE_TEXT};
use bundle_scan_core::report::trace::Verdict;
use bundle_scan_core::{Render, Scanner};

use super::{load, named, print, reading};
use crate::args::{ListFormat, TraceArgs};
use crate::exit::Exit;

pub(crate) fn run(args: &TraceArgs) -> anyhow::Result<Exit> {
    let set = load(&args.knowledge)?;
    let id = named(&set, &args.id)?.id.clone();
    let mut builder = Scanner::builder();
    builder.trace(&id).unexplained(false);
    let report = reading::scan(&args.path, &args.reading, &mut builder, set)?;
    let render: &dyn Render = match args.output.format {
        ListFormat::Text => &TRACE_TEXT,
        ListFormat::Json => &TRACE_JSON,
    };
    print(&args.output.page, |options, out| {
        render.write_with(&report, options, out)
    })?;
    let verdict = report.trace.map(|trace| trace.verdict);
    Ok(match verdict {
        Some(Verdict::Fired(_)) => Exit::Clean,
        _ => Exit::Found,
    })
}
