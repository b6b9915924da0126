//! Reads a bundle as the arguments ask for: from a path or from standard input, with a progress line.

use std::fs::File;
use std::io::{self, stdin};
#[cfg(unix)]
use std::os::fd::AsFd;
#[cfg(windows)]
use std::os::windows::io::AsHandle;
use std::path::Path;
use std::sync::LazyLock;

use bundle_scan_core::report::redact::Redactor;
use bundle_scan_core::scan::ScannerBuilder;
use bundle_scan_core::signature::load::read_file;
use bundle_scan_core::{Layout, Report, Scanner, SignatureSet};

use crate::args::{ReadingArgs, UsageError};
use crate::interrupt;
use crate::progress::Line;

/// What a bundle from standard input is called.
pub(super) const STDIN: &str = "stdin";

/// Those of all bundles of one run, which may be held against each other.
static PSEUDONYMS: LazyLock<Redactor> = LazyLock::new(Redactor::default);

/// Whether this stands for standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Scans a path, or standard input for `-`, and masks the report if that is asked for. `builder` has the settings that are of one command alone.
pub(super) fn scan(
    path: &Path,
    args: &ReadingArgs,
    builder: &mut ScannerBuilder,
    set: SignatureSet,
) -> anyhow::Result<Report> {
    let mut report = scan_unmasked(path, args, builder, set)?;
    if args.redact {
        mask(&mut report);
    }
    Ok(report)
}

/// The same for whoever has something to do before the report is masked.
pub(super) fn scan_unmasked(
    path: &Path,
    args: &ReadingArgs,
    builder: &mut ScannerBuilder,
    set: SignatureSet,
) -> anyhow::Result<Report> {
    let (scanner, _line) = scanner(path, args, builder, set)?;
    Ok(match is_stdin(path) {
        true => match open_stdin() {
            Ok(file) => scanner.scan_file(STDIN, file),
            Err(_) => scanner.scan_reader(STDIN, stdin()),
        },
        false => scanner.scan_path(path),
    }?)
}

/// Standard input as a file, which need not be waited for.
fn open_stdin() -> io::Result<File> {
    #[cfg(unix)]
    let handle = stdin().as_fd().try_clone_to_owned();
    #[cfg(windows)]
    let handle = stdin().as_handle().try_clone_to_owned();
    handle.map(File::from)
}

/// Masks a report.
pub(super) fn mask(report: &mut Report) {
    PSEUDONYMS.redact(report);
}

/// A scanner, and the progress line of this path, which goes when it is dropped.
pub(super) fn scanner(
    path: &Path,
    args: &ReadingArgs,
    builder: &mut ScannerBuilder,
    set: SignatureSet,
) -> anyhow::Result<(Scanner, Line)> {
    let line = Line::new(path, args.shows_progress());
    for path in &args.layout {
        builder.layout(layout(path)?);
    }
    let scanner = builder
        .limits(args.limits.limits())
        .map_files(args.mmap)
        .stop(interrupt::switch())
        .threads(args.jobs)
        .utc_offset(args.tz)
        .on_progress(line.watcher())
        .build(set);
    Ok((scanner, line))
}

/// The layout that a file tells.
fn layout(path: &Path) -> Result<Layout, UsageError> {
    let told = |what: String| UsageError(format!("{}: {what}", path.display()));
    let file = read_file(path).map_err(|error| told(error.to_string()))?;
    Layout::from_yaml(&file.text).map_err(|error| told(error.to_string()))
}
