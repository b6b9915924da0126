//! What is known already: findings of an earlier report, and those that rules name.

use std::fs::File;
use std::io::Write;
use std::time::SystemTime;

use bundle_scan_core::diff::{Stream, Summary, read_stream, suppress_known};
use bundle_scan_core::report::ignore::IgnoreRules;
use bundle_scan_core::{Error, Report, SignatureSet};

use crate::args::{KnownArgs, UsageError};

/// What a run need not tell.
pub(super) struct Known<'s> {
    set: &'s SignatureSet,
    baseline: Option<(String, Summary)>,
    rules: IgnoreRules,
    now: SystemTime,
}

impl<'s> Known<'s> {
    /// Reads it. `set` is all that is known, whatever is looked for.
    pub(super) fn read(args: &KnownArgs, set: &'s SignatureSet) -> anyhow::Result<Self> {
        let baseline = args.baseline.as_ref().map(|path| {
            let shown = path.display().to_string();
            let file = File::open(path).map_err(|error| {
                UsageError(format!("cannot read the baseline {shown}: {error}"))
            })?;
            match read_stream(&shown, file).map_err(Error::from)? {
                Stream::Report(summary) => anyhow::Ok((shown, *summary)),
                Stream::Bundle(_) => {
                    let text = format!("{shown} is no report: --baseline reads what -f json wrote");
                    Err(UsageError(text).into())
                }
            }
        });
        let mut rules = IgnoreRules::default();
        for path in &args.ignore_file {
            rules.extend(IgnoreRules::read(path, set)?);
        }
        Ok(Known {
            set,
            baseline: baseline.transpose()?,
            rules,
            now: SystemTime::now(),
        })
    }

    /// Says which rules hold no more.
    pub(super) fn tell_expired(&self) {
        for (place, last) in self.rules.expired(self.now) {
            let text = format!("{place}: this rule expired on {last}, and holds no more");
            // When stderr is closed there is nobody left to tell.
            let _ = writeln!(anstream::stderr(), "bundle-scan: {text}");
        }
    }

    /// Takes it out of what is told.
    pub(super) fn suppress(&self, report: &mut Report) {
        self.rules.apply(report, self.now);
        if let Some((path, old)) = &self.baseline {
            suppress_known(report, old, path, self.set);
        }
    }
}
