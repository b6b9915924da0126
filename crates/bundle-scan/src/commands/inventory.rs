//! `bundle-scan inventory PATH`: what is in a bundle, and what is missing from it.

use bundle_scan_core::render::{INVENTORY_JSON, INVENTORY_TEXT};
use bundle_scan_core::{Scanner, Severity, SignatureSet};

use super::{print_report, reading};
use crate::args::BundleArgs;
use crate::exit::Exit;

pub(crate) fn run(args: &BundleArgs) -> anyhow::Result<Exit> {
    let set = SignatureSet::empty();
    let mut builder = Scanner::builder();
    let report = reading::scan(&args.path, &args.reading, builder.unexplained(false), set)?;
    let renders = [&INVENTORY_TEXT as _, &INVENTORY_JSON as _];
    print_report(&args.output, &report, Severity::Info, renders)?;
    Ok(Exit::Clean)
}
