//! Scans a bundle and walks the typed report: `cargo run --example scan_path -- bundle.tgz`

use std::error::Error;
use std::io::Write;
use std::path::Path;

use bundle_scan_core::render::escape::visible;
use bundle_scan_core::report::Status;
use bundle_scan_core::{Lang, Scanner, SignatureSet};

pub(crate) fn run(bundle: &Path, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let scanner = Scanner::builder().build(SignatureSet::builtin()?);
    let report = scanner.scan_path(bundle)?;

    // What is wrong comes first, each symptom under its cause.
    for cause in report.roots() {
        let title = cause.signature.spec().title.text(Lang::En);
        writeln!(
            out,
            "{} {title} ({}x)",
            cause.severity().as_str(),
            cause.count
        )?;
        for symptom in &cause.explains {
            writeln!(out, "  explains {symptom}")?;
        }
        if let Some(proof) = cause.evidence.first() {
            // What a bundle says is not trusted: it may speak to the terminal.
            let place = format!("{}:{}: {}", proof.member, proof.line, proof.text);
            writeln!(out, "  {}", visible(&place))?;
        }
        if let Some(step) = cause.signature.spec().remedy.first() {
            writeln!(out, "  do: {}", step.text(Lang::En))?;
        }
    }

    // A bundle in which nothing was found is healthy only if all of it could be read.
    if report.status == Status::Partial {
        for problem in &report.problems {
            let what = format!("{}: {}", problem.member, problem.detail);
            writeln!(out, "not read: {}", visible(&what))?;
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let bundle = std::env::args_os().nth(1).ok_or("which bundle?")?;
    run(bundle.as_ref(), &mut std::io::stdout())
}
