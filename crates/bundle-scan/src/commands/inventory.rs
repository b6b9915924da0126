//! `bundle-scan inventory PATH...`: what is in bundles, and what is missing from them.

use std::io::{IsTerminal, Write, stdout};
use std::path::Path;

use bundle_scan_core::render::{INVENTORY_JSON, INVENTORY_TEXT, InARow};
use bundle_scan_core::{Render, Report, Scanner, SignatureSet};

use super::{page, reading};
use crate::args::{InventoryArgs, ListFormat};
use crate::exit::{self, Exit};
use crate::interrupt;
use crate::pager::Screen;

pub(crate) fn run(args: &InventoryArgs) -> anyhow::Result<Exit> {
    let render: &dyn Render = match args.output.format {
        ListFormat::Text => &INVENTORY_TEXT,
        ListFormat::Json => &INVENTORY_JSON,
    };
    let options = page(&args.output.page, stdout().is_terminal());
    let mut out = match args.paths.len() {
        1 => Screen::new(&args.output.page.pager),
        _ => Screen::direct(),
    };
    let mut worst = Exit::Clean;
    let mut is_first = true;
    for path in &args.paths {
        if interrupt::happened() {
            break;
        }
        match read(args, path) {
            Ok(report) => {
                if !is_first && render.in_a_row() == InARow::Parted {
                    writeln!(out)?;
                }
                render.write_with(&report, &options, &mut out)?;
                out.flush()?;
                is_first = false;
            }
            // One bad path among several must not hide the others.
            Err(error) => worst = worst.or_worse(exit::report(&error)),
        }
    }
    out.finish()?;
    Ok(worst)
}

fn read(args: &InventoryArgs, path: &Path) -> anyhow::Result<Report> {
    let mut builder = Scanner::builder();
    builder.unexplained(false);
    reading::scan(path, &args.reading, &mut builder, SignatureSet::empty())
}
