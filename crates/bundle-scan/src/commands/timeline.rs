//! `bundle-scan timeline PATH`: what was found, along time.

use bundle_scan_core::Scanner;
use bundle_scan_core::render::{TIMELINE_JSON, TIMELINE_TEXT};

use super::{chosen, load, print_report, reading};
use crate::args::{BundleArgs, TimelineArgs};
use crate::exit::Exit;

pub(crate) fn run(args: &TimelineArgs) -> anyhow::Result<Exit> {
    let set = chosen(&args.choice, load(&args.choice.knowledge)?)?;
    let BundleArgs {
        path,
        output,
        reading,
    } = &args.bundle;
    let mut builder = Scanner::builder();
    builder
        .unexplained(false)
        .since(args.window.since)
        .until(args.window.until);
    let report = reading::scan(path, reading, &mut builder, set)?;
    let renders = [&TIMELINE_TEXT as _, &TIMELINE_JSON as _];
    print_report(output, &report, args.min_severity.into(), renders)?;
    Ok(Exit::Clean)
}
