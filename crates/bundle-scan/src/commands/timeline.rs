//! `bundle-scan timeline PATH`: what was found, along time.

use bundle_scan_core::render::{RenderOptions, TIMELINE_JSON, TIMELINE_TEXT};
use bundle_scan_core::{Render, Scanner};

use super::{chosen, print, reading};
use crate::args::{ListFormat, TimelineArgs};
use crate::exit::Exit;

pub(crate) fn run(args: &TimelineArgs) -> anyhow::Result<Exit> {
    let set = chosen(&args.choice)?;
    let mut builder = Scanner::builder();
    let builder = builder.unexplained(false);
    let report = reading::scan(&args.path, &args.reading, builder, set)?;
    let render: &dyn Render = match args.output.format {
        ListFormat::Text => &TIMELINE_TEXT,
        ListFormat::Json => &TIMELINE_JSON,
    };
    print(&args.output.page, |options, out| {
        let options = RenderOptions {
            min_severity: args.min_severity.into(),
            ..options.clone()
        };
        render.write_with(&report, &options, out)
    })?;
    Ok(Exit::Clean)
}
