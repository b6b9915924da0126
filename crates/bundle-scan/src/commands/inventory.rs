//! `bundle-scan inventory PATH`: what is in a bundle, and what is missing from it.

use bundle_scan_core::render::{INVENTORY_JSON, INVENTORY_TEXT};
use bundle_scan_core::{Render, Scanner, SignatureSet};

use super::{print, reading};
use crate::args::{InventoryArgs, ListFormat};
use crate::exit::Exit;

pub(crate) fn run(args: &InventoryArgs) -> anyhow::Result<Exit> {
    let set = SignatureSet::empty();
    let mut builder = Scanner::builder();
    let builder = builder.unexplained(false);
    let report = reading::scan(&args.path, &args.reading, builder, set)?;
    let render: &dyn Render = match args.output.format {
        ListFormat::Text => &INVENTORY_TEXT,
        ListFormat::Json => &INVENTORY_JSON,
    };
    print(&args.output.page, |options, out| {
        render.write_with(&report, options, out)
    })?;
    Ok(Exit::Clean)
}
