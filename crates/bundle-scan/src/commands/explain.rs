//! `bundle-scan explain WHAT`: the knowledge, without a bundle.

use std::io::{BufWriter, IsTerminal, Read, Write, stdin, stdout};

use anyhow::Context;
use bundle_scan_core::explain::explain;
use bundle_scan_core::render::explain::{write_json, write_text};

use super::{load, page};
use crate::args::{ExplainArgs, ListFormat};
use crate::exit::Exit;

/// Bytes read from standard input: a line, or a few.
const MAX_INPUT_BYTES: u64 = 1 << 20;

pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let set = load(&args.knowledge)?;
    let what = match args.what.as_slice() {
        [dash] if dash == "-" => {
            let mut text = Vec::new();
            stdin()
                .take(MAX_INPUT_BYTES)
                .read_to_end(&mut text)
                .context("cannot read standard input")?;
            String::from_utf8_lossy(&text).into_owned()
        }
        words => words.join(" "),
    };
    let explanation = explain(&set, &what);
    let options = page(args.lang, args.color, stdout().is_terminal());
    let mut out = BufWriter::new(stdout());
    match args.format {
        ListFormat::Text => write_text(&explanation, &set, &options, &mut out)?,
        ListFormat::Json => write_json(&explanation, &set, &options, &mut out)?,
    }
    out.flush()?;
    Ok(
        match explanation.found.is_empty() && explanation.exit_code.is_none() {
            true => Exit::Found,
            false => Exit::Clean,
        },
    )
}
