//! `bundle-scan trace ID PATH`: why a signature fired on a bundle, or did not.

use std::path::Path;

use bundle_scan_core::render::{TRACE_JSON, TRACE_TEXT};
use bundle_scan_core::report::trace::Verdict;
use bundle_scan_core::{Scanner, Severity};

use super::{load, named, print_report, reading};
use crate::args::{BundleArgs, TraceArgs, UsageError};
use crate::exit::Exit;

pub(crate) fn run(args: &TraceArgs) -> anyhow::Result<Exit> {
    let set = load(&args.knowledge)?;
    let is_path = |text: &str| set.find(text).is_none() && Path::new(text).exists();
    if is_path(&args.id) {
        let text = "the id comes first: bundle-scan trace ID BUNDLE";
        return Err(UsageError(text.to_owned()).into());
    }
    let id = named(&set, &args.id)?.id.clone();
    let BundleArgs {
        path,
        output,
        reading,
    } = &args.bundle;
    let mut builder = Scanner::builder();
    builder.trace(&id).unexplained(false);
    let report = reading::scan(path, reading, &mut builder, set)?;
    let renders = [&TRACE_TEXT as _, &TRACE_JSON as _];
    print_report(output, &report, Severity::Info, renders)?;
    let verdict = report.trace.map(|trace| trace.verdict);
    Ok(match verdict {
        Some(Verdict::Fired(_)) => Exit::Clean,
        _ => Exit::Found,
    })
}
