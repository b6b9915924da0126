//! `bundle-scan inventory PATH`: what is in a bundle, and what is missing from it.

use std::io::{BufWriter, Write, stdin, stdout};

use bundle_scan_core::render::{INVENTORY_JSON, INVENTORY_TEXT, RenderOptions};
use bundle_scan_core::{Render, Scanner, SignatureSet};

use crate::args::{InventoryArgs, LangArg, ListFormat};
use crate::exit::Exit;

pub(crate) fn run(args: &InventoryArgs) -> anyhow::Result<Exit> {
    let scanner = Scanner::builder().build(SignatureSet::empty());
    let report = match args.path.as_os_str() == "-" {
        true => scanner.scan_reader("stdin", stdin())?,
        false => scanner.scan_path(&args.path)?,
    };
    let options = RenderOptions {
        lang: LangArg::resolve(args.lang),
        ..RenderOptions::default()
    };
    let mut out = BufWriter::new(stdout());
    match args.format {
        ListFormat::Text => INVENTORY_TEXT.write_with(&report, &options, &mut out)?,
        ListFormat::Json => INVENTORY_JSON.write_with(&report, &options, &mut out)?,
    }
    out.flush()?;
    Ok(Exit::Clean)
}
