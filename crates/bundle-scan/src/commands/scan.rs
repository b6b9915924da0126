//! `bundle-scan PATH...`: scans each bundle and prints a report for it.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write, stderr, stdout};
use std::mem::ManuallyDrop;
use std::path::Path;

use anyhow::Context;
use bundle_scan_core::render::{Audience, PROFILE_TEXT, RenderOptions};
use bundle_scan_core::report::Status;
use bundle_scan_core::{Error, Render, Report, Scanner, SignatureSet};

use super::{PLAIN_WIDTH, chosen, page, reading};
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
    for path in &args.paths {
        if interrupt::happened() {
            break;
        }
        let scanned = scan(path, args, &set);
        let exit = match scanned {
            Ok(report) => {
                out.write(&report, args, &options)?;
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

/// Where reports go.
struct Output {
    main: BufWriter<Box<dyn Write>>,
    reports: usize,
}

impl Output {
    fn open(args: &ScanArgs) -> anyhow::Result<Self> {
        let main: Box<dyn Write> = match &args.output {
            None => Box::new(stdout()),
            Some(path) => Box::new(create(path)?),
        };
        Ok(Output {
            main: BufWriter::new(main),
            reports: 0,
        })
    }

    fn write(
        &mut self,
        report: &Report,
        args: &ScanArgs,
        options: &RenderOptions,
    ) -> anyhow::Result<()> {
        for format in &args.format {
            match &format.file {
                Some(path) => {
                    let plain = RenderOptions {
                        color: false,
                        width: PLAIN_WIDTH,
                        ..options.clone()
                    };
                    let mut file = BufWriter::new(create(path)?);
                    format.render.write_with(report, &plain, &mut file)?;
                    file.flush()?;
                }
                None => {
                    if self.reports > 0 && ["text", "markdown"].contains(&format.render.id()) {
                        writeln!(self.main)?;
                    }
                    format.render.write_with(report, options, &mut self.main)?;
                    self.reports += 1;
                }
            }
        }
        Ok(self.main.flush()?)
    }

    fn finish(mut self) -> anyhow::Result<()> {
        Ok(self.main.flush()?)
    }
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("cannot write the report to {}", path.display()))
}
