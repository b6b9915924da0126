//! `bundle-scan PATH...`: scans each bundle and prints a report for it.

use std::io::{IsTerminal, stderr, stdout};
use std::mem::ManuallyDrop;
use std::path::Path;

use bundle_scan_core::diff::read_path;
use bundle_scan_core::render::{Audience, PROFILE_TEXT, RenderOptions};
use bundle_scan_core::report::Status;
use bundle_scan_core::{Render, Report, Scanner, SignatureSet};

use super::known::Known;
use super::output::Output;
use super::{chosen, load, page, reading};
use crate::args::{ScanArgs, UsageError};
use crate::exit::{self, Exit};
use crate::interrupt;

/// Lines kept before and after each evidence line, for the formats that show them.
const KEPT_CONTEXT: usize = 2;

pub(crate) fn run(args: &ScanArgs) -> anyhow::Result<Exit> {
    refuse_programs(args)?;
    // Never freed: the process ends with it, and taking hundreds of signatures apart would only delay that.
    let all = ManuallyDrop::new(load(&args.choice.knowledge)?);
    let set = ManuallyDrop::new(chosen(&args.choice, (*all).clone())?);
    let known = Known::read(&args.known, &all)?;
    if !args.reading.quiet {
        known.tell_expired();
    }
    let options = options(args);
    let mut worst = Exit::Clean;
    let mut out = Output::open(args)?;
    for (number, path) in args.paths.iter().enumerate() {
        if interrupt::happened() {
            break;
        }
        let scanned = scan(path, args, &set);
        let exit = match scanned {
            Ok(mut report) => {
                // What is known is known by its own name.
                known.suppress(&mut report);
                if masks(args) {
                    reading::mask(&mut report);
                }
                out.write(number, &report, &options)?;
                if args.profile {
                    PROFILE_TEXT.write_with(&report, &options, &mut stderr())?;
                }
                judge(&report, args)
            }
            // One bad path among several must not hide the others.
            Err(error) => exit::report(&error),
        };
        worst = worst.or_worse(exit);
    }
    out.finish()?;
    Ok(worst)
}

/// Refuses a letter to somebody who is not spoken to in that format.
fn refuse_programs(args: &ScanArgs) -> Result<(), UsageError> {
    let audience = args.report.audience.into();
    let formats = args.report.formats();
    let mut formats = formats.iter().map(|format| format.render);
    match formats.find(|render| !render.speaks_to(audience)) {
        None => Ok(()),
        Some(render) => Err(UsageError(format!(
            "-f {} is for programs and the same for every audience: use -f text or -f markdown with --audience customer",
            render.id()
        ))),
    }
}

fn judge(report: &Report, args: &ScanArgs) -> Exit {
    let fails = |severity| report.max_severity().is_some_and(|worst| worst >= severity);
    if args.verdict.fail_on.severity().is_some_and(fails) {
        Exit::Found
    } else if args.verdict.strict && report.status == Status::Partial {
        Exit::Partial
    } else {
        Exit::Clean
    }
}

/// Whether this is what `-f json` wrote, whose lines of proof would all be found again.
fn is_report(path: &Path) -> bool {
    let is_json = path.extension().is_some_and(|ending| ending == "json");
    is_json && !matches!(read_path(path), Ok(None))
}

fn masks(args: &ScanArgs) -> bool {
    args.reading.redact || Audience::from(args.report.audience) == Audience::Customer
}

fn scan(path: &Path, args: &ScanArgs, set: &SignatureSet) -> anyhow::Result<Report> {
    if is_report(path) {
        let path = path.display();
        let text = format!(
            "{path} is a report, and no bundle: bundle-scan diff compares it, and --baseline takes it"
        );
        return Err(UsageError(text).into());
    }
    let mut builder = Scanner::builder();
    builder
        .evidence(args.report.evidence.0.unwrap_or(usize::MAX))
        .context(args.report.context.unwrap_or(KEPT_CONTEXT))
        .unexplained(args.choice.asks_for_all())
        .since(args.window.since)
        .until(args.window.until)
        .profile(args.profile);
    reading::scan_unmasked(path, &args.reading, &mut builder, set.clone())
}

fn options(args: &ScanArgs) -> RenderOptions {
    let wanted = &args.report;
    let to_terminal = wanted.output.is_none() && stdout().is_terminal();
    RenderOptions {
        audience: wanted.audience.into(),
        min_severity: wanted.min_severity.into(),
        top: wanted.top.0,
        unrecognised: wanted.unrecognised.0,
        context: wanted.context.unwrap_or(0),
        why: wanted.why,
        timings: !wanted.no_timings,
        ..page(&args.page, to_terminal)
    }
}
