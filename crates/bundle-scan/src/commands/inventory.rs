//! `bundle-scan inventory PATH`: what is in a bundle, and what is missing from it.

use bundle_scan_core::render::{INVENTORY_JSON, INVENTORY_TEXT};
use bundle_scan_core::{Scanner, Severity, SignatureSet};

use super::{print_reports, reading};
use crate::args::InventoryArgs;
use crate::exit::{self, Exit};
use crate::interrupt;

pub(crate) fn run(args: &InventoryArgs) -> anyhow::Result<Exit> {
    let mut reports = Vec::new();
    let mut exit = Exit::Clean;
    for path in &args.paths {
        if interrupt::happened() {
            break;
        }
        let set = SignatureSet::empty();
        let mut builder = Scanner::builder();
        match reading::scan(path, &args.reading, builder.unexplained(false), set) {
            Ok(report) => reports.push(report),
            // One bad path among several must not hide the others.
            Err(error) => exit = exit.or_worse(exit::report(&error)),
        }
    }
    let renders = [&INVENTORY_TEXT as _, &INVENTORY_JSON as _];
    print_reports(&args.output, &reports, Severity::Info, renders)?;
    Ok(exit)
}
