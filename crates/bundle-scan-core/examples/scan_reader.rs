//! Scans an upload while it comes in, tells how far it is, and refuses what is too large: `cargo run --example scan_reader -- bundle.tgz`

#![allow(clippy::print_stderr)]

use std::error::Error;
use std::fs::File;
use std::io::{Read, Write};

use bundle_scan_core::render::escape::visible;
use bundle_scan_core::{ErrorKind, Render, Scanner, SignatureSet, Switch, render};

/// Bytes that somebody may upload.
const MOST: u64 = 1 << 30;

pub(crate) fn run(
    upload: impl Read + Send + 'static,
    most: u64,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let cancel = Switch::default();
    let mut builder = Scanner::builder();
    builder.cancel(cancel.clone());
    builder.on_progress(move |now| {
        let member = now.member.as_ref().map_or("", |member| member.as_str());
        let (read, member) = (now.bytes_read >> 20, visible(member));
        eprint!("\r{read} MiB, {} members, {member}", now.members);
        if now.bytes_read > most {
            cancel.set();
        }
    });
    let scanner = builder.build(SignatureSet::builtin()?);
    match scanner.scan_reader("upload", upload) {
        Ok(report) => render::MARKDOWN.write(&report, out)?,
        Err(error) if error.kind() == ErrorKind::Cancelled => {
            writeln!(out, "refused: more than {most} bytes")?;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let bundle = std::env::args_os().nth(1).ok_or("which bundle?")?;
    run(File::open(bundle)?, MOST, &mut std::io::stdout())
}
