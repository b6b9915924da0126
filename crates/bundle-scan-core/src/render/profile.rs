//! What a scan cost, for those who make it faster and those who write signatures.

use std::io::{self, Write};

use super::moment::{bytes, grouped};
use super::{Render, RenderOptions};
use crate::error::Error;
use crate::report::Report;
use crate::report::profile::{Profile, Worker};

/// See [`super::PROFILE_TEXT`].
pub struct ProfileText;

/// Seconds of which a rate says nothing.
const SHORT: f64 = 1e-3;
/// Positions that the prefilter looks at.
const PROBED: u64 = 4;

impl Render for ProfileText {
    fn id(&self) -> &'static str {
        "profile"
    }

    fn write_with(
        &self,
        report: &Report,
        _: &RenderOptions,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        match &report.profile {
            None => Ok(()),
            Some(profile) => Ok(write(report, profile, out)?),
        }
    }
}

fn write(report: &Report, profile: &Profile, out: &mut dyn Write) -> io::Result<()> {
    let total = report.timings.total.as_secs_f64();
    let decoded = report.bundle.bytes_decoded;
    let rate = |count: u64, seconds: f64| count as f64 / 1e6 / seconds.max(1e-9);
    writeln!(
        out,
        "{} in {total:.3} s, {:.0} MB/s",
        bytes(decoded),
        rate(decoded, total)
    )?;
    writeln!(out, "\n{:32} {:8} {:>9} {:>9}", "stage", "by", "s", "MB/s")?;
    for stage in &profile.stages {
        let (by, count) = match stage.by {
            Worker::Reader => ("reader", decoded),
            Worker::Scanner => ("scanners", profile.searched_bytes),
        };
        let seconds = stage.time.as_secs_f64();
        let rate = rate(count, seconds);
        match seconds < SHORT {
            true => writeln!(out, "{:32} {by:8} {seconds:9.3} {:>9}", stage.name, "-")?,
            false => writeln!(out, "{:32} {by:8} {seconds:9.3} {rate:9.0}", stage.name)?,
        }
    }
    let diagnosis = report.timings.diagnosis.as_secs_f64();
    writeln!(out, "{:32} {:8} {diagnosis:9.3}", "diagnose", "reader")?;
    let probed = profile.searched_bytes / PROBED;
    let share = 100.0 * profile.candidates as f64 / probed.max(1) as f64;
    writeln!(
        out,
        "\n{} candidates, {share:.2} % of the positions that the prefilter looks at",
        grouped(profile.candidates)
    )?;
    writeln!(
        out,
        "{} lines with an anchor, {} of them understood",
        grouped(profile.anchored),
        grouped(profile.understood)
    )?;
    if profile.signatures.is_empty() {
        return Ok(());
    }
    let heads = ("tests", "matches", "ms", "ns a test");
    writeln!(
        out,
        "\n{:40} {:>9} {:>9} {:>9} {:>9}",
        "costliest signatures", heads.0, heads.1, heads.2, heads.3
    )?;
    for (id, cost) in &profile.signatures {
        let each = cost.time.as_nanos() / u128::from(cost.tests.max(1));
        let milliseconds = cost.time.as_secs_f64() * 1e3;
        writeln!(
            out,
            "{id:40} {:>9} {:>9} {milliseconds:9.1} {each:>9}",
            cost.tests, cost.matches
        )?;
    }
    Ok(())
}
