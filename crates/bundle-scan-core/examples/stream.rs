//! Tells what it meets while the scan still runs, as for a web hook, and then what came of it: `cargo run --example stream -- bundle.tgz`

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use bundle_scan_core::render::escape::visible;
use bundle_scan_core::{Lang, Scanner, SignatureSet};

pub(crate) fn run(bundle: &Path, out: &mut (dyn Write + Send)) -> Result<(), Box<dyn Error>> {
    // The threads that scan call back; who listens may be slow, and so sits behind a channel.
    let (told, listening) = mpsc::channel();
    let mut builder = Scanner::builder();
    builder.on_first_match(move |first| {
        if first.is_problem() {
            // Who has stopped listening does not stop the scan.
            let _ = told.send(first.clone());
        }
    });
    let scanner = builder.build(SignatureSet::builtin()?);
    // With the builder goes its share of the channel, so that listening ends with the scanner.
    drop(builder);

    thread::scope(|scope| {
        let scan = scope.spawn(move || scanner.scan_path(bundle));
        let mut seen = 0;
        for first in listening {
            seen += 1;
            let place = first.member.as_ref().map_or("", |member| member.as_str());
            let title = first.title(Lang::En);
            let severity = first.severity().as_str();
            writeln!(out, "maybe {severity}: {title} ({})", visible(place))?;
        }
        let report = scan.join().map_err(|_| "the scan panicked")??;
        writeln!(out, "{seen} seen, {} findings", report.findings.len())?;
        Ok(())
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let bundle = std::env::args_os().nth(1).ok_or("which bundle?")?;
    run(bundle.as_ref(), &mut std::io::stdout())
}
