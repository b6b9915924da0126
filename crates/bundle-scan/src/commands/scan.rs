//! `bundle-scan PATH...`: scans each bundle and prints a report for it.

use std::io::{IsTerminal, stderr, stdout};
use std::mem::ManuallyDrop;
use std::path::Path;

use bundle_scan_core::render::{Audience, PROFILE_TEXT, RenderOptions};
use bundle_scan_core::report::Status;
use bundle_scan_core::{Error, Render, Report, Scanner, SignatureSet};

use super::output::Output;
use super::{chosen, page, reading};
use crate::args::{ScanArgs, UsageError};
use crate::exit::{self, Exit};
use crate::interrupt;

pub(crate) fn run(args: &ScanArgs) -> anyhow::Result<Exit> {
    refuse_programs(args)?;
    // Never freed: the process ends with it, and taking hundreds of signatures apart would only delay that.
    let set = ManuallyDrop::new(chosen(&args.choice)?);
    let options = options(args);
    let mut worst = Exit::Clean;
    let mut out = Output::open(args)?;
    for (number, path) in args.paths.iter().enumerate() {
        if interrupt::happened() {
            break;
        }
        let scanned = scan(path, args, &set);
        let exit = match scanned {
            Ok(report) => {
                out.write(number, &report, &options)?;
                if args.profile {
                    PROFILE_TEXT.write_with(&report, &options, &mut stderr())?;
                }
                judge(&report, args)
            }
            // One bad path among several must not hide the others.
            Err(error) => exit::report(&anyhow::Error::new(error)),
        };
        worst = worse(worst, exit);
    }
    out.finish()?;
    Ok(worst)
}

/// Refuses a letter to somebody who is not spoken to in that format.
fn refuse_programs(args: &ScanArgs) -> Result<(), UsageError> {
    let audience = args.audience.into();
    let mut formats = args.format.iter().map(|format| format.render);
    match formats.find(|render| !render.speaks_to(audience)) {
        None => Ok(()),
        Some(render) => Err(UsageError(format!(
            "-f {} is for programs and the same for every audience: use -f text or -f markdown with --audience customer",
            render.id()
        ))),
    }
}

/// The exit that says more: an unusable input over a finding over a partial scan.
fn worse(a: Exit, b: Exit) -> Exit {
    let weight = |exit| match exit {
        Exit::Clean => 0,
        Exit::Partial => 1,
        Exit::Found => 2,
        Exit::Input => 3,
        Exit::Usage => 4,
        Exit::Internal => 5,
        Exit::Interrupted => 6,
    };
    if weight(b) > weight(a) { b } else { a }
}

fn judge(report: &Report, args: &ScanArgs) -> Exit {
    let fails = |severity| report.max_severity().is_some_and(|worst| worst >= severity);
    if args.fail_on.severity().is_some_and(fails) {
        Exit::Found
    } else if args.strict && report.status == Status::Partial {
        Exit::Partial
    } else {
        Exit::Clean
    }
}

fn scan(path: &Path, args: &ScanArgs, set: &SignatureSet) -> Result<Report, Error> {
    let mut builder = Scanner::builder();
    builder
        .evidence(args.evidence.0.unwrap_or(usize::MAX))
        .context(args.context)
        .unexplained(args.choice.asks_for_all())
        .since(args.window.since)
        .until(args.window.until)
        .profile(args.profile);
    if Audience::from(args.audience) == Audience::Customer {
        reading::mask(&mut builder);
    }
    reading::scan(path, &args.reading, &mut builder, set.clone())
}

fn options(args: &ScanArgs) -> RenderOptions {
    let to_terminal = args.output.is_none() && stdout().is_terminal();
    RenderOptions {
        audience: args.audience.into(),
        min_severity: args.min_severity.into(),
        top: args.top.0,
        unrecognised: args.unrecognised.0,
        why: args.why,
        timings: !args.no_timings,
        ..page(&args.page, to_terminal)
    }
}
