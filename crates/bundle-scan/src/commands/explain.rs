//! `bundle-scan explain WHAT`: the knowledge, without a bundle.

use std::io::{Read, stdin};

use anyhow::Context;
use bundle_scan_core::explain::explain;
use bundle_scan_core::render::explain::{write_json, write_text};

use super::{load, print};
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
    let write = match args.output.format {
        ListFormat::Text => write_text,
        ListFormat::Json => write_json,
    };
    print(&args.output.page, |options, out| {
        write(&explanation, &set, options, out)
    })?;
    Ok(
        match explanation.found.is_empty() && explanation.exit_code.is_none() {
            true => Exit::Found,
            false => Exit::Clean,
        },
    )
}
